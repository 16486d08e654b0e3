// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IPaymentChannels} from "../../../contracts/interfaces/IPaymentChannels.sol";
import {PaymentChannels} from "../../../contracts/mobility/PaymentChannels.sol";
import {
    ChannelOpening,
    ChannelTerms,
    Funding,
    MandateProof,
    Payee
} from "../../../contracts/types/ChannelTypes.sol";
import {ChannelClosingHandler} from "./ChannelClosingHandler.sol";
import {ChannelLedger} from "./ChannelLedger.sol";
import {ChannelMandateHandler} from "./ChannelMandateHandler.sol";
import {ChannelWeatherHandler} from "./ChannelWeatherHandler.sol";

/// @dev The lurker calls while it is paid: what moves money is refused, what does not is carried out as at any other time.
abstract contract ChannelAmbushHandler is
    ChannelClosingHandler,
    ChannelMandateHandler,
    ChannelWeatherHandler
{
    enum Ambush {
        None,
        Guarded,
        RequestClose,
        CancelClose,
        Give,
        Revoke,
        Reserve
    }

    /// @dev What the lurker was armed with: of which channel or mandate, or with how much.
    struct Plan {
        Ambush kind;
        uint256 subject;
    }

    Plan private _plan;
    uint256[] private _paying;
    uint256[] private _paid;

    constructor() {
        uint256 count = ledger.purseCount();
        for (uint256 i = 0; i < count; ++i) {
            ChannelTerms memory terms = ledger.purseOf(i).terms;
            if (terms.payer == address(lurker)) _paying.push(i);
            if (terms.payee == address(lurker)) _paid.push(i);
        }
    }

    function _lieInWait() internal override {
        uint256 what = _below(18);
        if (what > 14) return lurker.disarm();
        uint256 value;
        bytes memory data;
        if (what < 10) {
            _plan = Plan(Ambush.Guarded, 0);
            (value, data) = what < 5 ? _asPayer(what) : _asPayee(what);
        } else {
            (value, data) = _unguarded(Ambush(what - 8));
        }
        if (data.length != 0) lurker.arm(address(channels), value, data);
        else lurker.disarm();
    }

    /* WHAT IS GUARDED */

    function _asPayer(uint256 what) private returns (uint256 value, bytes memory data) {
        ChannelTerms memory terms = ledger.purseOf(_paying[_below(_paying.length)]).terms;
        Funding memory funding;
        value = terms.asset == address(0) ? 7 : 0;
        if (what == 0) data = abi.encodeCall(PaymentChannels.openChannel, (terms, 7, funding));
        if (what == 1) {
            ChannelOpening[] memory openings = new ChannelOpening[](1);
            openings[0] = ChannelOpening(terms.payee, terms.operator, terms.closeDelaySeconds, terms.salt, 7);
            data = abi.encodeCall(
                PaymentChannels.openChannels,
                (terms.payer, terms.signer, terms.asset, openings, funding)
            );
        }
        if (what == 2) data = abi.encodeCall(PaymentChannels.topUp, (terms, 7, funding));
        if (what < 3) return (value, data);
        if (what == 3) return (0, abi.encodeCall(PaymentChannels.withdraw, (terms)));
        uint256 reserve = ledger.reserveOf(address(lurker));
        return (0, abi.encodeCall(IPaymentChannels.withdrawReserve, (reserve)));
    }

    function _asPayee(uint256 what) private returns (uint256 value, bytes memory data) {
        uint256 index = _paid[_below(_paid.length)];
        ChannelLedger.Purse memory purse = ledger.purseOf(index);
        ChannelTerms memory terms = purse.terms;
        if (what == 5) return (0, abi.encodeCall(PaymentChannels.collect, (terms.asset, terms.payee)));
        Row[] memory rows = new Row[](1);
        rows[0] = _row(index, purse.settled);
        if (what == 6) {
            Payee memory to = Payee(terms.payee, terms.operator, terms.asset);
            return (0, abi.encodeCall(PaymentChannels.settle, (to, _claims(rows), false)));
        }
        if (what == 7) {
            return (
                0,
                abi.encodeCall(
                    PaymentChannels.closeChannel,
                    (terms, _amounts(rows[0]), rows[0].voucher.proof)
                )
            );
        }
        bytes32 typeHash = keccak256("CloseAgreement(bytes32 channelId,uint24 epoch,uint96 newSettled)");
        bytes32 digest = _digest(
            keccak256(abi.encode(typeHash, purse.channelId, purse.exits, purse.settled))
        );
        if (what == 8) {
            bytes memory signature = _signAs(terms.payee, digest);
            return (
                0,
                abi.encodeCall(PaymentChannels.closeChannelByAgreement, (terms, purse.settled, signature))
            );
        }
        if (ledger.grantCount() == 0) return (0, "");
        MandateProof memory proof;
        return (
            0,
            abi.encodeCall(IPaymentChannels.fundByMandate, (terms, 7, ledger.grantOf(0).mandate, proof))
        );
    }

    /* WHAT IS NOT */

    function _unguarded(Ambush kind) private returns (uint256 value, bytes memory data) {
        _plan = Plan(kind, 0);
        if (kind == Ambush.Reserve) {
            _plan.subject = _below(100);
            return (_plan.subject, abi.encodeCall(IPaymentChannels.addReserve, ()));
        }
        if (kind == Ambush.Give || kind == Ambush.Revoke) return (0, _aboutGrant(kind));
        _plan.subject = _paying[_below(_paying.length)];
        ChannelTerms memory terms = ledger.purseOf(_plan.subject).terms;
        return
            kind == Ambush.RequestClose
                ? (0, abi.encodeCall(PaymentChannels.requestClose, (terms)))
                : (0, abi.encodeCall(PaymentChannels.cancelClose, (terms)));
    }

    function _aboutGrant(Ambush kind) private returns (bytes memory) {
        uint256 count = ledger.grantCount();
        uint256 start = count == 0 ? 0 : _below(count);
        for (uint256 i = 0; i < count; ++i) {
            _plan.subject = (start + i) % count;
            ChannelLedger.Grant memory grant = ledger.grantOf(_plan.subject);
            if (grant.mandate.owner != address(lurker)) continue;
            return
                kind == Ambush.Give
                    ? abi.encodeCall(IPaymentChannels.giveMandate, (grant.mandate))
                    : abi.encodeCall(IPaymentChannels.revokeMandate, (grant.mandate));
        }
        return "";
    }

    /* WHAT CAME OF IT */

    function _absorbAmbush() internal override {
        Plan memory plan = _plan;
        if (plan.kind == Ambush.None) return;
        _plan.kind = Ambush.None;
        if (!lurker.hasCalled()) return lurker.disarm();
        bool isDone = lurker.isCarriedOut();
        bytes4 answer = bytes4(lurker.answer());
        lurker.disarm();
        if (plan.kind == Ambush.Guarded) {
            assertFalse(isDone, "C3 no money moves while money moves");
            assertEq(
                bytes32(answer),
                bytes32(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector),
                "C3 no call comes between"
            );
            ledger.count("kept out a call between");
            return;
        }
        if (!isDone && answer == 0) return; // the gas of a payment was not enough
        assertEq(bytes32(isDone ? bytes4(0) : answer), bytes32(_whyNot(plan)), "C3 a call between");
        if (!isDone) return;
        if (plan.kind == Ambush.RequestClose) ledger.noteCloseAsked(plan.subject);
        if (plan.kind == Ambush.CancelClose) ledger.noteCloseCancelled(plan.subject);
        if (plan.kind == Ambush.Give) ledger.noteGiven(plan.subject);
        if (plan.kind == Ambush.Revoke) ledger.noteRevoked(plan.subject);
        if (plan.kind == Ambush.Reserve) ledger.noteReserved(address(lurker), plan.subject);
        ledger.count("let in a call between");
    }

    function _whyNot(Plan memory plan) private view returns (bytes4) {
        if (plan.kind == Ambush.Revoke || plan.kind == Ambush.Reserve) return CARRIED_OUT;
        if (plan.kind == Ambush.Give) {
            ChannelLedger.Grant memory grant = ledger.grantOf(plan.subject);
            if (grant.isRevoked) return IPaymentChannels.MandateIsRevoked.selector;
            return _isTitleMoved(grant.mandate) ? IPaymentChannels.MandateTitleMoved.selector : CARRIED_OUT;
        }
        ChannelLedger.Purse memory purse = ledger.purseOf(plan.subject);
        if (purse.deposited == 0) return IPaymentChannels.ChannelNotOpen.selector;
        bool isVain = plan.kind == Ambush.CancelClose && purse.closeDeadline == 0;
        return isVain ? IPaymentChannels.ChannelNotClosing.selector : CARRIED_OUT;
    }
}
