// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Assertions} from "./Assertions.sol";

/// @dev Deploys by name. `new` puts a contract's whole code into every test that uses it: compiling them all then takes minutes, and
/// more than the compiler can write. A test that fails shows its way with `-vvvvv`.
abstract contract Deploying is Assertions {
    function _deploy(string memory name, bytes memory arguments) internal returns (address deployed) {
        bytes memory code = bytes.concat(vm.getCode(string.concat(name, ".sol:", name)), arguments);
        // Solidity has no other way to create a contract from code that is data.
        assembly ("memory-safe") {
            deployed := create(0, add(code, 32), mload(code))
        }
        assertTrue(deployed != address(0), name);
    }
}
