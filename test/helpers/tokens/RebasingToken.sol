// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @dev Balances are shares of a whole that can shrink or grow.
contract RebasingToken is ERC20 {
    uint256 private _percent = 100;

    constructor() ERC20("Rebasing", "REB") {}

    function issue(address account, uint256 amount) external {
        _mint(account, amount);
    }

    function rebase(uint256 percent) external {
        _percent = percent;
    }

    function balanceOf(address account) public view override returns (uint256) {
        return (super.balanceOf(account) * _percent) / 100;
    }

    function _update(address from, address to, uint256 value) internal override {
        uint256 shares = (value * 100) / _percent;
        uint256 held = super.balanceOf(from);
        if (from != address(0) && shares > held) revert ERC20InsufficientBalance(from, held, value);
        super._update(from, to, shares);
    }
}
