// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {Vm} from "./Vm.sol";

/// @dev Assertions that say what they compared. Every call carries a message.
abstract contract Assertions {
    using Strings for uint256;

    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    error AssertionFailed(string message);

    function assertTrue(bool condition, string memory message) internal pure {
        if (!condition) revert AssertionFailed(message);
    }

    function assertFalse(bool condition, string memory message) internal pure {
        assertTrue(!condition, message);
    }

    function assertEq(uint256 actual, uint256 expected, string memory message) internal pure {
        if (actual != expected) {
            revert AssertionFailed(
                string.concat(message, ": got ", actual.toString(), ", expected ", expected.toString())
            );
        }
    }

    function assertEq(bytes32 actual, bytes32 expected, string memory message) internal pure {
        if (actual != expected) {
            revert AssertionFailed(
                string.concat(
                    message,
                    ": got ",
                    uint256(actual).toHexString(32),
                    ", expected ",
                    uint256(expected).toHexString(32)
                )
            );
        }
    }

    function assertEq(address actual, address expected, string memory message) internal pure {
        assertEq(uint256(uint160(actual)), uint256(uint160(expected)), message);
    }

    function assertEq(bool actual, bool expected, string memory message) internal pure {
        assertTrue(actual == expected, message);
    }

    function assertEq(string memory actual, string memory expected, string memory message) internal pure {
        if (keccak256(bytes(actual)) != keccak256(bytes(expected))) {
            revert AssertionFailed(string.concat(message, ": got ", actual, ", expected ", expected));
        }
    }

    /// @dev Folds any number into [low, high], so that fuzzing wastes no run.
    function bound(uint256 value, uint256 low, uint256 high) internal pure returns (uint256) {
        if (value >= low && value <= high) return value;
        unchecked {
            uint256 size = high - low + 1;
            return size == 0 ? value : low + (value % size);
        }
    }
}
