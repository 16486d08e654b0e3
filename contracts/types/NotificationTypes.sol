// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev The kinds of quality notification of Catena-X. An investigation goes up the chain of supply, an alert goes down,
/// a block asks to stop using and delivering units that are named.
enum NotificationKind {
    Investigation,
    Alert,
    Block
}

/// @dev Where a notification is with its receiver.
enum NotificationStatus {
    None,
    Sent,
    Acknowledged,
    Accepted,
    Declined,
    Closed
}

/// @dev A notification from one party to one other. One slot and a half.
struct Notification {
    address sender;
    NotificationKind kind;
    NotificationStatus status;
    uint40 sentAt;
    address receiver;
}
