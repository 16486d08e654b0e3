// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC4906} from "@openzeppelin/contracts/interfaces/IERC4906.sol";
import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {IERC5192} from "../../contracts/interfaces/IERC5192.sol";
import {IERC7943NonFungible} from "../../contracts/interfaces/IERC7943NonFungible.sol";
import {IVehicleTitle} from "../../contracts/interfaces/IVehicleTitle.sol";
import {TitleState, TitleStatus} from "../../contracts/types/TitleTypes.sol";
import {TitleTest} from "../helpers/TitleTest.sol";

contract VehicleTitleLocksTest is TitleTest {
    function _foreign(uint8 lock, address caller, uint64 role) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IVehicleTitle.TitleLockForeign.selector, lock, caller, role);
    }

    function _unchanged(uint8 lock, bool isSet) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IVehicleTitle.TitleLockUnchanged.selector, CAR, lock, isSet);
    }

    /// @dev Everybody but the owner of the bit fails to set and to clear it.
    function _assertForeign(uint8 lock, uint64 role) private {
        address[] memory all = _everybody();
        for (uint256 i = 0; i < all.length; ++i) {
            if (role != 0 && all[i] == _controllerOf(lock)) continue;
            vm.prank(all[i]);
            vm.expectRevert(_foreign(lock, all[i], role));
            title.lockTitle(CAR, lock);
            vm.prank(all[i]);
            vm.expectRevert(_foreign(lock, all[i], role));
            title.unlockTitle(CAR, lock);
        }
    }

    /* WHO MAY */

    function test_attack_ForeignController_RevertWhen_SettingOrClearing() public {
        for (uint8 lock = 0; lock < FIRST_FUTURE_LOCK; ++lock) {
            _assertForeign(lock, _roleOfController(lock));
            _lock(lock);
            _assertForeign(lock, _roleOfController(lock));
        }
        assertEq(_locks(), 0x003f, "all six stay set");
    }

    /// @dev The council is a member of role 0, and a bit that was given to nobody says 0: that must not match.
    function test_attack_CouncilLocks_RevertWhen_BitIsUnassigned() public {
        for (uint8 lock = FIRST_FUTURE_LOCK; lock < LOCK_COUNT; ++lock) {
            assertEq(title.lockControllerOf(lock), 0, "nobody owns it");
            _assertForeign(lock, 0);
        }
        assertEq(_locks(), 0, "none set");
    }

    function test_lockTitle_RevertWhen_BitIsUnknown() public {
        uint8[3] memory locks = [16, 17, 255];
        for (uint256 i = 0; i < locks.length; ++i) _assertForeign(locks[i], 0);
        assertEq(_locks(), 0, "none set");
    }

    function test_lockTitle_RevertWhen_ControllerWasExpelled() public {
        _lock(THEFT);
        _expel(registrar);

        vm.prank(registrar);
        vm.expectRevert(_foreign(THEFT, registrar, Roles.REGISTRAR));
        title.unlockTitle(CAR, THEFT);
        assertEq(_locks(), 0x0002, "the lock outlives its controller");
    }

    function test_lockTitle_RevertWhen_ControllerIsBoundToADelay() public {
        consortium.grantRole(Roles.LIEN_CONTROLLER, stranger, 1);

        vm.prank(stranger);
        vm.expectRevert(_foreign(LIEN, stranger, Roles.LIEN_CONTROLLER));
        title.lockTitle(CAR, LIEN);
    }

    /// @dev Any member of the class may clear what another member of it set.
    function test_lockTitle_SecondMemberOfTheClassMay() public {
        _lock(LIEN);
        consortium.grantRole(Roles.LIEN_CONTROLLER, stranger, 0);

        vm.prank(stranger);
        title.unlockTitle(CAR, LIEN);
        assertEq(_locks(), 0, "cleared");
    }

    function test_lockTitle_RevertWhen_Unknown() public {
        vm.startPrank(lienController);
        vm.expectRevert(_nonexistent(OTHER_CAR));
        title.lockTitle(OTHER_CAR, LIEN);
        vm.expectRevert(_nonexistent(OTHER_CAR));
        title.unlockTitle(OTHER_CAR, LIEN);
        vm.stopPrank();
    }

    function test_lockTitle_RevertWhen_SetOrClearedTwice() public {
        for (uint8 lock = 0; lock < FIRST_FUTURE_LOCK; ++lock) {
            vm.prank(_controllerOf(lock));
            vm.expectRevert(_unchanged(lock, false));
            title.unlockTitle(CAR, lock);

            _lock(lock);
            vm.prank(_controllerOf(lock));
            vm.expectRevert(_unchanged(lock, true));
            title.lockTitle(CAR, lock);
        }
    }

    /* WHO OWNS A BIT */

    function test_setLockController_RevertWhen_NotTheCouncil() public {
        address[] memory all = _everybody();
        for (uint256 i = 0; i < all.length; ++i) {
            if (all[i] == address(this)) continue;
            vm.prank(all[i]);
            vm.expectRevert(_unauthorized(all[i]));
            title.setLockController(LIEN, Roles.REGISTRAR);
        }
        assertEq(title.lockControllerOf(LIEN), Roles.LIEN_CONTROLLER, "unchanged");
    }

    function test_setLockController_RevertWhen_BitIsUnknown() public {
        uint8[3] memory locks = [16, 17, 255];
        for (uint256 i = 0; i < locks.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IVehicleTitle.TitleLockUnknown.selector, locks[i], uint8(16))
            );
            title.setLockController(locks[i], Roles.REGISTRAR);
        }
    }

    function test_setLockController_LastBitCanBeGiven() public {
        vm.expectEmit(address(title));
        emit IVehicleTitle.LockControllerSet(15, Roles.SUPPLIER);
        title.setLockController(15, Roles.SUPPLIER);
        assertEq(title.lockControllerOf(15), Roles.SUPPLIER, "owner of the last bit");
    }

    function test_setLockController_MovesThePower() public {
        _lock(LIEN);
        title.setLockController(LIEN, Roles.SALE_CONTROLLER);

        vm.prank(lienController);
        vm.expectRevert(_foreign(LIEN, lienController, Roles.SALE_CONTROLLER));
        title.unlockTitle(CAR, LIEN);
        vm.prank(saleController);
        title.unlockTitle(CAR, LIEN);
        assertEq(_locks(), 0, "cleared by the new owner of the bit");
    }

    function test_setLockController_ToNobodyLeavesTheLock() public {
        _lock(LIEN);
        title.setLockController(LIEN, 0);

        _assertForeign(LIEN, 0);
        assertTrue(title.locked(CAR), "still locked");
    }

    /* WHAT A LOCK DOES */

    function test_lockTitle_SetsAndClearsOnlyItsBit() public {
        _assignFutureLocks();
        uint16 locks;
        for (uint8 lock = 0; lock < LOCK_COUNT; ++lock) {
            vm.expectEmit(address(title));
            emit IVehicleTitle.TitleLockSet(CAR, lock, _controllerOf(lock));
            _lock(lock);
            locks |= uint16(1) << lock;
            _assertState(1, 0, locks, TitleStatus.Active, "set");
        }
        for (uint8 lock = 0; lock < LOCK_COUNT; ++lock) {
            vm.expectEmit(address(title));
            emit IVehicleTitle.TitleLockCleared(CAR, lock, _controllerOf(lock));
            _unlock(lock);
            locks &= ~(uint16(1) << lock);
            _assertState(1, 0, locks, TitleStatus.Active, "cleared");
        }
    }

    function test_lockTitle_LeavesOtherTitlesAlone() public {
        _register(OTHER_CAR, holder);
        _lock(LIEN);
        assertFalse(title.locked(OTHER_CAR), "other title is free");
        assertEq(title.stateOf(OTHER_CAR).locks, 0, "no lock of it");
    }

    function test_lockTitle_TellsWalletsOnTheEdgesOnly() public {
        bytes32 set = IVehicleTitle.TitleLockSet.selector;
        bytes32 cleared = IVehicleTitle.TitleLockCleared.selector;
        vm.recordLogs();

        _lock(SAFETY);
        _assertEvents(abi.encodePacked(set), "a safety stop locks no transfer");
        _lock(RENTAL);
        _assertEvents(abi.encodePacked(set), "nor does a rental");
        _lock(LIEN);
        _assertEvents(abi.encodePacked(set, IERC5192.Locked.selector), "the first stopping lock");
        _lock(THEFT);
        _assertEvents(abi.encodePacked(set), "the second");
        _unlock(SAFETY);
        _assertEvents(abi.encodePacked(cleared), "a bit that stops nothing");
        _unlock(LIEN);
        _assertEvents(abi.encodePacked(cleared), "not the last stopping lock");
        _unlock(THEFT);
        _assertEvents(abi.encodePacked(cleared, IERC5192.Unlocked.selector), "the last");
        _unlock(RENTAL);
        _assertEvents(abi.encodePacked(cleared), "free before and after");
    }

    function test_lockTitle_EventsNameTheTitle() public {
        vm.expectEmit(address(title));
        emit IERC5192.Locked(CAR);
        vm.expectEmit(address(title));
        emit IERC4906.MetadataUpdate(CAR);
        _lock(SALE);

        vm.expectEmit(address(title));
        emit IERC5192.Unlocked(CAR);
        vm.expectEmit(address(title));
        emit IERC4906.MetadataUpdate(CAR);
        _unlock(SALE);
    }

    /// @dev Against a plain set: whatever comes in whatever order, the bits, what wallets are told and the number of
    /// edges agree.
    function testFuzz_lockTitle_AgreesWithAPlainSet(uint8[16] calldata steps) public {
        _assignFutureLocks();
        uint16 model;
        uint256 edges;
        vm.recordLogs();
        for (uint256 i = 0; i < steps.length; ++i) {
            uint8 lock = steps[i] % LOCK_COUNT;
            bool stopped = model & STOPS_TRANSFER != 0;
            if ((model >> lock) & 1 == 1) _unlock(lock);
            else _lock(lock);
            model ^= uint16(1) << lock;
            if (stopped != (model & STOPS_TRANSFER != 0)) ++edges;
            assertEq(_locks(), model, "bits");
            assertEq(title.locked(CAR), model & STOPS_TRANSFER != 0, "ERC-5192");
            assertEq(title.getFrozenTokens(holder, CAR), (model >> COURT) & 1 == 1, "ERC-7943");
        }
        bytes memory signatures = _signatures(vm.getRecordedLogs());
        uint256 told;
        for (uint256 i = 0; i < signatures.length; i += 32) {
            bytes32 signature;
            assembly ("memory-safe") {
                signature := mload(add(add(signatures, 0x20), i))
            }
            if (signature == IERC5192.Locked.selector || signature == IERC5192.Unlocked.selector) ++told;
        }
        assertEq(told, edges, "wallets are told of each edge once");
    }

    /* THE COURT'S LOCK AS ERC-7943 */

    function test_setFrozenTokens_RevertWhen_AccountIsNotTheHolder() public {
        address[2] memory wrong = [buyer, address(0)];
        for (uint256 i = 0; i < wrong.length; ++i) {
            vm.prank(court);
            vm.expectRevert(
                abi.encodeWithSelector(IERC721Errors.ERC721IncorrectOwner.selector, wrong[i], CAR, holder)
            );
            title.setFrozenTokens(wrong[i], CAR, true);
        }
    }

    function test_setFrozenTokens_RevertWhen_Unknown() public {
        vm.prank(court);
        vm.expectRevert(_nonexistent(OTHER_CAR));
        title.setFrozenTokens(address(0), OTHER_CAR, true);
    }

    function test_setFrozenTokens_RevertWhen_NotTheCourt() public {
        address[] memory all = _everybody();
        for (uint256 i = 0; i < all.length; ++i) {
            if (all[i] == court) continue;
            vm.prank(all[i]);
            vm.expectRevert(_foreign(COURT, all[i], Roles.COURT));
            title.setFrozenTokens(holder, CAR, true);
        }
    }

    /// @dev ERC-7943: the value is overwritten, whatever it was.
    function test_setFrozenTokens_OverwritesTheSameValue() public {
        for (uint256 round = 0; round < 4; ++round) {
            bool isFrozen = round / 2 == 1;
            vm.expectEmit(address(title));
            emit IERC7943NonFungible.Frozen(holder, CAR, isFrozen);
            vm.prank(court);
            title.setFrozenTokens(holder, CAR, isFrozen);
            assertEq(title.getFrozenTokens(holder, CAR), isFrozen, "as asked for");
        }
    }

    function test_setFrozenTokens_RevertWhen_NotTheCourtThoughUnchanged() public {
        vm.expectRevert(abi.encodeWithSelector(IVehicleTitle.TitleLockForeign.selector, COURT, stranger, 13));
        vm.prank(stranger);
        title.setFrozenTokens(holder, CAR, false);
    }

    function test_setFrozenTokens_FreezesAndReleases() public {
        bytes32 frozen = IERC7943NonFungible.Frozen.selector;
        TitleState memory before = title.stateOf(CAR);
        vm.recordLogs();
        vm.expectEmit(address(title));
        emit IVehicleTitle.TitleLockSet(CAR, COURT, court);
        vm.expectEmit(address(title));
        emit IERC7943NonFungible.Frozen(holder, CAR, true);
        vm.prank(court);
        assertTrue(title.setFrozenTokens(holder, CAR, true), "result");
        _assertEvents(
            abi.encodePacked(IVehicleTitle.TitleLockSet.selector, frozen, IERC5192.Locked.selector),
            "frozen"
        );
        assertEq(_locks(), 0x0004, "the court's bit");
        assertTrue(title.getFrozenTokens(holder, CAR), "frozen for its holder");
        assertFalse(title.getFrozenTokens(buyer, CAR), "not for others");
        assertFalse(title.canTransfer(holder, buyer, CAR), "cannot move");

        vm.expectEmit(address(title));
        emit IERC7943NonFungible.Frozen(holder, CAR, false);
        vm.prank(court);
        assertTrue(title.setFrozenTokens(holder, CAR, false), "result");
        _assertEvents(
            abi.encodePacked(IVehicleTitle.TitleLockCleared.selector, frozen, IERC5192.Unlocked.selector),
            "released"
        );
        _assertUntouched(before, holder, "as before");
    }

    function test_setFrozenTokens_IsTheSameLockUnderTwoNames() public {
        vm.expectEmit(address(title));
        emit IERC7943NonFungible.Frozen(holder, CAR, true);
        _lock(COURT);
        vm.prank(court);
        title.setFrozenTokens(holder, CAR, false);
        assertEq(_locks(), 0, "released under the other name");

        vm.recordLogs();
        _lock(SALE);
        assertEq(
            _count(vm.getRecordedLogs(), IERC7943NonFungible.Frozen.selector),
            0,
            "others freeze nothing"
        );
    }
}
