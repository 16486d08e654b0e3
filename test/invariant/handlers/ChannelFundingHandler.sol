// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPaymentChannels} from "../../../contracts/interfaces/IPaymentChannels.sol";
import {AssetLib} from "../../../contracts/libraries/AssetLib.sol";
import {PaymentChannels} from "../../../contracts/mobility/PaymentChannels.sol";
import {ChannelOpening, ChannelTerms, Funding, FundingKind} from "../../../contracts/types/ChannelTypes.sol";
import {PlainToken} from "../mocks/ChannelTokens.sol";
import {ChannelHandler} from "./ChannelHandler.sol";
import {ChannelLedger} from "./ChannelLedger.sol";

/// @dev Channels are opened, one by one or together, and filled up, by who pays and by who would rather others did.
abstract contract ChannelFundingHandler is ChannelHandler {
    uint256 private constant USUAL_DEPOSIT = 1_000;

    /// @dev How the money comes: from whom, sent by whom, with what value.
    struct Delivery {
        address from;
        address caller;
        uint256 value;
        Funding funding;
        bool isRelayed;
        bool isForged;
    }

    uint256 private _authorisations;

    /* OPENING */

    function open(uint256 seed) external drawing(seed) {
        uint256 index = _somePurse(Want.Closed);
        ChannelLedger.Purse memory purse = ledger.purseOf(index);
        uint96 amount = _once(24) ? 0 : uint96(1 + _below(USUAL_DEPOSIT));
        bytes4 refusal = _spoil(purse.terms);
        if (refusal == CARRIED_OUT) refusal = _whyNotOpen(purse, amount);
        Delivery memory delivery = _delivery(
            purse.terms,
            purse.terms.payer,
            amount,
            _fundingId(purse, amount)
        );
        if (refusal == CARRIED_OUT) refusal = _whyNotDelivered(delivery, purse.terms.asset, amount);
        bytes memory data = abi.encodeCall(
            PaymentChannels.openChannel,
            (purse.terms, amount, delivery.funding)
        );
        (bool isDone, ) = _act(delivery.caller, delivery.value, data, refusal, "C1 opening");
        if (isDone) _noteOpened(index, amount, delivery, "opened");
    }

    /// @dev All closed channels of one payer, machine and asset, up to three; now and then one that is open or one twice.
    function openSeveral(uint256 seed) external drawing(seed) {
        ChannelLedger.Purse memory first = ledger.purseOf(_somePurse(Want.Closed));
        uint256[] memory indices = _closedLike(first.terms);
        if (_once(16)) indices = new uint256[](0);
        ChannelOpening[] memory openings = new ChannelOpening[](indices.length);
        bytes memory fundingIds;
        uint256 sum;
        bytes4 refusal;
        for (uint256 i = 0; i < indices.length; ++i) {
            ChannelLedger.Purse memory purse = ledger.purseOf(indices[i]);
            openings[i] = ChannelOpening({
                payee: purse.terms.payee,
                operator: purse.terms.operator,
                closeDelaySeconds: purse.terms.closeDelaySeconds,
                salt: purse.terms.salt,
                amount: _once(24) ? 0 : uint96(1 + _below(USUAL_DEPOSIT))
            });
            sum += openings[i].amount;
            fundingIds = abi.encodePacked(fundingIds, _fundingId(purse, openings[i].amount));
            if (refusal == CARRIED_OUT) refusal = _whyNotOpen(purse, openings[i].amount);
            for (uint256 j = 0; j < i; ++j) {
                if (refusal == CARRIED_OUT && indices[j] == indices[i]) {
                    refusal = IPaymentChannels.ChannelAlreadyOpen.selector;
                }
            }
        }
        Delivery memory delivery = _delivery(first.terms, first.terms.payer, sum, keccak256(fundingIds));
        if (refusal == CARRIED_OUT) refusal = _whyNotDelivered(delivery, first.terms.asset, sum);
        _openSeveral(first.terms, openings, delivery, refusal, indices);
    }

    /// @dev As it should be.
    function _begin(uint256 index, uint96 amount) internal {
        ChannelTerms memory terms = ledger.purseOf(index).terms;
        Delivery memory delivery;
        delivery.from = terms.payer;
        bytes memory data = abi.encodeCall(PaymentChannels.openChannel, (terms, amount, delivery.funding));
        _act(terms.payer, terms.asset == address(0) ? amount : 0, data, CARRIED_OUT, "C1 opening");
        _noteOpened(index, amount, delivery, "opened");
    }

    function _openSeveral(
        ChannelTerms memory terms,
        ChannelOpening[] memory openings,
        Delivery memory delivery,
        bytes4 refusal,
        uint256[] memory indices
    ) private {
        bytes memory data = abi.encodeCall(
            PaymentChannels.openChannels,
            (terms.payer, terms.signer, terms.asset, openings, delivery.funding)
        );
        (bool isDone, ) = _act(delivery.caller, delivery.value, data, refusal, "C1 opening of several");
        for (uint256 i = 0; isDone && i < indices.length; ++i) {
            _noteOpened(indices[i], openings[i].amount, delivery, "opened with others");
        }
    }

    function _noteOpened(uint256 index, uint96 amount, Delivery memory delivery, string memory deed) private {
        if (ledger.purseOf(index).exits != 0) ledger.count("opened again");
        ledger.noteDeposited(index, delivery.from, amount);
        ledger.count(deed);
        if (delivery.isRelayed) ledger.count("opened by an authorisation");
    }

    function _closedLike(ChannelTerms memory terms) private returns (uint256[] memory indices) {
        uint256 count = ledger.purseCount();
        indices = new uint256[](3);
        uint256 found;
        bool takesAll = _once(12);
        for (uint256 i = 0; i < count && found < 3; ++i) {
            ChannelLedger.Purse memory purse = ledger.purseOf(i);
            bool isAlike =
                purse.terms.payer == terms.payer &&
                    purse.terms.signer == terms.signer &&
                    purse.terms.asset == terms.asset;
            if (isAlike && (takesAll || purse.deposited == 0)) indices[found++] = i;
        }
        if (found != 0 && found < 3 && _once(12)) indices[found++] = indices[0];
        // Assembly: cuts the list to what was found.
        assembly ("memory-safe") {
            mstore(indices, found)
        }
    }

    /// @dev Rarely makes terms that no channel can have.
    function _spoil(ChannelTerms memory terms) private returns (bytes4) {
        uint256 flaw = _below(60);
        if (flaw == 0) terms.payee = address(0);
        if (flaw == 1) terms.payee = address(channels);
        if (flaw == 2) terms.signer = 0;
        if (flaw < 3) return IPaymentChannels.ChannelTermsInvalid.selector;
        if (flaw == 3) terms.closeDelaySeconds = 15 minutes - 1;
        if (flaw == 4) terms.closeDelaySeconds = 30 days + 1;
        return flaw < 5 ? IPaymentChannels.ChannelDelayInvalid.selector : CARRIED_OUT;
    }

    function _whyNotOpen(ChannelLedger.Purse memory purse, uint96 amount) private pure returns (bytes4) {
        if (amount == 0) return IPaymentChannels.ChannelAmountZero.selector;
        return purse.deposited == 0 ? CARRIED_OUT : IPaymentChannels.ChannelAlreadyOpen.selector;
    }

    /* FILLING UP */

    function topUp(uint256 seed) external drawing(seed) {
        uint256 index = _somePurse(Want.Fillable);
        ChannelLedger.Purse memory purse = ledger.purseOf(index);
        address funder = _once(2) ? purse.terms.payer : cast[_below(cast.length)];
        uint256 amount = _topUpAmount(purse);
        Delivery memory delivery = _delivery(purse.terms, funder, amount, _fundingId(purse, uint96(amount)));
        // whoever brings money of its own is the funder
        if (!delivery.isRelayed) delivery.from = delivery.caller;
        bytes4 refusal = _whyNotAdd(purse, amount);
        if (refusal == CARRIED_OUT) refusal = _whyNotDelivered(delivery, purse.terms.asset, amount);
        bytes memory data = abi.encodeCall(
            PaymentChannels.topUp,
            (purse.terms, uint96(amount), delivery.funding)
        );
        (bool isDone, ) = _act(delivery.caller, delivery.value, data, refusal, "C1 topping up");
        if (!isDone) return;
        ledger.noteDeposited(index, delivery.from, uint96(amount));
        ledger.count("topped up");
        if (delivery.isRelayed) ledger.count("topped up by an authorisation");
        if (delivery.from == stranger) ledger.count("topped up by a stranger");
    }

    /// @dev Rarely of a token all that a channel can hold, or one more.
    function _topUpAmount(ChannelLedger.Purse memory purse) private returns (uint256) {
        if (_once(24)) return 0;
        uint256 room = type(uint96).max - purse.deposited;
        if (purse.terms.asset == address(plain) && _once(6)) return room + (room < 1e9 ? 1 : _below(2));
        return 1 + _below(USUAL_DEPOSIT);
    }

    function _whyNotAdd(ChannelLedger.Purse memory purse, uint256 amount) internal pure returns (bytes4) {
        if (purse.deposited == 0) return IPaymentChannels.ChannelNotOpen.selector;
        if (amount == 0) return IPaymentChannels.ChannelAmountZero.selector;
        if (purse.closeDeadline != 0) return IPaymentChannels.ChannelClosing.selector;
        return
            purse.deposited + amount > type(uint96).max
                ? IPaymentChannels.ChannelDepositTooLarge.selector
                : CARRIED_OUT;
    }

    /* DELIVERY */

    /// @dev Mostly as `funder` should; the plain token often by a signature of the payer that somebody else brings.
    function _delivery(
        ChannelTerms memory terms,
        address funder,
        uint256 amount,
        bytes32 fundingId
    ) private returns (Delivery memory delivery) {
        delivery.from = funder;
        delivery.caller = _mostly(funder);
        delivery.value = terms.asset == address(0) ? amount : 0;
        if (_once(32)) delivery.value += 1;
        if (terms.asset != address(plain) || _once(3)) return delivery;

        delivery.from = terms.payer;
        delivery.caller = _anybody();
        delivery.isRelayed = true;
        delivery.isForged = _once(6);
        delivery.funding = _authorisation(terms.payer, amount, fundingId, delivery.isForged);
    }

    /// @dev A forged one was signed for another deposit, or by the stranger.
    function _authorisation(
        address payer,
        uint256 amount,
        bytes32 fundingId,
        bool isForged
    ) private returns (Funding memory) {
        uint256 salt = ++_authorisations;
        address author = isForged && _once(2) ? stranger : payer;
        if (isForged && author == payer) fundingId = keccak256(abi.encode(fundingId));
        bytes32 digest = plain.digestOf(
            payer,
            address(channels),
            amount,
            keccak256(abi.encode(fundingId, salt))
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(secretOf[author], digest);
        return
            Funding({
                kind: FundingKind.Authorization,
                data: abi.encode(uint256(0), uint256(block.timestamp + 1), salt, v, r, s)
            });
    }

    function _fundingId(ChannelLedger.Purse memory purse, uint96 amount) private pure returns (bytes32) {
        return keccak256(abi.encode(purse.channelId, purse.exits, amount));
    }

    function _whyNotDelivered(
        Delivery memory delivery,
        address asset,
        uint256 amount
    ) private view returns (bytes4) {
        bool isCoin = asset == address(0);
        if (!isCoin && delivery.value != 0) return AssetLib.AssetValueMismatch.selector;
        if (!delivery.isRelayed && delivery.caller != delivery.from) {
            return AssetLib.AssetPayerNotCaller.selector;
        }
        if (isCoin) return delivery.value == amount ? CARRIED_OUT : AssetLib.AssetValueMismatch.selector;
        if (delivery.isForged) return PlainToken.TokenAuthorizationInvalid.selector;
        return _whyNotTaken(asset, delivery.from);
    }
}
