// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The ANSI D20 codes that are brands.
/// @notice 0 (clear), 15 (reserved), 44 and 47 to 67 (undefined) are none; 78 is the last.
library BrandLib {
    uint256 internal constant CODES =
        ((uint256(1) << 79) - 1) &
            ~(uint256(1) | (1 << 15) | (1 << 44) | (((uint256(1) << 68) - 1) & ~((uint256(1) << 47) - 1)));

    function isBrand(uint8 code) internal pure returns (bool) {
        return (CODES >> code) & 1 == 1;
    }
}
