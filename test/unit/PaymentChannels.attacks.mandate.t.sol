// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPaymentChannels} from "../../contracts/interfaces/IPaymentChannels.sol";
import {PaymentChannels} from "../../contracts/mobility/PaymentChannels.sol";
import {ChannelTerms, Mandate, MandateProof} from "../../contracts/types/ChannelTypes.sol";
import {Locks} from "../../contracts/types/Locks.sol";
import {TitleStatus} from "../../contracts/types/TitleTypes.sol";
import {BlokTest} from "../helpers/BlokTest.sol";
import {ChannelSigner} from "../helpers/ChannelSigner.sol";
import {ChannelsTest} from "../helpers/ChannelsTest.sol";
import {GarbageWallet, GasBombWallet, WalletMock} from "../helpers/Wallets.sol";

/// @dev Attacks on owners that let their car pay.
contract PaymentChannelsMandateAttacksTest is ChannelsTest {
    Mandate private mandate;
    ChannelTerms private terms;
    uint256 private ownerHad;

    function setUp() public override {
        super.setUp();
        mandate = _mandate();
        terms = _terms();
        ownerHad = token.balanceOf(payer);
    }

    function _refuses(uint96 newDeposited, MandateProof memory proof, bytes memory reason) private {
        vm.expectRevert(reason);
        _bring(mandate, terms, newDeposited, proof);
    }

    function _orderInvalid() private view returns (bytes memory) {
        return
            abi.encodeWithSelector(
                IPaymentChannels.MandateOrderInvalid.selector,
                _mandateId(mandate),
                _id(terms)
            );
    }

    function _notGiven() private view returns (bytes memory) {
        return
            abi.encodeWithSelector(
                IPaymentChannels.MandateNotGiven.selector,
                _mandateId(mandate),
                mandate.owner
            );
    }

    /* A CAR'S KEY IN WRONG HANDS */

    /// @dev Whoever has the key tries again and again, with channels of its own choice.
    function _drain(address thief) private returns (uint256 taken) {
        uint96[4] memory amounts = [uint96(AMOUNT), CAP, CAP / 2, 1];
        for (uint256 i = 0; i < amounts.length; ++i) {
            ChannelTerms memory each = _terms();
            each.payee = thief;
            each.salt = uint64(block.timestamp * 8 + i);
            MandateProof memory proof;
            vm.prank(vm.addr(CAR_SECRET));
            try channels.fundByMandate(each, amounts[i], mandate, proof) {
                taken += _settle(each, amounts[i]);
            } catch {}
        }
    }

    function test_attack_CarKeyInWrongHands() public {
        vm.prank(payer);
        channels.giveMandate(mandate);
        assertEq(_drain(stranger), CAP, "no more than the cap in a period");
        vm.warp(NOW + PERIOD - 1);
        assertEq(_drain(stranger), 0, "not in its last second");
        vm.warp(NOW + PERIOD);
        assertEq(_drain(stranger), CAP, "the next cap in the next");
        vm.warp(NOW + 10 * uint256(PERIOD));
        assertEq(_drain(stranger), CAP / 2, "no more than the total");
        vm.warp(NOW + 20 * uint256(PERIOD));
        assertEq(_drain(stranger), 0, "then nothing");
        assertEq(ownerHad - token.balanceOf(payer), AMOUNT, "of all the owner has");
    }

    function test_attack_CarKeyAfterTheEnd() public {
        vm.prank(payer);
        channels.giveMandate(mandate);
        vm.warp(mandate.expiresAt);
        assertEq(_drain(stranger), 0, "after it has expired");
        vm.warp(mandate.expiresAt - 1);
        assertEq(_drain(stranger), CAP, "in its last second");
        vm.warp(NOW + 5 days);
        vm.prank(payer);
        channels.revokeMandate(mandate);
        assertEq(_drain(stranger), 0, "after it was revoked");
        assertEq(ownerHad - token.balanceOf(payer), CAP, "nothing more");
    }

    function test_attack_CarKeyOfAStolenOrScrappedCar() public {
        vm.prank(payer);
        channels.giveMandate(mandate);
        title.setState(CAR, TitleStatus.Active, uint16(1) << Locks.THEFT, GRANT);
        assertEq(_drain(stranger), 0, "stolen");
        title.setState(CAR, TitleStatus.Destroyed, 0, GRANT);
        assertEq(_drain(stranger), 0, "scrapped");
        assertEq(token.balanceOf(payer), ownerHad, "nothing");
    }

    function test_attack_CarKeyPaysAnUnlistedPayee() public {
        mandate.payeeRoot = keccak256(abi.encodePacked(keccak256(abi.encode(payee))));
        vm.prank(payer);
        channels.giveMandate(mandate);
        assertEq(_drain(stranger), 0, "not on the list");
        assertEq(_drain(payee), CAP, "on the list");
    }

    /// @dev The tree's inner nodes are no payees, and neither are hashes of payees hashed once.
    function test_attack_InnerNodeAsAPayee() public {
        bytes32 leaf = keccak256(abi.encodePacked(keccak256(abi.encode(payee))));
        bytes32 other = keccak256(abi.encodePacked(keccak256(abi.encode(operator))));
        mandate.payeeRoot = keccak256(
            leaf < other ? abi.encodePacked(leaf, other) : abi.encodePacked(other, leaf)
        );
        vm.prank(payer);
        channels.giveMandate(mandate);
        bytes32[4] memory nodes = [mandate.payeeRoot, leaf, other, keccak256(abi.encode(payee))];
        for (uint256 i = 0; i < nodes.length; ++i) {
            terms.payee = address(uint160(uint256(nodes[i])));
            MandateProof memory proof = _mandateProof(mandate, terms, CAP);
            bytes memory reason = abi.encodeWithSelector(
                IPaymentChannels.MandatePayeeNotListed.selector,
                _mandateId(mandate),
                terms.payee
            );
            _refuses(CAP, proof, reason);
            proof.payeeProof = new bytes32[](1);
            proof.payeeProof[0] = other;
            _refuses(CAP, proof, reason);
            proof.payeeProof[0] = leaf;
            _refuses(CAP, proof, reason);
        }
        // a tree whose leaf is hashed once
        mandate.payeeRoot = keccak256(abi.encode(payee));
        terms.payee = payee;
        MandateProof memory single = _mandateProof(mandate, terms, CAP);
        _refuses(
            CAP,
            single,
            abi.encodeWithSelector(
                IPaymentChannels.MandatePayeeNotListed.selector,
                _mandateId(mandate),
                payee
            )
        );
    }

    /* ORDERS */

    function test_attack_OrderReplayed() public {
        MandateProof memory proof = _mandateProof(mandate, terms, 10);
        _bring(mandate, terms, 10, proof);
        bytes memory nothing = abi.encodeWithSelector(
            IPaymentChannels.MandateNothingToFund.selector,
            _id(terms),
            uint96(10),
            uint96(10)
        );
        _refuses(10, proof, nothing);
        _settle(terms, 10);
        _refuses(10, proof, nothing); // spent to the last
        _close(terms);
        _refuses(10, proof, _orderInvalid()); // the next epoch
        assertEq(ownerHad - token.balanceOf(payer), 10, "once");
    }

    function test_attack_OrderOfAnEarlierEpoch() public {
        MandateProof memory proof = _mandateProof(mandate, terms, 10);
        _open(terms, 1);
        _close(terms);
        _refuses(10, proof, _orderInvalid());
        _open(terms, 1);
        _refuses(10, proof, _orderInvalid());
    }

    function test_attack_OrderForAnotherChannelOrMandate() public {
        MandateProof memory proof = _mandateProof(mandate, terms, 10);
        terms.payee = stranger;
        _refuses(10, proof, _orderInvalid());
        terms = _terms();
        _refuses(11, proof, _orderInvalid());
        mandate.salt++;
        vm.prank(payer);
        channels.giveMandate(mandate);
        _refuses(10, proof, _orderInvalid());
    }

    function test_attack_OrderOfAnotherMessage() public {
        MandateProof memory proof = _mandateProof(mandate, terms, 10);
        proof.machineSignature = _voucher(terms, 0, 10);
        _refuses(10, proof, _orderInvalid());
        proof.machineSignature = _sign64(CAR_SECRET, _mandateDigest(address(channels), mandate));
        _refuses(10, proof, _orderInvalid());
    }

    function test_attack_OrderByAnotherKey() public {
        MandateProof memory proof = _mandateProof(mandate, terms, 10);
        bytes32 digest = _orderDigest(
            address(channels),
            _mandateId(mandate),
            _id(terms),
            0,
            10,
            proof.deadline
        );
        proof.machineSignature = _sign64(FOREIGN_SECRET, digest);
        _refuses(10, proof, _orderInvalid());
        proof.machineSignature = _sign64(PAYER_SECRET, digest);
        _refuses(10, proof, _orderInvalid());
        proof.machineSignature = "";
        _refuses(10, proof, _orderInvalid());
        vm.expectRevert(_orderInvalid());
        vm.prank(payer);
        channels.fundByMandate(terms, 10, mandate, proof); // not even the owner without the car
    }

    function test_attack_OrderAfterItsDeadline() public {
        MandateProof memory proof = _mandateProof(mandate, terms, 10);
        vm.warp(NOW + 1 hours + 1);
        bytes memory late = abi.encodeWithSelector(
            IPaymentChannels.MandateOrderExpired.selector,
            _mandateId(mandate),
            proof.deadline
        );
        _refuses(10, proof, late);
        proof.deadline = NOW + 2 hours;
        _refuses(10, proof, _orderInvalid()); // the car signed another deadline
    }

    function test_attack_OrderOfACarWhoseKeyGetsCode() public {
        MandateProof memory proof = _mandateProof(mandate, terms, 10);
        vm.etch(vm.addr(CAR_SECRET), address(new GarbageWallet("")).code);
        _bring(mandate, terms, 10, proof);
        _assertChannel(terms, 0, 10, 0, 0, "code at the car's address changes nothing");
    }

    /* WHOSE MANDATE */

    function test_attack_MandateOfAnotherOwner() public {
        MandateProof memory proof = _mandateProof(mandate, terms, 10);
        // the car's holder now lets the former's money flow
        title.setHolder(CAR, vm.addr(FOREIGN_SECRET));
        proof.ownerSignature = _sign65(FOREIGN_SECRET, _mandateDigest(address(channels), mandate));
        _refuses(
            10,
            proof,
            abi.encodeWithSelector(IPaymentChannels.MandateTitleMoved.selector, CAR, payer, GRANT)
        );
        title.setHolder(CAR, payer);
        _refuses(10, proof, _notGiven());
        // an owner lets another's money flow
        mandate.owner = vm.addr(FOREIGN_SECRET);
        title.setHolder(CAR, mandate.owner);
        vm.prank(mandate.owner);
        channels.giveMandate(mandate);
        proof = _mandateProof(mandate, terms, 10);
        _refuses(
            10,
            proof,
            abi.encodeWithSelector(
                IPaymentChannels.MandateTermsForeign.selector,
                _mandateId(mandate),
                _id(terms)
            )
        );
        assertEq(token.balanceOf(payer), ownerHad, "nothing of the payer's");
    }

    function test_attack_MandateWithWiderLimits() public {
        bytes memory signature = _sign65(PAYER_SECRET, _mandateDigest(address(channels), mandate));
        vm.prank(payer);
        channels.giveMandate(mandate);
        for (uint256 i = 0; i < 8; ++i) {
            mandate = _mandate();
            if (i == 0) mandate.capPerPeriod++;
            if (i == 1) mandate.periodSeconds--;
            if (i == 2) mandate.totalCap++;
            if (i == 3) mandate.validFrom--;
            if (i == 4) mandate.expiresAt++;
            if (i == 5) mandate.salt++;
            if (i == 6) mandate.payeeRoot = keccak256(abi.encodePacked(keccak256(abi.encode(payee))));
            if (i == 7) {
                mandate.vehicleId = 404;
                title.setHolder(404, payer);
                title.setState(404, TitleStatus.Active, 0, GRANT);
            }
            MandateProof memory proof = _mandateProof(mandate, terms, 10);
            proof.ownerSignature = signature;
            _refuses(10, proof, _notGiven());
        }
    }

    function test_attack_MandateOnAnotherContract() public {
        PaymentChannels other = new PaymentChannels(channels.title(), verifier, address(permit2));
        MandateProof memory proof = _mandateProof(mandate, terms, 10);
        proof.ownerSignature = _sign65(PAYER_SECRET, _mandateDigest(address(other), mandate));
        _refuses(10, proof, _notGiven());
        uint256 here = block.chainid;
        vm.chainId(here + 1);
        proof.ownerSignature = _sign65(PAYER_SECRET, _mandateDigest(address(channels), mandate));
        vm.chainId(here);
        _refuses(10, proof, _notGiven());
    }

    function test_attack_CapOfAnotherMandateOfTheOwner() public {
        Mandate memory first = _mandate();
        Mandate memory second = _mandate();
        second.salt++;
        second.capPerPeriod = 5;
        _fund(first, terms, CAP);
        assertEq(channels.mandateLeft(second), 5, "its own cap is whole");
        mandate = second;
        MandateProof memory proof = _mandateProof(second, terms, CAP + 6);
        _refuses(
            CAP + 6,
            proof,
            abi.encodeWithSelector(IPaymentChannels.MandateExceeded.selector, _mandateId(second), 6, 5)
        );
        _fund(second, terms, CAP + 5);
        assertEq(channels.mandateStateOf(_mandateId(first)).spent, CAP, "each counts its own");
        assertEq(channels.mandateStateOf(_mandateId(second)).spent, 5, "each counts its own");
        vm.prank(payer);
        channels.revokeMandate(first);
        assertFalse(channels.mandateStateOf(_mandateId(second)).isRevoked, "each is revoked by itself");
    }

    function test_attack_RevokedMandateIsGivenAgain() public {
        MandateProof memory proof = _mandateProof(mandate, terms, 10);
        bytes memory revoked = abi.encodeWithSelector(
            IPaymentChannels.MandateIsRevoked.selector,
            _mandateId(mandate)
        );
        vm.startPrank(payer);
        channels.revokeMandate(mandate);
        vm.expectRevert(revoked);
        channels.giveMandate(mandate);
        vm.stopPrank();
        _refuses(10, proof, revoked);
    }

    /* WALLETS OF OWNERS */

    function _ownedBy(address wallet) private returns (bytes memory reason) {
        mandate.owner = wallet;
        terms.payer = wallet;
        title.setHolder(CAR, wallet);
        token.issue(wallet, AMOUNT);
        vm.prank(wallet);
        token.approve(address(channels), AMOUNT);
        return _notGiven();
    }

    function test_attack_MandateOfAWalletThatChangedItsKey() public {
        WalletMock wallet = new WalletMock(vm.addr(PAYER_SECRET));
        bytes memory notGiven = _ownedBy(address(wallet));
        _bring(mandate, terms, 10, _mandateProof(mandate, terms, 10));
        wallet.rotateKey(vm.addr(FOREIGN_SECRET));
        MandateProof memory proof = _mandateProof(mandate, terms, 11);
        _refuses(11, proof, notGiven); // an older key, although it was good before
        proof.ownerSignature = _sign65(FOREIGN_SECRET, _mandateDigest(address(channels), mandate));
        _bring(mandate, terms, 11, proof);
        _assertChannel(terms, 0, 11, 0, 0, "the key of today");
        wallet.run(address(channels), 0, abi.encodeCall(channels.revokeMandate, (mandate)));
        proof = _mandateProof(mandate, terms, 12);
        _refuses(
            12,
            proof,
            abi.encodeWithSelector(IPaymentChannels.MandateIsRevoked.selector, _mandateId(mandate))
        );
    }

    function test_attack_MandateOfAWalletThatIsAGasBomb() public {
        _ownedBy(address(new GasBombWallet()));
        MandateProof memory proof = _mandateProof(mandate, terms, 10);
        vm.prank(stranger);
        (bool isDone, ) = address(channels).call{gas: 3_000_000}(
            abi.encodeCall(channels.fundByMandate, (terms, 10, mandate, proof))
        );
        assertFalse(isDone, "it gave nothing");
        _assertChannel(terms, 0, 0, 0, 0, "nothing is open");
    }

    function test_attack_MandateOfAWalletThatAnswersGarbage() public {
        bytes[4] memory answers = [
            bytes(""),
            hex"1626ba7e",
            bytes.concat(bytes32(uint256(1))),
            bytes.concat(bytes32(uint256(0x1626ba7e)))
        ];
        for (uint256 i = 0; i < answers.length; ++i) {
            bytes memory notGiven = _ownedBy(address(new GarbageWallet(answers[i])));
            _refuses(10, _mandateProof(mandate, terms, 10), notGiven);
        }
    }

    function test_attack_OwnerGetsCode() public {
        MandateProof memory proof = _mandateProof(mandate, terms, 10);
        vm.etch(payer, address(new GarbageWallet("")).code);
        _refuses(10, proof, _notGiven()); // persons answer by their code as soon as they have some
    }
}

/// @dev The same with a title that is one.
contract MandateOfASoldVehicleTest is BlokTest, ChannelSigner {
    uint256 private constant CAR = 0xCA4;
    uint256 private constant CAR_SECRET = 0xCA4;
    uint96 private constant CAP = 40;

    PaymentChannels private channels;
    Mandate private mandate;
    ChannelTerms private terms;

    function setUp() public override {
        super.setUp();
        _register(CAR, holder);
        channels = new PaymentChannels(title, keys.p256Verifier(), address(0));
        mandate.owner = holder;
        mandate.vehicleId = CAR;
        mandate.signer = _keyOf(CAR_SECRET);
        (mandate.capPerPeriod, mandate.totalCap, mandate.periodSeconds) = (CAP, CAP, 1 days);
        (mandate.validFrom, mandate.expiresAt) = (NOW, NOW + 30 days);
        terms.payer = holder;
        terms.signer = mandate.signer;
        terms.payee = workshop;
        terms.closeDelaySeconds = 1 days;
        vm.deal(holder, 100);
        vm.startPrank(holder);
        channels.addReserve{value: 100}();
        channels.giveMandate(mandate);
        vm.stopPrank();
    }

    function _fund(uint96 newDeposited) private {
        MandateProof memory proof;
        vm.prank(vm.addr(CAR_SECRET));
        channels.fundByMandate(terms, newDeposited, mandate, proof);
    }

    function _expectMoved() private {
        assertEq(channels.mandateLeft(mandate), 0, "nothing is left");
        vm.expectRevert(
            abi.encodeWithSelector(IPaymentChannels.MandateTitleMoved.selector, CAR, holder, uint24(0))
        );
    }

    function test_attack_MandateOfASoldVehicle() public {
        _fund(10);
        assertEq(channels.mandateLeft(mandate), CAP - 10, "before the sale");
        vm.prank(holder);
        title.transferFrom(holder, buyer, CAR);
        _expectMoved();
        _fund(20);
        vm.prank(buyer);
        title.transferFrom(buyer, holder, CAR);
        _expectMoved();
        _fund(20);
        assertEq(channels.reserveOf(holder), 90, "bought back, it stays ended");

        mandate.grantEpoch = 2;
        vm.prank(holder);
        channels.giveMandate(mandate);
        _fund(20);
        assertEq(channels.reserveOf(holder), 80, "a new one is needed");
    }

    function test_attack_MandateOfAStolenVehicle() public {
        vm.prank(registrar);
        title.lockTitle(CAR, 1);
        assertEq(channels.mandateLeft(mandate), 0, "nothing while it is stolen");
        vm.expectRevert(abi.encodeWithSelector(IPaymentChannels.MandateVehicleStopped.selector, CAR));
        _fund(10);
        vm.prank(registrar);
        title.unlockTitle(CAR, 1);
        _fund(10);
        assertEq(channels.reserveOf(holder), 90, "it rests, and goes on when the car is found");
    }
}
