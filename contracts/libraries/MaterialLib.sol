// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CriticalMaterial, Materials} from "../types/PartTypes.sol";

/// @dev `Materials` in one word: six lanes of 40 bits, cobalt lowest.
type PackedMaterials is uint256;

using MaterialLib for PackedMaterials global;

/// @title The mass balance of critical materials, in grams.
/// @notice Units of a lot contain equal shares of what the lot contains. Shares are rounded down, so that however a lot is
/// consumed, the shares never add up to more than the lot contained.
library MaterialLib {
    uint256 internal constant KINDS = 6;
    uint256 private constant BITS = 40;
    uint256 private constant MASK = type(uint40).max;

    function pack(Materials memory grams) internal pure returns (PackedMaterials) {
        return
            PackedMaterials.wrap(
                uint256(grams.cobaltG) |
                    (uint256(grams.lithiumG) << 40) |
                    (uint256(grams.nickelG) << 80) |
                    (uint256(grams.leadG) << 120) |
                    (uint256(grams.graphiteG) << 160) |
                    (uint256(grams.rareEarthsG) << 200)
            );
    }

    function unpack(PackedMaterials packed) internal pure returns (Materials memory grams) {
        grams.cobaltG = uint40(packed.gramsOf(0));
        grams.lithiumG = uint40(packed.gramsOf(1));
        grams.nickelG = uint40(packed.gramsOf(2));
        grams.leadG = uint40(packed.gramsOf(3));
        grams.graphiteG = uint40(packed.gramsOf(4));
        grams.rareEarthsG = uint40(packed.gramsOf(5));
    }

    function gramsOf(PackedMaterials packed, uint256 lane) internal pure returns (uint256) {
        return (PackedMaterials.unwrap(packed) >> (lane * BITS)) & MASK;
    }

    function isNone(PackedMaterials packed) internal pure returns (bool) {
        return PackedMaterials.unwrap(packed) == 0;
    }

    /// @notice What a material lot of `grams` contains: itself, or nothing that is critical.
    function ofMaterial(CriticalMaterial material, uint256 grams) internal pure returns (PackedMaterials) {
        if (material == CriticalMaterial.Other) return PackedMaterials.wrap(0);
        return PackedMaterials.wrap(grams << ((uint256(material) - 1) * BITS));
    }

    /// @notice Adds to `available`, in grams of each lane, what `quantity` of a lot's `total` units contain.
    function addShare(
        uint256[KINDS] memory available,
        PackedMaterials content,
        uint256 quantity,
        uint256 total
    ) internal pure {
        uint256 word = PackedMaterials.unwrap(content);
        for (uint256 lane = 0; word != 0; ++lane) {
            // 40-bit factors: no overflow
            available[lane] += ((word & MASK) * quantity) / total;
            word >>= BITS;
        }
    }

    /// @notice Takes `content` from `available`. Returns the first lane of which there is not enough, or `KINDS`.
    function take(
        uint256[KINDS] memory available,
        PackedMaterials content
    ) internal pure returns (uint256 lacking) {
        uint256 word = PackedMaterials.unwrap(content);
        for (uint256 lane = 0; word != 0; ++lane) {
            uint256 grams = word & MASK;
            if (grams > available[lane]) return lane;
            available[lane] -= grams;
            word >>= BITS;
        }
        return KINDS;
    }
}
