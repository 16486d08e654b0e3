// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Roles} from "../../contracts/access/Roles.sol";
import {IRecalls} from "../../contracts/interfaces/IRecalls.sol";
import {IVehicleTitle} from "../../contracts/interfaces/IVehicleTitle.sol";
import {Locks} from "../../contracts/types/Locks.sol";
import {Advisory, RecallInput, Remedy, RemedyStatus} from "../../contracts/types/RecallTypes.sol";
import {RecallsTest} from "../helpers/RecallsTest.sol";

/// @dev Safety stops: a do-not-drive advisory stops a vehicle's rentals until no campaign does so any more.
contract RecallsStopsTest is RecallsTest {
    uint256 internal campaignId;

    function setUp() public override {
        super.setUp();
        _fit(_serial(1), 1, CAR);
        campaignId = _openStop(NUMBER);
    }

    /* SET */

    function test_enrolVehicles_StopsUnderDoNotDrive() public {
        vm.expectEmit(address(recalls));
        emit IRecalls.VehicleEnrolled(campaignId, CAR);
        vm.expectEmit(address(recalls));
        emit IRecalls.SafetyStopChanged(campaignId, CAR, true);
        vm.expectEmit(address(title));
        emit IVehicleTitle.TitleLockSet(CAR, Locks.SAFETY, address(recalls));
        _enrol(campaignId, CAR);
        _assertStopped(CAR, 1, true, "stopped");
        assertTrue(_vehicleRecall(campaignId, CAR).isStopped, "by this campaign");

        _enrol(campaignId, CAR);
        _assertStopped(CAR, 1, true, "stopped once");
    }

    function test_notifyVehicles_StopsUnderDoNotDrive() public {
        _notify(campaignId, CAR);
        _assertStopped(CAR, 1, true, "stopped with the notice");
    }

    function test_enrolVehicles_StopsNothingThatIsNotAffected() public {
        _enrol(campaignId, OTHER_CAR);
        _assertStopped(OTHER_CAR, 0, false, "not affected");
    }

    function test_enrolVehicles_StopsUnderNoOtherAdvisory() public {
        _update(campaignId, RemedyStatus.Available, Advisory.ParkOutside);
        _enrol(campaignId, CAR);
        _notify(campaignId, CAR);
        _assertStopped(CAR, 0, false, "park outside");
    }

    function test_enrolVehicles_StopsWhenTheAdvisoryIsRaisedLater() public {
        _update(campaignId, RemedyStatus.Available, Advisory.None);
        _enrol(campaignId, CAR);
        _assertStopped(CAR, 0, false, "no advisory yet");
        _update(campaignId, RemedyStatus.Available, Advisory.DoNotDrive);
        _assertStopped(CAR, 0, false, "nobody brought the vehicle up to date yet");
        _enrol(campaignId, CAR);
        _assertStopped(CAR, 1, true, "stopped");
        _assertCounts(campaignId, 1, 0, "enrolled once");
    }

    /* WHAT IT STOPS */

    function test_safetyStop_StopsRentalsButNoSale() public {
        _enrol(campaignId, CAR);
        vm.expectRevert(
            abi.encodeWithSelector(
                IVehicleTitle.TitleLocked.selector,
                CAR,
                uint16(1) << Locks.SAFETY,
                Locks.STOPS_USER
            )
        );
        vm.prank(holder);
        title.setUser(CAR, stranger, NOW + 1 days);
        vm.prank(holder);
        title.transferFrom(holder, buyer, CAR);
        assertEq(title.ownerOf(CAR), buyer, "sold");
        _assertStopped(CAR, 1, true, "the stop follows the car");

        vm.prank(workshop);
        recalls.remedyVehicle(campaignId, Remedy.InspectedClear, _remedyRecord(CAR), Roles.WORKSHOP);
        vm.prank(buyer);
        title.setUser(CAR, stranger, NOW + 1 days);
        assertEq(title.userOf(CAR), stranger, "rented again");
    }

    /* LIFTED */

    function test_remedyVehicle_LiftsItsStop() public {
        _enrol(campaignId, CAR);
        vm.expectEmit(address(recalls));
        emit IRecalls.SafetyStopChanged(campaignId, CAR, false);
        vm.expectEmit(address(title));
        emit IVehicleTitle.TitleLockCleared(CAR, Locks.SAFETY, address(recalls));
        _remedy(campaignId, Remedy.InspectedClear, CAR);
        _assertStopped(CAR, 0, false, "remedied");
        assertFalse(_vehicleRecall(campaignId, CAR).isStopped, "not stopped any more");
    }

    function test_enrolVehicles_LiftsTheStopWhenTheAdvisoryIsLowered() public {
        _enrol(campaignId, CAR);
        _update(campaignId, RemedyStatus.Available, Advisory.ParkOutside);
        _assertStopped(CAR, 1, true, "until the vehicle is brought up to date");
        _enrol(campaignId, CAR);
        _assertStopped(CAR, 0, false, "lowered");
        assertTrue(recalls.isAffected(CAR, campaignId), "affected all the same");
    }

    function test_notifyVehicles_LiftsTheStopWhenTheAdvisoryIsLowered() public {
        _enrol(campaignId, CAR);
        _update(campaignId, RemedyStatus.Available, Advisory.None);
        _notify(campaignId, CAR);
        _assertStopped(CAR, 0, false, "lowered");
    }

    function test_enrolVehicles_LiftsTheStopWhenTheCampaignIsWithdrawn() public {
        _enrol(campaignId, CAR);
        _update(campaignId, RemedyStatus.Withdrawn, Advisory.DoNotDrive);
        _assertStopped(CAR, 1, true, "until the vehicle is brought up to date");
        _enrol(campaignId, CAR);
        _assertStopped(CAR, 0, false, "withdrawn");
        _assertCounts(campaignId, 1, 0, "it was affected");
    }

    function test_enrolVehicles_LiftsTheStopWhenThePartIsGone() public {
        _enrol(campaignId, CAR);
        _takeOff(_serial(1), 1, CAR);
        _enrol(campaignId, CAR);
        _assertStopped(CAR, 0, false, "it carries no recalled part any more");
        _remedy(campaignId, Remedy.PartReplaced, CAR);
        _assertStopped(CAR, 0, false, "as before");
        _assertCounts(campaignId, 1, 1, "and the remedy is noted");
    }

    /* MORE THAN ONE CAMPAIGN */

    function test_attack_StopLiftedWhileAnotherCampaignStops() public {
        uint256 official = _openOfficialStop();
        _enrol(campaignId, CAR);
        _enrol(official, CAR);
        _assertStopped(CAR, 2, true, "stopped twice, locked once");
        _remedy(campaignId, Remedy.InspectedClear, CAR);
        _assertStopped(CAR, 1, true, "the other still stops it");
        _withdraw(campaignId);
        _enrol(campaignId, CAR);
        _assertStopped(CAR, 1, true, "no second lifting");
        _remedy(official, Remedy.InspectedClear, CAR);
        _assertStopped(CAR, 0, false, "nobody stops it");
    }

    function test_safetyStop_OfOneVehicleLeavesTheOtherAlone() public {
        _fit(_serial(6), 1, OTHER_CAR);
        RecallInput memory recall = _recall(supplier, OTHER_NUMBER);
        recall.advisory = Advisory.DoNotDrive;
        recall.lots = _scope(SERIALISED, 6, 6);
        uint256 second = _open(supplier, Roles.SUPPLIER, recall);
        _enrol(campaignId, CAR);
        _enrol(second, OTHER_CAR);
        _remedy(campaignId, Remedy.InspectedClear, CAR);
        _assertStopped(CAR, 0, false, "remedied");
        _assertStopped(OTHER_CAR, 1, true, "still stopped");
    }

    function _openOfficialStop() private returns (uint256) {
        RecallInput memory recall = _recall(supplier, OTHER_NUMBER);
        recall.advisory = Advisory.DoNotDrive;
        return _open(registrar, Roles.REGISTRAR, recall);
    }

    /* FOREIGN HANDS */

    function test_attack_StopClearedByOthers() public {
        _enrol(campaignId, CAR);
        address[8] memory others = [
            holder,
            workshop,
            supplier,
            manufacturer,
            registrar,
            court,
            rentalController,
            stranger
        ];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IVehicleTitle.TitleLockForeign.selector,
                    Locks.SAFETY,
                    others[i],
                    Roles.SAFETY_CONTROLLER
                )
            );
            vm.prank(others[i]);
            title.unlockTitle(CAR, Locks.SAFETY);
        }
        _assertStopped(CAR, 1, true, "stopped");
    }

    /// @dev Another contract may own the bit as well: then what it did stands in the way of nothing here.
    function test_safetyStop_CopesWithAnotherController() public {
        _lockTitle(CAR, Locks.SAFETY, safetyController);
        _enrol(campaignId, CAR);
        _assertStopped(CAR, 1, true, "locked already");
        vm.prank(safetyController);
        title.unlockTitle(CAR, Locks.SAFETY);
        _remedy(campaignId, Remedy.InspectedClear, CAR);
        _assertStopped(CAR, 0, false, "unlocked already");
    }

    function test_attack_StopUnlockedByAnotherControllerComesBack() public {
        uint256 official = _openOfficialStop();
        _enrol(campaignId, CAR);
        _enrol(official, CAR);
        vm.prank(safetyController);
        title.unlockTitle(CAR, Locks.SAFETY);
        _remedy(campaignId, Remedy.InspectedClear, CAR);
        _assertStopped(CAR, 1, true, "the other campaign locks it again");
    }

    /* DESTROYED VEHICLES */

    function test_safetyStop_OfADestroyedVehicleIsNotLockedAgain() public {
        uint256 official = _openOfficialStop();
        _enrol(campaignId, CAR);
        _enrol(official, CAR);
        vm.prank(safetyController);
        title.unlockTitle(CAR, Locks.SAFETY);
        _destroyCar();
        _remedy(campaignId, Remedy.InspectedClear, CAR);
        _assertStopped(CAR, 1, false, "its title never changes again");
    }

    function test_safetyStop_OfAVehicleThatIsDestroyedMeanwhile() public {
        _enrol(campaignId, CAR);
        _destroyCar();
        uint16 locks = title.stateOf(CAR).locks;
        _remedy(campaignId, Remedy.InspectedClear, CAR);
        assertEq(recalls.stopsOf(CAR), 0, "no campaign stops it");
        assertEq(title.stateOf(CAR).locks, locks, "its title never changes again");
    }

    function test_safetyStop_OfADestroyedVehicleIsLiftedByWithdrawal() public {
        _enrol(campaignId, CAR);
        _destroyCar();
        _withdraw(campaignId);
        _enrol(campaignId, CAR);
        assertEq(recalls.stopsOf(CAR), 0, "no campaign stops it");
        assertFalse(_vehicleRecall(campaignId, CAR).isStopped, "not stopped any more");
    }
}
