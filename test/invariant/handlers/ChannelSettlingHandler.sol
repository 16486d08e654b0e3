// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPaymentChannels} from "../../../contracts/interfaces/IPaymentChannels.sol";
import {PaymentChannels} from "../../../contracts/mobility/PaymentChannels.sol";
import {
    ChannelTerms,
    Claim,
    ClaimAmounts,
    ClaimOutcome,
    ClosingTerms,
    Payee
} from "../../../contracts/types/ChannelTypes.sol";
import {MoodyWallet, Mood} from "../mocks/MoodyWallet.sol";
import {ChannelHandler} from "./ChannelHandler.sol";
import {ChannelLedger} from "./ChannelLedger.sol";

/// @dev Vouchers are signed and claimed, good ones between bad ones; none is ever thrown away.
abstract contract ChannelSettlingHandler is ChannelHandler {
    /// @dev What a machine signed.
    struct Voucher {
        uint24 epoch;
        uint96 ceiling;
        bytes32 sessionHash;
        bytes proof;
    }

    /// @dev A claim, with what is known of it. A foreign one is of no channel; one with excess has a word too long.
    struct Row {
        uint256 index;
        uint96 newSettled;
        Voucher voucher;
        bool isForged;
        bool isForeign;
        uint256 excess;
    }

    uint256 private constant MAX_ROWS = 4;
    bytes32 private constant SESSION = keccak256("charge detail record");

    mapping(uint256 index => Voucher[]) private _vouchers;

    /* SETTLING */

    function settle(uint256 seed) external drawing(seed) {
        uint256 index = _somePurse(Want.Unspent);
        ChannelTerms memory terms = ledger.purseOf(index).terms;
        uint256[] memory indices = _ofPayee(terms);
        uint96[] memory settled = new uint96[](indices.length);
        for (uint256 i = 0; i < indices.length; ++i) settled[i] = ledger.purseOf(indices[i]).settled;

        Row[] memory rows = new Row[](_once(32) ? 0 : 1 + _below(MAX_ROWS));
        ClaimOutcome[] memory outcomes = new ClaimOutcome[](rows.length);
        uint256 sum;
        for (uint256 i = 0; i < rows.length; ++i) {
            uint256 place = _below(indices.length);
            rows[i] = _row(indices[place], settled[place]);
            outcomes[i] = _outcomeOf(rows[i], settled[place]);
            if (outcomes[i] != ClaimOutcome.Settled) continue;
            sum += rows[i].newSettled - settled[place];
            settled[place] = rows[i].newSettled;
        }
        _settle(terms, rows, sum, outcomes);
    }

    function _settle(
        ChannelTerms memory terms,
        Row[] memory rows,
        uint256 sum,
        ClaimOutcome[] memory outcomes
    ) private {
        address rightful = terms.operator != address(0) && _once(2) ? terms.operator : terms.payee;
        address caller = _mostly(rightful);
        bool isCredit = _once(3);
        Payee memory to = Payee({payee: terms.payee, operator: terms.operator, asset: terms.asset});
        bytes4 refusal =
            caller == terms.payee || caller == terms.operator
                ? CARRIED_OUT
                : IPaymentChannels.ChannelNotPayee.selector;
        bytes memory data = abi.encodeCall(PaymentChannels.settle, (to, _claims(rows), isCredit));
        (bool isDone, bytes memory answer) = _act(caller, 0, data, refusal, "C3 settling");
        if (!isDone) return;
        assertEq(abi.decode(answer, (uint256)), sum, _law(outcomes, rows));

        for (uint256 i = 0; i < rows.length; ++i) {
            _countRow(rows[i], outcomes[i]);
            if (outcomes[i] == ClaimOutcome.Settled) ledger.noteSettled(rows[i].index, rows[i].newSettled);
        }
        if (isCredit) ledger.noteCredited(terms.asset, terms.payee, sum);
        else _pay(terms.asset, terms.payee, sum);
        if (sum == 0) return;
        ledger.count(isCredit ? "settled and credited" : "settled and sent");
        if (caller != terms.payee) ledger.count("settled by an operator");
    }

    /// @dev What a sum that was not foretold breaks, if one of these claims was counted.
    function _law(ClaimOutcome[] memory outcomes, Row[] memory rows) private view returns (string memory) {
        for (uint256 i = 0; i < rows.length; ++i) {
            bool isOld = rows[i].voucher.epoch != ledger.purseOf(rows[i].index).exits;
            if (outcomes[i] == ClaimOutcome.OverDeposit) return "C1 no more is settled than was deposited";
            if (outcomes[i] == ClaimOutcome.SignatureInvalid && isOld)
                return "C4 an old voucher is worth nothing";
        }
        return "C3 a batch pays what its good claims come to";
    }

    function _countRow(Row memory row, ClaimOutcome outcome) private {
        bool isOld = row.voucher.epoch != ledger.purseOf(row.index).exits;
        if (outcome == ClaimOutcome.Settled) {
            bool isSession = row.voucher.sessionHash != 0;
            ledger.count(isSession ? "claimed by a session voucher" : "claimed by a voucher");
            bool isP256 = keyOf[ledger.purseOf(row.index).terms.signer].isP256;
            ledger.count(isP256 ? "claimed by P-256" : "claimed by secp256k1");
        }
        if (outcome == ClaimOutcome.NotOpen) ledger.count("passed over: not open");
        if (outcome == ClaimOutcome.DeadlinePassed) ledger.count("passed over: deadline");
        if (outcome == ClaimOutcome.NothingNew) ledger.count("passed over: nothing new");
        if (outcome == ClaimOutcome.OverCeiling) ledger.count("passed over: over the ceiling");
        if (outcome == ClaimOutcome.OverDeposit) ledger.count("passed over: over the deposit");
        if (outcome == ClaimOutcome.SignatureInvalid) {
            ledger.count(isOld ? "passed over: of an earlier epoch" : "passed over: signature");
        }
    }

    /* COLLECTING */

    /// @dev Mostly a balance that there is; a wallet that would not take it changes its mind every other time.
    function collect(uint256 seed) external drawing(seed) {
        (address asset, address account) = _someCredit();
        if (asset == address(0) && isWallet[account] && _once(2)) {
            MoodyWallet(payable(account)).setMood(Mood.Kind);
        }
        uint256 credit = ledger.creditOf(asset, account);
        bytes4 refusal =
            credit == 0 || _arrives(asset, account)
                ? CARRIED_OUT
                : IPaymentChannels.BalanceNotCollected.selector;
        bytes memory data = abi.encodeCall(PaymentChannels.collect, (asset, account));
        (bool isDone, bytes memory answer) = _act(_anybody(), 0, data, refusal, "C3 collecting");
        if (!isDone) return ledger.count("not collected");
        assertEq(abi.decode(answer, (uint256)), credit, "C3 a balance is collected whole");
        if (credit == 0) return;
        ledger.noteCollected(asset, account);
        ledger.count("collected");
    }

    function _someCredit() internal returns (address asset, address account) {
        address[] memory assets = ledger.assets();
        uint256 start = _below(assets.length * cast.length);
        for (uint256 i = 0; i < assets.length * cast.length; ++i) {
            uint256 place = (start + i) % (assets.length * cast.length);
            (asset, account) = (assets[place / cast.length], cast[place % cast.length]);
            if (ledger.creditOf(asset, account) != 0) return (asset, account);
        }
    }

    /* CLAIMS */

    /// @dev A claim of channel `index` when `settled` was claimed before: half of them good, as far as there is money.
    function _row(uint256 index, uint96 settled) internal returns (Row memory row) {
        ChannelLedger.Purse memory purse = ledger.purseOf(index);
        uint256 kind = _below(16);
        if (kind < 3 && _vouchers[index].length != 0) return _oldRow(index, purse, settled);
        row.index = index;
        uint96 left = purse.deposited > settled ? purse.deposited - settled : 0;
        row.newSettled = settled + (left == 0 ? 0 : _part(left));
        uint96 ceiling = row.newSettled;
        // a voucher may promise more than there is
        if (_once(3)) ceiling = _plus(ceiling, uint96(_below(2_000)));
        if (kind == 3) row.newSettled = _plus(ceiling, 1);
        if (kind == 4) {
            row.newSettled = _plus(purse.deposited, uint96(1 + _below(50)));
            ceiling = _plus(row.newSettled, uint96(_below(50)));
        }
        if (kind == 5) row.excess = 1 << (192 + _below(64));
        row.isForeign = kind == 6;
        row.voucher = _signVoucher(index, ceiling);
        if (kind == 7) _forge(row, purse);
    }

    /// @dev The most that a voucher signed before, mostly in an earlier epoch, could be good for.
    function _oldRow(
        uint256 index,
        ChannelLedger.Purse memory purse,
        uint96 settled
    ) private returns (Row memory row) {
        Voucher[] storage vouchers = _vouchers[index];
        uint256 place = _below(vouchers.length);
        if (_once(2)) {
            // the last of the epoch before, if there is any
            for (uint256 i = vouchers.length; i > 0; --i) {
                if (vouchers[i - 1].epoch == purse.exits) continue;
                place = i - 1;
                break;
            }
        }
        row.index = index;
        row.voucher = vouchers[place];
        row.newSettled = row.voucher.ceiling;
        if (row.newSettled > purse.deposited) row.newSettled = purse.deposited;
        if (row.newSettled > settled && _once(2)) row.newSettled = settled + _part(row.newSettled - settled);
    }

    function _part(uint96 left) private returns (uint96) {
        if (_once(6)) return left;
        uint256 limit = left > 400 ? left / 4 : left;
        return uint96(1 + _below(limit));
    }

    function _plus(uint96 amount, uint96 more) private pure returns (uint96) {
        return amount > type(uint96).max - more ? type(uint96).max : amount + more;
    }

    function _outcomeOf(Row memory row, uint96 settled) internal view returns (ClaimOutcome) {
        ChannelLedger.Purse memory purse = ledger.purseOf(row.index);
        if (row.isForeign || purse.deposited == 0) return ClaimOutcome.NotOpen;
        if (_isOver(purse)) return ClaimOutcome.DeadlinePassed;
        if (row.newSettled <= settled) return ClaimOutcome.NothingNew;
        if (row.newSettled > row.voucher.ceiling || row.excess != 0) return ClaimOutcome.OverCeiling;
        if (row.newSettled > purse.deposited) return ClaimOutcome.OverDeposit;
        if (row.isForged || row.voucher.epoch != purse.exits) return ClaimOutcome.SignatureInvalid;
        return ClaimOutcome.Settled;
    }

    function _claims(Row[] memory rows) internal view returns (Claim[] memory claims) {
        claims = new Claim[](rows.length);
        for (uint256 i = 0; i < rows.length; ++i) {
            ChannelTerms memory terms = ledger.purseOf(rows[i].index).terms;
            uint256 salt = rows[i].isForeign ? uint256(terms.salt) + 1_000 : terms.salt;
            claims[i] = Claim({
                payer: terms.payer,
                signer: terms.signer,
                closing: ClosingTerms.wrap((salt << 32) | terms.closeDelaySeconds),
                amounts: _amounts(rows[i]),
                proof: rows[i].voucher.proof
            });
        }
    }

    function _amounts(Row memory row) internal pure returns (ClaimAmounts) {
        return ClaimAmounts.wrap(row.excess | (uint256(row.newSettled) << 96) | row.voucher.ceiling);
    }

    /// @dev The channels that a batch for this payee can claim of.
    function _ofPayee(ChannelTerms memory terms) internal view returns (uint256[] memory indices) {
        uint256 count = ledger.purseCount();
        indices = new uint256[](count);
        uint256 found;
        for (uint256 i = 0; i < count; ++i) {
            ChannelTerms memory other = ledger.purseOf(i).terms;
            bool isAlike = other.payee == terms.payee && other.operator == terms.operator;
            if (isAlike && other.asset == terms.asset) indices[found++] = i;
        }
        // Assembly: cuts the list to what was found.
        assembly ("memory-safe") {
            mstore(indices, found)
        }
    }

    /* VOUCHERS */

    function _signVoucher(uint256 index, uint96 ceiling) internal returns (Voucher memory voucher) {
        ChannelLedger.Purse memory purse = ledger.purseOf(index);
        voucher.epoch = purse.exits;
        voucher.ceiling = ceiling;
        voucher.sessionHash = _once(3) ? SESSION : bytes32(0);
        voucher.proof = _proofOf(purse.terms.signer, purse.channelId, voucher);
        _vouchers[index].push(voucher);
    }

    function _proofOf(
        bytes32 signer,
        bytes32 channelId,
        Voucher memory voucher
    ) private returns (bytes memory) {
        bytes32 sessionHash = voucher.sessionHash;
        if (sessionHash == 0) {
            bytes32 plainType = keccak256("Voucher(bytes32 channelId,uint24 epoch,uint96 ceiling)");
            bytes32 plainHash = keccak256(abi.encode(plainType, channelId, voucher.epoch, voucher.ceiling));
            return _signAsMachine(signer, _digest(plainHash), _once(2));
        }
        bytes32 sessionType = keccak256(
            "SessionVoucher(bytes32 channelId,uint24 epoch,uint96 ceiling,bytes32 sessionHash)"
        );
        bytes32 structHash = keccak256(
            abi.encode(sessionType, channelId, voucher.epoch, voucher.ceiling, sessionHash)
        );
        return abi.encodePacked(_signAsMachine(signer, _digest(structHash), true), sessionHash);
    }

    /// @dev By another machine, of another channel, of a lower ceiling, for another session, or cut short.
    function _forge(Row memory row, ChannelLedger.Purse memory purse) private {
        row.isForged = true;
        uint256 flaw = _below(5);
        Voucher memory voucher = row.voucher;
        if (flaw == 0) {
            bytes32 other = signers[0] == purse.terms.signer ? signers[1] : signers[0];
            voucher.proof = _proofOf(other, purse.channelId, voucher);
        } else if (flaw == 1) {
            voucher.proof = _proofOf(purse.terms.signer, keccak256("another"), voucher);
        } else if (flaw == 2 && voucher.ceiling != 0) {
            voucher.ceiling -= 1;
            voucher.proof = _proofOf(purse.terms.signer, purse.channelId, voucher);
            voucher.ceiling += 1;
        } else if (flaw == 3) {
            voucher.proof = abi.encodePacked(voucher.proof, keccak256("another session"));
        } else {
            bytes memory proof = voucher.proof;
            // Assembly: two bytes less of the copy in memory; one byte less can be a good signature by ERC-2098.
            assembly ("memory-safe") {
                mstore(proof, sub(mload(proof), 2))
            }
        }
    }
}
