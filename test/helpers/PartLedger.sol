// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {PartsTest} from "./PartsTest.sol";
import {Vm} from "./Vm.sol";

/// @dev Keeps balances as any wallet or indexer would: from the events of ERC-1155 and nothing else.
abstract contract PartLedger is PartsTest {
    mapping(uint256 partId => mapping(address account => uint256)) private _balances;
    mapping(uint256 partId => uint256) private _minted;
    mapping(uint256 partId => uint256) private _burnt;

    /// @dev Books every transfer since `vm.recordLogs` or the last call of this.
    function _book() internal {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter != address(parts)) continue;
            bytes32 topic = logs[i].topics[0];
            if (topic == IERC1155.TransferSingle.selector) _bookSingle(logs[i]);
            if (topic == IERC1155.TransferBatch.selector) _bookBatch(logs[i]);
        }
    }

    /// @dev Drops what was recorded since: of a call that failed the runner may keep the events, a chain does not.
    function _forget() internal {
        vm.getRecordedLogs();
    }

    function _assertBooked(uint256 partId, address account, string memory message) internal view {
        assertEq(parts.balanceOf(account, partId), _balances[partId][account], message);
    }

    function _assertSupply(uint256 partId, string memory message) internal view {
        assertEq(parts.totalSupply(partId), _minted[partId] - _burnt[partId], message);
    }

    function _bookSingle(Vm.Log memory log) private {
        (uint256 partId, uint256 quantity) = abi.decode(log.data, (uint256, uint256));
        _bookMove(_account(log.topics[2]), _account(log.topics[3]), partId, quantity);
    }

    function _bookBatch(Vm.Log memory log) private {
        (uint256[] memory partIds, uint256[] memory quantities) = abi.decode(
            log.data,
            (uint256[], uint256[])
        );
        for (uint256 i = 0; i < partIds.length; ++i) {
            _bookMove(_account(log.topics[2]), _account(log.topics[3]), partIds[i], quantities[i]);
        }
    }

    function _bookMove(address from, address to, uint256 partId, uint256 quantity) private {
        if (from == address(0)) _minted[partId] += quantity;
        else _balances[partId][from] -= quantity;
        if (to == address(0)) _burnt[partId] += quantity;
        else _balances[partId][to] += quantity;
    }

    function _account(bytes32 topic) private pure returns (address) {
        return address(uint160(uint256(topic)));
    }
}
