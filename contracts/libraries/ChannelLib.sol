// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    Channel,
    PackedChannel,
    ChannelTerms,
    Claim,
    ClaimAmounts,
    ClaimOutcome,
    ClosingTerms,
    Payee
} from "../types/ChannelTypes.sol";

/// @title The identity of payment channels, and the steps of their one word.
/// @notice Pure: every step keeps `settled <= deposited` (C1), and an exit raises the epoch (C4).
library ChannelLib {
    using ChannelLib for ChannelTerms;
    using ChannelLib for ClaimAmounts;

    uint256 private constant AMOUNT_BITS = 96;
    uint256 private constant DELAY_BITS = 32;
    uint256 private constant DEADLINE = 192;
    uint256 private constant EPOCH = 232;

    // The casts cut each field out of its word.
    function newSettled(ClaimAmounts amounts) internal pure returns (uint96) {
        return uint96(ClaimAmounts.unwrap(amounts) >> AMOUNT_BITS);
    }

    function ceiling(ClaimAmounts amounts) internal pure returns (uint96) {
        return uint96(ClaimAmounts.unwrap(amounts));
    }

    function pack(uint96 settled, uint96 voucherCeiling) internal pure returns (ClaimAmounts) {
        return ClaimAmounts.wrap((uint256(settled) << AMOUNT_BITS) | voucherCeiling);
    }

    function closingOf(ChannelTerms memory terms) internal pure returns (ClosingTerms) {
        return ClosingTerms.wrap((uint256(terms.salt) << DELAY_BITS) | terms.closeDelaySeconds);
    }

    /// @notice The id of the channel with these terms.
    /// @param chainId That of the chain the contract was deployed to, and of no later one: what lies in channels has to be
    /// found again when a chain changes its id. Signatures are bound to the present id by their EIP-712 domain.
    function idOf(ChannelTerms memory terms, uint256 chainId) internal view returns (bytes32) {
        return
            _hash(
                chainId,
                terms.payer,
                terms.signer,
                Payee({payee: terms.payee, operator: terms.operator, asset: terms.asset}),
                terms.closingOf()
            );
    }

    /// @notice The id of the channel that a claim of a batch speaks of.
    function idOf(Claim calldata claim, Payee memory to, uint256 chainId) internal view returns (bytes32) {
        return _hash(chainId, claim.payer, claim.signer, to, claim.closing);
    }

    function _hash(
        uint256 chainId,
        address payer,
        bytes32 signer,
        Payee memory to,
        ClosingTerms closing
    ) private view returns (bytes32 channelId) {
        address payee = to.payee;
        address operator = to.operator;
        address asset = to.asset;
        // abi.encode would leave 288 bytes behind for each claim of a batch; this uses memory beyond what is allocated.
        // Addresses are masked: assembly sees whatever stands above them.
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore(start, chainId)
            mstore(add(start, 0x20), address())
            mstore(add(start, 0x40), shr(96, shl(96, payer)))
            mstore(add(start, 0x60), signer)
            mstore(add(start, 0x80), shr(96, shl(96, payee)))
            mstore(add(start, 0xa0), shr(96, shl(96, operator)))
            mstore(add(start, 0xc0), shr(96, shl(96, asset)))
            mstore(add(start, 0xe0), closing)
            channelId := keccak256(start, 0x100)
        }
    }

    /// @notice The channel as it is stored: in one word, lowest bits first: settled 96, deposited 96, closeDeadline 40, epoch 24.
    /// Written field by field, a struct would be read and written four times.
    function toWord(Channel memory channel) internal pure returns (PackedChannel) {
        return
            PackedChannel.wrap(
                uint256(channel.settled) |
                    (uint256(channel.deposited) << AMOUNT_BITS) |
                    (uint256(channel.closeDeadline) << DEADLINE) |
                    (uint256(channel.epoch) << EPOCH)
            );
    }

    function fromWord(PackedChannel packed) internal pure returns (Channel memory channel) {
        uint256 word = PackedChannel.unwrap(packed);
        channel.settled = uint96(word);
        channel.deposited = uint96(word >> AMOUNT_BITS);
        channel.closeDeadline = uint40(word >> DEADLINE);
        channel.epoch = uint24(word >> EPOCH);
    }

    function isOpen(Channel memory channel) internal pure returns (bool) {
        return channel.deposited != 0;
    }

    /// @notice What a claim, whose voucher is looked at last, would come to.
    /// @param time Unix seconds.
    function assess(
        Channel memory channel,
        ClaimAmounts amounts,
        uint256 time
    ) internal pure returns (ClaimOutcome) {
        uint96 settled = amounts.newSettled();
        if (!isOpen(channel)) return ClaimOutcome.NotOpen;
        if (channel.closeDeadline != 0 && time >= channel.closeDeadline) return ClaimOutcome.DeadlinePassed;
        if (settled <= channel.settled) return ClaimOutcome.NothingNew;
        // A word that says more than two amounts says nothing: the voucher would be of another ceiling.
        if (settled > amounts.ceiling() || ClaimAmounts.unwrap(amounts) >> (2 * AMOUNT_BITS) != 0)
            return ClaimOutcome.OverCeiling;
        if (settled > channel.deposited) return ClaimOutcome.OverDeposit;
        return ClaimOutcome.Settled;
    }

    /// @notice The channel after the payee has had `settled` in all, and how much that is more.
    function settle(
        Channel memory channel,
        uint96 settled
    ) internal pure returns (Channel memory, uint96 amount) {
        assert(settled > channel.settled && settled <= channel.deposited);
        amount = settled - channel.settled;
        channel.settled = settled;
        return (channel, amount);
    }

    /// @notice The channel after its exit, and what goes back to the payer. The word is never zero again.
    function exit(Channel memory channel) internal pure returns (Channel memory, uint96 refund) {
        assert(channel.settled <= channel.deposited && channel.epoch < type(uint24).max);
        refund = channel.deposited - channel.settled;
        return (Channel({settled: 0, deposited: 0, closeDeadline: 0, epoch: channel.epoch + 1}), refund);
    }
}
