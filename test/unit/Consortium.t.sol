// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {Consortium} from "../../contracts/access/Consortium.sol";
import {MemberAccess} from "../../contracts/access/MemberAccess.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {IConsortium} from "../../contracts/interfaces/IConsortium.sol";
import {BlokTest} from "../helpers/BlokTest.sol";
import {Vm} from "../helpers/Vm.sol";

contract ConsortiumTest is BlokTest {
    bytes32 private constant ORGANISATION = keccak256("organisation");
    bytes32 private constant REASON = keccak256("decision");
    uint64 private constant COUNCIL = 0;

    address private newcomer = address(0xCAFE);

    /* ADMISSION */

    function test_admitMember_RevertWhen_CallerIsNotAdmissions() public {
        address[5] memory callers = [stranger, guardian, manufacturer, newcomer, address(this)];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.expectRevert(_unauthorized(callers[i], Roles.ADMISSIONS));
            vm.prank(callers[i]);
            consortium.admitMember(newcomer, Roles.WORKSHOP, ORGANISATION);
        }
    }

    function test_admitMember_RevertWhen_RoleIsNoMemberClass() public {
        uint64[8] memory roles = [
            COUNCIL,
            14,
            Roles.GUARDIAN,
            Roles.ADMISSIONS,
            Roles.TITLE_CONTRACT,
            63,
            64,
            type(uint64).max
        ];
        for (uint256 i = 0; i < roles.length; ++i) {
            vm.expectRevert(_notClass(roles[i]));
            _admit(newcomer, roles[i]);
        }
    }

    /// @dev Whoever calls through `execute` would write in its name.
    function test_admitMember_RevertWhen_AccountIsTheConsortiumItself() public {
        vm.expectRevert(
            abi.encodeWithSelector(IConsortium.ConsortiumNotAdmissible.selector, address(consortium))
        );
        _admit(address(consortium), Roles.WORKSHOP);
    }

    function test_admitMember_RevertWhen_AdmissionIsPending() public {
        _admit(newcomer, Roles.WORKSHOP);
        vm.expectRevert(_already(newcomer, Roles.WORKSHOP));
        _admit(newcomer, Roles.WORKSHOP);
        assertEq(_since(newcomer, Roles.WORKSHOP), NOW + ADMISSION_DELAY, "the first admission stands");
    }

    function test_admitMember_RevertWhen_AccountIsMember() public {
        vm.expectRevert(_already(workshop, Roles.WORKSHOP));
        _admit(workshop, Roles.WORKSHOP);
    }

    function test_admitMember_EmitsWhoWhatAndFromWhen() public {
        vm.expectEmit(address(consortium));
        emit IConsortium.MemberAdmitted(
            newcomer,
            Roles.WORKSHOP,
            ORGANISATION,
            uint48(NOW + ADMISSION_DELAY)
        );
        _admit(newcomer, Roles.WORKSHOP);
    }

    function test_admitMember_WaitsForTheAdmissionDelay() public {
        _register(1, holder);
        _admit(newcomer, Roles.WORKSHOP);

        vm.warp(NOW + ADMISSION_DELAY - 1);
        vm.expectRevert(
            abi.encodeWithSelector(MemberAccess.AccessNotMember.selector, newcomer, Roles.WORKSHOP)
        );
        _write(newcomer);

        vm.warp(NOW + ADMISSION_DELAY);
        _write(newcomer);
        assertEq(records.stateOf(1).count, 2, "an active member writes");
    }

    function test_admitMember_GivesNoExecutionDelay() public {
        _admit(newcomer, Roles.WORKSHOP);
        (, uint32 delay, uint32 pendingDelay, ) = consortium.getAccess(Roles.WORKSHOP, newcomer);
        assertEq(delay, 0, "a member acts at once");
        assertEq(pendingDelay, 0, "and will");
    }

    function test_admitMember_TakesSeveralClasses() public {
        _admit(newcomer, Roles.WORKSHOP);
        _admit(newcomer, Roles.INSPECTOR);
        vm.warp(NOW + ADMISSION_DELAY);
        assertTrue(_isMember(newcomer, Roles.WORKSHOP), "one class");
        assertTrue(_isMember(newcomer, Roles.INSPECTOR), "another class");
    }

    function testFuzz_admitMember_OnlyMemberClasses(uint64 role) public {
        bool isClass = role >= 1 && role <= 13;
        if (!isClass) vm.expectRevert(_notClass(role));
        _admit(newcomer, role);
        assertEq(_since(newcomer, role), isClass ? NOW + ADMISSION_DELAY : 0, "seated only in a class");
    }

    function test_admitMember_AdmitsToEveryClass() public {
        for (uint64 role = 1; role <= 13; ++role) _admit(newcomer, role);
        vm.warp(NOW + ADMISSION_DELAY);
        for (uint64 role = 1; role <= 13; ++role)
            assertTrue(_isMember(newcomer, role), "active in every class");
    }

    /* VETO */

    function test_vetoAdmission_RevertWhen_CallerIsNotGuardian() public {
        _admit(newcomer, Roles.WORKSHOP);
        address[4] memory callers = [stranger, admissions, newcomer, address(this)];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.expectRevert(_unauthorized(callers[i], Roles.GUARDIAN));
            vm.prank(callers[i]);
            consortium.vetoAdmission(newcomer, Roles.WORKSHOP);
        }
    }

    function test_vetoAdmission_RevertWhen_GuardianIsBoundToADelay() public {
        _admit(newcomer, Roles.WORKSHOP);
        consortium.grantRole(Roles.GUARDIAN, stranger, 1);
        vm.expectRevert(_unauthorized(stranger, Roles.GUARDIAN));
        vm.prank(stranger);
        consortium.vetoAdmission(newcomer, Roles.WORKSHOP);
    }

    /// @dev The council cannot take the veto away while an admission ripens.
    function test_vetoAdmission_StaysOpenWhenTheConsortiumIsClosed() public {
        _admit(newcomer, Roles.WORKSHOP);
        consortium.setTargetClosed(address(consortium), true);
        _veto(newcomer, Roles.WORKSHOP);
        assertEq(_since(newcomer, Roles.WORKSHOP), 0, "vetoed all the same");
    }

    function test_vetoAdmission_RevertWhen_NothingWasAdmitted() public {
        vm.expectRevert(_nothingToVeto(newcomer, Roles.WORKSHOP));
        _veto(newcomer, Roles.WORKSHOP);
    }

    function test_vetoAdmission_RevertWhen_OtherClassIsPending() public {
        _admit(newcomer, Roles.WORKSHOP);
        vm.expectRevert(_nothingToVeto(newcomer, Roles.INSPECTOR));
        _veto(newcomer, Roles.INSPECTOR);
    }

    function test_vetoAdmission_RevertWhen_MemberIsActive() public {
        _admit(newcomer, Roles.WORKSHOP);
        vm.warp(NOW + ADMISSION_DELAY);
        vm.expectRevert(_nothingToVeto(newcomer, Roles.WORKSHOP));
        _veto(newcomer, Roles.WORKSHOP);
        assertTrue(_isMember(newcomer, Roles.WORKSHOP), "an active member is expelled, not vetoed");
    }

    /// @dev A guardian checks the council by cancelling in time; it does not pick who holds an office.
    function test_vetoAdmission_RevertWhen_AnOfficeIsPending() public {
        uint64[5] memory roles = [COUNCIL, 14, Roles.GUARDIAN, Roles.ADMISSIONS, Roles.TITLE_CONTRACT];
        for (uint256 i = 0; i < roles.length; ++i) consortium.setGrantDelay(roles[i], 30 days);
        vm.warp(NOW + 5 days);
        for (uint256 i = 0; i < roles.length; ++i) {
            consortium.grantRole(roles[i], newcomer, 0);
            assertEq(_since(newcomer, roles[i]), NOW + 35 days, "the grant is pending");
            vm.expectRevert(_nothingToVeto(newcomer, roles[i]));
            _veto(newcomer, roles[i]);
        }
    }

    function test_vetoAdmission_StopsAdmissionInItsLastSecond() public {
        _admit(newcomer, Roles.COURT);
        vm.warp(NOW + ADMISSION_DELAY - 1);
        vm.expectEmit(address(consortium));
        emit IConsortium.AdmissionVetoed(newcomer, Roles.COURT, guardian);
        _veto(newcomer, Roles.COURT);

        assertEq(_since(newcomer, Roles.COURT), 0, "nothing is pending");
        vm.warp(NOW + 10 * ADMISSION_DELAY);
        assertFalse(_isMember(newcomer, Roles.COURT), "and never becomes active");
    }

    function test_vetoAdmission_LeavesOtherClasses() public {
        _admit(newcomer, Roles.WORKSHOP);
        _admit(newcomer, Roles.COURT);
        _veto(newcomer, Roles.COURT);
        vm.warp(NOW + ADMISSION_DELAY);
        assertTrue(_isMember(newcomer, Roles.WORKSHOP), "the other admission goes on");
    }

    function test_vetoAdmission_AllowsAnotherAdmission() public {
        _admit(newcomer, Roles.WORKSHOP);
        _veto(newcomer, Roles.WORKSHOP);
        vm.warp(NOW + 1 hours);
        _admit(newcomer, Roles.WORKSHOP);
        assertEq(_since(newcomer, Roles.WORKSHOP), NOW + 1 hours + ADMISSION_DELAY, "the delay begins anew");
    }

    /* EXPULSION */

    function test_expelMember_RevertWhen_CallerIsNotAdmissions() public {
        address[5] memory callers = [stranger, guardian, workshop, registrar, address(this)];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.expectRevert(_unauthorized(callers[i], Roles.ADMISSIONS));
            vm.prank(callers[i]);
            consortium.expelMember(workshop, REASON);
        }
    }

    function test_expelMember_RevertWhen_AccountIsNoMember() public {
        address[4] memory accounts = [stranger, guardian, admissions, address(title)];
        for (uint256 i = 0; i < accounts.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotMember.selector, accounts[i]));
            _expel(accounts[i]);
        }
    }

    function test_expelMember_RevertWhen_ExpelledAlready() public {
        _expel(workshop);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotMember.selector, workshop));
        _expel(workshop);
    }

    function test_attack_ExpelledMemberWrites() public {
        _register(1, holder);
        _write(workshop);
        bytes32 head = records.headOf(1);

        _expel(workshop);

        vm.expectRevert(
            abi.encodeWithSelector(MemberAccess.AccessNotMember.selector, workshop, Roles.WORKSHOP)
        );
        _write(workshop);
        assertEq(records.headOf(1), head, "its old records stay");
        assertEq(records.stateOf(1).count, 2, "all of them");
    }

    function test_expelMember_TakesEveryClassAtOnce() public {
        for (uint64 role = 1; role <= 13; ++role) _admit(newcomer, role);
        vm.warp(NOW + ADMISSION_DELAY);

        vm.expectEmit(address(consortium));
        emit IConsortium.MemberExpelled(newcomer, REASON);
        _expel(newcomer);
        for (uint64 role = 1; role <= 13; ++role) assertEq(_since(newcomer, role), 0, "no class is left");
    }

    function testFuzz_expelMember_FindsTheOnlyClass(uint64 seed) public {
        uint64 role = uint64(bound(seed, 1, 13));
        _admit(newcomer, role);
        _expel(newcomer);
        assertEq(_since(newcomer, role), 0, "also while it is pending");
    }

    function test_expelMember_LeavesOffices() public {
        consortium.grantRole(Roles.GUARDIAN, workshop, 0);
        _expel(workshop);
        assertTrue(_isMember(workshop, Roles.GUARDIAN), "an office is the council's to take");
    }

    function test_expelMember_LeavesTheCouncil() public {
        consortium.grantRole(Roles.WORKSHOP, address(this), 0);
        _expel(address(this));
        assertFalse(_isMember(address(this), Roles.WORKSHOP), "the class is gone");
        assertTrue(_isMember(address(this), 0), "the council is not the admissions office's to take");
    }

    function test_expelMember_LeavesOtherMembers() public {
        _expel(workshop);
        assertTrue(_isMember(inspector, Roles.INSPECTOR), "others stay");
    }

    function test_expelMember_AllowsAdmissionAnewAfterTheDelay() public {
        _register(1, holder);
        _expel(workshop);
        _admit(workshop, Roles.WORKSHOP);

        vm.expectRevert(
            abi.encodeWithSelector(MemberAccess.AccessNotMember.selector, workshop, Roles.WORKSHOP)
        );
        _write(workshop);
        vm.warp(NOW + ADMISSION_DELAY);
        _write(workshop);
        assertEq(records.stateOf(1).count, 2, "a member again");
    }

    function test_expelMember_OneSeatRevokedPerClass() public {
        _admit(newcomer, Roles.WORKSHOP);
        _admit(newcomer, Roles.COURT);
        vm.recordLogs();
        _expel(newcomer);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 3, "two revocations and the expulsion");
        assertEq(logs[0].topics[0], IAccessManager.RoleRevoked.selector, "the authority says so too");
        assertEq(uint256(logs[0].topics[1]), Roles.WORKSHOP, "the lower class first");
        assertEq(uint256(logs[1].topics[1]), Roles.COURT, "then the higher");
    }

    /* BUILDING BLOCKS */

    function _admit(address account, uint64 role) private {
        vm.prank(admissions);
        consortium.admitMember(account, role, ORGANISATION);
    }

    function _veto(address account, uint64 role) private {
        vm.prank(guardian);
        consortium.vetoAdmission(account, role);
    }

    function _expel(address account) private {
        vm.prank(admissions);
        consortium.expelMember(account, REASON);
    }

    function _write(address author) private {
        vm.prank(author);
        records.appendRecord(_service(1, 100, NOW - 1 days), Roles.WORKSHOP);
    }

    function _since(address account, uint64 role) private view returns (uint256) {
        (uint48 since, , , ) = consortium.getAccess(role, account);
        return since;
    }

    function _isMember(address account, uint64 role) private view returns (bool isMember) {
        (isMember, ) = consortium.hasRole(role, account);
    }

    function _unauthorized(address caller, uint64 role) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IAccessManager.AccessManagerUnauthorizedAccount.selector, caller, role);
    }

    function _notClass(uint64 role) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IConsortium.ConsortiumNotMemberClass.selector, role, uint64(13));
    }

    function _already(address account, uint64 role) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IConsortium.ConsortiumAlreadyMember.selector, account, role);
    }

    function _nothingToVeto(address account, uint64 role) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IConsortium.ConsortiumNothingToVeto.selector, account, role);
    }
}
