// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev How far the remedy of a campaign is. `Withdrawn` ends a campaign that was opened in error.
enum RemedyStatus {
    NotAvailable,
    Interim,
    Available,
    Completed,
    Withdrawn
}

/// @dev What drivers are told until their vehicle is remedied.
enum Advisory {
    None,
    DoNotDrive,
    ParkOutside
}

/// @dev What was done to a vehicle.
enum Remedy {
    None,
    PartReplaced,
    SoftwareUpdated,
    InspectedClear
}

/// @dev Units of one lot of the campaign's maker, from serial to serial, both included. A lot of counted units is
/// recalled whole: from 0 to 0.
struct RecallScope {
    uint64 lotNumber;
    uint32 fromSerial;
    uint32 toSerial;
}

/// @dev What a campaign begins with. `number` is the NHTSA campaign number, nine characters such as "21V554000".
/// `releases` are SHA-256 ids of software releases.
struct RecallInput {
    address maker;
    bytes9 number;
    RemedyStatus status;
    Advisory advisory;
    bytes32 evidenceHash;
    RecallScope[] lots;
    bytes32[] releases;
}

/// @dev The state of a campaign. Half a storage slot (112 bits); the other half is its first scope.
/// `enrolled` counts vehicles that were found affected, `remedied` those of them that are remedied.
struct Campaign {
    bool exists;
    bool byAuthority;
    RemedyStatus status;
    Advisory advisory;
    uint8 lots;
    uint8 releases;
    uint32 enrolled;
    uint32 remedied;
}

/// @dev Where a vehicle stands in a campaign. One storage slot.
/// `isStopped`: this campaign holds the vehicle's safety stop. Times are Unix seconds, zero for what has not happened.
struct VehicleRecall {
    Remedy remedy;
    bool isStopped;
    uint40 enrolledAt;
    uint40 notifiedAt;
    uint40 remediedAt;
}
