// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IVehicleRecords} from "../../contracts/interfaces/IVehicleRecords.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {RecordKinds} from "../../contracts/types/RecordKinds.sol";
import {OdometerUnit, Record, RecordInput, RecordState} from "../../contracts/types/RecordTypes.sol";
import {RecordsTest} from "../helpers/RecordsTest.sol";
import {Vm} from "../helpers/Vm.sol";

/// @dev Births and single records: what is refused, what is folded, what is emitted.
contract VehicleRecordsAppendTest is RecordsTest {
    uint256 private constant NEW_CAR = uint256(keccak256("new car"));

    function _open(RecordInput memory input, uint64 role) private {
        address author = role == Roles.REGISTRAR ? registrar : manufacturer;
        vm.prank(address(title));
        records.openRecord(author, role, input);
    }

    /* BIRTH: FAILURES */

    function test_openRecord_RevertWhen_KindIsNoBirth() public {
        for (uint256 kind = 0; kind <= type(uint8).max; ++kind) {
            if (kind == RecordKinds.MANUFACTURED || kind == RecordKinds.FIRST_REGISTERED) continue;
            RecordInput memory input = _valid(NEW_CAR, uint8(kind));
            vm.expectRevert(abi.encodeWithSelector(IVehicleRecords.RecordsKindNotBirth.selector, kind));
            _open(input, Roles.REGISTRAR);
        }
    }

    function test_openRecord_RevertWhen_ClassMayNotWriteThisBirth() public {
        vm.expectRevert(
            abi.encodeWithSelector(
                IVehicleRecords.RecordsWriterNotAllowed.selector,
                RecordKinds.MANUFACTURED,
                Roles.REGISTRAR,
                _set(Roles.MANUFACTURER)
            )
        );
        _open(_birth(NEW_CAR), Roles.REGISTRAR);

        vm.expectRevert(
            abi.encodeWithSelector(
                IVehicleRecords.RecordsWriterNotAllowed.selector,
                RecordKinds.FIRST_REGISTERED,
                Roles.MANUFACTURER,
                _set(Roles.REGISTRAR)
            )
        );
        _open(_valid(NEW_CAR, RecordKinds.FIRST_REGISTERED), Roles.MANUFACTURER);
    }

    function test_openRecord_RevertWhen_AuthorIsNoMember() public {
        _expectNotMember(stranger, Roles.MANUFACTURER);
        vm.prank(address(title));
        records.openRecord(stranger, Roles.MANUFACTURER, _birth(NEW_CAR));
    }

    function test_openRecord_RevertWhen_VehicleExists() public {
        bytes32 head = records.headOf(CAR);
        vm.expectRevert(abi.encodeWithSelector(IVehicleRecords.RecordsVehicleExists.selector, CAR));
        _open(_birth(CAR), Roles.MANUFACTURER);
        vm.expectRevert(abi.encodeWithSelector(IVehicleRecords.RecordsVehicleExists.selector, CAR));
        _open(_valid(CAR, RecordKinds.FIRST_REGISTERED), Roles.REGISTRAR);
        assertEq(records.headOf(CAR), head, "the life that exists");
    }

    function test_openRecord_RevertWhen_DocumentIsMissing() public {
        RecordInput memory input = _birth(NEW_CAR);
        input.documentHash = 0;
        vm.expectRevert(abi.encodeWithSelector(IVehicleRecords.RecordsDocumentMissing.selector, NEW_CAR));
        _open(input, Roles.MANUFACTURER);
    }

    function test_openRecord_RevertWhen_BornInFuture() public {
        RecordInput memory input = _birth(NEW_CAR);
        input.observedAt = NOW + 1;
        vm.expectRevert(
            abi.encodeWithSelector(IVehicleRecords.RecordsObservedInFuture.selector, NEW_CAR, NOW + 1, NOW)
        );
        _open(input, Roles.MANUFACTURER);
    }

    /* BIRTH */

    function test_openRecord_BeginsTheFoldAtGenesis() public {
        RecordInput memory input = _birth(NEW_CAR);
        Record memory record = _record(input, 1, Roles.MANUFACTURER, 0);

        vm.expectEmit(address(records));
        emit IVehicleRecords.RecordAppended(NEW_CAR, manufacturer, RecordKinds.MANUFACTURED, record);
        _open(input, Roles.MANUFACTURER);

        bytes32 digest = _digest(NEW_CAR, manufacturer, RecordKinds.MANUFACTURED, record);
        assertEq(records.headOf(NEW_CAR), _fold(_genesis(NEW_CAR), digest), "head");
        RecordState memory state = records.stateOf(NEW_CAR);
        assertEq(state.count, 1, "count");
        assertEq(state.bornAt, BORN, "birth");
        _assertReading(NEW_CAR, 0, OdometerUnit.None, 0, "no reading yet");
    }

    function test_openRecord_TakesTheFirstReading() public {
        RecordInput memory input = _input(
            NEW_CAR,
            RecordKinds.FIRST_REGISTERED,
            81_000,
            OdometerUnit.Mi,
            NOW
        );
        _open(input, Roles.REGISTRAR);

        _assertReading(NEW_CAR, 81_000, OdometerUnit.Mi, NOW, "a used car's first reading");
        _assertAnomalies(NEW_CAR, 0, "nothing to contradict");
        assertEq(records.stateOf(NEW_CAR).bornAt, NOW, "birth at this moment is not in the future");
    }

    /* RECORDS: FAILURES */

    function test_appendRecord_RevertWhen_VehicleIsUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IVehicleRecords.RecordsVehicleUnknown.selector, NEW_CAR));
        _append(workshop, Roles.WORKSHOP, _service(NEW_CAR, 1, NOW));
    }

    function test_appendRecord_RevertWhen_DocumentIsMissing() public {
        RecordInput memory input = _service(CAR, 1, NOW);
        input.documentHash = 0;
        vm.expectRevert(abi.encodeWithSelector(IVehicleRecords.RecordsDocumentMissing.selector, CAR));
        _append(workshop, Roles.WORKSHOP, input);
    }

    function test_attack_ObservedInFuture() public {
        vm.expectRevert(
            abi.encodeWithSelector(IVehicleRecords.RecordsObservedInFuture.selector, CAR, NOW + 1, NOW)
        );
        _append(workshop, Roles.WORKSHOP, _service(CAR, 1, NOW + 1));

        _append(workshop, Roles.WORKSHOP, _service(CAR, 1, NOW));
        assertEq(records.stateOf(CAR).count, 2, "this very second is not the future");
    }

    function test_attack_ObservedBeforeBirth() public {
        vm.expectRevert(
            abi.encodeWithSelector(IVehicleRecords.RecordsObservedBeforeBirth.selector, CAR, BORN - 1, BORN)
        );
        _append(workshop, Roles.WORKSHOP, _service(CAR, 1, BORN - 1));

        _append(workshop, Roles.WORKSHOP, _service(CAR, 1, BORN));
        assertEq(records.stateOf(CAR).count, 2, "the moment of birth belongs to the life");
    }

    function test_appendRecord_RevertWhen_ReadingHasNoUnit() public {
        RecordInput memory input = _input(CAR, SERVICE, 1, OdometerUnit.None, NOW);
        vm.expectRevert(abi.encodeWithSelector(IVehicleRecords.RecordsOdometerUnitMissing.selector, CAR, 1));
        _append(workshop, Roles.WORKSHOP, input);
    }

    function testFuzz_appendRecord_RevertWhen_CodeStandsOutsideABrand(uint8 code) public {
        code = uint8(bound(code, 1, type(uint8).max));
        RecordInput memory input = _service(CAR, 1, NOW);
        input.code = code;
        vm.expectRevert(abi.encodeWithSelector(IVehicleRecords.RecordsCodeInvalid.selector, SERVICE, code));
        _append(workshop, Roles.WORKSHOP, input);
    }

    /// @dev Bits beyond a field's width would be hashed by assembly; the decoder has to refuse them before.
    function test_attack_DirtyCalldataIsRefused() public {
        bytes memory clean = abi.encodeCall(
            records.appendRecord,
            (_service(CAR, 1, NOW - 1 days), Roles.WORKSHOP)
        );
        vm.prank(workshop);
        (bool isAccepted, ) = address(records).call(clean);
        assertTrue(isAccepted, "the same call without dirt");

        // words: vehicle, document, kind, code, odometer, unit, observedAt, role
        uint256[6] memory widths = [uint256(8), 8, 32, 2, 40, 64];
        for (uint256 i = 0; i < widths.length; ++i) {
            bytes memory dirty = abi.encodeCall(
                records.appendRecord,
                (_service(CAR, 2, NOW), Roles.WORKSHOP)
            );
            uint256 position = 4 + 32 * (i + 2) + 31 - widths[i] / 8;
            dirty[position] = bytes1(uint8(dirty[position]) | (i == 3 ? 3 : 1));
            vm.prank(workshop);
            (isAccepted, ) = address(records).call(dirty);
            assertFalse(isAccepted, "a field with a bit beyond its width");
        }
        assertEq(records.stateOf(CAR).count, 2, "only the clean record");
    }

    /* RECORDS */

    function test_appendRecord_FoldsAndEmitsWhatWasStated() public {
        RecordInput memory input = _service(CAR, 15_000, NOW - 30 days);
        Record memory record = _record(input, 2, Roles.WORKSHOP, 0);
        bytes32 before = records.headOf(CAR);

        vm.expectEmit(address(records));
        emit IVehicleRecords.RecordAppended(CAR, workshop, SERVICE, record);
        uint32 index = _append(workshop, Roles.WORKSHOP, input);

        assertEq(index, 2, "the second record");
        assertEq(records.headOf(CAR), _fold(before, _digest(CAR, workshop, SERVICE, record)), "head");
        assertEq(records.stateOf(CAR).count, 2, "count");
        assertEq(records.stateOf(CAR).bornAt, BORN, "birth stays");
        _assertReading(CAR, 15_000, OdometerUnit.Km, NOW - 30 days, "reading");
    }

    function test_appendRecord_WithoutReadingKeepsTheLastOne() public {
        _append(workshop, Roles.WORKSHOP, _service(CAR, 15_000, NOW - 30 days));
        _append(insurer, Roles.INSURER, _valid(CAR, ACCIDENT));
        _assertReading(CAR, 15_000, OdometerUnit.Km, NOW - 30 days, "reading");
        _assertAnomalies(CAR, 0, "no reading is none of zero");
        assertEq(records.stateOf(CAR).count, 3, "count");
    }

    function test_appendRecord_TouchesNoOtherVehicle() public {
        bytes32 head = records.headOf(OTHER_CAR);
        bytes32 state = keccak256(abi.encode(records.stateOf(OTHER_CAR)));
        _append(workshop, Roles.WORKSHOP, _service(CAR, 15_000, NOW));
        assertEq(records.headOf(OTHER_CAR), head, "head of the other");
        assertEq(keccak256(abi.encode(records.stateOf(OTHER_CAR))), state, "state of the other");
    }

    function test_appendRecord_EmitsOneEventOnly() public {
        RecordInput memory input = _service(CAR, 15_000, NOW);
        vm.recordLogs();
        _append(workshop, Roles.WORKSHOP, input);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 1, "one event");
        assertEq(logs[0].topics[0], RECORD_APPENDED, "its name and types");
    }

    function testFuzz_appendRecord_EventAndHeadAreThePlainEncoding(
        bytes32 documentHash,
        uint32 odometer,
        bool isMi,
        uint40 observedAt
    ) public {
        vm.assume(documentHash != 0);
        RecordInput memory input = _service(CAR, odometer, uint40(bound(observedAt, BORN, NOW)));
        input.documentHash = documentHash;
        input.odometerUnit = isMi ? OdometerUnit.Mi : OdometerUnit.Km;
        Record memory record = _record(input, 2, Roles.WORKSHOP, 0);
        bytes32 before = records.headOf(CAR);

        vm.recordLogs();
        _append(workshop, Roles.WORKSHOP, input);
        Vm.Log memory log = vm.getRecordedLogs()[0];

        assertEq(keccak256(log.data), keccak256(abi.encode(record)), "data");
        assertEq(log.topics[1], bytes32(CAR), "vehicle");
        assertEq(log.topics[2], bytes32(uint256(uint160(workshop))), "author");
        assertEq(log.topics[3], bytes32(uint256(SERVICE)), "kind");
        assertEq(records.headOf(CAR), _fold(before, _digest(CAR, workshop, SERVICE, record)), "head");
    }

    function testFuzz_appendRecord_HeadIsTheFoldOfAllEvents(uint256 seed) public {
        bytes32 carHead = records.headOf(CAR);
        bytes32 otherHead = records.headOf(OTHER_CAR);
        vm.recordLogs();
        for (uint256 i = 0; i < 12; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 vehicleId = seed & 1 == 0 ? CAR : OTHER_CAR;
            uint40 observedAt = uint40(bound(seed >> 64, BORN, NOW));
            OdometerUnit unit = seed & 2 == 0 ? OdometerUnit.Km : OdometerUnit.Mi;
            _append(workshop, Roles.WORKSHOP, _reading(vehicleId, uint32(seed >> 128), unit, observedAt));
        }
        Vm.Log[] memory logs = vm.getRecordedLogs();

        uint256 carCount;
        uint256 otherCount;
        (carHead, carCount) = _foldLogs(logs, CAR, carHead);
        (otherHead, otherCount) = _foldLogs(logs, OTHER_CAR, otherHead);
        assertEq(records.headOf(CAR), carHead, "head of the car");
        assertEq(records.headOf(OTHER_CAR), otherHead, "head of the other car");
        assertEq(records.stateOf(CAR).count, carCount + 1, "count of the car");
        assertEq(records.stateOf(OTHER_CAR).count, otherCount + 1, "count of the other car");
        assertEq(carCount + otherCount, 12, "one event a record");
    }

    /* VIEWS */

    function test_views_AreZeroForAnUnknownVehicle() public view {
        assertEq(records.headOf(NEW_CAR), bytes32(0), "head");
        RecordState memory nothing;
        assertEq(keccak256(abi.encode(records.stateOf(NEW_CAR))), keccak256(abi.encode(nothing)), "state");
    }
}
