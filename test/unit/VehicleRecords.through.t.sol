// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IVehicleRecords} from "../../contracts/interfaces/IVehicleRecords.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {RecordKinds} from "../../contracts/types/RecordKinds.sol";
import {
    OdometerUnit,
    Record,
    RecordInput,
    RecordState,
    TrustGrade
} from "../../contracts/types/RecordTypes.sol";
import {RecordsTest} from "../helpers/RecordsTest.sol";

/// @dev Records that come through other contracts: for members, holders and the vehicle's own key.
contract VehicleRecordsThroughTest is RecordsTest {
    uint256 private constant NEW_CAR = uint256(keccak256("new car"));
    address private constant KEY = address(uint160(uint256(keccak256("hardware key"))));

    /// @dev Everybody in the system, with the contracts.
    function _callers() private view returns (address[] memory callers) {
        callers = new address[](20);
        callers[0] = registrar;
        callers[1] = manufacturer;
        callers[2] = workshop;
        callers[3] = inspector;
        callers[4] = assessor;
        callers[5] = insurer;
        callers[6] = recycler;
        callers[7] = court;
        callers[8] = guardian;
        callers[9] = admissions;
        callers[10] = lienController;
        callers[11] = safetyController;
        callers[12] = saleController;
        callers[13] = rentalController;
        callers[14] = holder;
        callers[15] = stranger;
        callers[16] = address(this);
        callers[17] = address(title);
        callers[18] = address(keys);
        callers[19] = controller;
    }

    function _expectForeign(address caller, uint64 role) private {
        _expectNotMember(caller, role);
        vm.prank(caller);
    }

    /* WHO MAY CALL */

    function test_openRecord_RevertWhen_CallerIsNotTheTitle() public {
        address[] memory callers = _callers();
        for (uint256 i = 0; i < callers.length; ++i) {
            if (callers[i] == address(title)) continue;
            _expectForeign(callers[i], Roles.TITLE_CONTRACT);
            records.openRecord(manufacturer, Roles.MANUFACTURER, _birth(NEW_CAR));
        }
        assertEq(records.headOf(NEW_CAR), bytes32(0), "no life");
    }

    /// @dev A member named in the data who is not the caller: no member reaches this way in, not even for itself.
    function test_attack_MemberNamedInTheDataIsNotTheCaller() public {
        address[] memory callers = _callers();
        for (uint256 i = 0; i < callers.length; ++i) {
            if (callers[i] == address(title) || callers[i] == controller) continue;
            _expectForeign(callers[i], Roles.RECORD_CONTROLLER);
            records.appendMemberRecord(registrar, Roles.REGISTRAR, _valid(CAR, RecordKinds.IMPORT));
        }
        assertEq(records.stateOf(CAR).count, 1, "no record");
    }

    function test_appendHolderRecord_RevertWhen_CallerIsNotTheTitle() public {
        address[] memory callers = _callers();
        for (uint256 i = 0; i < callers.length; ++i) {
            if (callers[i] == address(title)) continue;
            _expectForeign(callers[i], Roles.TITLE_CONTRACT);
            records.appendHolderRecord(holder, _valid(CAR, ODOMETER_READING));
        }
        assertEq(records.stateOf(CAR).count, 1, "no record");
    }

    function test_appendVehicleRecord_RevertWhen_CallerIsNotTheKeysContract() public {
        address[] memory callers = _callers();
        for (uint256 i = 0; i < callers.length; ++i) {
            if (callers[i] == address(keys)) continue;
            _expectForeign(callers[i], Roles.KEYS_CONTRACT);
            records.appendVehicleRecord(KEY, _valid(CAR, ODOMETER_READING));
        }
        assertEq(records.stateOf(CAR).count, 1, "no record");
    }

    /* FOR MEMBERS */

    function test_attack_ControllerNamesANonMember() public {
        _expectNotMember(stranger, Roles.REGISTRAR);
        vm.prank(controller);
        records.appendMemberRecord(stranger, Roles.REGISTRAR, _valid(CAR, RecordKinds.IMPORT));

        _expectNotMember(workshop, Roles.REGISTRAR);
        vm.prank(controller);
        records.appendMemberRecord(workshop, Roles.REGISTRAR, _valid(CAR, RecordKinds.IMPORT));

        _expectNotMember(controller, Roles.REGISTRAR);
        vm.prank(controller);
        records.appendMemberRecord(controller, Roles.REGISTRAR, _valid(CAR, RecordKinds.IMPORT));
    }

    function test_appendMemberRecord_RevertWhen_MemberHasADelay() public {
        consortium.grantRole(Roles.REGISTRAR, buyer, 1 days);
        _expectNotMember(buyer, Roles.REGISTRAR);
        vm.prank(controller);
        records.appendMemberRecord(buyer, Roles.REGISTRAR, _valid(CAR, RecordKinds.IMPORT));
    }

    function test_appendMemberRecord_RevertWhen_VehicleIsUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IVehicleRecords.RecordsVehicleUnknown.selector, NEW_CAR));
        vm.prank(controller);
        records.appendMemberRecord(registrar, Roles.REGISTRAR, _valid(NEW_CAR, RecordKinds.IMPORT));
    }

    function test_appendMemberRecord_WritesReservedKindsInTheMembersName() public {
        bytes32 head = records.headOf(CAR);
        for (uint8 kind = 12; kind <= 15; ++kind) {
            bool isDestruction = kind == RecordKinds.DESTRUCTION;
            uint64 role = isDestruction ? Roles.RECYCLER : Roles.REGISTRAR;
            address member = isDestruction ? recycler : registrar;
            RecordInput memory input = _valid(CAR, kind);
            Record memory record = _record(input, kind - 10, role, 0);

            vm.expectEmit(address(records));
            emit IVehicleRecords.RecordAppended(CAR, member, kind, record);
            vm.prank(controller);
            assertEq(records.appendMemberRecord(member, role, input), kind - 10, "index");
            head = _fold(head, _digest(CAR, member, kind, record));
            assertEq(records.headOf(CAR), head, "head");
        }
    }

    /// @dev A life has one beginning, whoever the table lets write births and through whatever contract.
    function test_attack_SecondBirthOfAVehicle() public {
        for (uint8 kind = 1; kind <= 2; ++kind) {
            _setKindWriters(kind, _set(Roles.MANUFACTURER) | _set(Roles.HOLDER) | _set(Roles.VEHICLE));
            RecordInput memory input = _valid(CAR, kind);
            bytes memory reserved = abi.encodeWithSelector(
                IVehicleRecords.RecordsKindReserved.selector,
                kind
            );

            vm.expectRevert(reserved);
            _append(manufacturer, Roles.MANUFACTURER, input);
            vm.expectRevert(reserved);
            vm.prank(manufacturer);
            records.appendRecords(_asArray(input), Roles.MANUFACTURER);
            vm.expectRevert(reserved);
            vm.prank(controller);
            records.appendMemberRecord(manufacturer, Roles.MANUFACTURER, input);
            vm.expectRevert(reserved);
            vm.prank(address(title));
            records.appendHolderRecord(holder, input);
            vm.expectRevert(reserved);
            vm.prank(address(keys));
            records.appendVehicleRecord(KEY, input);
        }
        assertEq(records.stateOf(CAR).count, 1, "one birth");
    }

    /* FOR HOLDERS */

    function test_appendHolderRecord_RevertWhen_HoldersMayNotWriteTheKind() public {
        for (uint8 kind = 0; kind <= 22; ++kind) {
            if (kind == ODOMETER_READING) continue;
            RecordInput memory input = _valid(CAR, kind);
            uint64 writers = records.kindWritersOf(kind);
            vm.expectRevert(
                abi.encodeWithSelector(
                    IVehicleRecords.RecordsWriterNotAllowed.selector,
                    kind,
                    Roles.HOLDER,
                    writers
                )
            );
            vm.prank(address(title));
            records.appendHolderRecord(holder, input);
        }
    }

    function test_appendHolderRecord_RevertWhen_KindIsReserved() public {
        _setKindWriters(100, _set(Roles.HOLDER) | _set(Roles.RECORD_CONTROLLER));
        vm.expectRevert(abi.encodeWithSelector(IVehicleRecords.RecordsKindReserved.selector, 100));
        vm.prank(address(title));
        records.appendHolderRecord(holder, _valid(CAR, 100));
    }

    function test_appendHolderRecord_RevertWhen_VehicleIsUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IVehicleRecords.RecordsVehicleUnknown.selector, NEW_CAR));
        vm.prank(address(title));
        records.appendHolderRecord(holder, _valid(NEW_CAR, ODOMETER_READING));
    }

    function test_appendHolderRecord_IsSelfReported() public {
        RecordInput memory input = _reading(CAR, 12_345, OdometerUnit.Mi, NOW - 1 days);
        Record memory record = _record(input, 2, Roles.HOLDER, 0);
        bytes32 before = records.headOf(CAR);

        vm.expectEmit(address(records));
        emit IVehicleRecords.RecordAppended(CAR, holder, ODOMETER_READING, record);
        vm.prank(address(title));
        assertEq(records.appendHolderRecord(holder, input), 2, "index");
        assertEq(uint256(records.gradeOf(record.role)), uint256(TrustGrade.SelfReported), "grade");
        assertEq(records.headOf(CAR), _fold(before, _digest(CAR, holder, ODOMETER_READING, record)), "head");
        _assertReading(CAR, 12_345, OdometerUnit.Mi, NOW - 1 days, "reading");
    }

    /* FOR VEHICLES */

    function test_appendVehicleRecord_RevertWhen_VehiclesMayNotWriteTheKind() public {
        for (uint8 kind = 0; kind <= 22; ++kind) {
            if (kind == ODOMETER_READING) continue;
            RecordInput memory input = _valid(CAR, kind);
            uint64 writers = records.kindWritersOf(kind);
            vm.expectRevert(
                abi.encodeWithSelector(
                    IVehicleRecords.RecordsWriterNotAllowed.selector,
                    kind,
                    Roles.VEHICLE,
                    writers
                )
            );
            vm.prank(address(keys));
            records.appendVehicleRecord(KEY, input);
        }
    }

    function test_appendVehicleRecord_RevertWhen_KindIsReserved() public {
        _setKindWriters(100, _set(Roles.VEHICLE) | _set(Roles.RECORD_CONTROLLER));
        vm.expectRevert(abi.encodeWithSelector(IVehicleRecords.RecordsKindReserved.selector, 100));
        vm.prank(address(keys));
        records.appendVehicleRecord(KEY, _valid(CAR, 100));
    }

    function test_appendVehicleRecord_IsHardwareGrade() public {
        RecordInput memory input = _reading(CAR, 12_345, OdometerUnit.Km, NOW - 1 days);
        Record memory record = _record(input, 2, Roles.VEHICLE, 0);
        bytes32 before = records.headOf(CAR);

        vm.expectEmit(address(records));
        emit IVehicleRecords.RecordAppended(CAR, KEY, ODOMETER_READING, record);
        vm.prank(address(keys));
        assertEq(records.appendVehicleRecord(KEY, input), 2, "index");
        assertEq(uint256(records.gradeOf(record.role)), uint256(TrustGrade.Hardware), "grade");
        assertEq(records.headOf(CAR), _fold(before, _digest(CAR, KEY, ODOMETER_READING, record)), "head");
        _assertReading(CAR, 12_345, OdometerUnit.Km, NOW - 1 days, "reading");
    }

    /// @dev A contradicting reading of the car itself is quarantined like anybody's.
    function test_appendVehicleRecord_IsJudgedLikeAnyReading() public {
        _append(inspector, Roles.INSPECTOR, _reading(CAR, 20_000, OdometerUnit.Km, NOW - 2 days));
        vm.prank(address(keys));
        records.appendVehicleRecord(KEY, _reading(CAR, 10_000, OdometerUnit.Km, NOW - 1 days));

        RecordState memory state = records.stateOf(CAR);
        assertEq(state.anomalies, 1, "lower");
        assertEq(state.odometer, 20_000, "the last good reading stands");
    }
}
