// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {MemberAccess} from "../../contracts/access/MemberAccess.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {RiskPool} from "../../contracts/insurance/RiskPool.sol";
import {IClaims} from "../../contracts/interfaces/IClaims.sol";
import {IPolicyBook} from "../../contracts/interfaces/IPolicyBook.sol";
import {
    Claim,
    ClaimStatus,
    CrashEvent,
    CrashEvidence,
    PayoutStatus,
    PolicyTerms
} from "../../contracts/types/InsuranceTypes.sol";
import {OdometerUnit, Record} from "../../contracts/types/RecordTypes.sol";
import {InsuranceTest} from "../helpers/InsuranceTest.sol";

contract ClaimsTest is InsuranceTest {
    uint32 private constant SMALL = 500; // 5 percent: 1,000
    uint32 private constant LARGE = 1_000; // 25 percent: 5,000
    uint32 private constant TOTAL = 1_500;

    function _expectOpenRevert(
        PolicyTerms memory terms,
        CrashEvidence memory evidence,
        bytes memory revertData
    ) private {
        bytes memory encoded = abi.encode(evidence);
        address opener = book.policyOf(book.policyIdOf(terms)).holder;
        vm.expectRevert(revertData);
        vm.prank(opener);
        claims.openParametricClaim(terms, encoded);
    }

    function _challenge(PolicyTerms memory terms, bytes32 incidentId) private {
        vm.prank(stranger);
        claims.challengeClaim(terms, incidentId, keccak256("reason"));
    }

    function _decide(PolicyTerms memory terms, bytes32 incidentId, bool isUpheld) private {
        vm.prank(court);
        claims.resolveChallenge(terms, incidentId, isUpheld);
    }

    function _assertClaim(bytes32 incidentId, ClaimStatus status, PayoutStatus payout) private view {
        Claim memory claim = claims.claimOf(incidentId);
        assertEq(uint256(claim.status), uint256(status), "status of the claim");
        assertEq(uint256(claim.payout), uint256(payout), "status of the payout");
    }

    function _statusWrong(bytes32 incidentId, ClaimStatus status) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IClaims.ClaimStatusWrong.selector, incidentId, uint8(status), false);
    }

    /* SMALL CLAIMS */

    /// @dev Whoever saw the evidence could have the smaller policy pay, or the smaller of two crashes of an hour.
    function test_attack_incidentUsedUpByAStranger() public {
        (PolicyTerms memory terms, ) = _activePolicy();
        bytes memory evidence = abi.encode(_evidence(_crash(LARGE)));
        address[3] memory callers = [stranger, insurer, assessor];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IClaims.ClaimNotHolder.selector, holder, callers[i]));
            vm.prank(callers[i]);
            claims.openParametricClaim(terms, evidence);
        }
        _claim(terms, LARGE);
    }

    function test_openParametricClaim_paysASmallOneAtOnce() public {
        (PolicyTerms memory terms, bytes32 policyId) = _activePolicy();
        uint256 price = pool.convertToAssets(1e24);
        CrashEvent memory crash = _crash(SMALL);
        bytes32 incidentId = _open(terms, _evidence(crash));
        assertEq(
            incidentId,
            claims.incidentIdOf(VEHICLE, crash.occurredAt / 1 hours),
            "named by vehicle and hour"
        );
        _assertClaim(incidentId, ClaimStatus.Closed, PayoutStatus.Paid);
        assertEq(pool.owedTo(holder), 1_000 * EUR, "5 percent of the cover");
        assertEq(_policy(policyId).coverLeft, COVER - 1_000 * EUR, "the cover is used");
        assertEq(_state().locked, COVER - 1_000 * EUR, "and not locked any more");
        assertTrue(pool.convertToAssets(1e24) < price, "I3: the price falls at once");
        uint256 before = token.balanceOf(holder);
        pool.collect(holder);
        assertEq(token.balanceOf(holder) - before, 1_000 * EUR, "collected");
        _assertSolvent(pool);
    }

    function test_openParametricClaim_recordsTheAccidentInTheNameOfTheFirstAttester() public {
        (PolicyTerms memory terms, ) = _activePolicy();
        CrashEvent memory crash = _crash(SMALL);
        bytes32 headBefore = records.headOf(VEHICLE);
        _open(terms, _evidence(crash));
        Record memory record = Record({
            index: 2,
            documentHash: crash.documentHash,
            code: 0,
            odometer: 0,
            odometerUnit: OdometerUnit.None,
            observedAt: crash.occurredAt,
            recordedAt: uint40(block.timestamp),
            role: Roles.ASSESSOR,
            corrects: 0
        });
        bytes32 digest = keccak256(abi.encode(VEHICLE, assessor, ACCIDENT, record));
        assertEq(
            records.headOf(VEHICLE),
            keccak256(abi.encode(headBefore, digest)),
            "the head folds the accident"
        );
    }

    function test_openParametricClaim_RevertWhen_ItPaysNothing() public {
        (PolicyTerms memory terms, bytes32 policyId) = _activePolicy();
        _expectOpenRevert(
            terms,
            _evidence(_crash(399)),
            abi.encodeWithSelector(IClaims.ClaimPaysNothing.selector, policyId, 399)
        );
    }

    function test_openParametricClaim_noMoreThanTheCoverThatIsLeft() public {
        PolicyTerms memory terms = _termsFor(VEHICLE, 1);
        terms.quote.payout.payoutBps1 = 6_000;
        terms.quote.payout.payoutBps2 = 6_000;
        terms.quote.payout.instantCap = COVER;
        _buy(terms);
        vm.warp(block.timestamp + WAITING + 1);
        _claim(terms, SMALL);
        assertEq(pool.owedTo(holder), 12_000 * EUR, "60 percent");
        vm.warp(block.timestamp + 1 days);
        _claim(terms, SMALL);
        assertEq(pool.owedTo(holder), COVER, "what was left");
        vm.warp(block.timestamp + 1 days);
        _expectOpenRevert(
            terms,
            _evidence(_crash(SMALL)),
            abi.encodeWithSelector(IClaims.ClaimPaysNothing.selector, book.policyIdOf(terms), SMALL)
        );
        vm.prank(stranger);
        book.closePolicy(terms); // used up: anybody
        _assertSolvent(pool);
    }

    /* WHEN AND BY WHOM */

    function test_attack_coverBoughtAfterTheCrash() public {
        CrashEvidence memory evidence = _evidence(_crash(SMALL));
        vm.warp(block.timestamp + 1);
        PolicyTerms memory terms = _termsFor(VEHICLE, 1);
        terms.quote.waitingSeconds = 0;
        bytes32 policyId = _buy(terms);
        _expectOpenRevert(
            terms,
            evidence,
            abi.encodeWithSelector(
                IPolicyBook.PolicyNotCovering.selector,
                policyId,
                block.timestamp - 1,
                block.timestamp,
                terms.quote.endsAt
            )
        );
    }

    function test_attack_crashInsideTheWaitingPeriod() public {
        PolicyTerms memory terms = _termsFor(VEHICLE, 1);
        bytes32 policyId = _buy(terms);
        uint256 from = block.timestamp + WAITING;
        vm.warp(from - 1);
        _expectOpenRevert(
            terms,
            _evidence(_crash(SMALL)),
            abi.encodeWithSelector(
                IPolicyBook.PolicyNotCovering.selector,
                policyId,
                from - 1,
                from,
                terms.quote.endsAt
            )
        );
        vm.warp(from);
        _claim(terms, SMALL);
    }

    function test_attack_claimAfterExpiry() public {
        (PolicyTerms memory terms, bytes32 policyId) = _activePolicy();
        uint40 endsAt = terms.quote.endsAt;
        vm.warp(endsAt);
        _expectOpenRevert(
            terms,
            _evidence(_crash(SMALL)),
            abi.encodeWithSelector(
                IPolicyBook.PolicyNotCovering.selector,
                policyId,
                endsAt,
                _policy(policyId).startedAt + WAITING,
                endsAt
            )
        );
    }

    function test_openParametricClaim_afterTheEndForAnEventBefore() public {
        (PolicyTerms memory terms, ) = _activePolicy();
        vm.warp(terms.quote.endsAt - 1);
        CrashEvidence memory evidence = _evidence(_crash(SMALL));
        vm.warp(block.timestamp + REDEEM_DELAY);
        _open(terms, evidence);
        assertEq(pool.owedTo(holder), 1_000 * EUR, "the cover stayed locked for it");
    }

    function test_attack_claimTooLate() public {
        (PolicyTerms memory terms, ) = _activePolicy();
        CrashEvidence memory evidence = _evidence(_crash(SMALL));
        uint256 occurredAt = block.timestamp;
        vm.warp(occurredAt + REDEEM_DELAY + 1);
        _expectOpenRevert(
            terms,
            evidence,
            abi.encodeWithSelector(IClaims.ClaimTooLate.selector, occurredAt, occurredAt + REDEEM_DELAY)
        );
    }

    function test_attack_claimAfterTitleSold() public {
        (PolicyTerms memory terms, ) = _activePolicy();
        CrashEvidence memory evidence = _evidence(_crash(SMALL));
        vm.prank(holder);
        title.transferFrom(holder, buyer, VEHICLE);
        _expectOpenRevert(
            terms,
            evidence,
            abi.encodeWithSelector(IPolicyBook.PolicyTitleMoved.selector, VEHICLE, 0, 1)
        );
    }

    function test_attack_claimUnderAClosedPolicy() public {
        (PolicyTerms memory terms, bytes32 policyId) = _activePolicy();
        vm.prank(holder);
        book.closePolicy(terms);
        _expectOpenRevert(
            terms,
            _evidence(_crash(SMALL)),
            abi.encodeWithSelector(IPolicyBook.PolicyStatusWrong.selector, policyId, 5)
        );
    }

    function test_attack_crashWhileTheBillIsUnpaid() public {
        (PolicyTerms memory terms, bytes32 policyId) = _activePolicy();
        uint40 paidUntil = _policy(policyId).billedUntil;
        uint40 from = _policy(policyId).startedAt + WAITING;
        vm.prank(holder);
        token.approve(address(pool), 0);
        vm.warp(block.timestamp + PERIOD_S + 4 days);
        book.assumePremiumPeriod(terms); // cannot be paid
        CrashEvidence memory evidence = _evidence(_crash(SMALL));
        uint40 crashedAt = uint40(block.timestamp);
        _expectOpenRevert(
            terms,
            evidence,
            abi.encodeWithSelector(
                IPolicyBook.PolicyNotCovering.selector,
                policyId,
                crashedAt,
                from,
                paidUntil
            )
        );
        // It pays after the crash: the cover begins anew, after it.
        vm.warp(block.timestamp + 1);
        vm.prank(stranger);
        book.depositPremium(terms, 10_000 * EUR);
        vm.prank(holder);
        book.assumePremiumPeriod(terms);
        _expectOpenRevert(
            terms,
            evidence,
            abi.encodeWithSelector(
                IPolicyBook.PolicyNotCovering.selector,
                policyId,
                crashedAt,
                block.timestamp + WAITING,
                terms.quote.endsAt
            )
        );
    }

    /* ONE PAYOUT PER INCIDENT */

    function test_attack_claimTwice() public {
        (PolicyTerms memory terms, ) = _activePolicy();
        CrashEvidence memory evidence = _evidence(_crash(SMALL));
        bytes32 incidentId = _open(terms, evidence);
        _expectOpenRevert(terms, evidence, abi.encodeWithSelector(IClaims.ClaimExists.selector, incidentId));
    }

    function test_attack_claimTwice_describedAnew() public {
        (PolicyTerms memory terms, ) = _activePolicy();
        vm.warp(((block.timestamp / 1 hours) + 5) * 1 hours - 1); // a second before the hour
        bytes32 incidentId = _claim(terms, SMALL);
        bytes memory exists = abi.encodeWithSelector(IClaims.ClaimExists.selector, incidentId);
        vm.warp(block.timestamp + 1);
        _expectOpenRevert(terms, _evidence(_crash(SMALL)), exists); // the hour after
        CrashEvent memory earlier = _crash(SMALL);
        earlier.occurredAt -= 1 hours + 1;
        _expectOpenRevert(terms, _evidence(earlier), exists); // the hour before
        vm.warp(block.timestamp + 1 hours);
        _claim(terms, SMALL); // another crash
    }

    function test_attack_claimFromTwoPolicies() public {
        (PolicyTerms memory terms, ) = _activePolicy();
        PolicyTerms memory second = _termsFor(VEHICLE, 2);
        second.quote.productId = keccak256("another kind of cover");
        second.quote.waitingSeconds = 0;
        _buy(second);
        CrashEvidence memory evidence = _evidence(_crash(SMALL));
        bytes32 incidentId = _open(terms, evidence);
        _expectOpenRevert(second, evidence, abi.encodeWithSelector(IClaims.ClaimExists.selector, incidentId));
    }

    function test_attack_claimFromTwoPools() public {
        (PolicyTerms memory terms, ) = _activePolicy();
        RiskPool first = pool;
        pool = _openPool(REDEEM_DELAY, 10_000, 10_000);
        _approvePool(pool);
        _depositCapital(lp, CAPITAL);
        PolicyTerms memory second = _termsFor(VEHICLE, 2);
        second.quote.productId = keccak256("another kind of cover");
        second.quote.waitingSeconds = 0;
        _buy(second);
        CrashEvidence memory evidence = _evidence(_crash(SMALL));
        bytes32 incidentId = _open(second, evidence);
        _expectOpenRevert(terms, evidence, abi.encodeWithSelector(IClaims.ClaimExists.selector, incidentId));
        assertEq(first.owedTo(holder), 0, "the other pool pays nothing");
    }

    function test_attack_correlatedLoss_allCoversClaimed() public {
        PolicyTerms memory one = _termsFor(VEHICLE, 1);
        one.quote.cover = CAPITAL / 2;
        one.quote.payout.instantCap = CAPITAL;
        one.quote.payout.totalLossAt = 0;
        PolicyTerms memory two = _termsFor(OTHER_VEHICLE, 2);
        two.quote.cover = CAPITAL / 2;
        two.quote.payout = one.quote.payout;
        _buy(one);
        _buy(two);
        vm.warp(block.timestamp + WAITING + 1);
        _claim(one, TOTAL);
        CrashEvent memory crash = _crash(TOTAL);
        crash.vehicleId = OTHER_VEHICLE;
        CrashEvidence memory evidence = _evidence(crash);
        evidence.signer = _signerOf(keys, k2);
        evidence.signature = _sign(k2, crashTrigger.crashDigestOf(crash));
        _open(two, evidence);
        assertEq(pool.collect(holder), CAPITAL, "all are paid in full");
        assertTrue(_state().isHalted, "and nothing is left");
        _assertSolvent(pool);
    }

    /* LARGE CLAIMS */

    function test_openParametricClaim_reservesALargeOne() public {
        (PolicyTerms memory terms, ) = _activePolicy();
        uint256 price = pool.convertToAssets(1e24);
        bytes32 incidentId = _claim(terms, LARGE);
        _assertClaim(incidentId, ClaimStatus.Submitted, PayoutStatus.Expected);
        assertEq(_state().reserved, 5_000 * EUR, "reserved");
        assertEq(pool.owedTo(holder), 0, "not paid yet");
        assertTrue(pool.convertToAssets(1e24) < price, "I3: the price falls at once");
        vm.warp(block.timestamp + 3 days - 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IClaims.ClaimNotInTime.selector,
                incidentId,
                block.timestamp + 1,
                block.timestamp
            )
        );
        claims.settleClaim(terms, incidentId);
        vm.warp(block.timestamp + 1);
        claims.settleClaim(terms, incidentId);
        _assertClaim(incidentId, ClaimStatus.Closed, PayoutStatus.Paid);
        assertEq(pool.owedTo(holder), 5_000 * EUR, "credited");
        vm.expectRevert(_statusWrong(incidentId, ClaimStatus.Closed));
        claims.settleClaim(terms, incidentId);
        _assertSolvent(pool);
    }

    function test_challengeClaim_upheld() public {
        (PolicyTerms memory terms, bytes32 policyId) = _activePolicy();
        uint256 price = pool.convertToAssets(1e24);
        bytes32 incidentId = _claim(terms, LARGE);
        _challenge(terms, incidentId);
        assertEq(_state().owed, 300 * EUR, "the bond is kept");
        _decide(terms, incidentId, true);
        _assertClaim(incidentId, ClaimStatus.Declined, PayoutStatus.Cancelled);
        assertEq(pool.owedTo(stranger), 300 * EUR, "the bond goes back");
        assertEq(pool.owedTo(holder), 0, "nothing is paid");
        assertEq(_policy(policyId).coverLeft, COVER, "the cover is whole again");
        assertEq(_state().locked, COVER, "and locked");
        assertEq(pool.convertToAssets(1e24), price, "I3: the price is what it was, not more");
        _assertSolvent(pool);
    }

    function test_challengeClaim_rejected() public {
        (PolicyTerms memory terms, ) = _activePolicy();
        bytes32 incidentId = _claim(terms, LARGE);
        _challenge(terms, incidentId);
        _decide(terms, incidentId, false);
        _assertClaim(incidentId, ClaimStatus.Closed, PayoutStatus.Paid);
        assertEq(pool.owedTo(holder), 5_300 * EUR, "the payout, and the bond for the wait");
        _assertSolvent(pool);
    }

    function test_challengeClaim_courtIsSilent() public {
        (PolicyTerms memory terms, ) = _activePolicy();
        bytes32 incidentId = _claim(terms, LARGE);
        _challenge(terms, incidentId);
        vm.warp(block.timestamp + 30 days);
        vm.expectRevert(
            abi.encodeWithSelector(
                IClaims.ClaimNotInTime.selector,
                incidentId,
                block.timestamp,
                block.timestamp
            )
        );
        _decide(terms, incidentId, true);
        claims.settleClaim(terms, incidentId);
        assertEq(pool.owedTo(holder), 5_000 * EUR, "the claim stands");
        assertEq(pool.owedTo(stranger), 300 * EUR, "the bond goes back");
        _assertSolvent(pool);
    }

    function test_challengeClaim_RevertWhen_LateTwiceOrPaid() public {
        (PolicyTerms memory terms, ) = _activePolicy();
        bytes32 small = _claim(terms, SMALL);
        vm.expectRevert(_statusWrong(small, ClaimStatus.Closed));
        _challenge(terms, small);
        vm.warp(block.timestamp + 1 days);
        bytes32 first = _claim(terms, LARGE);
        _challenge(terms, first);
        vm.expectRevert(
            abi.encodeWithSelector(
                IClaims.ClaimStatusWrong.selector,
                first,
                uint8(ClaimStatus.Submitted),
                true
            )
        );
        _challenge(terms, first);
        vm.warp(block.timestamp + 1 days);
        bytes32 second = _claim(terms, LARGE);
        vm.warp(block.timestamp + 3 days);
        vm.expectRevert(
            abi.encodeWithSelector(IClaims.ClaimNotInTime.selector, second, block.timestamp, block.timestamp)
        );
        _challenge(terms, second);
    }

    function test_resolveChallenge_RevertWhen_NoCourtOrNoChallenge() public {
        (PolicyTerms memory terms, ) = _activePolicy();
        bytes32 incidentId = _claim(terms, LARGE);
        vm.expectRevert(_statusWrong(incidentId, ClaimStatus.Submitted));
        _decide(terms, incidentId, true);
        _challenge(terms, incidentId);
        vm.expectRevert(abi.encodeWithSelector(MemberAccess.AccessNotMember.selector, insurer, Roles.COURT));
        vm.prank(insurer);
        claims.resolveChallenge(terms, incidentId, true);
    }

    function test_attack_courtDecidesOnItsOwnChallenge() public {
        (PolicyTerms memory terms, ) = _activePolicy();
        bytes32 incidentId = _claim(terms, LARGE);
        token.issue(court, 1_000 * EUR);
        vm.startPrank(court);
        token.approve(address(pool), type(uint256).max);
        claims.challengeClaim(terms, incidentId, keccak256("reason"));
        vm.expectRevert(abi.encodeWithSelector(IClaims.ClaimOwnJudge.selector, incidentId, court));
        claims.resolveChallenge(terms, incidentId, true);
        vm.stopPrank();
        consortium.grantRole(Roles.COURT, holder, 0);
        vm.expectRevert(abi.encodeWithSelector(IClaims.ClaimOwnJudge.selector, incidentId, holder));
        vm.prank(holder);
        claims.resolveChallenge(terms, incidentId, false);
    }

    function test_attack_actOnAClaimUnderAnotherPolicy() public {
        (PolicyTerms memory terms, ) = _activePolicy();
        bytes32 incidentId = _claim(terms, LARGE);
        PolicyTerms memory other = _termsFor(VEHICLE, 3);
        other.quote.payout.bond = 0;
        bytes memory foreign = abi.encodeWithSelector(
            IClaims.ClaimPolicyForeign.selector,
            incidentId,
            book.policyIdOf(other)
        );
        vm.expectRevert(foreign);
        _challenge(other, incidentId);
        vm.warp(block.timestamp + 3 days);
        vm.expectRevert(foreign);
        claims.settleClaim(other, incidentId);
    }

    function test_revokeClaim_byTheHolder() public {
        (PolicyTerms memory terms, bytes32 policyId) = _activePolicy();
        bytes32 incidentId = _claim(terms, LARGE);
        vm.expectRevert(abi.encodeWithSelector(IClaims.ClaimNotHolder.selector, holder, stranger));
        vm.prank(stranger);
        claims.revokeClaim(terms, incidentId);
        _challenge(terms, incidentId);
        vm.prank(holder);
        claims.revokeClaim(terms, incidentId);
        _assertClaim(incidentId, ClaimStatus.Revoked, PayoutStatus.Cancelled);
        assertEq(pool.owedTo(stranger), 300 * EUR, "the bond goes back");
        assertEq(_policy(policyId).coverLeft, COVER, "the cover is whole again");
        _assertSolvent(pool);
    }

    function test_revokeClaim_afterThePolicyClosed() public {
        (PolicyTerms memory terms, ) = _activePolicy();
        bytes32 incidentId = _claim(terms, LARGE);
        vm.prank(holder);
        book.closePolicy(terms);
        vm.prank(holder);
        claims.revokeClaim(terms, incidentId);
        assertEq(_state().locked, 0, "nothing is locked again");
        assertEq(_state().reserved, 0, "nor reserved");
        _assertSolvent(pool);
    }

    function test_cancelClaim_whenTheKeyIsRevoked() public {
        (PolicyTerms memory terms, ) = _activePolicy();
        CrashEvidence memory evidence = _evidence(_crash(LARGE));
        bytes32 incidentId = _open(terms, evidence);
        vm.expectRevert(abi.encodeWithSelector(IClaims.ClaimEvidenceHolds.selector, incidentId));
        claims.cancelClaim(terms, incidentId, abi.encode(evidence));
        _revoke(k1, uint40(block.timestamp));
        vm.expectRevert(
            abi.encodeWithSelector(IClaims.ClaimEvidenceForeign.selector, incidentId, keccak256("other"))
        );
        claims.cancelClaim(terms, incidentId, "other");
        claims.cancelClaim(terms, incidentId, abi.encode(evidence));
        _assertClaim(incidentId, ClaimStatus.Cancelled, PayoutStatus.Cancelled);
        assertEq(_state().reserved, 0, "the capital is back");
        _assertSolvent(pool);
    }

    function test_cancelClaim_whenAnAttesterIsRevoked_andClaimedAgain() public {
        (PolicyTerms memory terms, ) = _activePolicy();
        CrashEvent memory crash = _crash(LARGE);
        CrashEvidence memory evidence = _evidence(crash);
        bytes32 incidentId = _open(terms, evidence);
        consortium.revokeRole(Roles.WORKSHOP, workshop);
        claims.cancelClaim(terms, incidentId, abi.encode(evidence));
        evidence.attestations[1] = _attest(crash, Roles.REGISTRAR, REGISTRAR_SECRET);
        assertEq(_open(terms, evidence), incidentId, "with other evidence");
        _assertClaim(incidentId, ClaimStatus.Submitted, PayoutStatus.Expected);
        _assertSolvent(pool);
    }

    /* TOTAL LOSS */

    function _totalLoss() private returns (PolicyTerms memory terms, bytes32 incidentId) {
        (terms, ) = _activePolicy();
        incidentId = _claim(terms, TOTAL);
        vm.warp(block.timestamp + 3 days);
        claims.settleClaim(terms, incidentId);
    }

    function test_settleClaim_confirmsAndBrandsATotalLoss() public {
        (, bytes32 incidentId) = _totalLoss();
        _assertClaim(incidentId, ClaimStatus.Confirmed, PayoutStatus.Expected);
        assertEq((records.stateOf(VEHICLE).brands >> 11) & 1, 1, "branded as salvage");
        assertEq(pool.owedTo(holder), 0, "paid for the wreck, or later");
    }

    function test_handOverSalvage_paysAgainstTheTitle() public {
        (PolicyTerms memory terms, bytes32 incidentId) = _totalLoss();
        vm.prank(holder);
        title.approve(address(claims), VEHICLE);
        vm.prank(holder);
        claims.handOverSalvage(terms, incidentId);
        assertEq(title.ownerOf(VEHICLE), insurer, "the wreck is the insurer's");
        assertEq(pool.owedTo(holder), COVER, "the whole cover");
        _assertClaim(incidentId, ClaimStatus.Closed, PayoutStatus.Paid);
        _assertSolvent(pool);
    }

    function test_attack_salvageTakenWithoutConsent() public {
        (PolicyTerms memory terms, bytes32 incidentId) = _totalLoss();
        vm.expectRevert(abi.encodeWithSelector(IClaims.ClaimNotHolder.selector, holder, insurer));
        vm.prank(insurer);
        claims.handOverSalvage(terms, incidentId);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC721Errors.ERC721InsufficientApproval.selector,
                address(claims),
                VEHICLE
            )
        );
        vm.prank(holder);
        claims.handOverSalvage(terms, incidentId);
    }

    function test_attack_salvageSoldAndPaid() public {
        (PolicyTerms memory terms, bytes32 incidentId) = _totalLoss();
        vm.prank(holder);
        title.transferFrom(holder, buyer, VEHICLE);
        vm.prank(buyer);
        title.approve(address(claims), VEHICLE);
        vm.expectRevert(
            abi.encodeWithSelector(IERC721Errors.ERC721IncorrectOwner.selector, holder, VEHICLE, buyer)
        );
        vm.prank(holder);
        claims.handOverSalvage(terms, incidentId);
    }

    function test_settleClaim_ofAWreckThatIsKept() public {
        (PolicyTerms memory terms, bytes32 incidentId) = _totalLoss();
        uint256 capital = _state().capital;
        vm.expectRevert(
            abi.encodeWithSelector(
                IClaims.ClaimNotInTime.selector,
                incidentId,
                block.timestamp + 30 days,
                block.timestamp
            )
        );
        claims.settleClaim(terms, incidentId);
        vm.warp(block.timestamp + 30 days);
        claims.settleClaim(terms, incidentId);
        assertEq(pool.owedTo(holder), (COVER / 10) * 8, "without the wreck's share");
        assertEq(_state().capital, capital + (COVER / 10) * 2, "which is capital again");
        assertEq(title.ownerOf(VEHICLE), holder, "and keeps it");
        _assertSolvent(pool);
    }

    function test_handOverSalvage_RevertWhen_NoTotalLossOrNotConfirmed() public {
        (PolicyTerms memory terms, ) = _activePolicy();
        bytes32 large = _claim(terms, LARGE);
        vm.expectRevert(abi.encodeWithSelector(IClaims.ClaimNoTotalLoss.selector, large));
        vm.prank(holder);
        claims.handOverSalvage(terms, large);
        vm.warp(block.timestamp + 1 days);
        bytes32 total = _claim(terms, TOTAL);
        vm.expectRevert(_statusWrong(total, ClaimStatus.Submitted));
        vm.prank(holder);
        claims.handOverSalvage(terms, total);
    }

    function test_settleClaim_ofAnExpelledInsurer() public {
        (PolicyTerms memory terms, ) = _activePolicy();
        bytes32 incidentId = _claim(terms, TOTAL);
        consortium.revokeRole(Roles.INSURER, insurer);
        vm.warp(block.timestamp + 3 days);
        claims.settleClaim(terms, incidentId);
        _assertClaim(incidentId, ClaimStatus.Confirmed, PayoutStatus.Expected);
        assertEq(records.stateOf(VEHICLE).brands, 0, "it brands nothing more");
        vm.warp(block.timestamp + 30 days);
        claims.settleClaim(terms, incidentId);
        assertEq(pool.owedTo(holder), (COVER / 10) * 8, "but owes what it owes");
    }
}
