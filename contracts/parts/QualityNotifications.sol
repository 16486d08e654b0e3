// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {MemberAccess} from "../access/MemberAccess.sol";
import {Roles} from "../access/Roles.sol";
import {IPartTwins} from "../interfaces/IPartTwins.sol";
import {IQualityNotifications} from "../interfaces/IQualityNotifications.sol";
import {Notification, NotificationKind, NotificationStatus} from "../types/NotificationTypes.sol";

/// @title Quality notifications in the manner of Catena-X.
/// @notice
/// - Each goes from one party to one other; the next tier gets one of its own, which names the one it came from.
/// - A receiver passes on only what it acknowledged, so that a chain of notifications is a chain of acknowledgements.
/// - A notification binds nobody: what stops parts from being fitted is a recall. Receivers need not be members.
contract QualityNotifications is IQualityNotifications, MemberAccess {
    /// @dev Who may send, as a set of roles.
    uint256 private constant SENDERS =
        (1 << Roles.SUPPLIER) |
            (1 << Roles.MANUFACTURER) |
            (1 << Roles.WORKSHOP) |
            (1 << Roles.RECYCLER) |
            (1 << Roles.REGISTRAR);

    /// @inheritdoc IQualityNotifications
    IPartTwins public immutable parts;

    mapping(bytes32 notificationId => Notification) private _notifications;

    constructor(address authority, IPartTwins newParts) AccessManaged(authority) {
        parts = newParts;
    }

    /// @inheritdoc IQualityNotifications
    function notify(
        NotificationKind kind,
        uint256 lotId,
        address receiver,
        bytes32 parentId,
        bytes32 documentHash,
        uint64 role
    ) external returns (bytes32 notificationId) {
        require(role < Roles.LIMIT && (SENDERS >> role) & 1 == 1, NotificationsRoleNotAllowed(role));
        _requireMember(msg.sender, role);
        require(
            receiver != address(0) &&
                receiver != msg.sender &&
                documentHash != 0 &&
                parts.lineageOf(lotId) != 0,
            NotificationsInvalid(receiver, lotId, documentHash)
        );
        if (parentId != 0) _requirePassedOn(parentId, kind);
        notificationId = keccak256(
            abi.encode(
                block.chainid,
                address(this),
                msg.sender,
                receiver,
                kind,
                lotId,
                parentId,
                documentHash
            )
        );
        require(
            _notifications[notificationId].status == NotificationStatus.None,
            NotificationsExists(notificationId)
        );

        _notifications[notificationId] = Notification({
            sender: msg.sender,
            kind: kind,
            status: NotificationStatus.Sent,
            sentAt: uint40(block.timestamp), // fits for another 34,000 years
            receiver: receiver
        });
        emit NotificationSent(notificationId, msg.sender, receiver, kind, lotId, parentId, documentHash);
    }

    /// @inheritdoc IQualityNotifications
    function answer(bytes32 notificationId, NotificationStatus status, bytes32 documentHash) external {
        Notification memory notification = _notifications[notificationId];
        NotificationStatus current = notification.status;
        bool isNext;
        if (status == NotificationStatus.Acknowledged) isNext = current == NotificationStatus.Sent;
        if (status == NotificationStatus.Accepted || status == NotificationStatus.Declined) {
            isNext = current == NotificationStatus.Acknowledged;
        }
        if (status == NotificationStatus.Closed) {
            isNext = current != NotificationStatus.None && current != NotificationStatus.Closed;
        }
        require(isNext, NotificationsStatus(notificationId, current, status));
        address party = status == NotificationStatus.Closed ? notification.sender : notification.receiver;
        require(party == msg.sender, NotificationsForeign(notificationId, msg.sender));

        _notifications[notificationId].status = status;
        emit NotificationAnswered(notificationId, msg.sender, status, documentHash);
    }

    /// @inheritdoc IQualityNotifications
    function notificationOf(bytes32 notificationId) external view returns (Notification memory) {
        return _notifications[notificationId];
    }

    function _requirePassedOn(bytes32 parentId, NotificationKind kind) private view {
        Notification memory parent = _notifications[parentId];
        require(
            parent.receiver == msg.sender &&
                parent.kind == kind &&
                (parent.status == NotificationStatus.Acknowledged ||
                    parent.status == NotificationStatus.Accepted),
            NotificationsParent(parentId, msg.sender)
        );
    }
}
