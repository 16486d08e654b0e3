// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev Where a title stands. `Destroyed` is terminal.
enum TitleStatus {
    None,
    Active,
    Exported,
    Destroyed
}

/// @dev The whole state of a title beside its holder. One storage slot (256 bits, full).
/// `issuer` is the member that registered the vehicle; `locks` is a set of `Locks` bits; `holderCount` counts holders
/// with the first; `grantEpoch` rises with every transfer; `registeredDay` counts days since 1970-01-01.
struct TitleState {
    address issuer;
    TitleStatus status;
    uint16 locks;
    uint24 holderCount;
    uint24 grantEpoch;
    uint16 registeredDay;
    bool hasUser;
}

/// @dev ERC-4907 user. One storage slot.
struct TitleUser {
    address account;
    uint64 expires;
}

/// @dev A forced transfer that has been asked for and not yet carried out. Three storage slots.
struct ForcedTransferRequest {
    address from;
    uint40 executableAt;
    address to;
    bytes32 evidenceHash;
}

/// @dev A holder's leave for a workshop to take parts off its vehicle. One storage slot.
/// `grantEpoch` is the title's when the leave was given: it ends with a change of holder.
struct WorkOrder {
    uint40 expiresAt;
    uint24 grantEpoch;
}
