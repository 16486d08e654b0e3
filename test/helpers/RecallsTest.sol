// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MemberAccess} from "../../contracts/access/MemberAccess.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {IPartTwins} from "../../contracts/interfaces/IPartTwins.sol";
import {IRecalls} from "../../contracts/interfaces/IRecalls.sol";
import {LotForm} from "../../contracts/types/PartTypes.sol";
import {
    Advisory,
    Campaign,
    RecallInput,
    RecallScope,
    Remedy,
    RemedyStatus,
    VehicleRecall
} from "../../contracts/types/RecallTypes.sol";
import {Locks} from "../../contracts/types/Locks.sol";
import {RecordKinds} from "../../contracts/types/RecordKinds.sol";
import {OdometerUnit, RecordInput} from "../../contracts/types/RecordTypes.sol";
import {PartsTest} from "./PartsTest.sol";
import {SoftwareRegistryMock} from "./SoftwareRegistryMock.sol";

/// @dev Two lots of the supplier's in the workshop's hands, a software registry, and the steps of a campaign.
abstract contract RecallsTest is PartsTest {
    uint64 internal constant SERIALISED = 1;
    uint64 internal constant COUNTED = 2;
    uint40 internal constant QUANTITY = 100;
    uint32 internal constant MARKED = 12;
    bytes9 internal constant NUMBER = "26V000001";
    bytes9 internal constant OTHER_NUMBER = "26V000002";
    bytes32 internal constant EVIDENCE = keccak256("defect report");

    SoftwareRegistryMock internal registry;
    uint256 internal lotId;
    uint256 internal pieces;

    function setUp() public virtual override {
        super.setUp();
        registry = new SoftwareRegistryMock();
        recalls.setSoftwareRegistry(registry);
        lotId = _serialisedLot(SERIALISED, QUANTITY, MARKED);
        for (uint32 serial = 1; serial <= MARKED; ++serial) _give(supplier, workshop, _serial(serial), 1);
        _commission(supplier, Roles.SUPPLIER, _lot(COUNTED, LotForm.Counted, QUANTITY));
        pieces = _partId(supplier, COUNTED, 0);
        _give(supplier, workshop, pieces, 50);
    }

    function _serial(uint32 serial) internal view returns (uint256) {
        return _partId(supplier, SERIALISED, serial);
    }

    /* CAMPAIGNS */

    function _campaignId(address maker, bytes9 number) internal pure returns (uint256) {
        return (uint256(uint160(maker)) << 96) | uint72(number);
    }

    function _officialId(address maker, bytes9 number) internal pure returns (uint256) {
        return _campaignId(maker, number) | (1 << 72);
    }

    function _scope(uint64 number, uint32 from, uint32 to) internal pure returns (RecallScope[] memory rows) {
        rows = new RecallScope[](1);
        rows[0] = RecallScope(number, from, to);
    }

    /// @dev `count` times the same serial range.
    function _copies(uint256 count) internal pure returns (RecallScope[] memory rows) {
        rows = new RecallScope[](count);
        for (uint256 i = 0; i < count; ++i) rows[i] = RecallScope(SERIALISED, 1, 5);
    }

    /// @dev A campaign over serials 1 to 5, with a remedy and no advisory.
    function _recall(address maker, bytes9 number) internal pure returns (RecallInput memory recall) {
        recall.maker = maker;
        recall.number = number;
        recall.status = RemedyStatus.Available;
        recall.evidenceHash = EVIDENCE;
        recall.lots = _scope(SERIALISED, 1, 5);
    }

    function _open(address by, uint64 role, RecallInput memory recall) internal returns (uint256) {
        vm.prank(by);
        return recalls.openRecall(recall, role);
    }

    function _openBySupplier(bytes9 number) internal returns (uint256) {
        return _open(supplier, Roles.SUPPLIER, _recall(supplier, number));
    }

    function _openByAuthority(bytes9 number) internal returns (uint256) {
        return _open(registrar, Roles.REGISTRAR, _recall(supplier, number));
    }

    function _openStop(bytes9 number) internal returns (uint256) {
        RecallInput memory recall = _recall(supplier, number);
        recall.advisory = Advisory.DoNotDrive;
        return _open(supplier, Roles.SUPPLIER, recall);
    }

    function _update(uint256 campaignId, RemedyStatus status, Advisory advisory) internal {
        _updateBy(supplier, Roles.SUPPLIER, campaignId, status, advisory);
    }

    function _updateBy(
        address by,
        uint64 role,
        uint256 campaignId,
        RemedyStatus status,
        Advisory advisory
    ) internal {
        vm.prank(by);
        recalls.updateRecall(campaignId, status, advisory, EVIDENCE, role);
    }

    function _withdraw(uint256 campaignId) internal {
        _update(campaignId, RemedyStatus.Withdrawn, Advisory.None);
    }

    /* VEHICLES */

    function _ids(uint256 vehicleId) internal pure returns (uint256[] memory ids) {
        ids = new uint256[](1);
        ids[0] = vehicleId;
    }

    function _enrol(uint256 campaignId, uint256 vehicleId) internal {
        vm.prank(stranger);
        recalls.enrolVehicles(campaignId, _ids(vehicleId));
    }

    function _notice(uint256 vehicleId) internal pure returns (RecordInput memory) {
        return _input(vehicleId, RecordKinds.RECALL_NOTICE, 0, OdometerUnit.None, NOW - 1 hours);
    }

    function _notices(uint256 vehicleId) internal pure returns (RecordInput[] memory rows) {
        rows = new RecordInput[](1);
        rows[0] = _notice(vehicleId);
    }

    function _notify(uint256 campaignId, uint256 vehicleId) internal {
        _notifyBy(supplier, Roles.SUPPLIER, campaignId, vehicleId);
    }

    function _notifyBy(address by, uint64 role, uint256 campaignId, uint256 vehicleId) internal {
        vm.prank(by);
        recalls.notifyVehicles(campaignId, _notices(vehicleId), role);
    }

    function _remedyRecord(uint256 vehicleId) internal pure returns (RecordInput memory) {
        return _input(vehicleId, RecordKinds.CAMPAIGN_REMEDY, 0, OdometerUnit.None, NOW - 1 hours);
    }

    function _remedy(uint256 campaignId, Remedy remedy, uint256 vehicleId) internal {
        _remedyBy(workshop, Roles.WORKSHOP, campaignId, remedy, vehicleId);
    }

    function _remedyBy(
        address by,
        uint64 role,
        uint256 campaignId,
        Remedy remedy,
        uint256 vehicleId
    ) internal {
        vm.prank(by);
        recalls.remedyVehicle(campaignId, remedy, _remedyRecord(vehicleId), role);
    }

    /// @dev The workshop takes a unit off a car, with leave of its holder.
    function _takeOff(uint256 partId, uint40 quantity, uint256 vehicleId) internal {
        _giveWorkOrder(vehicleId, title.ownerOf(vehicleId));
        _remove(partId, quantity, vehicleId);
    }

    function _destroyCar() internal {
        vm.prank(holder);
        title.approve(recycler, CAR);
        RecordInput memory input = _input(CAR, RecordKinds.DESTRUCTION, 0, OdometerUnit.None, NOW - 1 hours);
        vm.prank(recycler);
        title.destroyVehicle(input);
    }

    /* EXPECTATIONS */

    function _expectNotMember(address account, uint64 role) internal {
        vm.expectRevert(abi.encodeWithSelector(MemberAccess.AccessNotMember.selector, account, role));
    }

    function _expectRoleNotAllowed(uint64 role) internal {
        vm.expectRevert(abi.encodeWithSelector(IRecalls.RecallsRoleNotAllowed.selector, role));
    }

    function _expectForeignCampaign(uint256 campaignId, address caller) internal {
        vm.expectRevert(abi.encodeWithSelector(IRecalls.RecallsForeignCampaign.selector, campaignId, caller));
    }

    function _expectStatus(uint256 campaignId, RemedyStatus status) internal {
        vm.expectRevert(abi.encodeWithSelector(IRecalls.RecallsStatusInvalid.selector, campaignId, status));
    }

    function _expectUnknown(uint256 campaignId) internal {
        vm.expectRevert(abi.encodeWithSelector(IRecalls.RecallsUnknown.selector, campaignId));
    }

    function _expectKind(uint8 kind, uint8 expected) internal {
        vm.expectRevert(abi.encodeWithSelector(IRecalls.RecallsRecordKind.selector, kind, expected));
    }

    function _expectLength(uint256 length) internal {
        vm.expectRevert(abi.encodeWithSelector(IRecalls.RecallsBatchLength.selector, length, 50));
    }

    /// @dev One of the errors that name a campaign and a vehicle.
    function _expectOf(bytes4 selector, uint256 campaignId, uint256 vehicleId) internal {
        vm.expectRevert(abi.encodeWithSelector(selector, campaignId, vehicleId));
    }

    function _expectRecalled(uint256 partId) internal {
        vm.expectRevert(abi.encodeWithSelector(IPartTwins.PartsRecalled.selector, partId));
    }

    /* ASSERTIONS */

    function _assertCounts(
        uint256 campaignId,
        uint256 enrolled,
        uint256 remedied,
        string memory message
    ) internal view {
        Campaign memory campaign = recalls.campaignOf(campaignId);
        assertEq(campaign.enrolled, enrolled, string.concat(message, ": enrolled"));
        assertEq(campaign.remedied, remedied, string.concat(message, ": remedied"));
    }

    function _assertStopped(
        uint256 vehicleId,
        uint256 stops,
        bool isLocked,
        string memory message
    ) internal view {
        assertEq(recalls.stopsOf(vehicleId), stops, string.concat(message, ": campaigns that stop it"));
        bool hasLock = Locks.has(title.stateOf(vehicleId).locks, Locks.SAFETY);
        assertEq(hasLock, isLocked, string.concat(message, ": safety lock"));
    }

    function _vehicleRecall(
        uint256 campaignId,
        uint256 vehicleId
    ) internal view returns (VehicleRecall memory) {
        return recalls.vehicleRecallOf(campaignId, vehicleId);
    }
}
