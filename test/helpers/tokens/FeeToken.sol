// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @dev Keeps a part of every transfer for itself, as soon as the fee is set.
contract FeeToken is ERC20 {
    uint256 private _feeBasisPoints;

    constructor() ERC20("Fee", "FEE") {}

    function issue(address account, uint256 amount) external {
        _mint(account, amount);
    }

    function setFee(uint256 basisPoints) external {
        _feeBasisPoints = basisPoints;
    }

    function _update(address from, address to, uint256 value) internal override {
        uint256 fee = from == address(0) || to == address(0) ? 0 : (value * _feeBasisPoints) / 10_000;
        if (fee != 0) super._update(from, address(0xFEE), fee);
        super._update(from, to, value - fee);
    }
}
