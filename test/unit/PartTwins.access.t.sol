// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Roles} from "../../contracts/access/Roles.sol";
import {IPartTwins} from "../../contracts/interfaces/IPartTwins.sol";
import {CriticalMaterial, LotForm} from "../../contracts/types/PartTypes.sol";
import {PartsTest} from "../helpers/PartsTest.sol";

/// @dev Who may commission, transform and serialise: each call would succeed if a member of the right class made it.
contract PartTwinsAccessTest is PartsTest {
    uint64 private constant MATERIAL = 1;
    uint64 private constant PIECES = 2;

    function setUp() public override {
        super.setUp();
        _commission(supplier, Roles.SUPPLIER, _material(MATERIAL, CriticalMaterial.Cobalt, 1_000));
        _serialisedLot(PIECES, 10, 0);
    }

    function _calls(uint64 role) private view returns (bytes[3] memory calls) {
        calls[0] = abi.encodeCall(parts.commissionLot, (_lot(10, LotForm.Counted, 5), role));
        calls[1] = abi.encodeCall(
            parts.transformLots,
            (_one(_partId(supplier, MATERIAL, 0), 100), _one(_lot(11, LotForm.Material, 1)), role)
        );
        calls[2] = abi.encodeCall(parts.serialiseUnits, (PIECES, _serials(1, 2), role));
    }

    function _assertRefused(
        address caller,
        bytes memory call,
        bytes memory reason,
        string memory what
    ) private {
        vm.prank(caller);
        (bool ok, bytes memory result) = address(parts).call(call);
        assertFalse(ok, what);
        assertEq(keccak256(result), keccak256(reason), string.concat(what, ": reason"));
    }

    function _assertAllRefused(address caller, uint64 role, bytes memory reason, string memory what) private {
        bytes[3] memory calls = _calls(role);
        for (uint256 i = 0; i < calls.length; ++i) _assertRefused(caller, calls[i], reason, what);
    }

    function _roleNotAllowed(uint64 role) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IPartTwins.PartsRoleNotAllowed.selector, role);
    }

    /* FAILURES */

    function test_attack_StrangerMakes_EveryFunctionRefuses() public {
        address[4] memory others = [stranger, address(this), holder, guardian];
        for (uint256 i = 0; i < others.length; ++i) {
            _assertAllRefused(
                others[i],
                Roles.SUPPLIER,
                _notMember(others[i], Roles.SUPPLIER),
                "no supplier"
            );
            _assertAllRefused(
                others[i],
                Roles.MANUFACTURER,
                _notMember(others[i], Roles.MANUFACTURER),
                "no manufacturer"
            );
        }
        _assertRefused(
            stranger,
            _calls(Roles.RECYCLER)[1],
            _notMember(stranger, Roles.RECYCLER),
            "no recycler"
        );
    }

    function test_attack_WrongClassMakes_EveryFunctionRefuses() public {
        address[7] memory members = [registrar, workshop, inspector, insurer, recycler, auditor, court];
        uint64[7] memory roles = [
            Roles.REGISTRAR,
            Roles.WORKSHOP,
            Roles.INSPECTOR,
            Roles.INSURER,
            Roles.RECYCLER,
            Roles.AUDITOR,
            Roles.COURT
        ];
        for (uint256 i = 0; i < members.length; ++i) {
            bytes[3] memory calls = _calls(roles[i]);
            for (uint256 j = 0; j < calls.length; ++j) {
                // recyclers recover materials: PartTwins.recovery.t.sol
                if (roles[i] == Roles.RECYCLER && j == 1) continue;
                _assertRefused(members[i], calls[j], _roleNotAllowed(roles[i]), "own class, not a maker's");
            }
            _assertAllRefused(
                members[i],
                Roles.SUPPLIER,
                _notMember(members[i], Roles.SUPPLIER),
                "a maker's class, not its own"
            );
        }
    }

    function test_makers_RevertWhen_RoleIsNoMakers() public {
        // also for a member of them all
        for (uint64 role = 1; role < Roles.LIMIT; ++role) {
            if (role == Roles.SUPPLIER || role == Roles.MANUFACTURER) continue;
            // nobody can be made a member of the last two
            if (role != Roles.HOLDER && role != Roles.VEHICLE) consortium.grantRole(role, supplier, 0);
            bytes[3] memory calls = _calls(role);
            for (uint256 j = 0; j < calls.length; ++j) {
                if (role == Roles.RECYCLER && j == 1) continue;
                _assertRefused(supplier, calls[j], _roleNotAllowed(role), "not a maker's role");
            }
        }
        _assertAllRefused(supplier, 0, _roleNotAllowed(0), "role 0");
        _assertAllRefused(supplier, type(uint64).max, _roleNotAllowed(type(uint64).max), "the public role");
    }

    function test_makers_RevertWhen_OtherMakersClass() public {
        _assertAllRefused(
            supplier,
            Roles.MANUFACTURER,
            _notMember(supplier, Roles.MANUFACTURER),
            "a supplier as manufacturer"
        );
        _assertAllRefused(
            manufacturer,
            Roles.SUPPLIER,
            _notMember(manufacturer, Roles.SUPPLIER),
            "a manufacturer as supplier"
        );
    }

    function test_attack_ExpelledMakes_EveryFunctionRefuses() public {
        _expel(supplier);
        _assertAllRefused(supplier, Roles.SUPPLIER, _notMember(supplier, Roles.SUPPLIER), "expelled");

        _expel(recycler);
        _assertRefused(
            recycler,
            _calls(Roles.RECYCLER)[1],
            _notMember(recycler, Roles.RECYCLER),
            "expelled recycler"
        );
    }

    function test_expelledMaker_StillHoldsAndSellsItsUnits() public {
        _expel(supplier);
        _give(supplier, buyer, _partId(supplier, MATERIAL, 0), 1_000);
        assertEq(parts.balanceOf(buyer, _partId(supplier, MATERIAL, 0)), 1_000, "property stays property");
    }

    function test_makers_RevertWhen_MemberIsBoundToADelay() public {
        address slow = address(0x510);
        consortium.grantRole(Roles.SUPPLIER, slow, 1 days);
        _assertAllRefused(slow, Roles.SUPPLIER, _notMember(slow, Roles.SUPPLIER), "delayed");
    }

    function test_makers_RevertWhen_AdmissionIsNotYetActive() public {
        address newcomer = address(0xBEE);
        vm.prank(admissions);
        consortium.admitMember(newcomer, Roles.SUPPLIER, keccak256("admission"));
        _assertAllRefused(newcomer, Roles.SUPPLIER, _notMember(newcomer, Roles.SUPPLIER), "not yet");

        vm.warp(NOW + ADMISSION_DELAY);
        _commission(newcomer, Roles.SUPPLIER, _lot(1, LotForm.Counted, 1));
        assertTrue(parts.exists(_partId(newcomer, 1, 0)), "active");
    }

    /* EFFECTS */

    function test_makers_SupplierDoesAll() public {
        bytes[3] memory calls = _calls(Roles.SUPPLIER);
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.prank(supplier);
            (bool ok, ) = address(parts).call(calls[i]);
            assertTrue(ok, "the calls above fail for their caller alone");
        }
    }

    function test_makers_ManufacturerDoesAll() public {
        uint64 role = Roles.MANUFACTURER;
        _commission(manufacturer, role, _lot(PIECES, LotForm.Serialised, 10));
        _give(supplier, manufacturer, _partId(supplier, MATERIAL, 0), 100);
        bytes[3] memory calls = _calls(role);
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.prank(manufacturer);
            (bool ok, ) = address(parts).call(calls[i]);
            assertTrue(ok, "a manufacturer makes parts, too");
        }
    }
}
