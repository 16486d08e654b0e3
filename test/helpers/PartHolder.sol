// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1155Receiver} from "@openzeppelin/contracts/token/ERC1155/IERC1155Receiver.sol";
import {ERC165} from "@openzeppelin/contracts/utils/introspection/ERC165.sol";

/// @dev A contract that holds parts, acts as its owner says, takes what it is sent while it is open and, when armed,
/// makes one call before it answers. A failed call is passed on as it is.
contract PartHolder is IERC1155Receiver, ERC165 {
    error HolderClosed(uint256 partId);

    bool public isClosed;
    uint256 public calls;
    address public lastFrom;
    bytes4 private _answer;
    address private _target;
    bytes private _payload;

    function act(address target, bytes calldata payload) external returns (bytes memory) {
        return _call(target, payload);
    }

    function close(bool newIsClosed) external {
        isClosed = newIsClosed;
    }

    /// @dev Answers with another word than the agreed one.
    function answer(bytes4 word) external {
        _answer = word;
    }

    function arm(address target, bytes calldata payload) external {
        _target = target;
        _payload = payload;
    }

    function onERC1155Received(
        address,
        address from,
        uint256 partId,
        uint256,
        bytes calldata
    ) external returns (bytes4) {
        _receive(from, partId);
        return _answer == 0 ? this.onERC1155Received.selector : _answer;
    }

    function onERC1155BatchReceived(
        address,
        address from,
        uint256[] calldata partIds,
        uint256[] calldata,
        bytes calldata
    ) external returns (bytes4) {
        _receive(from, partIds[0]);
        return _answer == 0 ? this.onERC1155BatchReceived.selector : _answer;
    }

    function _receive(address from, uint256 partId) private {
        require(!isClosed, HolderClosed(partId));
        lastFrom = from;
        ++calls;
        if (_payload.length == 0) return;
        bytes memory payload = _payload;
        delete _payload;
        _call(_target, payload);
    }

    function _call(address target, bytes memory payload) private returns (bytes memory) {
        (bool ok, bytes memory result) = target.call(payload);
        if (!ok) {
            assembly ("memory-safe") {
                revert(add(result, 0x20), mload(result))
            }
        }
        return result;
    }
}
