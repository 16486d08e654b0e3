// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The members of the consortium: admission, veto and expulsion.
interface IConsortium {
    /// @notice `account` is admitted to class `role` and may act from `activeFrom` (Unix seconds) on.
    /// @param organisation Commitment to the member's organisation identifier (LEI, BPN, GLN, EORI or DID).
    event MemberAdmitted(
        address indexed account,
        uint64 indexed role,
        bytes32 indexed organisation,
        uint48 activeFrom
    );

    /// @notice The admission of `account` to class `role` was stopped before it became active.
    event AdmissionVetoed(address indexed account, uint64 indexed role, address indexed guardian);

    /// @notice `account` was expelled from every class it was a member of.
    /// @param reasonHash SHA-256 of the decision, kept off chain.
    event MemberExpelled(address indexed account, bytes32 indexed reasonHash);

    /// @notice `role` is an office or a contract's role: the council grants it, with its delay.
    error ConsortiumNotMemberClass(uint64 role, uint64 lastMemberClass);

    /// @notice `account` is a member of class `role` already, or its admission is pending.
    error ConsortiumAlreadyMember(address account, uint64 role);

    /// @notice The consortium itself is no member.
    error ConsortiumNotAdmissible(address account);

    /// @notice Admissions have to wait: without a delay no guardian can veto them.
    error ConsortiumDelayMissing();

    /// @notice `account` is a member of no class.
    error ConsortiumNotMember(address account);

    /// @notice No admission of `account` to class `role` is pending: it never was, or is active already.
    error ConsortiumNothingToVeto(address account, uint64 role);

    /// @notice The admission delay that every admission waits for, in seconds.
    function admissionDelaySeconds() external view returns (uint32);

    /// @notice Admits `account` to a class of member; it may act after the admission delay, unless a guardian vetoes.
    /// @dev Restricted to the admissions office.
    /// @param account The member's account. An organisation that wants to rotate its keys uses a contract wallet.
    /// @param role A member class of `Roles`.
    /// @param organisation Commitment to the organisation's identifier.
    function admitMember(address account, uint64 role, bytes32 organisation) external;

    /// @notice Stops an admission that is still pending.
    /// @dev Only for guardians.
    function vetoAdmission(address account, uint64 role) external;

    /// @notice Takes every class from `account`, at once. Its records stay; its next call fails.
    /// @dev Restricted to the admissions office. Immediate because it only removes power.
    function expelMember(address account, bytes32 reasonHash) external;
}
