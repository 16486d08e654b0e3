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
import {KindWriters, OdometerUnit, Record, RecordInput, RecordProof, RecordState, TrustGrade} from "../types/RecordTypes.sol";
import {Roles} from "../access/Roles.sol";

/// @title The life record: one hash chain of records per vehicle.
/// @notice
/// - Bodies are off chain; here stand their SHA-256, who wrote them in which class, and what other facts act on.
/// - Members are trusted to state only what they observed; their statement is attributed, never erased.
/// - The trust grade follows from the way in: holder, member, or the vehicle's own key.
/// - A contradicting odometer reading is recorded and quarantined, never refused: a refusal would hide the fraud.
/// - No upgrade path. Other contracts act here only through the roles that the consortium's table gives them.
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
    function openRecord(address author, uint64 role, RecordInput calldata input) external restricted {
        require(
            input.kind == RecordKinds.MANUFACTURED || input.kind == RecordKinds.FIRST_REGISTERED,
            RecordsKindNotBirth(input.kind)
        );
        _requireWriter(input.kind, role);
        _requireMember(author, role);

        Life storage life = _lives[input.vehicleId];
        require(life.state.count() == 0, RecordsVehicleExists(input.vehicleId));

        life.head = RecordLib.genesis(input.vehicleId);
        _append(author, role, TrustGrade.Member, input, 0, life, RecordStateLib.born(input.observedAt));
    }

    /* RECORDS OF MEMBERS */

    /// @inheritdoc IVehicleRecords
    function appendRecord(RecordInput calldata input, uint64 role) external returns (uint32) {
        _requireMember(msg.sender, role);
        _requireOpenWriter(input.kind, role);
        return _appendTo(msg.sender, role, TrustGrade.Member, input);
    }

    /// @inheritdoc IVehicleRecords
    function appendRecords(RecordInput[] calldata inputs, uint64 role) external {
        require(inputs.length != 0, RecordsBatchEmpty());
        require(inputs.length <= MAX_BATCH, RecordsBatchTooLong(inputs.length, MAX_BATCH));
        _requireMember(msg.sender, role);

        for (uint256 i = 0; i < inputs.length; ++i) {
            RecordInput calldata input = inputs[i];
            _requireOpenWriter(input.kind, role);
            _appendTo(msg.sender, role, TrustGrade.Member, input);
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

        return _append(msg.sender, role, TrustGrade.Member, input, proof.record.index, life, state);
    }

    /* RECORDS THROUGH OTHER CONTRACTS */

    /// @inheritdoc IVehicleRecords
    function appendMemberRecord(
        address member,
        uint64 role,
        RecordInput calldata input
    ) external restricted returns (uint32) {
        _requireMember(member, role);
        _requireWriter(input.kind, role);
        return _appendTo(member, role, TrustGrade.Member, input);
    }

    /// @inheritdoc IVehicleRecords
    function appendHolderRecord(
        address holder,
        RecordInput calldata input
    ) external restricted returns (uint32) {
        _requireOpenWriter(input.kind, Roles.HOLDER);
        return _appendTo(holder, Roles.HOLDER, TrustGrade.SelfReported, input);
    }

    /// @inheritdoc IVehicleRecords
    function appendVehicleRecord(
        address key,
        RecordInput calldata input
    ) external restricted returns (uint32) {
        _requireOpenWriter(input.kind, Roles.VEHICLE);
        return _appendTo(key, Roles.VEHICLE, TrustGrade.Hardware, input);
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
    function kindWritersOf(uint8 kind) external view returns (uint64) {
        return _kindWriters[kind];
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

    /// @dev The one place where a life grows.
    function _append(
        address author,
        uint64 role,
        TrustGrade grade,
        RecordInput calldata input,
        uint32 corrects,
        Life storage life,
        PackedRecordState state
    ) private returns (uint32) {
        uint8 kind = input.kind;
        Record memory record = Record({
            index: state.count() + 1,
            documentHash: input.documentHash,
            code: input.code,
            odometer: input.odometer,
            odometerUnit: input.odometerUnit,
            observedAt: input.observedAt,
            recordedAt: uint40(block.timestamp), // fits for another 34,000 years
            role: role,
            grade: grade,
            corrects: corrects
        });
        _validate(input.vehicleId, kind, record, state.bornAt_());

        uint8 anomaly;
        state = state.withNextCount();
        if (kind == RecordKinds.BRAND) state = state.withBrand(record.code);
        if (record.odometerUnit != OdometerUnit.None) {
            (state, anomaly) = _read(input.vehicleId, kind, record, state);
        }
        life.state = state;
        life.head = RecordLib.fold(life.head, RecordLib.digestAndEmit(input.vehicleId, author, kind, record));

        if (anomaly != OdometerLib.NONE) emit OdometerQuarantined(input.vehicleId, record.index, anomaly);
        return record.index;
    }

    function _validate(uint256 vehicleId, uint8 kind, Record memory record, uint40 bornAt) private pure {
        require(record.documentHash != 0, RecordsDocumentMissing(vehicleId));
        require(
            record.observedAt <= record.recordedAt,
            RecordsObservedInFuture(vehicleId, record.observedAt, record.recordedAt)
        );
        require(
            record.observedAt >= bornAt,
            RecordsObservedBeforeBirth(vehicleId, record.observedAt, bornAt)
        );
        require(
            kind == RecordKinds.BRAND ? BrandLib.isBrand(record.code) : record.code == 0,
            RecordsCodeInvalid(kind, record.code)
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
    ) private returns (PackedRecordState, uint8 anomaly) {
        bool isNewest = true;
        if (kind == RecordKinds.ODOMETER_RESOLUTION) {
            require(state.anomalies() != OdometerLib.NONE, RecordsNothingToResolve(vehicleId));
            state = state.withoutAnomalies();
            emit OdometerResolved(vehicleId, record.index, record.odometer, record.odometerUnit);
        } else {
            (anomaly, isNewest) = OdometerLib.assess(
                state.odometer(),
                state.odometerUnit(),
                state.odometerAt(),
                record.odometer,
                record.odometerUnit,
                record.observedAt
            );
            state = state.withAnomaly(anomaly);
        }
        if (isNewest) state = state.withReading(record.odometer, record.odometerUnit, record.observedAt);
        return (state, anomaly);
    }

    function _appendTo(
        address author,
        uint64 role,
        TrustGrade grade,
        RecordInput calldata input
    ) private returns (uint32) {
        (Life storage life, PackedRecordState state) = _lifeOf(input.vehicleId);
        return _append(author, role, grade, input, 0, life, state);
    }

    function _lifeOf(uint256 vehicleId) private view returns (Life storage life, PackedRecordState state) {
        life = _lives[vehicleId];
        state = life.state;
        require(state.count() != 0, RecordsVehicleUnknown(vehicleId));
    }

    function _requireWriter(uint8 kind, uint64 role) private view returns (uint64 writers) {
        writers = _kindWriters[kind];
        require(role < Roles.LIMIT && (writers >> role) & 1 == 1, RecordsWriterNotAllowed(kind, role, writers));
    }

    /// @dev For the ways in that no contract stands before.
    function _requireOpenWriter(uint8 kind, uint64 role) private view {
        uint64 writers = _requireWriter(kind, role);
        require((writers >> Roles.RECORD_CONTROLLER) & 1 == 0, RecordsKindReserved(kind));
    }
}
