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
/// - Offices and contract roles are never granted by admission, only by the council.
contract Consortium is IConsortium, AccessManager {
    /// @inheritdoc IConsortium
    uint32 public immutable admissionDelaySeconds;

    constructor(address initialAdmin, uint32 newAdmissionDelaySeconds) AccessManager(initialAdmin) {
        admissionDelaySeconds = newAdmissionDelaySeconds;
    }

    /* ADMISSION */

    /// @inheritdoc IConsortium
    function admitMember(address account, uint64 role, bytes32 organisation) external onlyAuthorized {
        require(
            role != ADMIN_ROLE && role <= Roles.LAST_MEMBER_CLASS,
            ConsortiumNotMemberClass(role, Roles.LAST_MEMBER_CLASS)
        );
        bool isNew = _grantRole(role, account, admissionDelaySeconds, 0);
        require(isNew, ConsortiumAlreadyMember(account, role));

        emit MemberAdmitted(account, role, organisation, Time.timestamp() + admissionDelaySeconds);
    }

    /// @inheritdoc IConsortium
    function vetoAdmission(address account, uint64 role) external onlyAuthorized {
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
}
