// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {PoolState, Redemption} from "../types/InsuranceTypes.sol";

/// @title How much of a pool is free, and what leaves it.
/// @notice Pure. What is paid out is rounded down, what is taken for it up: in favour of those who stay.
library PoolLib {
    uint256 internal constant BPS = 10_000;

    /// @notice Capital that covers nothing.
    function free(PoolState memory state) internal pure returns (uint256) {
        assert(state.locked <= state.capital); // I1
        return state.capital - state.locked;
    }

    /// @notice What more cover could be sold: what is asked back is not.
    function sellable(PoolState memory state) internal pure returns (uint256) {
        return state.isHalted ? 0 : Math.saturatingSub(free(state), state.pending);
    }

    /// @notice The most that may be covered in one cell or fleet.
    function exposureLimit(uint96 capital, uint16 capBps) internal pure returns (uint256) {
        return (uint256(capital) * capBps) / BPS;
    }

    /// @notice The part of a request's worth that goes with some of its shares.
    function assetsOf(Redemption memory request, uint256 shares) internal pure returns (uint96 assets) {
        assets = uint96(Math.mulDiv(request.assets, shares, request.shares));
        assert(assets <= request.assets); // there are not more shares than the request's
    }

    /// @notice How many of `shares` that are worth `value` together can be paid of `available`.
    function payable_(uint256 shares, uint256 value, uint256 available) internal pure returns (uint256) {
        return value <= available ? shares : Math.mulDiv(shares, available, value);
    }
}
