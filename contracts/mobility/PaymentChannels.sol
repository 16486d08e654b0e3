// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IPaymentChannels} from "../interfaces/IPaymentChannels.sol";
import {IVehicleTitle} from "../interfaces/IVehicleTitle.sol";
import {AssetLib} from "../libraries/AssetLib.sol";
import {ChannelLib} from "../libraries/ChannelLib.sol";
import {VoucherLib} from "../libraries/VoucherLib.sol";
import {
    Channel,
    ChannelOpening,
    ChannelTerms,
    Claim,
    ClaimAmounts,
    ClaimOutcome,
    Funding,
    Mandate,
    MandateProof,
    PackedChannel,
    Payee
} from "../types/ChannelTypes.sol";
import {Mandates} from "./Mandates.sol";

/// @title Payment channels: the car pays tolls, charging, parking and rides by itself, and is paid by its passengers.
/// @notice
/// - No roles and no administrator: money goes to the channel's payee or back to its payer.
/// - A channel is one storage slot. Its terms are hashed in its id and come with every call.
/// - Vouchers count in the epoch they were signed for; every exit begins another, and the slot is never cleared.
/// - The payee is trusted to claim no more than was delivered, up to the voucher; the payer, to nothing: all vouchers up to the
///   deposit are backed until the close deadline.
/// - Tokens that take a fee on deposit are refused. Tokens whose balances shrink by themselves are not supported: the last to
///   collect would be short, in that asset alone.
/// - Payouts are pushed with a limit of gas; a push that fails becomes a balance to collect.
contract PaymentChannels is Mandates {
    using ChannelLib for Channel;
    using ChannelLib for ChannelTerms;
    using ChannelLib for ClaimAmounts;
    using ChannelLib for PackedChannel;

    bytes32 private constant CLOSE_AGREEMENT_TYPEHASH = keccak256(
        "CloseAgreement(bytes32 channelId,uint24 epoch,uint96 newSettled)"
    );

    /// @dev Long enough for a payee whose watcher looks every few minutes.
    uint32 private constant MIN_CLOSE_DELAY = 15 minutes;
    uint32 private constant MAX_CLOSE_DELAY = 30 days;

    /// @inheritdoc IPaymentChannels
    address public immutable permit2;

    /// @dev See `ChannelLib.idOf`.
    uint256 private immutable _chainId = block.chainid;

    /// @dev In a struct, so that one look-up serves reading and writing.
    struct Stored {
        PackedChannel channel;
    }

    mapping(bytes32 channelId => Stored) private _channels;

    mapping(address asset => mapping(address account => uint256)) private _balances;

    constructor(
        IVehicleTitle newTitle,
        address newP256Verifier,
        address newPermit2
    ) EIP712("blok auto payment channels", "1") Mandates(newTitle, newP256Verifier) {
        permit2 = newPermit2;
    }

    /* FUNDING */

    /// @inheritdoc IPaymentChannels
    function openChannel(
        ChannelTerms calldata terms,
        uint96 amount,
        Funding calldata funding
    ) external payable nonReentrant returns (bytes32 channelId) {
        uint24 epoch;
        (channelId, epoch) = _open(terms, amount);
        AssetLib.pull(
            terms.asset,
            terms.payer,
            amount,
            fundingIdOf(channelId, epoch, amount),
            funding,
            permit2
        );
    }

    /// @inheritdoc IPaymentChannels
    function openChannels(
        address payer,
        bytes32 signer,
        address asset,
        ChannelOpening[] calldata openings,
        Funding calldata funding
    ) external payable nonReentrant returns (bytes32[] memory channelIds) {
        channelIds = new bytes32[](openings.length);
        bytes32[] memory fundingIds = new bytes32[](openings.length);
        uint256 sum;
        for (uint256 i = 0; i < openings.length; ++i) {
            ChannelOpening calldata opening = openings[i];
            ChannelTerms memory terms = ChannelTerms({
                payer: payer,
                signer: signer,
                payee: opening.payee,
                operator: opening.operator,
                asset: asset,
                closeDelaySeconds: opening.closeDelaySeconds,
                salt: opening.salt
            });
            uint24 epoch;
            (channelIds[i], epoch) = _open(terms, opening.amount);
            fundingIds[i] = fundingIdOf(channelIds[i], epoch, opening.amount);
            sum += opening.amount;
        }
        AssetLib.pull(asset, payer, sum, keccak256(abi.encodePacked(fundingIds)), funding, permit2);
    }

    /// @inheritdoc IPaymentChannels
    function topUp(
        ChannelTerms calldata terms,
        uint96 amount,
        Funding calldata funding
    ) external payable nonReentrant {
        bytes32 channelId = terms.idOf(_chainId);
        // A relayed signature is the payer's; otherwise it is the caller who pays.
        address from = AssetLib.isRelayed(funding) ? terms.payer : msg.sender;
        uint24 epoch = _add(channelId, amount, from);
        AssetLib.pull(terms.asset, from, amount, fundingIdOf(channelId, epoch, amount), funding, permit2);
    }

    function _open(
        ChannelTerms memory terms,
        uint96 amount
    ) private returns (bytes32 channelId, uint24 epoch) {
        require(
            terms.payee != address(0) && terms.payee != address(this) && terms.signer != 0,
            ChannelTermsInvalid(terms.payee, terms.signer)
        );
        uint32 delay = terms.closeDelaySeconds;
        require(delay >= MIN_CLOSE_DELAY, ChannelDelayInvalid(delay, MIN_CLOSE_DELAY));
        require(delay <= MAX_CLOSE_DELAY, ChannelDelayInvalid(delay, MAX_CLOSE_DELAY));

        channelId = terms.idOf(_chainId);
        require(amount != 0, ChannelAmountZero(channelId));
        Channel memory channel = _channels[channelId].channel.fromWord();
        epoch = channel.epoch;
        require(channel.deposited == 0, ChannelAlreadyOpen(channelId, epoch));
        require(epoch != type(uint24).max, ChannelWornOut(channelId));

        channel.deposited = amount; // the rest is zero but for the epoch
        _channels[channelId].channel = channel.toWord();
        emit ChannelOpened(
            channelId,
            terms.payer,
            terms.payee,
            terms.signer,
            terms.operator,
            terms.asset,
            delay,
            terms.salt,
            epoch,
            amount
        );
    }

    function _add(bytes32 channelId, uint96 amount, address funder) private returns (uint24 epoch) {
        Channel memory channel = _openChannelOf(channelId);
        require(amount != 0, ChannelAmountZero(channelId));
        require(channel.closeDeadline == 0, ChannelClosing(channelId, channel.closeDeadline));
        uint256 deposited = uint256(channel.deposited) + amount;
        require(deposited <= type(uint96).max, ChannelDepositTooLarge(deposited, type(uint96).max));

        channel.deposited = uint96(deposited); // just compared
        _channels[channelId].channel = channel.toWord();
        emit ChannelToppedUp(channelId, funder, amount, channel.deposited);
        return channel.epoch;
    }

    /* SETTLING */

    /// @inheritdoc IPaymentChannels
    function settle(
        Payee calldata to,
        Claim[] calldata claims,
        bool isCredit
    ) external nonReentrant returns (uint256 amount) {
        require(msg.sender == to.payee || msg.sender == to.operator, ChannelNotPayee(to.payee, msg.sender));
        Payee memory paid = to;
        bytes32 domain = _domainSeparatorV4();
        for (uint256 i = 0; i < claims.length; ++i) {
            Claim calldata claim = claims[i];
            bytes32 channelId = ChannelLib.idOf(claim, paid, _chainId);
            (ClaimOutcome outcome, uint96 share) = _settle(
                domain,
                channelId,
                claim.signer,
                claim.amounts,
                claim.proof
            );
            if (outcome != ClaimOutcome.Settled) emit ClaimSkipped(channelId, outcome);
            // A skipped share is zero, and no transaction holds enough claims of 96 bits to overflow 256.
            unchecked {
                amount += share;
            }
        }
        if (isCredit) _credit(to.asset, to.payee, amount);
        else _pay(to.asset, to.payee, amount);
    }

    /// @inheritdoc IPaymentChannels
    function collect(address asset, address account) external nonReentrant returns (uint256 amount) {
        amount = _balances[asset][account];
        if (amount == 0) return 0;
        _balances[asset][account] = 0;
        require(AssetLib.push(asset, account, amount, false), BalanceNotCollected(asset, account, amount));
        emit BalanceCollected(asset, account, amount);
    }

    /// @dev Writes nothing and pays nothing unless the claim is good.
    /// @param domain The EIP-712 domain separator, which is the same for all claims of a batch.
    function _settle(
        bytes32 domain,
        bytes32 channelId,
        bytes32 signer,
        ClaimAmounts amounts,
        bytes calldata proof
    ) private returns (ClaimOutcome outcome, uint96 amount) {
        Stored storage stored = _channels[channelId];
        Channel memory channel = stored.channel.fromWord();
        outcome = channel.assess(amounts, block.timestamp);
        if (outcome != ClaimOutcome.Settled) return (outcome, 0);

        (bytes calldata signature, bytes32 sessionHash) = VoucherLib.split(proof);
        bytes32 digest = VoucherLib.digestOf(
            domain,
            channelId,
            channel.epoch,
            amounts.ceiling(),
            sessionHash
        );
        if (!VoucherLib.isSignedBy(digest, signer, signature, p256Verifier))
            return (ClaimOutcome.SignatureInvalid, 0);

        (channel, amount) = channel.settle(amounts.newSettled());
        stored.channel = channel.toWord();
        emit ChannelSettled(channelId, amount, channel.settled);
        if (sessionHash != 0) emit SessionSettled(channelId, sessionHash, channel.settled);
    }

    /* CLOSING */

    /// @inheritdoc IPaymentChannels
    function closeChannel(
        ChannelTerms calldata terms,
        ClaimAmounts amounts,
        bytes calldata proof
    ) external nonReentrant {
        // Not its operator: a close throws away the vouchers that were not settled.
        require(msg.sender == terms.payee, ChannelNotPayee(terms.payee, msg.sender));
        bytes32 channelId = terms.idOf(_chainId);
        uint96 amount;
        if (ClaimAmounts.unwrap(amounts) != 0) {
            ClaimOutcome outcome;
            (outcome, amount) = _settle(_domainSeparatorV4(), channelId, terms.signer, amounts, proof);
            require(outcome == ClaimOutcome.Settled, ChannelClaimRefused(channelId, outcome));
        }
        _exit(channelId, terms, _openChannelOf(channelId), amount);
    }

    /// @inheritdoc IPaymentChannels
    function closeChannelByAgreement(
        ChannelTerms calldata terms,
        uint96 newSettled,
        bytes calldata payeeSignature
    ) external nonReentrant {
        bytes32 channelId = terms.idOf(_chainId);
        Channel memory channel = _openChannelOf(channelId);
        bytes32 digest = _hashTypedDataV4(
            keccak256(abi.encode(CLOSE_AGREEMENT_TYPEHASH, channelId, channel.epoch, newSettled))
        );
        require(
            SignatureChecker.isValidSignatureNowCalldata(terms.payee, digest, payeeSignature),
            ChannelAgreementInvalid(channelId, terms.payee)
        );
        // Signed before more was settled: the payee has served on, and did not mean this.
        require(newSettled >= channel.settled, ChannelAgreementStale(channelId, newSettled, channel.settled));
        uint96 amount;
        if (newSettled > channel.settled) {
            // Two signatures instead of a voucher: the payee's agreement, and the payer's transaction.
            require(
                msg.sender == terms.payer,
                ChannelAgreementUnpaid(channelId, newSettled, channel.settled)
            );
            require(
                newSettled <= channel.deposited,
                ChannelAgreementTooHigh(channelId, newSettled, channel.deposited)
            );
            (channel, amount) = channel.settle(newSettled);
            emit ChannelSettled(channelId, amount, newSettled);
        }
        _exit(channelId, terms, channel, amount);
    }

    /// @inheritdoc IPaymentChannels
    function requestClose(ChannelTerms calldata terms) external returns (uint40 closeDeadline) {
        bytes32 channelId = _requirePayer(terms);
        Channel memory channel = _openChannelOf(channelId);
        if (channel.closeDeadline != 0) return channel.closeDeadline;
        closeDeadline = uint40(block.timestamp + terms.closeDelaySeconds); // fits for another 34,000 years
        channel.closeDeadline = closeDeadline;
        _channels[channelId].channel = channel.toWord();
        emit ChannelCloseRequested(channelId, closeDeadline);
    }

    /// @inheritdoc IPaymentChannels
    function cancelClose(ChannelTerms calldata terms) external {
        bytes32 channelId = _requirePayer(terms);
        Channel memory channel = _openChannelOf(channelId);
        require(channel.closeDeadline != 0, ChannelNotClosing(channelId));
        channel.closeDeadline = 0;
        _channels[channelId].channel = channel.toWord();
        emit ChannelCloseCancelled(channelId);
    }

    /// @inheritdoc IPaymentChannels
    function withdraw(ChannelTerms calldata terms) external nonReentrant {
        bytes32 channelId = terms.idOf(_chainId);
        Channel memory channel = _openChannelOf(channelId);
        uint40 deadline = channel.closeDeadline;
        require(deadline != 0, ChannelNotClosing(channelId));
        require(block.timestamp >= deadline, ChannelNotWithdrawable(channelId, deadline));
        _exit(channelId, terms, channel, 0);
    }

    /// @dev The one way out of a channel: `amount` to the payee, what is left to the payer.
    function _exit(
        bytes32 channelId,
        ChannelTerms calldata terms,
        Channel memory channel,
        uint96 amount
    ) private {
        uint96 refund;
        (channel, refund) = channel.exit();
        _channels[channelId].channel = channel.toWord();
        emit ChannelClosed(channelId, channel.epoch, refund);
        _pay(terms.asset, terms.payee, amount);
        _pay(terms.asset, terms.payer, refund);
    }

    function _pay(address asset, address account, uint256 amount) private {
        if (amount != 0 && !AssetLib.push(asset, account, amount, true)) _credit(asset, account, amount);
    }

    function _credit(address asset, address account, uint256 amount) private {
        if (amount == 0) return;
        _balances[asset][account] += amount;
        emit PaymentCredited(asset, account, amount);
    }

    /* MANDATES */

    /// @inheritdoc IPaymentChannels
    function fundByMandate(
        ChannelTerms calldata terms,
        uint96 newDeposited,
        Mandate calldata mandate,
        MandateProof calldata mandateProof
    ) external nonReentrant returns (bytes32 channelId) {
        channelId = terms.idOf(_chainId);
        Channel memory channel = _channels[channelId].channel.fromWord();
        uint96 amount = _spendByMandate(channelId, terms, channel, newDeposited, mandate, mandateProof);
        if (channel.isOpen()) _add(channelId, amount, mandate.owner);
        else _open(terms, amount);
        _draw(mandate, amount);
    }

    /* VIEWS */

    /// @inheritdoc IPaymentChannels
    function channelOf(bytes32 channelId) external view returns (Channel memory) {
        return _channels[channelId].channel.fromWord();
    }

    /// @inheritdoc IPaymentChannels
    function channelIdOf(ChannelTerms calldata terms) external view returns (bytes32) {
        return terms.idOf(_chainId);
    }

    /// @inheritdoc IPaymentChannels
    function balanceOf(address asset, address account) external view returns (uint256) {
        return _balances[asset][account];
    }

    /// @inheritdoc IPaymentChannels
    function fundingIdOf(bytes32 channelId, uint24 epoch, uint96 amount) public pure returns (bytes32) {
        return keccak256(abi.encode(channelId, epoch, amount));
    }

    /// @inheritdoc IPaymentChannels
    function voucherDigest(
        bytes32 channelId,
        uint24 epoch,
        uint96 ceiling,
        bytes32 sessionHash
    ) external view returns (bytes32) {
        return VoucherLib.digestOf(_domainSeparatorV4(), channelId, epoch, ceiling, sessionHash);
    }

    /* INTERNALS */

    function _requirePayer(ChannelTerms calldata terms) private view returns (bytes32) {
        require(msg.sender == terms.payer, ChannelNotPayer(terms.payer, msg.sender));
        return terms.idOf(_chainId);
    }

    function _openChannelOf(bytes32 channelId) private view returns (Channel memory channel) {
        channel = _channels[channelId].channel.fromWord();
        require(channel.isOpen(), ChannelNotOpen(channelId));
    }
}
