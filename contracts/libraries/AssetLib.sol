// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC3009} from "@openzeppelin/contracts/interfaces/draft-IERC3009.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IPermit2} from "../interfaces/IPermit2.sol";
import {Funding, FundingKind} from "../types/ChannelTypes.sol";

/// @title Money in and out: the native coin (zero address) and ERC-20 tokens.
/// @notice What comes in is measured; what goes out may fail without stopping anything else.
library AssetLib {
    using SafeERC20 for IERC20;

    /// @notice The contract received another amount than was asked for: a token that takes a fee.
    error AssetAmountMismatch(address asset, uint256 received, uint256 amount);

    /// @notice The call came with another value than the native deposit, or with a value where a token is paid.
    error AssetValueMismatch(uint256 value, uint256 expected);

    /// @notice Only the account whose money it is can fund by its allowance, its permit or with the native coin.
    error AssetPayerNotCaller(address payer, address caller);

    /// @dev What follows the witness in Permit2's type: the witness itself, then the types in the order of the alphabet.
    string internal constant WITNESS_TYPE =
        "ChannelFunding witness)ChannelFunding(bytes32 fundingId)TokenPermissions(address token,uint256 amount)";
    bytes32 internal constant CHANNEL_FUNDING_TYPEHASH = keccak256("ChannelFunding(bytes32 fundingId)");

    /// @dev Enough for a wallet that forwards or records, too little to do harm: a batch has one payout.
    uint256 private constant NATIVE_PUSH_GAS = 50_000;

    /// @dev Tokens write two balances; those that call their receiver are cut off here.
    uint256 private constant TOKEN_PUSH_GAS = 250_000;

    /// @notice Takes exactly `amount` from `from`.
    /// @param fundingId What the money is for, which a relayed signature has to name.
    function pull(
        address asset,
        address from,
        uint256 amount,
        bytes32 fundingId,
        Funding calldata funding,
        address permit2
    ) internal {
        if (asset == address(0)) {
            require(msg.sender == from, AssetPayerNotCaller(from, msg.sender));
            require(msg.value == amount, AssetValueMismatch(msg.value, amount));
            return;
        }
        require(msg.value == 0, AssetValueMismatch(msg.value, 0));
        uint256 before = IERC20(asset).balanceOf(address(this));
        if (funding.kind == FundingKind.Authorization) {
            _receiveAuthorised(asset, from, amount, fundingId, funding.data);
        } else if (funding.kind == FundingKind.Permit2) {
            _receiveByPermit2(asset, from, amount, fundingId, funding.data, permit2);
        } else {
            require(msg.sender == from, AssetPayerNotCaller(from, msg.sender));
            if (funding.kind == FundingKind.Permit) _permit(asset, from, funding.data);
            IERC20(asset).safeTransferFrom(from, address(this), amount);
        }
        _requireReceived(asset, before, amount);
    }

    /// @notice Whether the payer signed for this very deposit, so that anybody may bring it.
    function isRelayed(Funding calldata funding) internal pure returns (bool) {
        return funding.kind == FundingKind.Authorization || funding.kind == FundingKind.Permit2;
    }

    /// @notice Takes exactly `amount` of a token from an owner that gave this contract an allowance.
    function pullAllowed(address asset, address from, uint256 amount) internal {
        uint256 before = IERC20(asset).balanceOf(address(this));
        IERC20(asset).safeTransferFrom(from, address(this), amount);
        _requireReceived(asset, before, amount);
    }

    /// @notice Sends `amount`. Returns whether it arrived, as far as the receiver or the token says.
    /// @param isLimited Whether others are waiting behind this payment; one that is collected alone may use all the gas.
    function push(address asset, address to, uint256 amount, bool isLimited) internal returns (bool isSent) {
        uint256 limit = isLimited ? (asset == address(0) ? NATIVE_PUSH_GAS : TOKEN_PUSH_GAS) : gasleft();
        if (asset == address(0)) {
            // Assembly: a high-level call would copy whatever the receiver returns, and pay for it.
            assembly ("memory-safe") {
                isSent := call(limit, to, amount, 0, 0, 0, 0)
            }
            return isSent;
        }
        bytes memory data = abi.encodeCall(IERC20.transfer, (to, amount));
        uint256 returned;
        uint256 size;
        assembly ("memory-safe") {
            mstore(0, 0)
            isSent := call(limit, asset, 0, add(data, 32), mload(data), 0, 32)
            returned := mload(0)
            size := returndatasize()
        }
        // Older tokens return nothing; an account without code would accept everything.
        return isSent && (size == 0 ? asset.code.length != 0 : (size >= 32 && returned == 1));
    }

    /// @dev Somebody may have used the permit already; then the allowance stands, and if not, the transfer says so.
    function _permit(address asset, address from, bytes calldata data) private {
        (uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) = abi.decode(
            data,
            (uint256, uint256, uint8, bytes32, bytes32)
        );
        try IERC20Permit(asset).permit(from, address(this), value, deadline, v, r, s) {} catch {}
    }

    function _receiveAuthorised(
        address asset,
        address from,
        uint256 amount,
        bytes32 fundingId,
        bytes calldata data
    ) private {
        (uint256 validAfter, uint256 validBefore, uint256 salt, uint8 v, bytes32 r, bytes32 s) = abi.decode(
            data,
            (uint256, uint256, uint256, uint8, bytes32, bytes32)
        );
        IERC3009(asset).receiveWithAuthorization(
            from,
            address(this),
            amount,
            validAfter,
            validBefore,
            keccak256(abi.encode(fundingId, salt)),
            v,
            r,
            s
        );
    }

    function _receiveByPermit2(
        address asset,
        address from,
        uint256 amount,
        bytes32 fundingId,
        bytes calldata data,
        address permit2
    ) private {
        (uint256 nonce, uint256 deadline, bytes memory signature) = abi.decode(
            data,
            (uint256, uint256, bytes)
        );
        IPermit2(permit2).permitWitnessTransferFrom(
            IPermit2.PermitTransferFrom({
                permitted: IPermit2.TokenPermissions({token: asset, amount: amount}),
                nonce: nonce,
                deadline: deadline
            }),
            IPermit2.SignatureTransferDetails({to: address(this), requestedAmount: amount}),
            from,
            keccak256(abi.encode(CHANNEL_FUNDING_TYPEHASH, fundingId)),
            WITNESS_TYPE,
            signature
        );
    }

    function _requireReceived(address asset, uint256 before, uint256 amount) private view {
        uint256 present = IERC20(asset).balanceOf(address(this));
        uint256 received = present > before ? present - before : 0;
        require(received == amount, AssetAmountMismatch(asset, received, amount));
    }
}
