// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Roles} from "../../contracts/access/Roles.sol";
import {IRecalls} from "../../contracts/interfaces/IRecalls.sol";
import {IVehicleRecords} from "../../contracts/interfaces/IVehicleRecords.sol";
import {
    Advisory,
    RecallInput,
    Remedy,
    RemedyStatus,
    VehicleRecall
} from "../../contracts/types/RecallTypes.sol";
import {RecordKinds} from "../../contracts/types/RecordKinds.sol";
import {RecordInput} from "../../contracts/types/RecordTypes.sol";
import {RecallsTest} from "../helpers/RecallsTest.sol";

/// @dev Remedies of vehicles: what has to be so before one counts.
contract RecallsRemedyTest is RecallsTest {
    uint256 internal campaignId;

    /// @dev Serial 1 on the car, serial 6 on the other car, and a campaign over 1 to 5.
    function setUp() public override {
        super.setUp();
        _fit(_serial(1), 1, CAR);
        _fit(_serial(6), 1, OTHER_CAR);
        campaignId = _openBySupplier(NUMBER);
    }

    /* WHO MAY */

    function test_attack_RemedyByAStranger() public {
        _expectNotMember(stranger, Roles.WORKSHOP);
        _remedyBy(stranger, Roles.WORKSHOP, campaignId, Remedy.InspectedClear, CAR);
        _expectNotMember(holder, Roles.WORKSHOP);
        _remedyBy(holder, Roles.WORKSHOP, campaignId, Remedy.InspectedClear, CAR);
        _expel(workshop);
        _expectNotMember(workshop, Roles.WORKSHOP);
        _remedy(campaignId, Remedy.InspectedClear, CAR);
        _assertCounts(campaignId, 0, 0, "nothing of it remains");
        assertTrue(recalls.isAffected(CAR, campaignId), "affected as before");
    }

    function test_attack_RemedyInTheWrongClass() public {
        address[4] memory members = [supplier, inspector, registrar, recycler];
        uint64[4] memory roles = [Roles.SUPPLIER, Roles.INSPECTOR, Roles.REGISTRAR, Roles.RECYCLER];
        uint64 writers = records.kindWritersOf(RecordKinds.CAMPAIGN_REMEDY);
        for (uint256 i = 0; i < members.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IVehicleRecords.RecordsWriterNotAllowed.selector,
                    RecordKinds.CAMPAIGN_REMEDY,
                    roles[i],
                    writers
                )
            );
            _remedyBy(members[i], roles[i], campaignId, Remedy.InspectedClear, CAR);
        }
        _assertCounts(campaignId, 0, 0, "nothing of it remains");
    }

    function test_remedyVehicle_ByAManufacturer() public {
        _remedyBy(manufacturer, Roles.MANUFACTURER, campaignId, Remedy.InspectedClear, CAR);
        _assertCounts(campaignId, 1, 1, "remedied");
    }

    /* WHAT */

    function test_attack_RemedyOfAnotherKind() public {
        RecordInput memory record = _remedyRecord(CAR);
        for (uint8 kind = 0; kind < 64; ++kind) {
            if (kind == RecordKinds.CAMPAIGN_REMEDY) continue;
            record.kind = kind;
            _expectKind(kind, RecordKinds.CAMPAIGN_REMEDY);
            vm.prank(workshop);
            recalls.remedyVehicle(campaignId, Remedy.InspectedClear, record, Roles.WORKSHOP);
        }
    }

    function test_remedyVehicle_RevertWhen_CampaignIsUnknownOrWithdrawn() public {
        _expectUnknown(campaignId + 1);
        _remedy(campaignId + 1, Remedy.InspectedClear, CAR);
        _withdraw(campaignId);
        _expectStatus(campaignId, RemedyStatus.Withdrawn);
        _remedy(campaignId, Remedy.InspectedClear, CAR);
    }

    function test_remedyVehicle_RevertWhen_NothingWasDone() public {
        _expectOf(IRecalls.RecallsRemedyMissing.selector, campaignId, CAR);
        _remedy(campaignId, Remedy.None, CAR);
    }

    function test_attack_RemedyOfAVehicleNeverAffected() public {
        for (uint256 remedy = 1; remedy <= uint256(type(Remedy).max); ++remedy) {
            _expectOf(IRecalls.RecallsNotAffected.selector, campaignId, OTHER_CAR);
            _remedy(campaignId, Remedy(remedy), OTHER_CAR);
        }
        _assertCounts(campaignId, 0, 0, "completion is not padded");
    }

    function test_attack_RemedyWithoutTheRepair() public {
        _expectOf(IRecalls.RecallsPartStillFitted.selector, campaignId, CAR);
        _remedy(campaignId, Remedy.PartReplaced, CAR);
        _enrol(campaignId, CAR);
        _expectOf(IRecalls.RecallsPartStillFitted.selector, campaignId, CAR);
        _remedy(campaignId, Remedy.PartReplaced, CAR);
        // one recalled unit against another: it cannot be fitted
        _takeOff(_serial(1), 1, CAR);
        _expectRecalled(_serial(2));
        _fit(_serial(2), 1, CAR);
    }

    function test_attack_RemedyTwice() public {
        _remedy(campaignId, Remedy.InspectedClear, CAR);
        for (uint256 remedy = 0; remedy <= uint256(type(Remedy).max); ++remedy) {
            _expectOf(IRecalls.RecallsAlreadyRemedied.selector, campaignId, CAR);
            _remedy(campaignId, Remedy(remedy), CAR);
        }
        _assertCounts(campaignId, 1, 1, "counted once");
    }

    function test_remedyVehicle_NotBeforeThereIsOneUnlessInspected() public {
        _update(campaignId, RemedyStatus.NotAvailable, Advisory.None);
        _enrol(campaignId, CAR);
        _takeOff(_serial(1), 1, CAR);
        bytes memory notAvailable = abi.encodeWithSelector(
            IRecalls.RecallsRemedyNotAvailable.selector,
            campaignId,
            RemedyStatus.NotAvailable
        );
        vm.expectRevert(notAvailable);
        _remedy(campaignId, Remedy.PartReplaced, CAR);
        vm.expectRevert(notAvailable);
        _remedy(campaignId, Remedy.SoftwareUpdated, CAR);
        _remedy(campaignId, Remedy.InspectedClear, CAR);
        assertEq(
            uint256(_vehicleRecall(campaignId, CAR).remedy),
            uint256(Remedy.InspectedClear),
            "inspected and clear"
        );
    }

    function test_remedyVehicle_InEveryStatusWithARemedy() public {
        RemedyStatus[3] memory statuses = [
            RemedyStatus.Interim,
            RemedyStatus.Available,
            RemedyStatus.Completed
        ];
        bytes9[3] memory numbers = [bytes9("26V000011"), bytes9("26V000012"), bytes9("26V000013")];
        uint256[3] memory campaigns;
        for (uint256 i = 0; i < 3; ++i) {
            campaigns[i] = _openBySupplier(numbers[i]);
            _enrol(campaigns[i], CAR);
            _update(campaigns[i], statuses[i], Advisory.None);
        }
        _takeOff(_serial(1), 1, CAR);
        for (uint256 i = 0; i < 3; ++i) {
            _remedy(campaigns[i], Remedy.PartReplaced, CAR);
            _assertCounts(campaigns[i], 1, 1, "remedied");
        }
    }

    /* THE REPAIR */

    function test_remedyVehicle_WhenThePartWasReplaced() public {
        _enrol(campaignId, CAR);
        _takeOff(_serial(1), 1, CAR);
        _fit(_serial(7), 1, CAR);
        vm.warp(NOW + 3 days);
        uint32 before = records.stateOf(CAR).count;
        vm.expectEmit(address(recalls));
        emit IRecalls.VehicleRemedied(campaignId, CAR, workshop, Remedy.PartReplaced);
        _remedy(campaignId, Remedy.PartReplaced, CAR);

        VehicleRecall memory vehicle = _vehicleRecall(campaignId, CAR);
        assertEq(uint256(vehicle.remedy), uint256(Remedy.PartReplaced), "what was done");
        assertEq(vehicle.enrolledAt, NOW, "enrolled then");
        assertEq(vehicle.remediedAt, NOW + 3 days, "remedied now");
        assertEq(vehicle.notifiedAt, 0, "never notified");
        _assertCounts(campaignId, 1, 1, "completed");
        assertEq(records.stateOf(CAR).count, before + 1, "a record in its life");
    }

    /// @dev Nothing shows that a vehicle carried a recalled unit, unless it was enrolled while it did.
    function test_remedyVehicle_RevertWhen_PartWasReplacedBeforeTheVehicleWasEnrolled() public {
        _takeOff(_serial(1), 1, CAR);
        _expectOf(IRecalls.RecallsNotAffected.selector, campaignId, CAR);
        _remedy(campaignId, Remedy.PartReplaced, CAR);
    }

    function test_remedyVehicle_EnrolsWhatWasNotEnrolled() public {
        vm.expectEmit(address(recalls));
        emit IRecalls.VehicleEnrolled(campaignId, CAR);
        _remedy(campaignId, Remedy.SoftwareUpdated, CAR);
        VehicleRecall memory vehicle = _vehicleRecall(campaignId, CAR);
        assertEq(vehicle.enrolledAt, NOW, "enrolled with its remedy");
        assertEq(
            uint256(vehicle.remedy),
            uint256(Remedy.SoftwareUpdated),
            "the part stays, its software is new"
        );
        _assertCounts(campaignId, 1, 1, "completion never exceeds one in one");
    }

    /* OVERLAPPING CAMPAIGNS */

    function test_remedyVehicle_CountsForOneCampaignAlone() public {
        uint256 official = _openByAuthority(OTHER_NUMBER);
        _remedy(campaignId, Remedy.InspectedClear, CAR);
        assertFalse(recalls.isAffected(CAR, campaignId), "clear of the first");
        assertTrue(recalls.isAffected(CAR, official), "not of the second");
        _assertCounts(official, 0, 0, "which counts for itself");
        _remedy(official, Remedy.InspectedClear, CAR);
        _assertCounts(official, 1, 1, "remedied as well");
    }

    /* DESTROYED VEHICLES */

    function test_remedyVehicle_OfADestroyedVehicle() public {
        _destroyCar();
        assertTrue(recalls.isAffected(CAR, campaignId), "the unit is still on it");
        _remedy(campaignId, Remedy.InspectedClear, CAR);
        _assertCounts(campaignId, 1, 1, "its record still counts");
    }

    function test_notifyVehicles_OfADestroyedVehicleStopsNothing() public {
        _update(campaignId, RemedyStatus.Available, Advisory.DoNotDrive);
        _destroyCar();
        _notify(campaignId, CAR);
        _enrol(campaignId, CAR);
        _assertStopped(CAR, 0, false, "it drives no more");
        assertFalse(_vehicleRecall(campaignId, CAR).isStopped, "not stopped");
        _assertCounts(campaignId, 1, 0, "enrolled all the same");
    }
}
