// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPaymentChannels} from "../../contracts/interfaces/IPaymentChannels.sol";
import {IVehicleTitle} from "../../contracts/interfaces/IVehicleTitle.sol";
import {AssetLib} from "../../contracts/libraries/AssetLib.sol";
import {PaymentChannels} from "../../contracts/mobility/PaymentChannels.sol";
import {
    ChannelOpening,
    ChannelTerms,
    Claim,
    ClaimAmounts,
    ClaimOutcome,
    Payee
} from "../../contracts/types/ChannelTypes.sol";
import {ChannelsTest} from "../helpers/ChannelsTest.sol";
import {GarbageWallet, GasBombWallet, WalletMock} from "../helpers/Wallets.sol";

/// @dev Attacks on what channels owe: signatures that were made for something else, claims of more than was signed, and exits.
contract PaymentChannelsAttacksTest is ChannelsTest {
    ChannelTerms private terms;
    bytes32 private channelId;
    uint256 private payerHad;

    function setUp() public override {
        super.setUp();
        payerHad = token.balanceOf(payer);
        (terms, channelId) = _openDefault();
    }

    function _unsigned(bytes memory proof, string memory message) private {
        _skips(terms, _claimWith(terms, _amounts(9, 9), proof), ClaimOutcome.SignatureInvalid, message);
    }

    function _notAgreed(uint96 newSettled, bytes memory signature) private {
        vm.expectRevert(
            abi.encodeWithSelector(IPaymentChannels.ChannelAgreementInvalid.selector, channelId, terms.payee)
        );
        vm.prank(payer);
        channels.closeChannelByAgreement(terms, newSettled, signature);
    }

    function _notOpen() private {
        vm.expectRevert(abi.encodeWithSelector(IPaymentChannels.ChannelNotOpen.selector, channelId));
    }

    /* REPLAY */

    function test_attack_ReplayAcrossEpochs() public {
        bytes memory voucher = _voucher(terms, 0, 9);
        bytes32 digest = _sessionDigest(address(channels), channelId, 0, 9, SESSION);
        bytes memory session = bytes.concat(_sign64(CAR_SECRET, digest), SESSION);
        bytes memory agreement = _agreement(terms, 0, 9);
        for (uint256 epoch = 1; epoch < 4; ++epoch) {
            _close(terms);
            _open(terms, AMOUNT);
            _unsigned(voucher, "a voucher of the first epoch");
            _unsigned(session, "a session's voucher of the first epoch");
            _notAgreed(9, agreement);
        }
        _assertChannel(terms, 0, AMOUNT, 0, 3, "untouched");
    }

    function test_attack_ReplayOfAFutureEpoch() public {
        _unsigned(_voucher(terms, 1, 9), "too early");
        _notAgreed(9, _agreement(terms, 1, 9));
    }

    function test_attack_ReplayOnAnotherChain() public {
        bytes memory voucher = _voucher(terms, 0, 9);
        bytes memory agreement = _agreement(terms, 0, 0);
        uint256 here = block.chainid;
        vm.chainId(here + 1);
        // a fork that changed its id has the same contract and the same channel, and takes no signature of the old chain
        _unsigned(voucher, "the domain names the chain");
        _notAgreed(0, agreement);
        PaymentChannels there = new PaymentChannels(
            IVehicleTitle(address(title)),
            verifier,
            address(permit2)
        );
        assertEq(
            there.channelIdOf(terms),
            _channelIdAt(address(there), terms),
            "deployed there, it names the chain that is there"
        );

        // a signature of the other chain
        voucher = _voucher(terms, 0, 9);
        agreement = _agreement(terms, 0, 0);
        vm.chainId(here);
        _unsigned(voucher, "nor one of the fork");
        _notAgreed(0, agreement);
    }

    function test_attack_ChainThatChangesItsIdKeepsNoDeposit() public {
        uint256 here = block.chainid;
        vm.chainId(here + 1);
        assertEq(channels.channelIdOf(terms), channelId, "the same channel");
        Claim memory claim = _claim(terms, 9);
        vm.prank(payee);
        assertEq(channels.settle(_to(terms), _one(claim), false), 9, "a voucher for the chain as it is now");
        vm.prank(payer);
        uint40 deadline = channels.requestClose(terms);
        vm.warp(deadline);
        uint256 before = token.balanceOf(payer);
        channels.withdraw(terms);
        assertEq(token.balanceOf(payer) - before, AMOUNT - 9, "and the rest comes back");
        vm.chainId(here);
    }

    function test_attack_ReplayOnAnotherContract() public {
        PaymentChannels other = new PaymentChannels(
            IVehicleTitle(address(title)),
            verifier,
            address(permit2)
        );
        bytes memory mine = _voucher(terms, 0, 9);
        vm.startPrank(payer);
        token.approve(address(other), AMOUNT);
        other.openChannel(terms, AMOUNT, _approval());
        vm.stopPrank();
        vm.prank(payee);
        uint256 amount = other.settle(_to(terms), _one(_claimWith(terms, _amounts(9, 9), mine)), false);
        assertEq(amount, 0, "nothing for a voucher of this contract");
        _unsigned(
            _sign64(CAR_SECRET, _voucherDigest(address(other), channelId, 0, 9)),
            "the domain names the contract"
        );
        _unsigned(
            _sign64(CAR_SECRET, _voucherDigest(address(channels), _channelIdAt(address(other), terms), 0, 9)),
            "so does the channel"
        );
        _notAgreed(0, _sign65(PAYEE_SECRET, _agreementDigest(address(other), channelId, 0, 0)));
    }

    function test_attack_ReplayOnAnotherChannel() public {
        ChannelTerms[4] memory others = [_salted(8), _terms(), _terms(), _terms()];
        others[1].payee = stranger;
        others[2].operator = stranger;
        others[3].closeDelaySeconds++;
        for (uint256 i = 0; i < others.length; ++i) {
            _open(others[i], AMOUNT);
            Claim memory claim = _claimWith(others[i], _amounts(9, 9), _voucher(terms, 0, 9));
            _skips(others[i], claim, ClaimOutcome.SignatureInvalid, "a voucher of another channel");
            _unsigned(_voucher(others[i], 0, 9), "and the other way round");
        }
    }

    /// @dev The car's key is the payee's too, so that only the type of the message tells them apart.
    function test_attack_ReplayAsAnotherMessage() public {
        terms.signer = _keyOf(PAYEE_SECRET);
        channelId = _open(terms, AMOUNT);
        bytes32 plain = _voucherDigest(address(channels), channelId, 0, 9);
        bytes32 session = _sessionDigest(address(channels), channelId, 0, 9, SESSION);
        bytes32 agreed = _agreementDigest(address(channels), channelId, 0, 9);
        bytes32 order = _orderDigest(address(channels), channelId, channelId, 0, 9, NOW);
        _unsigned(_sign64(PAYEE_SECRET, session), "a session's voucher without its session");
        _unsigned(bytes.concat(_sign64(PAYEE_SECRET, session), keccak256("other")), "with another session");
        _unsigned(bytes.concat(_sign64(PAYEE_SECRET, plain), SESSION), "a plain voucher with a session");
        _unsigned(_sign64(PAYEE_SECRET, agreed), "an agreement as a voucher");
        _unsigned(_sign64(PAYEE_SECRET, order), "an order as a voucher");
        _unsigned(bytes.concat(_sign64(PAYEE_SECRET, order), SESSION), "an order as a session's voucher");
        _notAgreed(9, _sign65(PAYEE_SECRET, plain));
        _notAgreed(9, _sign65(PAYEE_SECRET, session));
        _notAgreed(9, _sign65(PAYEE_SECRET, order));
        assertEq(
            _submit(terms, _claimWith(terms, _amounts(9, 9), _sign64(PAYEE_SECRET, plain))),
            9,
            "as what it is, it counts"
        );
    }

    function test_attack_OpenCloseOpenInOneBlock() public {
        bytes memory voucher = _voucher(terms, 0, 9);
        bytes memory agreement = _agreement(terms, 0, 0);
        _requestClose(terms);
        _close(terms);
        _open(terms, AMOUNT);
        _assertChannel(terms, 0, AMOUNT, 0, 1, "no close is pending, in the next epoch");
        _unsigned(voucher, "the same second, another epoch");
        _notAgreed(0, agreement);
        vm.expectRevert(abi.encodeWithSelector(IPaymentChannels.ChannelNotClosing.selector, channelId));
        channels.withdraw(terms);
        assertEq(token.balanceOf(payer), payerHad - AMOUNT, "the payer is in with one deposit");
    }

    /* EXITS */

    function test_attack_WithdrawWithoutARequest() public {
        vm.warp(NOW + 1000 days);
        vm.expectRevert(abi.encodeWithSelector(IPaymentChannels.ChannelNotClosing.selector, channelId));
        vm.prank(payer);
        channels.withdraw(terms);
        assertEq(_settle(terms, AMOUNT), AMOUNT, "the payee's for ever");
    }

    function test_attack_DoublePayout() public {
        _open(_salted(8), AMOUNT); // somebody else's money is there to be taken
        bytes memory agreement = _agreement(terms, 0, 0);
        vm.warp(_requestClose(terms));
        channels.withdraw(terms);
        _notOpen();
        channels.withdraw(terms);
        _notOpen();
        _close(terms);
        _notOpen();
        channels.closeChannelByAgreement(terms, 0, agreement);
        _notOpen();
        _requestClose(terms);
        assertEq(token.balanceOf(payer), payerHad - AMOUNT, "refunded once");
        _assertMoney(AMOUNT, 0, 0, "the other channel is backed");
    }

    function test_attack_ClaimAfterWithdrawal() public {
        Claim memory claim = _claim(terms, 9);
        vm.warp(_requestClose(terms));
        channels.withdraw(terms);
        _open(_salted(8), AMOUNT);
        _skips(terms, claim, ClaimOutcome.NotOpen, "nothing is there");
        vm.expectRevert(
            abi.encodeWithSelector(
                IPaymentChannels.ChannelClaimRefused.selector,
                channelId,
                ClaimOutcome.NotOpen
            )
        );
        vm.prank(payee);
        channels.closeChannel(terms, claim.amounts, claim.proof);
    }

    function test_attack_CloseAfterSettlingPaysTheRestOnly() public {
        _open(_salted(8), AMOUNT);
        _settle(terms, AMOUNT);
        vm.warp(_requestClose(terms));
        channels.withdraw(terms);
        assertEq(token.balanceOf(payer), payerHad - 2 * uint256(AMOUNT), "nothing was left");
        _assertMoney(AMOUNT, AMOUNT, 0, "the other channel is backed");
    }

    function test_attack_OperatorClosesWithoutAVoucher() public {
        bytes memory voucher = _voucher(terms, 0, 9);
        bytes memory reason = abi.encodeWithSelector(
            IPaymentChannels.ChannelNotPayee.selector,
            payee,
            operator
        );
        vm.startPrank(operator);
        vm.expectRevert(reason);
        channels.closeChannel(terms, ClaimAmounts.wrap(0), "");
        vm.expectRevert(reason);
        channels.closeChannel(terms, _amounts(9, 9), voucher);
        vm.stopPrank();
        assertEq(_settle(terms, 9), 9, "the payee's vouchers are worth what they were");
    }

    function test_attack_ZeroSpendClose() public {
        bytes memory voucher = _voucher(terms, 0, 9);
        vm.prank(payee);
        channels.closeChannel(terms, ClaimAmounts.wrap(0), voucher);
        _assertMoney(0, 0, 0, "a proof without amounts claims nothing");
        assertEq(token.balanceOf(payer), payerHad, "all is refunded");
        _open(terms, AMOUNT);
        vm.expectRevert(
            abi.encodeWithSelector(
                IPaymentChannels.ChannelClaimRefused.selector,
                channelId,
                ClaimOutcome.NothingNew
            )
        );
        vm.prank(payee);
        channels.closeChannel(terms, _amounts(0, 9), voucher);
        vm.warp(_requestClose(terms));
        channels.withdraw(terms);
        assertEq(token.balanceOf(payer), payerHad, "all is refunded again");
    }

    function test_attack_DustToCancelAClose() public {
        uint40 deadline = _requestClose(terms);
        token.issue(stranger, 1);
        vm.startPrank(stranger);
        token.approve(address(channels), 1);
        bytes memory reason = abi.encodeWithSelector(
            IPaymentChannels.ChannelClosing.selector,
            channelId,
            deadline
        );
        vm.expectRevert(reason);
        channels.topUp(terms, 1, _approval());
        vm.warp(deadline);
        vm.expectRevert(reason);
        channels.topUp(terms, 1, _approval());
        channels.withdraw(terms);
        vm.stopPrank();
        assertEq(token.balanceOf(payer), payerHad, "the payer got out in time");
    }

    /// @dev Who opens a closed channel again takes part in no close: it is the payer alone who can.
    function test_attack_StrangerOpensAChannelOfThePayer() public {
        _close(terms);
        token.issue(stranger, AMOUNT);
        vm.startPrank(stranger);
        token.approve(address(channels), AMOUNT);
        vm.expectRevert(abi.encodeWithSelector(AssetLib.AssetPayerNotCaller.selector, payer, stranger));
        channels.openChannel(terms, AMOUNT, _approval());
        vm.stopPrank();
        _assertChannel(terms, 0, 0, 0, 1, "closed");
    }

    function test_attack_CloseByAnAgreementThatIsNone() public {
        _settle(terms, 5);
        bytes32 digest = _agreementDigest(address(channels), channelId, 0, 5);
        _notAgreed(5, _sign65(FOREIGN_SECRET, digest));
        _notAgreed(5, _agreement(terms, 1, 5));
        _notAgreed(5, _sign64(PAYEE_SECRET, digest)); // persons sign 65 bytes
        _notAgreed(0, _agreement(terms, 0, 5)); // more than the payee agreed to give up
        bytes memory tooHigh = _agreement(terms, 0, AMOUNT + 1);
        bytes memory unpaid = _agreement(terms, 0, 6);
        vm.expectRevert(
            abi.encodeWithSelector(
                IPaymentChannels.ChannelAgreementTooHigh.selector,
                channelId,
                AMOUNT + 1,
                AMOUNT
            )
        );
        vm.prank(payer);
        channels.closeChannelByAgreement(terms, AMOUNT + 1, tooHigh);
        vm.expectRevert(
            abi.encodeWithSelector(
                IPaymentChannels.ChannelAgreementUnpaid.selector,
                channelId,
                uint96(6),
                uint96(5)
            )
        );
        vm.prank(stranger);
        channels.closeChannelByAgreement(terms, 6, unpaid);
        vm.prank(payer);
        channels.closeChannelByAgreement(terms, 6, unpaid);
        _assertMoney(0, 6, 0, "the payer paid the difference");
        assertEq(token.balanceOf(payer), payerHad - 6, "and has the rest");
    }

    /* WALLETS OF PERSONS */

    function test_attack_AgreementOfAWalletThatChangedItsKey() public {
        WalletMock wallet = new WalletMock(vm.addr(PAYEE_SECRET));
        terms.payee = address(wallet);
        channelId = _open(terms, AMOUNT);
        bytes memory old = _agreement(terms, 0, 0);
        wallet.rotateKey(vm.addr(FOREIGN_SECRET));
        _notAgreed(0, old);
        bytes32 digest = _agreementDigest(address(channels), channelId, 0, 0);
        vm.prank(stranger);
        channels.closeChannelByAgreement(terms, 0, _sign65(FOREIGN_SECRET, digest));
        _assertChannel(terms, 0, 0, 0, 1, "closed by the key of today");
    }

    function test_attack_AgreementOfAWalletThatIsAGasBomb() public {
        terms.payee = address(new GasBombWallet());
        channelId = _open(terms, AMOUNT);
        vm.prank(payer);
        (bool isDone, ) = address(channels).call{gas: 3_000_000}(
            abi.encodeCall(channels.closeChannelByAgreement, (terms, 0, ""))
        );
        assertFalse(isDone, "nothing was agreed");
        vm.warp(_requestClose(terms));
        channels.withdraw(terms);
        assertEq(token.balanceOf(payer), payerHad - AMOUNT, "the payer is out of it without its help");
    }

    function test_attack_AgreementOfAWalletThatAnswersGarbage() public {
        bytes[6] memory answers = [
            bytes(""),
            hex"1626ba",
            hex"1626ba7e",
            bytes.concat(bytes32(uint256(1))),
            bytes.concat(bytes32(uint256(0x1626ba7e))),
            bytes.concat(hex"1626ba7e", bytes28(type(uint224).max))
        ];
        for (uint256 i = 0; i < answers.length; ++i) {
            terms.payee = address(new GarbageWallet(answers[i]));
            channelId = _open(terms, AMOUNT);
            _notAgreed(0, "");
        }
    }

    /* EIP-7702 */

    function test_attack_SignerGetsCodeThatRefuses() public {
        GarbageWallet refusing = new GarbageWallet(bytes.concat(bytes32(0)));
        vm.etch(vm.addr(CAR_SECRET), address(refusing).code);
        assertEq(_settle(terms, 9), 9, "its vouchers are worth what they were");
        vm.etch(vm.addr(CAR_SECRET), address(new GasBombWallet()).code);
        assertEq(_settle(terms, 10), 1, "whatever the code does");
    }

    function test_attack_SignerGetsCodeThatAgreesToEverything() public {
        WalletMock wallet = new WalletMock(stranger);
        vm.etch(vm.addr(CAR_SECRET), address(wallet).code);
        vm.store(vm.addr(CAR_SECRET), 0, bytes32(uint256(uint160(vm.addr(FOREIGN_SECRET)))));
        _unsigned(
            _sign65(FOREIGN_SECRET, _voucherDigest(address(channels), channelId, 0, 9)),
            "a key that its code would accept"
        );
    }

    /* CLAIMS */

    function test_attack_ClaimMoreThanWasSigned() public {
        bytes memory voucher = _voucher(terms, 0, 9);
        _skips(terms, _claimWith(terms, _amounts(10, 9), voucher), ClaimOutcome.OverCeiling, "one more");
        _skips(
            terms,
            _claimWith(terms, _amounts(10, 10), voucher),
            ClaimOutcome.SignatureInvalid,
            "another ceiling"
        );
        assertEq(_submit(terms, _claimWith(terms, _amounts(9, 9), voucher)), 9, "what was signed");
        _skips(terms, _claimWith(terms, _amounts(9, 9), voucher), ClaimOutcome.NothingNew, "twice");
        _skips(terms, _claimWith(terms, _amounts(8, 9), voucher), ClaimOutcome.NothingNew, "lower");
        _assertMoney(AMOUNT - 9, 9, 0, "once");
    }

    function test_attack_OneChannelTwiceInABatch() public {
        Claim[] memory claims = new Claim[](4);
        claims[0] = _claim(terms, 9);
        claims[1] = _claim(terms, 9);
        claims[2] = _claim(terms, 12);
        claims[3] = _claim(terms, 11);
        vm.prank(payee);
        assertEq(channels.settle(_to(terms), claims, false), 12, "the highest, not the sum");
        _assertChannel(terms, 12, AMOUNT, 0, 0, "settled");
        _assertMoney(AMOUNT - 12, 12, 0, "once");
    }

    function test_attack_StrangerWithACopiedVoucher() public {
        Claim[] memory claims = _one(_claim(terms, 9));
        vm.startPrank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IPaymentChannels.ChannelNotPayee.selector, payee, stranger));
        channels.settle(_to(terms), claims, false);
        Payee memory self = Payee({payee: stranger, operator: operator, asset: address(token)});
        assertEq(channels.settle(self, claims, false), 0, "as payee it has no such channel");
        self = Payee({payee: payee, operator: stranger, asset: address(token)});
        assertEq(channels.settle(self, claims, false), 0, "as operator neither");
        vm.expectRevert(abi.encodeWithSelector(IPaymentChannels.ChannelNotPayee.selector, payee, stranger));
        channels.closeChannel(terms, claims[0].amounts, claims[0].proof);
        vm.stopPrank();
        _assertMoney(AMOUNT, 0, 0, "nothing moved");
        assertEq(token.balanceOf(stranger), 0, "nothing for the stranger");
    }

    function test_attack_NobodyAsOperator() public {
        terms.operator = address(0);
        channelId = _open(terms, AMOUNT);
        Claim[] memory claims = _one(_claim(terms, 9));
        vm.expectRevert(abi.encodeWithSelector(IPaymentChannels.ChannelNotPayee.selector, payee, stranger));
        vm.prank(stranger);
        channels.settle(_to(terms), claims, false);
        assertEq(_settle(terms, 9), 9, "the payee itself can");
    }

    function test_attack_CollectTwice() public {
        Claim[] memory claims = _one(_claim(terms, 9));
        vm.prank(payee);
        channels.settle(_to(terms), claims, true);
        assertEq(channels.collect(address(token), payee), 9, "once");
        assertEq(channels.collect(address(token), payee), 0, "not twice");
        _assertMoney(AMOUNT - 9, 9, 0, "collected");
    }

    /// @dev Each kind of bad claim, between two good ones.
    function test_attack_BadRowInABatch() public {
        ClaimOutcome[6] memory outcomes = [
            ClaimOutcome.NotOpen,
            ClaimOutcome.DeadlinePassed,
            ClaimOutcome.NothingNew,
            ClaimOutcome.OverCeiling,
            ClaimOutcome.OverDeposit,
            ClaimOutcome.SignatureInvalid
        ];
        uint256 paid;
        for (uint64 i = 0; i < outcomes.length; ++i) {
            ChannelTerms memory good = _salted(100 + 2 * i);
            ChannelTerms memory last = _salted(101 + 2 * i);
            _open(good, AMOUNT);
            _open(last, AMOUNT);
            Claim[] memory claims = new Claim[](3);
            claims[0] = _claim(good, 11);
            (ChannelTerms memory bad, Claim memory claim) = _badRow(outcomes[i]);
            claims[1] = claim;
            claims[2] = _claim(last, 22);
            _settlesAround(good, last, bad, claims, outcomes[i]);
            paid += 33;
            assertEq(token.balanceOf(payee), paid, "the good ones are paid exactly");
        }
    }

    function _settlesAround(
        ChannelTerms memory good,
        ChannelTerms memory last,
        ChannelTerms memory bad,
        Claim[] memory claims,
        ClaimOutcome outcome
    ) private {
        bytes32 before = _word(_id(bad));
        vm.expectEmit(address(channels));
        emit IPaymentChannels.ChannelSettled(_id(good), 11, 11);
        vm.expectEmit(address(channels));
        emit IPaymentChannels.ClaimSkipped(_id(bad), outcome);
        vm.expectEmit(address(channels));
        emit IPaymentChannels.ChannelSettled(_id(last), 22, 22);
        vm.prank(operator);
        assertEq(channels.settle(_to(good), claims, false), 33, "the sum of the good ones");
        assertEq(_word(_id(bad)), before, "the bad one is as it was");
        _assertChannel(good, 11, AMOUNT, 0, 0, "before it");
        _assertChannel(last, 22, AMOUNT, 0, 0, "after it");
    }

    function _badRow(ClaimOutcome outcome) private returns (ChannelTerms memory bad, Claim memory claim) {
        bad = _salted(50 + uint64(outcome));
        if (outcome == ClaimOutcome.NotOpen) return (bad, _claim(bad, 5));
        bad.closeDelaySeconds = 15 minutes;
        _open(bad, 10);
        claim = _claim(bad, 5);
        if (outcome == ClaimOutcome.DeadlinePassed) vm.warp(_requestClose(bad));
        if (outcome == ClaimOutcome.NothingNew) claim.amounts = _amounts(0, 5);
        if (outcome == ClaimOutcome.OverCeiling) claim.amounts = _amounts(6, 5);
        if (outcome == ClaimOutcome.OverDeposit) claim = _claim(bad, 11);
        if (outcome == ClaimOutcome.SignatureInvalid) claim.proof = _voucher(terms, 0, 5);
    }

    function test_attack_AmountsBeyond96Bits() public {
        // as ABI words: the decoder refuses them, nothing is cut off
        uint256 wide = (uint256(1) << 96) | 5;
        bytes memory data = abi.encodeCall(channels.topUp, (terms, 5, _approval()));
        _replaceWord(data, 7, wide);
        vm.prank(payer);
        (bool isDone, ) = address(channels).call(data);
        assertFalse(isDone, "a top-up");
        data = abi.encodeCall(channels.openChannel, (_salted(8), 5, _approval()));
        _replaceWord(data, 7, wide);
        vm.prank(payer);
        (isDone, ) = address(channels).call(data);
        assertFalse(isDone, "an opening");
        data = abi.encodeCall(channels.closeChannelByAgreement, (terms, 5, _agreement(terms, 0, 5)));
        _replaceWord(data, 7, wide);
        vm.prank(payer);
        (isDone, ) = address(channels).call(data);
        assertFalse(isDone, "an agreement");
        // as amounts in one word
        ClaimAmounts amounts = ClaimAmounts.wrap((uint256(1) << 192) | (5 << 96) | 5);
        _skips(terms, _claimWith(terms, amounts, _voucher(terms, 0, 5)), ClaimOutcome.OverCeiling, "a claim");
        vm.expectRevert(
            abi.encodeWithSelector(
                IPaymentChannels.ChannelDepositTooLarge.selector,
                uint256(AMOUNT) + MAX,
                MAX
            )
        );
        vm.prank(payer);
        channels.topUp(terms, MAX, _approval());
        _assertChannel(terms, 0, AMOUNT, 0, 0, "as it was");
    }

    /// @dev The `index`th argument word of a call.
    function _replaceWord(bytes memory data, uint256 index, uint256 value) private pure {
        assembly ("memory-safe") {
            mstore(add(add(data, 36), mul(index, 32)), value)
        }
    }

    function test_attack_OneChannelTwiceInAnOpening() public {
        ChannelOpening[] memory openings = new ChannelOpening[](2);
        openings[0] = ChannelOpening({
            payee: payee,
            operator: operator,
            closeDelaySeconds: DELAY,
            salt: 8,
            amount: 5
        });
        openings[1] = openings[0];
        vm.expectRevert(
            abi.encodeWithSelector(IPaymentChannels.ChannelAlreadyOpen.selector, _id(_salted(8)), uint24(0))
        );
        vm.prank(payer);
        channels.openChannels(payer, carKey, address(token), openings, _approval());
    }

    /* SIGNATURES */

    function test_attack_MalleableSecp256k1() public {
        bytes32 digest = _voucherDigest(address(channels), channelId, 0, 9);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(CAR_SECRET, digest);
        bytes32 high = bytes32(SECP256K1_ORDER - uint256(s));
        uint8 flipped = v == 27 ? 28 : 27;
        assertEq(ecrecover(digest, flipped, r, high), vm.addr(CAR_SECRET), "the curve would take it");
        _unsigned(abi.encodePacked(r, high, flipped), "the upper half of s, 65 bytes");
        _unsigned(abi.encodePacked(r, high), "the upper half of s, 64 bytes");
        _unsigned(
            abi.encodePacked(r, uint256(high) & uint256(type(int256).max)),
            "the upper half of s, without its highest bit"
        );
        _unsigned(abi.encodePacked(r, type(int256).max), "the highest s of 255 bits");
        _unsigned(abi.encodePacked(r, bytes32(SECP256K1_ORDER / 2 + 1)), "one above the half");
        uint256 otherParity = uint256(s) | (uint256(flipped - 27) << 255);
        _unsigned(abi.encodePacked(r, otherParity), "the other parity");
    }

    function test_attack_WrongV() public {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(
            CAR_SECRET,
            _voucherDigest(address(channels), channelId, 0, 9)
        );
        for (uint256 other = 0; other < 256; ++other) {
            if (other == v) continue;
            bytes memory proof = abi.encodePacked(r, s, uint8(other));
            assertEq(
                _submit(terms, _claimWith(terms, _amounts(9, 9), proof)),
                0,
                "27 or 28, and the right one of them"
            );
        }
        assertEq(
            _submit(terms, _claimWith(terms, _amounts(9, 9), abi.encodePacked(r, s, v))),
            9,
            "with the right one it counts"
        );
    }

    function test_attack_WrongLengths() public {
        bytes memory proof = bytes.concat(
            _sign65(CAR_SECRET, _voucherDigest(address(channels), channelId, 0, 9)),
            new bytes(128)
        );
        for (uint256 length = 0; length < proof.length; ++length) {
            if (length == 65) continue;
            bytes memory cut = new bytes(length);
            for (uint256 i = 0; i < length; ++i) cut[i] = proof[i];
            assertEq(
                _submit(terms, _claimWith(terms, _amounts(9, 9), cut)),
                0,
                "no signature of such a length"
            );
        }
        _unsigned(new bytes(64), "64 zeros");
        _unsigned(new bytes(65), "65 zeros");
        _unsigned(new bytes(96), "64 zeros and no session");
        _unsigned(new bytes(128), "128 zeros");
        _assertChannel(terms, 0, AMOUNT, 0, 0, "as it was");
    }

    function test_attack_P256() public {
        terms.signer = _p256KeyOf(CAR_SECRET, verifier);
        channelId = _open(terms, AMOUNT);
        bytes32 digest = _voucherDigest(address(channels), channelId, 0, 9);
        bytes memory good = _signP256(CAR_SECRET, digest);
        (uint256 r, uint256 s, uint256 x, uint256 y) = abi.decode(good, (uint256, uint256, uint256, uint256));
        _unsigned(abi.encodePacked(r, P256_ORDER - s, x, y), "the upper half of s");
        _unsigned(_signP256(FOREIGN_SECRET, digest), "another's key, with its own signature");
        (uint256 fx, uint256 fy) = vm.publicKeyP256(FOREIGN_SECRET);
        _unsigned(abi.encodePacked(r, s, fx, fy), "another's key");
        bytes memory foreign = _signP256(FOREIGN_SECRET, digest);
        (uint256 fr, uint256 fs) = abi.decode(foreign, (uint256, uint256));
        _unsigned(abi.encodePacked(fr, fs, x, y), "the car's key, with another's signature");
        _unsigned(abi.encodePacked(r, s, y, x), "coordinates in the wrong order");
        _unsigned(abi.encodePacked(uint256(0), uint256(0), x, y), "zeros");
        _unsigned(_sign64(CAR_SECRET, digest), "the same secret on the other curve");
        _unsigned(
            _signP256(CAR_SECRET, _voucherDigest(address(channels), channelId, 0, 8)),
            "another voucher"
        );
        assertEq(_submit(terms, _claimWith(terms, _amounts(9, 9), good)), 9, "the car's own");
    }

    /// @dev The id of a P-256 key names its verifier: one of somebody's own, which says yes to all, makes another key.
    function test_attack_P256KeyOfAnotherVerifier() public {
        terms.signer = _p256KeyOf(CAR_SECRET, stranger);
        channelId = _open(terms, AMOUNT);
        _unsigned(
            _signP256(CAR_SECRET, _voucherDigest(address(channels), channelId, 0, 9)),
            "not the contract's verifier"
        );
    }

    /// @dev An address above 160 bits is no key: its signature does not open the channel of the shorter one.
    function test_attack_SignerWithSomethingAboveItsAddress() public {
        terms.signer = carKey | bytes32(uint256(1) << 160);
        channelId = _open(terms, AMOUNT);
        _unsigned(_sign64(CAR_SECRET, _voucherDigest(address(channels), channelId, 0, 9)), "another key");
    }
}
