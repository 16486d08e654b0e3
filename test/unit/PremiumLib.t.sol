// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PayoutLib} from "../../contracts/libraries/PayoutLib.sol";
import {PremiumLib} from "../../contracts/libraries/PremiumLib.sol";
import {PayoutTerms, PremiumPeriod, PremiumRates} from "../../contracts/types/InsuranceTypes.sol";
import {TripCounters} from "../../contracts/types/TelemetryTypes.sol";
import {Assertions} from "../helpers/Assertions.sol";

contract PremiumLibTest is Assertions {
    function _rates() private pure returns (PremiumRates memory) {
        return PremiumRates(50_000, 300_000, 100_000, 400_000, 8_000, 20_000, 5_000, 10_000, 200);
    }

    function _period() private pure returns (PremiumPeriod memory) {
        return
            PremiumPeriod({
                distanceM: 1_000_000,
                coverS: 30 days,
                drivingS: 72_000,
                nightS: 7_200,
                overLimitS: 720,
                harshEvents: 5
            });
    }

    function between(
        TripCounters calldata from,
        TripCounters calldata to
    ) external pure returns (PremiumPeriod memory) {
        return PremiumLib.between(from, to, 77);
    }

    /* FACTOR */

    function test_factorBps_addsWhatWasDrivenBadly() public pure {
        // 8,000 + 5,000 / 10 + 10,000 / 100 + 200 * 5 / 10
        assertEq(PremiumLib.factorBps(_rates(), _period()), 8_700, "factor");
    }

    function test_factorBps_isTheMinimumWhenNothingWasDriven() public pure {
        PremiumPeriod memory nothing;
        assertEq(PremiumLib.factorBps(_rates(), nothing), 8_000, "no division by zero");
    }

    function testFuzz_factorBps_staysWithinItsBounds(
        PremiumRates memory rates,
        uint64 distanceM,
        uint40[3] memory seconds_,
        uint32 events
    ) public pure {
        if (rates.minFactorBps > rates.maxFactorBps) rates.minFactorBps = rates.maxFactorBps;
        PremiumPeriod memory period = PremiumPeriod(
            distanceM,
            0,
            seconds_[0],
            seconds_[1],
            seconds_[2],
            events
        );
        uint256 factor = PremiumLib.factorBps(rates, period);
        assertTrue(factor >= rates.minFactorBps && factor <= rates.maxFactorBps, "within the bounds");
        ++period.harshEvents;
        assertTrue(PremiumLib.factorBps(rates, period) >= factor, "worse driving is not cheaper");
    }

    /* PREMIUM */

    function test_premium_addsThreeParts() public pure {
        // 1,000 km at 0.05 and 87 percent, 30 days at 0.30, 20 hours at 0.10
        assertEq(
            PremiumLib.premium(_rates(), _period(), 8_700),
            43_500_000 + 9_000_000 + 2_000_000,
            "premium"
        );
    }

    function test_premium_roundsEachPartUp() public pure {
        PremiumRates memory rates = PremiumRates(1, 1, 1, 0, 10_000, 10_000, 0, 0, 0);
        PremiumPeriod memory period = PremiumPeriod(1, 1, 1, 0, 0, 0);
        assertEq(PremiumLib.premium(rates, period, 1), 3, "one unit for each part that is not zero");
    }

    function testFuzz_premium_isNotBelowTheExactValue(
        PremiumRates memory rates,
        uint64 distanceM,
        uint40 coverS,
        uint40 drivingS,
        uint16 factor
    ) public pure {
        PremiumPeriod memory period = PremiumPeriod(distanceM, coverS, drivingS, 0, 0, 0);
        uint256 premium = PremiumLib.premium(rates, period, factor);
        // Times the common denominator of 36,000,000,000 * 24: exact.
        uint256 denominator = 10_000_000 * 86_400;
        uint256 exact =
            uint256(rates.perKm) * distanceM * factor * 86_400 +
                uint256(rates.perDay) * coverS * 10_000_000 +
                uint256(rates.perDrivingHour) * drivingS * 24 * 10_000_000;
        assertTrue(premium * denominator >= exact, "in the pool's favour");
        assertTrue(premium * denominator < exact + 3 * denominator, "by less than a unit for each part");
    }

    function testFuzz_premium_ofPartsIsNotBelowTheWhole(uint64 a, uint64 b, uint16 factor) public pure {
        PremiumRates memory rates = _rates();
        uint256 whole = PremiumLib.premium(rates, PremiumPeriod(uint256(a) + b, 0, 0, 0, 0, 0), factor);
        uint256 parts =
            PremiumLib.premium(rates, PremiumPeriod(a, 0, 0, 0, 0, 0), factor) +
                PremiumLib.premium(rates, PremiumPeriod(b, 0, 0, 0, 0, 0), factor);
        assertTrue(parts >= whole, "proving often is not cheaper");
    }

    /* PERIODS */

    function testFuzz_between_isTheDifference(TripCounters memory from, uint32 more) public view {
        from.distanceM = uint64(bound(from.distanceM, 0, type(uint64).max - more));
        from.severeBrakes = uint32(bound(from.severeBrakes, 0, type(uint32).max - more));
        from.harshCorners = uint32(bound(from.harshCorners, 0, type(uint32).max - more));
        from.nightS = uint40(bound(from.nightS, 0, type(uint40).max - more));
        TripCounters memory to = abi.decode(abi.encode(from), (TripCounters));
        to.distanceM += more;
        to.severeBrakes += more;
        to.harshCorners += more;
        to.nightS += more;
        PremiumPeriod memory period = this.between(from, to);
        assertEq(period.distanceM, more, "distance");
        assertEq(period.nightS, more, "night");
        assertEq(period.harshEvents, 4 * uint256(more), "a severe event counts as three");
        assertEq(period.coverS, 77, "cover");
        assertEq(period.overLimitS + period.drivingS, 0, "what did not change");
    }

    function testFuzz_without_neverGoesBelowZero(uint64 driven, uint64 billed) public pure {
        PremiumPeriod memory period = PremiumPeriod(driven, 5, driven, 7, 8, 9);
        period = PremiumLib.without(period, PremiumPeriod(billed, 0, billed, 0, 0, 0));
        assertEq(period.distanceM, driven > billed ? driven - billed : 0, "distance");
        assertEq(period.drivingS, driven > billed ? driven - billed : 0, "time");
        assertEq(period.coverS, 5, "the cover is billed apart");
    }

    function test_silent_assumesTheMost() public pure {
        PremiumPeriod memory period = PremiumLib.silent(_rates(), 36 hours);
        assertEq(period.distanceM, 600_000, "a day and a half of 400 km");
        assertEq(period.drivingS, 36 hours, "all the time");
        assertEq(period.coverS, 36 hours, "cover");
    }

    /* ODOMETER */

    function testFuzz_contradicts_onlyBeyondTheTolerance(uint32 counted) public pure {
        uint256 tolerance = 2_000 + uint256(counted) / 50;
        assertFalse(PremiumLib.contradicts(counted + tolerance, counted, counted), "just within, above");
        assertTrue(PremiumLib.contradicts(counted + tolerance + 1, counted, counted), "just beyond, above");
        if (counted <= tolerance) return;
        assertFalse(PremiumLib.contradicts(counted - tolerance, counted, counted), "just within, below");
        assertTrue(PremiumLib.contradicts(counted - tolerance - 1, counted, counted), "just beyond, below");
    }

    /* PAYOUTS */

    function _payout() private pure returns (PayoutTerms memory) {
        return PayoutTerms(400, 800, 1_500, 500, 2_500, 10_000, 1_500, 2_000, 1 days, 0, 0, 2);
    }

    function test_amountOf_isThatOfTheHighestThresholdReached() public pure {
        PayoutTerms memory terms = _payout();
        uint32[7] memory severities = [uint32(0), 399, 400, 799, 800, 1_499, 1_500];
        uint96[7] memory amounts = [uint96(0), 0, 50, 50, 250, 250, 1_000];
        for (uint256 i = 0; i < severities.length; ++i) {
            assertEq(PayoutLib.amountOf(terms, 1_000, severities[i]), amounts[i], "payout");
        }
    }

    function testFuzz_amountOf_isNotAboveTheCover(
        uint96 cover,
        uint32 severity,
        uint16[3] memory bps
    ) public pure {
        PayoutTerms memory terms = _payout();
        terms.payoutBps1 = uint16(bound(bps[0], 0, 10_000));
        terms.payoutBps2 = uint16(bound(bps[1], terms.payoutBps1, 10_000));
        terms.payoutBps3 = uint16(bound(bps[2], terms.payoutBps2, 10_000));
        assertTrue(PayoutLib.isSound(terms), "sound");
        uint96 amount = PayoutLib.amountOf(terms, cover, severity);
        assertTrue(amount <= cover, "not above the cover");
        uint96 kept = PayoutLib.withoutSalvage(terms, amount);
        assertTrue(uint256(kept) * 10_000 <= uint256(amount) * 8_000, "what is kept back is rounded up");
    }

    function test_isSound_refusesWhatContradictsItself() public pure {
        PayoutTerms memory terms = _payout();
        terms.threshold2 = 1_501;
        assertFalse(PayoutLib.isSound(terms), "thresholds fall");
        terms = _payout();
        terms.threshold1 = 801;
        assertFalse(PayoutLib.isSound(terms), "thresholds fall at the beginning");
        terms = _payout();
        terms.payoutBps1 = 2_501;
        assertFalse(PayoutLib.isSound(terms), "payouts fall");
        terms = _payout();
        terms.payoutBps2 = 10_001;
        assertFalse(PayoutLib.isSound(terms), "payouts fall at the end");
        terms = _payout();
        terms.payoutBps3 = 10_001;
        assertFalse(PayoutLib.isSound(terms), "more than all");
        terms = _payout();
        terms.salvageBps = 10_001;
        assertFalse(PayoutLib.isSound(terms), "more salvage than all");
        terms = _payout();
        terms.corroborations = 1;
        assertFalse(PayoutLib.isSound(terms), "one witness");
    }

    function test_isTotalLoss() public pure {
        PayoutTerms memory terms = _payout();
        assertFalse(PayoutLib.isTotalLoss(terms, 1_499), "below");
        assertTrue(PayoutLib.isTotalLoss(terms, 1_500), "at");
        terms.totalLossAt = 0;
        assertFalse(PayoutLib.isTotalLoss(terms, type(uint32).max), "never");
    }

    function testFuzz_silenceRefund_roundsDown(uint64 perDay, uint32 silentS) public pure {
        uint256 refund = PayoutLib.silenceRefund(perDay, silentS);
        assertTrue(refund * 1 days <= uint256(perDay) * silentS, "in the pool's favour");
        assertTrue((refund + 1) * 1 days > uint256(perDay) * silentS, "by less than a unit");
    }
}
