// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev The serials of one lot that are fitted to one vehicle: eight lanes of 32 bits. Serials begin at 1, so that zero is
/// an empty lane.
type FittedSerials is uint256;

using FittedLib for FittedSerials global;

/// @title Which serials of a lot a vehicle carries, in one word.
/// @notice One read answers whether any of them is in a range: what a recall asks of every vehicle. The loops are
/// unchecked: they end at the width of the word.
library FittedLib {
    uint256 internal constant LANES = 8;
    uint256 private constant BITS = 32;

    /// @notice Puts a serial into an empty lane. Returns false when all are taken.
    function add(FittedSerials serials, uint32 serial) internal pure returns (FittedSerials, bool) {
        uint256 word = FittedSerials.unwrap(serials);
        unchecked {
            for (uint256 shift = 0; shift < 256; shift += BITS) {
                if (uint32(word >> shift) == 0) {
                    return (FittedSerials.wrap(word | (uint256(serial) << shift)), true);
                }
            }
        }
        return (serials, false);
    }

    /// @notice Empties the lane of a serial, which is not zero. Returns false when it is in none.
    function remove(FittedSerials serials, uint32 serial) internal pure returns (FittedSerials, bool) {
        uint256 word = FittedSerials.unwrap(serials);
        unchecked {
            for (uint256 shift = 0; shift < 256; shift += BITS) {
                if (uint32(word >> shift) == serial) {
                    return (FittedSerials.wrap(word ^ (uint256(serial) << shift)), true);
                }
            }
        }
        return (serials, false);
    }

    /// @notice Whether any serial is from `from` to `to`, both included. Empty lanes never are.
    function anyIn(FittedSerials serials, uint32 from, uint32 to) internal pure returns (bool) {
        for (uint256 word = FittedSerials.unwrap(serials); word != 0; word >>= BITS) {
            uint32 serial = uint32(word);
            if (serial != 0 && serial >= from && serial <= to) return true;
        }
        return false;
    }
}
