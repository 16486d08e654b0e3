// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {RecordKinds} from "../../contracts/types/RecordKinds.sol";
import {IWorkOrders} from "../../contracts/interfaces/IWorkOrders.sol";
import {Locks} from "../../contracts/types/Locks.sol";
import {OdometerUnit} from "../../contracts/types/RecordTypes.sol";
import {WorkOrder} from "../../contracts/types/TitleTypes.sol";
import {FittingTest} from "../helpers/FittingTest.sol";

contract WorkOrdersTest is FittingTest {
    /* GIVING */

    function test_giveWorkOrder_RevertWhen_CallerIsNotTheHolder() public {
        vm.startPrank(holder);
        title.approve(stranger, CAR);
        title.setApprovalForAll(manufacturer, true);
        title.setUser(CAR, buyer, NOW + 1 days);
        vm.stopPrank();
        // approved, operator, user, workshop, registrar
        address[5] memory callers = [stranger, manufacturer, buyer, workshop, registrar];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IWorkOrders.WorkOrdersNotHolder.selector, CAR, callers[i])
            );
            vm.prank(callers[i]);
            workOrders.giveWorkOrder(CAR, workshop, NOW + 1 days);
        }
        _assertOrder(CAR, workshop, 0, 0, "none given");
    }

    function test_giveWorkOrder_RevertWhen_VehicleIsUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, 7));
        vm.prank(holder);
        workOrders.giveWorkOrder(7, workshop, NOW + 1 days);
    }

    function test_giveWorkOrder_LetsTheWorkshopUntilItsTime() public {
        assertEq(address(workOrders.title()), address(title), "of these titles");
        vm.expectEmit(address(workOrders));
        emit IWorkOrders.WorkOrderGiven(CAR, holder, workshop, NOW + 1 days);
        vm.prank(holder);
        workOrders.giveWorkOrder(CAR, workshop, NOW + 1 days);
        _assertOrder(CAR, workshop, NOW + 1 days, 0, "stored");

        workOrders.requireRemovable(CAR, workshop);
        vm.warp(NOW + 1 days);
        workOrders.requireRemovable(CAR, workshop);
        vm.warp(NOW + 1 days + 1);
        _expectNotAuthorised(CAR, workshop);
        workOrders.requireRemovable(CAR, workshop);
        workOrders.requireRemovable(CAR, holder);
    }

    function test_giveWorkOrder_ReachesOneWorkshopAndOneVehicle() public {
        _giveWorkOrder(CAR, holder);
        _expectNotAuthorised(CAR, manufacturer);
        workOrders.requireRemovable(CAR, manufacturer);
        _expectNotAuthorised(OTHER_CAR, workshop);
        workOrders.requireRemovable(OTHER_CAR, workshop);
        _expectNotAuthorised(CAR, address(0));
        workOrders.requireRemovable(CAR, address(0));
    }

    function test_giveWorkOrder_ReplacesTheLast() public {
        _giveWorkOrder(CAR, holder);
        vm.prank(holder);
        workOrders.giveWorkOrder(CAR, workshop, NOW - 1);
        _expectNotAuthorised(CAR, workshop);
        workOrders.requireRemovable(CAR, workshop);
        vm.prank(holder);
        workOrders.giveWorkOrder(CAR, workshop, NOW);
        workOrders.requireRemovable(CAR, workshop);
    }

    function testFuzz_requireRemovable_UntilTheOrdersTime(uint40 expiresAt, uint40 instant) public {
        instant = uint40(bound(instant, NOW, type(uint40).max));
        vm.prank(holder);
        workOrders.giveWorkOrder(CAR, workshop, expiresAt);
        vm.warp(instant);
        if (expiresAt < instant) _expectNotAuthorised(CAR, workshop);
        workOrders.requireRemovable(CAR, workshop);
    }

    /* ENDING WITH THE HOLDER */

    function test_attack_OrderOfTheFormerHolder() public {
        _giveWorkOrder(CAR, holder);
        vm.prank(holder);
        title.transferFrom(holder, buyer, CAR);
        _expectNotAuthorised(CAR, workshop);
        workOrders.requireRemovable(CAR, workshop);
        _expectNotAuthorised(CAR, holder);
        workOrders.requireRemovable(CAR, holder);
        vm.expectRevert(abi.encodeWithSelector(IWorkOrders.WorkOrdersNotHolder.selector, CAR, holder));
        vm.prank(holder);
        workOrders.giveWorkOrder(CAR, workshop, NOW + 1 days);

        _giveWorkOrder(CAR, buyer);
        _assertOrder(CAR, workshop, NOW + 30 days, 1, "of the new holder");
        workOrders.requireRemovable(CAR, workshop);
    }

    /// @dev Sold and bought back: the old order does not come to life again.
    function test_attack_OrderFromBeforeASaleAndBack() public {
        _giveWorkOrder(CAR, holder);
        vm.prank(holder);
        title.transferFrom(holder, buyer, CAR);
        vm.prank(buyer);
        title.transferFrom(buyer, holder, CAR);
        _expectNotAuthorised(CAR, workshop);
        workOrders.requireRemovable(CAR, workshop);
    }

    function test_attack_OrderFromBeforeAForcedTransfer() public {
        _giveWorkOrder(CAR, holder);
        vm.startPrank(court);
        title.lockTitle(CAR, Locks.COURT);
        title.requestForcedTransfer(holder, buyer, CAR, DOCUMENT);
        vm.stopPrank();
        vm.warp(NOW + FORCED_TRANSFER_DELAY);
        vm.prank(registrar);
        title.forcedTransfer(holder, buyer, CAR);
        _expectNotAuthorised(CAR, workshop);
        workOrders.requireRemovable(CAR, workshop);
        workOrders.requireRemovable(CAR, buyer);
    }

    /* LOCKS AND STATUS */

    function test_requireRemovable_StopsAtTheftAndCourtAlone() public {
        _giveWorkOrder(CAR, holder);
        address[6] memory controllers = [
            lienController,
            registrar,
            court,
            safetyController,
            saleController,
            rentalController
        ];
        for (uint8 lock = 0; lock < 6; ++lock) {
            _lockTitle(CAR, lock, controllers[lock]);
            bool stops = lock == Locks.THEFT || lock == Locks.COURT;
            if (stops) _expectLocked(uint16(1) << lock);
            workOrders.requireRemovable(CAR, workshop);
            if (stops) _expectLocked(uint16(1) << lock);
            workOrders.requireRemovable(CAR, holder);
            vm.prank(controllers[lock]);
            title.unlockTitle(CAR, lock);
        }
        workOrders.requireRemovable(CAR, workshop);
    }

    function test_requireRemovable_SaysAllLocks() public {
        _lockTitle(CAR, Locks.LIEN, lienController);
        _stealCar(CAR);
        _expectLocked((uint16(1) << Locks.LIEN) | (uint16(1) << Locks.THEFT));
        workOrders.requireRemovable(CAR, holder);
    }

    function test_requireRemovable_RevertWhen_VehicleIsDestroyed() public {
        _giveWorkOrder(CAR, holder);
        _destroy(CAR, holder, recycler);
        address[3] memory accounts = [holder, workshop, recycler];
        for (uint256 i = 0; i < accounts.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IWorkOrders.WorkOrdersVehicleDestroyed.selector, CAR));
            workOrders.requireRemovable(CAR, accounts[i]);
        }
    }

    function test_requireRemovable_RevertWhen_VehicleIsUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, 7));
        workOrders.requireRemovable(7, workshop);
    }

    /// @dev A car that was exported can be repaired abroad.
    function test_requireRemovable_FromAnExportedVehicle() public {
        _giveWorkOrder(CAR, holder);
        vm.prank(registrar);
        title.changeStatus(_input(CAR, RecordKinds.EXPORT, 0, OdometerUnit.None, NOW - 1 hours));
        workOrders.requireRemovable(CAR, workshop);
    }

    function _assertOrder(
        uint256 vehicleId,
        address account,
        uint40 expiresAt,
        uint24 grantEpoch,
        string memory message
    ) private view {
        WorkOrder memory order = workOrders.workOrderOf(vehicleId, account);
        assertEq(order.expiresAt, expiresAt, string.concat(message, ": until"));
        assertEq(order.grantEpoch, grantEpoch, string.concat(message, ": epoch"));
    }

    function _expectLocked(uint16 locks) private {
        vm.expectRevert(abi.encodeWithSelector(IWorkOrders.WorkOrdersVehicleLocked.selector, CAR, locks));
    }
}
