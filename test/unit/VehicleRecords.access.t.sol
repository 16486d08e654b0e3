// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {IVehicleRecords} from "../../contracts/interfaces/IVehicleRecords.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {RecordKinds} from "../../contracts/types/RecordKinds.sol";
import {KindWriters, OdometerUnit, RecordInput, RecordProof} from "../../contracts/types/RecordTypes.sol";
import {RecordsTest} from "../helpers/RecordsTest.sol";

/// @dev Who may write which kind, as itself.
contract VehicleRecordsAccessTest is RecordsTest {
    using Strings for uint256;

    /// @dev Beyond the kinds that have names, to see that unknown ones stay closed.
    uint8 private constant LAST_KIND = 22;

    mapping(uint64 role => address member) private _members;

    function setUp() public override {
        super.setUp();
        _causeAnomaly(CAR);
        for (uint64 role = 1; role <= Roles.LAST_MEMBER_CLASS; ++role) {
            _members[role] = _newMember(string.concat("member of class ", uint256(role).toString()), role);
        }
    }

    /// @dev The table of the test's wiring, written down once more.
    function _writers(uint8 kind) private pure returns (uint64) {
        uint64 controller = uint64(1) << 42;
        if (kind == 1) return 1 << 2;
        if (kind == 2) return 1 << 1;
        if (kind == 4) return (1 << 4) | (1 << 2);
        if (kind == 5) return (1 << 4) | (1 << 5) | (1 << 1) | (1 << 30) | (1 << 31);
        if (kind == 6) return (1 << 6) | (1 << 7);
        if (kind == 9) return 1 << 5;
        if (kind == 10) return (1 << 1) | (1 << 7);
        if (kind == 11) return 1 << 5;
        if (kind == 12 || kind == 14 || kind == 15) return (1 << 1) | controller;
        if (kind == 13) return (1 << 9) | controller;
        return 0;
    }

    function _isReserved(uint8 kind) private pure returns (bool) {
        return kind == 1 || kind == 2 || (kind >= 12 && kind <= 15);
    }

    function _notAllowed(uint8 kind, uint64 role) private pure returns (bytes memory) {
        return
            abi.encodeWithSelector(
                IVehicleRecords.RecordsWriterNotAllowed.selector,
                kind,
                role,
                _writers(kind)
            );
    }

    function _noProof(RecordInput memory input) private view returns (RecordProof memory) {
        return _proof(0, stranger, input.kind, _birthRecord(CAR), new bytes32[](0));
    }

    /* THE MATRIX */

    function test_appendRecord_LetsEveryClassWriteItsKinds() public {
        uint256 accepted;
        for (uint8 kind = 0; kind <= LAST_KIND; ++kind) {
            for (uint64 role = 1; role <= Roles.LAST_MEMBER_CLASS; ++role) {
                if ((_writers(kind) >> role) & 1 == 0 || _isReserved(kind)) continue;
                uint32 count = records.stateOf(CAR).count;
                uint32 index = _append(_members[role], role, _valid(CAR, kind));
                assertEq(index, count + 1, string.concat("kind ", uint256(kind).toString()));
                ++accepted;
            }
        }
        assertEq(accepted, 11, "pairs of kind and class in the table");
    }

    function test_attack_WrongClassWritesEachKind() public {
        uint32 count = records.stateOf(CAR).count;
        for (uint8 kind = 0; kind <= LAST_KIND; ++kind) {
            RecordInput memory input = _valid(CAR, kind);
            for (uint64 role = 1; role <= Roles.LAST_MEMBER_CLASS; ++role) {
                if ((_writers(kind) >> role) & 1 == 1) continue;
                vm.expectRevert(_notAllowed(kind, role));
                _append(_members[role], role, input);

                vm.expectRevert(_notAllowed(kind, role));
                vm.prank(_members[role]);
                records.appendRecords(_asArray(input), role);

                RecordProof memory proof = _noProof(input);
                vm.expectRevert(_notAllowed(kind, role));
                vm.prank(_members[role]);
                records.appendCorrection(input, role, proof);

                vm.expectRevert(_notAllowed(kind, role));
                vm.prank(controller);
                records.appendMemberRecord(_members[role], role, input);
            }
        }
        assertEq(records.stateOf(CAR).count, count, "no record");
    }

    function test_attack_WrongClassNamesARoleItLacks() public {
        for (uint64 role = 1; role <= Roles.LAST_MEMBER_CLASS; ++role) {
            if (role == Roles.SUPPLIER) continue;
            _expectNotMember(_members[Roles.SUPPLIER], role);
            _append(_members[Roles.SUPPLIER], role, _service(CAR, 1, NOW));
        }
    }

    function test_attack_StrangerWritesEachKind() public {
        _refuseEachKind(stranger);
    }

    /// @dev The council sets the table; it writes nothing.
    function test_attack_CouncilWritesEachKind() public {
        _refuseEachKind(address(this));
    }

    function test_attack_ExpelledMemberWritesEachKind() public {
        for (uint64 role = 1; role <= Roles.LAST_MEMBER_CLASS; ++role) {
            consortium.grantRole(role, buyer, 0);
        }
        _append(buyer, Roles.WORKSHOP, _service(CAR, 91_000, NOW));
        bytes32 head = records.headOf(CAR);
        uint32 count = records.stateOf(CAR).count;

        _expel(buyer);

        _refuseEachKind(buyer);
        assertEq(records.headOf(CAR), head, "what it wrote stays");
        assertEq(records.stateOf(CAR).count, count, "and still counts");
    }

    /// @dev By every way in that names the author, in every class.
    function _refuseEachKind(address account) private {
        for (uint8 kind = 1; kind <= LAST_KIND; ++kind) {
            RecordInput memory input = _valid(CAR, kind);
            for (uint64 role = 1; role <= Roles.LAST_MEMBER_CLASS; ++role) {
                _expectNotMember(account, role);
                _append(account, role, input);

                _expectNotMember(account, role);
                vm.prank(account);
                records.appendRecords(_asArray(input), role);

                RecordProof memory proof = _noProof(input);
                _expectNotMember(account, role);
                vm.prank(account);
                records.appendCorrection(input, role, proof);

                _expectNotMember(account, role);
                vm.prank(controller);
                records.appendMemberRecord(account, role, input);
            }
        }
    }

    /* RESERVED KINDS */

    function test_appendRecord_RevertWhen_KindIsReserved() public {
        uint256 refused;
        for (uint8 kind = 1; kind <= LAST_KIND; ++kind) {
            if (!_isReserved(kind)) continue;
            RecordInput memory input = _valid(CAR, kind);
            for (uint64 role = 1; role <= Roles.LAST_MEMBER_CLASS; ++role) {
                if ((_writers(kind) >> role) & 1 == 0) continue;
                vm.expectRevert(abi.encodeWithSelector(IVehicleRecords.RecordsKindReserved.selector, kind));
                _append(_members[role], role, input);

                vm.expectRevert(abi.encodeWithSelector(IVehicleRecords.RecordsKindReserved.selector, kind));
                vm.prank(_members[role]);
                records.appendRecords(_asArray(input), role);
                ++refused;
            }
        }
        assertEq(refused, 6, "two kinds of birth, and four that contracts enforce");
    }

    /// @dev Even a contract that controls records has to come through its own way in.
    function test_appendRecord_RevertWhen_ControllerWritesDirectly() public {
        vm.expectRevert(
            abi.encodeWithSelector(IVehicleRecords.RecordsKindReserved.selector, RecordKinds.IMPORT)
        );
        _append(controller, Roles.RECORD_CONTROLLER, _valid(CAR, RecordKinds.IMPORT));
    }

    /* ROLES BEYOND A SET */

    function test_appendRecord_RevertWhen_RoleIsBeyondASet() public {
        _setKindWriters(100, type(uint64).max & ~_set(Roles.RECORD_CONTROLLER));
        uint64 writers = records.kindWritersOf(100);
        uint64[4] memory roles = [uint64(64), 65, 128, type(uint64).max - 1];
        for (uint256 i = 0; i < roles.length; ++i) {
            consortium.grantRole(roles[i], buyer, 0);
            vm.expectRevert(
                abi.encodeWithSelector(
                    IVehicleRecords.RecordsWriterNotAllowed.selector,
                    100,
                    roles[i],
                    writers
                )
            );
            _append(buyer, roles[i], _valid(CAR, 100));
        }

        consortium.grantRole(63, buyer, 0);
        assertEq(_append(buyer, 63, _valid(CAR, 100)), 4, "the last role of a set");
    }

    /// @dev Everybody has the authority's public role.
    function test_attack_StrangerWritesAsThePublic() public {
        _setKindWriters(100, type(uint64).max & ~_set(Roles.RECORD_CONTROLLER));
        uint64 writers = records.kindWritersOf(100);
        uint64 everybody = consortium.PUBLIC_ROLE();
        vm.expectRevert(
            abi.encodeWithSelector(IVehicleRecords.RecordsWriterNotAllowed.selector, 100, everybody, writers)
        );
        _append(stranger, everybody, _valid(CAR, 100));
    }

    function testFuzz_appendRecord_AsksTheTable(uint8 kind, uint64 role, uint64 writers) public {
        kind = uint8(bound(kind, 16, type(uint8).max));
        role = uint64(bound(role, 1, 80));
        if (role == Roles.HOLDER || role == Roles.VEHICLE) role = 80; // these are never granted
        _setKindWriters(kind, writers);
        consortium.grantRole(role, buyer, 0);
        bool isWriter = role < 64 && (uint256(writers) >> role) % 2 == 1;
        bool isReserved = (uint256(writers) >> 42) % 2 == 1;

        if (!isWriter) {
            vm.expectRevert(
                abi.encodeWithSelector(IVehicleRecords.RecordsWriterNotAllowed.selector, kind, role, writers)
            );
        } else if (isReserved) {
            vm.expectRevert(abi.encodeWithSelector(IVehicleRecords.RecordsKindReserved.selector, kind));
        }
        _append(buyer, role, _valid(CAR, kind));
        assertEq(records.stateOf(CAR).count, isWriter && !isReserved ? 4 : 3, "written as the table says");
    }

    /* MEMBERS THAT ARE NOT FREE TO ACT */

    function test_appendRecord_RevertWhen_MemberHasADelay() public {
        consortium.grantRole(Roles.WORKSHOP, buyer, 1);
        _expectNotMember(buyer, Roles.WORKSHOP);
        _append(buyer, Roles.WORKSHOP, _service(CAR, 91_000, NOW));
    }

    function test_appendRecord_RevertWhen_AdmissionIsNotActiveYet() public {
        vm.prank(admissions);
        consortium.admitMember(buyer, Roles.WORKSHOP, keccak256("organisation"));

        vm.warp(NOW + ADMISSION_DELAY - 1);
        _expectNotMember(buyer, Roles.WORKSHOP);
        _append(buyer, Roles.WORKSHOP, _service(CAR, 91_000, NOW));

        vm.warp(NOW + ADMISSION_DELAY);
        assertEq(_append(buyer, Roles.WORKSHOP, _service(CAR, 91_000, NOW)), 4, "active from this second on");
    }

    function test_appendRecord_ActsInTheClassThatTheCallerNames() public {
        consortium.grantRole(Roles.INSPECTOR, workshop, 0);
        vm.recordLogs();
        _append(workshop, Roles.INSPECTOR, _reading(CAR, 91_000, OdometerUnit.Km, NOW));
        (, , , , , , , uint64 role, ) = abi.decode(
            vm.getRecordedLogs()[0].data,
            (uint32, bytes32, uint8, uint32, uint8, uint40, uint40, uint64, uint32)
        );
        assertEq(role, Roles.INSPECTOR, "role in the record");
    }

    /* THE TABLE */

    function test_setKindWriters_RevertWhen_CallerIsNotTheCouncil() public {
        KindWriters[] memory rows = new KindWriters[](1);
        rows[0] = KindWriters(SERVICE, type(uint64).max);
        address[6] memory callers = [stranger, registrar, guardian, admissions, controller, address(title)];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, callers[i])
            );
            vm.prank(callers[i]);
            records.setKindWriters(rows);
        }
        assertEq(records.kindWritersOf(SERVICE), _writers(SERVICE), "the table stands");
    }

    function test_setKindWriters_RevertWhen_ThereIsNoRow() public {
        vm.expectRevert(abi.encodeWithSelector(IVehicleRecords.RecordsBatchEmpty.selector));
        records.setKindWriters(new KindWriters[](0));
    }

    function test_setKindWriters_RevertWhen_KindIsZero() public {
        KindWriters[] memory rows = new KindWriters[](2);
        rows[0] = KindWriters(100, 2);
        vm.expectRevert(abi.encodeWithSelector(IVehicleRecords.RecordsKindInvalid.selector, 0));
        records.setKindWriters(rows);
        assertEq(records.kindWritersOf(100), 0, "all rows or none");
    }

    function test_setKindWriters_ReplacesAndTells() public {
        KindWriters[] memory rows = new KindWriters[](2);
        rows[0] = KindWriters(SERVICE, _set(Roles.INSPECTOR));
        rows[1] = KindWriters(255, type(uint64).max);

        vm.expectEmit(address(records));
        emit IVehicleRecords.KindWritersSet(SERVICE, _set(Roles.INSPECTOR));
        vm.expectEmit(address(records));
        emit IVehicleRecords.KindWritersSet(255, type(uint64).max);
        records.setKindWriters(rows);

        assertEq(records.kindWritersOf(SERVICE), _set(Roles.INSPECTOR), "replaced, not added to");
        assertEq(records.kindWritersOf(255), type(uint64).max, "the last kind");
        vm.expectRevert(
            abi.encodeWithSelector(
                IVehicleRecords.RecordsWriterNotAllowed.selector,
                SERVICE,
                Roles.WORKSHOP,
                _set(Roles.INSPECTOR)
            )
        );
        _append(workshop, Roles.WORKSHOP, _service(CAR, 91_000, NOW));
    }

    function test_kindWritersOf_IsTheTable() public view {
        for (uint8 kind = 0; kind <= LAST_KIND; ++kind) {
            assertEq(
                records.kindWritersOf(kind),
                _writers(kind),
                string.concat("kind ", uint256(kind).toString())
            );
        }
    }
}
