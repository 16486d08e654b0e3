// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IVehicleRecords} from "../../contracts/interfaces/IVehicleRecords.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {RecordKinds} from "../../contracts/types/RecordKinds.sol";
import {OdometerUnit, RecordInput, RecordState} from "../../contracts/types/RecordTypes.sol";
import {RecordsTest} from "../helpers/RecordsTest.sol";
import {Vm} from "../helpers/Vm.sol";

/// @dev Many records in one call.
contract VehicleRecordsBatchTest is RecordsTest {
    uint256 private constant LIMIT = 500;

    /// @dev Services of both cars in turn, each a kilometre and a second after the one before.
    function _services(uint256 length) private pure returns (RecordInput[] memory inputs) {
        inputs = new RecordInput[](length);
        for (uint256 i = 0; i < length; ++i) {
            inputs[i] = _service(i % 2 == 0 ? CAR : OTHER_CAR, uint32(1_000 + i), uint40(NOW - 1 days + i));
        }
    }

    function _batch(RecordInput[] memory inputs) private {
        vm.prank(workshop);
        records.appendRecords(inputs, Roles.WORKSHOP);
    }

    /// @dev The head after those inputs of a batch that concern one vehicle, computed here.
    function _headAfter(RecordInput[] memory inputs, uint256 vehicleId) private view returns (bytes32 head) {
        head = records.headOf(vehicleId);
        uint32 index = records.stateOf(vehicleId).count;
        for (uint256 i = 0; i < inputs.length; ++i) {
            if (inputs[i].vehicleId != vehicleId) continue;
            head = _fold(
                head,
                _digest(vehicleId, workshop, inputs[i].kind, _record(inputs[i], ++index, Roles.WORKSHOP, 0))
            );
        }
    }

    function _assertNothingHappened() private view {
        assertEq(records.stateOf(CAR).count, 1, "the car has its birth record only");
        assertEq(records.stateOf(OTHER_CAR).count, 1, "the other car has its birth record only");
    }

    /* FAILURES */

    function test_MAX_BATCH_IsTheLimitOfTheseTests() public view {
        assertEq(records.MAX_BATCH(), LIMIT, "limit");
    }

    function test_appendRecords_RevertWhen_Empty() public {
        vm.expectRevert(abi.encodeWithSelector(IVehicleRecords.RecordsBatchEmpty.selector));
        _batch(new RecordInput[](0));
    }

    function test_appendRecords_RevertWhen_OneTooMany() public {
        vm.expectRevert(
            abi.encodeWithSelector(IVehicleRecords.RecordsBatchTooLong.selector, LIMIT + 1, LIMIT)
        );
        _batch(_services(LIMIT + 1));
        _assertNothingHappened();
    }

    function test_appendRecords_RevertWhen_ALaterRecordIsBad() public {
        RecordInput[] memory inputs = _services(3);
        inputs[2].documentHash = 0;
        vm.expectRevert(abi.encodeWithSelector(IVehicleRecords.RecordsDocumentMissing.selector, CAR));
        _batch(inputs);
        _assertNothingHappened();
    }

    function test_appendRecords_RevertWhen_ALaterVehicleIsUnknown() public {
        RecordInput[] memory inputs = _services(3);
        inputs[2].vehicleId = 404;
        vm.expectRevert(abi.encodeWithSelector(IVehicleRecords.RecordsVehicleUnknown.selector, 404));
        _batch(inputs);
        _assertNothingHappened();
    }

    function test_appendRecords_RevertWhen_ALaterKindIsNotTheClass() public {
        RecordInput[] memory inputs = _services(3);
        inputs[2].kind = INSPECTION;
        vm.expectRevert(
            abi.encodeWithSelector(
                IVehicleRecords.RecordsWriterNotAllowed.selector,
                INSPECTION,
                Roles.WORKSHOP,
                _set(Roles.INSPECTOR)
            )
        );
        _batch(inputs);
        _assertNothingHappened();
    }

    function test_appendRecords_RevertWhen_ALaterKindIsReserved() public {
        RecordInput[] memory inputs = new RecordInput[](2);
        inputs[0] = _reading(CAR, 1, OdometerUnit.Km, NOW);
        inputs[1] = _valid(CAR, RecordKinds.EXPORT);
        vm.expectRevert(
            abi.encodeWithSelector(IVehicleRecords.RecordsKindReserved.selector, RecordKinds.EXPORT)
        );
        vm.prank(registrar);
        records.appendRecords(inputs, Roles.REGISTRAR);
        _assertNothingHappened();
    }

    function test_appendRecords_RevertWhen_TheFirstKindIsZero() public {
        RecordInput[] memory inputs = _services(2);
        inputs[0].kind = 0;
        vm.expectRevert(
            abi.encodeWithSelector(IVehicleRecords.RecordsWriterNotAllowed.selector, 0, Roles.WORKSHOP, 0)
        );
        _batch(inputs);
        _assertNothingHappened();
    }

    /// @dev The writers of a kind are looked up again when the kind changes, also back to a kind checked before.
    function test_appendRecords_TakesKindsInTurn() public {
        RecordInput[] memory inputs = _services(4);
        inputs[1].kind = ODOMETER_READING;
        inputs[3].kind = ODOMETER_READING;
        bytes32 carHead = _headAfter(inputs, CAR);
        bytes32 otherHead = _headAfter(inputs, OTHER_CAR);
        _batch(inputs);
        assertEq(records.headOf(CAR), carHead, "head of the car");
        assertEq(records.headOf(OTHER_CAR), otherHead, "head of the other car");
    }

    function test_appendRecords_RevertWhen_MemberHasADelay() public {
        consortium.grantRole(Roles.WORKSHOP, buyer, 1);
        _expectNotMember(buyer, Roles.WORKSHOP);
        vm.prank(buyer);
        records.appendRecords(_services(2), Roles.WORKSHOP);
    }

    /* BATCHES */

    function test_appendRecords_OfOneIsLikeASingleRecord() public {
        RecordInput[] memory inputs = _services(1);
        bytes32 expected = _headAfter(inputs, CAR);

        vm.expectEmit(address(records));
        emit IVehicleRecords.RecordAppended(CAR, workshop, SERVICE, _record(inputs[0], 2, Roles.WORKSHOP, 0));
        _batch(inputs);
        assertEq(records.headOf(CAR), expected, "head");
        assertEq(records.stateOf(OTHER_CAR).count, 1, "the other car");
    }

    function test_appendRecords_TakesAFullBatchInOrder() public {
        RecordInput[] memory inputs = _services(LIMIT);
        bytes32 carHead = _headAfter(inputs, CAR);
        bytes32 otherHead = _headAfter(inputs, OTHER_CAR);

        _batch(inputs);

        assertEq(records.headOf(CAR), carHead, "head of the car");
        assertEq(records.headOf(OTHER_CAR), otherHead, "head of the other car");
        assertEq(records.stateOf(CAR).count, 1 + LIMIT / 2, "count of the car");
        assertEq(records.stateOf(OTHER_CAR).count, 1 + LIMIT / 2, "count of the other car");
        _assertReading(
            CAR,
            uint32(1_000 + LIMIT - 2),
            OdometerUnit.Km,
            uint40(NOW - 1 days + LIMIT - 2),
            "last"
        );
    }

    function testFuzz_appendRecords_EmitsOneFoldableEventEach(uint8 length) public {
        length = uint8(bound(length, 1, 20));
        bytes32 carHead = records.headOf(CAR);
        bytes32 otherHead = records.headOf(OTHER_CAR);

        vm.recordLogs();
        _batch(_services(length));
        Vm.Log[] memory logs = vm.getRecordedLogs();

        assertEq(logs.length, length, "events");
        (carHead, ) = _foldLogs(logs, CAR, carHead);
        (otherHead, ) = _foldLogs(logs, OTHER_CAR, otherHead);
        assertEq(records.headOf(CAR), carHead, "head of the car");
        assertEq(records.headOf(OTHER_CAR), otherHead, "head of the other car");
    }

    /// @dev Rules see the records before them in the same batch.
    function test_appendRecords_QuarantinesWithinABatch() public {
        RecordInput[] memory inputs = new RecordInput[](3);
        inputs[0] = _service(CAR, 5_000, NOW - 3 days);
        inputs[1] = _service(CAR, 4_000, NOW - 2 days);
        inputs[2] = _service(CAR, 5_001, NOW - 1 days);
        _batch(inputs);

        RecordState memory state = records.stateOf(CAR);
        assertEq(state.anomalies, 1, "lower");
        assertEq(state.odometer, 5_001, "the last good reading");
        assertEq(state.count, 4, "all are recorded");
    }
}
