// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IPaymentChannels} from "../../contracts/interfaces/IPaymentChannels.sol";
import {IVehicleTitle} from "../../contracts/interfaces/IVehicleTitle.sol";
import {AssetLib} from "../../contracts/libraries/AssetLib.sol";
import {PaymentChannels} from "../../contracts/mobility/PaymentChannels.sol";
import {
    ChannelOpening,
    ChannelTerms,
    Claim,
    ClaimAmounts,
    Funding,
    Mandate,
    Payee
} from "../../contracts/types/ChannelTypes.sol";
import {ChannelsTest} from "../helpers/ChannelsTest.sol";
import {GasBurningPayee, ReenteringPayee, RefusingPayee, ReturnBombPayee} from "../helpers/NativePayees.sol";
import {Permit2Mock} from "../helpers/Permit2Mock.sol";
import {FeeToken} from "../helpers/tokens/FeeToken.sol";
import {OddToken} from "../helpers/tokens/OddToken.sol";
import {RebasingToken} from "../helpers/tokens/RebasingToken.sol";
import {ReentrantToken} from "../helpers/tokens/ReentrantToken.sol";

/// @dev Attacks on the money itself: signatures for deposits that are used otherwise, tokens that are none, and accounts that do
/// not take money as they should.
contract PaymentChannelsMoneyAttacksTest is ChannelsTest {
    function _relay(ChannelTerms memory terms, uint96 amount, Funding memory funding) private {
        vm.prank(stranger);
        channels.openChannel(terms, amount, funding);
    }

    /* SIGNATURES FOR DEPOSITS */

    function test_attack_AuthorizationForAnotherChannel() public {
        ChannelTerms memory terms = _terms();
        Funding memory funding = _authorization(_fundingId(_id(terms), 0, AMOUNT), AMOUNT);
        ChannelTerms[6] memory others = [_terms(), _terms(), _terms(), _terms(), _terms(), _terms()];
        others[0].payee = stranger;
        others[1].signer = _keyOf(FOREIGN_SECRET);
        others[2].operator = stranger;
        others[3].closeDelaySeconds = 30 days;
        others[4].salt = 8;
        others[5].payer = stranger;
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(ERC3009.ERC3009InvalidSignature.selector);
            _relay(others[i], AMOUNT, funding);
        }
        _relay(terms, AMOUNT, funding);
        _assertChannel(terms, 0, AMOUNT, 0, 0, "what was signed can be opened");
    }

    function test_attack_AuthorizationForAnotherAmountOrEpoch() public {
        ChannelTerms memory terms = _terms();
        Funding memory funding = _authorization(_fundingId(_id(terms), 0, AMOUNT), AMOUNT);
        for (uint96 amount = AMOUNT - 1; amount < AMOUNT + 2; amount += 2) {
            vm.expectRevert(ERC3009.ERC3009InvalidSignature.selector);
            _relay(terms, amount, funding);
        }
        Funding memory mixed = _authorization(_fundingId(_id(terms), 0, AMOUNT - 1), AMOUNT);
        vm.expectRevert(ERC3009.ERC3009InvalidSignature.selector);
        _relay(terms, AMOUNT, mixed);
        _open(terms, AMOUNT);
        _close(terms);
        vm.expectRevert(ERC3009.ERC3009InvalidSignature.selector);
        _relay(terms, AMOUNT, funding);
        _assertChannel(terms, 0, 0, 0, 1, "closed");
    }

    /// @dev Of an opening and a top-up of the same channel, epoch and amount it is the same money for the same purpose; once.
    function test_attack_AuthorizationTwiceOrAsATopUp() public {
        (ChannelTerms memory terms, bytes32 channelId) = _openDefault();
        bytes32 fundingId = _fundingId(channelId, 0, AMOUNT);
        Funding memory funding = _authorization(fundingId, AMOUNT);
        vm.prank(stranger);
        channels.topUp(terms, AMOUNT, funding);
        _assertChannel(terms, 0, 2 * AMOUNT, 0, 0, "into the channel that the payer named");
        vm.expectRevert(
            abi.encodeWithSelector(
                ERC3009.ERC3009UsedAuthorization.selector,
                payer,
                keccak256(abi.encode(fundingId, 0x5a17))
            )
        );
        vm.prank(stranger);
        channels.topUp(terms, AMOUNT, funding);
        vm.expectRevert(ERC3009.ERC3009InvalidSignature.selector);
        vm.prank(stranger);
        channels.topUp(terms, AMOUNT + 1, funding);
        _open(_salted(8), AMOUNT);
        vm.expectRevert(ERC3009.ERC3009InvalidSignature.selector);
        vm.prank(stranger);
        channels.topUp(_salted(8), AMOUNT, funding);
        assertEq(token.balanceOf(address(channels)), 3 * uint256(AMOUNT), "nothing else came");
    }

    /// @dev Only the contract itself can bring it, so that no money arrives without its channel.
    function test_attack_AuthorizationBroughtStraightToTheToken() public {
        ChannelTerms memory terms = _terms();
        bytes32 fundingId = _fundingId(_id(terms), 0, AMOUNT);
        Funding memory funding = _authorization(fundingId, AMOUNT);
        (uint256 from, uint256 until, uint256 salt, uint8 v, bytes32 r, bytes32 s) = abi.decode(
            funding.data,
            (uint256, uint256, uint256, uint8, bytes32, bytes32)
        );
        bytes32 nonce = keccak256(abi.encode(fundingId, salt));
        vm.startPrank(stranger);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, address(channels))
        );
        token.receiveWithAuthorization(payer, address(channels), AMOUNT, from, until, nonce, v, r, s);
        vm.expectRevert(ERC3009.ERC3009InvalidSignature.selector);
        token.transferWithAuthorization(payer, address(channels), AMOUNT, from, until, nonce, v, r, s);
        vm.stopPrank();
        _relay(terms, AMOUNT, funding);
        _assertChannel(terms, 0, AMOUNT, 0, 0, "it can still be used");
    }

    function _two() private view returns (ChannelOpening[] memory openings) {
        openings = new ChannelOpening[](2);
        for (uint64 i = 0; i < 2; ++i)
            openings[i] = ChannelOpening({
                payee: payee,
                operator: operator,
                closeDelaySeconds: DELAY,
                salt: i,
                amount: 50 + uint96(i)
            });
    }

    function _refusesOpenings(ChannelOpening[] memory openings, Funding memory funding) private {
        vm.expectRevert(ERC3009.ERC3009InvalidSignature.selector);
        vm.prank(stranger);
        channels.openChannels(payer, carKey, address(token), openings, funding);
    }

    function test_attack_AuthorizationForOtherOpenings() public {
        bytes32[] memory parts = new bytes32[](2);
        for (uint64 i = 0; i < 2; ++i) parts[i] = _fundingId(_id(_salted(i)), 0, 50 + uint96(i));
        Funding memory funding = _authorization(keccak256(abi.encodePacked(parts)), 101);

        ChannelOpening[] memory openings = _two();
        (openings[0], openings[1]) = (openings[1], openings[0]);
        _refusesOpenings(openings, funding); // another order
        openings = _two();
        (openings[0].amount, openings[1].amount) = (51, 50);
        _refusesOpenings(openings, funding); // the same sum
        openings = _two();
        openings[1].payee = stranger;
        _refusesOpenings(openings, funding);
        openings = new ChannelOpening[](1);
        openings[0] = _two()[0];
        openings[0].amount = 101;
        _refusesOpenings(openings, funding); // all of it into one
        vm.expectRevert(ERC3009.ERC3009InvalidSignature.selector);
        _relay(_salted(0), 101, funding);

        vm.prank(stranger);
        channels.openChannels(payer, carKey, address(token), _two(), funding);
        assertEq(token.balanceOf(address(channels)), 101, "as it was signed");
    }

    function test_attack_Permit2ForAnotherChannelAmountOrEpoch() public {
        _approvePermit2();
        ChannelTerms memory terms = _terms();
        Funding memory funding = _permit2(_fundingId(_id(terms), 0, AMOUNT), AMOUNT, 0);
        ChannelTerms[4] memory others = [_terms(), _terms(), _terms(), _terms()];
        others[0].payee = stranger;
        others[1].operator = stranger;
        others[2].salt = 8;
        others[3].payer = stranger;
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(Permit2Mock.InvalidSigner.selector);
            _relay(others[i], AMOUNT, funding);
        }
        for (uint96 amount = AMOUNT - 1; amount < AMOUNT + 2; amount += 2) {
            vm.expectRevert(Permit2Mock.InvalidSigner.selector);
            _relay(terms, amount, funding);
        }
        ChannelTerms memory other = _termsIn(address(new FeeToken()));
        vm.expectRevert(Permit2Mock.InvalidSigner.selector);
        _relay(other, AMOUNT, funding); // another token
        _open(terms, AMOUNT);
        _close(terms);
        vm.expectRevert(Permit2Mock.InvalidSigner.selector);
        _relay(terms, AMOUNT, funding); // another epoch
    }

    function test_attack_Permit2Twice() public {
        _approvePermit2();
        (ChannelTerms memory terms, bytes32 channelId) = _openDefault();
        Funding memory funding = _permit2(_fundingId(channelId, 0, 5), 5, 77);
        vm.prank(stranger);
        channels.topUp(terms, 5, funding);
        vm.expectRevert(Permit2Mock.InvalidNonce.selector);
        vm.prank(stranger);
        channels.topUp(terms, 5, funding);
        _assertChannel(terms, 0, AMOUNT + 5, 0, 0, "once");
    }

    function test_attack_Permit2WhereThereIsNone() public {
        Funding memory funding = _permit2(_fundingId(_id(_terms()), 0, AMOUNT), AMOUNT, 0);
        PaymentChannels without = new PaymentChannels(IVehicleTitle(address(title)), verifier, address(0));
        vm.expectRevert();
        without.openChannel(_terms(), AMOUNT, funding);
    }

    function test_attack_PermitIsUsedBeforehand() public {
        vm.prank(payer);
        token.approve(address(channels), 0);
        Funding memory funding = _permit(AMOUNT, NOW);
        (, , uint8 v, bytes32 r, bytes32 s) = abi.decode(
            funding.data,
            (uint256, uint256, uint8, bytes32, bytes32)
        );
        vm.prank(stranger);
        token.permit(payer, address(channels), AMOUNT, NOW, v, r, s);
        ChannelTerms memory terms = _terms();
        vm.prank(payer);
        channels.openChannel(terms, AMOUNT, funding);
        _assertChannel(terms, 0, AMOUNT, 0, 0, "the call works all the same");
    }

    /* TOKENS THAT TAKE OR LOSE */

    function _mismatch(address asset, uint256 received, uint256 amount) private pure returns (bytes memory) {
        return abi.encodeWithSelector(AssetLib.AssetAmountMismatch.selector, asset, received, amount);
    }

    function test_attack_FeeOnTransfer() public {
        FeeToken fee = new FeeToken();
        fee.issue(payer, 1000);
        vm.prank(payer);
        fee.approve(address(channels), 1000);
        ChannelTerms memory terms = _termsIn(address(fee));
        fee.setFee(100);
        vm.expectRevert(_mismatch(address(fee), 99, 100));
        _open(terms, 100);
        vm.expectRevert(_mismatch(address(fee), 100, 101));
        vm.prank(payer);
        channels.openChannels(payer, carKey, address(fee), _two(), _approval());
        Mandate memory mandate = _mandate();
        mandate.asset = address(fee);
        vm.prank(payer);
        channels.giveMandate(mandate);
        vm.expectRevert(_mismatch(address(fee), 198, 200));
        vm.prank(vm.addr(CAR_SECRET));
        channels.fundByMandate(terms, 200, mandate, _mandateProof(mandate, terms, 200));

        fee.setFee(0);
        _open(terms, 100);
        fee.setFee(100);
        vm.expectRevert(_mismatch(address(fee), 99, 100));
        vm.prank(payer);
        channels.topUp(terms, 100, _approval());
        _settle(terms, 100); // a fee that is set afterwards is the payee's
        assertEq(fee.balanceOf(payee), 99, "what arrived");
        assertEq(fee.balanceOf(address(channels)), 0, "no money of others");
    }

    function test_attack_RebasingTokenLosesInItself() public {
        RebasingToken reb = new RebasingToken();
        reb.issue(payer, 1000);
        vm.prank(payer);
        reb.approve(address(channels), 1000);
        ChannelTerms memory first = _termsIn(address(reb));
        ChannelTerms memory second = _termsIn(address(reb));
        second.salt = 8;
        _open(first, 100);
        _open(second, 100);
        (ChannelTerms memory terms, ) = _openDefault();
        reb.rebase(50);
        _settle(first, 100);
        assertEq(reb.balanceOf(payee), 100, "the first gets all of it");
        assertEq(_settle(second, 100), 100, "the second has a balance");
        assertEq(channels.balanceOf(address(reb), payee), 100, "which nothing backs");
        vm.expectRevert(
            abi.encodeWithSelector(IPaymentChannels.BalanceNotCollected.selector, address(reb), payee, 100)
        );
        channels.collect(address(reb), payee);
        _settle(terms, 60);
        _close(terms);
        _assertMoney(0, 60, 0, "another asset has all its money");
        reb.rebase(100);
        reb.issue(address(channels), 100);
        assertEq(channels.collect(address(reb), payee), 100, "until it is backed");
    }

    function test_attack_TokenThatGrows() public {
        RebasingToken reb = new RebasingToken();
        reb.issue(payer, 100);
        vm.prank(payer);
        reb.approve(address(channels), 100);
        ChannelTerms memory terms = _termsIn(address(reb));
        _open(terms, 100);
        reb.rebase(200);
        _close(terms);
        assertEq(reb.balanceOf(payer), 100, "what was paid in, and no more");
    }

    /* TOKENS THAT ANSWER ODDLY */

    function _odd(uint96 amount) private returns (OddToken odd, ChannelTerms memory terms) {
        odd = new OddToken();
        odd.issue(payer, 2 * uint256(amount));
        terms = _termsIn(address(odd));
        _open(terms, amount);
    }

    function test_attack_TokenThatReturnsNothing() public {
        (OddToken odd, ChannelTerms memory terms) = _odd(100);
        vm.prank(payer);
        channels.topUp(terms, 20, _approval());
        _settle(terms, 30);
        assertEq(odd.balanceOf(payee), 30, "settled");
        Claim[] memory claims = _one(_claim(terms, 50));
        vm.prank(payee);
        channels.settle(_to(terms), claims, true);
        channels.collect(address(odd), payee);
        assertEq(odd.balanceOf(payee), 50, "collected");
        _close(terms);
        assertEq(odd.balanceOf(payer), 150, "refunded");
        assertEq(odd.balanceOf(address(channels)), 0, "nothing stays");
    }

    function test_attack_TokenThatSaysFalse() public {
        (OddToken odd, ChannelTerms memory terms) = _odd(100);
        odd.standStill(true);
        bytes[5] memory answers = [
            bytes.concat(bytes32(0)),
            bytes.concat(bytes32(uint256(2))),
            bytes.concat(bytes32(type(uint256).max)),
            bytes.concat(bytes31(0), hex"01", bytes32(0)), // 64 bytes that begin with a true
            hex"01"
        ];
        for (uint96 i = 0; i < answers.length; ++i) {
            odd.answerWith(answers[i]);
            uint256 before = channels.balanceOf(address(odd), payee);
            _settle(terms, i + 1);
            if (i == 3) {
                assertEq(channels.balanceOf(address(odd), payee), before, "a true is a true");
                continue;
            }
            assertEq(channels.balanceOf(address(odd), payee), before + 1, "a balance");
        }
        odd.answerWith(new bytes(31));
        vm.expectRevert(
            abi.encodeWithSelector(IPaymentChannels.BalanceNotCollected.selector, address(odd), payee, 4)
        );
        channels.collect(address(odd), payee);
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(odd)));
        vm.prank(payer);
        channels.topUp(terms, 5, _approval());
        odd.answerWith(bytes.concat(bytes32(uint256(1))));
        vm.expectRevert(_mismatch(address(odd), 0, 5)); // true, and nothing moved
        vm.prank(payer);
        channels.topUp(terms, 5, _approval());
    }

    function test_attack_TokenThatTakesFromItsReceiver() public {
        (OddToken odd, ChannelTerms memory terms) = _odd(100);
        odd.takeFromReceiver(6);
        vm.expectRevert(_mismatch(address(odd), 0, 5)); // less than before
        vm.prank(payer);
        channels.topUp(terms, 5, _approval());
        odd.takeFromReceiver(5);
        vm.expectRevert(_mismatch(address(odd), 0, 5)); // as much as before
        vm.prank(payer);
        channels.topUp(terms, 5, _approval());
        odd.takeFromReceiver(4);
        vm.expectRevert(_mismatch(address(odd), 1, 5));
        vm.prank(payer);
        channels.topUp(terms, 5, _approval());
    }

    function test_attack_TokenThatDisappears() public {
        (OddToken odd, ChannelTerms memory terms) = _odd(100);
        vm.etch(address(odd), "");
        _settle(terms, 30);
        assertEq(channels.balanceOf(address(odd), payee), 30, "an empty account pays nothing");
        _close(terms);
        assertEq(channels.balanceOf(address(odd), payer), 70, "the refund too is owed");
    }

    function test_attack_TokenThatBurnsGas() public {
        (OddToken odd, ChannelTerms memory terms) = _odd(100);
        odd.burnGas(150_000);
        _settle(terms, 10);
        assertEq(odd.balanceOf(payee), 10, "a token may use a lot");
        odd.burnGas(260_000);
        uint256 gas = gasleft();
        _settle(terms, 20);
        assertTrue(gas - gasleft() < 1_500_000, "but not all there is");
        assertEq(channels.balanceOf(address(odd), payee), 10, "then it is a balance");
        odd.burnGas(1e9);
        _settle(terms, 30);
        assertEq(channels.balanceOf(address(odd), payee), 20, "and again");
        odd.burnGas(0);
        assertEq(channels.collect(address(odd), payee), 20, "to be collected");
    }

    function test_attack_BlockedPayee() public {
        (OddToken odd, ChannelTerms memory terms) = _odd(100);
        odd.setBlocked(payee, true);
        Claim memory last = _claim(terms, 30);
        vm.prank(payee);
        channels.closeChannel(terms, last.amounts, last.proof);
        assertEq(channels.balanceOf(address(odd), payee), 30, "the payee's is owed");
        assertEq(odd.balanceOf(payer), 170, "the payer's is paid");
        odd.setBlocked(payee, false);
        channels.collect(address(odd), payee);
        assertEq(odd.balanceOf(payee), 30, "collected");
    }

    function test_attack_BlockedPayer() public {
        (OddToken odd, ChannelTerms memory terms) = _odd(100);
        odd.setBlocked(payer, true);
        Claim memory last = _claim(terms, 30);
        vm.expectEmit(address(channels));
        emit IPaymentChannels.PaymentCredited(address(odd), payer, 70);
        vm.prank(payee);
        channels.closeChannel(terms, last.amounts, last.proof);
        assertEq(odd.balanceOf(payee), 30, "the payee's is paid");
        assertEq(channels.balanceOf(address(odd), payer), 70, "the payer's is owed");
    }

    /* CALLING BACK */

    /// @dev Every function that changes something and pays, as `ree` could call it.
    function _guardedCalls(
        ReentrantToken ree,
        ChannelTerms memory terms
    ) private view returns (bytes[] memory calls) {
        calls = new bytes[](10);
        calls[0] = abi.encodeCall(channels.openChannel, (terms, 1, _approval()));
        calls[1] = abi.encodeCall(
            channels.openChannels,
            (address(ree), carKey, address(ree), _two(), _approval())
        );
        calls[2] = abi.encodeCall(channels.topUp, (terms, 1, _approval()));
        calls[3] = abi.encodeCall(channels.settle, (_to(terms), new Claim[](0), false));
        calls[4] = abi.encodeCall(channels.collect, (address(ree), payee));
        calls[5] = abi.encodeCall(channels.closeChannel, (terms, ClaimAmounts.wrap(0), ""));
        calls[6] = abi.encodeCall(channels.closeChannelByAgreement, (terms, 0, _agreement(terms, 0, 0)));
        calls[7] = abi.encodeCall(channels.withdraw, (terms));
        Mandate memory mandate = _mandate();
        calls[8] = abi.encodeCall(
            channels.fundByMandate,
            (terms, 1, mandate, _mandateProof(mandate, terms, 1))
        );
        calls[9] = abi.encodeCall(channels.withdrawReserve, (0));
    }

    function _reentrant() private returns (ReentrantToken ree, ChannelTerms memory terms) {
        ree = new ReentrantToken();
        ree.issue(payer, 10_000);
        ree.allow(payer, address(channels));
        terms = _termsIn(address(ree));
        _open(terms, 1000);
    }

    function test_attack_TokenThatCallsBackOnTheWayIn() public {
        (ReentrantToken ree, ChannelTerms memory terms) = _reentrant();
        bytes[] memory calls = _guardedCalls(ree, terms);
        for (uint64 i = 0; i < calls.length; ++i) {
            ree.arm(address(channels), calls[i]);
            vm.prank(payer);
            channels.topUp(terms, 1, _approval());
            assertEq(ree.guarded(), 2 * (i + 1), "refused by the guard, before and after the transfer");
        }
        assertEq(ree.passed(), 0, "none passed");
        assertEq(ree.balanceOf(address(channels)), 1000 + calls.length, "the deposits");
        _assertChannel(terms, 0, 1000 + calls.length, 0, 0, "are backed");
    }

    function test_attack_TokenThatCallsBackOnTheWayOut() public {
        (ReentrantToken ree, ChannelTerms memory terms) = _reentrant();
        bytes[] memory calls = _guardedCalls(ree, terms);
        for (uint64 i = 0; i < calls.length; ++i) {
            ree.arm(address(channels), calls[i]);
            _settle(terms, uint96(i + 1));
            assertEq(ree.guarded(), 2 * (i + 1), "refused by the guard, before and after the transfer");
        }
        assertEq(ree.passed(), 0, "none passed");
        assertEq(ree.balanceOf(payee), calls.length, "paid once each");
        _assertChannel(terms, calls.length, 1000, 0, 0, "and counted");
    }

    /// @dev What needs no guard: the token is itself payer and owner, and changes its mind while its money moves.
    function test_attack_PayerThatCallsBackWithoutAGuard() public {
        ReentrantToken ree = new ReentrantToken();
        ree.issue(address(ree), 1000);
        ree.allow(address(ree), address(channels));
        ChannelTerms memory terms = _termsIn(address(ree));
        terms.payer = address(ree);
        ree.arm(address(channels), abi.encodeCall(channels.requestClose, (terms)));
        _open(terms, 100);
        assertEq(ree.passed(), 2, "before and after its money moved");
        _assertChannel(terms, 0, 100, NOW + DELAY, 0, "open and closing");
        ree.arm(address(channels), abi.encodeCall(channels.cancelClose, (terms)));
        _settle(terms, 40);
        assertEq(ree.passed(), 3, "once; then nothing is closing");
        _assertChannel(terms, 40, 100, 0, 0, "open");
        ree.arm(address(channels), abi.encodeCall(channels.requestClose, (terms)));
        _close(terms);
        assertEq(ree.passed(), 3, "there is nothing to close any more");
        _assertChannel(terms, 0, 0, 0, 1, "closed");
        assertEq(ree.balanceOf(address(ree)), 960, "refunded once");
        assertEq(ree.balanceOf(address(channels)), 0, "nothing stays");
    }

    function test_attack_NativePayeeThatCallsBack() public {
        ReenteringPayee reentering = new ReenteringPayee();
        ChannelTerms memory terms = _termsIn(address(0));
        terms.payee = address(reentering);
        _open(terms, 1000);
        bytes[] memory calls = _guardedCalls(ReentrantToken(address(0)), terms);
        for (uint256 i = 0; i < calls.length; ++i) {
            reentering.arm(address(channels), calls[i]);
            _settle(terms, uint96(i + 1));
            assertEq(reentering.passed(), 0, "none passed");
            assertEq(
                address(reentering).balance + channels.balanceOf(address(0), address(reentering)),
                i + 1,
                "paid or owed, once"
            );
        }
        assertTrue(reentering.guarded() > 0, "the guard was met");
        assertEq(
            address(channels).balance,
            1000 - calls.length + channels.balanceOf(address(0), address(reentering)),
            "backed"
        );
        reentering.arm(address(channels), abi.encodeCall(channels.addReserve, ()));
        _settle(terms, 100);
        assertEq(channels.reserveOf(address(reentering)), 0, "nothing out of nothing");
    }

    /* ACCOUNTS THAT DO NOT TAKE MONEY */

    /// @dev A batch for `account`, credited as a whole; the deposits of others and the payer's refund are untouched.
    function _isCredited(address account, string memory message) private {
        ChannelTerms memory terms = _termsIn(address(0));
        terms.payee = account;
        _open(terms, 1000);
        ChannelTerms memory other = _termsIn(address(0));
        other.salt = uint64(uint160(account));
        _open(other, 500);
        uint256 had = payer.balance;
        uint256 held = address(channels).balance;

        Claim[] memory claims = _one(_claim(terms, 300));
        uint256 gas = gasleft();
        vm.expectEmit(address(channels));
        emit IPaymentChannels.PaymentCredited(address(0), account, 300);
        vm.prank(operator);
        channels.settle(_to(terms), claims, false);
        assertTrue(gas - gasleft() < 500_000, string.concat(message, ": gas"));
        assertEq(channels.balanceOf(address(0), account), 300, message);
        assertEq(account.balance, 0, string.concat(message, ": nothing arrived"));
        assertEq(address(channels).balance, held, string.concat(message, ": held"));

        Claim memory last = _claim(terms, 400);
        vm.prank(account);
        channels.closeChannel(terms, last.amounts, last.proof);
        assertEq(channels.balanceOf(address(0), account), 400, message);
        assertEq(payer.balance, had + 600, string.concat(message, ": the payer has its refund"));
        _settle(other, 500);
        assertEq(address(channels).balance, held - 1100, string.concat(message, ": others are paid"));
    }

    function test_attack_NativePayeeThatRefuses() public {
        _isCredited(address(new RefusingPayee()), "refuses");
    }

    function test_attack_NativePayeeThatBurnsGas() public {
        _isCredited(address(new GasBurningPayee(1e9)), "burns all it gets");
        _isCredited(address(new GasBurningPayee(53_000)), "needs more than it gets");
    }

    function test_attack_NativePayeeThatReturnsABomb() public {
        _isCredited(address(new ReturnBombPayee(true, 1e6)), "reverts with a megabyte");
        _isCredited(address(new ReturnBombPayee(false, 1e6)), "returns a megabyte");
        _isCredited(address(new ReturnBombPayee(true, 100_000)), "reverts with what it can pay for");
        ChannelTerms memory terms = _termsIn(address(0));
        terms.payee = address(new ReturnBombPayee(false, 100_000));
        _open(terms, 1000);
        uint256 gas = gasleft();
        _settle(terms, 300);
        assertTrue(gas - gasleft() < 500_000, "nobody copies what it returns");
        assertEq(terms.payee.balance, 300, "and it is paid");
    }

    function test_attack_NativePayeeThatNeedsSomeGas() public {
        ChannelTerms memory terms = _termsIn(address(0));
        terms.payee = address(new GasBurningPayee(40_000));
        _open(terms, 1000);
        _settle(terms, 300);
        assertEq(terms.payee.balance, 300, "a wallet that forwards or records is paid");
    }

    function test_attack_PayerGetsCodeThatRefuses() public {
        ChannelTerms memory terms = _termsIn(address(0));
        _open(terms, 1000);
        uint256 had = payer.balance;
        vm.etch(payer, address(new RefusingPayee()).code);
        vm.warp(_requestClose(terms));
        vm.expectEmit(address(channels));
        emit IPaymentChannels.PaymentCredited(address(0), payer, 1000);
        channels.withdraw(terms);
        assertEq(channels.balanceOf(address(0), payer), 1000, "the refund becomes a balance");
        assertEq(payer.balance, had, "nothing arrived");
        vm.etch(payer, "");
        channels.collect(address(0), payer);
        assertEq(payer.balance, had + 1000, "to be collected when it takes money again");
    }

    function test_attack_PayerThatRefusesDoesNotHoldUpThePayee() public {
        ChannelTerms memory terms = _termsIn(address(0));
        _open(terms, 1000);
        vm.etch(payer, address(new GasBurningPayee(1e9)).code);
        Claim memory last = _claim(terms, 400);
        vm.prank(payee);
        channels.closeChannel(terms, last.amounts, last.proof);
        assertEq(payee.balance, 400, "the payee is paid");
        assertEq(channels.balanceOf(address(0), payer), 600, "the payer is owed");
    }

    /* MONEY OF OTHERS */

    /// @dev Neither a channel nor a balance nor a reserve of one asset or account reaches that of another.
    function test_attack_MoneyOfOthers() public {
        vm.prank(payer);
        channels.addReserve{value: 500}();
        ChannelTerms memory native = _termsIn(address(0));
        _open(native, 1000);
        (ChannelTerms memory terms, ) = _openDefault();
        Claim[] memory claims = _one(_claim(terms, 9));
        vm.startPrank(payee);
        assertEq(
            channels.settle(Payee({payee: payee, operator: operator, asset: address(0)}), claims, false),
            0,
            "a claim in another asset"
        );
        channels.settle(_to(terms), claims, true);
        assertEq(channels.collect(address(0), payee), 0, "a balance in another asset");
        vm.expectRevert(abi.encodeWithSelector(IPaymentChannels.ReserveTooSmall.selector, payee, 0, 1));
        channels.withdrawReserve(1);
        vm.stopPrank();
        assertEq(address(channels).balance, 1500, "the native coin is all there");
        _assertMoney(AMOUNT, 0, 9, "so is the token");
    }
}
