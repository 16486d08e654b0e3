// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {Consortium} from "../../contracts/access/Consortium.sol";
import {Roles} from "../../contracts/access/Roles.sol";
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

    function test_getRoleGuardian_IsTheGuardiansForTheCouncil() public view {
        assertEq(consortium.getRoleGuardian(ADMIN), Roles.GUARDIAN, "guardians guard the council");
    }

    function test_getRoleGuardian_IsTheCouncilForOthersUntilSet() public {
        assertEq(consortium.getRoleGuardian(Roles.WORKSHOP), ADMIN, "nobody was named");
        _carryOut(address(consortium), abi.encodeCall(IAccessManager.setRoleGuardian, (Roles.WORKSHOP, 5)));
        assertEq(consortium.getRoleGuardian(Roles.WORKSHOP), 5, "who was named");
    }

    function test_setRoleGuardian_RevertWhen_CouncilNamesItsOwnGuardian() public {
        bytes memory data = abi.encodeCall(IAccessManager.setRoleGuardian, (ADMIN, Roles.COURT));
        _schedule(address(consortium), data);
        vm.warp(NOW + COUNCIL_DELAY);
        vm.expectRevert(abi.encodeWithSelector(IAccessManager.AccessManagerLockedRole.selector, ADMIN));
        vm.prank(council);
        consortium.execute(address(consortium), data);
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
