// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPaymentChannels} from "../../contracts/interfaces/IPaymentChannels.sol";
import {ChannelTerms, ClaimAmounts, ClaimOutcome} from "../../contracts/types/ChannelTypes.sol";
import {ChannelsTest} from "../helpers/ChannelsTest.sol";
import {Vm} from "../helpers/Vm.sol";

contract PaymentChannelsCloseTest is ChannelsTest {
    ChannelTerms private terms;
    bytes32 private channelId;
    uint256 private payerHad;

    function setUp() public override {
        super.setUp();
        payerHad = token.balanceOf(payer);
        (terms, channelId) = _openDefault();
    }

    function _expectClosed(uint24 epoch, uint96 refund) private {
        vm.expectEmit(address(channels));
        emit IPaymentChannels.ChannelClosed(channelId, epoch, refund);
    }

    function _expectSettled(uint96 amount, uint96 newSettled) private {
        vm.expectEmit(address(channels));
        emit IPaymentChannels.ChannelSettled(channelId, amount, newSettled);
    }

    /// @dev Closed in `epoch`, after the payee had `settled` in all.
    function _assertClosed(uint24 epoch, uint256 settled, string memory message) private view {
        _assertChannel(terms, 0, 0, 0, epoch, message);
        _assertMoney(0, settled, 0, message);
        assertEq(token.balanceOf(payer), payerHad - settled, string.concat(message, ": refunded"));
    }

    function _assertOpen(uint256 settled, uint256 closeDeadline, string memory message) private view {
        _assertChannel(terms, settled, AMOUNT, closeDeadline, 0, message);
        _assertMoney(AMOUNT - settled, settled, 0, message);
    }

    function _agree(address caller, uint96 newSettled, bytes memory signature) private {
        vm.prank(caller);
        channels.closeChannelByAgreement(terms, newSettled, signature);
    }

    /* BY THE PAYEE */

    function test_closeChannel_RevertWhen_CallerIsNotThePayee() public {
        address[4] memory callers = [payer, operator, stranger, vm.addr(CAR_SECRET)];
        bytes memory voucher = _voucher(terms, 0, 1);
        for (uint256 i = 0; i < callers.length; ++i) {
            bytes memory reason = abi.encodeWithSelector(
                IPaymentChannels.ChannelNotPayee.selector,
                payee,
                callers[i]
            );
            vm.expectRevert(reason);
            vm.prank(callers[i]);
            channels.closeChannel(terms, ClaimAmounts.wrap(0), "");
            vm.expectRevert(reason);
            vm.prank(callers[i]);
            channels.closeChannel(terms, _amounts(1, 1), voucher);
        }
        _assertOpen(0, 0, "as it was");
    }

    function test_closeChannel_RevertWhen_ChannelIsNotOpen() public {
        bytes memory reason = abi.encodeWithSelector(IPaymentChannels.ChannelNotOpen.selector, channelId);
        _close(terms);
        vm.expectRevert(reason);
        _close(terms);
        ChannelTerms memory other = _salted(404);
        vm.expectRevert(abi.encodeWithSelector(IPaymentChannels.ChannelNotOpen.selector, _id(other)));
        _close(other);
        _assertClosed(1, 0, "once");
    }

    function _refusesClaim(ClaimAmounts amounts, bytes memory proof, ClaimOutcome outcome) private {
        vm.expectRevert(
            abi.encodeWithSelector(IPaymentChannels.ChannelClaimRefused.selector, channelId, outcome)
        );
        vm.prank(payee);
        channels.closeChannel(terms, amounts, proof);
    }

    function test_closeChannel_RevertWhen_TheClaimCannotBeSettled() public {
        bytes memory voucher = _voucher(terms, 0, 9);
        _settle(terms, 2);
        _refusesClaim(_amounts(2, 9), voucher, ClaimOutcome.NothingNew);
        _refusesClaim(_amounts(0, 9), voucher, ClaimOutcome.NothingNew);
        _refusesClaim(_amounts(10, 9), voucher, ClaimOutcome.OverCeiling);
        _refusesClaim(ClaimAmounts.wrap(1 << 192), voucher, ClaimOutcome.NothingNew);
        _refusesClaim(
            ClaimAmounts.wrap((1 << 192) | ClaimAmounts.unwrap(_amounts(9, 9))),
            voucher,
            ClaimOutcome.OverCeiling
        );
        _refusesClaim(_amounts(AMOUNT + 1, MAX), _voucher(terms, 0, MAX), ClaimOutcome.OverDeposit);
        _refusesClaim(_amounts(9, 9), _voucher(terms, 1, 9), ClaimOutcome.SignatureInvalid);
        _refusesClaim(_amounts(8, 8), voucher, ClaimOutcome.SignatureInvalid);
        vm.warp(_requestClose(terms));
        _refusesClaim(_amounts(9, 9), voucher, ClaimOutcome.DeadlinePassed);
        _assertOpen(2, NOW + DELAY, "as it was");
        channels.withdraw(terms);
        _refusesClaim(_amounts(9, 9), voucher, ClaimOutcome.NotOpen);
    }

    function test_closeChannel_RefundsAllIfNothingWasSpent() public {
        _expectClosed(1, AMOUNT);
        _close(terms);
        _assertClosed(1, 0, "zero spend");
    }

    function test_closeChannel_RefundsWhatIsLeft() public {
        _settle(terms, 30);
        _expectClosed(1, AMOUNT - 30);
        _close(terms);
        _assertClosed(1, 30, "the rest");
    }

    function test_closeChannel_SettlesALastClaim() public {
        _settle(terms, 30);
        bytes memory voucher = _voucher(terms, 0, 70);
        _expectSettled(20, 50);
        _expectClosed(1, AMOUNT - 50);
        vm.prank(payee);
        channels.closeChannel(terms, _amounts(50, 70), voucher);
        _assertClosed(1, 50, "paid and refunded");
    }

    function test_closeChannel_SettlesALastSession() public {
        bytes32 digest = _sessionDigest(address(channels), channelId, 0, 70, SESSION);
        bytes memory proof = bytes.concat(_sign64(CAR_SECRET, digest), SESSION);
        _expectSettled(70, 70);
        vm.expectEmit(address(channels));
        emit IPaymentChannels.SessionSettled(channelId, SESSION, 70);
        _expectClosed(1, AMOUNT - 70);
        vm.prank(payee);
        channels.closeChannel(terms, _amounts(70, 70), proof);
        _assertClosed(1, 70, "paid and refunded");
    }

    function test_closeChannel_RefundsNothingIfAllWasSpent() public {
        bytes memory voucher = _voucher(terms, 0, AMOUNT);
        vm.recordLogs();
        vm.prank(payee);
        channels.closeChannel(terms, _amounts(AMOUNT, AMOUNT), voucher);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 3, "settled, closed, one transfer");
        _assertClosed(1, AMOUNT, "all spent");
    }

    function test_closeChannel_ClosesWhileAndAfterThePayerWaits() public {
        uint40 deadline = _requestClose(terms);
        bytes memory voucher = _voucher(terms, 0, 5);
        vm.warp(deadline - 1);
        vm.prank(payee);
        channels.closeChannel(terms, _amounts(5, 5), voucher);
        _assertClosed(1, 5, "before the deadline");

        _open(terms, AMOUNT);
        deadline = _requestClose(terms);
        vm.warp(deadline);
        _expectClosed(2, AMOUNT);
        _close(terms);
        _assertClosed(2, 5, "after the deadline, without a claim");
    }

    function test_closeChannel_PaysTheNativeCoin() public {
        terms = _termsIn(address(0));
        channelId = _open(terms, AMOUNT);
        uint256 had = payer.balance;
        bytes memory voucher = _voucher(terms, 0, 5);
        vm.prank(payee);
        channels.closeChannel(terms, _amounts(5, 5), voucher);
        assertEq(payee.balance, 5, "paid");
        assertEq(payer.balance, had + AMOUNT - 5, "refunded");
        assertEq(address(channels).balance, 0, "nothing stays");
    }

    /* BY AGREEMENT */

    function test_closeChannelByAgreement_RevertWhen_ChannelIsNotOpen() public {
        _close(terms);
        bytes memory signature = _agreement(terms, 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IPaymentChannels.ChannelNotOpen.selector, channelId));
        _agree(payer, 0, signature);
    }

    function test_closeChannelByAgreement_RevertWhen_ThePayeeDidNotSignIt() public {
        bytes32 digest = _agreementDigest(address(channels), channelId, 0, 5);
        bytes[6] memory signatures = [
            _sign65(PAYER_SECRET, digest),
            _sign65(CAR_SECRET, digest),
            _agreement(terms, 0, 4),
            _agreement(terms, 1, 5),
            _agreement(_salted(8), 0, 5),
            bytes("")
        ];
        for (uint256 i = 0; i < signatures.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IPaymentChannels.ChannelAgreementInvalid.selector, channelId, payee)
            );
            _agree(payer, 5, signatures[i]);
        }
        _assertOpen(0, 0, "as it was");
    }

    function test_closeChannelByAgreement_RevertWhen_ItIsNotPaidAndThePayerDoesNotCall() public {
        _settle(terms, 3);
        bytes memory signature = _agreement(terms, 0, 5);
        address[3] memory callers = [stranger, payee, operator];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IPaymentChannels.ChannelAgreementUnpaid.selector,
                    channelId,
                    uint96(5),
                    uint96(3)
                )
            );
            _agree(callers[i], 5, signature);
        }
        _assertOpen(3, 0, "as it was");
    }

    function test_closeChannelByAgreement_RevertWhen_ItIsMoreThanTheDeposit() public {
        bytes memory signature = _agreement(terms, 0, AMOUNT + 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IPaymentChannels.ChannelAgreementTooHigh.selector,
                channelId,
                AMOUNT + 1,
                AMOUNT
            )
        );
        _agree(payer, AMOUNT + 1, signature);
        _agree(payer, AMOUNT, _agreement(terms, 0, AMOUNT));
        _assertClosed(1, AMOUNT, "exactly the deposit");
    }

    function test_closeChannelByAgreement_ClosesForAnybodyOnceItIsPaid() public {
        _settle(terms, 5);
        bytes memory signature = _agreement(terms, 0, 5);
        _expectClosed(1, AMOUNT - 5);
        _agree(stranger, 5, signature);
        _assertClosed(1, 5, "exactly paid");
    }

    function test_closeChannelByAgreement_RevertWhen_MoreWasSettledSince() public {
        bytes memory signature = _agreement(terms, 0, 5);
        _settle(terms, 6);
        address[3] memory callers = [payer, payee, stranger];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IPaymentChannels.ChannelAgreementStale.selector, channelId, 5, 6)
            );
            _agree(callers[i], 5, signature);
        }
        _assertOpen(6, 0, "the payee has served on");
        _agree(stranger, 6, _agreement(terms, 0, 6));
        _assertClosed(1, 6, "until it agrees again");
    }

    function test_closeChannelByAgreement_LetsThePayerPayTheDifference() public {
        _settle(terms, 3);
        bytes memory signature = _agreement(terms, 0, 5);
        _expectSettled(2, 5);
        _expectClosed(1, AMOUNT - 5);
        _agree(payer, 5, signature);
        _assertClosed(1, 5, "paid and refunded");
    }

    function test_closeChannelByAgreement_ClosesUnspentForAnybody() public {
        _expectClosed(1, AMOUNT);
        _agree(stranger, 0, _agreement(terms, 0, 0));
        _assertClosed(1, 0, "nothing was spent");
    }

    function test_closeChannelByAgreement_ClosesWhileAndAfterThePayerWaits() public {
        vm.warp(_requestClose(terms) + 1);
        _agree(payer, 5, _agreement(terms, 0, 5));
        _assertClosed(1, 5, "the two agree, whatever the time");
    }

    function testFuzz_closeChannelByAgreement_Adds(uint96 settled, uint96 agreed, bool isPayer) public {
        settled = uint96(bound(settled, 0, AMOUNT));
        agreed = uint96(bound(agreed, 0, uint256(AMOUNT) + 10));
        if (settled != 0) _settle(terms, settled);
        bytes memory signature = _agreement(terms, 0, agreed);
        bool isGood = agreed == settled || (isPayer && agreed > settled && agreed <= AMOUNT);
        if (agreed < settled)
            vm.expectRevert(
                abi.encodeWithSelector(
                    IPaymentChannels.ChannelAgreementStale.selector,
                    channelId,
                    agreed,
                    settled
                )
            );
        else if (!isGood)
            vm.expectRevert(
                isPayer
                    ? abi.encodeWithSelector(
                        IPaymentChannels.ChannelAgreementTooHigh.selector,
                        channelId,
                        agreed,
                        AMOUNT
                    )
                    : abi.encodeWithSelector(
                        IPaymentChannels.ChannelAgreementUnpaid.selector,
                        channelId,
                        agreed,
                        settled
                    )
            );
        _agree(isPayer ? payer : stranger, agreed, signature);
        if (isGood) _assertClosed(1, agreed, "at what was agreed");
        else _assertOpen(settled, 0, "as it was");
    }

    /* BY THE PAYER */

    function test_requestClose_RevertWhen_CallerIsNotThePayer() public {
        address[4] memory callers = [payee, operator, stranger, vm.addr(CAR_SECRET)];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IPaymentChannels.ChannelNotPayer.selector, payer, callers[i])
            );
            vm.prank(callers[i]);
            channels.requestClose(terms);
        }
        _assertOpen(0, 0, "as it was");
    }

    function test_requestClose_RevertWhen_ChannelIsNotOpen() public {
        _close(terms);
        vm.expectRevert(abi.encodeWithSelector(IPaymentChannels.ChannelNotOpen.selector, channelId));
        _requestClose(terms);
    }

    function test_requestClose_SetsTheDeadline() public {
        _settle(terms, 2);
        vm.expectEmit(address(channels));
        emit IPaymentChannels.ChannelCloseRequested(channelId, NOW + uint40(DELAY));
        assertEq(_requestClose(terms), NOW + DELAY, "told");
        _assertOpen(2, NOW + DELAY, "written");
    }

    function test_requestClose_MovesNothingTheSecondTime() public {
        _requestClose(terms);
        uint40[3] memory times = [NOW + 1, NOW + uint40(DELAY), NOW + 2 * uint40(DELAY)];
        for (uint256 i = 0; i < times.length; ++i) {
            vm.warp(times[i]);
            vm.recordLogs();
            assertEq(_requestClose(terms), NOW + DELAY, "the first deadline");
            assertEq(vm.getRecordedLogs().length, 0, "silent");
        }
        _assertOpen(0, NOW + DELAY, "not moved");
    }

    function test_cancelClose_RevertWhen_CallerIsNotThePayer() public {
        _requestClose(terms);
        address[4] memory callers = [payee, operator, stranger, vm.addr(CAR_SECRET)];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IPaymentChannels.ChannelNotPayer.selector, payer, callers[i])
            );
            vm.prank(callers[i]);
            channels.cancelClose(terms);
        }
        _assertOpen(0, NOW + DELAY, "still closing");
    }

    function test_cancelClose_RevertWhen_ChannelIsNotOpen() public {
        _close(terms);
        vm.expectRevert(abi.encodeWithSelector(IPaymentChannels.ChannelNotOpen.selector, channelId));
        vm.prank(payer);
        channels.cancelClose(terms);
    }

    function test_cancelClose_RevertWhen_NoCloseWasAskedFor() public {
        vm.expectRevert(abi.encodeWithSelector(IPaymentChannels.ChannelNotClosing.selector, channelId));
        vm.prank(payer);
        channels.cancelClose(terms);
    }

    function test_cancelClose_GoesOn() public {
        _settle(terms, 2);
        _requestClose(terms);
        vm.warp(NOW + 2 * DELAY);
        vm.expectEmit(address(channels));
        emit IPaymentChannels.ChannelCloseCancelled(channelId);
        vm.prank(payer);
        channels.cancelClose(terms);
        _assertOpen(2, 0, "open");
        assertEq(_requestClose(terms), NOW + 3 * DELAY, "the next request has its own delay");
    }

    /* WITHDRAWING */

    function test_withdraw_RevertWhen_ChannelIsNotOpen() public {
        _close(terms);
        vm.expectRevert(abi.encodeWithSelector(IPaymentChannels.ChannelNotOpen.selector, channelId));
        channels.withdraw(terms);
    }

    function test_withdraw_RevertWhen_NoCloseWasAskedFor() public {
        vm.expectRevert(abi.encodeWithSelector(IPaymentChannels.ChannelNotClosing.selector, channelId));
        vm.prank(payer);
        channels.withdraw(terms);
        _requestClose(terms);
        vm.prank(payer);
        channels.cancelClose(terms);
        vm.warp(NOW + 2 * DELAY);
        vm.expectRevert(abi.encodeWithSelector(IPaymentChannels.ChannelNotClosing.selector, channelId));
        vm.prank(payer);
        channels.withdraw(terms);
    }

    function test_withdraw_RevertWhen_ThePayeeMayStillSettle() public {
        uint40 deadline = _requestClose(terms);
        uint40[2] memory times = [NOW, deadline - 1];
        for (uint256 i = 0; i < times.length; ++i) {
            vm.warp(times[i]);
            vm.expectRevert(
                abi.encodeWithSelector(IPaymentChannels.ChannelNotWithdrawable.selector, channelId, deadline)
            );
            vm.prank(payer);
            channels.withdraw(terms);
        }
        _assertOpen(0, deadline, "as it was");
    }

    function test_withdraw_RefundsThePayerWhoeverCalls() public {
        _settle(terms, 30);
        vm.warp(_requestClose(terms));
        _expectClosed(1, AMOUNT - 30);
        vm.prank(stranger);
        channels.withdraw(terms);
        _assertClosed(1, 30, "at the deadline");
    }

    function test_withdraw_LeavesNothingToWithdrawAgain() public {
        vm.warp(_requestClose(terms) + 1);
        channels.withdraw(terms);
        _open(terms, AMOUNT);
        vm.expectRevert(abi.encodeWithSelector(IPaymentChannels.ChannelNotClosing.selector, channelId));
        channels.withdraw(terms);
        _assertChannel(terms, 0, AMOUNT, 0, 1, "the next opening is not closing");
    }

    function testFuzz_withdraw_FromTheDeadlineOn(uint32 delay, uint32 passed, uint96 settled) public {
        terms.closeDelaySeconds = uint32(bound(delay, 15 minutes, 30 days));
        passed = uint32(bound(passed, 0, 2 * uint256(terms.closeDelaySeconds)));
        settled = uint96(bound(settled, 0, AMOUNT));
        _close(_terms());
        channelId = _open(terms, AMOUNT);
        if (settled != 0) _settle(terms, settled);
        uint40 deadline = _requestClose(terms);
        vm.warp(NOW + passed);
        bool isDue = passed >= terms.closeDelaySeconds;
        if (isDue) _expectClosed(1, AMOUNT - settled);
        else
            vm.expectRevert(
                abi.encodeWithSelector(IPaymentChannels.ChannelNotWithdrawable.selector, channelId, deadline)
            );
        channels.withdraw(terms);
        if (isDue) _assertClosed(1, settled, "closed");
        else _assertOpen(settled, deadline, "as it was");
    }
}
