// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev Leaves its coin to an account that has no say in it.
contract CoinForcer {
    constructor(address to) payable {
        bytes memory ending = abi.encodePacked(hex"73", to, hex"ff"); // PUSH20 to, SELFDESTRUCT
        // Assembly: code that ends while it is created.
        assembly ("memory-safe") {
            pop(create(callvalue(), add(ending, 32), mload(ending)))
        }
    }
}
