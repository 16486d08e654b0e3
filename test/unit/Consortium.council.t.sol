// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {Consortium} from "../../contracts/access/Consortium.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {IConsortium} from "../../contracts/interfaces/IConsortium.sol";
import {KindWriters} from "../../contracts/types/RecordTypes.sol";
import {BlokTest} from "../helpers/BlokTest.sol";

/// @dev The council acts with a delay, and guardians stop what it has scheduled.
contract ConsortiumCouncilTest is BlokTest {
    uint32 private constant COUNCIL_DELAY = 5 days;
    uint64 private constant ADMIN = 0;

    address private council = address(0xC0C0);

    function setUp() public override {
        super.setUp();
        consortium.grantRole(ADMIN, council, COUNCIL_DELAY);
        consortium.renounceRole(ADMIN, address(this));
    }

    function test_constructor_KeepsTheAdmissionDelay() public {
        assertEq(consortium.admissionDelaySeconds(), ADMISSION_DELAY, "as deployed");
        assertEq(new Consortium(council, 7).admissionDelaySeconds(), 7, "whatever it is");
    }

    function test_constructor_RevertWhen_AdmissionHasNoDelay() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumDelayMissing.selector));
        new Consortium(council, 0);
        assertEq(new Consortium(council, 1).admissionDelaySeconds(), 1, "one second is a delay");
    }

    function test_grantRole_RevertWhen_RoleIsOfHoldersOrVehicles() public {
        uint64[2] memory roles = [Roles.HOLDER, Roles.VEHICLE];
        for (uint256 i = 0; i < roles.length; ++i) {
            _refusedAfterDelay(
                abi.encodeCall(IAccessManager.grantRole, (roles[i], stranger, 0)),
                _locked(roles[i])
            );
        }
        _carryOut(
            address(consortium),
            abi.encodeCall(IAccessManager.grantRole, (Roles.HOLDER - 1, stranger, 0))
        );
        _carryOut(
            address(consortium),
            abi.encodeCall(IAccessManager.grantRole, (Roles.VEHICLE + 1, stranger, 0))
        );
        (bool isMember, ) = consortium.hasRole(Roles.VEHICLE + 1, stranger);
        assertTrue(isMember, "its neighbours are free");
    }

    /// @dev Who stole the council's key must not leave the consortium without anybody who administers it.
    function test_attack_CouncilRenouncesItself() public {
        vm.expectRevert(_locked(ADMIN));
        vm.prank(council);
        consortium.renounceRole(ADMIN, council);
        (bool isMember, ) = consortium.hasRole(ADMIN, council);
        assertTrue(isMember, "it leaves with its delay only");

        _carryOut(address(consortium), abi.encodeCall(IAccessManager.revokeRole, (ADMIN, council)));
        (isMember, ) = consortium.hasRole(ADMIN, council);
        assertFalse(isMember, "which guardians can cancel");
    }

    function test_renounceRole_LetsMembersGoAtOnce() public {
        vm.prank(workshop);
        consortium.renounceRole(Roles.WORKSHOP, workshop);
        (bool isMember, ) = consortium.hasRole(Roles.WORKSHOP, workshop);
        assertFalse(isMember, "a member is free to leave");
    }

    function test_renounceRole_LetsADelayedOfficeGo() public {
        _carryOut(
            address(consortium),
            abi.encodeCall(IAccessManager.grantRole, (Roles.ADMISSIONS, stranger, 9))
        );
        vm.prank(stranger);
        consortium.renounceRole(Roles.ADMISSIONS, stranger);
        (bool isMember, ) = consortium.hasRole(Roles.ADMISSIONS, stranger);
        assertFalse(isMember, "only the council is bound");
    }

    function test_attack_CouncilRewiresTheAuthority() public {
        bytes4[] memory selectors = new bytes4[](1);
        bytes4[4] memory locked = [
            IAccessManager.grantRole.selector,
            IAccessManager.setTargetFunctionRole.selector,
            IConsortium.vetoAdmission.selector,
            IAccessManager.cancel.selector
        ];
        for (uint256 i = 0; i < locked.length; ++i) {
            selectors[0] = locked[i];
            _refusedAfterDelay(
                abi.encodeCall(
                    IAccessManager.setTargetFunctionRole,
                    (address(consortium), selectors, Roles.WORKSHOP)
                ),
                abi.encodeWithSelector(IAccessManager.AccessManagerLockedFunction.selector, locked[i])
            );
        }
    }

    function test_setTargetFunctionRole_MovesAdmissionToAnotherOffice() public {
        bytes4[] memory selectors = new bytes4[](2);
        selectors[0] = IConsortium.admitMember.selector;
        selectors[1] = IConsortium.expelMember.selector;
        _carryOut(
            address(consortium),
            abi.encodeCall(
                IAccessManager.setTargetFunctionRole,
                (address(consortium), selectors, Roles.COURT)
            )
        );
        for (uint256 i = 0; i < selectors.length; ++i) {
            assertEq(
                consortium.getTargetFunctionRole(address(consortium), selectors[i]),
                Roles.COURT,
                "admission and expulsion may move"
            );
        }
    }

    function test_setTargetFunctionRole_MovesFunctionsOfOtherContracts() public {
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = IAccessManager.grantRole.selector; // whatever it is called there
        _carryOut(
            address(consortium),
            abi.encodeCall(IAccessManager.setTargetFunctionRole, (address(title), selectors, Roles.COURT))
        );
        assertEq(
            consortium.getTargetFunctionRole(address(title), selectors[0]),
            Roles.COURT,
            "only the authority's own functions are fixed"
        );
    }

    function test_getRoleGuardian_IsTheGuardiansForTheCouncil() public view {
        assertEq(consortium.getRoleGuardian(ADMIN), Roles.GUARDIAN, "guardians guard the council");
    }

    function test_getRoleGuardian_IsTheCouncilForOthersUntilSet() public {
        assertEq(consortium.getRoleGuardian(Roles.WORKSHOP), ADMIN, "nobody was named");
        _carryOut(address(consortium), abi.encodeCall(IAccessManager.setRoleGuardian, (Roles.WORKSHOP, 5)));
        assertEq(consortium.getRoleGuardian(Roles.WORKSHOP), 5, "who was named");
    }

    function test_setRoleGuardian_RevertWhen_CouncilNamesItsOwnGuardian() public {
        _refusedAfterDelay(
            abi.encodeCall(IAccessManager.setRoleGuardian, (ADMIN, Roles.COURT)),
            _locked(ADMIN)
        );
    }

    function test_attack_CouncilActsWithoutDelay() public {
        bytes memory data = _grantData();
        vm.expectRevert(_notScheduled(address(consortium), data));
        vm.prank(council);
        consortium.grantRole(Roles.COURT, stranger, 0);

        data = _writersData();
        vm.expectRevert(_notScheduled(address(records), data));
        vm.prank(council);
        records.setKindWriters(_rows());
    }

    function test_execute_RevertWhen_DelayIsNotOver() public {
        bytes memory data = _grantData();
        _schedule(address(consortium), data);
        vm.warp(NOW + COUNCIL_DELAY - 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAccessManager.AccessManagerNotReady.selector,
                _operation(address(consortium), data)
            )
        );
        vm.prank(council);
        consortium.execute(address(consortium), data);
    }

    function test_execute_CarriesOutWhatNobodyCancelled() public {
        _carryOut(address(consortium), _grantData());
        (bool isMember, ) = consortium.hasRole(Roles.COURT, stranger);
        assertTrue(isMember, "granted after the delay");

        _carryOut(address(records), _writersData());
        assertEq(records.kindWritersOf(200), 1 << 5, "the table changed after the delay");
    }

    function test_cancel_RevertWhen_CallerIsNoGuardian() public {
        bytes memory data = _grantData();
        _schedule(address(consortium), data);
        address[3] memory callers = [stranger, admissions, registrar];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IAccessManager.AccessManagerUnauthorizedCancel.selector,
                    callers[i],
                    council,
                    address(consortium),
                    IAccessManager.grantRole.selector
                )
            );
            vm.prank(callers[i]);
            consortium.cancel(council, address(consortium), data);
        }
    }

    function test_cancel_GuardianStopsAGrant() public {
        _cancelled(address(consortium), _grantData());
        (bool isMember, ) = consortium.hasRole(Roles.COURT, stranger);
        assertFalse(isMember, "nothing was granted");
    }

    function test_cancel_GuardianStopsANewTableOfWriters() public {
        _cancelled(address(records), _writersData());
        assertEq(records.kindWritersOf(200), 0, "the table stays");
    }

    function test_cancel_GuardianStopsANewLockController() public {
        bytes memory data = abi.encodeCall(title.setLockController, (0, Roles.WORKSHOP));
        _cancelled(address(title), data);
        assertEq(title.lockControllerOf(0), Roles.LIEN_CONTROLLER, "the lock keeps its owner");
    }

    function test_cancel_GuardianStopsItsOwnDismissal() public {
        _cancelled(
            address(consortium),
            abi.encodeCall(IAccessManager.revokeRole, (Roles.GUARDIAN, guardian))
        );
        (bool isGuardian, ) = consortium.hasRole(Roles.GUARDIAN, guardian);
        assertTrue(isGuardian, "still on guard");
    }

    /* BUILDING BLOCKS */

    function _cancelled(address target, bytes memory data) private {
        _schedule(target, data);
        vm.prank(guardian);
        consortium.cancel(council, target, data);

        vm.warp(NOW + COUNCIL_DELAY);
        vm.expectRevert(_notScheduled(target, data));
        vm.prank(council);
        consortium.execute(target, data);
    }

    function _refusedAfterDelay(bytes memory data, bytes memory reason) private {
        _schedule(address(consortium), data);
        vm.warp(block.timestamp + COUNCIL_DELAY);
        vm.expectRevert(reason);
        vm.prank(council);
        consortium.execute(address(consortium), data);
    }

    function _locked(uint64 role) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IAccessManager.AccessManagerLockedRole.selector, role);
    }

    function _carryOut(address target, bytes memory data) private {
        _schedule(target, data);
        vm.warp(block.timestamp + COUNCIL_DELAY);
        vm.prank(council);
        consortium.execute(target, data);
    }

    function _schedule(address target, bytes memory data) private {
        vm.prank(council);
        consortium.schedule(target, data, 0);
    }

    function _grantData() private view returns (bytes memory) {
        return abi.encodeCall(IAccessManager.grantRole, (Roles.COURT, stranger, 0));
    }

    function _writersData() private view returns (bytes memory) {
        return abi.encodeCall(records.setKindWriters, (_rows()));
    }

    function _rows() private pure returns (KindWriters[] memory rows) {
        rows = new KindWriters[](1);
        rows[0] = KindWriters(200, 1 << 5);
    }

    function _operation(address target, bytes memory data) private view returns (bytes32) {
        return consortium.hashOperation(council, target, data);
    }

    function _notScheduled(address target, bytes memory data) private view returns (bytes memory) {
        return
            abi.encodeWithSelector(
                IAccessManager.AccessManagerNotScheduled.selector,
                _operation(target, data)
            );
    }
}
