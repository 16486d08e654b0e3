// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPremiums} from "../interfaces/IPremiums.sol";
import {PremiumLib} from "../libraries/PremiumLib.sol";
import {PremiumPeriod, PremiumRates} from "../types/InsuranceTypes.sol";
import {TripCounters} from "../types/TelemetryTypes.sol";

/// @title What policies cost.
/// @notice No state and no owner. On its own because the policy book has no room for it, and because apps ask the same code.
contract Premiums is IPremiums {
    using PremiumLib for PremiumRates;
    using PremiumLib for PremiumPeriod;

    /// @inheritdoc IPremiums
    function premiumOf(
        PremiumRates calldata rates,
        TripCounters calldata from,
        TripCounters calldata to,
        uint256 coverS,
        uint256 assumedS,
        bool isMaximum
    ) external pure returns (uint256 premium, uint256 factorBps, uint256 distanceM) {
        PremiumRates memory tariff = rates;
        PremiumPeriod memory period = PremiumLib.between(from, to, coverS);
        factorBps = isMaximum ? tariff.maxFactorBps : tariff.factorBps(period);
        if (assumedS != 0) period = period.without(tariff.silent(assumedS));
        premium = tariff.premium(period, factorBps);
        distanceM = period.distanceM;
    }

    /// @inheritdoc IPremiums
    function silencePremiumOf(
        PremiumRates calldata rates,
        uint256 silentS
    ) external pure returns (uint256 premium, uint256 distanceM) {
        PremiumRates memory tariff = rates;
        PremiumPeriod memory period = tariff.silent(silentS);
        premium = tariff.premium(period, tariff.maxFactorBps);
        distanceM = period.distanceM;
    }
}
