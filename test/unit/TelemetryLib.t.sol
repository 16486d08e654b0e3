// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TelemetryLib} from "../../contracts/libraries/TelemetryLib.sol";
import {TripCounters} from "../../contracts/types/TelemetryTypes.sol";
import {Assertions} from "../helpers/Assertions.sol";

/// @dev What lies between two summaries, and what a leaf is.
contract TelemetryLibTest is Assertions {
    uint256 private constant COUNTERS = 12;

    function isNotBelow(TripCounters calldata to, TripCounters calldata from) external pure returns (bool) {
        return TelemetryLib.isNotBelow(to, from);
    }

    /// @dev Counters are compared one by one: no other one makes up for the one that fell.
    function testFuzz_attack_CounterFalls(TripCounters memory from, uint8 which, uint64 rise) public view {
        TripCounters memory to = _raised(from, rise);
        assertTrue(this.isNotBelow(to, from), "none fell");
        assertTrue(this.isNotBelow(from, from), "a trip may add nothing");
        uint256 field = which % COUNTERS;
        if (_valueOf(from, field) == 0) return;
        _set(to, field, _valueOf(from, field) - 1);
        assertFalse(this.isNotBelow(to, from), "one fell");
    }

    function test_attack_EachCounterFallsByOne() public view {
        TripCounters memory from = TripCounters(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
        for (uint256 field = 0; field < COUNTERS; ++field) {
            TripCounters memory to = TripCounters(9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9);
            _set(to, field, 0);
            assertFalse(this.isNotBelow(to, from), "each of them counts");
        }
    }

    function testFuzz_leafOf_IsNoInnerNode(bytes32 digest, bytes32 keyId) public pure {
        bytes32 leaf = TelemetryLib.leafOf(digest, keyId);
        assertTrue(leaf != keccak256(abi.encode(digest, keyId)), "not the hash of two words");
        assertEq(leaf, keccak256(abi.encode(keccak256(abi.encode(digest, keyId)))), "hashed twice");
    }

    function _raised(TripCounters memory from, uint64 rise) private pure returns (TripCounters memory to) {
        to = TripCounters(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        for (uint256 field = 0; field < COUNTERS; ++field) {
            uint256 most = _mostOf(field);
            uint256 value = _valueOf(from, field);
            _set(to, field, rise > most - value ? most : value + rise);
        }
    }

    /// @dev In memory a struct of numbers is one word for each.
    function _valueOf(TripCounters memory counters, uint256 field) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := mload(add(counters, mul(32, field)))
        }
    }

    function _set(TripCounters memory counters, uint256 field, uint256 value) private pure {
        assembly ("memory-safe") {
            mstore(add(counters, mul(32, field)), value)
        }
    }

    function _mostOf(uint256 field) private pure returns (uint256) {
        if (field == 0 || field > 9) return type(uint64).max;
        return field < 4 ? type(uint40).max : type(uint32).max;
    }
}
