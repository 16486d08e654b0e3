// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {OdometerUnit} from "../types/RecordTypes.sol";

/// @title The rules by which an odometer reading becomes the last good one, or an anomaly.
/// @notice Readings are compared in millimetres, so that a change of unit hides nothing. A reading of v stands for
/// a distance in [v, v + 1) of its unit, because tenths are dropped: a reading counts as lower only when even the
/// end of that interval is not beyond the last good one.
library OdometerLib {
    uint8 internal constant NONE = 0;
    uint8 internal constant LOWER = 1;
    uint8 internal constant JUMP = 2;
    uint8 internal constant LATE_HIGHER = 4;

    uint256 internal constant MM_PER_KM = 1_000_000;
    uint256 internal constant MM_PER_MI = 1_609_344;

    /// @dev More than this in a started day is no car's mileage: 24 hours at 62 km/h on average, every day.
    uint256 internal constant MAX_MM_PER_DAY = 1_500 * MM_PER_KM;

    /// @dev A first reading has nothing to be judged against; beyond this it is a slip or a lie.
    uint256 internal constant MAX_FIRST_MM = 5_000_000 * MM_PER_KM;

    /// @notice Judges a reading against the last good one.
    /// @return anomaly One of the flags above, `NONE` when the reading agrees with the past.
    /// @return isNewest Whether the reading becomes the last good one.
    function assess(
        uint32 lastValue,
        OdometerUnit lastUnit,
        uint40 lastAt,
        uint32 value,
        OdometerUnit unit,
        uint40 observedAt
    ) internal pure returns (uint8 anomaly, bool isNewest) {
        if (lastUnit == OdometerUnit.None) {
            return value * _mm(unit) > MAX_FIRST_MM ? (JUMP, false) : (NONE, true);
        }

        // Unchecked: a reading is below 2^32 and a unit below 2^21, so that nothing here reaches 2^54.
        unchecked {
            uint256 last = lastValue * _mm(lastUnit);
            uint256 low = value * _mm(unit);

            if (observedAt < lastAt) {
                // A reading that arrives late may be lower than a newer one, but not beyond it.
                return (low >= last + _mm(lastUnit) ? LATE_HIGHER : NONE, false);
            }
            if (low + _mm(unit) <= last) return (LOWER, false);

            uint256 daysStarted = (observedAt - lastAt) / 1 days + 1;
            if (low > last + daysStarted * MAX_MM_PER_DAY) return (JUMP, false);

            // Within the dropped tenths of the last good reading, yet below it: agreed to, but never taken over, or
            // a switch of units to and fro would walk the last good value down.
            return (NONE, low >= last);
        }
    }

    function _mm(OdometerUnit unit) private pure returns (uint256) {
        return unit == OdometerUnit.Mi ? MM_PER_MI : MM_PER_KM;
    }
}
