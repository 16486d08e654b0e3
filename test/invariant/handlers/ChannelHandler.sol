// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {AssetLib} from "../../../contracts/libraries/AssetLib.sol";
import {PaymentChannels} from "../../../contracts/mobility/PaymentChannels.sol";
import {KeySigner} from "../../helpers/KeySigner.sol";
import {BlockToken, HookToken, PlainToken, VoidToken} from "../mocks/ChannelTokens.sol";
import {Mood, MoodyWallet} from "../mocks/MoodyWallet.sol";
import {TitleStub} from "../mocks/TitleStub.sol";
import {ChannelLedger} from "./ChannelLedger.sol";

/// @dev The contract under test, its ledger, and who plays. Each of the accounts with a secret signs with it, wallets by
/// their owner; `lurker` is the wallet that calls out while it is paid, or while the hook token moves.
struct ChannelStage {
    PaymentChannels channels;
    ChannelLedger ledger;
    TitleStub title;
    PlainToken plain;
    VoidToken silent;
    BlockToken blocking;
    HookToken hooking;
    MoodyWallet[] wallets;
    MoodyWallet lurker;
    address[] cast;
    uint256[] secrets;
    KeySigner.Key[] keys;
    bytes32[] signers;
    uint256[] vehicles;
}

/// @dev Makes calls whose outcome it foretells, with an account that may be about to call in between. Whatever is chosen is
/// drawn from the one seed of an action.
abstract contract ChannelHandler is KeySigner {
    enum Want {
        Closed,
        Open,
        Fillable,
        Closing,
        Unspent
    }

    bytes4 internal constant CARRIED_OUT = 0;
    bytes4 private constant WITHOUT_A_WORD = 0xffffffff;

    /// @dev What a caller gives. Who collects for a receiver that burns all it gets loses it.
    uint256 private constant CALL_GAS = 5_000_000;

    PaymentChannels internal immutable channels;
    ChannelLedger internal immutable ledger;
    TitleStub internal immutable title;
    PlainToken internal immutable plain;
    BlockToken internal immutable blocking;
    MoodyWallet internal immutable lurker;
    address internal immutable stranger;
    MoodyWallet[] internal wallets;
    address[] internal cast;
    uint256[] internal vehicles;
    bytes32[] internal signers;

    mapping(address account => uint256) internal secretOf;
    mapping(address account => bool) internal isWallet;
    mapping(bytes32 signer => Key) internal keyOf;

    bytes32 private immutable _domain;
    uint256 private _luck;

    constructor(ChannelStage memory stage) {
        channels = stage.channels;
        ledger = stage.ledger;
        title = stage.title;
        plain = stage.plain;
        blocking = stage.blocking;
        lurker = stage.lurker;
        cast = stage.cast;
        stranger = stage.cast[stage.cast.length - 1];
        vehicles = stage.vehicles;
        signers = stage.signers;
        for (uint256 i = 0; i < stage.wallets.length; ++i) {
            wallets.push(stage.wallets[i]);
            isWallet[address(stage.wallets[i])] = true;
        }
        for (uint256 i = 0; i < cast.length; ++i) secretOf[cast[i]] = stage.secrets[i];
        for (uint256 i = 0; i < signers.length; ++i) keyOf[signers[i]] = stage.keys[i];
        _domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("blok auto payment channels"),
                keccak256("1"),
                block.chainid,
                stage.channels
            )
        );
    }

    /// @dev Every action begins with its seed, and ends by writing down what the lurker did meanwhile.
    modifier drawing(uint256 seed) {
        _luck = seed;
        _;
        _absorbAmbush();
    }

    /* CALLS */

    function _act(
        address caller,
        uint256 value,
        bytes memory data,
        bytes4 refusal,
        string memory law
    ) internal returns (bool isDone, bytes memory answer) {
        _absorbAmbush();
        _lieInWait();
        vm.prank(caller);
        (isDone, answer) = address(channels).call{value: value, gas: CALL_GAS}(data);
        bytes4 outcome = isDone ? CARRIED_OUT : bytes4(answer);
        if (!isDone && outcome == CARRIED_OUT) outcome = WITHOUT_A_WORD;
        assertEq(bytes32(outcome), bytes32(refusal), law);
        if (!isDone && caller == stranger) ledger.count("refused to a stranger");
    }

    function _lieInWait() internal virtual;

    function _absorbAmbush() internal virtual;

    /* MONEY */

    /// @dev Sends, or keeps for the account what it cannot be sent.
    function _pay(address asset, address to, uint256 amount) internal {
        if (amount == 0) return;
        if (_arrives(asset, to)) {
            ledger.noteMoved(asset, address(channels), to, amount);
        } else {
            ledger.noteCredited(asset, to, amount);
            ledger.count("credited what did not arrive");
        }
    }

    function _arrives(address asset, address to) internal view returns (bool) {
        if (asset == address(blocking)) return !_isBlocked(address(channels), to);
        if (asset != address(0) || !isWallet[to]) return true;
        Mood mood = MoodyWallet(payable(to)).mood();
        return mood == Mood.Kind || mood == Mood.Verbose;
    }

    /// @dev Why a token does not come in; accounts have more than they are asked for.
    function _whyNotTaken(address asset, address from) internal view returns (bytes4) {
        if (asset != address(blocking) || !_isBlocked(from, address(channels))) return CARRIED_OUT;
        return
            blocking.isSilent()
                ? SafeERC20.SafeERC20FailedOperation.selector
                : BlockToken.TokenBlocked.selector;
    }

    function _isBlocked(address from, address to) private view returns (bool) {
        return blocking.isBlocked(from) || blocking.isBlocked(to);
    }

    /* LUCK */

    function _below(uint256 limit) internal returns (uint256) {
        _luck = uint256(keccak256(abi.encode(_luck)));
        return _luck % limit;
    }

    function _once(uint256 times) internal returns (bool) {
        return _below(times) == 0;
    }

    /// @dev Of the cast: payers, payees, an operator and a stranger. Every other time the stranger.
    function _anybody() internal returns (address) {
        return _once(2) ? stranger : cast[_below(cast.length)];
    }

    /// @dev Mostly who may.
    function _mostly(address rightful) internal returns (address) {
        return _once(8) ? _anybody() : rightful;
    }

    /// @dev Mostly a channel of which this is true, as long as there is one.
    function _somePurse(Want want) internal returns (uint256 index) {
        uint256 count = ledger.purseCount();
        uint256 start = _below(count);
        if (_once(16)) return start;
        for (uint256 i = 0; i < count; ++i) {
            index = (start + i) % count;
            if (_is(ledger.purseOf(index), want)) return index;
        }
        return start;
    }

    function _is(ChannelLedger.Purse memory purse, Want want) internal view returns (bool) {
        if (want == Want.Closed) return purse.deposited == 0;
        if (purse.deposited == 0) return false;
        if (want == Want.Fillable) return purse.closeDeadline == 0;
        if (want == Want.Closing) return purse.closeDeadline != 0;
        if (want == Want.Unspent) return purse.settled < purse.deposited && !_isOver(purse);
        return true;
    }

    function _isOver(ChannelLedger.Purse memory purse) internal view returns (bool) {
        return purse.closeDeadline != 0 && block.timestamp >= purse.closeDeadline;
    }

    /* SIGNATURES */

    function _digest(bytes32 structHash) internal view returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", _domain, structHash));
    }

    /// @dev An account's, or its owner's: r, s, v.
    function _signAs(address account, bytes32 digest) internal view returns (bytes memory) {
        return _sign(_secp256k1(secretOf[account]), digest);
    }

    /// @dev A machine's, in the forms the contract takes: r, s, x, y of P-256; r, s, v of secp256k1, or ERC-2098.
    function _signAsMachine(
        bytes32 signer,
        bytes32 digest,
        bool isCompact
    ) internal view returns (bytes memory) {
        Key memory key = keyOf[signer];
        if (key.isP256) {
            (uint256 x, uint256 y) = vm.publicKeyP256(key.secret);
            return abi.encodePacked(_sign(key, digest), x, y);
        }
        if (!isCompact) return _sign(key, digest);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key.secret, digest);
        return abi.encodePacked(r, uint256(s) | (uint256(v - 27) << 255));
    }

    function _carOf(bytes32 signer) internal pure returns (address) {
        return address(uint160(uint256(signer)));
    }
}
