// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {IERC1155Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {IPartTwins} from "../../contracts/interfaces/IPartTwins.sol";
import {IVehicleRecords} from "../../contracts/interfaces/IVehicleRecords.sol";
import {IWorkOrders} from "../../contracts/interfaces/IWorkOrders.sol";
import {UnitState} from "../../contracts/types/PartTypes.sol";
import {RecordKinds} from "../../contracts/types/RecordKinds.sol";
import {Locks} from "../../contracts/types/Locks.sol";
import {RecordInput} from "../../contracts/types/RecordTypes.sol";
import {FittingTest} from "../helpers/FittingTest.sol";
import {PartHolder} from "../helpers/PartHolder.sol";

/// @dev Taking parts off vehicles. The car carries serials 1 to 3 and five counted pieces.
contract PartTwinsRemoveTest is FittingTest {
    function setUp() public override {
        super.setUp();
        for (uint32 serial = 1; serial <= 3; ++serial) _fit(_serial(serial), 1, CAR);
        _fit(pieces, 5, CAR);
    }

    /* WHO */

    function test_attack_RemoveByStranger() public {
        _expectNotAuthorised(CAR, stranger);
        vm.prank(stranger);
        parts.removePart(part, 1, _removeRecord(CAR), Roles.WORKSHOP);
    }

    function test_attack_RemoveByStrangerWithAWorkOrder() public {
        vm.prank(holder);
        workOrders.giveWorkOrder(CAR, stranger, NOW + 1 days);
        _expectNotMember(stranger, Roles.WORKSHOP);
        vm.prank(stranger);
        parts.removePart(part, 1, _removeRecord(CAR), Roles.WORKSHOP);
        _assertUnit(part, _account(CAR), UnitState.Fitted, CAR, "still fitted");
    }

    function test_attack_RemoveByTitleHolderThatIsNoMember() public {
        _expectNotMember(holder, Roles.WORKSHOP);
        vm.prank(holder);
        parts.removePart(part, 1, _removeRecord(CAR), Roles.WORKSHOP);
    }

    function test_attack_RemoveWithoutWorkOrder() public {
        _expectNotAuthorised(CAR, workshop);
        _remove(part, 1, CAR);
        _assertFitted(CAR, lotId, 3, 3, "all there");
    }

    function test_attack_RemoveWithAWorkOrderOfAnotherCar() public {
        _giveWorkOrder(OTHER_CAR, buyer);
        _expectNotAuthorised(CAR, workshop);
        _remove(part, 1, CAR);
        // The order counts for the vehicle that the record names, and there is nothing on it.
        _expectNotFitted(part, OTHER_CAR);
        _remove(part, 1, OTHER_CAR);
        _expectNotFitted(pieces, OTHER_CAR);
        _remove(pieces, 1, OTHER_CAR);
    }

    function test_attack_RemoveWithExpiredWorkOrder() public {
        _giveWorkOrder(CAR, holder);
        vm.warp(NOW + 30 days + 1);
        _expectNotAuthorised(CAR, workshop);
        _remove(part, 1, CAR);
        vm.warp(NOW + 30 days);
        _remove(part, 1, CAR);
        _assertUnit(part, workshop, UnitState.Free, CAR, "in the last second");
    }

    function test_attack_RemoveWithWorkOrderOfTheFormerHolder() public {
        _giveWorkOrder(CAR, holder);
        vm.prank(holder);
        title.transferFrom(holder, buyer, CAR);
        _expectNotAuthorised(CAR, workshop);
        _remove(part, 1, CAR);
        _giveWorkOrder(CAR, buyer);
        _remove(part, 1, CAR);
    }

    function test_attack_RemoveAfterTheWorkOrderWasTakenBack() public {
        _giveWorkOrder(CAR, holder);
        vm.prank(holder);
        workOrders.giveWorkOrder(CAR, workshop, 0);
        _expectNotAuthorised(CAR, workshop);
        _remove(part, 1, CAR);
    }

    function test_attack_RemoveByExpelledWorkshop() public {
        _giveWorkOrder(CAR, holder);
        _expel(workshop);
        _expectNotMember(workshop, Roles.WORKSHOP);
        _remove(part, 1, CAR);
    }

    function test_attack_RemoveInAnotherClass() public {
        _giveWorkOrder(CAR, holder);
        _expectNotMember(workshop, Roles.RECYCLER);
        vm.prank(workshop);
        parts.removePart(part, 1, _removeRecord(CAR), Roles.RECYCLER);

        vm.prank(holder);
        workOrders.giveWorkOrder(CAR, inspector, NOW + 1 days);
        vm.expectRevert(
            abi.encodeWithSelector(
                IVehicleRecords.RecordsWriterNotAllowed.selector,
                RecordKinds.PART_REMOVED,
                Roles.INSPECTOR,
                records.kindWritersOf(RecordKinds.PART_REMOVED)
            )
        );
        vm.prank(inspector);
        parts.removePart(part, 1, _removeRecord(CAR), Roles.INSPECTOR);
    }

    function test_attack_RemoveByTitleOperatorOrApproved() public {
        vm.startPrank(holder);
        title.approve(workshop, CAR);
        title.setApprovalForAll(workshop, true);
        vm.stopPrank();
        _expectNotAuthorised(CAR, workshop);
        _remove(part, 1, CAR);
    }

    /* FROM WHICH CAR */

    function test_attack_RemoveFromStolenCar() public {
        _giveWorkOrder(CAR, holder);
        _stealCar(CAR);
        _expectLocked(uint16(1) << Locks.THEFT);
        _remove(part, 1, CAR);
    }

    function test_attack_RemoveFromFrozenCar() public {
        _giveWorkOrder(CAR, holder);
        _lockTitle(CAR, Locks.COURT, court);
        _expectLocked(Locks.COURT_BIT);
        _remove(part, 1, CAR);
    }

    /// @dev A workshop that holds the title of the car itself needs no order, and is stopped by locks all the same.
    function test_attack_RemoveFromOwnStolenCar() public {
        vm.prank(holder);
        title.transferFrom(holder, workshop, CAR);
        _remove(part, 1, CAR);
        _stealCar(CAR);
        _expectLocked(uint16(1) << Locks.THEFT);
        _remove(_serial(2), 1, CAR);
    }

    function test_attack_RemoveFromDestroyedCar() public {
        _giveWorkOrder(CAR, holder);
        _destroy(CAR, holder, recycler);
        vm.expectRevert(abi.encodeWithSelector(IWorkOrders.WorkOrdersVehicleDestroyed.selector, CAR));
        _remove(part, 1, CAR);
        vm.expectRevert(abi.encodeWithSelector(IWorkOrders.WorkOrdersVehicleDestroyed.selector, CAR));
        vm.prank(recycler);
        parts.removePart(part, 1, _removeRecord(CAR), Roles.RECYCLER);
    }

    function test_attack_RemoveFromUnknownCar() public {
        uint256 unknown = uint256(keccak256("unknown car"));
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, unknown));
        _remove(part, 1, unknown);
    }

    function test_removePart_FromACarWithALienOrASafetyStop() public {
        _giveWorkOrder(CAR, holder);
        _lockTitle(CAR, Locks.LIEN, lienController);
        _lockTitle(CAR, Locks.SAFETY, safetyController);
        _remove(part, 1, CAR);
        _assertUnit(part, workshop, UnitState.Free, CAR, "repairs go on");
    }

    /* WHAT */

    function test_removePart_RevertWhen_NotFitted() public {
        _giveWorkOrder(CAR, holder);
        _expectNotFitted(_serial(4), CAR);
        _remove(_serial(4), 1, CAR);
        _expectNotFitted(_serial(MARKED + 1), CAR);
        _remove(_serial(MARKED + 1), 1, CAR);
        _remove(part, 1, CAR);
        _expectNotFitted(part, CAR);
        _remove(part, 1, CAR);
    }

    /// @dev Serial 0 would match the empty places of what a vehicle carries.
    function test_attack_RemoveSerialZero() public {
        _giveWorkOrder(CAR, holder);
        _expectNotFitted(_serial(0), CAR);
        _remove(_serial(0), 1, CAR);
        _expectNotFitted(_serial(0), CAR);
        _remove(_serial(0), 0, CAR);
    }

    function test_attack_RemoveQuantityOtherThanOne() public {
        _giveWorkOrder(CAR, holder);
        _expectNotFitted(part, CAR);
        _remove(part, 0, CAR);
        _expectNotFitted(part, CAR);
        _remove(part, 2, CAR);
        _expectNotFitted(part, CAR);
        _remove(part, type(uint40).max, CAR);
    }

    function test_attack_RemoveMorePiecesThanFitted() public {
        _giveWorkOrder(CAR, holder);
        _expectNotFitted(pieces, CAR);
        _remove(pieces, 6, CAR);
        _expectNotFitted(pieces, CAR);
        _remove(pieces, 0, CAR);
        uint256 wrong = _partId(supplier, COUNTED, 1);
        _expectNotFitted(wrong, CAR);
        _remove(wrong, 1, CAR);
    }

    function test_removePart_RevertWhen_LotIsUnknown() public {
        _giveWorkOrder(CAR, holder);
        uint256 unknown = _partId(supplier, 99, 1);
        vm.expectRevert(abi.encodeWithSelector(IPartTwins.PartsLotUnknown.selector, unknown >> 32));
        _remove(unknown, 1, CAR);
    }

    function test_removePart_RevertWhen_RecordIsOfAnotherKind() public {
        _giveWorkOrder(CAR, holder);
        for (uint8 kind = 0; kind < 30; ++kind) {
            if (kind == RecordKinds.PART_REMOVED) continue;
            RecordInput memory record = _removeRecord(CAR);
            record.kind = kind;
            vm.expectRevert(
                abi.encodeWithSelector(IPartTwins.PartsRecordKind.selector, kind, RecordKinds.PART_REMOVED)
            );
            vm.prank(workshop);
            parts.removePart(part, 1, record, Roles.WORKSHOP);
        }
    }

    /* WHAT IT DOES */

    function test_removePart_GivesTheUnitToWhoTookItOff() public {
        _giveWorkOrder(CAR, holder);
        vm.expectEmit(address(parts));
        emit IERC1155.TransferSingle(workshop, _account(CAR), workshop, _serial(2), 1);
        vm.expectEmit(address(parts));
        emit IPartTwins.PartRemoved(lotId, CAR, workshop, 2, 1);
        vm.expectEmit(address(records));
        emit IVehicleRecords.RecordAppended(
            CAR,
            workshop,
            RecordKinds.PART_REMOVED,
            _recordOf(_removeRecord(CAR), 6, Roles.WORKSHOP)
        );
        _remove(_serial(2), 1, CAR);

        _assertUnit(_serial(2), workshop, UnitState.Free, CAR, "taken off");
        assertEq(parts.balanceOf(_account(CAR), _serial(2)), 0, "not the car's any more");
        _assertFitted(CAR, lotId, 2, 2, "one fewer");
        _assertUnit(part, _account(CAR), UnitState.Fitted, CAR, "its neighbours stay");
        _give(workshop, stranger, _serial(2), 1);
        _assertUnit(_serial(2), stranger, UnitState.Free, CAR, "free to move");
    }

    function test_removePart_CountsPieces() public {
        _giveWorkOrder(CAR, holder);
        vm.expectEmit(address(parts));
        emit IERC1155.TransferSingle(workshop, _account(CAR), workshop, pieces, 2);
        vm.expectEmit(address(parts));
        emit IPartTwins.PartRemoved(countedLotId, CAR, workshop, 0, 2);
        _remove(pieces, 2, CAR);
        _assertFitted(CAR, countedLotId, 3, 3, "two fewer");
        assertEq(parts.balanceOf(workshop, pieces), PIECES - 3, "two more");
        _remove(pieces, 3, CAR);
        _assertFitted(CAR, countedLotId, 0, 0, "none");
        assertEq(parts.balanceOf(workshop, pieces), PIECES, "all");
    }

    function test_removePart_ByARecyclerWithAWorkOrder() public {
        vm.prank(holder);
        workOrders.giveWorkOrder(CAR, recycler, NOW);
        vm.prank(recycler);
        parts.removePart(part, 1, _removeRecord(CAR), Roles.RECYCLER);
        _assertUnit(part, recycler, UnitState.Free, CAR, "taken off");
    }

    /// @dev A recall keeps units from being fitted, and must not keep them on the car.
    function test_removePart_OfARecalledUnit() public {
        _giveWorkOrder(CAR, holder);
        _hold(SERIALISED, 1, 1, true);
        _hold(COUNTED, 0, 0, true);
        _remove(part, 1, CAR);
        _remove(pieces, 1, CAR);
        vm.expectRevert(abi.encodeWithSelector(IPartTwins.PartsRecalled.selector, part));
        _fit(part, 1, CAR);
    }

    /* CONTRACTS THAT RECEIVE */

    function test_attack_RefuseWhatWasTakenOff() public {
        PartHolder shop = _newContractWorkshop();
        shop.close(true);
        vm.expectRevert(abi.encodeWithSelector(PartHolder.HolderClosed.selector, part));
        shop.act(address(parts), _removeCall(part));
        _assertUnit(part, _account(CAR), UnitState.Fitted, CAR, "nothing happened");

        shop.close(false);
        shop.answer(0xdeadbeef);
        vm.expectRevert(
            abi.encodeWithSelector(IERC1155Errors.ERC1155InvalidReceiver.selector, address(shop))
        );
        shop.act(address(parts), _removeCall(part));
    }

    /// @dev Called while the removal is not over yet, the contract takes the same unit off again.
    function test_attack_ReenterRemoval() public {
        PartHolder shop = _newContractWorkshop();
        shop.arm(address(parts), _removeCall(part));
        _expectNotFitted(part, CAR);
        shop.act(address(parts), _removeCall(part));

        shop.arm(address(parts), _removeCall(_serial(2)));
        shop.act(address(parts), _removeCall(part));
        assertEq(shop.calls(), 2, "told of both");
        assertEq(shop.lastFrom(), _account(CAR), "from the car");
        _assertFitted(CAR, lotId, 1, 1, "another unit is another removal");
        _assertUnit(part, address(shop), UnitState.Free, CAR, "first");
        _assertUnit(_serial(2), address(shop), UnitState.Free, CAR, "second");
    }

    function _removeCall(uint256 partId) private view returns (bytes memory) {
        return abi.encodeCall(parts.removePart, (partId, 1, _removeRecord(CAR), Roles.WORKSHOP));
    }

    function _expectLocked(uint16 locks) private {
        vm.expectRevert(abi.encodeWithSelector(IWorkOrders.WorkOrdersVehicleLocked.selector, CAR, locks));
    }
}
