// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title ERC-7572: metadata of the collection. Interface id 0xe8a3d485.
interface IERC7572 {
    /// @notice The collection's metadata changed.
    event ContractURIUpdated();

    /// @notice URI of the collection's metadata, a JSON object.
    function contractURI() external view returns (string memory);
}
