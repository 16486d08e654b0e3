// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev What a channel is, for ever: its id is the hash of these terms with chain and contract.
/// `signer` is the machine key whose vouchers count: the address of a secp256k1 key, or the id of a P-256 key (keccak256
/// of verifier and coordinates, as in VehicleKeys). `operator` may settle for the payee, never close; zero for none.
/// `asset` is an ERC-20 token, or zero for the native coin. `closeDelaySeconds` is how long the payee may still settle
/// after the payer asked to close. `salt` tells channels of equal terms apart.
struct ChannelTerms {
    address payer;
    bytes32 signer;
    address payee;
    address operator;
    address asset;
    uint32 closeDelaySeconds;
    uint64 salt;
}

/// @dev `Channel` in one word, as it is stored.
type PackedChannel is uint256;

/// @dev Where a channel stands. One storage slot, full. Amounts in the asset's base units.
/// `settled` is what the payee has had since the channel was opened, `deposited` what it could have at most; a channel is
/// open while `deposited` is not zero. `closeDeadline` is zero, or the time (Unix seconds) from which what is left goes back to the
/// payer. `epoch` counts how often the channel was closed: vouchers of an earlier epoch are worth nothing.
struct Channel {
    uint96 settled;
    uint96 deposited;
    uint40 closeDeadline;
    uint24 epoch;
}

/// @dev Who is paid by a batch of claims: the terms that all of its channels have in common.
struct Payee {
    address payee;
    address operator;
    address asset;
}

/// @dev A new total and the ceiling of the voucher that allows it, in one word: `newSettled << 96 | ceiling`.
type ClaimAmounts is uint256;

/// @dev The rest of a channel's terms in one word: `salt << 32 | closeDelaySeconds`.
type ClosingTerms is uint256;

/// @dev One claim of a batch. `proof` is the machine's signature of the voucher, and after it, for a `SessionVoucher`,
/// the session's hash: 64 or 65 bytes of secp256k1 (ERC-2098 or r, s, v), or 128 of P-256 (r, s, x, y); 32 more with a
/// session (an ERC-2098 signature only).
struct Claim {
    address payer;
    bytes32 signer;
    ClosingTerms closing;
    ClaimAmounts amounts;
    bytes proof;
}

/// @dev What became of a claim, in the order in which it is looked at.
enum ClaimOutcome {
    Settled,
    NotOpen,
    DeadlinePassed,
    NothingNew,
    OverCeiling,
    OverDeposit,
    SignatureInvalid
}

/// @dev One of several channels that are opened together.
struct ChannelOpening {
    address payee;
    address operator;
    uint32 closeDelaySeconds;
    uint64 salt;
    uint96 amount;
}

/// @dev How an ERC-20 deposit is pulled. The native coin comes with the call, as `Approval`.
/// `Approval`: an allowance of the caller; `data` is empty.
/// `Permit`: the caller's ERC-2612 permit; `data` = abi.encode(value, deadline, v, r, s).
/// `Authorization`: the payer's ERC-3009 authorisation, whoever calls; `data` = abi.encode(validAfter, validBefore, salt, v, r, s),
/// its nonce is keccak256(abi.encode(fundingId, salt)).
/// `Permit2`: the payer's Permit2 transfer with the witness `ChannelFunding(bytes32 fundingId)`, whoever calls;
/// `data` = abi.encode(nonce, deadline, signature).
enum FundingKind {
    Approval,
    Permit,
    Authorization,
    Permit2
}

struct Funding {
    FundingKind kind;
    bytes data;
}

/// @dev What an owner lets the car's own key do with the owner's money: open and top up channels of one asset.
/// `grantEpoch` is that of the title of `vehicleId` when the mandate is given, so that it ends with the next transfer. At
/// most `capPerPeriod` goes in during each `periodSeconds` counted from `validFrom`, and `totalCap` in all.
/// `payeeRoot` is the root of a Merkle tree of payees (leaves keccak256(keccak256(abi.encode(payee)))), or zero for any payee.
struct Mandate {
    address owner;
    uint256 vehicleId;
    uint24 grantEpoch;
    bytes32 signer;
    address asset;
    uint96 capPerPeriod;
    uint32 periodSeconds;
    uint96 totalCap;
    bytes32 payeeRoot;
    uint40 validFrom;
    uint40 expiresAt;
    uint64 salt;
}

/// @dev What has been spent under a mandate, and whether it was given or taken back by a call. One storage slot.
struct MandateState {
    uint96 spent;
    uint96 spentInPeriod;
    uint40 periodStart;
    bool isGiven;
    bool isRevoked;
}

/// @dev What goes with a use of a mandate. `ownerSignature` of the `Mandate`, empty if it was given by call;
/// `payeeProof` in the tree of payees; `machineSignature` of the `FundingOrder` until `deadline`, empty if the car's key is
/// itself the caller.
struct MandateProof {
    bytes ownerSignature;
    bytes32[] payeeProof;
    uint40 deadline;
    bytes machineSignature;
}
