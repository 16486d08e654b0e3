// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Notification, NotificationKind, NotificationStatus} from "../types/NotificationTypes.sol";
import {IPartTwins} from "./IPartTwins.sol";

/// @title Quality notifications in the manner of Catena-X: sent to a neighbour, acknowledged, and passed on tier by tier.
/// @notice What is wrong stands in the document, which the parties exchange off chain; here stands who knew when.
interface IQualityNotifications {
    /// @notice A notification about a lot was sent.
    /// @param parentId The notification that is passed on, or zero.
    /// @param documentHash SHA-256 of the notification.
    event NotificationSent(
        bytes32 indexed notificationId,
        address indexed sender,
        address indexed receiver,
        NotificationKind kind,
        uint256 lotId,
        bytes32 parentId,
        bytes32 documentHash
    );

    /// @notice The receiver acknowledged, accepted or declined, or the sender closed.
    event NotificationAnswered(
        bytes32 indexed notificationId,
        address indexed by,
        NotificationStatus status,
        bytes32 documentHash
    );

    /// @notice There is such a notification already.
    error NotificationsExists(bytes32 notificationId);

    /// @notice There is no such notification, or it is not in a status from which it becomes `wanted`.
    error NotificationsStatus(bytes32 notificationId, NotificationStatus status, NotificationStatus wanted);

    /// @notice `caller` is not the party that takes this step.
    error NotificationsForeign(bytes32 notificationId, address caller);

    /// @notice Only who received and acknowledged a notification passes it on, as the same kind.
    error NotificationsParent(bytes32 parentId, address caller);

    /// @notice The notification needs another receiver than its sender, a document and a lot that exists.
    error NotificationsInvalid(address receiver, uint256 lotId, bytes32 documentHash);

    /// @notice Members of `role` do not do this.
    error NotificationsRoleNotAllowed(uint64 role);

    /// @notice Sends a notification about a lot. Suppliers, manufacturers, workshops, recyclers and registrars.
    /// @param parentId The notification that the caller received and passes on to the next tier, or zero.
    function notify(
        NotificationKind kind,
        uint256 lotId,
        address receiver,
        bytes32 parentId,
        bytes32 documentHash,
        uint64 role
    ) external returns (bytes32 notificationId);

    /// @notice Takes the next step: the receiver acknowledges, then accepts or declines; the sender closes at any time.
    /// @param documentHash SHA-256 of the answer, or zero.
    function answer(bytes32 notificationId, NotificationStatus status, bytes32 documentHash) external;

    /// @notice The parts that notifications are about.
    function parts() external view returns (IPartTwins);

    /// @notice A notification; all zero when there is none.
    function notificationOf(bytes32 notificationId) external view returns (Notification memory);
}
