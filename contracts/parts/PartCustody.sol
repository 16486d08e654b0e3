// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {IERC1155Receiver} from "@openzeppelin/contracts/token/ERC1155/IERC1155Receiver.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IPartCustody} from "../interfaces/IPartCustody.sol";
import {IPartTwins} from "../interfaces/IPartTwins.sol";
import {Consignment, ConsignmentStatus} from "../types/CustodyTypes.sol";

/// @title Custody of parts: handed over in two steps, with a report of their condition at each end.
/// @notice
/// - Units on their way belong to this contract and go to the receiver or back to the sender, nowhere else.
/// - The terms are in calldata and hashed into the id: one storage slot per consignment, which is never cleared, so that
///   no consignment is made or ended twice.
/// - Whoever holds units may consign them; neither end needs to be a member.
/// - A sender that refuses its own units back leaves them here until it takes them.
contract PartCustody is IPartCustody, IERC1155Receiver {
    /// @inheritdoc IPartCustody
    /// @dev 100 serials take below 4 million gas; a transaction may use 16,777,216.
    uint256 public constant MAX_BATCH = 100;

    /// @inheritdoc IPartCustody
    IPartTwins public immutable parts;

    mapping(bytes32 consignmentId => ConsignmentStatus) private _statuses;

    constructor(IPartTwins newParts) {
        parts = newParts;
    }

    /* HANDING OVER */

    /// @inheritdoc IPartCustody
    function consign(
        Consignment calldata consignment,
        bytes32 conditionHash
    ) external returns (bytes32 consignmentId) {
        uint256 length = consignment.partIds.length;
        require(
            consignment.receiver != address(0) &&
                consignment.receiver != address(this) &&
                length != 0 &&
                length <= MAX_BATCH,
            CustodyConsignmentInvalid(consignment.receiver, length, MAX_BATCH)
        );
        require(consignment.sender == msg.sender, CustodyNotSender(consignment.sender, msg.sender));
        require(
            consignment.deadline >= block.timestamp,
            CustodyDeadlinePassed(consignment.deadline, block.timestamp)
        );
        require(conditionHash != 0, CustodyConditionMissing());
        // The standard lets anybody transfer zero units of anything: consigned, they would tell a false story of where a
        // part was. Lists of unequal length are refused where they are transferred.
        uint256[] calldata quantities = consignment.quantities;
        for (uint256 i = 0; i < quantities.length && i < length; ++i) {
            if (quantities[i] == 0) revert IPartTwins.PartsQuantityInvalid(consignment.partIds[i], 0);
        }
        consignmentId = consignmentIdOf(consignment);
        ConsignmentStatus status = _statuses[consignmentId];
        require(status == ConsignmentStatus.None, CustodyStatus(consignmentId, status));

        _statuses[consignmentId] = ConsignmentStatus.Open;
        emit PartsConsigned(consignmentId, msg.sender, consignment.receiver, consignment, conditionHash);
        _send(msg.sender, address(this), consignment);
    }

    /// @inheritdoc IPartCustody
    function accept(Consignment calldata consignment, bytes32 conditionHash) external {
        bytes32 consignmentId = _endByReceiver(consignment, ConsignmentStatus.Accepted, conditionHash);
        require(
            consignment.deadline >= block.timestamp,
            CustodyDeadlinePassed(consignment.deadline, block.timestamp)
        );
        emit PartsAccepted(consignmentId, msg.sender, conditionHash);
        _send(address(this), consignment.receiver, consignment);
    }

    /// @inheritdoc IPartCustody
    function reject(Consignment calldata consignment, bytes32 conditionHash) external {
        bytes32 consignmentId = _endByReceiver(consignment, ConsignmentStatus.Rejected, conditionHash);
        emit PartsRejected(consignmentId, msg.sender, conditionHash);
        _send(address(this), consignment.sender, consignment);
    }

    /// @inheritdoc IPartCustody
    function returnExpired(Consignment calldata consignment) external {
        require(
            consignment.deadline < block.timestamp,
            CustodyDeadlineNotReached(consignment.deadline, block.timestamp)
        );
        bytes32 consignmentId = _end(consignment, ConsignmentStatus.Returned);
        emit PartsReturned(consignmentId, consignment.sender);
        _send(address(this), consignment.sender, consignment);
    }

    function _endByReceiver(
        Consignment calldata consignment,
        ConsignmentStatus newStatus,
        bytes32 conditionHash
    ) private returns (bytes32 consignmentId) {
        require(conditionHash != 0, CustodyConditionMissing());
        consignmentId = _end(consignment, newStatus);
        require(consignment.receiver == msg.sender, CustodyNotReceiver(consignmentId, msg.sender));
    }

    /// @dev Written before anything moves: whoever gets the units may call again and finds the consignment ended.
    function _end(
        Consignment calldata consignment,
        ConsignmentStatus newStatus
    ) private returns (bytes32 consignmentId) {
        consignmentId = consignmentIdOf(consignment);
        ConsignmentStatus status = _statuses[consignmentId];
        require(status == ConsignmentStatus.Open, CustodyStatus(consignmentId, status));
        _statuses[consignmentId] = newStatus;
    }

    function _send(address from, address to, Consignment calldata consignment) private {
        uint256[] calldata partIds = consignment.partIds;
        uint256[] calldata quantities = consignment.quantities;
        IERC1155 token = IERC1155(address(parts));
        // One unit is the common case, and its transfer is cheaper than a batch of one.
        if (partIds.length == 1 && quantities.length == 1) {
            token.safeTransferFrom(from, to, partIds[0], quantities[0], "");
        } else {
            token.safeBatchTransferFrom(from, to, partIds, quantities, "");
        }
    }

    /* RECEIVING */

    /// @inheritdoc IERC1155Receiver
    function onERC1155Received(
        address operator,
        address,
        uint256,
        uint256,
        bytes calldata
    ) external view returns (bytes4) {
        require(operator == address(this), CustodyUnexpectedTransfer(operator));
        return this.onERC1155Received.selector;
    }

    /// @inheritdoc IERC1155Receiver
    function onERC1155BatchReceived(
        address operator,
        address,
        uint256[] calldata,
        uint256[] calldata,
        bytes calldata
    ) external view returns (bytes4) {
        require(operator == address(this), CustodyUnexpectedTransfer(operator));
        return this.onERC1155BatchReceived.selector;
    }

    /* VIEWS */

    /// @inheritdoc IPartCustody
    function consignmentIdOf(Consignment calldata consignment) public view returns (bytes32) {
        return keccak256(abi.encode(block.chainid, address(this), consignment));
    }

    /// @inheritdoc IPartCustody
    function statusOf(bytes32 consignmentId) external view returns (ConsignmentStatus) {
        return _statuses[consignmentId];
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        return
            interfaceId == type(IPartCustody).interfaceId ||
            interfaceId == type(IERC1155Receiver).interfaceId ||
            interfaceId == type(IERC165).interfaceId;
    }
}
