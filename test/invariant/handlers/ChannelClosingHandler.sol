// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPaymentChannels} from "../../../contracts/interfaces/IPaymentChannels.sol";
import {PaymentChannels} from "../../../contracts/mobility/PaymentChannels.sol";
import {ClaimAmounts, ClaimOutcome} from "../../../contracts/types/ChannelTypes.sol";
import {ChannelSettlingHandler} from "./ChannelSettlingHandler.sol";
import {ChannelLedger} from "./ChannelLedger.sol";

/// @dev The four ways out of a channel, in time, too early, and by those whom it is none of their business.
abstract contract ChannelClosingHandler is ChannelSettlingHandler {
    /* BY THE PAYEE */

    /// @dev Two in three with a last claim, which is as good or as bad as those of batches.
    function close(uint256 seed) external drawing(seed) {
        uint256 index = _somePurse(_once(2) ? Want.Unspent : Want.Open);
        ChannelLedger.Purse memory purse = ledger.purseOf(index);
        address caller = _once(6) ? _meddler(purse) : purse.terms.payee;
        bool hasClaim = !_once(3);
        Row memory row;
        ClaimOutcome outcome;
        if (hasClaim) {
            row = _row(index, purse.settled);
            row.isForeign = false;
            hasClaim = ClaimAmounts.unwrap(_amounts(row)) != 0;
        }
        if (hasClaim) outcome = _outcomeOf(row, purse.settled);

        bytes4 refusal = purse.deposited == 0 ? IPaymentChannels.ChannelNotOpen.selector : CARRIED_OUT;
        if (outcome != ClaimOutcome.Settled) refusal = IPaymentChannels.ChannelClaimRefused.selector;
        if (caller != purse.terms.payee) refusal = IPaymentChannels.ChannelNotPayee.selector;
        bytes memory data = abi.encodeCall(
            PaymentChannels.closeChannel,
            (purse.terms, _amounts(row), row.voucher.proof)
        );
        (bool isDone, ) = _act(caller, 0, data, refusal, _lawOf(outcome));
        if (!isDone) return;
        _exit(index, hasClaim ? row.newSettled - purse.settled : 0);
        ledger.count(hasClaim ? "closed with a claim" : "closed without a claim");
    }

    /// @dev Who is no payee, but might wish to be.
    function _meddler(ChannelLedger.Purse memory purse) private returns (address) {
        if (purse.terms.operator != address(0) && _once(2)) return purse.terms.operator;
        return _once(2) ? purse.terms.payer : _anybody();
    }

    function _lawOf(ClaimOutcome outcome) private pure returns (string memory) {
        if (outcome == ClaimOutcome.SignatureInvalid) return "C4 closing with an old or forged voucher";
        return outcome == ClaimOutcome.OverDeposit ? "C1 closing over the deposit" : "C3 closing";
    }

    /// @dev As it should be, without a claim.
    function _end(uint256 index) internal {
        ChannelLedger.Purse memory purse = ledger.purseOf(index);
        bytes memory data = abi.encodeCall(
            PaymentChannels.closeChannel,
            (purse.terms, ClaimAmounts.wrap(0), "")
        );
        _act(purse.terms.payee, 0, data, CARRIED_OUT, "C3 closing");
        _exit(index, 0);
    }

    /* BY AGREEMENT */

    function closeByAgreement(uint256 seed) external drawing(seed) {
        uint256 index = _somePurse(Want.Open);
        ChannelLedger.Purse memory purse = ledger.purseOf(index);
        // what has been paid, less, more, or more than there is
        uint96 agreed = purse.settled;
        if (_once(4)) agreed = uint96(_below(uint256(agreed) + 1));
        if (_once(2)) agreed += uint96(_below(uint256(purse.deposited - purse.settled) + 1));
        if (_once(12) && purse.deposited < type(uint96).max) agreed = purse.deposited + 1;

        uint24 epoch = _once(8) && purse.exits != 0 ? purse.exits - 1 : purse.exits;
        address author = _once(12) ? stranger : purse.terms.payee;
        address caller = _once(3) ? _anybody() : purse.terms.payer;
        bytes4 refusal = _whyNotAgreed(purse, agreed, epoch, author, caller);
        bytes32 typeHash = keccak256("CloseAgreement(bytes32 channelId,uint24 epoch,uint96 newSettled)");
        bytes32 structHash = keccak256(abi.encode(typeHash, purse.channelId, epoch, agreed));
        bytes memory data = abi.encodeCall(
            PaymentChannels.closeChannelByAgreement,
            (purse.terms, agreed, _signAs(author, _digest(structHash)))
        );
        string memory law =
            epoch == purse.exits ? "C3 closing by agreement" : "C4 closing by an old agreement";
        (bool isDone, ) = _act(caller, 0, data, refusal, law);
        if (!isDone) return;
        bool isPaid = agreed == purse.settled;
        _exit(index, isPaid ? 0 : agreed - purse.settled);
        ledger.count(isPaid ? "closed by agreement" : "closed by agreement, and paid");
    }

    function _whyNotAgreed(
        ChannelLedger.Purse memory purse,
        uint96 agreed,
        uint24 epoch,
        address author,
        address caller
    ) private pure returns (bytes4) {
        if (purse.deposited == 0) return IPaymentChannels.ChannelNotOpen.selector;
        if (epoch != purse.exits || author != purse.terms.payee) {
            return IPaymentChannels.ChannelAgreementInvalid.selector;
        }
        if (agreed < purse.settled) return IPaymentChannels.ChannelAgreementStale.selector;
        if (agreed == purse.settled) return CARRIED_OUT;
        if (caller != purse.terms.payer) return IPaymentChannels.ChannelAgreementUnpaid.selector;
        return agreed > purse.deposited ? IPaymentChannels.ChannelAgreementTooHigh.selector : CARRIED_OUT;
    }

    /* BY THE PAYER */

    function requestClose(uint256 seed) external drawing(seed) {
        uint256 index = _somePurse(_once(8) ? Want.Open : Want.Fillable);
        ChannelLedger.Purse memory purse = ledger.purseOf(index);
        address caller = _mostly(purse.terms.payer);
        bytes4 refusal = _whyNotPayer(purse, caller);
        bytes memory data = abi.encodeCall(PaymentChannels.requestClose, (purse.terms));
        (bool isDone, ) = _act(caller, 0, data, refusal, "C3 request to close");
        if (!isDone) return;
        ledger.noteCloseAsked(index);
        ledger.count("asked to close");
    }

    function cancelClose(uint256 seed) external drawing(seed) {
        uint256 index = _somePurse(Want.Closing);
        ChannelLedger.Purse memory purse = ledger.purseOf(index);
        address caller = _mostly(purse.terms.payer);
        bytes4 refusal = _whyNotPayer(purse, caller);
        if (refusal == CARRIED_OUT && purse.closeDeadline == 0) {
            refusal = IPaymentChannels.ChannelNotClosing.selector;
        }
        bytes memory data = abi.encodeCall(PaymentChannels.cancelClose, (purse.terms));
        (bool isDone, ) = _act(caller, 0, data, refusal, "C3 cancelled request to close");
        if (!isDone) return;
        ledger.noteCloseCancelled(index);
        ledger.count("cancelled a close");
    }

    function _whyNotPayer(ChannelLedger.Purse memory purse, address caller) private pure returns (bytes4) {
        if (caller != purse.terms.payer) return IPaymentChannels.ChannelNotPayer.selector;
        return purse.deposited == 0 ? IPaymentChannels.ChannelNotOpen.selector : CARRIED_OUT;
    }

    /// @dev Mostly when the delay is over, or has a second to go.
    function withdraw(uint256 seed) external drawing(seed) {
        uint256 index = _somePurse(Want.Closing);
        ChannelLedger.Purse memory purse = ledger.purseOf(index);
        if (!_once(4) && purse.closeDeadline > block.timestamp) {
            vm.warp(purse.closeDeadline - (_once(6) ? 1 : 0));
        }
        bytes4 refusal;
        if (!_isOver(purse)) refusal = IPaymentChannels.ChannelNotWithdrawable.selector;
        if (purse.closeDeadline == 0) refusal = IPaymentChannels.ChannelNotClosing.selector;
        if (purse.deposited == 0) refusal = IPaymentChannels.ChannelNotOpen.selector;
        bytes memory data = abi.encodeCall(PaymentChannels.withdraw, (purse.terms));
        (bool isDone, ) = _act(_anybody(), 0, data, refusal, "C3 withdrawal");
        if (!isDone) return;
        _exit(index, 0);
        ledger.count("withdrawn");
    }

    /// @dev `amount` more to the payee, and the rest to the payer.
    function _exit(uint256 index, uint96 amount) internal {
        ChannelLedger.Purse memory purse = ledger.purseOf(index);
        ledger.noteExit(index);
        _pay(purse.terms.asset, purse.terms.payee, amount);
        _pay(purse.terms.asset, purse.terms.payer, purse.deposited - purse.settled - amount);
    }
}
