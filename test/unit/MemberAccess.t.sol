// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {MemberAccess} from "../../contracts/access/MemberAccess.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {BlokTest} from "../helpers/BlokTest.sol";

/// @dev A contract with nothing but the check.
contract MemberGate is MemberAccess {
    constructor(address authority) AccessManaged(authority) {}

    function pass(address account, uint64 role) external view {
        _requireMember(account, role);
    }
}

contract MemberAccessTest is BlokTest {
    MemberGate private gate;
    address private newcomer = address(0xCAFE);

    function setUp() public override {
        super.setUp();
        gate = new MemberGate(address(consortium));
    }

    function test_requireMember_RevertWhen_AccountIsAStranger() public {
        _refuses(stranger, Roles.WORKSHOP);
    }

    function test_requireMember_RevertWhen_AccountIsOfAnotherClass() public {
        _refuses(workshop, Roles.INSPECTOR);
    }

    function test_requireMember_RevertWhen_AdmissionIsPending() public {
        vm.prank(admissions);
        consortium.admitMember(newcomer, Roles.WORKSHOP, 0);
        vm.warp(NOW + ADMISSION_DELAY - 1);
        _refuses(newcomer, Roles.WORKSHOP);
        vm.warp(NOW + ADMISSION_DELAY);
        gate.pass(newcomer, Roles.WORKSHOP);
    }

    function test_requireMember_RevertWhen_MemberIsExpelled() public {
        gate.pass(workshop, Roles.WORKSHOP);
        vm.prank(admissions);
        consortium.expelMember(workshop, 0);
        _refuses(workshop, Roles.WORKSHOP);
    }

    function test_requireMember_RevertWhen_MemberIsBoundToADelay() public {
        consortium.grantRole(Roles.WORKSHOP, newcomer, 1);
        _refuses(newcomer, Roles.WORKSHOP);
    }

    /// @dev AccessManager makes everybody a member of its public role, which is far above every set of roles.
    function test_requireMember_AdmitsAnybodyToThePublicRoleOnly() public {
        gate.pass(stranger, type(uint64).max);
        _refuses(stranger, type(uint64).max - 1);
    }

    function testFuzz_requireMember_AdmitsMembersOfTheClassOnly(uint64 role, uint64 asked) public {
        role = uint64(bound(role, 1, 13));
        asked = uint64(bound(asked, 1, 13));
        consortium.grantRole(role, newcomer, 0);
        if (role == asked) gate.pass(newcomer, asked);
        else _refuses(newcomer, asked);
    }

    function _refuses(address account, uint64 role) private {
        vm.expectRevert(abi.encodeWithSelector(MemberAccess.AccessNotMember.selector, account, role));
        gate.pass(account, role);
    }
}
