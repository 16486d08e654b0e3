// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ActiveCover, Policy, PolicyQuote, PolicyTerms, Subject} from "../types/InsuranceTypes.sol";
import {AnchoredSummary, TripSummary} from "../types/TelemetryTypes.sol";
import {IPremiums} from "./IPremiums.sol";
import {IRiskPools} from "./IRiskPools.sol";
import {ITelemetryAnchors} from "./ITelemetryAnchors.sol";
import {IVehicleRecords} from "./IVehicleRecords.sol";
import {IVehicleTitle} from "./IVehicleTitle.sol";

/// @title Usage-based policies for titled vehicles.
/// @notice An insurer signs a quote for a vehicle or a fleet; the holder of the title buys; kilometres are billed from signed counters.
/// A policy is its terms: whoever acts on it passes them, and their hash is its id. Money is in the pool's token, and stays in the
/// pool: buyers approve the pool. Times are Unix seconds.
interface IPolicyBook {
    /* EVENTS */

    /// @notice A holder bought cover for its vehicle.
    event PolicyBought(
        bytes32 indexed policyId,
        uint256 indexed vehicleId,
        address indexed holder,
        address pool,
        bytes32 quoteHash,
        bytes32 productId,
        uint96 cover,
        uint96 deposit,
        uint40 startedAt,
        uint40 endsAt
    );

    /// @notice An insurer took a quote back: no more policies are made of it.
    event QuoteRevoked(bytes32 indexed quoteHash, address indexed insurer);

    /// @notice Somebody paid premium in advance.
    event PremiumDeposited(bytes32 indexed policyId, address indexed payer, uint96 amount, uint96 balance);

    /// @notice Driving was billed, up to the summary with this digest. `distanceM` is what was billed of it.
    event PremiumProven(
        bytes32 indexed policyId,
        bytes32 indexed summaryDigest,
        uint64 distanceM,
        uint16 factorBps,
        uint96 premium,
        uint40 billedUntil
    );

    /// @notice A period of which nothing was proven was billed at the maximum.
    event PremiumAssumed(bytes32 indexed policyId, uint64 distanceM, uint96 premium, uint40 billedUntil);

    /// @notice A bill of `premium` could not be paid: the cover is suspended from the time that is paid for.
    event PolicyPaused(bytes32 indexed policyId, uint256 premium, uint96 balance);

    /// @notice The bill was paid: cover begins anew, with its waiting time.
    event PolicyResumed(bytes32 indexed policyId, uint40 startedAt);

    /// @notice The policy ended; its cover is released, `premium` billed for what was not proven, and `refund` credited.
    event PolicyClosed(bytes32 indexed policyId, uint96 coverLeft, uint96 premium, uint96 refund);

    /* ERRORS */

    /// @notice The pool's insurer did not sign this quote.
    error QuoteSignatureInvalid(bytes32 quoteHash, address insurer);

    /// @notice The quote could be taken up until `expiresAt` only.
    error QuoteExpired(bytes32 quoteHash, uint40 expiresAt);

    /// @notice The insurer took the quote back.
    error QuoteIsRevoked(bytes32 quoteHash);

    /// @notice No cover, an end before it begins, a period of less than a day, or rates and payouts that contradict themselves.
    error QuoteTermsInvalid(bytes32 quoteHash);

    /// @notice The vehicle does not stand in the quote.
    error QuoteSubjectForeign(bytes32 subjectRoot, bytes32 leaf);

    /// @notice Only `insurer` may do this.
    error QuoteNotInsurer(address insurer, address caller);

    /// @notice The vehicle has changed hands since the quote or the purchase.
    error PolicyTitleMoved(uint256 vehicleId, uint24 grantEpoch, uint24 current);

    /// @notice The vehicle is destroyed, exported or reported stolen.
    error PolicyVehicleStopped(uint256 vehicleId);

    /// @notice Only the holder may do this.
    error PolicyNotHolder(uint256 vehicleId, address holder, address caller);

    /// @notice The policy was made already: a quote is good for each of its vehicles once.
    error PolicyExists(bytes32 policyId);

    /// @notice The vehicle has a cover of this kind.
    error PolicyCoverExists(uint256 vehicleId, bytes32 productId, uint40 endsAt);

    /// @notice Less was paid in advance than the quote asks for.
    error PolicyDepositTooSmall(uint96 deposit, uint96 minDeposit);

    /// @notice There is no such policy, or it is not in a state in which this can be done.
    error PolicyStatusWrong(bytes32 policyId, uint8 status);

    /// @notice The batch is empty, its lists differ in length, or it is too long.
    error PolicyBatchInvalid(uint256 subjects, uint256 proofs, uint256 limit);

    /// @notice The first of the two summaries is not the last one that was billed.
    error PremiumSummaryNotLast(bytes32 policyId, bytes32 digest, bytes32 lastSummary);

    /// @notice The summary is of another vehicle.
    error PremiumVehicleForeign(uint256 vehicleId, uint256 summaryVehicleId);

    /// @notice The summary is not after the last one: its sequence does not rise, or its trip begins before that one ended.
    error PremiumPeriodOverlaps(uint32 sequence, uint32 lastSequence, uint40 startedAt, uint40 lastEndedAt);

    /// @notice A counter fell.
    error PremiumCountersFell(bytes32 policyId, uint32 sequence);

    /// @notice The trip began after the cover had ended.
    error PremiumAfterCover(uint40 startedAt, uint40 endsAt);

    /// @notice Silence was billed until `billedUntil`. A proof that ends before would use up the credit for it: the holder alone may.
    error PremiumCreditUnused(uint40 endedAt, uint40 billedUntil);

    /// @notice Balance and allowance do not pay the premium, and it is not overdue yet.
    error PremiumUnpaid(bytes32 policyId, uint256 premium, uint96 balance);

    /// @notice The policy is paused: only its holder takes it up again.
    error PolicyIsPaused(bytes32 policyId, address holder);

    /// @notice The period may still be proven until `provableUntil`.
    error PremiumPeriodOpen(bytes32 policyId, uint256 provableUntil);

    /// @notice Cover ends at `endsAt`, and the events before it may be claimed until `claimableUntil`.
    error PolicyNotOver(bytes32 policyId, uint40 endsAt, uint256 claimableUntil);

    /// @notice The event at `occurredAt` is not covered: the policy covers `from` until before `to`.
    error PolicyNotCovering(bytes32 policyId, uint40 occurredAt, uint256 from, uint256 to);

    /* BUYING */

    /// @notice Buys cover for a vehicle whose title the caller holds, and pays `deposit` in advance.
    /// @param signature The insurer's, of the quote (EIP-712); contract wallets sign by ERC-1271.
    /// @param proof That the subject stands in the quote's tree; empty if it is alone.
    function buyPolicy(
        PolicyTerms calldata terms,
        bytes calldata signature,
        bytes32[] calldata proof,
        uint96 deposit
    ) external returns (bytes32 policyId);

    /// @notice Buys a policy for each of 1 to `MAX_BATCH` vehicles of a quote; all or none. `deposit` is for each.
    function buyPolicies(
        PolicyQuote calldata quote,
        bytes calldata signature,
        Subject[] calldata subjects,
        bytes32[][] calldata proofs,
        uint96 deposit
    ) external returns (bytes32[] memory policyIds);

    /// @notice The insurer takes a quote back. Policies made of it go on.
    function revokeQuote(PolicyQuote calldata quote) external;

    /* PREMIUM */

    /// @notice Pays premium in advance. Anybody may, with its own money: so an insurer that is paid through a channel credits the policy.
    function depositPremium(PolicyTerms calldata terms, uint96 amount) external;

    /// @notice Bills what was driven between the last summary billed and a later one that the vehicle signed and a gateway anchored. A proof
    /// that comes late, or that the life record's odometer contradicts, is billed at the maximum factor. Paid from the balance, the rest from the
    /// holder's allowance to the pool; what cannot be paid fails, or pauses the policy once it is overdue, and then nothing is billed. Anybody
    /// may call; for a policy that is paused, its holder alone.
    /// @param from The last summary billed; all zero if the policy's baseline is.
    function provePremiumPeriod(
        PolicyTerms calldata terms,
        TripSummary calldata from,
        AnchoredSummary calldata to
    ) external returns (uint96 premium);

    /// @notice Bills a whole period of which nothing was proven in time, at the maximum. Anybody may call.
    function assumePremiumPeriod(PolicyTerms calldata terms) external returns (uint96 premium);

    /* ENDING */

    /// @notice Ends a policy: its holder at any time; anybody when the title has moved or the cover is used up, and after its end when
    /// nothing can be claimed any more. What was not proven is billed at the maximum, as far as the balance goes; the rest is refunded.
    function closePolicy(PolicyTerms calldata terms) external;

    /* CLAIMS (role CLAIM_CONTROLLER) */

    /// @notice Fails unless the policy covers an event at this time; takes up to `amount` of the cover. The caller has the id from the
    /// policy's terms, and passes what it needs of them: vehicle, waiting time and end.
    function drawCover(
        bytes32 policyId,
        uint256 vehicleId,
        uint32 waitingSeconds,
        uint40 endsAt,
        uint40 occurredAt,
        uint96 amount
    ) external returns (address holder, uint96 drawn);

    /// @notice Gives back what a claim took that fell.
    /// @return isOpen Whether the policy goes on.
    function restoreCover(bytes32 policyId, uint96 amount) external returns (bool isOpen);

    /* VIEWS */

    /// @notice The most policies one batch may make.
    function MAX_BATCH() external view returns (uint256);

    function policyOf(bytes32 policyId) external view returns (Policy memory);

    /// @notice The cover of a kind that a vehicle has, or had last.
    function activeCoverOf(uint256 vehicleId, bytes32 productId) external view returns (ActiveCover memory);

    /// @param quoteHash The EIP-712 struct hash of a quote.
    function isQuoteRevoked(bytes32 quoteHash) external view returns (bool);

    /// @notice The EIP-712 digest of a quote, which the insurer signs.
    function quoteDigestOf(PolicyQuote calldata quote) external view returns (bytes32);

    function policyIdOf(PolicyTerms calldata terms) external pure returns (bytes32);

    function leafOf(Subject calldata subject) external pure returns (bytes32);

    function pools() external view returns (IRiskPools);

    function title() external view returns (IVehicleTitle);

    function records() external view returns (IVehicleRecords);

    function anchors() external view returns (ITelemetryAnchors);

    function premiums() external view returns (IPremiums);
}
