// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IPaymentChannels} from "../interfaces/IPaymentChannels.sol";
import {IVehicleTitle} from "../interfaces/IVehicleTitle.sol";
import {AssetLib} from "../libraries/AssetLib.sol";
import {ChannelLib} from "../libraries/ChannelLib.sol";
import {MandateLib} from "../libraries/MandateLib.sol";
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
    MandateState,
    PackedChannel,
    Payee
} from "../types/ChannelTypes.sol";
import {Locks} from "../types/Locks.sol";
import {TitleState, TitleStatus} from "../types/TitleTypes.sol";

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
contract PaymentChannels is IPaymentChannels, EIP712, ReentrancyGuardTransient {
    using ChannelLib for Channel;
    using ChannelLib for ChannelTerms;
    using ChannelLib for ClaimAmounts;
    using ChannelLib for PackedChannel;
    using MandateLib for Mandate;

    bytes32 private constant CLOSE_AGREEMENT_TYPEHASH = keccak256(
        "CloseAgreement(bytes32 channelId,uint24 epoch,uint96 newSettled)"
    );
    bytes32 private constant MANDATE_TYPEHASH = keccak256(
        "Mandate(address owner,uint256 vehicleId,uint24 grantEpoch,bytes32 signer,address asset,"
        "uint96 capPerPeriod,uint32 periodSeconds,uint96 totalCap,bytes32 payeeRoot,uint40 validFrom,uint40 expiresAt,uint64 salt)"
    );
    bytes32 private constant FUNDING_ORDER_TYPEHASH = keccak256(
        "FundingOrder(bytes32 mandateId,bytes32 channelId,uint24 epoch,uint96 newDeposited,uint40 deadline)"
    );

    /// @dev Long enough for a payee whose watcher looks every few minutes.
    uint32 private constant MIN_CLOSE_DELAY = 15 minutes;
    uint32 private constant MAX_CLOSE_DELAY = 30 days;

    /// @inheritdoc IPaymentChannels
    IVehicleTitle public immutable title;

    /// @inheritdoc IPaymentChannels
    address public immutable p256Verifier;

    /// @inheritdoc IPaymentChannels
    address public immutable permit2;

    /// @dev In a struct, so that one look-up serves reading and writing.
    struct Stored {
        PackedChannel channel;
    }

    mapping(bytes32 channelId => Stored) private _channels;

    mapping(address asset => mapping(address account => uint256)) private _balances;

    mapping(bytes32 mandateId => MandateState) private _mandates;

    mapping(address owner => uint256) private _reserves;

    constructor(
        IVehicleTitle newTitle,
        address newP256Verifier,
        address newPermit2
    ) EIP712("blok auto payment channels", "1") {
        title = newTitle;
        p256Verifier = newP256Verifier;
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
        bytes32 channelId = terms.idOf();
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

        channelId = terms.idOf();
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
            bytes32 channelId = ChannelLib.idOf(claim, paid);
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
        require(AssetLib.push(asset, account, amount), BalanceNotCollected(asset, account, amount));
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
        bytes32 channelId = terms.idOf();
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
        bytes32 channelId = terms.idOf();
        Channel memory channel = _openChannelOf(channelId);
        bytes32 digest = _hashTypedDataV4(
            keccak256(abi.encode(CLOSE_AGREEMENT_TYPEHASH, channelId, channel.epoch, newSettled))
        );
        require(
            SignatureChecker.isValidSignatureNowCalldata(terms.payee, digest, payeeSignature),
            ChannelAgreementInvalid(channelId, terms.payee)
        );
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
        bytes32 channelId = terms.idOf();
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
        if (amount != 0 && !AssetLib.push(asset, account, amount)) _credit(asset, account, amount);
    }

    function _credit(address asset, address account, uint256 amount) private {
        if (amount == 0) return;
        _balances[asset][account] += amount;
        emit PaymentCredited(asset, account, amount);
    }

    /* MANDATES */

    /// @inheritdoc IPaymentChannels
    function giveMandate(Mandate calldata mandate) external returns (bytes32 mandateId) {
        mandateId = _requireMandateOwner(mandate);
        MandateState storage state = _mandates[mandateId];
        require(!state.isRevoked, MandateIsRevoked(mandateId));
        state.isGiven = true;
        emit MandateGiven(mandateId, mandate.owner, mandate.vehicleId);
    }

    /// @inheritdoc IPaymentChannels
    function revokeMandate(Mandate calldata mandate) external {
        bytes32 mandateId = _requireMandateOwner(mandate);
        _mandates[mandateId].isRevoked = true;
        emit MandateRevoked(mandateId, mandate.owner, mandate.vehicleId);
    }

    /// @inheritdoc IPaymentChannels
    function fundByMandate(
        ChannelTerms calldata terms,
        uint96 newDeposited,
        Mandate calldata mandate,
        MandateProof calldata mandateProof
    ) external nonReentrant returns (bytes32 channelId) {
        channelId = terms.idOf();
        bytes32 mandateId = mandateIdOf(mandate);
        Channel memory channel = _channels[channelId].channel.fromWord();
        require(
            terms.payer == mandate.owner && terms.signer == mandate.signer && terms.asset == mandate.asset,
            MandateTermsForeign(mandateId, channelId)
        );
        require(
            newDeposited > channel.deposited,
            MandateNothingToFund(channelId, channel.deposited, newDeposited)
        );
        _requireListed(mandateId, mandate.payeeRoot, terms.payee, mandateProof.payeeProof);
        _requireGiven(mandateId, mandate, mandateProof.ownerSignature);
        _requireOrdered(
            mandateId,
            mandate.signer,
            mandateProof,
            keccak256(
                abi.encode(
                    FUNDING_ORDER_TYPEHASH,
                    mandateId,
                    channelId,
                    channel.epoch,
                    newDeposited,
                    mandateProof.deadline
                )
            ),
            channelId
        );

        uint96 amount = newDeposited - channel.deposited;
        _spend(mandateId, channelId, mandate, amount);
        if (channel.isOpen()) _add(channelId, amount, mandate.owner);
        else _open(terms, amount);
        _draw(mandate, amount);
    }

    /// @inheritdoc IPaymentChannels
    function addReserve() external payable {
        uint256 reserve = _reserves[msg.sender] + msg.value;
        _reserves[msg.sender] = reserve;
        emit ReserveChanged(msg.sender, reserve);
    }

    /// @inheritdoc IPaymentChannels
    function withdrawReserve(uint256 amount) external nonReentrant {
        _takeReserve(msg.sender, amount);
        require(
            AssetLib.push(address(0), msg.sender, amount),
            BalanceNotCollected(address(0), msg.sender, amount)
        );
    }

    function _spend(bytes32 mandateId, bytes32 channelId, Mandate calldata mandate, uint96 amount) private {
        MandateState memory state = _mandates[mandateId];
        uint256 left = mandate.left(state, block.timestamp);
        require(amount <= left, MandateExceeded(mandateId, amount, left));
        state = mandate.spend(state, amount, block.timestamp);
        _mandates[mandateId] = state;
        emit MandateUsed(mandateId, channelId, amount, state.spent);
    }

    function _draw(Mandate calldata mandate, uint96 amount) private {
        if (mandate.asset == address(0)) _takeReserve(mandate.owner, amount);
        else AssetLib.pullAllowed(mandate.asset, mandate.owner, amount);
    }

    function _takeReserve(address owner, uint256 amount) private {
        uint256 reserve = _reserves[owner];
        require(amount <= reserve, ReserveTooSmall(owner, reserve, amount));
        _reserves[owner] = reserve - amount;
        emit ReserveChanged(owner, reserve - amount);
    }

    /// @dev A signature is looked at every time: a wallet that changed its key stands by no older one.
    function _requireGiven(
        bytes32 mandateId,
        Mandate calldata mandate,
        bytes calldata ownerSignature
    ) private view {
        MandateState memory state = _mandates[mandateId];
        require(!state.isRevoked, MandateIsRevoked(mandateId));
        _requireSensible(mandate);
        require(_isInForce(mandate), MandateNotInForce(mandateId, mandate.validFrom, mandate.expiresAt));
        require(_isHeld(mandate), MandateTitleMoved(mandate.vehicleId, mandate.owner, mandate.grantEpoch));
        require(!_isStopped(mandate), MandateVehicleStopped(mandate.vehicleId));
        require(
            state.isGiven ||
                SignatureChecker.isValidSignatureNowCalldata(
                    mandate.owner,
                    _hashTypedDataV4(mandateId),
                    ownerSignature
                ),
            MandateNotGiven(mandateId, mandate.owner)
        );
    }

    function _requireOrdered(
        bytes32 mandateId,
        bytes32 signer,
        MandateProof calldata mandateProof,
        bytes32 structHash,
        bytes32 channelId
    ) private view {
        if (bytes32(uint256(uint160(msg.sender))) == signer) return;
        require(
            block.timestamp <= mandateProof.deadline,
            MandateOrderExpired(mandateId, mandateProof.deadline)
        );
        require(
            VoucherLib.isSignedBy(
                _hashTypedDataV4(structHash),
                signer,
                mandateProof.machineSignature,
                p256Verifier
            ),
            MandateOrderInvalid(mandateId, channelId)
        );
    }

    function _requireListed(
        bytes32 mandateId,
        bytes32 root,
        address payee,
        bytes32[] calldata payeeProof
    ) private pure {
        if (root == 0) return;
        // Hashed twice, so that no inner node of the tree passes for a leaf.
        bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(payee))));
        require(MerkleProof.verifyCalldata(payeeProof, root, leaf), MandatePayeeNotListed(mandateId, payee));
    }

    function _requireMandateOwner(Mandate calldata mandate) private view returns (bytes32) {
        require(msg.sender == mandate.owner, MandateNotOwner(mandate.owner, msg.sender));
        _requireSensible(mandate);
        return mandateIdOf(mandate);
    }

    function _requireSensible(Mandate calldata mandate) private pure {
        require(
            mandate.periodSeconds != 0 && mandate.validFrom < mandate.expiresAt,
            MandateInvalid(mandate.periodSeconds, mandate.validFrom, mandate.expiresAt)
        );
    }

    function _isInForce(Mandate calldata mandate) private view returns (bool) {
        return block.timestamp >= mandate.validFrom && block.timestamp < mandate.expiresAt;
    }

    /// @dev The title's epoch rises with every transfer: a car that was sold and bought back has another.
    function _isHeld(Mandate calldata mandate) private view returns (bool) {
        return
            title.stateOf(mandate.vehicleId).grantEpoch == mandate.grantEpoch &&
            IERC721(address(title)).ownerOf(mandate.vehicleId) == mandate.owner;
    }

    /// @dev Whoever drives a stolen or scrapped car drives it without the owner's money.
    function _isStopped(Mandate calldata mandate) private view returns (bool) {
        TitleState memory state = title.stateOf(mandate.vehicleId);
        return state.status == TitleStatus.Destroyed || Locks.has(state.locks, Locks.THEFT);
    }

    /* VIEWS */

    /// @inheritdoc IPaymentChannels
    function channelOf(bytes32 channelId) external view returns (Channel memory) {
        return _channels[channelId].channel.fromWord();
    }

    /// @inheritdoc IPaymentChannels
    function channelIdOf(ChannelTerms calldata terms) external view returns (bytes32) {
        return terms.idOf();
    }

    /// @inheritdoc IPaymentChannels
    function balanceOf(address asset, address account) external view returns (uint256) {
        return _balances[asset][account];
    }

    /// @inheritdoc IPaymentChannels
    function reserveOf(address owner) external view returns (uint256) {
        return _reserves[owner];
    }

    /// @inheritdoc IPaymentChannels
    function mandateIdOf(Mandate calldata mandate) public pure returns (bytes32) {
        return keccak256(abi.encode(MANDATE_TYPEHASH, mandate)); // static fields: encoded as EIP-712 asks
    }

    /// @inheritdoc IPaymentChannels
    function mandateStateOf(bytes32 mandateId) external view returns (MandateState memory) {
        return _mandates[mandateId];
    }

    /// @inheritdoc IPaymentChannels
    function mandateLeft(Mandate calldata mandate) external view returns (uint256) {
        MandateState memory state = _mandates[mandateIdOf(mandate)];
        _requireSensible(mandate);
        if (state.isRevoked || !_isInForce(mandate) || !_isHeld(mandate) || _isStopped(mandate)) return 0;
        return mandate.left(state, block.timestamp);
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
        return terms.idOf();
    }

    function _openChannelOf(bytes32 channelId) private view returns (Channel memory channel) {
        channel = _channels[channelId].channel.fromWord();
        require(channel.isOpen(), ChannelNotOpen(channelId));
    }
}
