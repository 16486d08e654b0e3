// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    KindWriters,
    OdometerUnit,
    Record,
    RecordInput,
    RecordProof,
    RecordState,
    TrustGrade
} from "../types/RecordTypes.sol";

/// @title The life record: one hash chain of records per vehicle.
/// @notice Re-folding a vehicle's `RecordAppended` events, as `RecordLib` says, must give `headOf`: so a history
/// proves that nothing was changed and that nothing was left out.
interface IVehicleRecords {
    /* EVENTS */

    /// @notice A record was added to a vehicle's life.
    event RecordAppended(
        uint256 indexed vehicleId,
        address indexed author,
        uint8 indexed kind,
        Record record
    );

    /// @notice The reading of record `index` contradicts the past; the last good reading stands.
    /// @param reason An `OdometerLib` flag: 1 lower, 2 absurd jump, 4 late but higher than a newer reading.
    event OdometerQuarantined(uint256 indexed vehicleId, uint32 index, uint8 reason);

    /// @notice Record `index` resolved all open anomalies; its reading is the last good one now.
    event OdometerResolved(
        uint256 indexed vehicleId,
        uint32 index,
        uint32 odometer,
        OdometerUnit odometerUnit
    );

    /// @notice The consortium changed who may write records of `kind`.
    /// @param writers Set of roles: bit n is role n.
    event KindWritersSet(uint8 indexed kind, uint64 writers);

    /* ERRORS */

    /// @notice No vehicle with this id has a life record. Register it first.
    error RecordsVehicleUnknown(uint256 vehicleId);

    /// @notice The vehicle has a life record already; an id is never opened twice.
    error RecordsVehicleExists(uint256 vehicleId);

    /// @notice `role` may not write records of `kind`; `writers` is the set of roles that may.
    error RecordsWriterNotAllowed(uint8 kind, uint64 role, uint64 writers);

    /// @notice Records of `kind` come about only through the contract that enforces what they say.
    error RecordsKindReserved(uint8 kind);

    /// @notice `kind` is none that begins a life.
    error RecordsKindNotBirth(uint8 kind);

    /// @notice The vehicle was destroyed: nothing is fitted to it, and its holder reports nothing more.
    error RecordsLifeEnded(uint256 vehicleId);

    /// @notice The document hash is zero.
    error RecordsDocumentMissing(uint256 vehicleId);

    /// @notice `observedAt` lies after the block's time `recordedAt` (Unix seconds).
    error RecordsObservedInFuture(uint256 vehicleId, uint40 observedAt, uint40 recordedAt);

    /// @notice `observedAt` lies before the vehicle's birth `bornAt` (Unix seconds).
    error RecordsObservedBeforeBirth(uint256 vehicleId, uint40 observedAt, uint40 bornAt);

    /// @notice There is a reading without a unit, or a kind that needs a reading has none.
    error RecordsOdometerUnitMissing(uint256 vehicleId, uint32 odometer);

    /// @notice `code` is no ANSI D20 brand, or stands in a record that is not a brand.
    error RecordsCodeInvalid(uint8 kind, uint8 code);

    /// @notice The vehicle has no open anomaly to resolve.
    error RecordsNothingToResolve(uint256 vehicleId);

    /// @notice The proof does not lead to the vehicle's head: no such record of this vehicle, or records came after.
    error RecordsProofInvalid(uint256 vehicleId, uint32 index, bytes32 provenHead, bytes32 head);

    /// @notice A record may be corrected by its `author`, or by a registrar; not by `caller` as `role`.
    error RecordsCorrectionForeign(address caller, uint64 role, address author);

    /// @notice A correction has the kind of the record it corrects.
    error RecordsCorrectionKind(uint8 kind, uint8 correctedKind);

    /// @notice The batch is empty.
    error RecordsBatchEmpty();

    /// @notice The batch has more records than fit a transaction.
    error RecordsBatchTooLong(uint256 length, uint256 limit);

    /// @notice Kind zero is no kind.
    error RecordsKindInvalid(uint8 kind);

    /* WRITING */

    /// @notice Opens a vehicle's life with its birth record.
    /// @dev Restricted to the title contract. `author` must be a member of class `role`, which may write the kind.
    function openRecord(address author, uint64 role, RecordInput calldata input) external;

    /// @notice Adds a record, with the caller as author.
    /// @param input What the caller states.
    /// @param role The class in which the caller acts; it must be a member of it.
    /// @return index The record's place in the vehicle's life.
    function appendRecord(RecordInput calldata input, uint64 role) external returns (uint32 index);

    /// @notice Adds 1 to `MAX_BATCH` records, of one or many vehicles; all or none.
    function appendRecords(RecordInput[] calldata inputs, uint64 role) external;

    /// @notice Adds a record that corrects an earlier one of the same vehicle and kind. Nothing is removed.
    /// @param proof Shows which record is corrected and who wrote it.
    function appendCorrection(
        RecordInput calldata input,
        uint64 role,
        RecordProof calldata proof
    ) external returns (uint32 index);

    /// @notice Adds a record on behalf of a member, from a contract that enforces what the record says.
    /// @dev Restricted to record controllers. The member's class is checked here all the same.
    function appendMemberRecord(
        address member,
        uint64 role,
        RecordInput calldata input
    ) external returns (uint32 index);

    /// @notice Adds a self-reported record of a title's holder.
    /// @dev Restricted to the title contract, which knows the holder.
    function appendHolderRecord(address holder, RecordInput calldata input) external returns (uint32 index);

    /// @notice Adds a record signed by the vehicle's own hardware key.
    /// @dev Restricted to the keys contract, which checks the signature.
    function appendVehicleRecord(address key, RecordInput calldata input) external returns (uint32 index);

    /// @notice Sets which roles may write which kinds.
    /// @dev Restricted. A set that holds `Roles.RECORD_CONTROLLER` closes the direct ways in: such records come only
    /// from contracts.
    function setKindWriters(KindWriters[] calldata rows) external;

    /* VIEWS */

    /// @notice The most records that one batch may hold.
    function MAX_BATCH() external view returns (uint256);

    /// @notice The fold of all records of a vehicle; zero when it has none.
    function headOf(uint256 vehicleId) external view returns (bytes32);

    /// @notice Whether a certificate of destruction ended the vehicle's life.
    function hasEnded(uint256 vehicleId) external view returns (bool);

    /// @notice What a vehicle's records amount to; all zero when it has none.
    function stateOf(uint256 vehicleId) external view returns (RecordState memory);

    /// @notice The set of roles that may write a kind: bit n is role n.
    function kindWritersOf(uint8 kind) external view returns (uint64);

    /// @notice How much stands behind a record that was written in `role`: 0 self-reported, 1 a member, 2 hardware-signed.
    function gradeOf(uint64 role) external pure returns (TrustGrade);

    /// @notice The head that a proof leads to. It equals `headOf` exactly when the record stands in that life.
    function foldProof(uint256 vehicleId, RecordProof calldata proof) external pure returns (bytes32);
}
