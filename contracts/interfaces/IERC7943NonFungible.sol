// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title ERC-7943 for ERC-721 tokens: freezing and forced transfer. Interface id 0xbf1ef5fe.
interface IERC7943NonFungible {
    /// @notice `tokenId` was taken from `from` and given to `to`.
    event ForcedTransfer(address indexed from, address indexed to, uint256 indexed tokenId);

    /// @notice `tokenId` of `account` was frozen or released.
    event Frozen(address indexed account, uint256 indexed tokenId, bool indexed frozenStatus);

    /// @notice `account` may not send tokens.
    error ERC7943CannotSend(address account);

    /// @notice `account` may not receive tokens.
    error ERC7943CannotReceive(address account);

    /// @notice The rules do not allow this transfer.
    error ERC7943CannotTransfer(address from, address to, uint256 tokenId);

    /// @notice `tokenId` of `account` is frozen.
    error ERC7943InsufficientUnfrozenBalance(address account, uint256 tokenId);

    /// @notice Gives `tokenId` to `to` against the will of `from`.
    function forcedTransfer(address from, address to, uint256 tokenId) external returns (bool result);

    /// @notice Freezes or releases `tokenId` of `account`.
    function setFrozenTokens(
        address account,
        uint256 tokenId,
        bool frozenStatus
    ) external returns (bool result);

    /// @notice Whether `account` may send tokens at all.
    function canSend(address account) external view returns (bool allowed);

    /// @notice Whether `account` may receive tokens at all.
    function canReceive(address account) external view returns (bool allowed);

    /// @notice Whether `tokenId` of `account` is frozen.
    function getFrozenTokens(address account, uint256 tokenId) external view returns (bool frozenStatus);

    /// @notice Whether the rules allow this transfer; it says nothing of ownership and approval.
    function canTransfer(address from, address to, uint256 tokenId) external view returns (bool allowed);
}
