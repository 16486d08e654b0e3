// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";

/// @title A stablecoin for local chains: six decimals, permits (ERC-2612), authorised transfers (ERC-3009).
/// @notice Anybody may issue any amount. It is never deployed by the modules of Ignition.
contract StablecoinMock is ERC20Permit, ERC3009 {
    constructor() ERC20("Local Euro", "LEUR") ERC20Permit("Local Euro") {}

    function issue(address account, uint256 amount) external {
        _mint(account, amount);
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }
}
