// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";
import {IConsortium} from "../interfaces/IConsortium.sol";
import {Roles} from "./Roles.sol";

/// @title The authority of all contracts: OpenZeppelin's AccessManager, with admission of members in one call.
/// @notice
/// - The council holds `ADMIN_ROLE` with an execution delay; guardians can cancel whatever it schedules.
/// - The admissions office admits members to classes, after a fixed delay within which a guardian can veto.
/// - Offices and contract roles are never granted by admission, only by the council; the roles of holders and vehicles
///   are never granted at all.
contract Consortium is IConsortium, AccessManager {
    /// @inheritdoc IConsortium
    uint32 public immutable admissionDelaySeconds;

    constructor(address initialAdmin, uint32 newAdmissionDelaySeconds) AccessManager(initialAdmin) {
        require(newAdmissionDelaySeconds != 0, ConsortiumDelayMissing());
        admissionDelaySeconds = newAdmissionDelaySeconds;
    }

    /* ADMISSION */

    /// @inheritdoc IConsortium
    function admitMember(address account, uint64 role, bytes32 organisation) external onlyAuthorized {
        require(
            role != ADMIN_ROLE && role <= Roles.LAST_MEMBER_CLASS,
            ConsortiumNotMemberClass(role, Roles.LAST_MEMBER_CLASS)
        );
        // Whoever may call through `execute` would write in the name of this contract.
        require(account != address(this), ConsortiumNotAdmissible(account));
        bool isNew = _grantRole(role, account, admissionDelaySeconds, 0);
        require(isNew, ConsortiumAlreadyMember(account, role));

        emit MemberAdmitted(account, role, organisation, Time.timestamp() + admissionDelaySeconds);
    }

    /// @inheritdoc IConsortium
    /// @dev Asks for the role itself and not for the function's, so that nobody closes or re-wires the way while an
    /// admission becomes active.
    function vetoAdmission(address account, uint64 role) external {
        (bool isGuardian, uint32 delay) = hasRole(Roles.GUARDIAN, msg.sender);
        require(isGuardian && delay == 0, AccessManagerUnauthorizedAccount(msg.sender, Roles.GUARDIAN));
        (uint48 since, , , ) = getAccess(role, account);
        // Only what admission can grant: a guardian has no say over an office that is about to become active.
        require(
            role != ADMIN_ROLE && role <= Roles.LAST_MEMBER_CLASS && since > Time.timestamp(),
            ConsortiumNothingToVeto(account, role)
        );
        _revokeRole(role, account);

        emit AdmissionVetoed(account, role, msg.sender);
    }

    /* EXPULSION */

    /// @inheritdoc IConsortium
    function expelMember(address account, bytes32 reasonHash) external onlyAuthorized {
        bool wasMember;
        for (uint64 role = 1; role <= Roles.LAST_MEMBER_CLASS; ++role) {
            if (_revokeRole(role, account)) wasMember = true;
        }
        require(wasMember, ConsortiumNotMember(account));

        emit MemberExpelled(account, reasonHash);
    }

    /* GUARDIANSHIP */

    /// @inheritdoc AccessManager
    /// @dev AccessManager lets nobody but the council itself guard `ADMIN_ROLE`. Here the guardians do, for ever.
    function getRoleGuardian(uint64 roleId) public view override returns (uint64) {
        return roleId == ADMIN_ROLE ? Roles.GUARDIAN : super.getRoleGuardian(roleId);
    }

    /// @inheritdoc AccessManager
    /// @dev The council leaves with its delay, by a scheduled `revokeRole` that guardians can cancel: who stole its key
    /// must not be able to leave the consortium without anybody who administers it.
    function renounceRole(uint64 roleId, address callerConfirmation) public override {
        (, uint32 delay) = hasRole(roleId, msg.sender);
        require(roleId != ADMIN_ROLE || delay == 0, AccessManagerLockedRole(roleId));
        super.renounceRole(roleId, callerConfirmation);
    }

    /// @dev Holders and vehicles are authors without being members: who had their role would write in their grade.
    function _grantRole(
        uint64 roleId,
        address account,
        uint32 grantDelay,
        uint32 executionDelay
    ) internal override returns (bool) {
        require(roleId != Roles.HOLDER && roleId != Roles.VEHICLE, AccessManagerLockedRole(roleId));
        return super._grantRole(roleId, account, grantDelay, executionDelay);
    }

    /// @dev The authority's own functions stay the council's: their guardian is found by the role they are wired to, and
    /// another role would have another guardian.
    function _setTargetFunctionRole(address target, bytes4 selector, uint64 roleId) internal override {
        require(
            target != address(this) ||
                selector == this.admitMember.selector ||
                selector == this.expelMember.selector,
            AccessManagerLockedFunction(selector)
        );
        super._setTargetFunctionRole(target, selector, roleId);
    }
}
