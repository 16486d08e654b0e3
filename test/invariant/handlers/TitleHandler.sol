// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {MemberAccess} from "../../../contracts/access/MemberAccess.sol";
import {IERC7943NonFungible} from "../../../contracts/interfaces/IERC7943NonFungible.sol";
import {IVehicleRecords} from "../../../contracts/interfaces/IVehicleRecords.sol";
import {IVehicleTitle} from "../../../contracts/interfaces/IVehicleTitle.sol";
import {OdometerUnit, RecordInput} from "../../../contracts/types/RecordTypes.sol";
import {TitleStatus} from "../../../contracts/types/TitleTypes.sol";
import {VehicleTitle} from "../../../contracts/vehicle/VehicleTitle.sol";
import {Handler} from "./Handler.sol";
import {Ledger} from "./Ledger.sol";

/// @dev Registration, sale, approval, use and locks, by those who may and those who may not.
abstract contract TitleHandler is Handler {
    uint256 internal constant STOPS_TRANSFER = 0xffff - 8 - 32;
    uint256 private constant STOPS_USER = 2 + 4 + 8;

    /* REGISTRATION */

    function register(uint256 vehicleSeed, uint256 memberSeed, uint256 holderSeed, uint256 age) external {
        bool isNewCar = memberSeed % 4 != 3;
        uint64 role = isNewCar ? Roles.MANUFACTURER : Roles.REGISTRAR;
        address member = _memberOrStranger(role, memberSeed);
        uint256 vehicleId = _vehicle(vehicleSeed);
        RecordInput memory birth = _birth(vehicleId, isNewCar, age);

        bytes4 refusal = CARRIED_OUT;
        if (!roster.isActive(role, member)) refusal = MemberAccess.AccessNotMember.selector;
        if (memberSeed % 16 == 5) {
            birth.kind = isNewCar ? 2 : 1; // the other class's birth record
            refusal = IVehicleRecords.RecordsWriterNotAllowed.selector;
        }
        if (_isRegistered(vehicleId)) refusal = IVehicleTitle.TitleExists.selector;

        if (refusal == CARRIED_OUT) _expect(birth, member, role, 0, 1);
        bytes memory data = abi.encodeCall(VehicleTitle.registerVehicle, (_holder(holderSeed), birth, role));
        _call(member, address(title), data, refusal, "T1 registration");
    }

    function registerBoth(uint256 vehicleSeed, uint256 holderSeed, uint256 age) external {
        address member = roster.some(Roles.MANUFACTURER, 1);
        address[] memory to = new address[](2);
        RecordInput[] memory births = new RecordInput[](2);
        bytes4 refusal = CARRIED_OUT;
        for (uint256 i = 0; i < 2; ++i) {
            // now and then the same vehicle twice
            uint256 vehicleId = _vehicle((vehicleSeed % vehicles.length) + (age % 4 == 0 ? 0 : i));
            births[i] = _birth(vehicleId, true, age);
            to[i] = _holder((holderSeed % holders.length) + i);
            if (_isRegistered(vehicleId)) refusal = IVehicleTitle.TitleExists.selector;
        }
        if (births[0].vehicleId == births[1].vehicleId) refusal = IVehicleTitle.TitleExists.selector;
        if (refusal == CARRIED_OUT) {
            _expect(births[0], member, Roles.MANUFACTURER, 0, 1);
            _expect(births[1], member, Roles.MANUFACTURER, 0, 1);
        }
        bytes memory data = abi.encodeCall(VehicleTitle.registerVehicles, (to, births, Roles.MANUFACTURER));
        _call(member, address(title), data, refusal, "T1 registration of a batch");
    }

    function _birth(
        uint256 vehicleId,
        bool isNewCar,
        uint256 age
    ) private returns (RecordInput memory birth) {
        birth = _input(vehicleId, isNewCar ? 1 : 2, uint40(block.timestamp - bound(age, 0, 3_000 days)));
        if (age % 2 == 0) return birth;
        birth.odometer = uint32(age % 50_000);
        birth.odometerUnit = age % 3 == 0 ? OdometerUnit.Mi : OdometerUnit.Km;
    }

    /* SALE */

    function transfer(uint256 vehicleSeed, uint256 toSeed, uint256 callerSeed, bool isSafe) external {
        uint256 vehicleId = _known(vehicleSeed);
        _transfer(vehicleId, _holder(toSeed), _party(vehicleId, callerSeed), isSafe);
    }

    /// @dev A title that is free is sold by its holder: as it is, while lent, while rented, or when it has just been
    /// locked, in vain.
    function sell(uint256 vehicleSeed, uint256 toSeed, uint256 way, uint256 lockSeed) external {
        for (uint256 i = 0; i < vehicles.length; ++i) {
            uint256 vehicleId = _vehicle((vehicleSeed % vehicles.length) + i);
            address holder = ledger.titleOf(vehicleId).holder;
            if (_whyNotTransfer(vehicleId, holder) != CARRIED_OUT) continue;

            bool isRented = ledger.titleOf(vehicleId).locks & 32 != 0;
            address rental = roster.some(Roles.RENTAL_CONTROLLER, 1);
            if (way % 8 == 7) _lockFree(vehicleId, lockSeed);
            if (way % 4 == 2) _setLock(vehicleId, 5, rental, isRented = !isRented);
            if (way % 4 != 0) {
                address lender = isRented ? rental : holder;
                _setUser(vehicleId, lender, STRANGER, uint64(block.timestamp + 9 days));
            }
            return _transfer(vehicleId, _holder(toSeed), holder, way % 16 < 8);
        }
    }

    /// @dev Sets a lock that stops transfers, on a title that has none.
    function _lockFree(uint256 vehicleId, uint256 seed) private {
        uint8[4] memory stopping = [0, 1, 2, 4];
        uint8 lock = stopping[seed % 4];
        _setLock(vehicleId, lock, roster.some(_controllerOf(lock), 1), true);
    }

    function _transfer(uint256 vehicleId, address to, address caller, bool isSafe) private {
        address from = ledger.titleOf(vehicleId).holder;
        bytes memory data =
            isSafe
                ? abi.encodeWithSignature("safeTransferFrom(address,address,uint256)", from, to, vehicleId)
                : abi.encodeCall(IERC721.transferFrom, (from, to, vehicleId));
        _call(caller, address(title), data, _whyNotTransfer(vehicleId, caller), "T2 transfer");
    }

    function approve(uint256 vehicleSeed, uint256 toSeed, uint256 callerSeed) external {
        uint256 vehicleId = _known(vehicleSeed);
        address holder = ledger.titleOf(vehicleId).holder;
        address caller = _party(vehicleId, callerSeed);
        address to = _holder(toSeed);

        bytes4 refusal = CARRIED_OUT;
        if (caller != holder && !title.isApprovedForAll(holder, caller)) {
            refusal = IERC721Errors.ERC721InvalidApprover.selector;
        }
        if (ledger.titleOf(vehicleId).status == TitleStatus.Destroyed) {
            refusal = IVehicleTitle.TitleDestroyed.selector;
        }
        if (!_isRegistered(vehicleId)) refusal = IERC721Errors.ERC721NonexistentToken.selector;
        _call(
            caller,
            address(title),
            abi.encodeCall(IERC721.approve, (to, vehicleId)),
            refusal,
            "T4 approval"
        );
        if (refusal == CARRIED_OUT) ledger.noteApproval(vehicleId, to);
    }

    function setOperator(uint256 holderSeed, uint256 operatorSeed, bool isOperator) external {
        bytes memory data = abi.encodeCall(IERC721.setApprovalForAll, (_holder(operatorSeed), isOperator));
        _call(_holder(holderSeed), address(title), data, CARRIED_OUT, "T4 operator");
    }

    function _whyNotTransfer(uint256 vehicleId, address caller) private view returns (bytes4) {
        Ledger.Title memory ghost = ledger.titleOf(vehicleId);
        if (!_isRegistered(vehicleId)) return IERC721Errors.ERC721NonexistentToken.selector;
        if (!_isAuthorized(ghost, caller)) return IERC721Errors.ERC721InsufficientApproval.selector;
        if (ghost.status == TitleStatus.Destroyed) return IVehicleTitle.TitleDestroyed.selector;
        if (ghost.locks & 4 != 0) return IERC7943NonFungible.ERC7943InsufficientUnfrozenBalance.selector;
        if (ghost.locks & STOPS_TRANSFER != 0) return IVehicleTitle.TitleLocked.selector;
        return CARRIED_OUT;
    }

    /* USE */

    function setUser(uint256 vehicleSeed, uint256 userSeed, uint256 callerSeed, uint256 time) external {
        uint256 vehicleId = _known(vehicleSeed);
        address caller =
            callerSeed % 4 == 0 ? roster.some(Roles.RENTAL_CONTROLLER, 1) : _party(vehicleId, callerSeed);
        address user = userSeed % 5 == 0 ? address(0) : _holder(userSeed);
        uint64 expires = uint64(block.timestamp + bound(time, 0, 100 days) - (time % 7 == 0 ? 1 : 0));
        _setUser(vehicleId, caller, user, expires);
    }

    function _setUser(uint256 vehicleId, address caller, address user, uint64 expires) internal {
        bytes4 refusal = _whyNotUser(vehicleId, caller, user, expires);
        bytes memory data = abi.encodeCall(VehicleTitle.setUser, (vehicleId, user, expires));
        _call(caller, address(title), data, refusal, "T4 user");
        if (refusal == CARRIED_OUT) ledger.noteUser(vehicleId, user, user == address(0) ? 0 : expires);
    }

    function _whyNotUser(
        uint256 vehicleId,
        address caller,
        address user,
        uint64 expires
    ) private view returns (bytes4) {
        Ledger.Title memory ghost = ledger.titleOf(vehicleId);
        if (!_isRegistered(vehicleId)) return IERC721Errors.ERC721NonexistentToken.selector;
        if (ghost.status == TitleStatus.Destroyed) return IVehicleTitle.TitleDestroyed.selector;
        if (ghost.locks & 32 != 0) {
            if (!roster.isActive(Roles.RENTAL_CONTROLLER, caller))
                return IVehicleTitle.TitleLockForeign.selector;
        } else if (!_isAuthorized(ghost, caller)) {
            return IVehicleTitle.TitleNotHolder.selector;
        }
        if (user == address(0)) return CARRIED_OUT;
        if (ghost.locks & STOPS_USER != 0) return IVehicleTitle.TitleLocked.selector;
        return expires < block.timestamp ? IVehicleTitle.TitleUserExpired.selector : CARRIED_OUT;
    }

    /* LOCKS */

    /// @dev Two in three calls turn the bit, one asks for what it is already. Half of the calls go for a lock in force,
    /// lest all titles end up locked.
    function setLock(uint256 vehicleSeed, uint256 lockSeed, uint256 callerSeed, uint256 turn) external {
        uint256 vehicleId = _known(vehicleSeed);
        uint8 lock = uint8(lockSeed % 8 < 6 ? lockSeed % 8 : lockSeed % 20);
        uint16 locks = ledger.titleOf(vehicleId).locks;
        if (turn % 2 == 0 && locks != 0) for (lock = 0; (locks >> lock) & 1 == 0;) ++lock;
        uint64 controller = _controllerOf(lock);
        address caller =
            controller == 0 || callerSeed % 6 == 5
                ? roster.some(_controllerOf(uint8(callerSeed % 6)), callerSeed)
                : roster.some(controller, callerSeed);
        bool isSet = (locks >> lock) & 1 == 1;
        _setLock(vehicleId, lock, caller, turn % 3 == 0 ? isSet : !isSet);
    }

    function _setLock(uint256 vehicleId, uint8 lock, address caller, bool wants) private {
        uint64 controller = _controllerOf(lock);
        bool isSet = (ledger.titleOf(vehicleId).locks >> lock) & 1 == 1;
        bytes4 refusal = CARRIED_OUT;
        if (wants == isSet) refusal = IVehicleTitle.TitleLockUnchanged.selector;
        if (ledger.titleOf(vehicleId).status == TitleStatus.Destroyed) {
            refusal = IVehicleTitle.TitleDestroyed.selector;
        }
        if (controller == 0 || !roster.isActive(controller, caller))
            refusal = IVehicleTitle.TitleLockForeign.selector;
        if (!_isRegistered(vehicleId)) refusal = IERC721Errors.ERC721NonexistentToken.selector;

        bytes memory data =
            wants
                ? abi.encodeCall(VehicleTitle.lockTitle, (vehicleId, lock))
                : abi.encodeCall(VehicleTitle.unlockTitle, (vehicleId, lock));
        _call(caller, address(title), data, refusal, "T2 lock");
    }

    function _controllerOf(uint8 lock) private pure returns (uint64) {
        if (lock == 0) return Roles.LIEN_CONTROLLER;
        if (lock == 1) return Roles.REGISTRAR;
        if (lock == 2) return Roles.COURT;
        if (lock == 3) return Roles.SAFETY_CONTROLLER;
        if (lock == 4) return Roles.SALE_CONTROLLER;
        return lock == 5 ? Roles.RENTAL_CONTROLLER : 0;
    }

    /* WHO */

    /// @dev Mostly the holder, else who is approved, or anybody of the cast.
    function _party(uint256 vehicleId, uint256 seed) private view returns (address) {
        Ledger.Title memory ghost = ledger.titleOf(vehicleId);
        if (seed % 4 < 2) return ghost.holder == address(0) ? STRANGER : ghost.holder;
        if (seed % 4 == 2 && ghost.approved != address(0)) return ghost.approved;
        return seed % 8 == 3 ? STRANGER : _holder(seed / 8);
    }

    function _isAuthorized(Ledger.Title memory ghost, address caller) private view returns (bool) {
        return
            caller == ghost.holder ||
            caller == ghost.approved ||
            title.isApprovedForAll(ghost.holder, caller);
    }
}
