// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Up to eight reports in one word, the highest first.
/// @notice Pure. A report is 32 bits; the highest stands in the highest bits.
library IndexLib {
    uint256 internal constant LANES = 8;

    /// @notice The word with one more report, if there is room for it.
    function insert(uint256 reports, uint256 count, uint32 value) internal pure returns (uint256) {
        assert(count < LANES);
        uint256 place = count;
        while (place != 0 && laneOf(reports, place - 1) < value) --place;
        // What is lower moves down by one lane; nothing is lost, for the last lane is empty.
        uint256 tail = place == 0 ? reports : reports & (type(uint256).max >> (place * 32));
        return (reports ^ tail) | (tail >> 32) | (uint256(value) << _shift(place));
    }

    /// @notice The report at a place, from 0 for the highest.
    function laneOf(uint256 reports, uint256 place) internal pure returns (uint32) {
        return uint32(reports >> _shift(place)); // the lane
    }

    function _shift(uint256 place) private pure returns (uint256) {
        return (LANES - 1 - place) * 32;
    }
}
