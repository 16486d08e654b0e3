// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What recalls ask of whoever knows which software a vehicle runs.
interface ISoftwareRegistry {
    /// @notice Whether a vehicle stated that it runs a release, by the SHA-256 id of the release.
    function isInstalled(uint256 vehicleId, bytes32 release) external view returns (bool);

    /// @notice The manufacturer that published a release; zero when there is none.
    function publisherOf(bytes32 release) external view returns (address);
}
