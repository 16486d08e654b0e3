// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MemberAccess} from "../../contracts/access/MemberAccess.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {IQualityNotifications} from "../../contracts/interfaces/IQualityNotifications.sol";
import {
    Notification,
    NotificationKind,
    NotificationStatus
} from "../../contracts/types/NotificationTypes.sol";
import {PartsTest} from "../helpers/PartsTest.sol";

contract QualityNotificationsTest is PartsTest {
    bytes32 private constant DOCUMENT = keccak256("what is wrong");
    bytes32 private constant ANSWER = keccak256("answer");

    uint256 private lotId;

    function setUp() public override {
        super.setUp();
        lotId = _serialisedLot(1, 100, 0);
    }

    function _send(
        address from,
        uint64 role,
        address to,
        NotificationKind kind,
        bytes32 parentId
    ) private returns (bytes32) {
        vm.prank(from);
        return notifications.notify(kind, lotId, to, parentId, DOCUMENT, role);
    }

    /// @dev An alert of the supplier's to the manufacturer.
    function _alert() private returns (bytes32) {
        return _send(supplier, Roles.SUPPLIER, manufacturer, NotificationKind.Alert, 0);
    }

    function _answer(address by, bytes32 notificationId, NotificationStatus status) private {
        vm.prank(by);
        notifications.answer(notificationId, status, ANSWER);
    }

    function _statusOf(bytes32 notificationId) private view returns (NotificationStatus) {
        return notifications.notificationOf(notificationId).status;
    }

    function _expectForeign(bytes32 notificationId, address caller) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IQualityNotifications.NotificationsForeign.selector,
                notificationId,
                caller
            )
        );
    }

    function _expectParent(bytes32 parentId, address caller) private {
        vm.expectRevert(
            abi.encodeWithSelector(IQualityNotifications.NotificationsParent.selector, parentId, caller)
        );
    }

    function _expectInvalid(address receiver, uint256 lot, bytes32 documentHash) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IQualityNotifications.NotificationsInvalid.selector,
                receiver,
                lot,
                documentHash
            )
        );
    }

    /* SENDING */

    function test_notify_RevertWhen_RoleSendsNone() public {
        for (uint64 role = 0; role <= Roles.LIMIT; ++role) {
            if (
                role == Roles.SUPPLIER ||
                role == Roles.MANUFACTURER ||
                role == Roles.WORKSHOP ||
                role == Roles.RECYCLER ||
                role == Roles.REGISTRAR
            ) continue;
            _expectRoleNotAllowed(role);
            _send(supplier, role, manufacturer, NotificationKind.Alert, 0);
        }
        // a shift by such numbers would come round again, were it not for the limit
        _expectRoleNotAllowed(Roles.LIMIT + Roles.SUPPLIER);
        _send(supplier, Roles.LIMIT + Roles.SUPPLIER, manufacturer, NotificationKind.Alert, 0);
        _expectRoleNotAllowed(type(uint64).max);
        _send(supplier, type(uint64).max, manufacturer, NotificationKind.Alert, 0);
    }

    function _expectRoleNotAllowed(uint64 role) private {
        vm.expectRevert(
            abi.encodeWithSelector(IQualityNotifications.NotificationsRoleNotAllowed.selector, role)
        );
    }

    function test_notify_RevertWhen_CallerIsNoMember() public {
        vm.expectRevert(
            abi.encodeWithSelector(MemberAccess.AccessNotMember.selector, stranger, Roles.SUPPLIER)
        );
        _send(stranger, Roles.SUPPLIER, manufacturer, NotificationKind.Alert, 0);
        vm.expectRevert(
            abi.encodeWithSelector(MemberAccess.AccessNotMember.selector, supplier, Roles.WORKSHOP)
        );
        _send(supplier, Roles.WORKSHOP, manufacturer, NotificationKind.Alert, 0);
    }

    function test_notify_RevertWhen_ItIsIncomplete() public {
        _expectInvalid(address(0), lotId, DOCUMENT);
        _send(supplier, Roles.SUPPLIER, address(0), NotificationKind.Alert, 0);
        _expectInvalid(supplier, lotId, DOCUMENT);
        _send(supplier, Roles.SUPPLIER, supplier, NotificationKind.Alert, 0);
        _expectInvalid(manufacturer, lotId + 1, DOCUMENT);
        vm.prank(supplier);
        notifications.notify(NotificationKind.Alert, lotId + 1, manufacturer, 0, DOCUMENT, Roles.SUPPLIER);
        _expectInvalid(manufacturer, lotId, 0);
        vm.prank(supplier);
        notifications.notify(NotificationKind.Alert, lotId, manufacturer, 0, 0, Roles.SUPPLIER);
    }

    function test_attack_SentTwice() public {
        bytes32 notificationId = _alert();
        vm.expectRevert(
            abi.encodeWithSelector(IQualityNotifications.NotificationsExists.selector, notificationId)
        );
        _alert();
        _answer(supplier, notificationId, NotificationStatus.Closed);
        vm.expectRevert(
            abi.encodeWithSelector(IQualityNotifications.NotificationsExists.selector, notificationId)
        );
        _alert();
    }

    function test_notify_ByEveryClassThatMaySend() public {
        address[5] memory senders = [supplier, manufacturer, workshop, recycler, registrar];
        uint64[5] memory roles = [
            Roles.SUPPLIER,
            Roles.MANUFACTURER,
            Roles.WORKSHOP,
            Roles.RECYCLER,
            Roles.REGISTRAR
        ];
        for (uint256 i = 0; i < senders.length; ++i) {
            bytes32 notificationId = _send(senders[i], roles[i], stranger, NotificationKind.Investigation, 0);
            assertEq(notifications.notificationOf(notificationId).sender, senders[i], "sent");
        }
    }

    function test_notify_StoresAndTells() public {
        for (uint256 kind = 0; kind <= uint256(type(NotificationKind).max); ++kind) {
            bytes32 expected = keccak256(
                abi.encode(
                    block.chainid,
                    address(notifications),
                    supplier,
                    manufacturer,
                    kind,
                    lotId,
                    bytes32(0),
                    DOCUMENT
                )
            );
            vm.expectEmit(address(notifications));
            emit IQualityNotifications.NotificationSent(
                expected,
                supplier,
                manufacturer,
                NotificationKind(kind),
                lotId,
                0,
                DOCUMENT
            );
            bytes32 notificationId = _send(supplier, Roles.SUPPLIER, manufacturer, NotificationKind(kind), 0);
            assertEq(notificationId, expected, "id");
            Notification memory notification = notifications.notificationOf(notificationId);
            assertEq(notification.sender, supplier, "sender");
            assertEq(notification.receiver, manufacturer, "receiver");
            assertEq(uint256(notification.kind), kind, "kind");
            assertEq(uint256(notification.status), uint256(NotificationStatus.Sent), "status");
            assertEq(notification.sentAt, NOW, "when");
        }
        assertEq(address(notifications.parts()), address(parts), "the parts that they are about");
    }

    /* ANSWERING */

    /// @dev Brings a new notification into a status. `None` is one that was never sent.
    function _inStatus(uint256 status, uint256 salt) private returns (bytes32 notificationId) {
        if (status == 0) return keccak256(abi.encode("never sent", salt));
        vm.prank(supplier);
        notificationId = notifications.notify(
            NotificationKind.Alert,
            lotId,
            manufacturer,
            0,
            keccak256(abi.encode(salt)),
            Roles.SUPPLIER
        );
        if (status >= 2 && status <= 4) {
            _answer(manufacturer, notificationId, NotificationStatus.Acknowledged);
        }
        if (status == 3) _answer(manufacturer, notificationId, NotificationStatus.Accepted);
        if (status == 4) _answer(manufacturer, notificationId, NotificationStatus.Declined);
        if (status == 5) _answer(supplier, notificationId, NotificationStatus.Closed);
        assertEq(uint256(_statusOf(notificationId)), status, "brought there");
    }

    /// @dev Row: where it is. Column: where it shall go. R: by its receiver, S: by its sender.
    function _party(uint256 from, uint256 to) private view returns (address) {
        bytes memory row = bytes(["......", "..R..S", "...RRS", ".....S", ".....S", "......"][from]);
        if (row[to] == "R") return manufacturer;
        return row[to] == "S" ? supplier : address(0);
    }

    function test_answer_EveryStepByEveryParty() public {
        address[4] memory callers = [supplier, manufacturer, registrar, stranger];
        uint256 salt;
        for (uint256 from = 0; from < 6; ++from) {
            for (uint256 to = 0; to < 6; ++to) {
                for (uint256 i = 0; i < callers.length; ++i) {
                    bytes32 notificationId = _inStatus(from, ++salt);
                    address party = _party(from, to);
                    if (party == address(0)) {
                        vm.expectRevert(
                            abi.encodeWithSelector(
                                IQualityNotifications.NotificationsStatus.selector,
                                notificationId,
                                from,
                                to
                            )
                        );
                    } else if (party != callers[i]) {
                        _expectForeign(notificationId, callers[i]);
                    } else {
                        vm.expectEmit(address(notifications));
                        emit IQualityNotifications.NotificationAnswered(
                            notificationId,
                            party,
                            NotificationStatus(to),
                            ANSWER
                        );
                    }
                    _answer(callers[i], notificationId, NotificationStatus(to));
                    bool isDone = party != address(0) && party == callers[i];
                    assertEq(uint256(_statusOf(notificationId)), isDone ? to : from, "where it is now");
                }
            }
        }
    }

    function test_answer_ByAReceiverThatIsNoMember() public {
        bytes32 notificationId = _send(supplier, Roles.SUPPLIER, stranger, NotificationKind.Block, 0);
        _answer(stranger, notificationId, NotificationStatus.Acknowledged);
        assertEq(
            uint256(_statusOf(notificationId)),
            uint256(NotificationStatus.Acknowledged),
            "known outside the consortium"
        );
    }

    function test_answer_ChangesTheStatusAlone() public {
        bytes32 notificationId = _alert();
        vm.warp(NOW + 1 days);
        _answer(manufacturer, notificationId, NotificationStatus.Acknowledged);
        Notification memory notification = notifications.notificationOf(notificationId);
        assertEq(notification.sender, supplier, "sender");
        assertEq(notification.receiver, manufacturer, "receiver");
        assertEq(notification.sentAt, NOW, "when it was sent");
        assertEq(uint256(notification.kind), uint256(NotificationKind.Alert), "kind");
    }

    /* PASSING ON */

    function test_notify_TierByTierAfterAcknowledgement() public {
        bytes32 first = _alert();
        _expectParent(first, manufacturer);
        _send(manufacturer, Roles.MANUFACTURER, workshop, NotificationKind.Alert, first);
        _answer(manufacturer, first, NotificationStatus.Acknowledged);
        bytes32 second = _send(manufacturer, Roles.MANUFACTURER, workshop, NotificationKind.Alert, first);

        _expectParent(second, workshop);
        _send(workshop, Roles.WORKSHOP, holder, NotificationKind.Alert, second);
        _answer(workshop, second, NotificationStatus.Acknowledged);
        _answer(workshop, second, NotificationStatus.Accepted);
        bytes32 third = _send(workshop, Roles.WORKSHOP, holder, NotificationKind.Alert, second);
        assertTrue(third != second && second != first, "one for each tier");
        assertEq(
            uint256(_statusOf(first)),
            uint256(NotificationStatus.Acknowledged),
            "the first is as it was"
        );
    }

    function test_attack_PassedOnByWhoDidNotReceiveIt() public {
        bytes32 first = _alert();
        _answer(manufacturer, first, NotificationStatus.Acknowledged);
        _expectParent(first, supplier);
        _send(supplier, Roles.SUPPLIER, workshop, NotificationKind.Alert, first);
        _expectParent(first, workshop);
        _send(workshop, Roles.WORKSHOP, holder, NotificationKind.Alert, first);
        bytes32 unknown = keccak256("never sent");
        _expectParent(unknown, manufacturer);
        _send(manufacturer, Roles.MANUFACTURER, workshop, NotificationKind.Alert, unknown);
    }

    function test_attack_PassedOnAsAnotherKind() public {
        bytes32 first = _alert();
        _answer(manufacturer, first, NotificationStatus.Acknowledged);
        _expectParent(first, manufacturer);
        _send(manufacturer, Roles.MANUFACTURER, workshop, NotificationKind.Block, first);
        _expectParent(first, manufacturer);
        _send(manufacturer, Roles.MANUFACTURER, workshop, NotificationKind.Investigation, first);
    }

    function test_attack_PassedOnAfterItWasDeclinedOrClosed() public {
        bytes32 declined = _inStatus(4, 1);
        _expectParent(declined, manufacturer);
        _send(manufacturer, Roles.MANUFACTURER, workshop, NotificationKind.Alert, declined);
        bytes32 closed = _inStatus(2, 2);
        _answer(supplier, closed, NotificationStatus.Closed);
        _expectParent(closed, manufacturer);
        _send(manufacturer, Roles.MANUFACTURER, workshop, NotificationKind.Alert, closed);
    }

    function test_notify_ToManyOfTheNextTier() public {
        bytes32 first = _alert();
        _answer(manufacturer, first, NotificationStatus.Acknowledged);
        _send(manufacturer, Roles.MANUFACTURER, workshop, NotificationKind.Alert, first);
        _send(manufacturer, Roles.MANUFACTURER, recycler, NotificationKind.Alert, first);
        _answer(manufacturer, first, NotificationStatus.Accepted);
        _send(manufacturer, Roles.MANUFACTURER, stranger, NotificationKind.Alert, first);
    }
}
