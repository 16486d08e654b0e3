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
import {MandateLib} from "../libraries/MandateLib.sol";
import {VoucherLib} from "../libraries/VoucherLib.sol";
import {Channel, ChannelTerms, Mandate, MandateProof, MandateState} from "../types/ChannelTypes.sol";
import {Locks} from "../types/Locks.sol";
import {TitleState, TitleStatus} from "../types/TitleTypes.sol";

/// @title Mandates: what an owner lets the car's own key pay into channels.
/// @notice
/// - Limits bind when money goes in; what is in a channel is the payee's to claim by vouchers.
/// - A mandate ends with its time, its revocation and the next transfer of the title, and rests while the car is stolen.
/// - Tokens are drawn from the owner's allowance to this contract, the native coin from a reserve.
abstract contract Mandates is IPaymentChannels, EIP712, ReentrancyGuardTransient {
    using MandateLib for Mandate;

    bytes32 private constant MANDATE_TYPEHASH = keccak256(
        "Mandate(address owner,uint256 vehicleId,uint24 grantEpoch,bytes32 signer,address asset,"
        "uint96 capPerPeriod,uint32 periodSeconds,uint96 totalCap,bytes32 payeeRoot,uint40 validFrom,uint40 expiresAt,uint64 salt)"
    );
    bytes32 private constant FUNDING_ORDER_TYPEHASH = keccak256(
        "FundingOrder(bytes32 mandateId,bytes32 channelId,uint24 epoch,uint96 newDeposited,uint40 deadline)"
    );

    /// @inheritdoc IPaymentChannels
    IVehicleTitle public immutable title;

    /// @inheritdoc IPaymentChannels
    address public immutable p256Verifier;

    mapping(bytes32 mandateId => MandateState) private _mandates;

    mapping(address owner => uint256) private _reserves;

    constructor(IVehicleTitle newTitle, address newP256Verifier) {
        // A call to nothing would revert, and one claim with such a key stop a batch.
        require(newP256Verifier.code.length != 0, ChannelVerifierMissing(newP256Verifier));
        title = newTitle;
        p256Verifier = newP256Verifier;
    }

    /// @inheritdoc IPaymentChannels
    function giveMandate(Mandate calldata mandate) external returns (bytes32 mandateId) {
        mandateId = _requireMandateOwner(mandate);
        MandateState storage state = _mandates[mandateId];
        require(!state.isRevoked, MandateIsRevoked(mandateId));
        require(_isHeld(mandate), MandateTitleMoved(mandate.vehicleId, mandate.owner, mandate.grantEpoch));
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
    function addReserve() external payable {
        uint256 reserve = _reserves[msg.sender] + msg.value;
        _reserves[msg.sender] = reserve;
        emit ReserveChanged(msg.sender, reserve);
    }

    /// @inheritdoc IPaymentChannels
    function withdrawReserve(uint256 amount) external nonReentrant {
        _takeReserve(msg.sender, amount);
        require(
            AssetLib.push(address(0), msg.sender, amount, false),
            BalanceNotCollected(address(0), msg.sender, amount)
        );
    }

    /// @dev Checks a use of a mandate and writes it down. Returns what has to go into the channel.
    function _spendByMandate(
        bytes32 channelId,
        ChannelTerms calldata terms,
        Channel memory channel,
        uint96 newDeposited,
        Mandate calldata mandate,
        MandateProof calldata mandateProof
    ) internal returns (uint96 amount) {
        bytes32 mandateId = mandateIdOf(mandate);
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
        bytes32 order = keccak256(
            abi.encode(
                FUNDING_ORDER_TYPEHASH,
                mandateId,
                channelId,
                channel.epoch,
                newDeposited,
                mandateProof.deadline
            )
        );
        _requireOrdered(mandateId, mandate.signer, mandateProof, order, channelId);

        amount = newDeposited - channel.deposited;
        _spend(mandateId, channelId, mandate, amount);
    }

    function _spend(bytes32 mandateId, bytes32 channelId, Mandate calldata mandate, uint96 amount) private {
        MandateState memory state = _mandates[mandateId];
        uint256 left = mandate.left(state, block.timestamp);
        require(amount <= left, MandateExceeded(mandateId, amount, left));
        state = mandate.spend(state, amount, block.timestamp);
        _mandates[mandateId] = state;
        emit MandateUsed(mandateId, channelId, amount, state.spent);
    }

    /// @dev The money itself, when the channel stands.
    function _draw(Mandate calldata mandate, uint96 amount) internal {
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
        TitleState memory state = title.stateOf(mandate.vehicleId);
        return
            state.status != TitleStatus.None &&
            state.grantEpoch == mandate.grantEpoch &&
            IERC721(address(title)).ownerOf(mandate.vehicleId) == mandate.owner;
    }

    /// @dev Whoever drives a stolen or scrapped car drives it without the owner's money.
    function _isStopped(Mandate calldata mandate) private view returns (bool) {
        TitleState memory state = title.stateOf(mandate.vehicleId);
        return state.status == TitleStatus.Destroyed || Locks.has(state.locks, Locks.THEFT);
    }

    /* VIEWS */

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
}
