// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {MemberAccess} from "../access/MemberAccess.sol";
import {Roles} from "../access/Roles.sol";
import {IClaims} from "../interfaces/IClaims.sol";
import {IPolicyBook} from "../interfaces/IPolicyBook.sol";
import {IRiskPool} from "../interfaces/IRiskPool.sol";
import {ITrigger} from "../interfaces/ITrigger.sol";
import {IVehicleRecords} from "../interfaces/IVehicleRecords.sol";
import {PayoutLib} from "../libraries/PayoutLib.sol";
import {PolicyLib} from "../libraries/PolicyLib.sol";
import {
    Claim,
    ClaimStatus,
    Finding,
    PayoutStatus,
    PayoutTerms,
    PolicyTerms,
    TriggerQuery
} from "../types/InsuranceTypes.sol";
import {RecordKinds} from "../types/RecordKinds.sol";
import {OdometerUnit, RecordInput} from "../types/RecordTypes.sol";

/// @title Parametric claims: evidence in, money out.
/// @notice
/// - Triggers say what happened, the policy's terms what it pays; nobody's discretion is in between, but a court's over a
///   challenge.
/// - The key of a claim is the incident: one of a vehicle pays once, whatever policies, pools and triggers there are (I2).
/// - A claim takes capital when it is made, so that the price of shares falls at once, and never rises by a claim beyond what it
///   was before (I3).
/// - A crash is written to the life record in the name of its first attester, a total loss in the name of the insurer.
contract Claims is IClaims, MemberAccess, ReentrancyGuardTransient {
    using PayoutLib for PayoutTerms;

    /// @inheritdoc IClaims
    uint40 public constant DECISION_SECONDS = 30 days;

    /// @dev ANSI D20: salvage, damage not specified.
    uint8 private constant SALVAGE = 11;

    /// @inheritdoc IClaims
    IPolicyBook public immutable book;

    IVehicleRecords private immutable _records;
    IERC721 private immutable _title;

    mapping(bytes32 incidentId => Claim) private _claims;

    constructor(address authority, IPolicyBook newBook) AccessManaged(authority) {
        book = newBook;
        _records = newBook.records();
        _title = IERC721(address(newBook.title()));
    }

    /* CLAIMING */

    /// @inheritdoc IClaims
    function openParametricClaim(
        PolicyTerms calldata terms,
        bytes calldata evidence
    ) external nonReentrant returns (bytes32 incidentId) {
        Finding memory finding = ITrigger(terms.quote.trigger).assess(_queryOf(terms), evidence);
        incidentId = _requireNew(terms.subject.vehicleId, finding.slot);
        _requireInTime(IRiskPool(terms.quote.pool), finding.occurredAt);

        PayoutTerms memory payout = terms.quote.payout;
        bool isTotalLoss = finding.silentS == 0 && payout.isTotalLoss(finding.severity);
        uint96 amount =
            finding.silentS == 0
                ? payout.amountOf(terms.quote.cover, finding.severity)
                : PayoutLib.silenceRefund(terms.quote.rates.perDay, finding.silentS);
        bytes32 policyId = PolicyLib.idOf(terms);
        address holder;
        (holder, amount) = _draw(terms, policyId, finding.occurredAt, amount);
        // An incident pays once: which policy of it, and for which of two crashes of an hour, is the holder's choice.
        require(msg.sender == holder, ClaimNotHolder(holder, msg.sender));
        require(amount != 0, ClaimPaysNothing(policyId, finding.severity));

        Claim storage claim = _claims[incidentId];
        claim.isTotalLoss = isTotalLoss;
        claim.amount = amount;
        if (isTotalLoss || amount > payout.instantCap) {
            claim.status = ClaimStatus.Submitted;
            claim.payout = PayoutStatus.Expected;
            claim.deadline = uint40(block.timestamp) + payout.challengeSeconds;
            claim.policyId = policyId;
            claim.evidenceHash = keccak256(evidence);
            claim.documentHash = finding.documentHash;
        } else {
            claim.status = ClaimStatus.Closed;
            claim.payout = PayoutStatus.Paid;
            claim.deadline = 0; // of a claim that was cancelled
        }
        emit ClaimSubmitted(
            incidentId,
            policyId,
            terms.subject.vehicleId,
            holder,
            finding.occurredAt,
            finding.severity,
            amount,
            claim.deadline
        );
        if (finding.author != address(0)) _recordAccident(terms.subject.vehicleId, finding);
        _take(terms, incidentId, holder, amount, claim.status == ClaimStatus.Submitted);
    }

    /// @dev The id is the hash of these very terms: what is passed of them is the policy's.
    function _draw(
        PolicyTerms calldata terms,
        bytes32 policyId,
        uint40 occurredAt,
        uint96 amount
    ) private returns (address holder, uint96 drawn) {
        return
            book.drawCover(
                policyId,
                terms.subject.vehicleId,
                terms.quote.waitingSeconds,
                terms.quote.endsAt,
                occurredAt,
                amount
            );
    }

    function _take(
        PolicyTerms calldata terms,
        bytes32 incidentId,
        address holder,
        uint96 amount,
        bool isReserved
    ) private {
        IRiskPool pool = IRiskPool(terms.quote.pool);
        if (isReserved) {
            pool.reserveClaim(PolicyLib.keysOf(terms.quote, terms.subject), amount);
        } else {
            emit ClaimPaid(incidentId, holder, amount, 0);
            pool.payClaim(PolicyLib.keysOf(terms.quote, terms.subject), holder, amount);
        }
    }

    /// @dev Neighbouring slots are the same incident: who signs a second before the hour and a second after it tells of one.
    function _requireNew(uint256 vehicleId, uint256 slot) private view returns (bytes32 incidentId) {
        // Unchecked: slots that are hashes may wrap; they have no neighbours.
        unchecked {
            _requireFree(incidentIdOf(vehicleId, slot - 1));
            _requireFree(incidentIdOf(vehicleId, slot + 1));
        }
        incidentId = incidentIdOf(vehicleId, slot);
        _requireFree(incidentId);
    }

    /// @dev What was cancelled for its evidence may be claimed with other evidence.
    function _requireFree(bytes32 incidentId) private view {
        ClaimStatus status = _claims[incidentId].status;
        require(status == ClaimStatus.None || status == ClaimStatus.Cancelled, ClaimExists(incidentId));
    }

    /// @dev Not longer than a redemption takes, so that no share gets out between an event and its claim.
    function _requireInTime(IRiskPool pool, uint40 occurredAt) private view {
        uint256 claimableUntil = uint256(occurredAt) + pool.redeemDelaySeconds();
        require(block.timestamp <= claimableUntil, ClaimTooLate(occurredAt, claimableUntil));
    }

    /// @inheritdoc IClaims
    function revokeClaim(PolicyTerms calldata terms, bytes32 incidentId) external nonReentrant {
        Claim memory claim = _waitingClaim(terms, incidentId);
        _requireHolder(claim.policyId);
        emit ClaimRevoked(incidentId);
        _fall(terms, incidentId, claim, ClaimStatus.Revoked);
    }

    /// @inheritdoc IClaims
    function cancelClaim(
        PolicyTerms calldata terms,
        bytes32 incidentId,
        bytes calldata evidence
    ) external nonReentrant {
        Claim memory claim = _waitingClaim(terms, incidentId);
        bytes32 evidenceHash = keccak256(evidence);
        require(evidenceHash == claim.evidenceHash, ClaimEvidenceForeign(incidentId, evidenceHash));
        require(
            ITrigger(terms.quote.trigger).isUndone(_queryOf(terms), evidence),
            ClaimEvidenceHolds(incidentId)
        );
        emit ClaimCancelled(incidentId);
        _fall(terms, incidentId, claim, ClaimStatus.Cancelled);
    }

    /// @dev The capital comes back, and the cover if its policy goes on; a challenger gets its bond.
    function _fall(
        PolicyTerms calldata terms,
        bytes32 incidentId,
        Claim memory claim,
        ClaimStatus status
    ) private {
        Claim storage stored = _claims[incidentId];
        stored.status = status;
        stored.payout = PayoutStatus.Cancelled;
        bool isOpen = book.restoreCover(claim.policyId, claim.amount);
        IRiskPool pool = IRiskPool(terms.quote.pool);
        pool.releaseClaim(PolicyLib.keysOf(terms.quote, terms.subject), claim.amount, isOpen);
        if (claim.isChallenged) _giveBond(pool, stored, claim, claim.challenger);
    }

    /* CHALLENGING */

    /// @inheritdoc IClaims
    function challengeClaim(
        PolicyTerms calldata terms,
        bytes32 incidentId,
        bytes32 reasonHash
    ) external nonReentrant {
        Claim memory claim = _waitingClaim(terms, incidentId);
        require(
            claim.status == ClaimStatus.Submitted && !claim.isChallenged,
            ClaimStatusWrong(incidentId, uint8(claim.status), claim.isChallenged)
        );
        _requireBefore(incidentId, claim.deadline);
        uint96 bond = terms.quote.payout.bond;
        uint40 deadline = uint40(block.timestamp) + DECISION_SECONDS; // fits for another 34,000 years
        Claim storage stored = _claims[incidentId];
        stored.isChallenged = true;
        stored.deadline = deadline;
        stored.challenger = msg.sender;
        stored.bond = bond;
        emit ClaimChallenged(incidentId, msg.sender, bond, reasonHash, deadline);
        if (bond != 0) IRiskPool(terms.quote.pool).takeBond(msg.sender, bond);
    }

    /// @inheritdoc IClaims
    function resolveChallenge(
        PolicyTerms calldata terms,
        bytes32 incidentId,
        bool isUpheld
    ) external nonReentrant {
        _requireMember(msg.sender, Roles.COURT);
        Claim memory claim = _waitingClaim(terms, incidentId);
        require(claim.isChallenged, ClaimStatusWrong(incidentId, uint8(claim.status), claim.isChallenged));
        _requireBefore(incidentId, claim.deadline);
        address holder = book.policyOf(claim.policyId).holder;
        require(
            msg.sender != claim.challenger && msg.sender != holder,
            ClaimOwnJudge(incidentId, msg.sender)
        );
        if (isUpheld) {
            emit ClaimDeclined(incidentId, msg.sender);
            _fall(terms, incidentId, claim, ClaimStatus.Declined);
        } else {
            // The bond is for the wait.
            _giveBond(IRiskPool(terms.quote.pool), _claims[incidentId], claim, holder);
            _confirm(terms, incidentId, claim);
        }
    }

    function _giveBond(IRiskPool pool, Claim storage stored, Claim memory claim, address payee) private {
        stored.isChallenged = false;
        stored.bond = 0;
        if (claim.bond != 0) pool.giveBond(payee, claim.bond);
    }

    /* PAYING */

    /// @inheritdoc IClaims
    function settleClaim(PolicyTerms calldata terms, bytes32 incidentId) external nonReentrant {
        Claim memory claim = _waitingClaim(terms, incidentId);
        require(
            block.timestamp >= claim.deadline,
            ClaimNotInTime(incidentId, claim.deadline, block.timestamp)
        );
        if (claim.status == ClaimStatus.Confirmed) {
            uint96 amount = terms.quote.payout.withoutSalvage(claim.amount);
            _pay(terms, incidentId, claim, amount);
            return;
        }
        // A court that does not decide leaves the claim as it was, and the bond its owner's.
        if (claim.isChallenged) {
            _giveBond(IRiskPool(terms.quote.pool), _claims[incidentId], claim, claim.challenger);
        }
        _confirm(terms, incidentId, claim);
    }

    /// @inheritdoc IClaims
    function handOverSalvage(PolicyTerms calldata terms, bytes32 incidentId) external nonReentrant {
        Claim memory claim = _waitingClaim(terms, incidentId);
        require(claim.isTotalLoss, ClaimNoTotalLoss(incidentId));
        require(
            claim.status == ClaimStatus.Confirmed,
            ClaimStatusWrong(incidentId, uint8(claim.status), claim.isChallenged)
        );
        _requireHolder(claim.policyId);
        address insurer = IRiskPool(terms.quote.pool).insurer();
        uint256 vehicleId = terms.subject.vehicleId;
        _pay(terms, incidentId, claim, claim.amount);
        emit SalvageHandedOver(incidentId, vehicleId, insurer);
        _title.transferFrom(msg.sender, insurer, vehicleId);
    }

    /// @dev A total loss is branded, and waits for the wreck; all else is paid.
    function _confirm(PolicyTerms calldata terms, bytes32 incidentId, Claim memory claim) private {
        if (!claim.isTotalLoss) {
            emit ClaimConfirmed(incidentId, 0);
            _pay(terms, incidentId, claim, claim.amount);
            return;
        }
        uint40 deadline = uint40(block.timestamp) + DECISION_SECONDS; // fits for another 34,000 years
        _claims[incidentId].status = ClaimStatus.Confirmed;
        _claims[incidentId].deadline = deadline;
        emit ClaimConfirmed(incidentId, deadline);
        _brand(terms.subject.vehicleId, IRiskPool(terms.quote.pool).insurer(), claim.documentHash);
    }

    function _pay(PolicyTerms calldata terms, bytes32 incidentId, Claim memory claim, uint96 amount) private {
        Claim storage stored = _claims[incidentId];
        stored.status = ClaimStatus.Closed;
        stored.payout = PayoutStatus.Paid;
        address holder = book.policyOf(claim.policyId).holder;
        emit ClaimPaid(incidentId, holder, amount, claim.amount - amount);
        IRiskPool(terms.quote.pool).payReserved(holder, amount, claim.amount - amount);
    }

    /* THE LIFE RECORD */

    function _recordAccident(uint256 vehicleId, Finding memory finding) private {
        _record(
            finding.author,
            finding.role,
            vehicleId,
            finding.documentHash,
            RecordKinds.ACCIDENT,
            0,
            finding.occurredAt
        );
    }

    /// @dev An insurer that was expelled brands nothing more, which must not stop what it owes. Nor
    /// must a crash without a document.
    function _brand(uint256 vehicleId, address insurer, bytes32 documentHash) private {
        (bool isMember, uint32 delay) = IAccessManager(authority()).hasRole(Roles.INSURER, insurer);
        if (!isMember || delay != 0 || documentHash == 0) return;
        _record(
            insurer,
            Roles.INSURER,
            vehicleId,
            documentHash,
            RecordKinds.BRAND,
            SALVAGE,
            uint40(block.timestamp) // fits for another 34,000 years
        );
    }

    function _record(
        address author,
        uint64 role,
        uint256 vehicleId,
        bytes32 documentHash,
        uint8 kind,
        uint8 code,
        uint40 observedAt
    ) private {
        _records.appendMemberRecord(
            author,
            role,
            RecordInput({
                vehicleId: vehicleId,
                documentHash: documentHash,
                kind: kind,
                code: code,
                odometer: 0,
                odometerUnit: OdometerUnit.None,
                observedAt: observedAt
            })
        );
    }

    /* VIEWS */

    /// @inheritdoc IClaims
    function claimOf(bytes32 incidentId) external view returns (Claim memory) {
        return _claims[incidentId];
    }

    /// @inheritdoc IClaims
    function incidentIdOf(uint256 vehicleId, uint256 slot) public pure returns (bytes32) {
        return keccak256(abi.encode(vehicleId, slot));
    }

    /* INTERNALS */

    /// @dev A claim that waits, made under these very terms.
    function _waitingClaim(
        PolicyTerms calldata terms,
        bytes32 incidentId
    ) private view returns (Claim memory claim) {
        claim = _claims[incidentId];
        require(
            claim.status == ClaimStatus.Submitted || claim.status == ClaimStatus.Confirmed,
            ClaimStatusWrong(incidentId, uint8(claim.status), claim.isChallenged)
        );
        bytes32 policyId = PolicyLib.idOf(terms);
        require(policyId == claim.policyId, ClaimPolicyForeign(incidentId, policyId));
    }

    function _requireHolder(bytes32 policyId) private view {
        address holder = book.policyOf(policyId).holder;
        require(msg.sender == holder, ClaimNotHolder(holder, msg.sender));
    }

    function _requireBefore(bytes32 incidentId, uint40 deadline) private view {
        require(block.timestamp < deadline, ClaimNotInTime(incidentId, deadline, block.timestamp));
    }

    function _queryOf(PolicyTerms calldata terms) private pure returns (TriggerQuery memory) {
        return
            TriggerQuery({
                vehicleId: terms.subject.vehicleId,
                productId: terms.quote.productId,
                cell: terms.subject.cell,
                corroborations: terms.quote.payout.corroborations
            });
    }
}
