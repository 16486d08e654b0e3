// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Mandate, MandateState} from "../types/ChannelTypes.sol";

/// @title How much of a mandate is left, and what it is after some was spent.
/// @notice Pure. Periods are counted from `validFrom`: a period's allowance is whole again in the second it ends, and what
/// was not spent of it is not carried on.
library MandateLib {
    /// @notice What may still be spent at `time` (Unix seconds, not before `validFrom`).
    function left(
        Mandate memory mandate,
        MandateState memory state,
        uint256 time
    ) internal pure returns (uint256) {
        uint256 inPeriod =
            mandate.capPerPeriod -
                (periodStartAt(mandate, time) == state.periodStart ? state.spentInPeriod : 0);
        uint256 inAll = mandate.totalCap - state.spent;
        return inPeriod < inAll ? inPeriod : inAll;
    }

    /// @notice The state after `amount`, not more than what was left, has been spent.
    function spend(
        Mandate memory mandate,
        MandateState memory state,
        uint96 amount,
        uint256 time
    ) internal pure returns (MandateState memory) {
        assert(amount <= left(mandate, state, time));
        uint40 start = periodStartAt(mandate, time);
        state.spentInPeriod = (start == state.periodStart ? state.spentInPeriod : 0) + amount;
        state.periodStart = start;
        state.spent += amount;
        assert(state.spentInPeriod <= mandate.capPerPeriod && state.spent <= mandate.totalCap);
        return state;
    }

    /// @notice When the period of `time` began.
    function periodStartAt(Mandate memory mandate, uint256 time) internal pure returns (uint40) {
        uint256 start = time - ((time - mandate.validFrom) % mandate.periodSeconds);
        return uint40(start); // not later than `time`, which fits for another 34,000 years
    }
}
