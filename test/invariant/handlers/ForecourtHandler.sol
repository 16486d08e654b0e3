// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IERC7943NonFungible} from "../../../contracts/interfaces/IERC7943NonFungible.sol";
import {IVehicleTitle} from "../../../contracts/interfaces/IVehicleTitle.sol";
import {RecordInput} from "../../../contracts/types/RecordTypes.sol";
import {TitleStatus} from "../../../contracts/types/TitleTypes.sol";
import {VehicleTitle} from "../../../contracts/vehicle/VehicleTitle.sol";
import {Ledger} from "./Ledger.sol";
import {PartHandler} from "./PartHandler.sol";

/// @dev What happens to vehicles while parts are on them: they are sold, locked and scrapped, and time passes.
abstract contract ForecourtHandler is PartHandler {
    uint8 private constant DESTRUCTION = 13;
    uint256 private constant THEFT = 2;
    uint256 private constant COURT = 4;
    uint256 private constant LEAST_ALIVE = 2; // lest nothing is left to fit parts to

    /// @dev To anybody of the cast: workshops and recyclers hold titles as well.
    function sell(uint256 vehicleSeed, uint256 toSeed, uint256 whoSeed) external {
        uint256 vehicleId = _known(vehicleSeed);
        address caller = whoSeed % 8 == 5 ? _somebody(whoSeed / 8) : ledger.titleOf(vehicleId).holder;
        _sell(vehicleId, _somebody(toSeed), caller == address(0) ? STRANGER : caller);
    }

    function _sell(uint256 vehicleId, address to, address caller) internal {
        Ledger.Title memory ghost = ledger.titleOf(vehicleId);
        bytes4 refusal = CARRIED_OUT;
        if (ghost.locks & THEFT != 0) refusal = IVehicleTitle.TitleLocked.selector;
        if (ghost.locks & COURT != 0)
            refusal = IERC7943NonFungible.ERC7943InsufficientUnfrozenBalance.selector;
        if (ghost.status == TitleStatus.Destroyed) refusal = IVehicleTitle.TitleDestroyed.selector;
        if (ghost.holder != caller) refusal = IERC721Errors.ERC721InsufficientApproval.selector;
        if (ghost.mints == 0) refusal = IERC721Errors.ERC721NonexistentToken.selector;
        bytes memory data = abi.encodeCall(IERC721.transferFrom, (ghost.holder, to, vehicleId));
        _act(caller, address(title), data, refusal, "P3 sale");
    }

    /// @dev Turns the theft or the court's lock. What is locked is freed twice as often.
    function turnLock(uint256 vehicleSeed, uint256 lockSeed, uint256 whoSeed) external {
        uint256 vehicleId = _known(vehicleSeed);
        uint8 lock = lockSeed % 4 == 0 ? 2 : 1;
        for (uint256 i = 0; i < vehicles.length && whoSeed % 3 != 0; ++i) {
            uint256 locks = ledger.titleOf(vehicles[i]).locks & (THEFT | COURT);
            if (locks == 0 || ledger.titleOf(vehicles[i]).status == TitleStatus.Destroyed) continue;
            (vehicleId, lock) = (vehicles[i], locks & THEFT != 0 ? 1 : 2);
        }
        uint64 controller = lock == 1 ? Roles.REGISTRAR : Roles.COURT;
        address caller = _member(controller, whoSeed);
        Ledger.Title memory ghost = ledger.titleOf(vehicleId);
        bool isSet = (ghost.locks >> lock) & 1 == 1;

        bytes4 refusal = CARRIED_OUT;
        if (ghost.status == TitleStatus.Destroyed) refusal = IVehicleTitle.TitleDestroyed.selector;
        if (!roster.isActive(controller, caller)) refusal = IVehicleTitle.TitleLockForeign.selector;
        if (ghost.mints == 0) refusal = IERC721Errors.ERC721NonexistentToken.selector;
        bytes memory data =
            isSet
                ? abi.encodeCall(VehicleTitle.unlockTitle, (vehicleId, lock))
                : abi.encodeCall(VehicleTitle.lockTitle, (vehicleId, lock));
        _act(caller, address(title), data, refusal, "P3 lock");
    }

    /// @dev Half of the time the holder sells to the recycler before.
    function scrap(uint256 vehicleSeed, uint256 whoSeed, uint256 sale) external {
        uint256 alive;
        for (uint256 i = 0; i < vehicles.length; ++i) {
            if (ledger.titleOf(vehicles[i]).status == TitleStatus.Active) ++alive;
        }
        uint256 vehicleId = _known(vehicleSeed);
        address caller = _member(Roles.RECYCLER, whoSeed);
        Ledger.Title memory ghost = ledger.titleOf(vehicleId);
        if (ghost.status == TitleStatus.Active && alive <= LEAST_ALIVE) return;
        if (sale % 2 == 0 && ghost.mints != 0) _sell(vehicleId, caller, ghost.holder);
        _destroy(vehicleId, caller);
    }

    function _destroy(uint256 vehicleId, address caller) internal {
        Ledger.Title memory ghost = ledger.titleOf(vehicleId);
        RecordInput memory record = _input(vehicleId, DESTRUCTION, uint40(block.timestamp));

        bytes4 refusal = CARRIED_OUT;
        if (ghost.locks & (THEFT | COURT) != 0) refusal = IVehicleTitle.TitleLocked.selector;
        if (ghost.holder != caller) refusal = IVehicleTitle.TitleNotHolder.selector;
        if (ghost.status == TitleStatus.Destroyed) refusal = IVehicleTitle.TitleDestroyed.selector;
        if (ghost.mints == 0) refusal = IERC721Errors.ERC721NonexistentToken.selector;
        if (!roster.isActive(Roles.RECYCLER, caller)) refusal = _unlessRestricted(Roles.RECYCLER, caller);

        if (refusal == CARRIED_OUT) _expect(record, caller, Roles.RECYCLER, 0, 1);
        bytes memory data = abi.encodeCall(VehicleTitle.destroyVehicle, (record));
        if (!_act(caller, address(title), data, refusal, "P3 destruction")) return;
        partLedger.noteDestruction(vehicleId, ledger.countOf(vehicleId));
    }

    function passTime(uint256 seed) external {
        vm.warp(block.timestamp + bound(seed, 1 hours, 10 days));
    }
}
