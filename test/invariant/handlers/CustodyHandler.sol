// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {MemberAccess} from "../../../contracts/access/MemberAccess.sol";
import {IVehicleTitle} from "../../../contracts/interfaces/IVehicleTitle.sol";
import {OdometerUnit, RecordInput} from "../../../contracts/types/RecordTypes.sol";
import {TitleStatus} from "../../../contracts/types/TitleTypes.sol";
import {VehicleTitle} from "../../../contracts/vehicle/VehicleTitle.sol";
import {Ledger} from "./Ledger.sol";
import {TitleHandler} from "./TitleHandler.sol";

/// @dev What courts, registrars, guardians and recyclers do with a title: freeze, force, cancel, export, import, scrap.
abstract contract CustodyHandler is TitleHandler {
    uint256 private constant FORCED_TRANSFER_DELAY = 14 days;
    uint256 private constant WINDOW = 30 days;
    uint16 private constant COURT_BIT = 4;

    /* FORCED TRANSFER */

    /// @dev The whole way of an order, with a wait that is too short, right or too long.
    function courtCase(uint256 vehicleSeed, uint256 toSeed, uint256 wait, uint256 whoSeed) external {
        uint256 vehicleId = _known(vehicleSeed);
        if (ledger.titleOf(vehicleId).locks & COURT_BIT == 0) _freeze(vehicleId, true, 0);
        _request(vehicleId, _holder(toSeed), 0);
        vm.warp(block.timestamp + bound(wait, 0, FORCED_TRANSFER_DELAY + WINDOW + 2 days));
        if (whoSeed % 5 == 0) _cancel(vehicleId, whoSeed / 5);
        if (whoSeed % 7 == 3) _freeze(vehicleId, false, 0); // the court lets go, and its order ends
        _execute(vehicleId, whoSeed / 5);
    }

    function freeze(uint256 vehicleSeed, bool isFrozen, uint256 whoSeed) external {
        _freeze(_known(vehicleSeed), isFrozen, whoSeed);
    }

    function requestForced(uint256 vehicleSeed, uint256 toSeed, uint256 whoSeed) external {
        _request(_known(vehicleSeed), _holder(toSeed), whoSeed);
    }

    function cancelForced(uint256 vehicleSeed, uint256 whoSeed) external {
        _cancel(_known(vehicleSeed), whoSeed);
    }

    function executeForced(uint256 vehicleSeed, uint256 whoSeed) external {
        _execute(_known(vehicleSeed), whoSeed);
    }

    function _freeze(uint256 vehicleId, bool isFrozen, uint256 whoSeed) private {
        Ledger.Title memory ghost = ledger.titleOf(vehicleId);
        address caller = _memberOrStranger(Roles.COURT, whoSeed);

        bytes4 refusal = CARRIED_OUT;
        if (!roster.isActive(Roles.COURT, caller)) refusal = IVehicleTitle.TitleLockForeign.selector;
        if (ghost.status == TitleStatus.Destroyed) refusal = IVehicleTitle.TitleDestroyed.selector;
        if (!_isRegistered(vehicleId)) refusal = IERC721Errors.ERC721NonexistentToken.selector;

        bytes memory data = abi.encodeCall(VehicleTitle.setFrozenTokens, (ghost.holder, vehicleId, isFrozen));
        _call(caller, address(title), data, refusal, "T2 freeze");
    }

    function _request(uint256 vehicleId, address to, uint256 whoSeed) private {
        Ledger.Title memory ghost = ledger.titleOf(vehicleId);
        Ledger.Case memory pending = ledger.caseOf(vehicleId);
        address caller = _memberOrStranger(Roles.COURT, whoSeed);

        bytes4 refusal = CARRIED_OUT;
        if (pending.isOpen && block.timestamp <= pending.askedAt + FORCED_TRANSFER_DELAY + WINDOW) {
            refusal = IVehicleTitle.TitleForcedTransferPending.selector;
        }
        if (ghost.locks & COURT_BIT == 0) refusal = IVehicleTitle.TitleNotFrozen.selector;
        if (ghost.status == TitleStatus.Destroyed) refusal = IVehicleTitle.TitleDestroyed.selector;
        if (!_isRegistered(vehicleId)) refusal = IERC721Errors.ERC721NonexistentToken.selector;
        if (!roster.isActive(Roles.COURT, caller)) refusal = _unlessRestricted(Roles.COURT, caller);

        bytes32 evidence = keccak256(abi.encode("order", vehicleId, block.timestamp));
        bytes memory data = abi.encodeCall(
            VehicleTitle.requestForcedTransfer,
            (ghost.holder, to, vehicleId, evidence)
        );
        _call(caller, address(title), data, refusal, "T2 request");
    }

    function _cancel(uint256 vehicleId, uint256 whoSeed) private {
        address caller = whoSeed % 8 == 7 ? STRANGER : guardian;
        bytes4 refusal = CARRIED_OUT;
        if (!ledger.caseOf(vehicleId).isOpen) refusal = IVehicleTitle.TitleForcedTransferUnknown.selector;
        if (caller == STRANGER) refusal = MemberAccess.AccessNotMember.selector;
        bytes memory data = abi.encodeCall(VehicleTitle.cancelForcedTransfer, (vehicleId));
        _call(caller, address(title), data, refusal, "T2 cancellation");
    }

    function _execute(uint256 vehicleId, uint256 whoSeed) private {
        Ledger.Case memory pending = ledger.caseOf(vehicleId);
        address caller = _memberOrStranger(Roles.REGISTRAR, whoSeed);
        address to = whoSeed % 7 == 6 ? STRANGER : pending.to; // now and then not the party that was asked for

        bytes4 refusal = _whyNotExecute(pending, to);
        if (!roster.isActive(Roles.REGISTRAR, caller)) refusal = _unlessRestricted(Roles.REGISTRAR, caller);
        if (refusal == CARRIED_OUT) {
            RecordInput memory order = RecordInput({
                vehicleId: vehicleId,
                documentHash: pending.evidence,
                kind: 12,
                code: 0,
                odometer: 0,
                odometerUnit: OdometerUnit.None,
                observedAt: uint40(block.timestamp)
            });
            _expect(order, caller, Roles.REGISTRAR, 0, 1);
        }
        bytes memory data = abi.encodeCall(VehicleTitle.forcedTransfer, (pending.from, to, vehicleId));
        _call(caller, address(title), data, refusal, "T2 forced transfer");
    }

    function _whyNotExecute(Ledger.Case memory pending, address to) private view returns (bytes4) {
        uint256 from = pending.askedAt + FORCED_TRANSFER_DELAY;
        if (!pending.isOpen || to != pending.to) return IVehicleTitle.TitleForcedTransferUnknown.selector;
        bool isInTime = block.timestamp >= from && block.timestamp <= from + WINDOW;
        return isInTime ? CARRIED_OUT : IVehicleTitle.TitleForcedTransferNotInTime.selector;
    }

    /* STATUS */

    function changeStatus(uint256 vehicleSeed, bool isExport, uint256 whoSeed) external {
        uint256 vehicleId = _known(vehicleSeed);
        TitleStatus status = ledger.titleOf(vehicleId).status;
        address caller = _memberOrStranger(Roles.REGISTRAR, whoSeed);
        RecordInput memory input = _input(vehicleId, isExport ? 15 : 14, uint40(block.timestamp));

        bytes4 refusal = CARRIED_OUT;
        if (status != (isExport ? TitleStatus.Active : TitleStatus.Exported)) {
            refusal = IVehicleTitle.TitleStatusUnchangeable.selector;
        }
        if (status == TitleStatus.Destroyed) refusal = IVehicleTitle.TitleDestroyed.selector;
        if (status == TitleStatus.None) refusal = IERC721Errors.ERC721NonexistentToken.selector;
        if (!roster.isActive(Roles.REGISTRAR, caller)) refusal = _unlessRestricted(Roles.REGISTRAR, caller);

        if (refusal == CARRIED_OUT) _expect(input, caller, Roles.REGISTRAR, 0, 1);
        bytes memory data = abi.encodeCall(VehicleTitle.changeStatus, (input));
        _call(caller, address(title), data, refusal, "T3 status");
    }

    /// @dev The holder hands its car over, lent as it may be, or does not, and a recycler scraps it.
    function scrap(uint256 vehicleSeed, uint256 whoSeed, uint256 consentSeed) external {
        uint256 vehicleId = _known(vehicleSeed);
        Ledger.Title memory ghost = ledger.titleOf(vehicleId);
        address caller = _memberOrStranger(Roles.RECYCLER, whoSeed);
        bool isAlive = ghost.status == TitleStatus.Active || ghost.status == TitleStatus.Exported;
        if (consentSeed % 2 == 0 && isAlive) {
            bytes memory consent = abi.encodeCall(IERC721.approve, (caller, vehicleId));
            if (consentSeed % 4 == 0)
                _setUser(vehicleId, ghost.holder, STRANGER, uint64(block.timestamp + 1 days));
            _call(ghost.holder, address(title), consent, CARRIED_OUT, "T3 consent");
            ledger.noteApproval(vehicleId, caller);
        }
        RecordInput memory input = _input(vehicleId, 13, uint40(block.timestamp));

        bytes4 refusal = CARRIED_OUT;
        if (ghost.locks & STOPS_TRANSFER != 0) refusal = IVehicleTitle.TitleLocked.selector;
        if (ledger.titleOf(vehicleId).approved != caller) refusal = IVehicleTitle.TitleNotHolder.selector;
        if (ghost.status == TitleStatus.Destroyed) refusal = IVehicleTitle.TitleDestroyed.selector;
        if (ghost.status == TitleStatus.None) refusal = IERC721Errors.ERC721NonexistentToken.selector;
        if (!roster.isActive(Roles.RECYCLER, caller)) refusal = _unlessRestricted(Roles.RECYCLER, caller);

        if (refusal == CARRIED_OUT) _expect(input, caller, Roles.RECYCLER, 0, 1);
        bytes memory data = abi.encodeCall(VehicleTitle.destroyVehicle, (input));
        _call(caller, address(title), data, refusal, "T3 destruction");
    }
}
