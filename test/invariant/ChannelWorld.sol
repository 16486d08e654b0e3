// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC7913P256Verifier} from "@openzeppelin/contracts/utils/cryptography/verifiers/ERC7913P256Verifier.sol";
import {IVehicleTitle} from "../../contracts/interfaces/IVehicleTitle.sol";
import {PaymentChannels} from "../../contracts/mobility/PaymentChannels.sol";
import {ChannelTerms} from "../../contracts/types/ChannelTypes.sol";
import {KeySigner} from "../helpers/KeySigner.sol";
import {ChannelAmbushHandler} from "./handlers/ChannelAmbushHandler.sol";
import {ChannelHandler, ChannelStage} from "./handlers/ChannelHandler.sol";
import {ChannelLedger} from "./handlers/ChannelLedger.sol";
import {ChannelMandateHandler} from "./handlers/ChannelMandateHandler.sol";
import {BareToken, BlockToken, HookToken, PlainToken, VoidToken} from "./mocks/ChannelTokens.sol";
import {MoodyWallet} from "./mocks/MoodyWallet.sol";
import {TitleStub} from "./mocks/TitleStub.sol";

/// @dev All handlers in one, so that each of their functions is called as often as any other. It begins where much can go
/// wrong: every channel has been closed before and has an old voucher, most are open again, and mandates are given.
abstract contract ChannelPlay is ChannelAmbushHandler {
    constructor(
        ChannelStage memory stage
    ) ChannelHandler(stage) ChannelMandateHandler(stage.cast[2], stage.cast[3]) {
        uint256 count = ledger.purseCount();
        for (uint256 i = 0; i < count; ++i) {
            _begin(i, 500);
            _signVoucher(i, 400);
            _end(i);
            if (i % 5 != 4) _begin(i, 1_000);
        }
        for (uint256 i = 0; i < cast.length - 1; ++i) _addReserve(cast[i], 2_000);
        for (uint256 i = 0; i < count; i += 2) _giveMandate(i);
        _absorbAmbush();
        ledger.beginRound();
    }
}

/// @dev Payers and payees with and without code, machines of both curves, and a stranger; the native coin and four tokens.
/// Twenty channels, so that several are of one payee, or of one payer and machine.
abstract contract ChannelWorld is KeySigner {
    uint40 internal constant NOW = 1_800_000_000;

    PaymentChannels internal channels;
    ChannelLedger internal ledger;

    ChannelStage private _stage;
    address[] private _targets;

    function setUp() public virtual {
        vm.warp(NOW);
        _stage.title = new TitleStub();
        address verifier = address(new ERC7913P256Verifier());
        channels = new PaymentChannels(IVehicleTitle(address(_stage.title)), verifier, address(0));
        ledger = new ChannelLedger(address(channels));
        _stage.channels = channels;
        _stage.ledger = ledger;
        _admitCast();
        _cutKeys(verifier);
        _mint();
        _enlist();
        for (uint256 i = 0; i < 3; ++i) {
            _stage.vehicles.push(uint256(keccak256(abi.encode("vehicle", i))));
            _stage.title.give(_stage.vehicles[i], _stage.cast[i]);
        }
        _targets.push(address(_play(_stage)));
    }

    function targetContracts() public view returns (address[] memory) {
        return _targets;
    }

    /// @dev The runner knows contracts of the test's own file only.
    function _play(ChannelStage memory stage) internal virtual returns (ChannelPlay);

    function _admitCast() private {
        for (uint256 i = 0; i < 10; ++i) {
            uint256 secret = 0xC0FFEE + i;
            address account = vm.addr(secret);
            // a payer and three payees have code, and their owner signs
            if (i > 4 && i < 9) {
                MoodyWallet wallet = new MoodyWallet(account);
                account = address(wallet);
                _stage.wallets.push(wallet);
            }
            (bool isSent, ) = account.call{value: 1e24}("");
            assertTrue(isSent, "coin for everybody");
            _stage.cast.push(account);
            _stage.secrets.push(secret);
        }
        _stage.lurker = _stage.wallets[3];
    }

    function _cutKeys(address verifier) private {
        for (uint256 i = 0; i < 4; ++i) {
            Key memory key = i % 2 == 0 ? _secp256k1(0xCA4 + i) : _p256(0xCA4 + i);
            _stage.keys.push(key);
            _stage.signers.push(_idOf(key, verifier));
        }
    }

    function _idOf(Key memory key, address verifier) private pure returns (bytes32) {
        if (!key.isP256) return bytes32(uint256(uint160(vm.addr(key.secret))));
        (uint256 x, uint256 y) = vm.publicKeyP256(key.secret);
        return keccak256(abi.encodePacked(verifier, x, y));
    }

    function _mint() private {
        _stage.plain = new PlainToken();
        _stage.silent = new VoidToken();
        _stage.blocking = new BlockToken();
        _stage.hooking = new HookToken(_stage.lurker);
        address[] memory assets = new address[](5);
        assets[1] = address(_stage.plain);
        assets[2] = address(_stage.silent);
        assets[3] = address(_stage.blocking);
        assets[4] = address(_stage.hooking);
        address[] memory accounts = new address[](_stage.cast.length + 1);
        accounts[accounts.length - 1] = address(channels);
        for (uint256 i = 0; i < _stage.cast.length; ++i) {
            accounts[i] = _stage.cast[i];
            for (uint256 j = 1; j < assets.length; ++j) {
                BareToken(assets[j]).mint(accounts[i], type(uint128).max);
                vm.prank(accounts[i]);
                BareToken(assets[j]).approve(address(channels), 1);
            }
        }
        ledger.takeStock(assets, accounts);
    }

    /// @dev Who is who of the cast: 0 and 1 pay, 2 and 3 are paid, 4 operates, 5 is a payer's wallet, 6 and 7 are payees' wallets,
    /// 8 lurks.
    function _enlist() private {
        address coin;
        _enlist(0, 0, 2, 4, coin);
        _enlist(0, 0, 6, 4, coin);
        _enlist(0, 0, 7, 9, coin);
        _enlist(5, 1, 2, 4, coin);
        _enlist(5, 1, 6, 4, coin);
        _enlist(0, 1, 8, 4, coin);
        _enlist(8, 2, 8, 4, coin);
        _enlist(8, 2, 2, 4, coin);
        address plain = address(_stage.plain);
        _enlist(0, 0, 2, 4, plain);
        _enlist(1, 1, 2, 4, plain);
        _enlist(0, 0, 3, 9, plain);
        address silent = address(_stage.silent);
        _enlist(0, 0, 2, 4, silent);
        _enlist(1, 2, 2, 4, silent);
        address blocking = address(_stage.blocking);
        _enlist(0, 3, 2, 4, blocking);
        _enlist(1, 0, 2, 4, blocking);
        _enlist(1, 0, 3, 9, blocking);
        address hooking = address(_stage.hooking);
        _enlist(8, 2, 2, 4, hooking);
        _enlist(0, 3, 8, 4, hooking);
        _enlist(8, 2, 8, 4, hooking);
        _enlist(8, 2, 2, 4, hooking);
    }

    /// @dev An operator of 9 is none.
    function _enlist(uint256 payer, uint256 key, uint256 payee, uint256 operator, address asset) private {
        uint256 count = ledger.purseCount();
        ledger.enlist(
            ChannelTerms({
                payer: _stage.cast[payer],
                signer: _stage.signers[key],
                payee: _stage.cast[payee],
                operator: operator == 9 ? address(0) : _stage.cast[operator],
                asset: asset,
                closeDelaySeconds: count % 3 == 0 ? 15 minutes : uint32(count * 1 days),
                salt: uint64(count)
            })
        );
    }
}
