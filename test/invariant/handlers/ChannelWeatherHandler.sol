// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Mandate} from "../../../contracts/types/ChannelTypes.sol";
import {PlainToken} from "../mocks/ChannelTokens.sol";
import {CoinForcer} from "../mocks/CoinForcer.sol";
import {Mood} from "../mocks/MoodyWallet.sol";
import {ChannelHandler} from "./ChannelHandler.sol";

/// @dev What happens to the contract without a call: time, gifts, and tokens and wallets that change their minds.
abstract contract ChannelWeatherHandler is ChannelHandler {
    /// @dev Minutes, hours or days; or to the second before or in which a period or a delay is over.
    function pass(uint256 seed) external drawing(seed) {
        uint256 way = _below(6);
        if (way == 0) vm.warp(block.timestamp + 1 + _below(10 minutes));
        if (way == 1) vm.warp(block.timestamp + 1 + _below(10 hours));
        if (way == 2) vm.warp(block.timestamp + 1 + _below(5 days));
        if (way == 3) {
            uint40 deadline = ledger.purseOf(_somePurse(Want.Closing)).closeDeadline;
            if (deadline > block.timestamp + 1) vm.warp(deadline - _below(2));
        }
        if (way > 3 && ledger.grantCount() != 0) {
            Mandate memory mandate = ledger.grantOf(_below(ledger.grantCount())).mandate;
            if (block.timestamp < mandate.validFrom) return;
            uint256 gone = (block.timestamp - mandate.validFrom) % mandate.periodSeconds;
            vm.warp(
                block.timestamp + mandate.periodSeconds - gone - (mandate.periodSeconds > 1 ? _below(2) : 0)
            );
        }
    }

    /// @dev Coin comes without a call, as from a contract that ends; the contract has no way to refuse it.
    function donate(uint256 seed) external drawing(seed) {
        address[] memory assets = ledger.assets();
        address asset = assets[_below(assets.length)];
        uint256 amount = 1 + _below(500);
        if (asset == address(0)) {
            vm.prank(stranger);
            new CoinForcer{value: amount}(address(channels));
        } else {
            if (asset == address(blocking)) {
                blocking.setBlocked(stranger, false);
                blocking.setBlocked(address(channels), false);
            }
            vm.prank(stranger);
            (bool isSent, ) = asset.call(abi.encodeCall(PlainToken.transfer, (address(channels), amount)));
            assertTrue(isSent, "C2 a donation of a token");
        }
        ledger.noteDonated(asset, stranger, amount);
        ledger.count("donated");
    }

    /// @dev Wallets that refuse coin are rather likely to, the contract is rather unlikely to be blocked.
    function changeMinds(uint256 seed) external drawing(seed) {
        if (_once(2)) {
            Mood mood = [Mood.Kind, Mood.Refusing, Mood.Burning, Mood.Verbose][_below(4)];
            wallets[_below(wallets.length)].setMood(mood);
            return;
        }
        address account = _once(8) ? address(channels) : cast[_below(cast.length)];
        bool isBlocked = blocking.isBlocked(account);
        // lest all end up on the list
        blocking.setBlocked(address(channels), false);
        blocking.setBlocked(cast[_below(cast.length)], false);
        blocking.setBlocked(account, !isBlocked);
        blocking.setSilent(_once(2));
        ledger.count(isBlocked ? "took from the list" : "put on the list");
    }
}
