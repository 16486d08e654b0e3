// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPaymentChannels} from "../../contracts/interfaces/IPaymentChannels.sol";
import {
    ChannelTerms,
    Claim,
    ClaimAmounts,
    ClaimOutcome,
    ClosingTerms,
    Payee
} from "../../contracts/types/ChannelTypes.sol";
import {ChannelsTest} from "../helpers/ChannelsTest.sol";
import {GasBurningPayee, RefusingPayee} from "../helpers/NativePayees.sol";
import {OddToken} from "../helpers/tokens/OddToken.sol";
import {Vm} from "../helpers/Vm.sol";

contract PaymentChannelsSettleTest is ChannelsTest {
    ChannelTerms private terms;
    bytes32 private channelId;

    function setUp() public override {
        super.setUp();
        (terms, channelId) = _openDefault();
    }

    function _expectSettled(uint96 amount, uint96 newSettled) private {
        vm.expectEmit(address(channels));
        emit IPaymentChannels.ChannelSettled(channelId, amount, newSettled);
    }

    /* WHO */

    function test_settle_RevertWhen_CallerIsNeitherPayeeNorOperator() public {
        Claim[] memory claims = _one(_claim(terms, 1));
        address[4] memory callers = [payer, stranger, address(this), vm.addr(CAR_SECRET)];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IPaymentChannels.ChannelNotPayee.selector, payee, callers[i])
            );
            vm.prank(callers[i]);
            channels.settle(_to(terms), claims, false);
        }
        _assertMoney(AMOUNT, 0, 0, "nothing happened");
    }

    function test_settle_PaysThePayeeWhenTheOperatorCalls() public {
        Claim[] memory claims = _one(_claim(terms, 9));
        _expectSettled(9, 9);
        vm.prank(operator);
        uint256 amount = channels.settle(_to(terms), claims, false);
        assertEq(amount, 9, "the sum");
        _assertMoney(AMOUNT - 9, 9, 0, "to the payee");
        assertEq(token.balanceOf(operator), 0, "not to the operator");
    }

    /* WHAT IS PASSED OVER */

    function test_settle_SkipsAChannelThatIsNotOpen() public {
        _skips(_salted(404), _claim(_salted(404), 1), ClaimOutcome.NotOpen, "never opened");
        _close(terms);
        _skips(terms, _claim(terms, 1), ClaimOutcome.NotOpen, "closed");
    }

    function test_settle_SkipsAClaimOfOtherTerms() public {
        Claim memory claim = _claim(terms, 1);
        claim.payer = stranger;
        _skips(terms, claim, ClaimOutcome.NotOpen, "payer");
        claim = _claim(terms, 1);
        claim.signer = _keyOf(FOREIGN_SECRET);
        _skips(terms, claim, ClaimOutcome.NotOpen, "signer");
        claim = _claim(terms, 1);
        claim.closing = ClosingTerms.wrap((8 << 32) | DELAY);
        _skips(terms, claim, ClaimOutcome.NotOpen, "salt");
        claim.closing = ClosingTerms.wrap((7 << 32) | (DELAY + 1));
        _skips(terms, claim, ClaimOutcome.NotOpen, "delay");
        claim.closing = ClosingTerms.wrap((1 << 96) | (7 << 32) | DELAY);
        _skips(terms, claim, ClaimOutcome.NotOpen, "something above");
    }

    function test_settle_SkipsFromTheDeadlineOn() public {
        uint40 deadline = _requestClose(terms);
        vm.warp(deadline - 1);
        assertEq(_settle(terms, 1), 1, "the last second");
        vm.warp(deadline);
        _skips(terms, _claim(terms, 2), ClaimOutcome.DeadlinePassed, "the deadline");
        vm.warp(deadline + 1);
        _skips(terms, _claim(terms, 2), ClaimOutcome.DeadlinePassed, "after it");
        vm.prank(payer);
        channels.cancelClose(terms);
        assertEq(_settle(terms, 2), 1, "the payer went on after all");
    }

    function test_settle_SkipsWhatIsNotMoreThanBefore() public {
        _skips(terms, _claimWith(terms, _amounts(0, 9), ""), ClaimOutcome.NothingNew, "nothing");
        _settle(terms, 9);
        _skips(terms, _claim(terms, 9), ClaimOutcome.NothingNew, "the same");
        _skips(terms, _claim(terms, 8), ClaimOutcome.NothingNew, "less");
        assertEq(_settle(terms, 10), 1, "one more");
    }

    function test_settle_SkipsMoreThanTheCeiling() public {
        bytes memory proof = _voucher(terms, 0, 9);
        _skips(
            terms,
            _claimWith(terms, _amounts(10, 9), proof),
            ClaimOutcome.OverCeiling,
            "one more than the ceiling"
        );
        assertEq(_submit(terms, _claimWith(terms, _amounts(9, 9), proof)), 9, "as much as the ceiling");
    }

    function test_settle_SkipsAWordThatSaysMoreThanTwoAmounts() public {
        bytes memory proof = _voucher(terms, 0, 9);
        for (uint256 i = 192; i < 256; ++i) {
            ClaimAmounts amounts = ClaimAmounts.wrap(ClaimAmounts.unwrap(_amounts(9, 9)) | (uint256(1) << i));
            _skips(terms, _claimWith(terms, amounts, proof), ClaimOutcome.OverCeiling, "a bit above");
        }
    }

    function test_settle_SkipsMoreThanTheDeposit() public {
        _skips(terms, _claim(terms, AMOUNT + 1), ClaimOutcome.OverDeposit, "one more");
        bytes memory proof = _voucher(terms, 0, MAX);
        _skips(
            terms,
            _claimWith(terms, _amounts(MAX, MAX), proof),
            ClaimOutcome.OverDeposit,
            "a ceiling above the deposit"
        );
        assertEq(
            _submit(terms, _claimWith(terms, _amounts(AMOUNT, MAX), proof)),
            AMOUNT,
            "counts up to the deposit"
        );
        _assertChannel(terms, AMOUNT, AMOUNT, 0, 0, "all of it");
    }

    function test_settle_SkipsAForeignSignature() public {
        bytes32 digest = _voucherDigest(address(channels), channelId, 0, 9);
        bytes[4] memory proofs = [
            _sign64(FOREIGN_SECRET, digest),
            _sign65(FOREIGN_SECRET, digest),
            _sign64(PAYER_SECRET, digest),
            _sign64(PAYEE_SECRET, digest)
        ];
        for (uint256 i = 0; i < proofs.length; ++i)
            _skips(
                terms,
                _claimWith(terms, _amounts(9, 9), proofs[i]),
                ClaimOutcome.SignatureInvalid,
                "of another key"
            );
    }

    function test_settle_SkipsAVoucherOfAnotherCeiling() public {
        bytes memory proof = _voucher(terms, 0, 9);
        uint96[3] memory ceilings = [uint96(8), 10, MAX];
        for (uint256 i = 0; i < ceilings.length; ++i)
            _skips(
                terms,
                _claimWith(terms, _amounts(8, ceilings[i]), proof),
                ClaimOutcome.SignatureInvalid,
                "not what was signed"
            );
    }

    /// @dev The reasons in the order in which they are looked at: what comes first is told.
    function test_settle_TellsTheFirstReason() public {
        Claim memory bad = _claimWith(terms, _amounts(AMOUNT + 1, AMOUNT), "");
        _skips(terms, bad, ClaimOutcome.OverCeiling, "over the ceiling and the deposit");
        bad = _claimWith(terms, _amounts(AMOUNT + 1, AMOUNT + 1), "");
        _skips(terms, bad, ClaimOutcome.OverDeposit, "over the deposit and unsigned");
        bad = _claimWith(terms, ClaimAmounts.wrap(1 << 200), "");
        _skips(terms, bad, ClaimOutcome.NothingNew, "nothing and a bit above");
        vm.warp(_requestClose(terms));
        _skips(terms, bad, ClaimOutcome.DeadlinePassed, "too late and nothing new");
        channels.withdraw(terms);
        _skips(terms, bad, ClaimOutcome.NotOpen, "closed and nothing new");
    }

    /* WHAT IS SETTLED */

    function test_settle_TakesEveryKindOfProof() public {
        bytes32 plain = _voucherDigest(address(channels), channelId, 0, 9);
        bytes32 session = _sessionDigest(address(channels), channelId, 0, 9, SESSION);
        bytes[4] memory proofs = [
            _sign64(CAR_SECRET, plain),
            _sign65(CAR_SECRET, plain),
            bytes.concat(_sign64(CAR_SECRET, session), SESSION),
            bytes.concat(_sign64(CAR_SECRET, plain), bytes32(0))
        ];
        for (uint96 i = 0; i < proofs.length; ++i) {
            _expectSettled(1, i + 1);
            uint256 amount = _submit(terms, _claimWith(terms, _amounts(i + 1, 9), proofs[i]));
            assertEq(amount, 1, "one more each time");
        }
        _assertMoney(AMOUNT - 4, 4, 0, "four");
    }

    function test_settle_TakesP256() public {
        terms.signer = _p256KeyOf(CAR_SECRET, verifier);
        channelId = _open(terms, AMOUNT);
        bytes32 plain = _voucherDigest(address(channels), channelId, 0, 9);
        bytes32 session = _sessionDigest(address(channels), channelId, 0, 9, SESSION);
        _expectSettled(4, 4);
        _submit(terms, _claimWith(terms, _amounts(4, 9), _signP256(CAR_SECRET, plain)));
        _expectSettled(5, 9);
        vm.expectEmit(address(channels));
        emit IPaymentChannels.SessionSettled(channelId, SESSION, 9);
        _submit(
            terms,
            _claimWith(terms, _amounts(9, 9), bytes.concat(_signP256(CAR_SECRET, session), SESSION))
        );
        _assertChannel(terms, 9, AMOUNT, 0, 0, "settled");
    }

    function test_settle_TellsTheSession() public {
        bytes32 digest = _sessionDigest(address(channels), channelId, 0, 9, SESSION);
        bytes memory proof = bytes.concat(_sign64(CAR_SECRET, digest), SESSION);
        _expectSettled(8, 8);
        vm.expectEmit(address(channels));
        emit IPaymentChannels.SessionSettled(channelId, SESSION, 8);
        _submit(terms, _claimWith(terms, _amounts(8, 9), proof));
        vm.recordLogs();
        _settle(terms, 9);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 2, "a plain voucher tells of no session: settled, transferred");
    }

    function test_settle_PaysLessThanTheCeilingIfThePayeeAsksForLess() public {
        bytes memory proof = _voucher(terms, 0, 50);
        uint96[3] memory claimed = [uint96(1), 20, 50];
        uint96 before;
        for (uint256 i = 0; i < claimed.length; ++i) {
            _expectSettled(claimed[i] - before, claimed[i]);
            _submit(terms, _claimWith(terms, _amounts(claimed[i], 50), proof));
            before = claimed[i];
            _assertChannel(terms, before, AMOUNT, 0, 0, "in steps");
        }
        _assertMoney(AMOUNT - 50, 50, 0, "one voucher, three claims");
    }

    function test_settle_KeepsACloseThatIsPending() public {
        uint40 deadline = _requestClose(terms);
        _settle(terms, 5);
        _assertChannel(terms, 5, AMOUNT, deadline, 0, "still closing");
    }

    function test_settle_CountsInTheEpochOfTheChannel() public {
        ChannelTerms memory old = _salted(77);
        _setEpoch(_id(old), LAST_EPOCH - 1);
        _open(old, AMOUNT);
        Claim memory claim = _claimWith(old, _amounts(3, 3), _voucher(old, LAST_EPOCH - 1, 3));
        assertEq(_submit(old, claim), 3, "the highest epoch that can be open");
        _assertChannel(old, 3, AMOUNT, 0, LAST_EPOCH - 1, "settled");
    }

    function test_settle_PaysTheNativeCoin() public {
        ChannelTerms memory native = _termsIn(address(0));
        _open(native, AMOUNT);
        assertEq(_settle(native, 5), 5, "the sum");
        assertEq(payee.balance, 5, "paid");
        assertEq(address(channels).balance, AMOUNT - 5, "the rest is held");
    }

    function test_settle_CreditsIfAskedTo() public {
        Claim[] memory claims = _one(_claim(terms, 9));
        _expectSettled(9, 9);
        vm.expectEmit(address(channels));
        emit IPaymentChannels.PaymentCredited(address(token), payee, 9);
        vm.prank(operator);
        assertEq(channels.settle(_to(terms), claims, true), 9, "the sum");
        _assertMoney(AMOUNT, 0, 9, "a balance");

        claims = _one(_claim(terms, 10));
        vm.expectEmit(address(channels));
        emit IPaymentChannels.PaymentCredited(address(token), payee, 1);
        vm.prank(payee);
        channels.settle(_to(terms), claims, true);
        _assertMoney(AMOUNT, 0, 10, "added to the balance");
    }

    /* BATCHES */

    /// @dev `count` channels with salts from `first`, each of which owes one more than the one before.
    function _batch(uint64 first, uint256 count) private returns (Claim[] memory claims, uint256 sum) {
        claims = new Claim[](count);
        for (uint256 i = 0; i < count; ++i) {
            ChannelTerms memory each = _salted(first + uint64(i));
            _open(each, AMOUNT);
            claims[i] = _claim(each, uint96(100 + i));
            sum += 100 + i;
        }
    }

    function test_settle_SettlesAsManyAsThereAre() public {
        uint256 had;
        for (uint256 count = 0; count < 4; ++count) {
            (Claim[] memory claims, uint256 sum) = _batch(uint64(1000 * (count + 1)), count);
            vm.recordLogs();
            vm.prank(payee);
            assertEq(channels.settle(_to(terms), claims, false), sum, "the sum");
            assertEq(
                vm.getRecordedLogs().length,
                count == 0 ? 0 : count + 1,
                "one event each and one transfer; nothing for nothing"
            );
            had += sum;
            assertEq(token.balanceOf(payee), had, "paid");
            for (uint256 i = 0; i < count; ++i)
                _assertChannel(
                    _salted(uint64(1000 * (count + 1) + i)),
                    100 + i,
                    AMOUNT,
                    0,
                    0,
                    "each by its own"
                );
        }
    }

    function test_settle_CreditsNothingForNothing() public {
        vm.recordLogs();
        vm.startPrank(payee);
        channels.settle(_to(terms), new Claim[](0), true);
        channels.settle(_to(terms), new Claim[](0), false);
        vm.stopPrank();
        assertEq(vm.getRecordedLogs().length, 0, "silent");
    }

    function test_settle_SettlesAHundred() public {
        (Claim[] memory claims, uint256 sum) = _batch(1000, 100);
        vm.prank(operator);
        assertEq(channels.settle(_to(terms), claims, false), sum, "the sum");
        _assertMoney(101 * uint256(AMOUNT) - sum, sum, 0, "one payment");
        for (uint256 i = 0; i < 100; ++i)
            _assertChannel(_salted(uint64(1000 + i)), 100 + i, AMOUNT, 0, 0, "each");
    }

    function test_settle_AddsUpTheLargestAmounts() public {
        Claim[] memory claims = new Claim[](3);
        for (uint64 i = 0; i < 3; ++i) {
            _open(_salted(100 + i), MAX);
            claims[i] = _claim(_salted(100 + i), MAX);
        }
        vm.prank(payee);
        assertEq(channels.settle(_to(terms), claims, false), 3 * uint256(MAX), "nothing is cut off");
        _assertMoney(AMOUNT, 3 * uint256(MAX), 0, "paid");
    }

    /* COLLECTING */

    function test_collect_PaysNothingIfThereIsNothing() public {
        vm.recordLogs();
        assertEq(channels.collect(address(token), payee), 0, "nothing");
        assertEq(channels.collect(address(0), stranger), 0, "nothing");
        assertEq(channels.collect(address(0xdead), payee), 0, "not even a token");
        assertEq(vm.getRecordedLogs().length, 0, "silent");
    }

    function test_collect_SendsTheWholeBalanceToItsAccount() public {
        Claim[] memory claims = _one(_claim(terms, 9));
        vm.prank(payee);
        channels.settle(_to(terms), claims, true);
        vm.expectEmit(address(channels));
        emit IPaymentChannels.BalanceCollected(address(token), payee, 9);
        vm.prank(stranger);
        assertEq(channels.collect(address(token), payee), 9, "all of it");
        _assertMoney(AMOUNT - 9, 9, 0, "to the account, whoever calls");
        assertEq(token.balanceOf(stranger), 0, "not to the caller");
    }

    function test_collect_RevertWhen_ANativePaymentIsRefused() public {
        RefusingPayee refusing = new RefusingPayee();
        ChannelTerms memory native = _termsIn(address(0));
        native.payee = address(refusing);
        _open(native, AMOUNT);
        vm.expectEmit(address(channels));
        emit IPaymentChannels.PaymentCredited(address(0), address(refusing), 9);
        _settle(native, 9);
        vm.expectRevert(
            abi.encodeWithSelector(
                IPaymentChannels.BalanceNotCollected.selector,
                address(0),
                address(refusing),
                9
            )
        );
        channels.collect(address(0), address(refusing));
        assertEq(channels.balanceOf(address(0), address(refusing)), 9, "the balance stands");
        refusing.take();
        assertEq(channels.collect(address(0), address(refusing)), 9, "until it is taken");
        assertEq(address(refusing).balance, 9, "all of it");
    }

    /// @dev A payout leaves them their balance; only a call that pays nobody else may use up all its gas.
    function test_collect_GivesHeavyReceiversTheGasTheyNeed() public {
        ChannelTerms memory native = _termsIn(address(0));
        native.payee = address(new GasBurningPayee(400_000));
        _open(native, AMOUNT);
        _settle(native, 9);
        assertEq(native.payee.balance, 0, "credited");
        assertEq(channels.collect(address(0), native.payee), 9, "a wallet that needs 400,000");
        assertEq(native.payee.balance, 9, "arrived");

        OddToken heavy = new OddToken();
        heavy.issue(payer, AMOUNT);
        heavy.burnGas(400_000);
        ChannelTerms memory inHeavy = _termsIn(address(heavy));
        _open(inHeavy, AMOUNT);
        _settle(inHeavy, 9);
        assertEq(heavy.balanceOf(payee), 0, "credited");
        assertEq(channels.collect(address(heavy), payee), 9, "a token that needs 400,000");
        vm.warp(_requestClose(inHeavy));
        channels.withdraw(inHeavy);
        assertEq(channels.collect(address(heavy), payer), AMOUNT - 9, "the deposit comes back as well");
        assertEq(heavy.balanceOf(payer), AMOUNT - 9, "all of it");
    }

    function test_collect_RevertWhen_ATokenRefuses() public {
        OddToken odd = new OddToken();
        odd.issue(payer, AMOUNT);
        ChannelTerms memory inOdd = _termsIn(address(odd));
        _open(inOdd, AMOUNT);
        odd.setBlocked(payee, true);
        _settle(inOdd, 9);
        vm.expectRevert(
            abi.encodeWithSelector(IPaymentChannels.BalanceNotCollected.selector, address(odd), payee, 9)
        );
        channels.collect(address(odd), payee);
        assertEq(channels.balanceOf(address(odd), payee), 9, "the balance stands");
        odd.setBlocked(payee, false);
        channels.collect(address(odd), payee);
        assertEq(odd.balanceOf(payee), 9, "until the token lets it");
    }

    /* PROPERTIES */

    function testFuzz_settle_PaysTheDifference(uint96 deposit, uint96[4] memory totals) public {
        deposit = uint96(bound(deposit, 1, MAX));
        ChannelTerms memory each = _salted(99);
        _open(each, deposit);
        uint96 settled;
        for (uint256 i = 0; i < totals.length; ++i) {
            bool isGood = totals[i] > settled && totals[i] <= deposit;
            uint256 amount = _settle(each, totals[i]);
            assertEq(amount, isGood ? totals[i] - settled : 0, "the difference, or nothing");
            if (isGood) settled = totals[i];
            _assertChannel(each, settled, deposit, 0, 0, "the highest that was good");
        }
        _assertMoney(uint256(AMOUNT) + deposit - settled, settled, 0, "backed");
    }

    function testFuzz_settle_UntilBeforeTheDeadline(uint32 delay, uint32 passed) public {
        ChannelTerms memory each = _salted(99);
        each.closeDelaySeconds = uint32(bound(delay, 15 minutes, 30 days));
        _open(each, AMOUNT);
        uint40 deadline = _requestClose(each);
        assertEq(deadline, NOW + each.closeDelaySeconds, "after the delay");
        passed = uint32(bound(passed, 0, 2 * uint256(each.closeDelaySeconds)));
        vm.warp(NOW + passed);
        assertEq(_settle(each, 1), passed < each.closeDelaySeconds ? 1 : 0, "in time or not");
    }

    function testFuzz_settle_RefusesOtherSignatures(bytes memory proof) public {
        uint256 amount = _submit(terms, _claimWith(terms, _amounts(9, 9), proof));
        assertEq(amount, 0, "nothing for noise");
    }

    function testFuzz_settle_FindsOnlyTheChannelsOfItsPayee(address to, address by) public {
        vm.assume(to != payee || by != operator);
        Claim[] memory claims = _one(_claim(terms, 9));
        vm.prank(to);
        uint256 amount = channels.settle(
            Payee({payee: to, operator: by, asset: address(token)}),
            claims,
            false
        );
        assertEq(amount, 0, "another payee or operator is another channel");
    }
}
