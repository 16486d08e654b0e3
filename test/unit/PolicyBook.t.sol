// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MemberAccess} from "../../contracts/access/MemberAccess.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {IPolicyBook} from "../../contracts/interfaces/IPolicyBook.sol";
import {IRiskPool} from "../../contracts/interfaces/IRiskPool.sol";
import {IRiskPools} from "../../contracts/interfaces/IRiskPools.sol";
import {ITelemetryAnchors} from "../../contracts/interfaces/ITelemetryAnchors.sol";
import {
    ActiveCover,
    Policy,
    PolicyQuote,
    PolicyStatus,
    PolicyTerms,
    PoolState,
    Subject
} from "../../contracts/types/InsuranceTypes.sol";
import {AnchoredSummary, TripSummary} from "../../contracts/types/TelemetryTypes.sol";
import {OdometerUnit} from "../../contracts/types/RecordTypes.sol";
import {InsuranceTest} from "../helpers/InsuranceTest.sol";
import {WalletMock} from "../helpers/Wallets.sol";

contract PolicyBookTest is InsuranceTest {
    function _expectBuyRevert(PolicyTerms memory terms, bytes memory revertData) private {
        bytes memory signature = _signQuote(terms.quote, INSURER_SECRET);
        vm.expectRevert(revertData);
        vm.prank(holder);
        book.buyPolicy(terms, signature, new bytes32[](0), DEPOSIT);
    }

    /// @dev A month later: 1,000 km in 20 hours.
    function _month() private view returns (TripSummary memory) {
        return _summary(1, 1_000_000, 72_000, uint40(block.timestamp) - 1 hours, uint40(block.timestamp));
    }

    /// @dev By hand, from the rates: 1,000 km at 0.05 and 80 percent, 20 hours at 0.10, and the time.
    function _monthPremium(uint256 coverS) private pure returns (uint256) {
        return 40_000_000 + 2_000_000 + (300_000 * coverS + 86_399) / 86_400;
    }

    /* BUYING */

    function test_buyPolicy_locksCoverAndTakesTheDeposit() public {
        PolicyTerms memory terms = _termsFor(VEHICLE, 1);
        uint256 before = token.balanceOf(holder);
        bytes32 policyId = _buy(terms);
        assertEq(policyId, book.policyIdOf(terms), "the id is the hash of the terms");
        Policy memory policy = _policy(policyId);
        assertEq(policy.holder, holder, "holder");
        assertEq(uint256(policy.status), uint256(PolicyStatus.Collateralized), "status");
        assertEq(policy.balance, DEPOSIT, "balance");
        assertEq(policy.coverLeft, COVER, "cover");
        assertEq(policy.billedUntil, block.timestamp, "billed until now");
        PoolState memory state = _state();
        assertEq(state.locked, COVER, "cover is locked before it is sold");
        assertEq(state.unearned, DEPOSIT, "the deposit is not earned");
        assertEq(before - token.balanceOf(holder), DEPOSIT, "paid");
        ActiveCover memory active = book.activeCoverOf(VEHICLE, COLLISION);
        assertEq(bytes32(active.policyRef), bytes32(bytes24(policyId)), "active");
        _assertSolvent(pool);
    }

    function test_buyPolicy_signedByAContractWallet() public {
        WalletMock wallet = new WalletMock(vm.addr(INSURER_SECRET));
        consortium.grantRole(Roles.INSURER, address(wallet), 0);
        insurer = address(wallet);
        pool = _openPool(REDEEM_DELAY, 10_000, 10_000);
        _approvePool(pool);
        _depositCapital(lp, CAPITAL);
        assertEq(_policy(_buy(_termsFor(VEHICLE, 1))).coverLeft, COVER, "ERC-1271 is accepted");
    }

    function test_buyPolicy_RevertWhen_NotSignedByTheInsurer() public {
        PolicyTerms memory terms = _termsFor(VEHICLE, 1);
        bytes memory signature = _signQuote(terms.quote, FOREIGN_SECRET);
        vm.expectRevert(
            abi.encodeWithSelector(
                IPolicyBook.QuoteSignatureInvalid.selector,
                this.quoteHash(terms.quote),
                insurer
            )
        );
        vm.prank(holder);
        book.buyPolicy(terms, signature, new bytes32[](0), DEPOSIT);
    }

    function test_buyPolicy_RevertWhen_InsurerExpelled() public {
        consortium.revokeRole(Roles.INSURER, insurer);
        _expectBuyRevert(
            _termsFor(VEHICLE, 1),
            abi.encodeWithSelector(MemberAccess.AccessNotMember.selector, insurer, Roles.INSURER)
        );
    }

    function test_buyPolicy_RevertWhen_TriggerIsNotApproved() public {
        PolicyTerms memory terms = _termsFor(VEHICLE, 1);
        terms.quote.trigger = stranger;
        _expectBuyRevert(
            terms,
            abi.encodeWithSelector(MemberAccess.AccessNotMember.selector, stranger, Roles.TRIGGER)
        );
    }

    function test_buyPolicy_RevertWhen_PoolIsUnknown() public {
        PolicyTerms memory terms = _termsFor(VEHICLE, 1);
        terms.quote.pool = address(token);
        _expectBuyRevert(terms, abi.encodeWithSelector(IRiskPools.PoolUnknown.selector, address(token)));
    }

    function test_buyPolicy_RevertWhen_TermsAreWrong() public {
        for (uint256 i = 0; i < 5; ++i) {
            PolicyTerms memory terms = _termsFor(VEHICLE, 1);
            if (i == 0) terms.quote.cover = 0;
            if (i == 1) terms.quote.endsAt = uint40(block.timestamp) + WAITING;
            if (i == 2) terms.quote.periodSeconds = 1 days - 1;
            if (i == 3) terms.quote.rates.maxFactorBps = 7_999;
            if (i == 4) terms.quote.payout.corroborations = 1;
            _expectBuyRevert(
                terms,
                abi.encodeWithSelector(IPolicyBook.QuoteTermsInvalid.selector, this.quoteHash(terms.quote))
            );
        }
    }

    function test_buyPolicy_RevertWhen_Expired() public {
        PolicyTerms memory terms = _termsFor(VEHICLE, 1);
        vm.warp(terms.quote.expiresAt + 1);
        _expectBuyRevert(
            terms,
            abi.encodeWithSelector(
                IPolicyBook.QuoteExpired.selector,
                this.quoteHash(terms.quote),
                terms.quote.expiresAt
            )
        );
        vm.warp(terms.quote.expiresAt);
        _buy(terms);
    }

    function test_buyPolicy_RevertWhen_Revoked() public {
        PolicyTerms memory terms = _termsFor(VEHICLE, 1);
        vm.expectRevert(abi.encodeWithSelector(IPolicyBook.QuoteNotInsurer.selector, insurer, stranger));
        vm.prank(stranger);
        book.revokeQuote(terms.quote);
        vm.prank(insurer);
        book.revokeQuote(terms.quote);
        _expectBuyRevert(
            terms,
            abi.encodeWithSelector(IPolicyBook.QuoteIsRevoked.selector, this.quoteHash(terms.quote))
        );
    }

    function test_buyPolicy_RevertWhen_NotTheHolder() public {
        PolicyTerms memory terms = _termsFor(VEHICLE, 1);
        bytes memory signature = _signQuote(terms.quote, INSURER_SECRET);
        vm.expectRevert(
            abi.encodeWithSelector(IPolicyBook.PolicyNotHolder.selector, VEHICLE, holder, stranger)
        );
        vm.prank(stranger);
        book.buyPolicy(terms, signature, new bytes32[](0), DEPOSIT);
    }

    function test_buyPolicy_RevertWhen_TitleMovedSinceTheQuote() public {
        PolicyTerms memory terms = _termsFor(VEHICLE, 1);
        vm.prank(holder);
        title.transferFrom(holder, buyer, VEHICLE);
        bytes memory signature = _signQuote(terms.quote, INSURER_SECRET);
        vm.expectRevert(abi.encodeWithSelector(IPolicyBook.PolicyTitleMoved.selector, VEHICLE, 0, 1));
        vm.prank(buyer);
        book.buyPolicy(terms, signature, new bytes32[](0), DEPOSIT);
    }

    function test_buyPolicy_RevertWhen_StolenOrDestroyed() public {
        PolicyTerms memory terms = _termsFor(VEHICLE, 1);
        vm.prank(registrar);
        title.lockTitle(VEHICLE, 1);
        bytes memory stopped = abi.encodeWithSelector(IPolicyBook.PolicyVehicleStopped.selector, VEHICLE);
        _expectBuyRevert(terms, stopped);
        vm.prank(registrar);
        title.unlockTitle(VEHICLE, 1);
        _destroy(VEHICLE);
        _expectBuyRevert(terms, stopped);
    }

    function test_buyPolicy_RevertWhen_DepositTooSmall() public {
        PolicyTerms memory terms = _termsFor(VEHICLE, 1);
        bytes memory signature = _signQuote(terms.quote, INSURER_SECRET);
        vm.expectRevert(
            abi.encodeWithSelector(IPolicyBook.PolicyDepositTooSmall.selector, DEPOSIT - 1, DEPOSIT)
        );
        vm.prank(holder);
        book.buyPolicy(terms, signature, new bytes32[](0), DEPOSIT - 1);
    }

    function test_attack_correlatedLoss_coverBeyondCapital() public {
        PolicyTerms memory terms = _termsFor(VEHICLE, 1);
        terms.quote.cover = CAPITAL;
        _buy(terms);
        terms = _termsFor(OTHER_VEHICLE, 2);
        terms.quote.cover = 1;
        _expectBuyRevert(terms, abi.encodeWithSelector(IRiskPool.PoolCapitalShort.selector, 1, 0));
    }

    function test_attack_quoteReplayed() public {
        PolicyTerms memory terms = _termsFor(VEHICLE, 1);
        bytes32 policyId = _buy(terms);
        bytes memory exists = abi.encodeWithSelector(IPolicyBook.PolicyExists.selector, policyId);
        _expectBuyRevert(terms, exists);
        vm.prank(holder);
        book.closePolicy(terms);
        _expectBuyRevert(terms, exists);
    }

    function test_attack_quoteForAnotherVehicle() public {
        PolicyTerms memory terms = _termsFor(VEHICLE, 1);
        bytes memory signature = _signQuote(terms.quote, INSURER_SECRET);
        terms.subject = _subjectOf(OTHER_VEHICLE);
        vm.expectRevert(
            abi.encodeWithSelector(
                IPolicyBook.QuoteSubjectForeign.selector,
                terms.quote.subjectRoot,
                book.leafOf(terms.subject)
            )
        );
        vm.prank(holder);
        book.buyPolicy(terms, signature, new bytes32[](0), DEPOSIT);
    }

    function test_attack_coverBoughtTwiceForOneVehicle() public {
        PolicyTerms memory first = _termsFor(VEHICLE, 1);
        _buy(first);
        PolicyTerms memory second = _termsFor(VEHICLE, 2);
        bytes memory exists = abi.encodeWithSelector(
            IPolicyBook.PolicyCoverExists.selector,
            VEHICLE,
            COLLISION,
            first.quote.endsAt
        );
        _expectBuyRevert(second, exists);
        second.quote.pool = address(_openPool(REDEEM_DELAY, 10_000, 10_000));
        _expectBuyRevert(second, exists);
        _buy(_indexTerms(VEHICLE)); // another kind of cover
    }

    function test_buyPolicy_afterTheFirstEnded() public {
        PolicyTerms memory first = _termsFor(VEHICLE, 1);
        _buy(first);
        vm.warp(first.quote.endsAt);
        _buy(_termsFor(VEHICLE, 2));
    }

    function test_buyPolicy_byTheNextHolder() public {
        _buy(_termsFor(VEHICLE, 1));
        vm.prank(holder);
        title.transferFrom(holder, buyer, VEHICLE);
        token.issue(buyer, DEPOSIT);
        _buyAs(buyer, _termsFor(VEHICLE, 2), DEPOSIT);
        assertEq(_state().locked, 2 * COVER, "the first was not closed yet");
    }

    /* FLEETS */

    function _fleet(uint256 size) private returns (PolicyQuote memory quote, Subject[] memory subjects) {
        subjects = new Subject[](size);
        for (uint256 i = 0; i < size; ++i) {
            uint256 vehicleId = uint256(keccak256(abi.encode("fleet", i)));
            _register(vehicleId, holder);
            subjects[i] = _subjectOf(vehicleId);
        }
        quote = _termsFor(VEHICLE, 5).quote;
        quote.cover = 100 * EUR;
        quote.minDeposit = EUR;
        quote.fleetId = keccak256("fleet");
    }

    function _pairHash(bytes32 a, bytes32 b) private pure returns (bytes32) {
        return a < b ? keccak256(abi.encode(a, b)) : keccak256(abi.encode(b, a));
    }

    function test_buyPolicies_ofAFleet() public {
        (PolicyQuote memory quote, Subject[] memory subjects) = _fleet(2);
        bytes32[] memory leaves = new bytes32[](2);
        bytes32[][] memory proofs = new bytes32[][](2);
        for (uint256 i = 0; i < 2; ++i) leaves[i] = book.leafOf(subjects[i]);
        quote.subjectRoot = _pairHash(leaves[0], leaves[1]);
        for (uint256 i = 0; i < 2; ++i) {
            proofs[i] = new bytes32[](1);
            proofs[i][0] = leaves[1 - i];
        }
        bytes memory signature = _signQuote(quote, INSURER_SECRET);
        vm.prank(holder);
        bytes32[] memory policyIds = book.buyPolicies(quote, signature, subjects, proofs, EUR);
        assertEq(policyIds.length, 2, "a policy each");
        assertTrue(policyIds[0] != policyIds[1], "of their own");
        (, uint256 fleet) = pool.exposureOf(_keysOf(CELL, quote.fleetId));
        assertEq(fleet, 200 * EUR, "the fleet's exposure");
        vm.expectRevert(abi.encodeWithSelector(IPolicyBook.PolicyExists.selector, policyIds[0]));
        vm.prank(holder);
        book.buyPolicies(quote, signature, subjects, proofs, EUR);
    }

    function test_buyPolicies_RevertWhen_BatchIsWrong() public {
        (PolicyQuote memory quote, ) = _fleet(0);
        uint256 limit = book.MAX_BATCH();
        uint256[3] memory subjects = [uint256(0), 1, limit + 1];
        uint256[3] memory proofs = [uint256(0), 2, limit + 1];
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IPolicyBook.PolicyBatchInvalid.selector, subjects[i], proofs[i], limit)
            );
            vm.prank(holder);
            book.buyPolicies(quote, "", new Subject[](subjects[i]), new bytes32[][](proofs[i]), EUR);
        }
    }

    function test_buyPolicies_oneAndTheMost() public {
        uint256 limit = book.MAX_BATCH();
        (PolicyQuote memory quote, Subject[] memory subjects) = _fleet(limit);
        // A comb: each leaf is added to what is there, so that proofs are simple to make.
        bytes32[] memory below = new bytes32[](limit);
        below[0] = book.leafOf(subjects[0]);
        for (uint256 i = 1; i < limit; ++i) below[i] = _pairHash(below[i - 1], book.leafOf(subjects[i]));
        quote.subjectRoot = below[limit - 1];
        bytes32[][] memory proofs = new bytes32[][](limit);
        for (uint256 i = 0; i < limit; ++i) {
            proofs[i] = new bytes32[](i == 0 ? limit - 1 : limit - i);
            uint256 at;
            if (i != 0) proofs[i][at++] = below[i - 1];
            for (uint256 j = i + 1; j < limit; ++j) proofs[i][at++] = book.leafOf(subjects[j]);
        }
        bytes memory signature = _signQuote(quote, INSURER_SECRET);
        vm.prank(holder);
        assertEq(book.buyPolicies(quote, signature, subjects, proofs, EUR).length, limit, "the most");
        assertEq(_state().locked, limit * 100 * EUR, "cover of all");
    }

    /* PREMIUM */

    function test_provePremiumPeriod_billsWhatWasDriven() public {
        (PolicyTerms memory terms, bytes32 policyId) = _activePolicy();
        vm.warp(block.timestamp + 28 days);
        TripSummary memory to = _month();
        uint256 coverS = block.timestamp - _policy(policyId).billedUntil;
        uint96 premium = _prove(terms, _none(), to);
        assertEq(premium, _monthPremium(coverS), "premium, by hand");
        Policy memory policy = _policy(policyId);
        assertEq(policy.balance, DEPOSIT - premium, "from the balance");
        assertEq(policy.lastSummary, anchors.digestOf(to), "the last summary");
        assertEq(policy.billedUntil, to.endedAt, "billed until its end");
        assertEq(_state().capital, CAPITAL + premium, "earned");
        assertEq(_state().unearned, DEPOSIT - premium, "no more unearned");
        _assertSolvent(pool);
    }

    function test_provePremiumPeriod_fromTheAllowanceWhenTheBalanceIsShort() public {
        (PolicyTerms memory terms, bytes32 policyId) = _activePolicy();
        vm.warp(block.timestamp + 28 days);
        TripSummary memory to = _month();
        to.counters.distanceM = 100_000_000;
        uint256 before = token.balanceOf(holder);
        uint96 premium = _prove(terms, _none(), to);
        assertTrue(premium > DEPOSIT, "more than the deposit");
        assertEq(before - token.balanceOf(holder), premium - DEPOSIT, "the rest by approval");
        assertEq(_policy(policyId).balance, 0, "the balance first");
        _assertSolvent(pool);
    }

    function test_provePremiumPeriod_badDrivingCostsMore() public {
        (PolicyTerms memory terms, bytes32 policyId) = _activePolicy();
        vm.warp(block.timestamp + 28 days);
        TripSummary memory to = _month();
        to.counters.nightS = 7_200;
        to.counters.severeBrakes = 1;
        to.counters.harshCorners = 2;
        uint256 coverS = block.timestamp - _policy(policyId).billedUntil;
        // 80 percent, 5 for the night, and 2 percent of 5 events in 1,000 km
        uint256 expected = _monthPremium(coverS) - 40_000_000 + 43_000_000;
        assertEq(_prove(terms, _none(), to), expected, "factor of 86 percent");
    }

    function test_provePremiumPeriod_pausesWhatCannotBePaid() public {
        (PolicyTerms memory terms, bytes32 policyId) = _activePolicy();
        uint40 paidUntil = _policy(policyId).billedUntil;
        vm.warp(paidUntil + PERIOD_S + 3 days);
        vm.prank(holder);
        token.approve(address(pool), 0);
        TripSummary memory to = _month();
        to.counters.distanceM = 100_000_000;
        // Nobody pauses it while it may still be paid.
        AnchoredSummary memory anchored = _anchor(to, k1);
        uint256 due = 4_000_000_000 + _monthPremium(PERIOD_S + 3 days) - 40_000_000;
        vm.expectRevert(abi.encodeWithSelector(IPolicyBook.PremiumUnpaid.selector, policyId, due, DEPOSIT));
        vm.prank(insurer);
        book.provePremiumPeriod(terms, _none(), anchored);
        vm.warp(paidUntil + PERIOD_S + 3 days + 1);
        assertEq(_prove(terms, _none(), to), 0, "nothing is billed");
        Policy memory policy = _policy(policyId);
        assertEq(uint256(policy.status), uint256(PolicyStatus.Paused), "paused");
        assertEq(policy.balance, DEPOSIT, "the balance stays");
        assertEq(policy.billedUntil, paidUntil, "and the time");

        // Somebody pays; but what was covered before the pause would be gone if anybody could end it.
        vm.prank(stranger);
        book.depositPremium(terms, 20_000 * EUR);
        address[2] memory others = [stranger, insurer];
        for (uint256 i = 0; i < others.length; ++i) {
            bytes memory paused = abi.encodeWithSelector(
                IPolicyBook.PolicyIsPaused.selector,
                policyId,
                holder
            );
            vm.expectRevert(paused);
            vm.prank(others[i]);
            book.provePremiumPeriod(terms, _none(), anchored);
            vm.expectRevert(paused);
            vm.prank(others[i]);
            book.assumePremiumPeriod(terms);
        }
        // The holder does: the policy goes on, with a new waiting time.
        vm.prank(holder);
        uint96 premium = book.provePremiumPeriod(terms, _none(), anchored);
        policy = _policy(policyId);
        assertTrue(premium > DEPOSIT, "billed");
        assertEq(uint256(policy.status), uint256(PolicyStatus.Collateralized), "goes on");
        assertEq(policy.startedAt, block.timestamp, "the cover begins anew");
        _assertSolvent(pool);
    }

    function test_attack_kilometresBilledTwice_replayed() public {
        (PolicyTerms memory terms, bytes32 policyId) = _activePolicy();
        vm.warp(block.timestamp + 10 days);
        TripSummary memory to = _month();
        _prove(terms, _none(), to);
        AnchoredSummary memory again = _anchor(to, k1);
        bytes32 digest = anchors.digestOf(to);
        vm.expectRevert(
            abi.encodeWithSelector(
                IPolicyBook.PremiumSummaryNotLast.selector,
                policyId,
                anchors.digestOf(_none()),
                digest
            )
        );
        book.provePremiumPeriod(terms, _none(), again);
        vm.expectRevert(
            abi.encodeWithSelector(IPolicyBook.PremiumPeriodOverlaps.selector, 1, 1, to.startedAt, to.endedAt)
        );
        book.provePremiumPeriod(terms, to, again);
    }

    function test_attack_sequenceSkipped_billsAllTheSame() public {
        (PolicyTerms memory terms, bytes32 policyId) = _activePolicy();
        vm.warp(block.timestamp + 10 days);
        TripSummary memory third = _month();
        third.sequence = 3; // one and two, the worst of it, are left out
        uint256 coverS = block.timestamp - _policy(policyId).billedUntil;
        assertEq(_prove(terms, _none(), third), _monthPremium(coverS), "their counters are in the third's");
    }

    function test_attack_summariesReordered() public {
        (PolicyTerms memory terms, ) = _activePolicy();
        vm.warp(block.timestamp + 10 days);
        TripSummary memory second = _month();
        second.sequence = 2;
        TripSummary memory first = _month();
        first.startedAt -= 1 days;
        first.endedAt -= 1 days;
        _prove(terms, _none(), second);
        AnchoredSummary memory late = _anchor(first, k1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IPolicyBook.PremiumPeriodOverlaps.selector,
                1,
                2,
                first.startedAt,
                second.endedAt
            )
        );
        book.provePremiumPeriod(terms, second, late);
    }

    function test_attack_twoPeriodsOverlapping() public {
        (PolicyTerms memory terms, ) = _activePolicy();
        vm.warp(block.timestamp + 10 days);
        TripSummary memory first = _month();
        _prove(terms, _none(), first);
        vm.warp(block.timestamp + 1 days);
        TripSummary memory second = _month();
        second.sequence = 2;
        second.startedAt = first.endedAt - 1;
        AnchoredSummary memory overlapping = _anchor(second, k1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IPolicyBook.PremiumPeriodOverlaps.selector,
                2,
                1,
                second.startedAt,
                first.endedAt
            )
        );
        book.provePremiumPeriod(terms, first, overlapping);
    }

    function test_attack_countersFalling() public {
        (PolicyTerms memory terms, bytes32 policyId) = _activePolicy();
        vm.warp(block.timestamp + 10 days);
        TripSummary memory first = _month();
        _prove(terms, _none(), first);
        vm.warp(block.timestamp + 1 days);
        TripSummary memory second = _month();
        second.sequence = 2;
        second.counters.distanceM = first.counters.distanceM - 1;
        AnchoredSummary memory fallen = _anchor(second, k1);
        vm.expectRevert(abi.encodeWithSelector(IPolicyBook.PremiumCountersFell.selector, policyId, 2));
        book.provePremiumPeriod(terms, first, fallen);
    }

    function test_attack_clockInTheFuture() public {
        (PolicyTerms memory terms, ) = _activePolicy();
        TripSummary memory to = _month();
        to.endedAt += 1;
        AnchoredSummary memory early = _anchor(to, k1);
        vm.expectRevert(
            abi.encodeWithSelector(ITelemetryAnchors.TelemetryTimesInvalid.selector, to.startedAt, to.endedAt)
        );
        book.provePremiumPeriod(terms, _none(), early);
    }

    function test_attack_summaryForged() public {
        (PolicyTerms memory terms, ) = _activePolicy();
        AnchoredSummary memory forged = _anchor(_month(), k1);
        forged.signature = _sign(k2, anchors.digestOf(forged.summary));
        vm.expectRevert(
            abi.encodeWithSelector(ITelemetryAnchors.TelemetrySignatureInvalid.selector, VEHICLE, _keyId(k1))
        );
        book.provePremiumPeriod(terms, _none(), forged);
    }

    function _expectKeyRefused(PolicyTerms memory terms, Key memory key) private {
        TripSummary memory to = _month();
        AnchoredSummary memory refused = _anchor(to, key);
        vm.expectRevert(
            abi.encodeWithSelector(
                ITelemetryAnchors.TelemetryKeyNotValid.selector,
                VEHICLE,
                _keyId(key),
                to.endedAt
            )
        );
        book.provePremiumPeriod(terms, _none(), refused);
    }

    function test_attack_keyForeign() public {
        (PolicyTerms memory terms, ) = _activePolicy();
        _expectKeyRefused(terms, k2); // of the other vehicle
    }

    function test_attack_keyRevoked() public {
        (PolicyTerms memory terms, ) = _activePolicy();
        _revoke(k1, uint40(block.timestamp));
        _expectKeyRefused(terms, k1);
    }

    function test_attack_keyExpired() public {
        (PolicyTerms memory terms, ) = _activePolicy();
        _bindTo(VEHICLE, p1, FROM, uint40(block.timestamp));
        _expectKeyRefused(terms, p1);
    }

    function test_attack_summaryOfAnotherVehicle() public {
        (PolicyTerms memory terms, ) = _activePolicy();
        TripSummary memory to = _month();
        to.vehicleId = OTHER_VEHICLE;
        AnchoredSummary memory foreign = _anchor(to, k2);
        vm.expectRevert(
            abi.encodeWithSelector(IPolicyBook.PremiumVehicleForeign.selector, VEHICLE, OTHER_VEHICLE)
        );
        book.provePremiumPeriod(terms, _none(), foreign);
    }

    function test_attack_baselineMadeUp() public {
        (PolicyTerms memory terms, bytes32 policyId) = _activePolicy();
        AnchoredSummary memory to = _anchor(_month(), k1);
        TripSummary memory from = _none();
        from.counters.distanceM = 1_000_000; // all was driven before
        vm.expectRevert(
            abi.encodeWithSelector(
                IPolicyBook.PremiumSummaryNotLast.selector,
                policyId,
                anchors.digestOf(from),
                0
            )
        );
        book.provePremiumPeriod(terms, from, to);
    }

    function test_provePremiumPeriod_fromTheBaselineOfTheQuote() public {
        TripSummary memory base = _summary(7, 5_000_000, 300_000, NOW - 2 days, NOW - 1 days);
        PolicyTerms memory terms = _termsFor(VEHICLE, 1);
        terms.subject.baseline = anchors.digestOf(base);
        terms.subject.baseDistanceM = 5_000_000;
        terms.quote.subjectRoot = book.leafOf(terms.subject);
        _buy(terms);
        vm.warp(block.timestamp + 10 days);
        TripSummary memory to = _month();
        to.sequence = 8;
        to.counters.distanceM = 6_000_000;
        to.counters.drivingS = 372_000;
        assertEq(_prove(terms, base, to), _monthPremium(10 days), "only what was driven since");
    }

    function test_attack_odometerContradictingTheCounter() public {
        (PolicyTerms memory terms, bytes32 policyId) = _activePolicy();
        vm.warp(block.timestamp + 28 days);
        uint256 coverS = block.timestamp - _policy(policyId).billedUntil;
        // The workshop reads 1,500 km, the counter says 1,000.
        vm.prank(workshop);
        records.appendRecord(
            _input(VEHICLE, SERVICE, 1_500, OdometerUnit.Km, uint40(block.timestamp) - 1),
            Roles.WORKSHOP
        );
        uint256 expected = _monthPremium(coverS) - 40_000_000 + 100_000_000;
        assertEq(_prove(terms, _none(), _month()), expected, "the maximum factor of 200 percent");
    }

    function test_provePremiumPeriod_odometerThatAgrees() public {
        (PolicyTerms memory terms, bytes32 policyId) = _activePolicy();
        vm.warp(block.timestamp + 28 days);
        uint256 coverS = block.timestamp - _policy(policyId).billedUntil;
        vm.prank(workshop);
        records.appendRecord(
            _input(VEHICLE, SERVICE, 1_015, OdometerUnit.Km, uint40(block.timestamp) - 1),
            Roles.WORKSHOP
        );
        assertEq(_prove(terms, _none(), _month()), _monthPremium(coverS), "within the tolerance");
    }

    function test_provePremiumPeriod_openAnomalyIsBilledAtTheMaximum() public {
        (PolicyTerms memory terms, bytes32 policyId) = _activePolicy();
        vm.warp(block.timestamp + 28 days);
        uint256 coverS = block.timestamp - _policy(policyId).billedUntil;
        uint32[2] memory readings = [uint32(1_000), 500];
        for (uint40 i = 0; i < 2; ++i) {
            vm.prank(workshop);
            records.appendRecord(
                _input(VEHICLE, SERVICE, readings[i], OdometerUnit.Km, uint40(block.timestamp) - 2 + i),
                Roles.WORKSHOP
            );
        }
        uint256 expected = _monthPremium(coverS) - 40_000_000 + 100_000_000;
        assertEq(_prove(terms, _none(), _month()), expected, "the maximum factor");
    }

    function test_provePremiumPeriod_odometerRolledBack() public {
        (PolicyTerms memory terms, ) = _activePolicy();
        vm.warp(block.timestamp + 10 days);
        TripSummary memory first = _month();
        _prove(terms, _none(), first);
        vm.warp(block.timestamp + 1 days);
        // The counter stood at 1,000 km yesterday; the dashboard says 100 today.
        vm.prank(workshop);
        records.appendRecord(
            _input(VEHICLE, SERVICE, 100, OdometerUnit.Km, uint40(block.timestamp)),
            Roles.WORKSHOP
        );
        TripSummary memory second = _month();
        second.sequence = 2;
        second.counters.distanceM = 1_100_000;
        second.counters.drivingS = 72_000;
        assertEq(_prove(terms, first, second), 10_000_000 + 300_000, "100 km at 200 percent, and a day");
    }

    function test_provePremiumPeriod_lateIsBilledAtTheMaximum() public {
        (PolicyTerms memory terms, bytes32 policyId) = _activePolicy();
        uint40 start = _policy(policyId).billedUntil;
        vm.warp(start + PERIOD_S + 3 days);
        assertEq(_prove(terms, _none(), _month()), _monthPremium(PERIOD_S + 3 days), "just in time");

        terms = _termsFor(OTHER_VEHICLE, 2);
        policyId = _buy(terms);
        vm.warp(block.timestamp + PERIOD_S + 3 days + 1);
        TripSummary memory to = _month();
        to.vehicleId = OTHER_VEHICLE;
        AnchoredSummary memory anchored = _anchor(to, k2);
        uint256 premium = book.provePremiumPeriod(terms, _none(), anchored);
        assertEq(premium, _monthPremium(PERIOD_S + 3 days + 1) + 60_000_000, "a second late");
    }

    function test_provePremiumPeriod_RevertWhen_TitleMoved() public {
        (PolicyTerms memory terms, ) = _activePolicy();
        vm.prank(holder);
        title.transferFrom(holder, buyer, VEHICLE);
        AnchoredSummary memory to = _anchor(_month(), k1);
        vm.expectRevert(abi.encodeWithSelector(IPolicyBook.PolicyTitleMoved.selector, VEHICLE, 0, 1));
        book.provePremiumPeriod(terms, _none(), to);
        vm.expectRevert(abi.encodeWithSelector(IPolicyBook.PolicyTitleMoved.selector, VEHICLE, 0, 1));
        book.assumePremiumPeriod(terms);
    }

    function test_provePremiumPeriod_RevertWhen_NoPolicy() public {
        PolicyTerms memory terms = _termsFor(VEHICLE, 1);
        AnchoredSummary memory to = _anchor(_month(), k1);
        bytes memory wrong = abi.encodeWithSelector(
            IPolicyBook.PolicyStatusWrong.selector,
            book.policyIdOf(terms),
            0
        );
        vm.expectRevert(wrong);
        book.provePremiumPeriod(terms, _none(), to);
        vm.expectRevert(wrong);
        book.depositPremium(terms, 1);
        vm.expectRevert(wrong);
        book.closePolicy(terms);
    }

    /* SILENCE */

    function test_assumePremiumPeriod_billsTheMost_andCreditsItLater() public {
        (PolicyTerms memory terms, bytes32 policyId) = _activePolicy();
        uint40 start = _policy(policyId).billedUntil;
        vm.warp(start + PERIOD_S + 3 days + 1);
        vm.prank(stranger);
        uint96 premium = book.assumePremiumPeriod(terms);
        // 30 days of 400 km at 0.05 and 200 percent, of 0.30, and of 24 hours of 0.10
        assertEq(premium, 1_200_000_000 + 9_000_000 + 72_000_000, "the maximum, by hand");
        assertEq(_policy(policyId).billedUntil, start + PERIOD_S, "a whole period");
        vm.warp(start + PERIOD_S + 10 days);
        TripSummary memory to = _month();
        to.counters.distanceM = 12_000_000 + 1_000_000;
        to.counters.drivingS = PERIOD_S + 72_000;
        assertEq(
            _prove(terms, _none(), to),
            _monthPremium(10 days),
            "kilometres that were assumed are not billed again"
        );
        _assertSolvent(pool);
    }

    function test_attack_creditForSilenceUsedUpByASmallProof() public {
        (PolicyTerms memory terms, bytes32 policyId) = _activePolicy();
        uint40 start = _policy(policyId).billedUntil;
        vm.warp(start + 10 days);
        TripSummary memory early = _month();
        early.counters.distanceM = 1_000;
        AnchoredSummary memory small = _anchor(early, k1);
        vm.warp(start + PERIOD_S + 3 days + 1);
        book.assumePremiumPeriod(terms);
        vm.expectRevert(
            abi.encodeWithSelector(IPolicyBook.PremiumCreditUnused.selector, early.endedAt, start + PERIOD_S)
        );
        vm.prank(insurer);
        book.provePremiumPeriod(terms, _none(), small);
        assertEq(_policy(policyId).missedPeriods, 1, "the credit stands");
        vm.prank(holder);
        book.provePremiumPeriod(terms, _none(), small);
        assertEq(_policy(policyId).missedPeriods, 0, "its owner may use it as it likes");
    }

    function test_attack_kilometresAfterTheEndBilled() public {
        (PolicyTerms memory terms, ) = _activePolicy();
        uint40 end = terms.quote.endsAt;
        TripSummary memory after_ = _month();
        after_.startedAt = end;
        after_.endedAt = end + 1 hours;
        vm.warp(end + 1 hours);
        AnchoredSummary memory anchored = _anchor(after_, k1);
        vm.expectRevert(abi.encodeWithSelector(IPolicyBook.PremiumAfterCover.selector, end, end));
        vm.prank(insurer);
        book.provePremiumPeriod(terms, _none(), anchored);
        after_.startedAt = end - 1;
        assertTrue(_prove(terms, _none(), after_) > 0, "a trip that spans the end is billed");
    }

    function test_assumePremiumPeriod_RevertWhen_StillProvable() public {
        (PolicyTerms memory terms, bytes32 policyId) = _activePolicy();
        uint256 until = uint256(_policy(policyId).billedUntil) + PERIOD_S + 3 days;
        vm.warp(until);
        vm.expectRevert(abi.encodeWithSelector(IPolicyBook.PremiumPeriodOpen.selector, policyId, until));
        book.assumePremiumPeriod(terms);
    }

    function test_assumePremiumPeriod_RevertWhen_NoWholePeriodIsLeft() public {
        PolicyTerms memory terms = _termsFor(VEHICLE, 1);
        terms.quote.endsAt = uint40(block.timestamp) + PERIOD_S - 1;
        bytes32 policyId = _buy(terms);
        uint256 until = block.timestamp + PERIOD_S + 3 days;
        vm.warp(until + 1);
        vm.expectRevert(abi.encodeWithSelector(IPolicyBook.PremiumPeriodOpen.selector, policyId, until));
        book.assumePremiumPeriod(terms);
    }

    function test_assumePremiumPeriod_pausesWhatCannotBePaid() public {
        (PolicyTerms memory terms, bytes32 policyId) = _activePolicy();
        vm.prank(holder);
        token.approve(address(pool), 0);
        vm.warp(block.timestamp + PERIOD_S + 4 days);
        assertEq(book.assumePremiumPeriod(terms), 0, "nothing billed");
        assertEq(uint256(_policy(policyId).status), uint256(PolicyStatus.Paused), "paused");
    }

    function testFuzz_attack_kilometresBilledOnce(uint64[4] memory metres, uint8 silent) public {
        (PolicyTerms memory terms, ) = _activePolicy();
        uint256 earned;
        TripSummary memory from = _none();
        uint64 total;
        for (uint32 i = 0; i < 4; ++i) {
            vm.warp(block.timestamp + 20 days);
            if ((silent >> i) & 1 == 1) continue;
            total += uint64(bound(metres[i], 0, 5_000_000));
            TripSummary memory to = _month();
            to.sequence = from.sequence + 1;
            to.counters.distanceM = total;
            to.counters.drivingS = 0;
            earned += _prove(terms, from, to);
            from = to;
        }
        // At the least and most factor, plus a unit of rounding for each part of each bill, plus time.
        uint256 timeCost = 300_000 * 100;
        assertTrue(
            earned * 10_000_000 <= (uint256(total) * 50_000 * 20_000) + (timeCost + 12) * 10_000_000,
            "I4: not more than once"
        );
        assertTrue(earned * 10_000_000 >= uint256(total) * 50_000 * 8_000, "I4: not less than once");
        _assertSolvent(pool);
    }

    /* ENDING */

    function test_closePolicy_byTheHolder_billsSilenceAndRefunds() public {
        (PolicyTerms memory terms, bytes32 policyId) = _activePolicy();
        uint256 silentS = block.timestamp - _policy(policyId).billedUntil;
        vm.prank(holder);
        book.closePolicy(terms);
        uint256 distance = (400_000 * silentS + 86_399) / 86_400;
        uint256 premium =
            (50_000 * distance * 20_000 + 9_999_999) / 10_000_000 +
                (300_000 * silentS + 86_399) / 86_400 +
                (100_000 * silentS + 3_599) / 3_600;
        assertEq(pool.owedTo(holder), DEPOSIT - premium, "the rest is refunded");
        assertEq(_state().locked, 0, "cover is released");
        assertEq(_state().unearned, 0, "nothing is left unearned");
        assertEq(uint256(_policy(policyId).status), uint256(PolicyStatus.Closed), "closed");
        assertEq(book.activeCoverOf(VEHICLE, COLLISION).endsAt, 0, "makes room");
        _assertSolvent(pool);
        vm.expectRevert(abi.encodeWithSelector(IPolicyBook.PolicyStatusWrong.selector, policyId, 5));
        vm.prank(holder);
        book.closePolicy(terms);
    }

    function test_closePolicy_RevertWhen_EventsMayStillBeClaimed() public {
        (PolicyTerms memory terms, bytes32 policyId) = _activePolicy();
        uint256 until = uint256(terms.quote.endsAt) + REDEEM_DELAY;
        vm.warp(until);
        vm.expectRevert(
            abi.encodeWithSelector(IPolicyBook.PolicyNotOver.selector, policyId, terms.quote.endsAt, until)
        );
        book.closePolicy(terms);
        vm.warp(until + 1);
        book.closePolicy(terms);
        assertEq(_state().locked, 0, "released at the end");
        assertEq(pool.owedTo(holder), 0, "a year of silence costs the whole deposit");
    }

    function test_closePolicy_byAnybodyWhenTheTitleMoved() public {
        (PolicyTerms memory terms, ) = _activePolicy();
        vm.prank(holder);
        title.transferFrom(holder, buyer, VEHICLE);
        vm.prank(stranger);
        book.closePolicy(terms);
        assertEq(_state().locked, 0, "released");
        assertTrue(pool.owedTo(holder) > 0, "the refund is the first holder's");
        assertEq(pool.owedTo(buyer), 0, "and nobody else's");
    }

    function test_closePolicy_leavesTheNextHoldersCover() public {
        PolicyTerms memory first = _termsFor(VEHICLE, 1);
        _buy(first);
        vm.prank(holder);
        title.transferFrom(holder, buyer, VEHICLE);
        token.issue(buyer, DEPOSIT);
        PolicyTerms memory second = _termsFor(VEHICLE, 2);
        _buyAs(buyer, second, DEPOSIT);
        book.closePolicy(first);
        assertEq(book.activeCoverOf(VEHICLE, COLLISION).endsAt, second.quote.endsAt, "still active");
        assertEq(_state().locked, COVER, "and locked");
    }

    /* CLAIM CONTROLLER */

    function test_drawCover_RevertWhen_CallerHasNoRole() public {
        (, bytes32 policyId) = _activePolicy();
        bytes memory refused = abi.encodeWithSelector(
            MemberAccess.AccessNotMember.selector,
            stranger,
            Roles.CLAIM_CONTROLLER
        );
        vm.expectRevert(refused);
        vm.prank(stranger);
        book.drawCover(policyId, VEHICLE, 0, type(uint40).max, uint40(block.timestamp), 1);
        vm.expectRevert(refused);
        vm.prank(stranger);
        book.restoreCover(policyId, 1);
    }
}
