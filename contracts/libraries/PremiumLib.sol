// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {PremiumPeriod, PremiumRates} from "../types/InsuranceTypes.sol";
import {TripCounters} from "../types/TelemetryTypes.sol";

/// @title What a period costs.
/// @notice Pure, in integers; every quotient is rounded up, in the pool's favour. With the fields of `PremiumRates` and `PremiumPeriod`:
///
///     factor  = min(maxFactorBps, minFactorBps + ⌈nightBps · nightS / drivingS⌉ + ⌈overLimitBps · overLimitS / drivingS⌉
///                                              + ⌈harshBps · harshEvents · 100,000 / distanceM⌉)
///     premium = ⌈perKm · distanceM · factor / 10,000,000⌉ + ⌈perDay · coverS / 86,400⌉ + ⌈perDrivingHour · drivingS / 3,600⌉
///
/// A divisor of zero counts as one. Nothing overflows: counters are below 2^64, rates below 2^64, factors below 2^16.
library PremiumLib {
    uint256 internal constant BPS = 10_000;
    uint256 internal constant SEVERE_WEIGHT = 3;

    /// @dev Metres of the harsh term, and metres of `perKm` times basis points.
    uint256 private constant HARSH_DISTANCE_M = 100_000;
    uint256 private constant KM_BPS = 1_000 * BPS;

    /// @notice The factor of a period, in basis points.
    function factorBps(
        PremiumRates memory rates,
        PremiumPeriod memory period
    ) internal pure returns (uint256) {
        uint256 driven = Math.max(period.drivingS, 1);
        uint256 factor =
            rates.minFactorBps +
                Math.ceilDiv(rates.nightBps * period.nightS, driven) +
                Math.ceilDiv(rates.overLimitBps * period.overLimitS, driven) +
                Math.ceilDiv(
                    rates.harshBps * period.harshEvents * HARSH_DISTANCE_M,
                    Math.max(period.distanceM, 1)
                );
        return Math.min(factor, rates.maxFactorBps);
    }

    /// @notice What a period costs at a factor, in base units.
    function premium(
        PremiumRates memory rates,
        PremiumPeriod memory period,
        uint256 factor
    ) internal pure returns (uint256) {
        return
            Math.ceilDiv(rates.perKm * period.distanceM * factor, KM_BPS) +
            Math.ceilDiv(rates.perDay * period.coverS, 1 days) +
            Math.ceilDiv(rates.perDrivingHour * period.drivingS, 1 hours);
    }

    /// @notice What lies between two states of the counters, none of which fell, over `coverS` seconds of cover.
    function between(
        TripCounters calldata from,
        TripCounters calldata to,
        uint256 coverS
    ) internal pure returns (PremiumPeriod memory period) {
        period.distanceM = to.distanceM - from.distanceM;
        period.coverS = coverS;
        period.drivingS = to.drivingS - from.drivingS;
        period.nightS = to.nightS - from.nightS;
        period.overLimitS = to.overLimitS - from.overLimitS;
        uint256 severe =
            uint256(to.severeBrakes - from.severeBrakes) +
                (to.severeAccelerations - from.severeAccelerations) +
                (to.severeCorners - from.severeCorners);
        period.harshEvents =
            uint256(to.harshBrakes - from.harshBrakes) +
            (to.harshAccelerations - from.harshAccelerations) +
            (to.harshCorners - from.harshCorners) +
            SEVERE_WEIGHT * severe;
    }

    /// @notice What is assumed of `silentS` seconds of which nothing is proven: the most driving there can be.
    function silent(
        PremiumRates memory rates,
        uint256 silentS
    ) internal pure returns (PremiumPeriod memory period) {
        period.distanceM = Math.ceilDiv(rates.maxDailyM * silentS, 1 days);
        period.coverS = silentS;
        period.drivingS = silentS;
    }

    /// @notice The period without the distance and time that were billed already while it was silent. The shares and events keep
    /// their weight; what was assumed beyond what was driven stays the price of silence.
    function without(
        PremiumPeriod memory period,
        PremiumPeriod memory billed
    ) internal pure returns (PremiumPeriod memory) {
        period.distanceM = Math.saturatingSub(period.distanceM, billed.distanceM);
        period.drivingS = Math.saturatingSub(period.drivingS, billed.drivingS);
        return period;
    }

    /// @notice Whether the odometer of the life record and the counter disagree on what was driven since the baseline, by more
    /// than 2 km and 2 percent. All distances in metres since the baseline.
    /// @param driven By the odometer.
    /// @param countedBefore By the counter, at a time not after the reading.
    /// @param countedAfter By the counter, at a time not before the reading.
    function contradicts(
        uint256 driven,
        uint256 countedBefore,
        uint256 countedAfter
    ) internal pure returns (bool) {
        return
            driven > countedAfter + _tolerance(countedAfter) ||
            driven + _tolerance(countedBefore) < countedBefore;
    }

    function _tolerance(uint256 counted) private pure returns (uint256) {
        return 2_000 + counted / 50;
    }
}
