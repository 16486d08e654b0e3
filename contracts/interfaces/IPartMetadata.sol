// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Lot, Materials, Unit} from "../types/PartTypes.sol";

/// @title What wallets show of a part.
interface IPartMetadata {
    /// @notice The JSON of a part id, as a data URI.
    function uri(
        uint256 partId,
        Lot calldata lot,
        Unit calldata unit,
        Materials calldata content
    ) external pure returns (string memory);

    /// @notice The JSON of the collection, as a data URI (ERC-7572).
    function contractURI() external pure returns (string memory);
}
