// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {MemberAccess} from "../access/MemberAccess.sol";
import {Roles} from "../access/Roles.sol";
import {IPolicyBook} from "../interfaces/IPolicyBook.sol";
import {IPremiums} from "../interfaces/IPremiums.sol";
import {IRiskPool} from "../interfaces/IRiskPool.sol";
import {IRiskPools} from "../interfaces/IRiskPools.sol";
import {ITelemetryAnchors} from "../interfaces/ITelemetryAnchors.sol";
import {IVehicleRecords} from "../interfaces/IVehicleRecords.sol";
import {IVehicleTitle} from "../interfaces/IVehicleTitle.sol";
import {MachineKeyLib} from "../libraries/MachineKeyLib.sol";
import {OdometerLib} from "../libraries/OdometerLib.sol";
import {PayoutLib} from "../libraries/PayoutLib.sol";
import {PolicyLib} from "../libraries/PolicyLib.sol";
import {PremiumLib} from "../libraries/PremiumLib.sol";
import {TelemetryLib} from "../libraries/TelemetryLib.sol";
import {
    ActiveCover,
    Policy,
    PolicyQuote,
    PolicyStatus,
    PolicyTerms,
    Subject
} from "../types/InsuranceTypes.sol";
import {Locks} from "../types/Locks.sol";
import {OdometerUnit, RecordState} from "../types/RecordTypes.sol";
import {AnchoredSummary, TripCounters, TripSummary} from "../types/TelemetryTypes.sol";
import {TitleState, TitleStatus} from "../types/TitleTypes.sol";

/// @title Usage-based policies for titled vehicles.
/// @notice
/// - The insurer of a pool is trusted with its quotes: rates, covers, cells and the counters at which they begin. Capital
///   is locked before a policy exists, so that no quote sells more than there is.
/// - Kilometres are billed between the last summary billed and a later one, both signed by the vehicle; the digest of the last one is
///   kept, so that none is billed twice (I4). What is left out between two summaries is in the counters of the second.
/// - Silence costs the maximum: a late proof, a period without one, an odometer that contradicts the counter.
/// - The book holds no money. Buyers approve the pool, and are billed no more than their policy's terms say.
/// - A policy is bound to the grant epoch of its title: it ends with a sale.
contract PolicyBook is IPolicyBook, EIP712, MemberAccess, ReentrancyGuardTransient {
    using PolicyLib for PolicyQuote;
    using PolicyLib for PolicyTerms;
    using PolicyLib for Subject;
    using TelemetryLib for TripCounters;

    /// @inheritdoc IPolicyBook
    uint256 public constant MAX_BATCH = 50;

    /// @dev How long after a period it may still be proven at the rate that was driven.
    uint40 private constant GRACE_SECONDS = 3 days;

    uint32 private constant MIN_PERIOD = 1 days;

    /// @inheritdoc IPolicyBook
    IRiskPools public immutable pools;

    /// @inheritdoc IPolicyBook
    IVehicleTitle public immutable title;

    /// @inheritdoc IPolicyBook
    IVehicleRecords public immutable records;

    /// @inheritdoc IPolicyBook
    ITelemetryAnchors public immutable anchors;

    /// @inheritdoc IPolicyBook
    IPremiums public immutable premiums;

    /// @dev The digest of a summary of zeros: what comes before the first of a recorder that had counted nothing.
    bytes32 private immutable _noSummary;

    /// @dev A bill while it is made out.
    struct Bill {
        uint256 premium;
        uint256 factor;
        uint256 distanceM;
        uint40 billedUntil;
        bytes32 digest;
        bool isPaid;
    }

    mapping(bytes32 policyId => Policy) private _policies;
    mapping(uint256 vehicleId => mapping(bytes32 productId => ActiveCover)) private _activeCovers;

    /// @inheritdoc IPolicyBook
    mapping(bytes32 quoteHash => bool) public isQuoteRevoked;

    constructor(
        address authority,
        IRiskPools newPools,
        IVehicleTitle newTitle,
        ITelemetryAnchors newAnchors,
        IPremiums newPremiums
    ) AccessManaged(authority) EIP712("blok auto policies", "1") {
        pools = newPools;
        title = newTitle;
        records = newTitle.records();
        anchors = newAnchors;
        premiums = newPremiums;
        TripSummary memory nothing;
        _noSummary = newAnchors.digestOf(nothing);
    }

    /* BUYING */

    /// @inheritdoc IPolicyBook
    function buyPolicy(
        PolicyTerms calldata terms,
        bytes calldata signature,
        bytes32[] calldata proof,
        uint96 deposit
    ) external nonReentrant returns (bytes32) {
        bytes32 quoteHash = _requireQuote(terms.quote, signature);
        return _buy(terms.quote, quoteHash, terms.subject, proof, deposit);
    }

    /// @inheritdoc IPolicyBook
    function buyPolicies(
        PolicyQuote calldata quote,
        bytes calldata signature,
        Subject[] calldata subjects,
        bytes32[][] calldata proofs,
        uint96 deposit
    ) external nonReentrant returns (bytes32[] memory policyIds) {
        require(
            subjects.length != 0 && subjects.length == proofs.length && subjects.length <= MAX_BATCH,
            PolicyBatchInvalid(subjects.length, proofs.length, MAX_BATCH)
        );
        bytes32 quoteHash = _requireQuote(quote, signature);
        policyIds = new bytes32[](subjects.length);
        for (uint256 i = 0; i < subjects.length; ++i) {
            policyIds[i] = _buy(quote, quoteHash, subjects[i], proofs[i], deposit);
        }
    }

    /// @inheritdoc IPolicyBook
    function revokeQuote(PolicyQuote calldata quote) external {
        bytes32 quoteHash = quote.hash();
        address insurer = pools.insurerOf(quote.pool);
        require(msg.sender == insurer, QuoteNotInsurer(insurer, msg.sender));
        isQuoteRevoked[quoteHash] = true;
        emit QuoteRevoked(quoteHash, insurer);
    }

    /// @dev The quote's own checks, which a batch makes once.
    function _requireQuote(
        PolicyQuote calldata quote,
        bytes calldata signature
    ) private view returns (bytes32 quoteHash) {
        quoteHash = quote.hash();
        require(block.timestamp <= quote.expiresAt, QuoteExpired(quoteHash, quote.expiresAt));
        require(!isQuoteRevoked[quoteHash], QuoteIsRevoked(quoteHash));
        require(
            quote.cover != 0 &&
                quote.endsAt > block.timestamp + quote.waitingSeconds &&
                quote.periodSeconds >= MIN_PERIOD &&
                quote.rates.minFactorBps <= quote.rates.maxFactorBps &&
                PayoutLib.isSound(quote.payout),
            QuoteTermsInvalid(quoteHash)
        );
        address insurer = pools.insurerOf(quote.pool);
        _requireMember(insurer, Roles.INSURER);
        // What is paid for is not the insurer's alone to define: the capital behind it is of others.
        _requireMember(quote.trigger, Roles.TRIGGER);
        require(
            MachineKeyLib.isSignedByAccount(_hashTypedDataV4(quoteHash), insurer, signature),
            QuoteSignatureInvalid(quoteHash, insurer)
        );
    }

    function _buy(
        PolicyQuote calldata quote,
        bytes32 quoteHash,
        Subject calldata subject,
        bytes32[] calldata proof,
        uint96 deposit
    ) private returns (bytes32 policyId) {
        bytes32 leaf = subject.leafOf();
        require(
            MerkleProof.verifyCalldata(proof, quote.subjectRoot, leaf),
            QuoteSubjectForeign(quote.subjectRoot, leaf)
        );
        policyId = PolicyLib.idOf(quoteHash, leaf);
        require(_policies[policyId].status == PolicyStatus.None, PolicyExists(policyId));
        require(deposit >= quote.minDeposit, PolicyDepositTooSmall(deposit, quote.minDeposit));
        _requireOwnVehicle(subject);
        _activate(policyId, quote, subject);

        uint40 startedAt = uint40(block.timestamp); // fits for another 34,000 years
        _policies[policyId] = Policy({
            holder: msg.sender,
            status: PolicyStatus.Collateralized,
            grantEpoch: subject.grantEpoch,
            startedAt: startedAt,
            balance: deposit,
            coverLeft: quote.cover,
            billedUntil: startedAt,
            missedPeriods: 0,
            lastSummary: 0 // the baseline, which stands in the terms
        });
        _announce(policyId, quote, quoteHash, subject.vehicleId, deposit);
        IRiskPool(quote.pool).lockCover(PolicyLib.keysOf(quote, subject), quote.cover, msg.sender, deposit);
    }

    /// @dev On its own for want of stack.
    function _announce(
        bytes32 policyId,
        PolicyQuote calldata quote,
        bytes32 quoteHash,
        uint256 vehicleId,
        uint96 deposit
    ) private {
        emit PolicyBought(
            policyId,
            vehicleId,
            msg.sender,
            quote.pool,
            quoteHash,
            quote.productId,
            quote.cover,
            deposit,
            uint40(block.timestamp),
            quote.endsAt
        );
    }

    function _requireOwnVehicle(Subject calldata subject) private view {
        uint256 vehicleId = subject.vehicleId;
        address holder = IERC721(address(title)).ownerOf(vehicleId);
        require(msg.sender == holder, PolicyNotHolder(vehicleId, holder, msg.sender));
        TitleState memory state = title.stateOf(vehicleId);
        require(
            state.grantEpoch == subject.grantEpoch,
            PolicyTitleMoved(vehicleId, subject.grantEpoch, state.grantEpoch)
        );
        require(
            state.status == TitleStatus.Active && !Locks.has(state.locks, Locks.THEFT),
            PolicyVehicleStopped(vehicleId)
        );
    }

    /// @dev A cover that has ended, or was of another holder, makes room though nobody closed it yet.
    function _activate(bytes32 policyId, PolicyQuote calldata quote, Subject calldata subject) private {
        ActiveCover storage active = _activeCovers[subject.vehicleId][quote.productId];
        uint40 endsAt = active.endsAt;
        require(
            endsAt <= block.timestamp || active.grantEpoch != subject.grantEpoch,
            PolicyCoverExists(subject.vehicleId, quote.productId, endsAt)
        );
        _activeCovers[subject.vehicleId][quote.productId] = ActiveCover({
            policyRef: bytes24(policyId),
            endsAt: quote.endsAt,
            grantEpoch: subject.grantEpoch
        });
    }

    /* PREMIUM */

    /// @inheritdoc IPolicyBook
    function depositPremium(PolicyTerms calldata terms, uint96 amount) external nonReentrant {
        (bytes32 policyId, Policy storage policy) = _openPolicy(terms);
        uint96 balance = policy.balance + amount;
        policy.balance = balance;
        emit PremiumDeposited(policyId, msg.sender, amount, balance);
        IRiskPool(terms.quote.pool).takePremium(msg.sender, amount);
    }

    /// @inheritdoc IPolicyBook
    function provePremiumPeriod(
        PolicyTerms calldata terms,
        TripSummary calldata from,
        AnchoredSummary calldata to
    ) external nonReentrant returns (uint96 premium) {
        (bytes32 policyId, Policy storage stored) = _openPolicy(terms);
        Policy memory policy = stored;
        _requireUnmoved(terms.subject.vehicleId, policy.grantEpoch);
        Bill memory bill;
        bytes32 last = policy.lastSummary == 0 ? terms.subject.baseline : policy.lastSummary;
        bill.digest = _requireLater(policyId, last, terms.subject.vehicleId, from, to);
        _assess(bill, terms, policy, from, to.summary);

        premium = _charge(policyId, terms.quote, policy, stored, bill);
        if (!bill.isPaid) return 0;
        policy.billedUntil = bill.billedUntil;
        policy.missedPeriods = 0;
        policy.lastSummary = bill.digest;
        _store(stored, policy);
        emit PremiumProven(
            policyId,
            bill.digest,
            uint64(bill.distanceM), // a difference of two counters of this width
            uint16(bill.factor), // not above the maximum of this width
            premium,
            bill.billedUntil
        );
    }

    /// @dev That `to` follows `from`, and `from` is what was billed last.
    function _requireLater(
        bytes32 policyId,
        bytes32 lastSummary,
        uint256 vehicleId,
        TripSummary calldata from,
        AnchoredSummary calldata to
    ) private view returns (bytes32 digest) {
        TripSummary calldata summary = to.summary;
        bytes32 fromDigest = anchors.digestOf(from);
        require(
            fromDigest == (lastSummary == 0 ? _noSummary : lastSummary),
            PremiumSummaryNotLast(policyId, fromDigest, lastSummary)
        );
        require(summary.vehicleId == vehicleId, PremiumVehicleForeign(vehicleId, summary.vehicleId));
        require(
            summary.sequence > from.sequence && summary.startedAt >= from.endedAt,
            PremiumPeriodOverlaps(summary.sequence, from.sequence, summary.startedAt, from.endedAt)
        );
        require(summary.counters.isNotBelow(from.counters), PremiumCountersFell(policyId, summary.sequence));
        digest = anchors.requireAnchored(to);
    }

    /// @dev What is billed, and at which factor. After the end of the cover time counts no more, but kilometres of a trip that spans
    /// it do. Fills `bill`.
    function _assess(
        Bill memory bill,
        PolicyTerms calldata terms,
        Policy memory policy,
        TripSummary calldata from,
        TripSummary calldata to
    ) private view {
        PolicyQuote calldata quote = terms.quote;
        uint40 endsAt = quote.endsAt;
        uint40 endedAt = to.endedAt;
        // What was driven after the cover is nobody's to bill.
        require(to.startedAt < endsAt, PremiumAfterCover(to.startedAt, endsAt));
        // A proof takes the whole credit for what was assumed. One that does not reach so far would let the rest be billed again.
        require(
            policy.missedPeriods == 0 || endedAt >= policy.billedUntil || msg.sender == policy.holder,
            PremiumCreditUnused(endedAt, policy.billedUntil)
        );
        bill.billedUntil = uint40(Math.max(Math.min(endedAt, endsAt), policy.billedUntil)); // all of this width
        bool isLate = block.timestamp > _provableUntil(quote, policy);
        (bill.premium, bill.factor, bill.distanceM) = premiums.premiumOf(
            quote.rates,
            from.counters,
            to.counters,
            bill.billedUntil - policy.billedUntil,
            uint256(policy.missedPeriods) * quote.periodSeconds,
            isLate || _isContradicted(terms.subject, from, to)
        );
    }

    /// @dev Whether the odometer of the life record tells another distance than the counter. Readings from before the baseline
    /// tell nothing of it, an open anomaly that nothing can be told.
    function _isContradicted(
        Subject calldata subject,
        TripSummary calldata from,
        TripSummary calldata to
    ) private view returns (bool) {
        RecordState memory state = records.stateOf(subject.vehicleId);
        if (state.anomalies != OdometerLib.NONE) return true;
        if (state.odometerUnit == OdometerUnit.None || state.odometerAt < from.endedAt) return false;
        uint256 mm = state.odometerUnit == OdometerUnit.Mi ? OdometerLib.MM_PER_MI : OdometerLib.MM_PER_KM;
        uint256 driven = Math.saturatingSub((state.odometer * mm) / 1_000, subject.baseOdometerM);
        return
            PremiumLib.contradicts(
                driven,
                Math.saturatingSub(from.counters.distanceM, subject.baseDistanceM),
                // A reading after this summary may be of any distance beyond it.
                state.odometerAt <= to.endedAt
                    ? Math.saturatingSub(to.counters.distanceM, subject.baseDistanceM)
                    : type(uint128).max
            );
    }

    /// @inheritdoc IPolicyBook
    function assumePremiumPeriod(PolicyTerms calldata terms) external nonReentrant returns (uint96 premium) {
        (bytes32 policyId, Policy storage stored) = _openPolicy(terms);
        Policy memory policy = stored;
        _requireUnmoved(terms.subject.vehicleId, policy.grantEpoch);
        PolicyQuote calldata quote = terms.quote;
        uint256 provableUntil = _provableUntil(quote, policy);
        uint256 billedUntil = uint256(policy.billedUntil) + quote.periodSeconds;
        // Whole periods only, so that a later proof can be credited them; what is left over is billed at the close.
        require(
            block.timestamp > provableUntil && billedUntil <= quote.endsAt,
            PremiumPeriodOpen(policyId, provableUntil)
        );
        Bill memory bill;
        (bill.premium, bill.distanceM) = premiums.silencePremiumOf(quote.rates, quote.periodSeconds);
        premium = _charge(policyId, quote, policy, stored, bill);
        if (!bill.isPaid) return 0;
        policy.billedUntil = uint40(billedUntil); // not after the end
        ++policy.missedPeriods;
        _store(stored, policy);
        emit PremiumAssumed(
            policyId,
            uint64(bill.distanceM), // of a rate and a time of 32 bits each
            premium,
            policy.billedUntil
        );
    }

    function _provableUntil(PolicyQuote calldata quote, Policy memory policy) private pure returns (uint256) {
        return uint256(policy.billedUntil) + quote.periodSeconds + GRACE_SECONDS;
    }

    /// @dev Takes the premium from the balance, then from the holder's allowance to the pool; all or nothing. What cannot be paid
    /// pauses the policy, once the time to prove it is over. A pause is ended by the holder alone: cover begins anew with it, and
    /// somebody who pays would take away what was covered before. Changes `policy` in memory, and says in `bill` whether it is paid.
    function _charge(
        bytes32 policyId,
        PolicyQuote calldata quote,
        Policy memory policy,
        Policy storage stored,
        Bill memory bill
    ) private returns (uint96 amount) {
        require(
            policy.status != PolicyStatus.Paused || msg.sender == policy.holder,
            PolicyIsPaused(policyId, policy.holder)
        );
        uint256 premium = bill.premium;
        IRiskPool pool = IRiskPool(quote.pool);
        uint256 short = Math.saturatingSub(premium, policy.balance);
        if (short != 0) {
            if (
                premium > type(uint96).max ||
                !_canPay(IERC20(pool.asset()), policy.holder, address(pool), short)
            ) {
                require(
                    block.timestamp > _provableUntil(quote, policy),
                    PremiumUnpaid(policyId, premium, policy.balance)
                );
                stored.status = PolicyStatus.Paused;
                emit PolicyPaused(policyId, premium, policy.balance);
                return 0;
            }
            pool.takePremium(policy.holder, uint96(short)); // not above the premium
        }
        bill.isPaid = true;
        amount = uint96(premium); // a balance of this width, or just compared
        policy.balance = uint96(policy.balance + short - premium); // zero, or less than it was
        if (amount != 0) pool.earnPremium(amount);
        if (policy.status == PolicyStatus.Paused) _resume(policyId, stored);
    }

    function _canPay(IERC20 asset, address payer, address payee, uint256 amount) private view returns (bool) {
        return asset.allowance(payer, payee) >= amount && asset.balanceOf(payer) >= amount;
    }

    /// @dev Who lets the cover lapse begins anew, waiting time included: else a bill would be paid after the crash.
    function _resume(bytes32 policyId, Policy storage policy) private {
        uint40 startedAt = uint40(block.timestamp); // fits for another 34,000 years
        policy.status = PolicyStatus.Collateralized;
        policy.startedAt = startedAt;
        emit PolicyResumed(policyId, startedAt);
    }

    /* ENDING */

    /// @inheritdoc IPolicyBook
    function closePolicy(PolicyTerms calldata terms) external nonReentrant {
        (bytes32 policyId, Policy storage stored) = _openPolicy(terms);
        Policy memory policy = stored;
        PolicyQuote calldata quote = terms.quote;
        IRiskPool pool = IRiskPool(quote.pool);
        if (
            msg.sender != policy.holder &&
            policy.coverLeft != 0 &&
            _epochOf(terms.subject.vehicleId) == policy.grantEpoch
        ) {
            uint256 claimableUntil = uint256(quote.endsAt) + pool.redeemDelaySeconds();
            require(block.timestamp > claimableUntil, PolicyNotOver(policyId, quote.endsAt, claimableUntil));
        }
        // What was not proven is billed as silence, but no further than what was paid in advance.
        uint96 premium;
        if (policy.status != PolicyStatus.Paused) {
            (uint256 due, ) = premiums.silencePremiumOf(
                quote.rates,
                Math.saturatingSub(Math.min(block.timestamp, quote.endsAt), policy.billedUntil)
            );
            premium = uint96(Math.min(policy.balance, due)); // of this width
        }
        uint96 refund = policy.balance - premium;

        emit PolicyClosed(policyId, policy.coverLeft, premium, refund);
        stored.status = PolicyStatus.Closed;
        stored.balance = 0;
        stored.coverLeft = 0;
        ActiveCover storage active = _activeCovers[terms.subject.vehicleId][quote.productId];
        if (active.policyRef == bytes24(policyId)) active.endsAt = 0;
        if (premium != 0) pool.earnPremium(premium);
        pool.releaseCover(PolicyLib.keysOf(quote, terms.subject), policy.coverLeft, policy.holder, refund);
    }

    /* CLAIMS */

    /// @inheritdoc IPolicyBook
    function drawCover(
        bytes32 policyId,
        uint256 vehicleId,
        uint32 waitingSeconds,
        uint40 endsAt,
        uint40 occurredAt,
        uint96 amount
    ) external nonReentrant returns (address holder, uint96 drawn) {
        _requireMember(msg.sender, Roles.CLAIM_CONTROLLER);
        Policy storage policy = _policies[policyId];
        PolicyStatus status = policy.status;
        _requireOpen(policyId, status);
        _requireUnmoved(vehicleId, policy.grantEpoch);
        uint256 from = uint256(policy.startedAt) + waitingSeconds;
        // While a bill is unpaid, the cover goes as far as what is paid for.
        uint256 to = status == PolicyStatus.Paused ? policy.billedUntil : endsAt;
        require(occurredAt >= from && occurredAt < to, PolicyNotCovering(policyId, occurredAt, from, to));

        holder = policy.holder;
        uint96 coverLeft = policy.coverLeft;
        drawn = uint96(Math.min(amount, coverLeft)); // both of this width
        policy.coverLeft = coverLeft - drawn;
    }

    /// @inheritdoc IPolicyBook
    function restoreCover(bytes32 policyId, uint96 amount) external nonReentrant returns (bool isOpen) {
        _requireMember(msg.sender, Roles.CLAIM_CONTROLLER);
        Policy storage policy = _policies[policyId];
        isOpen = policy.status == PolicyStatus.Collateralized || policy.status == PolicyStatus.Paused;
        if (!isOpen) return false;
        policy.coverLeft += amount;
    }

    /* VIEWS */

    /// @inheritdoc IPolicyBook
    function policyOf(bytes32 policyId) external view returns (Policy memory) {
        return _policies[policyId];
    }

    /// @inheritdoc IPolicyBook
    function activeCoverOf(uint256 vehicleId, bytes32 productId) external view returns (ActiveCover memory) {
        return _activeCovers[vehicleId][productId];
    }

    /// @inheritdoc IPolicyBook
    function quoteDigestOf(PolicyQuote calldata quote) external view returns (bytes32) {
        return _hashTypedDataV4(quote.hash());
    }

    /// @inheritdoc IPolicyBook
    function policyIdOf(PolicyTerms calldata terms) external pure returns (bytes32) {
        return terms.idOf();
    }

    /// @inheritdoc IPolicyBook
    function leafOf(Subject calldata subject) external pure returns (bytes32) {
        return subject.leafOf();
    }

    /* INTERNALS */

    function _openPolicy(
        PolicyTerms calldata terms
    ) private view returns (bytes32 policyId, Policy storage policy) {
        policyId = terms.idOf();
        policy = _policies[policyId];
        _requireOpen(policyId, policy.status);
    }

    function _requireOpen(bytes32 policyId, PolicyStatus status) private pure {
        require(
            status == PolicyStatus.Collateralized || status == PolicyStatus.Paused,
            PolicyStatusWrong(policyId, uint8(status))
        );
    }

    function _requireUnmoved(uint256 vehicleId, uint24 grantEpoch) private view {
        uint24 current = _epochOf(vehicleId);
        require(current == grantEpoch, PolicyTitleMoved(vehicleId, grantEpoch, current));
    }

    function _epochOf(uint256 vehicleId) private view returns (uint24) {
        return title.stateOf(vehicleId).grantEpoch;
    }

    /// @dev What a bill changes.
    function _store(Policy storage stored, Policy memory policy) private {
        stored.balance = policy.balance;
        stored.billedUntil = policy.billedUntil;
        stored.missedPeriods = policy.missedPeriods;
        stored.lastSummary = policy.lastSummary;
    }
}
