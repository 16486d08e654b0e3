// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {Consortium} from "../../../contracts/access/Consortium.sol";
import {IConsortium} from "../../../contracts/interfaces/IConsortium.sol";
import {Handler} from "./Handler.sol";

/// @dev Members come, are vetoed, are expelled and come again; and time goes by.
abstract contract MemberHandler is Handler {
    uint256 private constant ADMISSION_DELAY = 1 days;
    uint64[] private _classes = [1, 2, 4, 5, 7, 9, 13];

    /// @dev Accounts that the consortium may admit to any class, several at a time.
    address[] private _applicants = [address(0xA001), address(0xA002), address(0xA003)];

    function admit(uint256 classSeed, uint256 whoSeed, uint256 callerSeed) external {
        uint64 role = _classes[classSeed % _classes.length];
        address account = _applicants[whoSeed % _applicants.length];
        address caller = callerSeed % 8 == 7 ? STRANGER : admissions;

        bytes4 refusal = CARRIED_OUT;
        if (roster.since(role, account) != 0) refusal = IConsortium.ConsortiumAlreadyMember.selector;
        if (caller == STRANGER) refusal = IAccessManager.AccessManagerUnauthorizedAccount.selector;

        bytes memory data = abi.encodeCall(
            Consortium.admitMember,
            (account, role, keccak256("organisation"))
        );
        _call(caller, address(consortium), data, refusal, "T2 admission");
        if (refusal == CARRIED_OUT) roster.seat(role, account, block.timestamp + ADMISSION_DELAY);
    }

    function veto(uint256 classSeed, uint256 whoSeed, uint256 callerSeed) external {
        uint64 role = _classes[classSeed % _classes.length];
        address account = _applicants[whoSeed % _applicants.length];
        address caller = callerSeed % 8 == 7 ? STRANGER : guardian;

        bytes4 refusal = CARRIED_OUT;
        if (roster.since(role, account) <= block.timestamp) {
            refusal = IConsortium.ConsortiumNothingToVeto.selector;
        }
        if (caller == STRANGER) refusal = IAccessManager.AccessManagerUnauthorizedAccount.selector;

        bytes memory data = abi.encodeCall(Consortium.vetoAdmission, (account, role));
        _call(caller, address(consortium), data, refusal, "T2 veto");
        if (refusal == CARRIED_OUT) roster.unseat(role, account);
    }

    function expel(uint256 whoSeed, uint256 callerSeed) external {
        address account = _applicants[whoSeed % _applicants.length];
        address caller = callerSeed % 8 == 7 ? STRANGER : admissions;

        bytes4 refusal = IConsortium.ConsortiumNotMember.selector;
        for (uint256 i = 0; i < _classes.length; ++i) {
            if (roster.since(_classes[i], account) != 0) refusal = CARRIED_OUT;
        }
        if (caller == STRANGER) refusal = IAccessManager.AccessManagerUnauthorizedAccount.selector;

        bytes memory data = abi.encodeCall(Consortium.expelMember, (account, keccak256("decision")));
        _call(caller, address(consortium), data, refusal, "T2 expulsion");
        if (refusal != CARRIED_OUT) return;
        for (uint256 i = 0; i < _classes.length; ++i) roster.unseat(_classes[i], account);
    }

    function passTime(uint256 seed) external {
        vm.warp(block.timestamp + bound(seed, 1 hours, 20 days));
    }
}
