// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

/// @title Access by class of member, for functions that several classes may call.
/// @notice `restricted` admits one role per function. Where the class depends on the arguments, a contract asks the
/// same authority with `_requireMember`.
abstract contract MemberAccess is AccessManaged {
    /// @notice `account` does not act for class `role`: never admitted, not yet active, expelled, or bound to a delay.
    error AccessNotMember(address account, uint64 role);

    function _requireMember(address account, uint64 role) internal view {
        (bool isMember, uint32 executionDelay) = IAccessManager(authority()).hasRole(role, account);
        // A delayed member has to go through the authority's schedule, which these functions do not offer.
        require(isMember && executionDelay == 0, AccessNotMember(account, role));
    }
}
