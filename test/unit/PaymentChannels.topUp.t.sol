// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IPaymentChannels} from "../../contracts/interfaces/IPaymentChannels.sol";
import {AssetLib} from "../../contracts/libraries/AssetLib.sol";
import {ChannelTerms, Funding, FundingKind} from "../../contracts/types/ChannelTypes.sol";
import {ChannelsTest} from "../helpers/ChannelsTest.sol";

contract PaymentChannelsTopUpTest is ChannelsTest {
    function _topUp(address caller, ChannelTerms memory terms, uint96 amount) private {
        vm.prank(caller);
        channels.topUp{value: terms.asset == address(0) ? amount : 0}(terms, amount, _approval());
    }

    function _giveStranger(uint256 amount) private {
        token.issue(stranger, amount);
        vm.deal(stranger, amount);
        vm.prank(stranger);
        token.approve(address(channels), amount);
    }

    function _expectToppedUp(
        ChannelTerms memory terms,
        address funder,
        uint96 amount,
        uint96 deposited
    ) private {
        vm.expectEmit(address(channels));
        emit IPaymentChannels.ChannelToppedUp(_id(terms), funder, amount, deposited);
    }

    /* FAILURES */

    function test_topUp_RevertWhen_ChannelIsNotOpen() public {
        ChannelTerms memory terms = _terms();
        bytes memory reason = abi.encodeWithSelector(IPaymentChannels.ChannelNotOpen.selector, _id(terms));
        vm.expectRevert(reason);
        _topUp(payer, terms, 1);
        _open(terms, AMOUNT);
        _close(terms);
        vm.expectRevert(reason);
        _topUp(payer, terms, 1);
        _assertChannel(terms, 0, 0, 0, 1, "as closed as before");
    }

    function test_topUp_RevertWhen_AmountIsZero() public {
        (ChannelTerms memory terms, bytes32 channelId) = _openDefault();
        vm.expectRevert(abi.encodeWithSelector(IPaymentChannels.ChannelAmountZero.selector, channelId));
        _topUp(payer, terms, 0);
    }

    function test_topUp_RevertWhen_PayerHasAskedToClose() public {
        (ChannelTerms memory terms, bytes32 channelId) = _openDefault();
        _requestClose(terms);
        uint40[3] memory times = [NOW, NOW + uint40(DELAY), NOW + uint40(DELAY) + 1];
        for (uint256 i = 0; i < times.length; ++i) {
            vm.warp(times[i]);
            vm.expectRevert(
                abi.encodeWithSelector(
                    IPaymentChannels.ChannelClosing.selector,
                    channelId,
                    NOW + uint40(DELAY)
                )
            );
            _topUp(payer, terms, 1);
        }
        vm.prank(payer);
        channels.cancelClose(terms);
        _topUp(payer, terms, 1);
        _assertChannel(terms, 0, AMOUNT + 1, 0, 0, "when it goes on, it can be topped up");
    }

    function test_topUp_RevertWhen_DepositIsTooLarge() public {
        ChannelTerms memory terms = _terms();
        _open(terms, MAX - 10);
        vm.expectRevert(
            abi.encodeWithSelector(IPaymentChannels.ChannelDepositTooLarge.selector, uint256(MAX) + 1, MAX)
        );
        _topUp(payer, terms, 11);
        vm.expectRevert(
            abi.encodeWithSelector(
                IPaymentChannels.ChannelDepositTooLarge.selector,
                uint256(MAX) - 10 + MAX,
                MAX
            )
        );
        _topUp(payer, terms, MAX);
        _topUp(payer, terms, 10);
        _assertChannel(terms, 0, MAX, 0, 0, "full");
        vm.expectRevert(
            abi.encodeWithSelector(IPaymentChannels.ChannelDepositTooLarge.selector, uint256(MAX) + 1, MAX)
        );
        _topUp(payer, terms, 1);
    }

    function test_topUp_RevertWhen_ValueIsNotTheNativeAmount() public {
        ChannelTerms memory terms = _termsIn(address(0));
        _open(terms, AMOUNT);
        for (uint256 value = 6; value < 9; value += 2) {
            vm.expectRevert(abi.encodeWithSelector(AssetLib.AssetValueMismatch.selector, value, 7));
            vm.prank(payer);
            channels.topUp{value: value}(terms, 7, _approval());
        }
    }

    function test_topUp_RevertWhen_ValueComesWithAToken() public {
        (ChannelTerms memory terms, ) = _openDefault();
        vm.expectRevert(abi.encodeWithSelector(AssetLib.AssetValueMismatch.selector, 7, 0));
        vm.prank(payer);
        channels.topUp{value: 7}(terms, 7, _approval());
    }

    function test_topUp_RevertWhen_CallerHasNoAllowanceAlthoughThePayerHas() public {
        (ChannelTerms memory terms, ) = _openDefault();
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(channels), 0, 1)
        );
        _topUp(stranger, terms, 1);
    }

    function test_topUp_RevertWhen_NativeCoinComesAsRelayed() public {
        ChannelTerms memory terms = _termsIn(address(0));
        _open(terms, AMOUNT);
        vm.deal(stranger, 1);
        for (uint8 kind = 2; kind < 4; ++kind) {
            vm.expectRevert(abi.encodeWithSelector(AssetLib.AssetPayerNotCaller.selector, payer, stranger));
            vm.prank(stranger);
            channels.topUp{value: 1}(terms, 1, Funding({kind: FundingKind(kind), data: ""}));
        }
    }

    /* ADDING */

    function test_topUp_AddsThePayersMoney() public {
        (ChannelTerms memory terms, ) = _openDefault();
        _settle(terms, 30);
        uint256 had = token.balanceOf(payer);
        _expectToppedUp(terms, payer, 5, AMOUNT + 5);
        _topUp(payer, terms, 5);
        _assertChannel(terms, 30, AMOUNT + 5, 0, 0, "what was settled stays");
        assertEq(token.balanceOf(payer), had - 5, "the payer paid");
        _assertMoney(AMOUNT - 30 + 5, 30, 0, "added");
    }

    function test_topUp_AddsAStrangersMoneyForThePayer() public {
        (ChannelTerms memory terms, ) = _openDefault();
        _giveStranger(5);
        uint256 had = token.balanceOf(payer);
        _expectToppedUp(terms, stranger, 5, AMOUNT + 5);
        _topUp(stranger, terms, 5);
        _assertChannel(terms, 0, AMOUNT + 5, 0, 0, "added");
        assertEq(token.balanceOf(stranger), 0, "by the stranger");
        assertEq(token.balanceOf(payer), had, "not by the payer");
        _close(terms);
        assertEq(token.balanceOf(payer), had + AMOUNT + 5, "and it goes back to the payer");
    }

    function test_topUp_AddsAStrangersNativeCoin() public {
        ChannelTerms memory terms = _termsIn(address(0));
        _open(terms, AMOUNT);
        _giveStranger(5);
        _expectToppedUp(terms, stranger, 5, AMOUNT + 5);
        _topUp(stranger, terms, 5);
        _assertChannel(terms, 0, AMOUNT + 5, 0, 0, "added");
        assertEq(address(channels).balance, AMOUNT + 5, "held");
    }

    function test_topUp_TakesThePermitOfTheCaller() public {
        (ChannelTerms memory terms, ) = _openDefault();
        vm.prank(payer);
        token.approve(address(channels), 0);
        Funding memory funding = _permit(8, NOW);
        vm.prank(payer);
        channels.topUp(terms, 8, funding);
        _assertChannel(terms, 0, AMOUNT + 8, 0, 0, "added");
    }

    function test_topUp_TakesThePayersAuthorizationFromAnybody() public {
        (ChannelTerms memory terms, bytes32 channelId) = _openDefault();
        uint256 had = token.balanceOf(payer);
        Funding memory funding = _authorization(_fundingId(channelId, 0, 8), 8);
        _expectToppedUp(terms, payer, 8, AMOUNT + 8);
        vm.prank(stranger);
        channels.topUp(terms, 8, funding);
        _assertChannel(terms, 0, AMOUNT + 8, 0, 0, "added");
        assertEq(token.balanceOf(payer), had - 8, "by the payer");
    }

    function test_topUp_TakesThePayersPermit2TransferFromAnybody() public {
        ChannelTerms memory terms = _terms();
        _setEpoch(_id(terms), 3);
        _open(terms, AMOUNT);
        _approvePermit2();
        uint256 had = token.balanceOf(payer);
        Funding memory funding = _permit2(_fundingId(_id(terms), 3, 8), 8, 0);
        _expectToppedUp(terms, payer, 8, AMOUNT + 8);
        vm.prank(stranger);
        channels.topUp(terms, 8, funding);
        _assertChannel(terms, 0, AMOUNT + 8, 0, 3, "added");
        assertEq(token.balanceOf(payer), had - 8, "by the payer");
    }

    function testFuzz_topUp_AddsUpToWhatAChannelCanHold(uint96 first, uint96 second) public {
        first = uint96(bound(first, 1, MAX));
        second = uint96(bound(second, 1, MAX));
        ChannelTerms memory terms = _terms();
        _open(terms, first);
        uint256 sum = uint256(first) + second;
        bool isFitting = sum <= MAX;
        if (isFitting) _expectToppedUp(terms, payer, second, uint96(sum));
        else
            vm.expectRevert(
                abi.encodeWithSelector(IPaymentChannels.ChannelDepositTooLarge.selector, sum, MAX)
            );
        _topUp(payer, terms, second);
        uint256 deposited = isFitting ? sum : first;
        _assertChannel(terms, 0, deposited, 0, 0, "the sum, or as before");
        assertEq(token.balanceOf(address(channels)), deposited, "backed");
    }
}
