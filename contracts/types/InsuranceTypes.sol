// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/* POOLS */

/// @dev What a pool is, for ever. One token, one insurer that underwrites. `redeemDelaySeconds` is how long a redemption waits,
/// and as long after an event its claim may be opened: who knows of a loss cannot be out before it. At most
/// `cellCapBps` of the capital covers one geographic cell, `fleetCapBps` one fleet (10,000 is all of it).
struct PoolTerms {
    address asset;
    address insurer;
    uint32 redeemDelaySeconds;
    uint16 cellCapBps;
    uint16 fleetCapBps;
}

/// @dev Where a pool's money is. Amounts in the token's base units. Three storage slots, so that earning
/// premium writes the first alone, and a payout the first two.
/// `capital` belongs to the shares: what is reserved for claims, not yet earned or owed is not in it. `locked` is the cover
/// sold, which capital stands behind; `reserved` was set aside for claims that may still fall; `unearned` is premium paid in
/// advance; `pending` is what asked to be redeemed; `owed` can be collected, or is a bond.
struct PoolState {
    uint96 capital;
    uint96 unearned;
    bool isHalted;
    uint96 locked;
    uint96 owed;
    uint96 reserved;
    uint96 pending;
}

/// @dev Shares of one controller on their way out. One storage slot. `assets` is what they were worth when they were asked for, the
/// most that is paid for them; they can be redeemed from `claimableAt` on.
struct Redemption {
    uint120 shares;
    uint96 assets;
    uint40 claimableAt;
}

/// @dev Which bounds a cover counts towards. Opaque ids: a coarse cell of the map, never a position; a fleet, or zero for none.
struct ExposureKeys {
    bytes32 cell;
    bytes32 fleetId;
}

/* POLICIES */

/// @dev The words of the field. `Applied` and `Declined` are those of requests that never reach the chain; a policy whose cover
/// is locked is `Collateralized`; it is `Paused` while a bill is unpaid; `Revoked` stands for a quote that was taken back.
enum PolicyStatus {
    None,
    Applied,
    Revoked,
    Declined,
    Collateralized,
    Closed,
    Paused
}

/// @dev What a kilometre, a day and an hour cost. Base units of the pool's token: `perKm` for 1,000 m and `perDrivingHour` for 3,600 s
/// driven, `perDay` for 86,400 s of cover. Distance is weighted with a factor in basis points between `minFactorBps` and `maxFactorBps`:
/// the minimum, and `nightBps` and `overLimitBps` times the share of the driving time, and `harshBps` for each weighted harsh event
/// in 100 km. `maxDailyM` is the distance charged for a day of which nothing is proven.
struct PremiumRates {
    uint64 perKm;
    uint64 perDay;
    uint64 perDrivingHour;
    uint32 maxDailyM;
    uint16 minFactorBps;
    uint16 maxFactorBps;
    uint16 nightBps;
    uint16 overLimitBps;
    uint16 harshBps;
}

/// @dev What is paid for an event. A severity, in the unit of the trigger, from `thresholdN` on pays `payoutBpsN` of the cover; the
/// thresholds do not fall. From `totalLossAt` on (zero for never) the vehicle is a total loss: `salvageBps` of the payout are kept back
/// if the holder does not hand it over. Up to `instantCap` is paid at once; above it, and for a total loss, anybody may challenge within
/// `challengeSeconds` with a bond. `corroborations` is how many must confirm a crash.
struct PayoutTerms {
    uint32 threshold1;
    uint32 threshold2;
    uint32 threshold3;
    uint16 payoutBps1;
    uint16 payoutBps2;
    uint16 payoutBps3;
    uint32 totalLossAt;
    uint16 salvageBps;
    uint32 challengeSeconds;
    uint96 instantCap;
    uint96 bond;
    uint8 corroborations;
}

/// @dev What an insurer signs (EIP-712). `subjectRoot` is the root of a Merkle tree of the vehicles that may be insured by it, one or
/// a fleet. Cover is per vehicle and lasts from the purchase until `endsAt`; events within `waitingSeconds` from the purchase
/// are not covered. `minDeposit` is paid in advance; kilometres are proven at least every `periodSeconds`. `productId` names the kind of
/// cover, and to index triggers the peril. Times in Unix seconds.
struct PolicyQuote {
    address pool;
    address trigger;
    bytes32 productId;
    bytes32 subjectRoot;
    bytes32 fleetId;
    uint96 cover;
    uint96 minDeposit;
    uint40 expiresAt;
    uint40 endsAt;
    uint32 waitingSeconds;
    uint32 periodSeconds;
    uint64 salt;
    PremiumRates rates;
    PayoutTerms payout;
}

/// @dev A vehicle in a quote, a leaf of its tree: keccak256(keccak256(abi.encode(subject))). `grantEpoch` is the title's: a quote is
/// for its present holder. `baseline` is the digest of the last summary before the cover, or zero for a recorder that counted
/// nothing yet; then the counter stood at `baseDistanceM` and the odometer at `baseOdometerM`, in metres.
struct Subject {
    uint256 vehicleId;
    uint24 grantEpoch;
    bytes32 cell;
    bytes32 baseline;
    uint64 baseDistanceM;
    uint64 baseOdometerM;
}

/// @dev What a policy is, for ever: its id is keccak256(abi.encode(struct hash of the quote, leaf of the subject)).
struct PolicyTerms {
    PolicyQuote quote;
    Subject subject;
}

/// @dev Where a policy stands. Three storage slots. `balance` is premium paid in advance and not yet earned, `coverLeft` what is left of
/// the cover. Time is billed until `billedUntil`; of the periods billed since the last proof, `missedPeriods` at the maximum.
/// `lastSummary` is the digest of the last summary billed; zero while that is the baseline of the terms.
struct Policy {
    address holder;
    PolicyStatus status;
    uint24 grantEpoch;
    uint40 startedAt;
    uint96 balance;
    uint96 coverLeft;
    uint40 billedUntil;
    uint16 missedPeriods;
    bytes32 lastSummary;
}

/// @dev The cover of one kind that a vehicle has. One storage slot. `policyRef` is the beginning of the policy's id.
struct ActiveCover {
    bytes24 policyRef;
    uint40 endsAt;
    uint24 grantEpoch;
}

/// @dev What is billed. Metres and seconds; `harshEvents` with each severe one counted three times.
struct PremiumPeriod {
    uint256 distanceM;
    uint256 coverS;
    uint256 drivingS;
    uint256 nightS;
    uint256 overLimitS;
    uint256 harshEvents;
}

/* CLAIMS */

/// @dev The words of the field. `Submitted` may be challenged; `Confirmed` waits to be paid; `Declined` by a court after a
/// challenge; `Revoked` by who made it; `Cancelled` because its evidence no longer holds; `Closed` is paid.
enum ClaimStatus {
    None,
    Submitted,
    Confirmed,
    Declined,
    Revoked,
    Cancelled,
    Closed
}

enum PayoutStatus {
    None,
    Expected,
    Paid,
    Cancelled
}

/// @dev Where the claim for an incident stands. The first slot is all there is of one that was paid at once. `deadline` ends the time for
/// a challenge, then for its decision, then for handing a wreck over (Unix seconds). `policyId`, `evidenceHash`, `documentHash` and
/// the challenge are kept until it is decided.
struct Claim {
    ClaimStatus status;
    PayoutStatus payout;
    uint96 amount;
    uint40 deadline;
    bool isTotalLoss;
    bool isChallenged;
    bytes32 policyId;
    bytes32 evidenceHash;
    bytes32 documentHash;
    address challenger;
    uint96 bond;
}

/// @dev What a trigger is asked: of which vehicle, kind of cover and cell, and how many must confirm.
struct TriggerQuery {
    uint256 vehicleId;
    bytes32 productId;
    bytes32 cell;
    uint8 corroborations;
}

/// @dev What a trigger found. `slot` is the place of the incident among all of this vehicle's: one incident has the same or a
/// neighbouring one whoever describes it. If `silentS` is not zero there is no event, but so many seconds of which nobody reported.
/// `author` and `role` are the member in whose name the accident is recorded; no record if zero.
struct Finding {
    uint256 slot;
    uint40 occurredAt;
    uint32 severity;
    uint32 silentS;
    bytes32 documentHash;
    address author;
    uint64 role;
}

/// @dev What the vehicle's own key signs at a crash (EIP-712). `deltaVCmS` is the change of velocity in cm/s; `documentHash` the SHA-256 of
/// what the recorder kept.
struct CrashEvent {
    uint256 vehicleId;
    uint40 occurredAt;
    uint32 deltaVCmS;
    bool isAirbagDeployed;
    bytes32 documentHash;
}

/// @dev A confirmation of a crash: EIP-712 `CrashAttestation(bytes32 crashHash,uint64 role,uint40 attestedAt)`, with the struct hash of the
/// event. `signer` is the member's address, or an ERC-7913 signer of `vehicleId` if `role` is the vehicles' (else zero).
struct CrashAttestation {
    uint64 role;
    uint40 attestedAt;
    uint256 vehicleId;
    bytes signer;
    bytes signature;
}

/// @dev `abi.encode` of this is the evidence of a crash. `recordProof` is empty, or `abi.encode` of the `RecordProof` of an accident.
struct CrashEvidence {
    CrashEvent crash;
    bytes signer;
    bytes signature;
    CrashAttestation[] attestations;
    bytes recordProof;
}

/// @dev `abi.encode` of this is the evidence of an index event: the day that was observed, counted from 1970-01-01 (UTC).
struct IndexEvidence {
    uint32 day;
}

/// @dev What oracles said of a cell on a day. `reports` holds up to eight values, the highest first; `value` is the decision of
/// a dispute.
struct IndexState {
    uint8 reportCount;
    bool isDisputed;
    bool isResolved;
    uint32 value;
    uint256 reports;
}
