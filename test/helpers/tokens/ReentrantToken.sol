// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @dev Makes a call before and after it transfers, and counts what became of them.
contract ReentrantToken is ERC20 {
    address private _target;
    bytes private _data;

    /// @dev Calls that the guard of the target refused, that something else refused, and that passed.
    uint64 public guarded;
    uint64 public refused;
    uint64 public passed;

    constructor() ERC20("Reentrant", "REE") {}

    function issue(address account, uint256 amount) external {
        _mint(account, amount);
    }

    function arm(address target, bytes calldata data) external {
        _target = target;
        _data = data;
    }

    function allow(address owner, address spender) external {
        _approve(owner, spender, type(uint256).max);
    }

    function _update(address from, address to, uint256 value) internal override {
        _callBack();
        super._update(from, to, value);
        _callBack();
    }

    function _callBack() private {
        if (_target == address(0)) return;
        (bool isDone, bytes memory answer) = _target.call(_data);
        if (isDone) ++passed;
        else if (bytes4(answer) == ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector) ++guarded;
        else ++refused;
    }
}
