// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title ERC-4907: a time-limited user beside the owner. Interface id 0xad092b5c.
interface IERC4907 {
    /// @notice The user or the expiry of `tokenId` changed; the zero address means that there is no user.
    event UpdateUser(uint256 indexed tokenId, address indexed user, uint64 expires);

    /// @notice Sets the user of `tokenId` until `expires` (Unix seconds, inclusive).
    function setUser(uint256 tokenId, address user, uint64 expires) external;

    /// @notice The user of `tokenId`, or the zero address when there is none or its time is over.
    function userOf(uint256 tokenId) external view returns (address);

    /// @notice When the user's time ends (Unix seconds); zero when there is none.
    function userExpires(uint256 tokenId) external view returns (uint256);
}
