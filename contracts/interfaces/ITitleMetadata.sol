// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RecordState} from "../types/RecordTypes.sol";
import {TitleState} from "../types/TitleTypes.sol";

/// @title What wallets show of titles.
interface ITitleMetadata {
    /// @notice The ERC-7572 metadata of the collection, as a JSON data URI.
    function contractURI() external pure returns (string memory);

    /// @notice The ERC-721 metadata of a title, as a JSON data URI.
    function tokenURI(
        uint256 vehicleId,
        TitleState memory title,
        RecordState memory life
    ) external pure returns (string memory);
}
