// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

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
    Payee
} from "../types/ChannelTypes.sol";
import {IVehicleTitle} from "./IVehicleTitle.sol";

/// @title Payment channels: a machine signs ceilings, a payee claims up to them, what is left goes back.
/// @notice A voucher says: the payee may have had at most `ceiling` of this channel's money in this epoch. It is a
/// signature of the channel's machine key over EIP-712 `Voucher(bytes32 channelId,uint24 epoch,uint96 ceiling)`, or over
/// `SessionVoucher(bytes32 channelId,uint24 epoch,uint96 ceiling,bytes32 sessionHash)`, which also names the document it pays for.
/// Amounts are in the asset's base units, times in Unix seconds.
interface IPaymentChannels {
    /* EVENTS */

    /// @notice A channel was opened, with the terms its id is the hash of.
    event ChannelOpened(
        bytes32 indexed channelId,
        address indexed payer,
        address indexed payee,
        bytes32 signer,
        address operator,
        address asset,
        uint32 closeDelaySeconds,
        uint64 salt,
        uint24 epoch,
        uint96 amount
    );

    /// @notice `funder` added `amount`, so that `deposited` can be claimed in all.
    event ChannelToppedUp(bytes32 indexed channelId, address indexed funder, uint96 amount, uint96 deposited);

    /// @notice The payee has now had `newSettled` in all, `amount` more than before.
    event ChannelSettled(bytes32 indexed channelId, uint96 amount, uint96 newSettled);

    /// @notice The claim was for a session: the hash of its charge detail record, toll declaration or ticket.
    event SessionSettled(bytes32 indexed channelId, bytes32 indexed sessionHash, uint96 newSettled);

    /// @notice A claim of a batch was passed over; the others were not touched by it.
    event ClaimSkipped(bytes32 indexed channelId, ClaimOutcome outcome);

    /// @notice The payer wants to close; the payee may settle until before `closeDeadline`.
    event ChannelCloseRequested(bytes32 indexed channelId, uint40 closeDeadline);

    /// @notice The payer does not want to close any more.
    event ChannelCloseCancelled(bytes32 indexed channelId);

    /// @notice The channel was closed and `refund` went to the payer; `epoch` is that of the next opening.
    event ChannelClosed(bytes32 indexed channelId, uint24 epoch, uint96 refund);

    /// @notice A payment did not arrive, or was not to be sent: the account can collect it.
    event PaymentCredited(address indexed asset, address indexed account, uint256 amount);

    /// @notice An account got its whole balance.
    event BalanceCollected(address indexed asset, address indexed account, uint256 amount);

    /// @notice An owner gave a mandate by a call.
    event MandateGiven(bytes32 indexed mandateId, address indexed owner, uint256 indexed vehicleId);

    /// @notice An owner took a mandate back: nothing more goes into channels by it.
    event MandateRevoked(bytes32 indexed mandateId, address indexed owner, uint256 indexed vehicleId);

    /// @notice A channel was funded by a mandate, of which `spent` is now used in all.
    event MandateUsed(bytes32 indexed mandateId, bytes32 indexed channelId, uint96 amount, uint96 spent);

    /// @notice An owner's native reserve for mandates has changed.
    event ReserveChanged(address indexed owner, uint256 reserve);

    /* ERRORS */

    /// @notice The channel has no payee, pays this contract, or has no signer.
    error ChannelTermsInvalid(address payee, bytes32 signer);

    /// @notice The delay is shorter than 15 minutes or longer than 30 days.
    error ChannelDelayInvalid(uint32 closeDelaySeconds, uint32 limit);

    /// @notice A deposit of nothing.
    error ChannelAmountZero(bytes32 channelId);

    /// @notice The deposits of one opening would exceed what a channel can hold.
    error ChannelDepositTooLarge(uint256 deposited, uint96 limit);

    /// @notice The channel is open; it can be topped up.
    error ChannelAlreadyOpen(bytes32 channelId, uint24 epoch);

    /// @notice The channel is not open.
    error ChannelNotOpen(bytes32 channelId);

    /// @notice The channel has been closed as often as it can be; another salt makes another channel.
    error ChannelWornOut(bytes32 channelId);

    /// @notice The payer has asked to close, so that nothing may be added.
    error ChannelClosing(bytes32 channelId, uint40 closeDeadline);

    /// @notice The payer has not asked to close.
    error ChannelNotClosing(bytes32 channelId);

    /// @notice The payee may still settle until `closeDeadline`.
    error ChannelNotWithdrawable(bytes32 channelId, uint40 closeDeadline);

    /// @notice Only `payer` may do this.
    error ChannelNotPayer(address payer, address caller);

    /// @notice Only `payee`, or its operator where settling is concerned, may do this.
    error ChannelNotPayee(address payee, address caller);

    /// @notice The claim that goes with a close cannot be settled.
    error ChannelClaimRefused(bytes32 channelId, ClaimOutcome outcome);

    /// @notice The payee did not sign this agreement to close.
    error ChannelAgreementInvalid(bytes32 channelId, address payee);

    /// @notice The payee agreed to a close at `agreed`, and has settled more since.
    error ChannelAgreementStale(bytes32 channelId, uint96 agreed, uint96 settled);

    /// @notice The payee agreed to a close after `agreed` has been settled; it has had `settled`.
    error ChannelAgreementUnpaid(bytes32 channelId, uint96 agreed, uint96 settled);

    /// @notice The payee agreed to more than the channel holds.
    error ChannelAgreementTooHigh(bytes32 channelId, uint96 agreed, uint96 deposited);

    /// @notice There is no contract at the address given for the verifier of P-256 keys.
    error ChannelVerifierMissing(address verifier);

    /// @notice The account or the token refused the payment; the balance stands.
    error BalanceNotCollected(address asset, address account, uint256 amount);

    /// @notice The reserve is smaller than what is asked of it.
    error ReserveTooSmall(address owner, uint256 reserve, uint256 amount);

    /// @notice Only the owner of a mandate may do this.
    error MandateNotOwner(address owner, address caller);

    /// @notice The mandate's period is zero, or its times are in the wrong order.
    error MandateInvalid(uint32 periodSeconds, uint40 validFrom, uint40 expiresAt);

    /// @notice The owner took the mandate back.
    error MandateIsRevoked(bytes32 mandateId);

    /// @notice The owner neither gave the mandate by call nor signed it.
    error MandateNotGiven(bytes32 mandateId, address owner);

    /// @notice The mandate does not hold yet, or not any more.
    error MandateNotInForce(bytes32 mandateId, uint40 validFrom, uint40 expiresAt);

    /// @notice The vehicle is not, or not without a break, the owner's since the mandate was given.
    error MandateTitleMoved(uint256 vehicleId, address owner, uint24 grantEpoch);

    /// @notice The vehicle is reported stolen, or destroyed.
    error MandateVehicleStopped(uint256 vehicleId);

    /// @notice The channel's payer, signer or asset is not that of the mandate.
    error MandateTermsForeign(bytes32 mandateId, bytes32 channelId);

    /// @notice The payee is not on the mandate's list.
    error MandatePayeeNotListed(bytes32 mandateId, address payee);

    /// @notice The mandate has less left than the deposit needs.
    error MandateExceeded(bytes32 mandateId, uint256 amount, uint256 left);

    /// @notice The car's key is neither the caller nor did it sign this order.
    error MandateOrderInvalid(bytes32 mandateId, bytes32 channelId);

    /// @notice The order's time is over.
    error MandateOrderExpired(bytes32 mandateId, uint40 deadline);

    /// @notice The channel holds what the order asks for, or more.
    error MandateNothingToFund(bytes32 channelId, uint96 deposited, uint96 newDeposited);

    /* FUNDING */

    /// @notice Opens a channel with the payer's money. The caller is the payer, or anybody with an ERC-3009
    /// authorisation or a Permit2 transfer of the payer for this very channel, epoch and amount.
    function openChannel(
        ChannelTerms calldata terms,
        uint96 amount,
        Funding calldata funding
    ) external payable returns (bytes32 channelId);

    /// @notice Opens several channels of one payer, machine and asset with one pull of the sum.
    function openChannels(
        address payer,
        bytes32 signer,
        address asset,
        ChannelOpening[] calldata openings,
        Funding calldata funding
    ) external payable returns (bytes32[] memory channelIds);

    /// @notice Adds to an open channel. The caller's own money, or by a relayed signature the payer's. It cancels no close.
    function topUp(ChannelTerms calldata terms, uint96 amount, Funding calldata funding) external payable;

    /* SETTLING */

    /// @notice Settles what can be settled of a batch, for its payee or the payee's operator. A claim that cannot be settled is
    /// passed over with `ClaimSkipped`. The sum is sent, or credited if `isCredit` or where it cannot be sent.
    function settle(
        Payee calldata to,
        Claim[] calldata claims,
        bool isCredit
    ) external returns (uint256 amount);

    /// @notice Sends an account its whole balance; nothing if there is none. Anybody may call, and gives the gas the receiver or
    /// the token needs.
    function collect(address asset, address account) external returns (uint256 amount);

    /* CLOSING */

    /// @notice The payee closes, after a last claim if `amounts` is not zero. The rest goes back to the payer.
    function closeChannel(ChannelTerms calldata terms, ClaimAmounts amounts, bytes calldata proof) external;

    /// @notice Closes by the payee's signature of `CloseAgreement(bytes32 channelId,uint24 epoch,uint96 newSettled)`: once the
    /// payee has had `newSettled`, and no more. If it has had less, the payer itself has to call, and pays the difference.
    /// A payee that has signed one serves nothing more in that epoch.
    function closeChannelByAgreement(
        ChannelTerms calldata terms,
        uint96 newSettled,
        bytes calldata payeeSignature
    ) external;

    /// @notice The payer asks to close; the payee may settle until the delay is over. Repeating it moves nothing.
    function requestClose(ChannelTerms calldata terms) external returns (uint40 closeDeadline);

    /// @notice The payer goes on after all.
    function cancelClose(ChannelTerms calldata terms) external;

    /// @notice After the delay, sends what is left to the payer. Anybody may call.
    function withdraw(ChannelTerms calldata terms) external;

    /* MANDATES */

    /// @notice The owner lets the car's key fund channels within the mandate, without a signature. The title has to be the
    /// caller's, in the epoch the mandate names.
    function giveMandate(Mandate calldata mandate) external returns (bytes32 mandateId);

    /// @notice The owner stops new funding. Channels that are funded stay.
    function revokeMandate(Mandate calldata mandate) external;

    /// @notice Opens the channel, or tops it up, to `newDeposited` in all with the mandate owner's money: its allowance of a token
    /// to this contract, or its reserve of the native coin. The car's key calls, or signed
    /// `FundingOrder(bytes32 mandateId,bytes32 channelId,uint24 epoch,uint96 newDeposited,uint40 deadline)`.
    function fundByMandate(
        ChannelTerms calldata terms,
        uint96 newDeposited,
        Mandate calldata mandate,
        MandateProof calldata mandateProof
    ) external returns (bytes32 channelId);

    /// @notice Adds native coin that the caller's mandates may use.
    function addReserve() external payable;

    /// @notice Takes native coin out of the caller's reserve.
    function withdrawReserve(uint256 amount) external;

    /* VIEWS */

    /// @notice The titles that mandates are bound to.
    function title() external view returns (IVehicleTitle);

    /// @notice The ERC-7913 verifier of P-256 keys.
    function p256Verifier() external view returns (address);

    /// @notice The Permit2 contract, or zero where there is none.
    function permit2() external view returns (address);

    /// @notice Where a channel stands.
    function channelOf(bytes32 channelId) external view returns (Channel memory);

    /// @notice The id of the channel with these terms, open or not.
    function channelIdOf(ChannelTerms calldata terms) external view returns (bytes32);

    /// @notice What an account can collect.
    function balanceOf(address asset, address account) external view returns (uint256);

    /// @notice What an owner's mandates can draw of the native coin.
    function reserveOf(address owner) external view returns (uint256);

    /// @notice The id of a mandate: its EIP-712 struct hash.
    function mandateIdOf(Mandate calldata mandate) external pure returns (bytes32);

    /// @notice What was spent under a mandate.
    function mandateStateOf(bytes32 mandateId) external view returns (MandateState memory);

    /// @notice What the mandate allows now, apart from the owner's balance: zero when it is not in force or
    /// revoked, when the title moved or the vehicle is not registered, stolen or destroyed.
    function mandateLeft(Mandate calldata mandate) external view returns (uint256);

    /// @notice What relayed funding of one channel has to name: keccak256(abi.encode(channelId, epoch, amount)). For
    /// several: keccak256 of these, one after the other.
    function fundingIdOf(bytes32 channelId, uint24 epoch, uint96 amount) external pure returns (bytes32);

    /// @notice The EIP-712 digest of a voucher; of a plain one if `sessionHash` is zero.
    function voucherDigest(
        bytes32 channelId,
        uint24 epoch,
        uint96 ceiling,
        bytes32 sessionHash
    ) external view returns (bytes32);
}
