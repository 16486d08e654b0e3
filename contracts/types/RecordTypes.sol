// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev The unit in which a reading was taken. Readings are never converted; `None` says that there is none.
enum OdometerUnit {
    None,
    Km,
    Mi
}

/// @dev How much stands behind a record. It follows from the role in which the record came in, never from its sender's
/// word.
enum TrustGrade {
    SelfReported,
    Member,
    Hardware
}

/// @dev What an author states.
/// `documentHash` is the SHA-256 of the signed document that holds everything else.
/// `code` is the ANSI D20 brand code of a brand record, else zero.
/// `odometer` is the reading without tenths, in `odometerUnit`.
/// `observedAt` is when the fact happened, in Unix seconds.
struct RecordInput {
    uint256 vehicleId;
    bytes32 documentHash;
    uint8 kind;
    uint8 code;
    uint32 odometer;
    OdometerUnit odometerUnit;
    uint40 observedAt;
}

/// @dev What is folded and emitted, beside the vehicle, the author and the kind.
/// `index` counts a vehicle's records from 1; `corrects` is the index of the record that this one corrects, or 0.
/// `role` is the class in which the author acted; it decides the trust grade (`RecordLib.gradeOf`).
struct Record {
    uint32 index;
    bytes32 documentHash;
    uint8 code;
    uint32 odometer;
    OdometerUnit odometerUnit;
    uint40 observedAt;
    uint40 recordedAt;
    uint64 role;
    uint32 corrects;
}

/// @dev Shows that a record stands in a vehicle's life: the head before it, the record, and the digests of all
/// records after it, in order.
struct RecordProof {
    bytes32 previousHead;
    address author;
    uint8 kind;
    Record record;
    bytes32[] laterDigests;
}

/// @dev What a vehicle's records amount to. One storage slot (248 bits).
/// `odometer`, `odometerUnit` and `odometerAt` are the last good reading; `anomalies` is a set of
/// `OdometerLib` flags that no inspector has resolved yet; bit n of `brands` is ANSI D20 brand code n.
struct RecordState {
    uint32 count;
    uint32 odometer;
    OdometerUnit odometerUnit;
    uint40 odometerAt;
    uint8 anomalies;
    uint88 brands;
    uint40 bornAt;
}

/// @dev A row of the table of writers: bit n of `writers` is role n.
struct KindWriters {
    uint8 kind;
    uint64 writers;
}
