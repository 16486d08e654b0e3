// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISoftwareRegistry} from "../../contracts/interfaces/ISoftwareRegistry.sol";

/// @dev Says of releases what a test tells it to say.
contract SoftwareRegistryMock is ISoftwareRegistry {
    mapping(bytes32 release => address) public publisherOf;
    mapping(uint256 vehicleId => mapping(bytes32 release => bool)) public isInstalled;

    function publish(bytes32 release, address publisher) external {
        publisherOf[release] = publisher;
    }

    function setInstalled(uint256 vehicleId, bytes32 release, bool installed) external {
        isInstalled[vehicleId][release] = installed;
    }
}
