// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Roles} from "../../contracts/access/Roles.sol";
import {IERC4907} from "../../contracts/interfaces/IERC4907.sol";
import {IVehicleTitle} from "../../contracts/interfaces/IVehicleTitle.sol";
import {TitleState} from "../../contracts/types/TitleTypes.sol";
import {TitleTest} from "../helpers/TitleTest.sol";

contract VehicleTitleUsersTest is TitleTest {
    uint64 private constant EXPIRES = NOW + 7 days;

    function _notHolder(address account) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IVehicleTitle.TitleNotHolder.selector, CAR, account);
    }

    function _assertUser(address account, uint64 expires, string memory message) private view {
        assertEq(title.userOf(CAR), account, string.concat(message, ": user"));
        assertEq(title.userExpires(CAR), expires, string.concat(message, ": expiry"));
    }

    /* FAILURES */

    function test_setUser_RevertWhen_Stranger() public {
        address[] memory all = _everybody();
        for (uint256 i = 0; i < all.length; ++i) {
            if (all[i] == holder) continue;
            vm.prank(all[i]);
            vm.expectRevert(_notHolder(all[i]));
            title.setUser(CAR, all[i], EXPIRES);
            vm.prank(all[i]);
            vm.expectRevert(_notHolder(all[i]));
            title.setUser(CAR, address(0), 0);
        }
        _assertUser(address(0), 0, "nobody");
    }

    /// @dev The user has the use of the car and no power over its title.
    function test_setUser_RevertWhen_User() public {
        _setUser(EXPIRES);
        vm.prank(user);
        vm.expectRevert(_notHolder(user));
        title.setUser(CAR, user, EXPIRES + 1);
    }

    function test_setUser_RevertWhen_Unknown() public {
        vm.prank(holder);
        vm.expectRevert(_nonexistent(OTHER_CAR));
        title.setUser(OTHER_CAR, user, EXPIRES);
    }

    function test_setUser_RevertWhen_TimeIsOver() public {
        vm.prank(holder);
        vm.expectRevert(
            abi.encodeWithSelector(IVehicleTitle.TitleUserExpired.selector, CAR, uint64(NOW - 1), NOW)
        );
        title.setUser(CAR, user, NOW - 1);
    }

    function test_setUser_RevertWhen_StolenFrozenOrUnsafe() public {
        uint8[3] memory stopping = [THEFT, COURT, SAFETY];
        for (uint256 i = 0; i < stopping.length; ++i) {
            uint16 bit = uint16(1) << stopping[i];
            _lock(stopping[i]);
            vm.prank(holder);
            vm.expectRevert(abi.encodeWithSelector(IVehicleTitle.TitleLocked.selector, CAR, bit, STOPS_USER));
            title.setUser(CAR, user, EXPIRES);
            _unlock(stopping[i]);
        }
        _assertUser(address(0), 0, "nobody");
    }

    function test_setUser_RevertWhen_StolenUnderRental() public {
        _lock(RENTAL);
        _lock(THEFT);
        vm.prank(rentalController);
        vm.expectRevert(
            abi.encodeWithSelector(IVehicleTitle.TitleLocked.selector, CAR, uint16(0x0022), STOPS_USER)
        );
        title.setUser(CAR, user, EXPIRES);
    }

    function test_setUser_RevertWhen_NotTheRentalControllerUnderRental() public {
        _approveBoth();
        _lock(RENTAL);
        address[] memory all = _everybody();
        for (uint256 i = 0; i < all.length + 2; ++i) {
            address caller =
                i < all.length
                    ? all[i]
                    : i == all.length
                        ? approved
                        : operator;
            if (caller == rentalController) continue;
            bytes memory foreign = abi.encodeWithSelector(
                IVehicleTitle.TitleLockForeign.selector,
                RENTAL,
                caller,
                Roles.RENTAL_CONTROLLER
            );
            vm.prank(caller);
            vm.expectRevert(foreign);
            title.setUser(CAR, caller, EXPIRES);
            vm.prank(caller);
            vm.expectRevert(foreign);
            title.setUser(CAR, address(0), 0);
        }
    }

    function test_setUser_RevertWhen_RentalControllerWithoutRental() public {
        vm.prank(rentalController);
        vm.expectRevert(_notHolder(rentalController));
        title.setUser(CAR, user, EXPIRES);
    }

    function test_setUser_RevertWhen_FormerHolder() public {
        _approveBoth();
        _transfer(holder, buyer);
        address[3] memory former = [holder, approved, operator];
        for (uint256 i = 0; i < former.length; ++i) {
            vm.prank(former[i]);
            vm.expectRevert(_notHolder(former[i]));
            title.setUser(CAR, user, EXPIRES);
        }
    }

    /* WHO MAY, AND FOR HOW LONG */

    function test_setUser_ByHolderApprovedAndOperator() public {
        _approveBoth();
        address[3] memory setters = [holder, approved, operator];
        for (uint64 i = 0; i < setters.length; ++i) {
            vm.expectEmit(address(title));
            emit IERC4907.UpdateUser(CAR, setters[i], EXPIRES + i);
            vm.prank(setters[i]);
            title.setUser(CAR, setters[i], EXPIRES + i);
            _assertUser(setters[i], EXPIRES + i, "set");
        }
        assertEq(title.ownerOf(CAR), holder, "the holder stays");
    }

    function test_setUser_EmitsUpdateUserAndMetadata() public {
        vm.recordLogs();
        _setUser(EXPIRES);
        _assertEvents(abi.encodePacked(IERC4907.UpdateUser.selector), "set");

        vm.expectEmit(address(title));
        emit IERC4907.UpdateUser(CAR, address(0), 0);
        vm.prank(holder);
        title.setUser(CAR, address(0), EXPIRES);
        _assertEvents(abi.encodePacked(IERC4907.UpdateUser.selector), "ended");
        _assertUser(address(0), 0, "ended");
        assertFalse(title.stateOf(CAR).hasUser, "state");
    }

    function test_setUser_EndsWithItsLastSecond() public {
        _setUser(EXPIRES);
        vm.warp(EXPIRES);
        _assertUser(user, EXPIRES, "in the last second");
        vm.warp(EXPIRES + 1);
        assertEq(title.userOf(CAR), address(0), "over");
        assertEq(title.userExpires(CAR), EXPIRES, "when it ended");
    }

    function test_setUser_ForThisVerySecond() public {
        _setUser(NOW);
        _assertUser(user, NOW, "now");
        vm.warp(NOW + 1);
        assertEq(title.userOf(CAR), address(0), "over");
    }

    function testFuzz_setUser_LastsAsLongAsSaid(uint64 expires, uint64 later) public {
        expires = uint64(bound(expires, NOW, type(uint64).max));
        later = uint64(bound(later, NOW, type(uint64).max));
        _setUser(expires);
        vm.warp(later);
        assertEq(title.userOf(CAR), later <= expires ? user : address(0), "user");
        assertEq(title.userExpires(CAR), expires, "expiry");
    }

    function test_userOf_UnknownAndNeverUsed() public view {
        _assertUser(address(0), 0, "never used");
        assertEq(title.userOf(OTHER_CAR), address(0), "unknown: user");
        assertEq(title.userExpires(OTHER_CAR), 0, "unknown: expiry");
    }

    /* LOCKS */

    /// @dev A thief's car must not stay with a user because the holder cannot end the use.
    function test_setUser_CanBeEndedUnderEveryLock() public {
        _setUser(EXPIRES);
        _lock(THEFT);
        _lock(COURT);
        _lock(SAFETY);
        _assertUser(user, EXPIRES, "a lock does not end the use");
        vm.prank(holder);
        title.setUser(CAR, address(0), 0);
        _assertUser(address(0), 0, "ended");
    }

    function test_setUser_LienSaleAndFutureLocksLeaveTheUse() public {
        _assignFutureLocks();
        for (uint8 lock = 0; lock < LOCK_COUNT; ++lock) {
            if (lock != THEFT && lock != COURT && lock != SAFETY && lock != RENTAL) _lock(lock);
        }
        _setUser(EXPIRES);
        _assertUser(user, EXPIRES, "the holder keeps the use of the car");
    }

    function test_setUser_RentalControllerNamesTheUser() public {
        _lock(RENTAL);
        vm.prank(rentalController);
        title.setUser(CAR, user, EXPIRES);
        _assertUser(user, EXPIRES, "rented");
        vm.prank(rentalController);
        title.setUser(CAR, address(0), 0);
        _assertUser(address(0), 0, "given back");
    }

    /// @dev A rental protects only the user that its controller names, not one the holder put there before.
    function test_lockTitle_RentalBeginsWithoutAUser() public {
        _setUser(EXPIRES);
        vm.recordLogs();
        vm.expectEmit(address(title));
        emit IERC4907.UpdateUser(CAR, address(0), 0);
        _lock(RENTAL);
        assertEq(_count(vm.getRecordedLogs(), IERC4907.UpdateUser.selector), 1, "told once");
        _assertUser(address(0), 0, "the holder's user is gone");
        assertFalse(title.stateOf(CAR).hasUser, "state");
    }

    function test_unlockTitle_RentalEndsWithItsUser() public {
        _lock(RENTAL);
        vm.prank(rentalController);
        title.setUser(CAR, user, EXPIRES);
        vm.expectEmit(address(title));
        emit IERC4907.UpdateUser(CAR, address(0), 0);
        _unlock(RENTAL);
        _assertUser(address(0), 0, "given back");
    }

    function test_lockTitle_RentalWithoutAUserTellsNothing() public {
        vm.recordLogs();
        _lock(RENTAL);
        _unlock(RENTAL);
        assertEq(_count(vm.getRecordedLogs(), IERC4907.UpdateUser.selector), 0, "nobody to end");
    }

    function test_lockTitle_OtherLocksLeaveTheUser() public {
        _assignFutureLocks();
        _setUser(EXPIRES);
        for (uint8 lock = 0; lock < LOCK_COUNT; ++lock) {
            if (lock == RENTAL) continue;
            _lock(lock);
            _assertUser(user, EXPIRES, "set");
            _unlock(lock);
            _assertUser(user, EXPIRES, "cleared");
        }
    }

    /* TRANSFERS */

    function test_setUser_DiesWithATransfer() public {
        _setUser(EXPIRES);
        _transfer(holder, buyer);
        _assertUser(address(0), 0, "new holder, no user");

        vm.prank(buyer);
        title.setUser(CAR, stranger, EXPIRES + 1);
        _assertUser(stranger, EXPIRES + 1, "the new holder's user");
    }

    function test_setUser_SurvivesATransferUnderRental() public {
        _lock(RENTAL);
        vm.prank(rentalController);
        title.setUser(CAR, user, EXPIRES);

        vm.recordLogs();
        _transfer(holder, buyer);
        assertEq(_count(vm.getRecordedLogs(), IERC4907.UpdateUser.selector), 0, "nothing to tell");
        _assertUser(user, EXPIRES, "the rental binds the buyer");

        _unlock(RENTAL);
        _transfer(buyer, holder);
        _assertUser(address(0), 0, "no rental, no protection");
    }

    function test_setUser_OldUserDoesNotComeBack() public {
        _setUser(EXPIRES);
        _transfer(holder, buyer);
        _lock(RENTAL);
        TitleState memory state = title.stateOf(CAR);
        assertFalse(state.hasUser, "a rental revives nobody");
        _transfer(buyer, holder);
        _assertUser(address(0), 0, "nor does the return of the holder");
    }
}
