// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MemberAccess} from "../access/MemberAccess.sol";
import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IVehicleRecords} from "../interfaces/IVehicleRecords.sol";
import {BrandLib} from "../libraries/BrandLib.sol";
import {OdometerLib} from "../libraries/OdometerLib.sol";
import {RecordLib} from "../libraries/RecordLib.sol";
import {PackedRecordState, RecordStateLib} from "../libraries/RecordStateLib.sol";
import {RecordKinds} from "../types/RecordKinds.sol";
import {
    KindWriters,
    OdometerUnit,
    Record,
    RecordInput,
    RecordProof,
    RecordState,
    TrustGrade
} from "../types/RecordTypes.sol";
import {Roles} from "../access/Roles.sol";

/// @title The life record: one hash chain of records per vehicle.
/// @notice
/// - Bodies are off chain; here stand their SHA-256, who wrote them in which class, and what other facts act on.
/// - Members are trusted to state only what they observed; their statement is attributed, never erased.
/// - The trust grade follows from the way in: holder, member, or the vehicle's own key.
/// - A contradicting odometer reading is recorded and quarantined, never refused: a refusal would hide the fraud.
/// - No upgrade path. Other contracts act here only in the roles that the consortium gave them; their entries ask for
///   the role itself, which costs a registration 4,000 gas less than `restricted` would.
contract VehicleRecords is IVehicleRecords, MemberAccess {
    /// @inheritdoc IVehicleRecords
    /// @dev 500 records of 500 vehicles take below 10 million gas; a transaction may use 16,777,216.
    uint256 public constant MAX_BATCH = 500;

    struct Life {
        bytes32 head;
        PackedRecordState state;
    }

    mapping(uint256 vehicleId => Life) private _lives;
    mapping(uint8 kind => uint64 writers) private _kindWriters;

    constructor(address authority) AccessManaged(authority) {}

    /* BIRTH */

    /// @inheritdoc IVehicleRecords
    function openRecord(address author, uint64 role, RecordInput calldata input) external {
        _requireMember(msg.sender, Roles.TITLE_CONTRACT);
        require(_isBirth(input.kind), RecordsKindNotBirth(input.kind));
        _requireWriter(input.kind, role);
        _requireMember(author, role);

        Life storage life = _lives[input.vehicleId];
        require(life.state.count() == 0, RecordsVehicleExists(input.vehicleId));

        life.head = RecordLib.genesis(input.vehicleId);
        _append(
            input.vehicleId,
            author,
            input.kind,
            _record(input, role),
            life,
            RecordStateLib.born(input.observedAt)
        );
    }

    /* RECORDS OF MEMBERS */

    /// @inheritdoc IVehicleRecords
    function appendRecord(RecordInput calldata input, uint64 role) external returns (uint32) {
        _requireMember(msg.sender, role);
        _requireOpenWriter(input.kind, role);
        return _appendTo(msg.sender, role, input);
    }

    /// @inheritdoc IVehicleRecords
    function appendRecords(RecordInput[] calldata inputs, uint64 role) external {
        require(inputs.length != 0, RecordsBatchEmpty());
        require(inputs.length <= MAX_BATCH, RecordsBatchTooLong(inputs.length, MAX_BATCH));
        _requireMember(msg.sender, role);

        uint8 checkedKind; // a batch is mostly of one kind, whose writers are looked up once
        for (uint256 i = 0; i < inputs.length; ++i) {
            RecordInput calldata input = inputs[i];
            if (i == 0 || input.kind != checkedKind) {
                checkedKind = input.kind;
                _requireOpenWriter(checkedKind, role);
            }
            _appendTo(msg.sender, role, input);
        }
    }

    /// @inheritdoc IVehicleRecords
    function appendCorrection(
        RecordInput calldata input,
        uint64 role,
        RecordProof calldata proof
    ) external returns (uint32) {
        _requireMember(msg.sender, role);
        // Reserved kinds may be corrected: a correction states that the words were wrong, and undoes no act.
        _requireWriter(input.kind, role);

        (Life storage life, PackedRecordState state) = _lifeOf(input.vehicleId);
        bytes32 provenHead = foldProof(input.vehicleId, proof);
        require(
            provenHead == life.head,
            RecordsProofInvalid(input.vehicleId, proof.record.index, provenHead, life.head)
        );
        require(
            proof.author == msg.sender || role == Roles.REGISTRAR,
            RecordsCorrectionForeign(msg.sender, role, proof.author)
        );
        require(input.kind == proof.kind, RecordsCorrectionKind(input.kind, proof.kind));

        Record memory record = _record(input, role);
        record.corrects = proof.record.index;
        return _append(input.vehicleId, msg.sender, input.kind, record, life, state);
    }

    /* RECORDS THROUGH OTHER CONTRACTS */

    /// @inheritdoc IVehicleRecords
    function appendMemberRecord(
        address member,
        uint64 role,
        RecordInput calldata input
    ) external returns (uint32) {
        _requireMember(msg.sender, Roles.RECORD_CONTROLLER);
        _requireMember(member, role);
        _requireWriter(input.kind, role);
        uint8 kind = input.kind;
        require(!_isBirth(kind), RecordsKindReserved(kind));
        (Life storage life, PackedRecordState state) = _lifeOf(input.vehicleId);
        // Known here, so that whoever fits a part need not ask the title as well.
        require(kind != RecordKinds.PART_FITTED || !state.hasEnded(), RecordsLifeEnded(input.vehicleId));
        if (kind == RecordKinds.DESTRUCTION) state = state.withEnd();
        return _append(input.vehicleId, member, kind, _record(input, role), life, state);
    }

    /// @inheritdoc IVehicleRecords
    function appendHolderRecord(address holder, RecordInput calldata input) external returns (uint32) {
        _requireMember(msg.sender, Roles.TITLE_CONTRACT);
        _requireOpenWriter(input.kind, Roles.HOLDER);
        // Each record moves the head, against which the recycler proves the end to get the parts.
        require(!_lives[input.vehicleId].state.hasEnded(), RecordsLifeEnded(input.vehicleId));
        return _appendTo(holder, Roles.HOLDER, input);
    }

    /// @inheritdoc IVehicleRecords
    function appendVehicleRecord(address key, RecordInput calldata input) external returns (uint32) {
        _requireMember(msg.sender, Roles.KEYS_CONTRACT);
        _requireOpenWriter(input.kind, Roles.VEHICLE);
        return _appendTo(key, Roles.VEHICLE, input);
    }

    /* THE TABLE OF WRITERS */

    /// @inheritdoc IVehicleRecords
    function setKindWriters(KindWriters[] calldata rows) external restricted {
        require(rows.length != 0, RecordsBatchEmpty());
        for (uint256 i = 0; i < rows.length; ++i) {
            KindWriters calldata row = rows[i];
            require(row.kind != 0, RecordsKindInvalid(row.kind));
            _kindWriters[row.kind] = row.writers;
            emit KindWritersSet(row.kind, row.writers);
        }
    }

    /* VIEWS */

    /// @inheritdoc IVehicleRecords
    function headOf(uint256 vehicleId) external view returns (bytes32) {
        return _lives[vehicleId].head;
    }

    /// @inheritdoc IVehicleRecords
    function stateOf(uint256 vehicleId) external view returns (RecordState memory) {
        return _lives[vehicleId].state.unpack();
    }

    /// @inheritdoc IVehicleRecords
    function hasEnded(uint256 vehicleId) external view returns (bool) {
        return _lives[vehicleId].state.hasEnded();
    }

    /// @inheritdoc IVehicleRecords
    function kindWritersOf(uint8 kind) external view returns (uint64) {
        return _kindWriters[kind];
    }

    /// @inheritdoc IVehicleRecords
    function gradeOf(uint64 role) external pure returns (TrustGrade) {
        return RecordLib.gradeOf(role);
    }

    /// @inheritdoc IVehicleRecords
    function foldProof(uint256 vehicleId, RecordProof calldata proof) public pure returns (bytes32 head) {
        head = RecordLib.fold(
            proof.previousHead,
            RecordLib.digest(vehicleId, proof.author, proof.kind, proof.record)
        );
        for (uint256 i = 0; i < proof.laterDigests.length; ++i) {
            head = RecordLib.fold(head, proof.laterDigests[i]);
        }
    }

    /* INTERNALS */

    function _appendTo(address author, uint64 role, RecordInput calldata input) private returns (uint32) {
        uint256 vehicleId = input.vehicleId;
        (Life storage life, PackedRecordState state) = _lifeOf(vehicleId);
        return _append(vehicleId, author, input.kind, _record(input, role), life, state);
    }

    /// @dev Reads the fields from calldata once: each read checks that the word fits its type.
    function _record(RecordInput calldata input, uint64 role) private view returns (Record memory record) {
        record.documentHash = input.documentHash;
        record.code = input.code;
        record.odometer = input.odometer;
        record.odometerUnit = input.odometerUnit;
        record.observedAt = input.observedAt;
        record.recordedAt = uint40(block.timestamp); // fits for another 34,000 years
        record.role = role;
    }

    /// @dev The one place where a life grows.
    function _append(
        uint256 vehicleId,
        address author,
        uint8 kind,
        Record memory record,
        Life storage life,
        PackedRecordState state
    ) private returns (uint32 index) {
        _validate(vehicleId, kind, record, state);

        state = state.withNextCount();
        index = state.count();
        record.index = index;
        bytes32 digest = RecordLib.digestAndEmit(vehicleId, author, kind, record);

        if (kind == RecordKinds.BRAND) state = state.withBrand(record.code);
        if (record.odometerUnit != OdometerUnit.None) state = _read(vehicleId, kind, record, state);

        life.state = state;
        life.head = RecordLib.fold(life.head, digest);
    }

    function _validate(
        uint256 vehicleId,
        uint8 kind,
        Record memory record,
        PackedRecordState state
    ) private pure {
        require(record.documentHash != 0, RecordsDocumentMissing(vehicleId));
        uint40 observedAt = record.observedAt;
        require(
            observedAt <= record.recordedAt,
            RecordsObservedInFuture(vehicleId, observedAt, record.recordedAt)
        );
        // A correction of the birth may tell of an earlier date: one typed too late could not be put right otherwise.
        require(
            observedAt >= state.bornAt() || _isBirth(kind),
            RecordsObservedBeforeBirth(vehicleId, observedAt, state.bornAt())
        );
        uint8 code = record.code;
        require(
            kind == RecordKinds.BRAND ? BrandLib.isBrand(code) : code == 0,
            RecordsCodeInvalid(kind, code)
        );
        require(
            record.odometerUnit != OdometerUnit.None ||
                (record.odometer == 0 && kind != RecordKinds.ODOMETER_RESOLUTION),
            RecordsOdometerUnitMissing(vehicleId, record.odometer)
        );
    }

    /// @dev Takes a reading in: an inspector's resolution stands as it is, any other is judged against the past.
    function _read(
        uint256 vehicleId,
        uint8 kind,
        Record memory record,
        PackedRecordState state
    ) private returns (PackedRecordState) {
        uint32 odometer = record.odometer;
        OdometerUnit unit = record.odometerUnit;
        uint40 observedAt = record.observedAt;
        if (kind == RecordKinds.ODOMETER_RESOLUTION) {
            require(state.anomalies() != OdometerLib.NONE, RecordsNothingToResolve(vehicleId));
            emit OdometerResolved(vehicleId, record.index, odometer, unit);
            return state.withoutAnomalies().withReading(odometer, unit, observedAt);
        }
        (uint8 anomaly, bool isNewest) = OdometerLib.assess(
            state.odometer(),
            state.odometerUnit(),
            state.odometerAt(),
            odometer,
            unit,
            observedAt
        );
        if (anomaly != OdometerLib.NONE) {
            emit OdometerQuarantined(vehicleId, record.index, anomaly);
            state = state.withAnomaly(anomaly);
        }
        // A holder's own word is recorded and judged, but nobody else's is judged by it: it would hide a rollback.
        if (record.role == Roles.HOLDER && state.odometerUnit() != OdometerUnit.None) return state;
        return isNewest ? state.withReading(odometer, unit, observedAt) : state;
    }

    /// @dev A life has one beginning, and only `openRecord` writes it.
    function _isBirth(uint8 kind) private pure returns (bool) {
        return kind == RecordKinds.MANUFACTURED || kind == RecordKinds.FIRST_REGISTERED;
    }

    function _lifeOf(uint256 vehicleId) private view returns (Life storage life, PackedRecordState state) {
        life = _lives[vehicleId];
        state = life.state;
        require(state.count() != 0, RecordsVehicleUnknown(vehicleId));
    }

    function _requireWriter(uint8 kind, uint64 role) private view returns (uint64 writers) {
        writers = _kindWriters[kind];
        require(
            role < Roles.LIMIT && (writers >> role) & 1 == 1,
            RecordsWriterNotAllowed(kind, role, writers)
        );
    }

    /// @dev For the ways in that no contract stands before.
    function _requireOpenWriter(uint8 kind, uint64 role) private view {
        uint64 writers = _requireWriter(kind, role);
        require(!_isBirth(kind) && (writers >> Roles.RECORD_CONTROLLER) & 1 == 0, RecordsKindReserved(kind));
    }
}
