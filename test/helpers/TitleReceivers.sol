// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721Receiver} from "@openzeppelin/contracts/token/ERC721/IERC721Receiver.sol";

/// @dev A contract that cannot receive tokens: it does not know the question.
contract DeafContract {}

/// @dev A holder that answers, but not with the agreed word.
contract RefusingReceiver is IERC721Receiver {
    function onERC721Received(address, address, uint256, bytes calldata) external pure returns (bytes4) {
        return bytes4(0xdeadbeef);
    }
}

/// @dev A holder that reverts with a reason of its own.
contract RevertingReceiver is IERC721Receiver {
    error ReceiverClosed(uint256 tokenId);

    function onERC721Received(
        address,
        address,
        uint256 tokenId,
        bytes calldata
    ) external pure returns (bytes4) {
        revert ReceiverClosed(tokenId);
    }
}

/// @dev A holder that accepts, remembers what it was told and, when armed, makes one call before it answers. A failed
/// call is passed on as it is.
contract ReenteringReceiver is IERC721Receiver {
    address public operator;
    address public from;
    uint256 public tokenId;
    bytes public data;
    uint256 public calls;

    address private _target;
    bytes private _payload;

    function arm(address target, bytes calldata payload) external {
        _target = target;
        _payload = payload;
    }

    function onERC721Received(
        address newOperator,
        address newFrom,
        uint256 newTokenId,
        bytes calldata newData
    ) external returns (bytes4) {
        (operator, from, tokenId, data) = (newOperator, newFrom, newTokenId, newData);
        ++calls;
        if (_payload.length != 0) {
            bytes memory payload = _payload;
            delete _payload;
            (bool ok, bytes memory result) = _target.call(payload);
            if (!ok) {
                assembly ("memory-safe") {
                    revert(add(result, 0x20), mload(result))
                }
            }
        }
        return IERC721Receiver.onERC721Received.selector;
    }
}
