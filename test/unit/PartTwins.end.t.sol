// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {IPartTwins} from "../../contracts/interfaces/IPartTwins.sol";
import {
    CriticalMaterial,
    DecommissionOutcome,
    Lot,
    PartAmount,
    ServiceStatus,
    Unit,
    UnitState
} from "../../contracts/types/PartTypes.sol";
import {FittingTest} from "../helpers/FittingTest.sol";

/// @dev How units end, go on in another service, or are reported stolen.
contract PartTwinsEndTest is FittingTest {
    /* DECOMMISSIONING */

    function test_decommissionParts_RevertWhen_ClassMayNot() public {
        for (uint64 role = 0; role < 64; ++role) {
            if (
                role == Roles.WORKSHOP ||
                role == Roles.MANUFACTURER ||
                role == Roles.SUPPLIER ||
                role == Roles.RECYCLER
            ) continue;
            vm.expectRevert(abi.encodeWithSelector(IPartTwins.PartsRoleNotAllowed.selector, role));
            vm.prank(workshop);
            parts.decommissionParts(_rows(1, 1), DecommissionOutcome.Recycled, DOCUMENT, role);
        }
    }

    function test_decommissionParts_RevertWhen_CallerIsNoMember() public {
        _give(workshop, stranger, part, 1);
        uint64[4] memory roles = [Roles.WORKSHOP, Roles.MANUFACTURER, Roles.SUPPLIER, Roles.RECYCLER];
        for (uint256 i = 0; i < roles.length; ++i) {
            _expectNotMember(stranger, roles[i]);
            _decommission(stranger, _rows(1, 1), roles[i]);
        }
        _expel(workshop);
        _expectNotMember(workshop, Roles.WORKSHOP);
        _decommission(workshop, _rows(2, 1), Roles.WORKSHOP);
    }

    function test_decommissionParts_RevertWhen_BatchIsEmptyOrTooLong() public {
        vm.expectRevert(abi.encodeWithSelector(IPartTwins.PartsBatchLength.selector, 0, 100));
        _decommission(workshop, new PartAmount[](0), Roles.WORKSHOP);
        vm.expectRevert(abi.encodeWithSelector(IPartTwins.PartsBatchLength.selector, 101, 100));
        _decommission(workshop, _pieceRows(101), Roles.WORKSHOP);
    }

    function test_decommissionParts_OfAsManyAsABatchHolds() public {
        _give(supplier, workshop, pieces, QUANTITY - PIECES);
        _decommission(workshop, _pieceRows(100), Roles.WORKSHOP);
        assertEq(parts.lotStateOf(countedLotId).decommissioned, 100, "all");
        assertEq(parts.totalSupply(pieces), 0, "none left");
    }

    function test_decommissionParts_RevertWhen_DocumentIsMissing() public {
        vm.expectRevert(IPartTwins.PartsDocumentMissing.selector);
        vm.prank(workshop);
        parts.decommissionParts(_rows(1, 1), DecommissionOutcome.Recycled, 0, Roles.WORKSHOP);
    }

    function test_decommissionParts_RevertWhen_NotHeld() public {
        _expectInsufficient(recycler, 0, 1, part);
        _decommission(recycler, _rows(1, 1), Roles.RECYCLER);
        _expectInsufficient(recycler, 0, 1, pieces);
        _decommission(recycler, _one(pieces, 1), Roles.RECYCLER);
        _expectInsufficient(workshop, PIECES, PIECES + 1, pieces);
        _decommission(workshop, _one(pieces, PIECES + 1), Roles.WORKSHOP);
        _expectInsufficient(workshop, 0, 1, _serial(MARKED + 1));
        _decommission(workshop, _rows(MARKED + 1, 1), Roles.WORKSHOP);
        vm.expectRevert(abi.encodeWithSelector(IPartTwins.PartsLotUnknown.selector, 7));
        _decommission(workshop, _one(7 << 32, 1), Roles.WORKSHOP);
    }

    function test_decommissionParts_RevertWhen_QuantityIsInvalid() public {
        vm.expectRevert(abi.encodeWithSelector(IPartTwins.PartsQuantityInvalid.selector, part, 0));
        _decommission(workshop, _one(part, 0), Roles.WORKSHOP);
        _expectInsufficient(workshop, 1, 2, part);
        _decommission(workshop, _one(part, 2), Roles.WORKSHOP);
        vm.expectRevert(abi.encodeWithSelector(IPartTwins.PartsQuantityInvalid.selector, pieces, 0));
        _decommission(workshop, _one(pieces, 0), Roles.WORKSHOP);
    }

    function test_attack_DecommissionTwice() public {
        PartAmount[] memory rows = new PartAmount[](2);
        (rows[0], rows[1]) = (PartAmount(part, 1), PartAmount(part, 1));
        _expectInsufficient(workshop, 0, 1, part);
        _decommission(workshop, rows, Roles.WORKSHOP);
        _assertUnit(part, workshop, UnitState.Free, 0, "all or none");
        _decommission(workshop, _rows(1, 1), Roles.WORKSHOP);
        _expectInsufficient(workshop, 0, 1, part);
        _decommission(workshop, _rows(1, 1), Roles.WORKSHOP);
        assertEq(parts.lotStateOf(lotId).decommissioned, 1, "once");
    }

    function test_attack_DecommissionStolenUnit() public {
        _reportTheft(workshop, part, true);
        _expectState(part, UnitState.Stolen);
        _decommission(workshop, _rows(1, 1), Roles.WORKSHOP);
    }

    function test_decommissionParts_EndsUnits() public {
        PartAmount[] memory rows = new PartAmount[](2);
        (rows[0], rows[1]) = (PartAmount(part, 1), PartAmount(pieces, 6));
        vm.expectEmit(address(parts));
        emit IERC1155.TransferSingle(workshop, workshop, address(0), part, 1);
        vm.expectEmit(address(parts));
        emit IPartTwins.PartDecommissioned(part, workshop, 1, DecommissionOutcome.Destroyed, DOCUMENT);
        vm.expectEmit(address(parts));
        emit IERC1155.TransferSingle(workshop, workshop, address(0), pieces, 6);
        vm.expectEmit(address(parts));
        emit IPartTwins.PartDecommissioned(pieces, workshop, 6, DecommissionOutcome.Destroyed, DOCUMENT);
        vm.prank(workshop);
        parts.decommissionParts(rows, DecommissionOutcome.Destroyed, DOCUMENT, Roles.WORKSHOP);

        _assertUnit(part, address(0), UnitState.Gone, 0, "gone");
        assertEq(parts.balanceOf(address(0), part), 0, "nobody has it");
        assertEq(parts.totalSupply(part), 0, "it is no more");
        assertTrue(parts.exists(part), "but was");
        assertEq(parts.balanceOf(workshop, pieces), PIECES - 6, "pieces");
        assertEq(parts.lotStateOf(lotId).decommissioned, 1, "counted once");
        Lot memory lot = parts.lotStateOf(countedLotId);
        assertEq(lot.decommissioned, 6, "six");
        assertEq(lot.consumed, 0, "nothing was made of them");
    }

    /// @dev A maker ends marked and unmarked units, and grams, each in its own class.
    function test_decommissionParts_ByEveryClassThatMay() public {
        _commission(supplier, Roles.SUPPLIER, _material(3, CriticalMaterial.Lead, 500));
        uint256 grams = _partId(supplier, 3, 0);
        _decommission(supplier, _one(grams, 200), Roles.SUPPLIER);
        assertEq(parts.totalSupply(grams), 300, "grams");
        _decommission(supplier, _one(_serial(0), 4), Roles.SUPPLIER);
        Lot memory lot = parts.lotStateOf(lotId);
        assertEq(lot.unserialised, QUANTITY - MARKED - 4, "unmarked units");
        assertEq(lot.decommissioned, 4, "counted");

        _give(workshop, manufacturer, part, 1);
        _decommission(manufacturer, _rows(1, 1), Roles.MANUFACTURER);
        _give(workshop, recycler, _serial(2), 1);
        _decommission(recycler, _rows(2, 1), Roles.RECYCLER);
        assertEq(parts.lotStateOf(lotId).decommissioned, 6, "counted by all");
    }

    function test_attack_DecommissionUnmarkedUnitsOfAnotherMaker() public {
        _expectInsufficient(workshop, 0, 1, _serial(0));
        _decommission(workshop, _one(_serial(0), 1), Roles.WORKSHOP);
        _expectInsufficient(supplier, QUANTITY - MARKED, QUANTITY, _serial(0));
        _decommission(supplier, _one(_serial(0), QUANTITY), Roles.SUPPLIER);
    }

    /* SERVICE */

    function test_changeService_RevertWhen_ClassMayNot() public {
        for (uint64 role = 0; role < 64; ++role) {
            if (role == Roles.WORKSHOP || role == Roles.MANUFACTURER || role == Roles.RECYCLER) continue;
            vm.expectRevert(abi.encodeWithSelector(IPartTwins.PartsRoleNotAllowed.selector, role));
            _changeService(workshop, part, ServiceStatus.Reused, role);
        }
    }

    function test_changeService_RevertWhen_CallerIsNoMember() public {
        _give(workshop, stranger, part, 1);
        uint64[3] memory roles = [Roles.WORKSHOP, Roles.MANUFACTURER, Roles.RECYCLER];
        for (uint256 i = 0; i < roles.length; ++i) {
            _expectNotMember(stranger, roles[i]);
            _changeService(stranger, part, ServiceStatus.Reused, roles[i]);
        }
    }

    function test_changeService_RevertWhen_DocumentIsMissing() public {
        vm.expectRevert(IPartTwins.PartsDocumentMissing.selector);
        vm.prank(workshop);
        parts.changeService(part, ServiceStatus.Reused, 0, Roles.WORKSHOP);
    }

    function test_changeService_RevertWhen_NotHeldOrNotFree() public {
        _expectInsufficient(recycler, 0, 1, part);
        _changeService(recycler, part, ServiceStatus.Waste, Roles.RECYCLER);
        _expectInsufficient(workshop, 0, 1, pieces);
        _changeService(workshop, pieces, ServiceStatus.Waste, Roles.WORKSHOP);
        _reportTheft(workshop, part, true);
        _expectState(part, UnitState.Stolen);
        _changeService(workshop, part, ServiceStatus.Reused, Roles.WORKSHOP);
    }

    function test_changeService_RevertWhen_StatusIsTheSameOrOriginal() public {
        _expectServiceInvalid(ServiceStatus.Original);
        _changeService(workshop, part, ServiceStatus.Original, Roles.WORKSHOP);
        for (uint8 i = 1; i <= uint8(ServiceStatus.Waste); ++i) {
            ServiceStatus status = ServiceStatus(i);
            _changeService(workshop, part, status, Roles.WORKSHOP);
            _expectServiceInvalid(status);
            _changeService(workshop, part, status, Roles.WORKSHOP);
            _expectServiceInvalid(ServiceStatus.Original);
            _changeService(workshop, part, ServiceStatus.Original, Roles.WORKSHOP);
        }
    }

    function test_changeService_IsKeptWhateverHappensToTheUnit() public {
        _fit(part, 1, CAR);
        _giveWorkOrder(CAR, holder);
        _remove(part, 1, CAR);
        vm.expectEmit(address(parts));
        emit IPartTwins.ServiceStatusChanged(part, workshop, ServiceStatus.Reused, DOCUMENT);
        _changeService(workshop, part, ServiceStatus.Reused, Roles.WORKSHOP);
        _assertUnit(part, workshop, UnitState.Free, CAR, "the rest is as before");
        _assertService(part, ServiceStatus.Reused, "at first");

        _fit(part, 1, OTHER_CAR);
        _assertService(part, ServiceStatus.Reused, "fitted");
        _giveWorkOrder(OTHER_CAR, buyer);
        _remove(part, 1, OTHER_CAR);
        _reportTheft(workshop, part, true);
        _assertService(part, ServiceStatus.Reused, "stolen");
        _reportTheft(workshop, part, false);
        _give(workshop, manufacturer, part, 1);
        _changeService(manufacturer, part, ServiceStatus.Remanufactured, Roles.MANUFACTURER);
        _give(manufacturer, recycler, part, 1);
        _changeService(recycler, part, ServiceStatus.Waste, Roles.RECYCLER);
        _decommission(recycler, _rows(1, 1), Roles.RECYCLER);
        _assertService(part, ServiceStatus.Waste, "gone");
        assertEq(parts.unitOf(part).lastVehicle, uint80(OTHER_CAR), "where it was last");
    }

    /* THEFT */

    function test_attack_ReportTheftOfAnothersUnit() public {
        _expectInsufficient(stranger, 0, 1, part);
        _reportTheft(stranger, part, true);
        _expectInsufficient(supplier, 0, 1, part);
        _reportTheft(supplier, part, true);
        _expectInsufficient(workshop, 0, 1, _serial(MARKED + 1));
        _reportTheft(workshop, _serial(MARKED + 1), true);
        _expectInsufficient(workshop, 0, 1, pieces);
        _reportTheft(workshop, pieces, true);
    }

    function test_attack_ReportTheftOfFittedUnit() public {
        _fit(part, 1, CAR);
        address[3] memory callers = [workshop, holder, registrar];
        for (uint256 i = 0; i < callers.length; ++i) {
            _expectInsufficient(callers[i], 0, 1, part);
            _reportTheft(callers[i], part, true);
        }
    }

    function test_reportTheft_RevertWhen_NothingChanges() public {
        _expectState(part, UnitState.Free);
        _reportTheft(workshop, part, false);
        _reportTheft(workshop, part, true);
        _expectState(part, UnitState.Stolen);
        _reportTheft(workshop, part, true);
    }

    function test_attack_ClearTheftByAnybodyElse() public {
        _reportTheft(workshop, part, true);
        _expectInsufficient(stranger, 0, 1, part);
        _reportTheft(stranger, part, false);
        vm.prank(workshop);
        parts.setApprovalForAll(stranger, true);
        _expectInsufficient(stranger, 0, 1, part);
        _reportTheft(stranger, part, false);
    }

    function test_attack_MoveStolenUnit() public {
        vm.prank(workshop);
        parts.setApprovalForAll(stranger, true);
        _reportTheft(workshop, part, true);
        _expectState(part, UnitState.Stolen);
        _give(workshop, stranger, part, 1);
        _expectState(part, UnitState.Stolen);
        vm.prank(stranger);
        parts.safeTransferFrom(workshop, stranger, part, 1, "");
        _give(workshop, supplier, _serial(2), 1); // another unit is not concerned
    }

    /// @dev Holders need not be members to report.
    function test_reportTheft_StopsTheUnitUntilItIsFound() public {
        _give(workshop, stranger, part, 1);
        vm.expectEmit(address(parts));
        emit IPartTwins.PartTheftReported(part, stranger, true);
        _reportTheft(stranger, part, true);
        _assertUnit(part, stranger, UnitState.Stolen, 0, "stolen");
        assertEq(parts.totalSupply(part), 1, "it exists");
        vm.expectEmit(address(parts));
        emit IPartTwins.PartTheftReported(part, stranger, false);
        _reportTheft(stranger, part, false);
        _assertUnit(part, stranger, UnitState.Free, 0, "found");
        _give(stranger, workshop, part, 1);
    }

    /* VIEWS */

    function test_unitOf_IsZeroWithoutASerial() public view {
        Unit memory none;
        bytes32 zero = keccak256(abi.encode(none));
        assertEq(keccak256(abi.encode(parts.unitOf(_serial(0)))), zero, "stock");
        assertEq(keccak256(abi.encode(parts.unitOf(_serial(MARKED + 1)))), zero, "unmarked");
        assertEq(keccak256(abi.encode(parts.unitOf(pieces))), zero, "pieces");
        assertEq(parts.balanceOf(address(0), _serial(MARKED + 1)), 0, "nobody holds it");
    }

    /* CONSERVATION */

    /// @dev Units end in any order, from any of two holders, as units, pieces and unmarked stock.
    function testFuzz_decommissionParts_ConservesEveryUnit(uint256 seed) public {
        address[] memory accounts = new address[](2);
        (accounts[0], accounts[1]) = (workshop, supplier);
        for (uint256 i = 0; i < 20; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            address by = accounts[seed & 1];
            uint256 partId = (seed >> 1) & 1 == 0 ? pieces : _serial(uint32((seed >> 8) % (MARKED + 2)));
            vm.prank(by);
            (bool ok, ) = address(parts).call(
                abi.encodeCall(
                    parts.decommissionParts,
                    (
                        _one(partId, uint40((seed >> 16) % 4)),
                        DecommissionOutcome.Recycled,
                        DOCUMENT,
                        by == workshop ? Roles.WORKSHOP : Roles.SUPPLIER
                    )
                )
            );
            if (ok && partId != pieces && partId != _serial(0)) {
                assertEq(uint256(parts.unitOf(partId).state), uint256(UnitState.Gone), "gone");
            }
        }
        _assertConserved(accounts);
    }

    function _decommission(address by, PartAmount[] memory rows, uint64 role) private {
        vm.prank(by);
        parts.decommissionParts(rows, DecommissionOutcome.Recycled, DOCUMENT, role);
    }

    function _changeService(address by, uint256 partId, ServiceStatus status, uint64 role) private {
        vm.prank(by);
        parts.changeService(partId, status, DOCUMENT, role);
    }

    function _expectServiceInvalid(ServiceStatus status) private {
        vm.expectRevert(abi.encodeWithSelector(IPartTwins.PartsServiceInvalid.selector, part, status));
    }

    function _assertService(uint256 partId, ServiceStatus status, string memory message) private view {
        assertEq(uint256(parts.unitOf(partId).service), uint256(status), message);
    }
}
