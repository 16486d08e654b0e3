// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Roles} from "../../contracts/access/Roles.sol";
import {IRecalls} from "../../contracts/interfaces/IRecalls.sol";
import {IVehicleRecords} from "../../contracts/interfaces/IVehicleRecords.sol";
import {
    Advisory,
    RecallInput,
    RecallScope,
    Remedy,
    RemedyStatus,
    VehicleRecall
} from "../../contracts/types/RecallTypes.sol";
import {RecordKinds} from "../../contracts/types/RecordKinds.sol";
import {OdometerUnit, RecordInput} from "../../contracts/types/RecordTypes.sol";
import {RecallsTest} from "../helpers/RecallsTest.sol";

/// @dev Vehicles in a campaign: who is affected, enrolled and notified.
contract RecallsVehiclesTest is RecallsTest {
    /* AFFECTED */

    function test_isAffected_FollowsWhatIsFitted() public {
        _fit(_serial(1), 1, CAR);
        _fit(_serial(6), 1, OTHER_CAR);
        uint256 campaignId = _openBySupplier(NUMBER);
        assertTrue(recalls.isAffected(CAR, campaignId), "carries a recalled unit");
        assertFalse(recalls.isAffected(OTHER_CAR, campaignId), "carries one beyond the range");
        assertFalse(recalls.isAffected(uint256(keccak256("no car")), campaignId), "is no vehicle");
        _takeOff(_serial(1), 1, CAR);
        assertFalse(recalls.isAffected(CAR, campaignId), "carries none any more");
    }

    function test_isAffected_ByTheLastOfManyUnitsAndScopes() public {
        for (uint32 serial = 1; serial <= 8; ++serial) _fit(_serial(serial), 1, CAR);
        RecallInput memory recall = _recall(supplier, NUMBER);
        recall.lots = new RecallScope[](3);
        recall.lots[0] = RecallScope(COUNTED, 0, 0);
        recall.lots[1] = RecallScope(SERIALISED, 9, 100);
        recall.lots[2] = RecallScope(SERIALISED, 8, 8);
        uint256 campaignId = _open(supplier, Roles.SUPPLIER, recall);
        assertTrue(recalls.isAffected(CAR, campaignId), "the eighth unit, by the third scope");
        _takeOff(_serial(8), 1, CAR);
        assertFalse(recalls.isAffected(CAR, campaignId), "none of the seven others");
    }

    function test_isAffected_ByCountedUnits() public {
        _fit(pieces, 3, CAR);
        RecallInput memory recall = _recall(supplier, NUMBER);
        recall.lots = _scope(COUNTED, 0, 0);
        uint256 campaignId = _open(supplier, Roles.SUPPLIER, recall);
        _enrol(campaignId, CAR);
        _takeOff(pieces, 2, CAR);
        assertTrue(recalls.isAffected(CAR, campaignId), "one piece is left");
        _expectOf(IRecalls.RecallsPartStillFitted.selector, campaignId, CAR);
        _remedy(campaignId, Remedy.PartReplaced, CAR);
        _remove(pieces, 1, CAR);
        assertFalse(recalls.isAffected(CAR, campaignId), "none is left");
        _remedy(campaignId, Remedy.PartReplaced, CAR);
        _assertCounts(campaignId, 1, 1, "replaced");
    }

    function test_isAffected_NotWhenWithdrawnOrRemedied() public {
        _fit(_serial(1), 1, CAR);
        uint256 withdrawn = _openBySupplier(NUMBER);
        uint256 campaignId = _openBySupplier(OTHER_NUMBER);
        _withdraw(withdrawn);
        assertFalse(recalls.isAffected(CAR, withdrawn), "withdrawn");
        assertTrue(recalls.isAffected(CAR, campaignId), "the other campaign goes on");
        _remedy(campaignId, Remedy.InspectedClear, CAR);
        assertFalse(recalls.isAffected(CAR, campaignId), "inspected and clear");
    }

    /* ENROLLED */

    function test_enrolVehicles_RevertWhen_CampaignIsUnknown() public {
        _expectUnknown(_campaignId(supplier, NUMBER));
        _enrol(_campaignId(supplier, NUMBER), CAR);
    }

    function test_enrolVehicles_RevertWhen_ListIsEmptyOrTooLong() public {
        uint256 campaignId = _openBySupplier(NUMBER);
        _expectLength(0);
        recalls.enrolVehicles(campaignId, new uint256[](0));
        _expectLength(51);
        recalls.enrolVehicles(campaignId, new uint256[](51));
        recalls.enrolVehicles(campaignId, new uint256[](50));
        _assertCounts(campaignId, 0, 0, "none of them is a vehicle");
    }

    function test_enrolVehicles_ByAnybodyWhatIsAffected() public {
        _fit(_serial(1), 1, CAR);
        uint256 campaignId = _openBySupplier(NUMBER);
        uint256[] memory ids = new uint256[](3);
        (ids[0], ids[1], ids[2]) = (OTHER_CAR, CAR, CAR);
        vm.expectEmit(address(recalls));
        emit IRecalls.VehicleEnrolled(campaignId, CAR);
        vm.prank(stranger);
        recalls.enrolVehicles(campaignId, ids);

        _assertCounts(campaignId, 1, 0, "named twice, counted once");
        VehicleRecall memory vehicle = _vehicleRecall(campaignId, CAR);
        assertEq(vehicle.enrolledAt, NOW, "when");
        assertEq(vehicle.notifiedAt, 0, "not notified");
        assertEq(vehicle.remediedAt, 0, "not remedied");
        assertFalse(vehicle.isStopped, "not stopped");
        assertEq(_vehicleRecall(campaignId, OTHER_CAR).enrolledAt, 0, "what is not affected is not enrolled");
        _assertStopped(CAR, 0, false, "without an advisory");
    }

    function test_enrolVehicles_Twice() public {
        _fit(_serial(1), 1, CAR);
        uint256 campaignId = _openBySupplier(NUMBER);
        _enrol(campaignId, CAR);
        vm.warp(NOW + 1 days);
        _enrol(campaignId, CAR);
        _assertCounts(campaignId, 1, 0, "counted once");
        assertEq(_vehicleRecall(campaignId, CAR).enrolledAt, NOW, "the first time counts");
    }

    function test_enrolVehicles_NotWhenWithdrawn() public {
        _fit(_serial(1), 1, CAR);
        uint256 campaignId = _openBySupplier(NUMBER);
        _withdraw(campaignId);
        _enrol(campaignId, CAR);
        _assertCounts(campaignId, 0, 0, "nobody is affected any more");
    }

    function test_enrolVehicles_NotWhenRemedied() public {
        _fit(_serial(1), 1, CAR);
        uint256 campaignId = _openStop(NUMBER);
        _remedy(campaignId, Remedy.InspectedClear, CAR);
        _enrol(campaignId, CAR);
        _assertCounts(campaignId, 1, 1, "as before");
        _assertStopped(CAR, 0, false, "no stop comes back");
    }

    /* NOTIFIED */

    function test_notifyVehicles_RevertWhen_CallerIsNotTheOwner() public {
        _fit(_serial(1), 1, CAR);
        uint256 own = _openBySupplier(NUMBER);
        uint256 official = _openByAuthority(OTHER_NUMBER);
        _expectForeignCampaign(own, manufacturer);
        _notifyBy(manufacturer, Roles.MANUFACTURER, own, CAR);
        _expectRoleNotAllowed(Roles.REGISTRAR);
        _notifyBy(registrar, Roles.REGISTRAR, own, CAR);
        _expectRoleNotAllowed(Roles.WORKSHOP);
        _notifyBy(workshop, Roles.WORKSHOP, own, CAR);
        _expectForeignCampaign(official, supplier);
        _notifyBy(supplier, Roles.SUPPLIER, official, CAR);
        _expectNotMember(stranger, Roles.REGISTRAR);
        _notifyBy(stranger, Roles.REGISTRAR, official, CAR);
        _expel(supplier);
        _expectNotMember(supplier, Roles.SUPPLIER);
        _notify(own, CAR);
    }

    function test_notifyVehicles_RevertWhen_CampaignIsUnknownOrWithdrawn() public {
        _fit(_serial(1), 1, CAR);
        _expectUnknown(_campaignId(supplier, NUMBER));
        _notify(_campaignId(supplier, NUMBER), CAR);
        uint256 campaignId = _openBySupplier(NUMBER);
        _withdraw(campaignId);
        _expectStatus(campaignId, RemedyStatus.Withdrawn);
        _notify(campaignId, CAR);
    }

    function test_notifyVehicles_RevertWhen_ListIsEmptyOrTooLong() public {
        uint256 campaignId = _openBySupplier(NUMBER);
        _expectLength(0);
        vm.prank(supplier);
        recalls.notifyVehicles(campaignId, new RecordInput[](0), Roles.SUPPLIER);
        _expectLength(51);
        vm.prank(supplier);
        recalls.notifyVehicles(campaignId, new RecordInput[](51), Roles.SUPPLIER);
    }

    function test_attack_NoticeOfAnotherKind() public {
        _fit(_serial(1), 1, CAR);
        uint256 campaignId = _openBySupplier(NUMBER);
        RecordInput[] memory rows = _notices(CAR);
        for (uint8 kind = 0; kind < 64; ++kind) {
            if (kind == RecordKinds.RECALL_NOTICE) continue;
            rows[0].kind = kind;
            _expectKind(kind, RecordKinds.RECALL_NOTICE);
            vm.prank(supplier);
            recalls.notifyVehicles(campaignId, rows, Roles.SUPPLIER);
        }
    }

    function test_attack_NoticeWithAnOdometerReading() public {
        _fit(_serial(1), 1, CAR);
        uint256 campaignId = _openBySupplier(NUMBER);
        RecordInput[] memory rows = _notices(CAR);
        (rows[0].odometer, rows[0].odometerUnit) = (900_000, OdometerUnit.Km);
        vm.expectRevert(abi.encodeWithSelector(IRecalls.RecallsNoticeWithReading.selector, CAR));
        vm.prank(supplier);
        recalls.notifyVehicles(campaignId, rows, Roles.SUPPLIER);
    }

    function test_attack_NoticeAndRemedyForgedInTheLifeItself() public {
        vm.expectRevert(
            abi.encodeWithSelector(IVehicleRecords.RecordsKindReserved.selector, RecordKinds.RECALL_NOTICE)
        );
        vm.prank(supplier);
        records.appendRecord(_notice(CAR), Roles.SUPPLIER);
        vm.expectRevert(
            abi.encodeWithSelector(IVehicleRecords.RecordsKindReserved.selector, RecordKinds.CAMPAIGN_REMEDY)
        );
        vm.prank(workshop);
        records.appendRecord(_remedyRecord(CAR), Roles.WORKSHOP);
    }

    function test_notifyVehicles_RevertWhen_VehicleIsNotAffected() public {
        _fit(_serial(1), 1, CAR);
        _fit(_serial(6), 1, OTHER_CAR);
        uint256 campaignId = _openBySupplier(NUMBER);
        _expectOf(IRecalls.RecallsNotAffected.selector, campaignId, OTHER_CAR);
        _notify(campaignId, OTHER_CAR);
        _remedy(campaignId, Remedy.InspectedClear, CAR);
        _expectOf(IRecalls.RecallsNotAffected.selector, campaignId, CAR);
        _notify(campaignId, CAR);
    }

    function test_attack_NotifyTwice() public {
        _fit(_serial(1), 1, CAR);
        uint256 campaignId = _openBySupplier(NUMBER);
        RecordInput[] memory rows = new RecordInput[](2);
        (rows[0], rows[1]) = (_notice(CAR), _notice(CAR));
        _expectOf(IRecalls.RecallsAlreadyNotified.selector, campaignId, CAR);
        vm.prank(supplier);
        recalls.notifyVehicles(campaignId, rows, Roles.SUPPLIER);

        _notify(campaignId, CAR);
        vm.warp(NOW + 1 days);
        _expectOf(IRecalls.RecallsAlreadyNotified.selector, campaignId, CAR);
        _notify(campaignId, CAR);
    }

    function test_notifyVehicles_EnrolsNotesAndRecords() public {
        _fit(_serial(1), 1, CAR);
        _fit(_serial(2), 1, OTHER_CAR);
        uint256 campaignId = _openBySupplier(NUMBER);
        RecordInput[] memory rows = new RecordInput[](2);
        (rows[0], rows[1]) = (_notice(CAR), _notice(OTHER_CAR));
        uint32 before = records.stateOf(CAR).count;
        vm.expectEmit(address(recalls));
        emit IRecalls.VehicleEnrolled(campaignId, CAR);
        vm.expectEmit(address(recalls));
        emit IRecalls.VehicleNotified(campaignId, CAR, supplier);
        vm.prank(supplier);
        recalls.notifyVehicles(campaignId, rows, Roles.SUPPLIER);

        _assertCounts(campaignId, 2, 0, "both");
        VehicleRecall memory vehicle = _vehicleRecall(campaignId, CAR);
        assertEq(vehicle.enrolledAt, NOW, "enrolled");
        assertEq(vehicle.notifiedAt, NOW, "notified");
        assertEq(uint256(vehicle.remedy), uint256(Remedy.None), "not remedied");
        assertEq(records.stateOf(CAR).count, before + 1, "a record in its life");
        assertTrue(recalls.isAffected(CAR, campaignId), "a notice remedies nothing");
    }

    function test_notifyVehicles_KeepsWhenTheVehicleWasEnrolled() public {
        _fit(_serial(1), 1, CAR);
        uint256 campaignId = _openByAuthority(NUMBER);
        _enrol(campaignId, CAR);
        vm.warp(NOW + 2 days);
        _notifyBy(registrar, Roles.REGISTRAR, campaignId, CAR);
        VehicleRecall memory vehicle = _vehicleRecall(campaignId, CAR);
        assertEq(vehicle.enrolledAt, NOW, "enrolled then");
        assertEq(vehicle.notifiedAt, NOW + 2 days, "notified now");
        _assertCounts(campaignId, 1, 0, "counted once");
    }
}
