// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {IPartTwins} from "../../contracts/interfaces/IPartTwins.sol";
import {IVehicleRecords} from "../../contracts/interfaces/IVehicleRecords.sol";
import {
    CriticalMaterial,
    DecommissionOutcome,
    LotForm,
    LotInput,
    ServiceStatus,
    UnitState
} from "../../contracts/types/PartTypes.sol";
import {RecordKinds} from "../../contracts/types/RecordKinds.sol";
import {RecordInput} from "../../contracts/types/RecordTypes.sol";
import {FittingTest} from "../helpers/FittingTest.sol";

/// @dev Fitting parts to vehicles: who may, what may be fitted, and what it leaves behind.
contract PartTwinsFitTest is FittingTest {
    /* WHO */

    function test_fitPart_RevertWhen_CallerIsNoMember() public {
        _give(workshop, stranger, part, 1);
        _expectNotMember(stranger, Roles.WORKSHOP);
        vm.prank(stranger);
        parts.fitPart(part, 1, _fitRecord(CAR), Roles.WORKSHOP);
        _assertUnit(part, stranger, UnitState.Free, 0, "nothing remains of it");
        _assertFitted(CAR, lotId, 0, 0, "nothing remains of it");
    }

    function test_fitPart_RevertWhen_TitleHolderIsNoMember() public {
        _give(workshop, holder, part, 1);
        _expectNotMember(holder, Roles.WORKSHOP);
        vm.prank(holder);
        parts.fitPart(part, 1, _fitRecord(CAR), Roles.WORKSHOP);
    }

    function test_fitPart_RevertWhen_MemberIsExpelled() public {
        _expel(workshop);
        _expectNotMember(workshop, Roles.WORKSHOP);
        _fit(part, 1, CAR);
    }

    function test_fitPart_RevertWhen_MemberActsInAnotherClass() public {
        _expectNotMember(workshop, Roles.MANUFACTURER);
        vm.prank(workshop);
        parts.fitPart(part, 1, _fitRecord(CAR), Roles.MANUFACTURER);
    }

    function test_fitPart_RevertWhen_ClassDoesNotFit() public {
        uint64 writers = _set(Roles.WORKSHOP) | _set(Roles.MANUFACTURER) | _set(Roles.RECORD_CONTROLLER);
        address[5] memory others = [supplier, inspector, recycler, registrar, court];
        uint64[5] memory roles = [
            Roles.SUPPLIER,
            Roles.INSPECTOR,
            Roles.RECYCLER,
            Roles.REGISTRAR,
            Roles.COURT
        ];
        for (uint32 i = 0; i < others.length; ++i) {
            _give(workshop, others[i], _serial(i + 1), 1);
            vm.expectRevert(
                abi.encodeWithSelector(
                    IVehicleRecords.RecordsWriterNotAllowed.selector,
                    RecordKinds.PART_FITTED,
                    roles[i],
                    writers
                )
            );
            vm.prank(others[i]);
            parts.fitPart(_serial(i + 1), 1, _fitRecord(CAR), roles[i]);
        }
    }

    /* WHAT */

    function test_fitPart_RevertWhen_RecordIsOfAnotherKind() public {
        for (uint8 kind = 0; kind < 30; ++kind) {
            if (kind == RecordKinds.PART_FITTED) continue;
            RecordInput memory record = _fitRecord(CAR);
            record.kind = kind;
            vm.expectRevert(
                abi.encodeWithSelector(IPartTwins.PartsRecordKind.selector, kind, RecordKinds.PART_FITTED)
            );
            vm.prank(workshop);
            parts.fitPart(part, 1, record, Roles.WORKSHOP);
        }
    }

    function test_fitPart_RevertWhen_RecordIsInvalid() public {
        RecordInput memory record = _fitRecord(CAR);
        record.documentHash = 0;
        vm.expectRevert(abi.encodeWithSelector(IVehicleRecords.RecordsDocumentMissing.selector, CAR));
        vm.prank(workshop);
        parts.fitPart(part, 1, record, Roles.WORKSHOP);
        _assertUnit(part, workshop, UnitState.Free, 0, "as before");
    }

    function test_fitPart_RevertWhen_LotIsAMaterial() public {
        LotInput memory cobalt = _material(3, CriticalMaterial.Cobalt, 500);
        _commission(supplier, Roles.SUPPLIER, cobalt);
        uint256 grams = _partId(supplier, 3, 0);
        _give(supplier, workshop, grams, 500);
        vm.expectRevert(
            abi.encodeWithSelector(IPartTwins.PartsNotFittable.selector, grams, LotForm.Material)
        );
        _fit(grams, 500, CAR);
    }

    function test_fitPart_RevertWhen_QuantityIsNotOneForASerial() public {
        vm.expectRevert(abi.encodeWithSelector(IPartTwins.PartsQuantityInvalid.selector, part, 0));
        _fit(part, 0, CAR);
        _expectInsufficient(workshop, 1, 2, part);
        _fit(part, 2, CAR);
    }

    function test_fitPart_RevertWhen_CountedQuantityIsZeroOrMoreThanHeld() public {
        vm.expectRevert(abi.encodeWithSelector(IPartTwins.PartsQuantityInvalid.selector, pieces, 0));
        _fit(pieces, 0, CAR);
        _expectInsufficient(workshop, PIECES, PIECES + 1, pieces);
        _fit(pieces, PIECES + 1, CAR);
    }

    function test_fitPart_RevertWhen_CountedPartHasASerial() public {
        uint256 wrong = _partId(supplier, COUNTED, 1);
        _expectInsufficient(workshop, 0, 1, wrong);
        _fit(wrong, 1, CAR);
    }

    function test_fitPart_RevertWhen_HeldBySomebodyElse() public {
        _give(workshop, supplier, part, 1);
        _expectInsufficient(workshop, 0, 1, part);
        _fit(part, 1, CAR);
    }

    /* WHAT IT DOES */

    function test_fitPart_MovesTheUnitOntoTheVehicle() public {
        assertEq(parts.vehicleAccountOf(CAR), _account(CAR), "the account that no key controls");
        bytes32 headBefore = records.headOf(CAR);
        vm.expectEmit(address(parts));
        emit IERC1155.TransferSingle(workshop, workshop, _account(CAR), part, 1);
        vm.expectEmit(address(parts));
        emit IPartTwins.PartFitted(lotId, CAR, workshop, 1, 1);
        vm.expectEmit(address(records));
        emit IVehicleRecords.RecordAppended(
            CAR,
            workshop,
            RecordKinds.PART_FITTED,
            _recordOf(_fitRecord(CAR), 2, Roles.WORKSHOP)
        );
        _fit(part, 1, CAR);

        _assertUnit(part, _account(CAR), UnitState.Fitted, CAR, "fitted");
        assertEq(parts.balanceOf(workshop, part), 0, "the workshop has it no more");
        _assertFitted(CAR, lotId, 1, 1, "one");
        assertEq(parts.totalSupply(part), 1, "it exists all the same");
        assertEq(records.stateOf(CAR).count, 2, "one record");
        assertTrue(records.headOf(CAR) != headBefore, "in the life");
    }

    function test_fitPart_CountsPieces() public {
        vm.expectEmit(address(parts));
        emit IERC1155.TransferSingle(workshop, workshop, _account(CAR), pieces, 4);
        vm.expectEmit(address(parts));
        emit IPartTwins.PartFitted(countedLotId, CAR, workshop, 0, 4);
        _fit(pieces, 4, CAR);
        _fit(pieces, 3, CAR);
        _fit(pieces, PIECES - 7, OTHER_CAR);

        _assertFitted(CAR, countedLotId, 7, PIECES, "added up");
        assertEq(parts.balanceOf(_account(CAR), pieces), 7, "the vehicle's balance");
        assertEq(parts.balanceOf(_account(OTHER_CAR), pieces), PIECES - 7, "the other's");
        assertEq(parts.balanceOf(workshop, pieces), 0, "all used");
        assertEq(parts.totalSupply(pieces), QUANTITY, "all exist");
    }

    function test_fitPart_ByTheManufacturer() public {
        _give(workshop, manufacturer, part, 1);
        vm.prank(manufacturer);
        parts.fitPart(part, 1, _fitRecord(CAR), Roles.MANUFACTURER);
        _assertUnit(part, _account(CAR), UnitState.Fitted, CAR, "at the works");
    }

    /// @dev A lock stops the title, not the repair of the car.
    function test_fitPart_ToALockedCar() public {
        _stealCar(CAR);
        _fit(part, 1, CAR);
        _assertFitted(CAR, lotId, 1, 1, "fitted");
    }

    function test_fitPart_RemembersTheLastVehicleOnly() public {
        _fit(part, 1, CAR);
        _giveWorkOrder(CAR, holder);
        _remove(part, 1, CAR);
        _assertUnit(part, workshop, UnitState.Free, CAR, "it was on the car");
        _fit(part, 1, OTHER_CAR);
        _assertUnit(part, _account(OTHER_CAR), UnitState.Fitted, OTHER_CAR, "it is on the other");
    }

    function testFuzz_fitPart_CountedNeverMoreThanHeld(uint40 first, uint40 second) public {
        first = uint40(bound(first, 1, PIECES));
        second = uint40(bound(second, 1, PIECES));
        _fit(pieces, first, CAR);
        if (first + second > PIECES) _expectInsufficient(workshop, PIECES - first, second, pieces);
        _fit(pieces, second, CAR);
        uint256 fitted = first + second > PIECES ? first : first + second;
        _assertFitted(CAR, countedLotId, fitted, fitted, "fitted");
        assertEq(parts.balanceOf(workshop, pieces), PIECES - fitted, "the rest");
    }

    /* ATTACKS */

    function test_attack_OneUnitIntoTwoCars() public {
        _fit(part, 1, CAR);
        _expectInsufficient(workshop, 0, 1, part);
        _fit(part, 1, OTHER_CAR);
        _expectInsufficient(workshop, 0, 1, part);
        _fit(part, 1, CAR);
        _assertFitted(CAR, lotId, 1, 1, "once");
        _assertFitted(OTHER_CAR, lotId, 0, 1, "not on the other");
    }

    function test_attack_FitUnknownLot() public {
        uint256 unknown = _partId(supplier, 99, 1);
        vm.expectRevert(abi.encodeWithSelector(IPartTwins.PartsLotUnknown.selector, unknown >> 32));
        _fit(unknown, 1, CAR);
    }

    function test_attack_FitUnitWithoutSerial() public {
        uint256 unmarked = _serial(MARKED + 1);
        _expectInsufficient(workshop, 0, 1, unmarked);
        _fit(unmarked, 1, CAR);
        uint256 beyond = _serial(uint32(QUANTITY) + 1);
        _expectInsufficient(workshop, 0, 1, beyond);
        _fit(beyond, 1, CAR);
    }

    /// @dev The maker holds the unmarked units as a balance of serial 0, and cannot fit them as such.
    function test_attack_FitUnmarkedStockOfTheMaker() public {
        LotInput memory lot = _lot(1, LotForm.Serialised, 5);
        _commission(manufacturer, Roles.MANUFACTURER, lot);
        uint256 stock = _partId(manufacturer, 1, 0);
        assertEq(parts.balanceOf(manufacturer, stock), 5, "five unmarked");
        _expectInsufficient(manufacturer, 0, 1, stock);
        vm.prank(manufacturer);
        parts.fitPart(stock, 1, _fitRecord(CAR), Roles.MANUFACTURER);
    }

    function test_attack_FitRecalledUnit() public {
        _hold(SERIALISED, 2, 3, true);
        _hold(COUNTED, 0, 0, true);
        _fit(part, 1, CAR);
        for (uint32 serial = 2; serial <= 3; ++serial) {
            vm.expectRevert(abi.encodeWithSelector(IPartTwins.PartsRecalled.selector, _serial(serial)));
            _fit(_serial(serial), 1, CAR);
        }
        _fit(_serial(4), 1, CAR);
        vm.expectRevert(abi.encodeWithSelector(IPartTwins.PartsRecalled.selector, pieces));
        _fit(pieces, 1, CAR);

        _hold(SERIALISED, 2, 3, false);
        _fit(_serial(2), 1, CAR);
        _assertFitted(CAR, lotId, 3, 3, "all but one");
    }

    /// @dev The day of expiry is the first on which a part is too old.
    function test_attack_FitExpiredUnit() public {
        uint16 today = uint16(NOW / 1 days);
        LotInput memory lot = _lot(3, LotForm.Counted, 10);
        lot.expiryDay = today + 1;
        _commission(supplier, Roles.SUPPLIER, lot);
        uint256 fresh = _partId(supplier, 3, 0);
        _give(supplier, workshop, fresh, 10);

        vm.warp(uint256(today + 1) * 1 days - 1);
        _fit(fresh, 1, CAR);
        vm.warp(uint256(today + 1) * 1 days);
        vm.expectRevert(abi.encodeWithSelector(IPartTwins.PartsExpired.selector, fresh, today + 1));
        _fit(fresh, 1, CAR);
        _fit(pieces, 1, CAR); // a lot without a day does not expire
        _assertFitted(CAR, fresh >> 32, 1, 1, "the one in time");
    }

    function test_attack_FitDecommissionedUnit() public {
        vm.prank(workshop);
        parts.decommissionParts(_one(part, 1), DecommissionOutcome.Destroyed, DOCUMENT, Roles.WORKSHOP);
        _expectInsufficient(workshop, 0, 1, part);
        _fit(part, 1, CAR);
        _assertUnit(part, address(0), UnitState.Gone, 0, "gone");
    }

    function test_attack_FitConsumedUnit() public {
        _give(workshop, supplier, part, 1);
        vm.prank(supplier);
        parts.transformLots(_one(part, 1), _one(_lot(7, LotForm.Counted, 1)), Roles.SUPPLIER);
        _expectInsufficient(workshop, 0, 1, part);
        _fit(part, 1, CAR);
    }

    function test_attack_FitStolenUnit() public {
        _reportTheft(workshop, part, true);
        _expectState(part, UnitState.Stolen);
        _fit(part, 1, CAR);
        _reportTheft(workshop, part, false);
        _fit(part, 1, CAR);
    }

    /// @dev Neither off the stolen car, nor onto another as if it were not on the first.
    function test_attack_FitUnitOfAStolenCarElsewhere() public {
        _fit(part, 1, CAR);
        _giveWorkOrder(CAR, holder);
        _stealCar(CAR);
        vm.expectRevert();
        _remove(part, 1, CAR);
        _expectInsufficient(workshop, 0, 1, part);
        _fit(part, 1, OTHER_CAR);
        _assertUnit(part, _account(CAR), UnitState.Fitted, CAR, "still on the stolen car");
    }

    function test_attack_FitWaste() public {
        vm.startPrank(workshop);
        parts.changeService(part, ServiceStatus.Waste, DOCUMENT, Roles.WORKSHOP);
        vm.expectRevert(abi.encodeWithSelector(IPartTwins.PartsWaste.selector, part));
        parts.fitPart(part, 1, _fitRecord(CAR), Roles.WORKSHOP);
        // Waste that a member makes fit for use again, with a new passport, is waste no more.
        parts.changeService(part, ServiceStatus.Remanufactured, DOCUMENT, Roles.WORKSHOP);
        parts.fitPart(part, 1, _fitRecord(CAR), Roles.WORKSHOP);
        vm.stopPrank();
        assertEq(
            uint256(parts.unitOf(part).service),
            uint256(ServiceStatus.Remanufactured),
            "its service is kept"
        );
    }

    function test_attack_FitToUnknownVehicle() public {
        uint256 unknown = uint256(keccak256("unknown car"));
        vm.expectRevert(abi.encodeWithSelector(IVehicleRecords.RecordsVehicleUnknown.selector, unknown));
        _fit(part, 1, unknown);
        _assertUnit(part, workshop, UnitState.Free, 0, "as before");
    }

    function test_attack_FitToDestroyedVehicle() public {
        _destroy(CAR, holder, recycler);
        vm.expectRevert(abi.encodeWithSelector(IVehicleRecords.RecordsLifeEnded.selector, CAR));
        _fit(part, 1, CAR);
        vm.expectRevert(abi.encodeWithSelector(IVehicleRecords.RecordsLifeEnded.selector, CAR));
        _fit(pieces, 1, CAR);
        _assertFitted(CAR, lotId, 0, 0, "nothing");
    }

    function test_attack_MoreThanEightSerialsOfALot() public {
        for (uint32 serial = 1; serial <= 8; ++serial) _fit(_serial(serial), 1, CAR);
        _assertFitted(CAR, lotId, 8, 8, "full");
        vm.expectRevert(abi.encodeWithSelector(IPartTwins.PartsVehicleFull.selector, lotId, CAR, 8));
        _fit(_serial(9), 1, CAR);
        _assertUnit(_serial(9), workshop, UnitState.Free, 0, "not fitted");

        _fit(_serial(9), 1, OTHER_CAR);
        _giveWorkOrder(CAR, holder);
        _remove(_serial(4), 1, CAR);
        _fit(_serial(10), 1, CAR);
        _assertFitted(CAR, lotId, 8, 9, "the place is free again");
    }

    /// @dev A wallet sends a unit to a vehicle's account: it is lost, but it is not fitted, and counts nowhere as such.
    function test_attack_PlainTransferToAVehiclesAccount() public {
        _give(workshop, _account(CAR), part, 1);
        _give(workshop, _account(CAR), pieces, 2);
        _assertUnit(part, _account(CAR), UnitState.Free, 0, "not fitted");
        _assertFitted(CAR, lotId, 0, 0, "no unit");
        _assertFitted(CAR, countedLotId, 0, 0, "no piece");
        assertFalse(parts.carriesAny(CAR, supplier, _scope(SERIALISED, 1, 100)), "not carried");
        assertFalse(parts.carriesAny(CAR, supplier, _scope(COUNTED, 0, 0)), "no piece carried");

        _giveWorkOrder(CAR, holder);
        _expectNotFitted(part, CAR);
        _remove(part, 1, CAR);
        _expectNotFitted(pieces, CAR);
        _remove(pieces, 1, CAR);
    }
}
