// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IVehicleRecords} from "../../contracts/interfaces/IVehicleRecords.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {RecordKinds} from "../../contracts/types/RecordKinds.sol";
import {
    OdometerUnit,
    Record,
    RecordInput,
    RecordProof,
    RecordState
} from "../../contracts/types/RecordTypes.sol";
import {RecordsTest} from "../helpers/RecordsTest.sol";

/// @dev Corrections: what proves that a record stands in a life, and who may say that it was wrong.
contract VehicleRecordsCorrectionTest is RecordsTest {
    /// @dev The record that all tests here correct: a workshop's service, and what a proof of it needs.
    struct Written {
        bytes32 headBefore;
        RecordInput input;
        Record record;
    }

    function _write(
        address author,
        uint64 role,
        RecordInput memory input
    ) private returns (Written memory written) {
        written.headBefore = records.headOf(input.vehicleId);
        written.input = input;
        uint32 index = _append(author, role, input);
        written.record = _record(input, index, role, 0);
    }

    function _writeService() private returns (Written memory) {
        return _write(workshop, Roles.WORKSHOP, _service(CAR, 15_000, NOW - 30 days));
    }

    function _prove(Written memory written, address author) private pure returns (RecordProof memory) {
        return _proof(written.headBefore, author, written.input.kind, written.record, new bytes32[](0));
    }

    function _correction(Written memory written) private pure returns (RecordInput memory input) {
        input = _service(written.input.vehicleId, 15_500, NOW - 30 days);
        input.kind = written.input.kind;
    }

    function _correct(
        address caller,
        uint64 role,
        RecordInput memory input,
        RecordProof memory proof
    ) private {
        vm.prank(caller);
        records.appendCorrection(input, role, proof);
    }

    function _expectInvalid(uint256 vehicleId, RecordProof memory proof) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IVehicleRecords.RecordsProofInvalid.selector,
                vehicleId,
                proof.record.index,
                records.foldProof(vehicleId, proof),
                records.headOf(vehicleId)
            )
        );
    }

    /* FAILURES: THE PROOF */

    function test_attack_CorrectionOfAMissingRecord() public {
        Written memory written = _writeService();
        // A record that nobody wrote, in the place after the last one.
        written.headBefore = records.headOf(CAR);
        written.record.index = 3;
        RecordProof memory proof = _prove(written, workshop);
        _expectInvalid(CAR, proof);
        _correct(workshop, Roles.WORKSHOP, _correction(written), proof);
    }

    function test_attack_CorrectionOfAForeignVehiclesRecord() public {
        Written memory written = _writeService();
        RecordInput memory input = _correction(written);
        input.vehicleId = OTHER_CAR;
        RecordProof memory proof = _prove(written, workshop);
        _expectInvalid(OTHER_CAR, proof);
        _correct(workshop, Roles.WORKSHOP, input, proof);
    }

    function test_attack_CorrectionWithAStaleProof() public {
        Written memory written = _writeService();
        RecordProof memory proof = _prove(written, workshop);
        RecordInput memory input = _correction(written);
        _append(inspector, Roles.INSPECTOR, _valid(CAR, INSPECTION));
        _expectInvalid(CAR, proof);
        _correct(workshop, Roles.WORKSHOP, input, proof);
    }

    function test_attack_CorrectionUsedTwice() public {
        Written memory written = _writeService();
        RecordProof memory proof = _prove(written, workshop);
        RecordInput memory input = _correction(written);
        _correct(workshop, Roles.WORKSHOP, input, proof);
        _expectInvalid(CAR, proof);
        _correct(workshop, Roles.WORKSHOP, input, proof);
    }

    function test_appendCorrection_RevertWhen_VehicleIsUnknown() public {
        Written memory written = _writeService();
        RecordInput memory input = _correction(written);
        input.vehicleId = 404;
        RecordProof memory proof = _prove(written, workshop);
        vm.expectRevert(abi.encodeWithSelector(IVehicleRecords.RecordsVehicleUnknown.selector, 404));
        _correct(workshop, Roles.WORKSHOP, input, proof);
    }

    /// @dev Every fact in a proof is bound by the fold: the author above all, or anybody could claim the record.
    function testFuzz_appendCorrection_RevertWhen_ProofIsAltered(uint8 field, uint8 bit) public {
        Written memory written = _writeService();
        RecordProof memory proof = _prove(written, workshop);
        field = field % 12;
        if (field == 0) proof.previousHead ^= bytes32(uint256(1) << bit);
        if (field == 1) proof.author = buyer;
        if (field == 2) proof.kind ^= uint8(1) << (bit % 8);
        if (field == 3) proof.record.index ^= uint32(1) << (bit % 32);
        if (field == 4) proof.record.documentHash ^= bytes32(uint256(1) << bit);
        if (field == 5) proof.record.code ^= uint8(1) << (bit % 8);
        if (field == 6) proof.record.odometer ^= uint32(1) << (bit % 32);
        if (field == 7) proof.record.odometerUnit = OdometerUnit.Mi;
        if (field == 8) proof.record.observedAt ^= uint40(1) << (bit % 40);
        if (field == 9) proof.record.recordedAt ^= uint40(1) << (bit % 40);
        if (field == 10) proof.record.role ^= uint64(1) << (bit % 64);
        if (field == 11) proof.record.corrects ^= uint32(1) << (bit % 32);

        consortium.grantRole(Roles.WORKSHOP, buyer, 0);
        _expectInvalid(CAR, proof);
        _correct(field == 1 ? buyer : workshop, Roles.WORKSHOP, _correction(written), proof);
    }

    function testFuzz_appendCorrection_RevertWhen_LaterDigestsAreNotTheLaterRecords(
        uint8 place,
        bytes32 digest
    ) public {
        Written memory written = _writeService();
        bytes32[] memory later = _writeLater(4);
        place = place % 4;
        vm.assume(later[place] != digest);
        later[place] = digest;
        RecordProof memory proof = _prove(written, workshop);
        proof.laterDigests = later;
        _expectInvalid(CAR, proof);
        _correct(workshop, Roles.WORKSHOP, _correction(written), proof);
    }

    function test_appendCorrection_RevertWhen_LaterDigestsAreReordered() public {
        Written memory written = _writeService();
        bytes32[] memory later = _writeLater(2);
        (later[0], later[1]) = (later[1], later[0]);
        RecordProof memory proof = _prove(written, workshop);
        proof.laterDigests = later;
        _expectInvalid(CAR, proof);
        _correct(workshop, Roles.WORKSHOP, _correction(written), proof);
    }

    /* FAILURES: THE CALLER */

    function test_attack_CorrectionOfAForeignRecord() public {
        Written memory written = _writeService();
        RecordProof memory proof = _prove(written, workshop);
        address competitor = _newMember("competitor", Roles.WORKSHOP);

        vm.expectRevert(
            abi.encodeWithSelector(
                IVehicleRecords.RecordsCorrectionForeign.selector,
                competitor,
                Roles.WORKSHOP,
                workshop
            )
        );
        _correct(competitor, Roles.WORKSHOP, _correction(written), proof);
    }

    function test_appendCorrection_RevertWhen_CallerIsNoMember() public {
        Written memory written = _writeService();
        RecordProof memory proof = _prove(written, workshop);
        RecordInput memory input = _correction(written);
        _expectNotMember(stranger, Roles.WORKSHOP);
        _correct(stranger, Roles.WORKSHOP, input, proof);
        _expectNotMember(stranger, Roles.REGISTRAR);
        _correct(stranger, Roles.REGISTRAR, input, proof);
        _expectNotMember(workshop, Roles.REGISTRAR);
        _correct(workshop, Roles.REGISTRAR, input, proof);
    }

    function test_appendCorrection_RevertWhen_AuthorWasExpelled() public {
        Written memory written = _writeService();
        _expel(workshop);
        _expectNotMember(workshop, Roles.WORKSHOP);
        _correct(workshop, Roles.WORKSHOP, _correction(written), _prove(written, workshop));
    }

    function test_appendCorrection_RevertWhen_RegistrarMayNotWriteTheKind() public {
        Written memory written = _writeService();
        vm.expectRevert(
            abi.encodeWithSelector(
                IVehicleRecords.RecordsWriterNotAllowed.selector,
                SERVICE,
                Roles.REGISTRAR,
                _set(Roles.WORKSHOP) | _set(Roles.MANUFACTURER)
            )
        );
        _correct(registrar, Roles.REGISTRAR, _correction(written), _prove(written, workshop));
    }

    function test_appendCorrection_RevertWhen_KindIsAnother() public {
        Written memory written = _writeService();
        RecordInput memory input = _correction(written);
        input.kind = ODOMETER_READING;
        vm.expectRevert(
            abi.encodeWithSelector(IVehicleRecords.RecordsCorrectionKind.selector, ODOMETER_READING, SERVICE)
        );
        _correct(workshop, Roles.WORKSHOP, input, _prove(written, workshop));
    }

    /// @dev A correction is a record: the rules of records hold for it.
    function test_appendCorrection_RevertWhen_TheRecordItselfIsBad() public {
        Written memory written = _writeService();
        RecordProof memory proof = _prove(written, workshop);
        RecordInput memory input = _correction(written);
        input.observedAt = NOW + 1;
        vm.expectRevert(
            abi.encodeWithSelector(IVehicleRecords.RecordsObservedInFuture.selector, CAR, NOW + 1, NOW)
        );
        _correct(workshop, Roles.WORKSHOP, input, proof);
    }

    /* CORRECTIONS */

    function test_appendCorrection_ByItsAuthorNamesTheOldRecord() public {
        Written memory written = _writeService();
        RecordProof memory proof = _prove(written, workshop);
        RecordInput memory input = _correction(written);
        Record memory record = _record(input, 3, Roles.WORKSHOP, 2);
        bytes32 before = records.headOf(CAR);

        vm.expectEmit(address(records));
        emit IVehicleRecords.RecordAppended(CAR, workshop, SERVICE, record);
        vm.prank(workshop);
        uint32 index = records.appendCorrection(input, Roles.WORKSHOP, proof);

        assertEq(index, 3, "a correction is a record of its own");
        assertEq(records.stateOf(CAR).count, 3, "nothing is removed");
        assertEq(
            records.headOf(CAR),
            _fold(before, _digest(CAR, workshop, SERVICE, record)),
            "the old record still folds"
        );
    }

    function test_appendCorrection_ByARegistrar() public {
        Written memory written = _write(
            workshop,
            Roles.WORKSHOP,
            _reading(CAR, 15_000, OdometerUnit.Km, NOW - 30 days)
        );
        RecordInput memory input = _correction(written);
        vm.expectEmit(address(records));
        emit IVehicleRecords.RecordAppended(
            CAR,
            registrar,
            ODOMETER_READING,
            _record(input, 3, Roles.REGISTRAR, 2)
        );
        _correct(registrar, Roles.REGISTRAR, input, _prove(written, workshop));
    }

    /// @dev The registrar's right is the class's: a registrar that acts as another class has none.
    function test_appendCorrection_RevertWhen_ARegistrarActsAsAnotherClass() public {
        Written memory written = _writeService();
        consortium.grantRole(Roles.WORKSHOP, registrar, 0);
        vm.expectRevert(
            abi.encodeWithSelector(
                IVehicleRecords.RecordsCorrectionForeign.selector,
                registrar,
                Roles.WORKSHOP,
                workshop
            )
        );
        _correct(registrar, Roles.WORKSHOP, _correction(written), _prove(written, workshop));
    }

    function test_appendCorrection_ByItsAuthorInAnotherClassThatMayWriteTheKind() public {
        consortium.grantRole(Roles.INSPECTOR, workshop, 0);
        Written memory written = _write(
            workshop,
            Roles.WORKSHOP,
            _reading(CAR, 15_000, OdometerUnit.Km, NOW - 30 days)
        );
        _correct(workshop, Roles.INSPECTOR, _correction(written), _prove(written, workshop));
        assertEq(records.stateOf(CAR).count, 3, "corrected");
    }

    function test_appendCorrection_OfASelfReportedReadingIsTheRegistrars() public {
        RecordInput memory input = _reading(CAR, 15_000, OdometerUnit.Km, NOW - 30 days);
        bytes32 before = records.headOf(CAR);
        vm.prank(address(title));
        records.appendHolderRecord(holder, input);
        Record memory record = _record(input, 2, Roles.HOLDER, 0);
        RecordProof memory proof = _proof(before, holder, ODOMETER_READING, record, new bytes32[](0));
        RecordInput memory correction = _reading(CAR, 15_001, OdometerUnit.Km, NOW - 30 days);

        _expectNotMember(holder, Roles.HOLDER);
        _correct(holder, Roles.HOLDER, correction, proof);

        _correct(registrar, Roles.REGISTRAR, correction, proof);
        assertEq(records.stateOf(CAR).count, 3, "corrected");
    }

    /// @dev Nobody may write these directly, yet their words can be wrong like any.
    function test_appendCorrection_OfAReservedKind() public {
        bytes32 before = records.headOf(CAR);
        RecordInput memory input = _valid(CAR, RecordKinds.EXPORT);
        vm.prank(controller);
        records.appendMemberRecord(registrar, Roles.REGISTRAR, input);
        Record memory record = _record(input, 2, Roles.REGISTRAR, 0);
        input.documentHash = keccak256("right words");

        _correct(
            registrar,
            Roles.REGISTRAR,
            input,
            _proof(before, registrar, RecordKinds.EXPORT, record, new bytes32[](0))
        );
        assertEq(records.stateOf(CAR).count, 3, "corrected");
    }

    /// @dev The date of birth may have been typed too early or too late; what it was first stays in the state.
    function test_appendCorrection_OfABirthLeavesTheBirthday() public {
        _correctBirth(BORN + 1 days);
    }

    function test_appendCorrection_OfABirthMayLieBeforeIt() public {
        _correctBirth(BORN - 1 days);
    }

    function _correctBirth(uint40 observedAt) private {
        RecordInput memory input = _birth(CAR);
        input.observedAt = observedAt;
        RecordProof memory proof = _proof(
            _genesis(CAR),
            manufacturer,
            RecordKinds.MANUFACTURED,
            _record(_birth(CAR), 1, Roles.MANUFACTURER, 0),
            new bytes32[](0)
        );
        _correct(manufacturer, Roles.MANUFACTURER, input, proof);
        RecordState memory state = records.stateOf(CAR);
        assertEq(state.count, 2, "corrected");
        assertEq(state.bornAt, BORN, "the life's beginning stays");
    }

    function test_appendCorrection_OfACorrection() public {
        Written memory first = _writeService();
        RecordInput memory input = _correction(first);
        Written memory second = Written({
            headBefore: records.headOf(CAR),
            input: input,
            record: _record(input, 3, Roles.WORKSHOP, 2)
        });
        _correct(workshop, Roles.WORKSHOP, input, _prove(first, workshop));

        RecordInput memory third = _service(CAR, 15_600, NOW - 30 days);
        vm.expectEmit(address(records));
        emit IVehicleRecords.RecordAppended(CAR, workshop, SERVICE, _record(third, 4, Roles.WORKSHOP, 3));
        _correct(workshop, Roles.WORKSHOP, third, _prove(second, workshop));
    }

    function test_appendCorrection_OfAReadingIsJudgedLikeAnyReading() public {
        Written memory written = _writeService();
        RecordInput memory input = _correction(written);
        input.odometer = 14_000;
        _correct(workshop, Roles.WORKSHOP, input, _prove(written, workshop));
        _assertAnomalies(CAR, 1, "a correction is no way to lower the odometer");
        _assertReading(CAR, 15_000, OdometerUnit.Km, NOW - 30 days, "the last good reading stands");
    }

    function test_appendCorrection_OverALongLaterLife() public {
        Written memory written = _writeService();
        RecordProof memory proof = _prove(written, workshop);
        proof.laterDigests = _writeLater(300);
        assertEq(records.foldProof(CAR, proof), records.headOf(CAR), "the proof leads to the head");

        vm.prank(workshop);
        assertEq(records.appendCorrection(_correction(written), Roles.WORKSHOP, proof), 303, "index");
    }

    /// @dev Further records of the car, and their digests in order.
    function _writeLater(uint256 length) private returns (bytes32[] memory digests) {
        RecordInput[] memory inputs = new RecordInput[](length);
        digests = new bytes32[](length);
        for (uint256 i = 0; i < length; ++i) {
            inputs[i] = _reading(CAR, uint32(16_000 + i), OdometerUnit.Km, NOW - 1 days);
            digests[i] = _digest(
                CAR,
                inspector,
                ODOMETER_READING,
                _record(inputs[i], uint32(3 + i), Roles.INSPECTOR, 0)
            );
        }
        vm.prank(inspector);
        records.appendRecords(inputs, Roles.INSPECTOR);
    }

    /* PROOFS */

    function testFuzz_foldProof_LeadsToTheHeadForEveryRecord(uint8 place) public {
        Record memory service = _writeService().record;
        bytes32[] memory readings = _writeLater(6);
        bytes32[] memory digests = new bytes32[](8);
        digests[0] = _digest(CAR, manufacturer, RecordKinds.MANUFACTURED, _birthRecord(CAR));
        digests[1] = _digest(CAR, workshop, SERVICE, service);
        for (uint256 i = 0; i < 6; ++i) digests[2 + i] = readings[i];
        place = place % 8;

        bytes32 head = _genesis(CAR);
        for (uint256 i = 0; i < place; ++i) head = _fold(head, digests[i]);
        bytes32[] memory later = new bytes32[](7 - place);
        for (uint256 i = 0; i < later.length; ++i) later[i] = digests[place + 1 + i];

        RecordProof memory proof =
            place == 0
                ? _proof(head, manufacturer, RecordKinds.MANUFACTURED, _birthRecord(CAR), later)
                : place == 1
                    ? _proof(head, workshop, SERVICE, service, later)
                    : _proof(head, inspector, ODOMETER_READING, _laterRecord(place - 2), later);
        assertEq(records.foldProof(CAR, proof), records.headOf(CAR), "head");
    }

    function _laterRecord(uint32 i) private view returns (Record memory) {
        RecordInput memory input = _reading(CAR, 16_000 + i, OdometerUnit.Km, NOW - 1 days);
        return _record(input, 3 + i, Roles.INSPECTOR, 0);
    }
}
