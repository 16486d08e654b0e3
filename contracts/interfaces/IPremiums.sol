// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PremiumRates} from "../types/InsuranceTypes.sol";
import {TripCounters} from "../types/TelemetryTypes.sol";

/// @title What policies cost, for the policy book and for whoever wants to know before.
/// @notice The arithmetic is that of `PremiumLib`. Amounts are in base units of the pool's token.
interface IPremiums {
    /// @notice What is billed for driving between two states of the counters, none of which fell.
    /// @param coverS Seconds of cover in it.
    /// @param assumedS Seconds that were billed as silence since the first state.
    /// @param isMaximum Whether it is billed at the maximum factor.
    /// @return premium The bill.
    /// @return factorBps The factor, in basis points.
    /// @return distanceM The metres in it, without those that were billed as silence.
    function premiumOf(
        PremiumRates calldata rates,
        TripCounters calldata from,
        TripCounters calldata to,
        uint256 coverS,
        uint256 assumedS,
        bool isMaximum
    ) external pure returns (uint256 premium, uint256 factorBps, uint256 distanceM);

    /// @notice What is billed for `silentS` seconds of which nothing is proven, and the metres assumed in it.
    function silencePremiumOf(
        PremiumRates calldata rates,
        uint256 silentS
    ) external pure returns (uint256 premium, uint256 distanceM);
}
