// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPaymentChannels} from "../../../contracts/interfaces/IPaymentChannels.sol";
import {PaymentChannels} from "../../../contracts/mobility/PaymentChannels.sol";
import {ChannelTerms, Mandate, MandateProof} from "../../../contracts/types/ChannelTypes.sol";
import {Mood, MoodyWallet} from "../mocks/MoodyWallet.sol";
import {ChannelFundingHandler} from "./ChannelFundingHandler.sol";
import {ChannelLedger} from "./ChannelLedger.sol";

/// @dev Owners give mandates and take them back, sell their cars, and keep a reserve; cars use what they were given to the
/// last unit, and try for more.
abstract contract ChannelMandateHandler is ChannelFundingHandler {
    /// @dev A use of a mandate, with what is wrong with it.
    struct Use {
        uint256 grant;
        uint256 purse;
        uint96 newDeposited;
        address caller;
        uint40 deadline;
        uint24 epoch;
        bool isCarCaller;
        bool isListed;
        bool isSigned;
        bool isOrdered;
    }

    uint64 private _salt;
    address[2] private _listed;

    /// @dev The payees of mandates with a list.
    constructor(address payee, address otherPayee) {
        _listed = [payee, otherPayee];
    }

    /* GIVING */

    /// @dev For the owner of some channel, for its machine and asset, mostly with a car that is the owner's.
    function giveMandate(uint256 seed) external drawing(seed) {
        _giveMandate(_below(ledger.purseCount()));
    }

    function _giveMandate(uint256 purseIndex) internal {
        Mandate memory mandate = _newMandate(ledger.purseOf(purseIndex).terms);
        bytes32 mandateId = _mandateIdOf(mandate);
        if (_once(3)) {
            ledger.noteGrant(mandate, mandateId, false); // signed when it is used
            return;
        }
        bool isFlawed = _once(16);
        if (isFlawed && _once(2)) mandate.periodSeconds = 0;
        else if (isFlawed) mandate.expiresAt = mandate.validFrom;
        address caller = _mostly(mandate.owner);
        bytes4 refusal = _isTitleMoved(mandate) ? IPaymentChannels.MandateTitleMoved.selector : CARRIED_OUT;
        if (isFlawed) refusal = IPaymentChannels.MandateInvalid.selector;
        if (caller != mandate.owner) refusal = IPaymentChannels.MandateNotOwner.selector;
        bytes memory data = abi.encodeCall(IPaymentChannels.giveMandate, (mandate));
        (bool isDone, bytes memory answer) = _act(caller, 0, data, refusal, "C5 giving of a mandate");
        if (!isDone) return;
        assertEq(abi.decode(answer, (bytes32)), mandateId, "C5 a mandate's id");
        ledger.noteGrant(mandate, mandateId, true);
        ledger.count("gave a mandate");
    }

    /// @dev Now and then once more, also after it was taken back.
    function giveAgain(uint256 seed) external drawing(seed) {
        uint256 count = ledger.grantCount();
        if (count == 0) return;
        uint256 index = _below(count);
        ChannelLedger.Grant memory grant = ledger.grantOf(index);
        address caller = _mostly(grant.mandate.owner);
        bytes4 refusal =
            _isTitleMoved(grant.mandate) ? IPaymentChannels.MandateTitleMoved.selector : CARRIED_OUT;
        if (grant.isRevoked) refusal = IPaymentChannels.MandateIsRevoked.selector;
        if (caller != grant.mandate.owner) refusal = IPaymentChannels.MandateNotOwner.selector;
        bytes memory data = abi.encodeCall(IPaymentChannels.giveMandate, (grant.mandate));
        (bool isDone, ) = _act(caller, 0, data, refusal, "C5 giving of a mandate again");
        if (isDone) ledger.noteGiven(index);
    }

    function revokeMandate(uint256 seed) external drawing(seed) {
        uint256 count = ledger.grantCount();
        if (count == 0) return;
        uint256 index = _below(count);
        ChannelLedger.Grant memory grant = ledger.grantOf(index);
        address caller = _once(3) ? _anybody() : grant.mandate.owner;
        bytes4 refusal =
            caller == grant.mandate.owner ? CARRIED_OUT : IPaymentChannels.MandateNotOwner.selector;
        bytes memory data = abi.encodeCall(IPaymentChannels.revokeMandate, (grant.mandate));
        (bool isDone, ) = _act(caller, 0, data, refusal, "C5 revocation of a mandate");
        if (!isDone) return;
        ledger.noteRevoked(index);
        ledger.count("revoked a mandate");
    }

    function _newMandate(ChannelTerms memory terms) private returns (Mandate memory mandate) {
        mandate.owner = terms.payer;
        mandate.vehicleId = vehicles[_below(vehicles.length)];
        for (uint256 i = 0; i < vehicles.length; ++i) {
            if (title.ownerOf(vehicles[i]) == terms.payer) mandate.vehicleId = vehicles[i];
        }
        if (title.ownerOf(mandate.vehicleId) != terms.payer && !_once(8)) {
            title.give(mandate.vehicleId, terms.payer);
        }
        mandate.grantEpoch = title.epochOf(mandate.vehicleId);
        mandate.signer = terms.signer;
        mandate.asset = terms.asset;
        mandate.capPerPeriod = uint96(100 + _below(900));
        mandate.periodSeconds = [uint32(1), 1 hours, 1 days, 7 days][_below(4)];
        if (mandate.periodSeconds == 1) mandate.periodSeconds = 1 + uint32(_below(10 days));
        mandate.totalCap = uint96(mandate.capPerPeriod * (1 + _below(4)) + _below(100));
        mandate.payeeRoot = _once(4) ? _root() : bytes32(0);
        mandate.validFrom = uint40(block.timestamp - _below(3 days));
        if (_once(12)) mandate.validFrom = uint40(block.timestamp + _below(3 days));
        mandate.expiresAt = mandate.validFrom + uint40(4 days + _below(60 days));
        mandate.salt = ++_salt;
    }

    /// @dev Whether the car is not, or not without a break, the owner's since the mandate was made.
    function _isTitleMoved(Mandate memory mandate) internal view returns (bool) {
        return
            title.epochOf(mandate.vehicleId) != mandate.grantEpoch ||
            title.ownerOf(mandate.vehicleId) != mandate.owner;
    }

    /* SELLING */

    /// @dev To somebody of the cast, or to who has it: a new epoch all the same.
    function sell(uint256 seed) external drawing(seed) {
        uint256 vehicleId = vehicles[_below(vehicles.length)];
        bool isSoldBack = _once(3);
        address owner = title.ownerOf(vehicleId);
        if (isSoldBack) title.give(vehicleId, stranger);
        title.give(vehicleId, isSoldBack ? owner : cast[_below(cast.length)]);
        ledger.count("sold a car");
    }

    /* USING */

    function fundByMandate(uint256 seed) external drawing(seed) {
        if (ledger.grantCount() == 0 || _once(16)) return _giveMandate(_below(ledger.purseCount()));
        Use memory use;
        use.grant = _someGrant();
        _fund(use, ledger.grantOf(use.grant));
    }

    function _fund(Use memory use, ChannelLedger.Grant memory grant) private {
        use.purse = _purseFor(grant.mandate);
        ChannelLedger.Purse memory purse = ledger.purseOf(use.purse);
        _chooseOrder(use, grant.mandate, purse);
        use.newDeposited = _wished(use, grant.mandate, purse);
        use.isListed = grant.mandate.payeeRoot == 0 || _isListed(purse.terms.payee);
        use.isSigned = grant.isGiven || !_once(10);
        _supply(grant.mandate, use.newDeposited);

        bytes4 refusal = _whyNotUsed(use, grant, purse);
        if (refusal == CARRIED_OUT) refusal = _whyNotFunded(use, grant.mandate, purse);
        uint256 before = _wealthOf(grant.mandate);
        bytes memory data = abi.encodeCall(
            IPaymentChannels.fundByMandate,
            (purse.terms, use.newDeposited, grant.mandate, _mandateProof(use, grant, purse))
        );
        (bool isDone, ) = _act(use.caller, 0, data, refusal, "C5 funding by mandate");
        if (!isDone) {
            if (refusal == IPaymentChannels.MandateExceeded.selector) ledger.count("refused over the cap");
            return;
        }
        ledger.noteTaken(use.grant, before - _wealthOf(grant.mandate));
        ledger.noteSpent(use.grant, use.purse, use.newDeposited - purse.deposited);
        ledger.count(purse.deposited == 0 ? "opened by mandate" : "topped up by mandate");
        ledger.count(use.isCarCaller ? "funded by a car" : "funded by an order");
        ledger.count(grant.mandate.asset == address(0) ? "funded of a reserve" : "funded of an allowance");
        ledger.count(grant.isGiven ? "funded by a given mandate" : "funded by a signed mandate");
    }

    /// @dev The car itself, if its key is of the curve of accounts, or anybody with its order.
    function _chooseOrder(Use memory use, Mandate memory mandate, ChannelLedger.Purse memory purse) private {
        use.isCarCaller = !keyOf[mandate.signer].isP256 && _once(2);
        use.caller = use.isCarCaller ? _carOf(mandate.signer) : _anybody();
        use.deadline = uint40(_once(10) ? block.timestamp - 1 : block.timestamp + _below(9));
        use.epoch = purse.exits != 0 && _once(10) ? purse.exits - 1 : purse.exits;
        use.isOrdered = !_once(12);
    }

    /// @dev All that is left, one more, or a part.
    function _wished(
        Use memory use,
        Mandate memory mandate,
        ChannelLedger.Purse memory purse
    ) private returns (uint96) {
        if (_once(24)) return purse.deposited;
        uint256 left = block.timestamp < mandate.validFrom ? 1 : ledger.leftOf(use.grant, block.timestamp);
        uint256 wish = left + _below(2);
        if (left > 1 && !_once(3)) wish = 1 + _below(left);
        wish += purse.deposited;
        return wish > type(uint96).max ? type(uint96).max : uint96(wish);
    }

    function _whyNotUsed(
        Use memory use,
        ChannelLedger.Grant memory grant,
        ChannelLedger.Purse memory purse
    ) private view returns (bytes4) {
        Mandate memory mandate = grant.mandate;
        bool isForeign = purse.terms.payer != mandate.owner || purse.terms.signer != mandate.signer;
        if (isForeign || purse.terms.asset != mandate.asset) {
            return IPaymentChannels.MandateTermsForeign.selector;
        }
        if (use.newDeposited <= purse.deposited) return IPaymentChannels.MandateNothingToFund.selector;
        if (!use.isListed) return IPaymentChannels.MandatePayeeNotListed.selector;
        if (grant.isRevoked) return IPaymentChannels.MandateIsRevoked.selector;
        if (block.timestamp < mandate.validFrom || block.timestamp >= mandate.expiresAt) {
            return IPaymentChannels.MandateNotInForce.selector;
        }
        if (_isTitleMoved(mandate)) return IPaymentChannels.MandateTitleMoved.selector;
        if (!use.isSigned) return IPaymentChannels.MandateNotGiven.selector;
        if (use.isCarCaller) return CARRIED_OUT;
        if (block.timestamp > use.deadline) return IPaymentChannels.MandateOrderExpired.selector;
        bool isOrdered = use.isOrdered && use.epoch == purse.exits;
        return isOrdered ? CARRIED_OUT : IPaymentChannels.MandateOrderInvalid.selector;
    }

    function _whyNotFunded(
        Use memory use,
        Mandate memory mandate,
        ChannelLedger.Purse memory purse
    ) private view returns (bytes4 refusal) {
        uint96 amount = use.newDeposited - purse.deposited;
        if (amount > ledger.leftOf(use.grant, block.timestamp)) {
            return IPaymentChannels.MandateExceeded.selector;
        }
        if (purse.deposited != 0) refusal = _whyNotAdd(purse, amount);
        if (refusal != CARRIED_OUT) return refusal;
        if (mandate.asset != address(0)) return _whyNotTaken(mandate.asset, mandate.owner);
        return
            amount > ledger.reserveOf(mandate.owner)
                ? IPaymentChannels.ReserveTooSmall.selector
                : CARRIED_OUT;
    }

    function _mandateProof(
        Use memory use,
        ChannelLedger.Grant memory grant,
        ChannelLedger.Purse memory purse
    ) private view returns (MandateProof memory proof) {
        if (!grant.isGiven) {
            address author = use.isSigned ? grant.mandate.owner : stranger;
            proof.ownerSignature = _signAs(author, _digest(grant.mandateId));
        }
        if (grant.mandate.payeeRoot != 0) {
            proof.payeeProof = new bytes32[](1);
            proof.payeeProof[0] = _leaf(purse.terms.payee == _listed[0] ? _listed[1] : _listed[0]);
        }
        proof.deadline = use.deadline;
        if (use.isCarCaller) return proof;
        bytes32 typeHash = keccak256(
            "FundingOrder(bytes32 mandateId,bytes32 channelId,uint24 epoch,uint96 newDeposited,uint40 deadline)"
        );
        uint96 ordered = use.isOrdered ? use.newDeposited : use.newDeposited ^ 1;
        bytes32 structHash = keccak256(
            abi.encode(typeHash, grant.mandateId, purse.channelId, use.epoch, ordered, use.deadline)
        );
        proof.machineSignature = _signAsMachine(grant.mandate.signer, _digest(structHash), false);
    }

    /// @dev Mostly one that can be used, as long as there is one.
    function _someGrant() private returns (uint256 index) {
        uint256 count = ledger.grantCount();
        uint256 start = _below(count);
        if (_once(8)) return start;
        for (uint256 i = 0; i < count; ++i) {
            index = (start + i) % count;
            ChannelLedger.Grant memory grant = ledger.grantOf(index);
            Mandate memory mandate = grant.mandate;
            if (grant.isRevoked || title.epochOf(mandate.vehicleId) != mandate.grantEpoch) continue;
            if (block.timestamp >= mandate.validFrom && block.timestamp < mandate.expiresAt) return index;
        }
        return start;
    }

    /// @dev Mostly a channel that the mandate is for, and that nobody closes.
    function _purseFor(Mandate memory mandate) private returns (uint256 index) {
        uint256 count = ledger.purseCount();
        uint256 start = _below(count);
        if (_once(24)) return start;
        bool takesClosing = _once(12);
        for (uint256 i = 0; i < count; ++i) {
            index = (start + i) % count;
            ChannelLedger.Purse memory purse = ledger.purseOf(index);
            if (purse.terms.payer != mandate.owner || purse.terms.signer != mandate.signer) continue;
            if (purse.terms.asset != mandate.asset) continue;
            if (takesClosing || purse.closeDeadline == 0) return index;
        }
        return start;
    }

    function _wealthOf(Mandate memory mandate) private view returns (uint256) {
        return
            mandate.asset == address(0)
                ? channels.reserveOf(mandate.owner)
                : ledger.presentOf(mandate.asset, mandate.owner);
    }

    /* RESERVE */

    function addReserve(uint256 seed) external drawing(seed) {
        _addReserve(cast[_below(cast.length)], _below(1_000));
    }

    /// @dev An owner whose reserve is too small mostly adds to it before its car needs it.
    function _supply(Mandate memory mandate, uint96 amount) private {
        bool isShort = mandate.asset == address(0) && ledger.reserveOf(mandate.owner) < amount;
        if (isShort && !_once(6)) _addReserve(mandate.owner, uint256(amount) + 1_000);
    }

    function _addReserve(address owner, uint256 amount) internal {
        bytes memory data = abi.encodeCall(IPaymentChannels.addReserve, ());
        _act(owner, amount, data, CARRIED_OUT, "C2 adding to a reserve");
        ledger.noteReserved(owner, amount);
        ledger.count("added to a reserve");
    }

    /// @dev All, one more, or a part, of who has one or not.
    function withdrawReserve(uint256 seed) external drawing(seed) {
        address owner = _once(6) ? stranger : cast[_below(cast.length)];
        for (uint256 i = 0; i < cast.length && ledger.reserveOf(owner) == 0; ++i) owner = cast[i];
        if (isWallet[owner] && _once(2)) MoodyWallet(payable(owner)).setMood(Mood.Kind);
        uint256 reserve = ledger.reserveOf(owner);
        uint256 amount = _once(3) ? reserve + _below(2) : _below(reserve + 1);
        bytes4 refusal =
            _arrives(address(0), owner) ? CARRIED_OUT : IPaymentChannels.BalanceNotCollected.selector;
        if (amount > reserve) refusal = IPaymentChannels.ReserveTooSmall.selector;
        bytes memory data = abi.encodeCall(IPaymentChannels.withdrawReserve, (amount));
        (bool isDone, ) = _act(owner, 0, data, refusal, "C3 withdrawal of a reserve");
        if (!isDone) return;
        ledger.noteUnreserved(owner, amount);
        ledger.count("took from a reserve");
    }

    /* HASHES */

    function _mandateIdOf(Mandate memory mandate) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256(
            "Mandate(address owner,uint256 vehicleId,uint24 grantEpoch,bytes32 signer,address asset,uint96 capPerPeriod,uint32 periodSeconds,uint96 totalCap,bytes32 payeeRoot,uint40 validFrom,uint40 expiresAt,uint64 salt)"
        );
        return keccak256(abi.encode(typeHash, mandate));
    }

    function _isListed(address payee) private view returns (bool) {
        return payee == _listed[0] || payee == _listed[1];
    }

    function _leaf(address payee) private pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(payee))));
    }

    function _root() private view returns (bytes32) {
        (bytes32 a, bytes32 b) = (_leaf(_listed[0]), _leaf(_listed[1]));
        return a < b ? keccak256(abi.encode(a, b)) : keccak256(abi.encode(b, a));
    }
}
