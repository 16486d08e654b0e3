// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ChannelLib} from "../../contracts/libraries/ChannelLib.sol";
import {
    Channel,
    ChannelTerms,
    Claim,
    ClaimAmounts,
    ClaimOutcome,
    ClosingTerms,
    PackedChannel,
    Payee
} from "../../contracts/types/ChannelTypes.sol";
import {ChannelSigner} from "../helpers/ChannelSigner.sol";

/// @dev Calls the library from outside, so that it can fail.
contract ChannelLibHarness {
    using ChannelLib for Channel;

    function settle(Channel memory channel, uint96 settled) external pure returns (Channel memory, uint96) {
        return channel.settle(settled);
    }

    function exit(Channel memory channel) external pure returns (Channel memory, uint96) {
        return channel.exit();
    }

    function idOfClaim(Claim calldata claim, Payee memory to) external view returns (bytes32) {
        return ChannelLib.idOf(claim, to, block.chainid);
    }

    /// @dev The addresses come with something above their 160 bits, as an optimiser may leave them.
    function idOfDirty(ChannelTerms memory terms) external view returns (bytes32) {
        assembly ("memory-safe") {
            let dirt := shl(160, not(0))
            mstore(terms, or(mload(terms), dirt))
            for {
                let i := 0x40
            } lt(i, 0xa0) {
                i := add(i, 0x20)
            } {
                mstore(add(terms, i), or(mload(add(terms, i)), dirt))
            }
        }
        return ChannelLib.idOf(terms, block.chainid);
    }
}

contract ChannelLibTest is ChannelSigner {
    using ChannelLib for Channel;
    using ChannelLib for ClaimAmounts;
    using ChannelLib for PackedChannel;

    bytes private constant ASSERTION = abi.encodeWithSignature("Panic(uint256)", 1);
    uint40 private constant DEADLINE = 1_800_000_000;

    ChannelLibHarness private harness = new ChannelLibHarness();

    function _channel(uint96 settled, uint96 deposited) private pure returns (Channel memory) {
        return Channel({settled: settled, deposited: deposited, closeDeadline: 0, epoch: 3});
    }

    function _assess(
        Channel memory channel,
        uint96 newSettled,
        uint96 ceiling,
        uint256 time
    ) private pure returns (uint256) {
        return uint256(channel.assess(ChannelLib.pack(newSettled, ceiling), time));
    }

    /* WORDS */

    function testFuzz_pack_HoldsBothAmounts(uint96 settled, uint96 ceiling) public pure {
        ClaimAmounts amounts = ChannelLib.pack(settled, ceiling);
        assertEq(ClaimAmounts.unwrap(amounts), (uint256(settled) << 96) | ceiling, "the word");
        assertEq(amounts.newSettled(), settled, "the total");
        assertEq(amounts.ceiling(), ceiling, "the ceiling");
    }

    function testFuzz_toWord_IsTheInverseOfFromWord(uint256 word) public pure {
        Channel memory channel = PackedChannel.wrap(word).fromWord();
        assertEq(channel.settled, word & type(uint96).max, "settled");
        assertEq(channel.deposited, (word >> 96) & type(uint96).max, "deposited");
        assertEq(channel.closeDeadline, (word >> 192) & type(uint40).max, "deadline");
        assertEq(channel.epoch, word >> 232, "epoch");
        assertEq(PackedChannel.unwrap(channel.toWord()), word, "and back");
    }

    function testFuzz_idOf_IsTheHashOfChainContractAndTerms(ChannelTerms memory terms) public view {
        bytes32 expected = _channelIdAt(address(harness), terms);
        uint256 closing = (uint256(terms.salt) << 32) | terms.closeDelaySeconds;
        assertEq(ChannelLib.idOf(terms, block.chainid), _channelIdAt(address(this), terms), "of terms");
        assertEq(ClosingTerms.unwrap(ChannelLib.closingOf(terms)), closing, "salt and delay in one word");
        Claim memory claim = Claim({
            payer: terms.payer,
            signer: terms.signer,
            closing: ClosingTerms.wrap(closing),
            amounts: ClaimAmounts.wrap(0),
            proof: ""
        });
        Payee memory to = Payee({payee: terms.payee, operator: terms.operator, asset: terms.asset});
        assertEq(harness.idOfClaim(claim, to), expected, "of a claim");
        assertEq(harness.idOfDirty(terms), expected, "whatever stands above an address");
    }

    function testFuzz_idOf_DiffersInEveryTerm(ChannelTerms memory terms, uint8 field) public view {
        bytes32 before = ChannelLib.idOf(terms, block.chainid);
        assertTrue(ChannelLib.idOf(terms, block.chainid + 1) != before, "another chain");
        field = uint8(bound(field, 0, 6));
        if (field == 0) terms.payer = address(uint160(terms.payer) ^ 1);
        if (field == 1) terms.signer ^= bytes32(uint256(1));
        if (field == 2) terms.payee = address(uint160(terms.payee) ^ 1);
        if (field == 3) terms.operator = address(uint160(terms.operator) ^ 1);
        if (field == 4) terms.asset = address(uint160(terms.asset) ^ 1);
        if (field == 5) terms.closeDelaySeconds ^= 1;
        if (field == 6) terms.salt ^= 1;
        assertTrue(ChannelLib.idOf(terms, block.chainid) != before, "another channel");
    }

    /* ASSESSING */

    function test_assess_TellsEachOutcome() public pure {
        assertEq(_assess(_channel(0, 0), 1, 1, 0), uint256(ClaimOutcome.NotOpen), "not open");
        assertEq(_assess(_channel(5, 9), 5, 9, 0), uint256(ClaimOutcome.NothingNew), "the same");
        assertEq(_assess(_channel(5, 9), 4, 9, 0), uint256(ClaimOutcome.NothingNew), "less");
        assertEq(_assess(_channel(5, 9), 7, 6, 0), uint256(ClaimOutcome.OverCeiling), "over the ceiling");
        assertEq(_assess(_channel(5, 9), 10, 10, 0), uint256(ClaimOutcome.OverDeposit), "over the deposit");
        assertEq(_assess(_channel(5, 9), 9, 9, 0), uint256(ClaimOutcome.Settled), "up to both");
        assertEq(_assess(_channel(5, 9), 6, 6, 0), uint256(ClaimOutcome.Settled), "one more");
    }

    function test_assess_EndsAtTheDeadline() public pure {
        Channel memory channel = _channel(0, 9);
        assertEq(
            _assess(channel, 1, 1, type(uint256).max),
            uint256(ClaimOutcome.Settled),
            "without a deadline there is none"
        );
        channel.closeDeadline = DEADLINE;
        assertEq(_assess(channel, 1, 1, DEADLINE - 1), uint256(ClaimOutcome.Settled), "before");
        assertEq(_assess(channel, 1, 1, DEADLINE), uint256(ClaimOutcome.DeadlinePassed), "at");
        assertEq(_assess(channel, 1, 1, DEADLINE + 1), uint256(ClaimOutcome.DeadlinePassed), "after");
    }

    function testFuzz_assess_IsAsTheWordsSay(
        Channel memory channel,
        uint256 amounts,
        uint40 time
    ) public pure {
        uint256 settled = (amounts >> 96) & type(uint96).max;
        ClaimOutcome expected = ClaimOutcome.Settled;
        if (settled > channel.deposited) expected = ClaimOutcome.OverDeposit;
        if (settled > amounts & type(uint96).max || amounts >= 1 << 192) expected = ClaimOutcome.OverCeiling;
        if (settled <= channel.settled) expected = ClaimOutcome.NothingNew;
        if (channel.closeDeadline != 0 && time >= channel.closeDeadline)
            expected = ClaimOutcome.DeadlinePassed;
        if (channel.deposited == 0) expected = ClaimOutcome.NotOpen;
        assertEq(
            uint256(channel.assess(ClaimAmounts.wrap(amounts), time)),
            uint256(expected),
            "the first that applies"
        );
    }

    function testFuzz_isOpen_WhileThereIsADeposit(Channel memory channel) public pure {
        assertEq(channel.isOpen(), channel.deposited != 0, "a deposit");
    }

    /* SETTLING */

    function test_settle_RevertWhen_ItIsNoStepForward() public {
        uint96[3] memory totals = [uint96(0), 4, 5];
        for (uint256 i = 0; i < totals.length; ++i) {
            vm.expectRevert(ASSERTION);
            harness.settle(_channel(5, 9), totals[i]);
        }
    }

    function test_settle_RevertWhen_ItIsMoreThanTheDeposit() public {
        vm.expectRevert(ASSERTION);
        harness.settle(_channel(5, 9), 10);
    }

    function testFuzz_settle_ChangesNothingElse(Channel memory channel, uint96 settled) public pure {
        channel.deposited = uint96(bound(channel.deposited, 1, type(uint96).max));
        channel.settled = uint96(bound(channel.settled, 0, channel.deposited - 1));
        settled = uint96(bound(settled, uint256(channel.settled) + 1, channel.deposited));
        uint96 before = channel.settled;
        uint256 word = PackedChannel.unwrap(channel.toWord());
        (Channel memory after_, uint96 amount) = channel.settle(settled);
        assertEq(amount, settled - before, "the difference");
        assertEq(
            PackedChannel.unwrap(after_.toWord()),
            ((word >> 96) << 96) | settled,
            "only what was settled"
        );
    }

    /* EXIT */

    function test_exit_RevertWhen_MoreIsSettledThanDeposited() public {
        vm.expectRevert(ASSERTION);
        harness.exit(_channel(10, 9));
    }

    function test_exit_RevertWhen_ThereIsNoFurtherEpoch() public {
        Channel memory channel = _channel(5, 9);
        channel.epoch = type(uint24).max;
        vm.expectRevert(ASSERTION);
        harness.exit(channel);
        channel.epoch = type(uint24).max - 1;
        (channel, ) = harness.exit(channel);
        assertEq(channel.epoch, type(uint24).max, "the last");
    }

    function testFuzz_exit_LeavesTheNextEpochAlone(Channel memory channel) public pure {
        channel.settled = uint96(bound(channel.settled, 0, channel.deposited));
        channel.epoch = uint24(bound(channel.epoch, 0, type(uint24).max - 1));
        (Channel memory closed, uint96 refund) = channel.exit();
        assertEq(refund, channel.deposited - channel.settled, "what is left");
        assertEq(
            PackedChannel.unwrap(closed.toWord()),
            (uint256(channel.epoch) + 1) << 232,
            "nothing but the next epoch, and never zero"
        );
    }
}
