// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1155Receiver} from "@openzeppelin/contracts/token/ERC1155/IERC1155Receiver.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";

/// @dev What the receivers below have in common.
abstract contract PartReceiver is IERC1155Receiver {
    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        return interfaceId == type(IERC1155Receiver).interfaceId || interfaceId == type(IERC165).interfaceId;
    }
}

/// @dev A holder that answers, but not with the agreed word.
contract RefusingPartReceiver is PartReceiver {
    function onERC1155Received(
        address,
        address,
        uint256,
        uint256,
        bytes calldata
    ) external pure returns (bytes4) {
        return IERC1155Receiver.onERC1155BatchReceived.selector; // the word for the other question
    }

    function onERC1155BatchReceived(
        address,
        address,
        uint256[] calldata,
        uint256[] calldata,
        bytes calldata
    ) external pure returns (bytes4) {
        return IERC1155Receiver.onERC1155Received.selector;
    }
}

/// @dev A holder that reverts with a reason of its own.
contract RevertingPartReceiver is PartReceiver {
    error ReceiverClosed(uint256 partId);

    function onERC1155Received(
        address,
        address,
        uint256 partId,
        uint256,
        bytes calldata
    ) external pure returns (bytes4) {
        revert ReceiverClosed(partId);
    }

    function onERC1155BatchReceived(
        address,
        address,
        uint256[] calldata partIds,
        uint256[] calldata,
        bytes calldata
    ) external pure returns (bytes4) {
        revert ReceiverClosed(partIds[0]);
    }
}

/// @dev A holder that accepts, remembers what it was told and, when armed, makes one call before it answers. A failed
/// call is passed on as it is.
contract ReenteringPartReceiver is PartReceiver {
    address public operator;
    address public from;
    bytes public data;
    uint256 public singles;
    uint256 public batches;
    uint256[] public partIds;
    uint256[] public quantities;

    address private _target;
    bytes private _payload;

    function arm(address target, bytes calldata payload) external {
        _target = target;
        _payload = payload;
    }

    function received() external view returns (uint256) {
        return partIds.length;
    }

    function onERC1155Received(
        address newOperator,
        address newFrom,
        uint256 partId,
        uint256 quantity,
        bytes calldata newData
    ) external returns (bytes4) {
        (operator, from, data) = (newOperator, newFrom, newData);
        partIds.push(partId);
        quantities.push(quantity);
        ++singles;
        _call();
        return IERC1155Receiver.onERC1155Received.selector;
    }

    function onERC1155BatchReceived(
        address newOperator,
        address newFrom,
        uint256[] calldata newPartIds,
        uint256[] calldata newQuantities,
        bytes calldata newData
    ) external returns (bytes4) {
        (operator, from, data) = (newOperator, newFrom, newData);
        for (uint256 i = 0; i < newPartIds.length; ++i) {
            partIds.push(newPartIds[i]);
            quantities.push(newQuantities[i]);
        }
        ++batches;
        _call();
        return IERC1155Receiver.onERC1155BatchReceived.selector;
    }

    function _call() private {
        if (_payload.length == 0) return;
        bytes memory payload = _payload;
        delete _payload;
        (bool ok, bytes memory result) = _target.call(payload);
        if (!ok) {
            assembly ("memory-safe") {
                revert(add(result, 0x20), mload(result))
            }
        }
    }
}
