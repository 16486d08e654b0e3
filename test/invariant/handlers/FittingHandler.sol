// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {MemberAccess} from "../../../contracts/access/MemberAccess.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IPartTwins} from "../../../contracts/interfaces/IPartTwins.sol";
import {IVehicleRecords} from "../../../contracts/interfaces/IVehicleRecords.sol";
import {IWorkOrders} from "../../../contracts/interfaces/IWorkOrders.sol";
import {PartTwins} from "../../../contracts/parts/PartTwins.sol";
import {LotForm, PartAmount, ServiceStatus, UnitState} from "../../../contracts/types/PartTypes.sol";
import {RecordInput, RecordProof} from "../../../contracts/types/RecordTypes.sol";
import {TitleStatus} from "../../../contracts/types/TitleTypes.sol";
import {WorkOrders} from "../../../contracts/vehicle/WorkOrders.sol";
import {Ledger} from "./Ledger.sol";
import {PartHandler} from "./PartHandler.sol";
import {PartLedger} from "./PartLedger.sol";

/// @dev Parts change hands, go onto vehicles and come off them, with leave, without, and after the end.
abstract contract FittingHandler is PartHandler {
    uint8 private constant PART_FITTED = 17;
    uint8 private constant PART_REMOVED = 18;
    uint256 private constant THEFT_OR_COURT = 2 + 4;
    uint256 private constant MOST_UNITS = 8; // of one serialised lot on one vehicle

    /* FITTING */

    function fit(uint256 whoSeed, uint256 partSeed, uint256 vehicleSeed, uint256 quantity) external {
        address caller = _fitter(whoSeed);
        _supply(caller, partSeed, true);
        uint256 partId = _held(caller, partSeed, partSeed % 16 != 3);
        uint64 role = whoSeed % 32 == 9 ? Roles.RECYCLER : _roleOf(caller);
        _fit(caller, role, partId, _quantity(caller, partId, quantity), _vehicle(vehicleSeed));
    }

    function _fit(address caller, uint64 role, uint256 partId, uint40 quantity, uint256 vehicleId) internal {
        RecordInput memory record = _input(vehicleId, PART_FITTED, uint40(block.timestamp));
        if (record.documentHash[31] < 0x04) record.kind = PART_REMOVED; // one in 64
        bytes4 refusal = _whyNotFit(caller, role, partId, quantity, vehicleId);
        if (record.kind != PART_FITTED) refusal = IPartTwins.PartsRecordKind.selector;
        string memory law =
            refusal == IPartTwins.PartsRecalled.selector ? "P5 a held unit is never fitted" : "P3 fitting";

        if (refusal == CARRIED_OUT) _expect(record, caller, role, 0, 1);
        bytes memory data = abi.encodeCall(PartTwins.fitPart, (partId, quantity, record, role));
        if (!_act(caller, address(parts), data, refusal, law)) return;
        partLedger.noteFitted(caller, partId, quantity, vehicleId);
    }

    function _whyNotFit(
        address caller,
        uint64 role,
        uint256 partId,
        uint256 quantity,
        uint256 vehicleId
    ) private view returns (bytes4 refusal) {
        uint256 lotId = partId >> 32;
        PartLedger.Batch memory lot = partLedger.lotOf(lotId);
        if (lot.form == LotForm.None) return IPartTwins.PartsLotUnknown.selector;
        if (lot.form == LotForm.Material) return IPartTwins.PartsNotFittable.selector;
        if (lot.expiryDay != 0 && block.timestamp >= lot.expiryDay * 1 days) {
            return IPartTwins.PartsExpired.selector;
        }
        if (recallLedger.isHeld(partId)) return IPartTwins.PartsRecalled.selector;
        if (lot.form == LotForm.Serialised) {
            refusal = _whyNotUnit(caller, partId, quantity, 0);
            if (refusal != CARRIED_OUT) return refusal;
            if (partLedger.unitOf(partId).service == ServiceStatus.Waste)
                return IPartTwins.PartsWaste.selector;
            if (partLedger.fittedOf(lotId, vehicleId) == MOST_UNITS)
                return IPartTwins.PartsVehicleFull.selector;
        } else {
            if (quantity == 0) return IPartTwins.PartsQuantityInvalid.selector;
            bool hasEnough = uint32(partId) == 0 && partLedger.stockOf(lotId, caller) >= quantity;
            if (!hasEnough) return INSUFFICIENT;
        }
        bool isWriter = role == Roles.WORKSHOP || role == Roles.MANUFACTURER;
        refusal = _whyNotRecord(caller, role, vehicleId, isWriter);
        if (refusal != CARRIED_OUT) return refusal;
        bool hasEnded = ledger.titleOf(vehicleId).status == TitleStatus.Destroyed;
        return hasEnded ? IVehicleRecords.RecordsLifeEnded.selector : CARRIED_OUT;
    }

    /* REMOVAL */

    /// @dev Half of the time the holder gives leave before.
    function remove(uint256 vehicleSeed, uint256 partSeed, uint256 whoSeed, uint256 quantity) external {
        uint256 vehicleId = _laden(vehicleSeed, false);
        address caller = _fitter(whoSeed);
        if (quantity % 2 == 0 && _isRegistered(vehicleId)) {
            _giveLeave(vehicleId, caller, ledger.titleOf(vehicleId).holder, block.timestamp + 1 days);
        }
        (uint256 partId, uint40 count) = _carried(vehicleId, partSeed, quantity / 2);
        uint64 role = _roleOf(caller);
        RecordInput memory record = _input(vehicleId, PART_REMOVED, uint40(block.timestamp));
        if (partSeed % 32 == 3) record.kind = PART_FITTED;

        bytes4 refusal = _whyNotUnfit(partId, count, vehicleId);
        if (refusal == CARRIED_OUT) refusal = _whyNotRecord(caller, role, vehicleId, role != Roles.SUPPLIER);
        bytes4 obstacle = _whyNotRemovable(vehicleId, caller);
        if (obstacle != CARRIED_OUT) refusal = obstacle;
        if (record.kind != PART_REMOVED) refusal = IPartTwins.PartsRecordKind.selector;

        if (refusal == CARRIED_OUT) _expect(record, caller, role, 0, 1);
        bytes memory data = abi.encodeCall(PartTwins.removePart, (partId, count, record, role));
        if (!_act(caller, address(parts), data, refusal, "P3 removal")) return;
        partLedger.noteRemoved(caller, partId, count, vehicleId);
    }

    /// @dev The recycler that destroyed a vehicle, or another, takes up to two of its parts.
    function release(uint256 vehicleSeed, uint256 partSeed, uint256 whoSeed, uint256 flaw) external {
        uint256 vehicleId = _laden(vehicleSeed, true);
        if (!_isRegistered(vehicleId)) return;
        address caller = whoSeed % 8 == 5 ? _somebody(whoSeed / 8) : _destroyerOf(vehicleId);
        PartAmount[] memory rows = new PartAmount[](flaw % 16 == 1 ? 0 : 1 + (partSeed % 2));
        for (uint256 i = 0; i < rows.length; ++i) {
            uint256 seed = uint256(keccak256(abi.encode(partSeed, i)));
            (rows[i].partId, rows[i].quantity) = _carried(vehicleId, seed, seed / 64);
        }
        RecordInput memory record = _input(vehicleId, PART_REMOVED, uint40(block.timestamp));
        if (flaw % 16 == 2) record.kind = PART_FITTED;
        // now and then the birth in place of the destruction
        uint32 index = flaw % 8 == 3 ? 1 : partLedger.destructionOf(vehicleId);
        RecordProof memory proof = ledger.proofOf(vehicleId, index == 0 ? 1 : index);

        bytes4 refusal = _whyNotRelease(vehicleId, rows, caller);
        bool isProven = index > 1 && caller == _destroyerOf(vehicleId);
        if (!isProven) refusal = IPartTwins.PartsDestructionUnproven.selector;
        if (record.kind != PART_REMOVED) refusal = IPartTwins.PartsRecordKind.selector;
        if (rows.length == 0) refusal = IPartTwins.PartsBatchLength.selector;

        if (refusal == CARRIED_OUT) _expect(record, caller, Roles.RECYCLER, 0, 1);
        bytes memory data = abi.encodeCall(PartTwins.releaseParts, (rows, record, proof));
        if (!_act(caller, address(parts), data, refusal, "P3 release")) return;
        for (uint256 i = 0; i < rows.length; ++i) {
            partLedger.noteRemoved(caller, rows[i].partId, rows[i].quantity, vehicleId);
        }
    }

    function _whyNotRelease(
        uint256 vehicleId,
        PartAmount[] memory rows,
        address caller
    ) private view returns (bytes4 refusal) {
        for (uint256 i = 0; i < rows.length; ++i) {
            refusal = _whyNotUnfit(rows[i].partId, rows[i].quantity, vehicleId);
            if (refusal != CARRIED_OUT) return refusal;
            if (i == 0 || rows[0].partId != rows[1].partId) continue;
            uint256 both = uint256(rows[0].quantity) + rows[1].quantity;
            if (uint32(rows[0].partId) != 0 || both > partLedger.fittedOf(rows[0].partId >> 32, vehicleId)) {
                return IPartTwins.PartsNotFitted.selector;
            }
        }
        return _whyNotRecord(caller, Roles.RECYCLER, vehicleId, true);
    }

    function _whyNotUnfit(uint256 partId, uint256 quantity, uint256 vehicleId) private view returns (bytes4) {
        uint256 lotId = partId >> 32;
        PartLedger.Batch memory lot = partLedger.lotOf(lotId);
        if (lot.form == LotForm.None) return IPartTwins.PartsLotUnknown.selector;
        bool isFitted =
            lot.form == LotForm.Serialised
                ? quantity == 1 && partLedger.unitOf(partId).vehicleId == vehicleId
                : quantity != 0 && uint32(partId) == 0 && quantity <= partLedger.fittedOf(lotId, vehicleId);
        return isFitted ? CARRIED_OUT : IPartTwins.PartsNotFitted.selector;
    }

    function _whyNotRemovable(uint256 vehicleId, address caller) private view returns (bytes4) {
        Ledger.Title memory ghost = ledger.titleOf(vehicleId);
        PartLedger.Leave memory given = partLedger.leaveOf(vehicleId, caller);
        if (ghost.status == TitleStatus.Destroyed) return IWorkOrders.WorkOrdersVehicleDestroyed.selector;
        if (ghost.locks & THEFT_OR_COURT != 0) return IWorkOrders.WorkOrdersVehicleLocked.selector;
        if (ghost.mints == 0) return IERC721Errors.ERC721NonexistentToken.selector;
        if (ghost.holder == caller) return CARRIED_OUT;
        bool isOpen = given.expiresAt >= block.timestamp && given.transfers == ghost.transfers;
        return isOpen ? CARRIED_OUT : IWorkOrders.WorkOrdersNotAuthorised.selector;
    }

    /* WORK ORDERS */

    function giveLeave(uint256 vehicleSeed, uint256 toSeed, uint256 whoSeed, uint256 time) external {
        uint256 vehicleId = _known(vehicleSeed);
        address caller = whoSeed % 8 == 5 ? _somebody(whoSeed / 8) : ledger.titleOf(vehicleId).holder;
        if (caller == address(0)) caller = STRANGER;
        _giveLeave(
            vehicleId,
            _fitter(toSeed),
            caller,
            time % 8 == 0 ? 0 : block.timestamp + (time % 40 days)
        );
    }

    function _giveLeave(uint256 vehicleId, address to, address caller, uint256 expiresAt) internal {
        Ledger.Title memory ghost = ledger.titleOf(vehicleId);
        bytes4 refusal = caller == ghost.holder ? CARRIED_OUT : IWorkOrders.WorkOrdersNotHolder.selector;
        if (ghost.mints == 0) refusal = IERC721Errors.ERC721NonexistentToken.selector;
        bytes memory data = abi.encodeCall(WorkOrders.giveWorkOrder, (vehicleId, to, uint40(expiresAt)));
        if (!_act(caller, address(workOrders), data, refusal, "P3 work order")) return;
        partLedger.noteLeave(vehicleId, to, expiresAt, ghost.transfers);
    }

    /* FREE UNITS */

    /// @dev Whatever there is, wherever it is: from its holder, from whoever has its leave, from a vehicle.
    function send(uint256 fromSeed, uint256 toSeed, uint256 partSeed, uint256 quantity) external {
        address from = _somebody(fromSeed);
        address caller = from;
        if (fromSeed % 8 == 3) from = partLedger.accountOf(_laden(fromSeed / 8, false));
        if (fromSeed % 8 == 4) from = address(custody);
        if (fromSeed % 16 == 3) caller = from; // what no vehicle can do itself
        uint256 partId = _held(from, partSeed, false);
        if (fromSeed % 8 == 3) (partId, ) = _carried(_laden(fromSeed / 8, false), partSeed, 0);
        address to = _somebody(toSeed);
        if (toSeed % 16 == 5) to = address(0);
        if (toSeed % 16 == 6) to = address(custody);
        if (toSeed % 16 == 7) to = partLedger.accountOf(_vehicle(toSeed / 16));
        _send(caller, from, to, partId, _quantity(from, partId, quantity));
    }

    function reportTheft(uint256 whoSeed, uint256 partSeed, bool isStolen) external {
        address caller = _somebody(whoSeed);
        _supply(caller, partSeed, true);
        uint256 partId = _heldUnit(caller, partSeed);
        PartLedger.Piece memory unit = partLedger.unitOf(partId);
        // what was stolen is mostly found again
        if (partSeed % 4 != 0 && unit.state == UnitState.Stolen) isStolen = false;

        bytes4 refusal =
            unit.state == (isStolen ? UnitState.Free : UnitState.Stolen)
                ? CARRIED_OUT
                : IPartTwins.PartsUnitState.selector;
        if (unit.holder != caller) refusal = INSUFFICIENT;
        bytes memory data = abi.encodeCall(PartTwins.reportTheft, (partId, isStolen));
        if (_act(caller, address(parts), data, refusal, "P3 theft")) partLedger.noteTheft(partId, isStolen);
    }

    function changeService(uint256 whoSeed, uint256 partSeed, uint256 status, uint256 flaw) external {
        address caller = _fitter(whoSeed);
        _supply(caller, partSeed, true);
        uint256 partId = _heldUnit(caller, partSeed);
        uint64 role = _roleOf(caller);
        ServiceStatus service = ServiceStatus(status % 5);
        bytes32 document = flaw % 16 == 1 ? bytes32(0) : keccak256("passport");

        bytes4 refusal = _whyNotUnit(caller, partId, 1, 0);
        bool isNew = service != ServiceStatus.Original && service != partLedger.unitOf(partId).service;
        if (refusal == CARRIED_OUT && !isNew) refusal = IPartTwins.PartsServiceInvalid.selector;
        if (document == 0) refusal = IPartTwins.PartsDocumentMissing.selector;
        if (!roster.isActive(role, caller)) refusal = MemberAccess.AccessNotMember.selector;
        if (role == Roles.SUPPLIER) refusal = IPartTwins.PartsRoleNotAllowed.selector;
        bytes memory data = abi.encodeCall(PartTwins.changeService, (partId, service, document, role));
        if (!_act(caller, address(parts), data, refusal, "P3 service")) return;
        partLedger.noteService(partId, service);
    }

    /* WHO AND WHAT */

    /// @dev Mostly a workshop, else another member, rarely anybody.
    function _fitter(uint256 seed) internal view returns (address) {
        return _member(seed % 5 == 4 ? Roles.MANUFACTURER : Roles.WORKSHOP, seed / 5);
    }

    /// @dev A vehicle that carries something, destroyed or not, when there is one.
    function _laden(uint256 seed, bool isDestroyed) internal view returns (uint256 vehicleId) {
        for (uint256 i = 0; i < vehicles.length; ++i) {
            vehicleId = _vehicle((seed % vehicles.length) + i);
            bool matches = (ledger.titleOf(vehicleId).status == TitleStatus.Destroyed) == isDestroyed;
            if (seed % 16 == 15 || (matches && partLedger.carriedBy(vehicleId).length != 0)) return vehicleId;
        }
    }

    /// @dev A part that a vehicle carries, and how many of it; rarely one that it does not carry, or too many.
    function _carried(
        uint256 vehicleId,
        uint256 seed,
        uint256 quantity
    ) private view returns (uint256 partId, uint40 count) {
        uint256[] memory partIds = partLedger.carriedBy(vehicleId);
        if (partIds.length == 0 || seed % 16 == 9) return (_held(_somebody(seed), seed, true), 1);
        partId = partIds[(seed / 16) % partIds.length];
        if (uint32(partId) != 0) return (partId, quantity % 16 == 9 ? 2 : 1);
        uint256 fitted = partLedger.fittedOf(partId >> 32, vehicleId);
        count = uint40(1 + ((quantity / 16) % fitted));
        if (quantity % 16 == 9) count = uint40(fitted + 1);
    }

    function _destroyerOf(uint256 vehicleId) private view returns (address) {
        uint32 index = partLedger.destructionOf(vehicleId);
        return index == 0 ? STRANGER : ledger.entryOf(vehicleId, index).author;
    }

    function _whyNotRecord(
        address caller,
        uint64 role,
        uint256 vehicleId,
        bool isWriter
    ) private view returns (bytes4) {
        if (!roster.isActive(role, caller)) return MemberAccess.AccessNotMember.selector;
        if (!isWriter) return IVehicleRecords.RecordsWriterNotAllowed.selector;
        bool isKnown = ledger.titleOf(vehicleId).mints != 0;
        return isKnown ? CARRIED_OUT : IVehicleRecords.RecordsVehicleUnknown.selector;
    }
}
