// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {IERC4907} from "../../contracts/interfaces/IERC4907.sol";
import {IERC5192} from "../../contracts/interfaces/IERC5192.sol";
import {IVehicleRecords} from "../../contracts/interfaces/IVehicleRecords.sol";
import {IVehicleTitle} from "../../contracts/interfaces/IVehicleTitle.sol";
import {RecordKinds} from "../../contracts/types/RecordKinds.sol";
import {KindWriters, OdometerUnit, RecordInput} from "../../contracts/types/RecordTypes.sol";
import {TitleState, TitleStatus} from "../../contracts/types/TitleTypes.sol";
import {TitleTest} from "../helpers/TitleTest.sol";

contract VehicleTitleStatusTest is TitleTest {
    bytes32 private constant CHANGED = IVehicleTitle.TitleStatusChanged.selector;

    function _unchangeable(TitleStatus status, uint8 kind) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IVehicleTitle.TitleStatusUnchangeable.selector, CAR, status, kind);
    }

    function _notHolder(address account) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IVehicleTitle.TitleNotHolder.selector, CAR, account);
    }

    function _change(RecordInput memory input) private {
        vm.prank(registrar);
        title.changeStatus(input);
    }

    function _forbid(uint8 kind) private {
        KindWriters[] memory rows = new KindWriters[](1);
        rows[0] = KindWriters(kind, 0);
        records.setKindWriters(rows);
    }

    /* EXPORT AND IMPORT */

    function test_changeStatus_RevertWhen_NotARegistrar() public {
        address[] memory all = _everybody();
        for (uint256 i = 0; i < all.length; ++i) {
            if (all[i] == registrar) continue;
            vm.prank(all[i]);
            vm.expectRevert(_unauthorized(all[i]));
            title.changeStatus(_export());
        }
        _assertState(1, 0, 0, TitleStatus.Active, "after every refusal");
    }

    function test_changeStatus_RevertWhen_KindChangesNothing() public {
        for (uint256 kind = 0; kind <= type(uint8).max; ++kind) {
            if (kind == RecordKinds.EXPORT) continue;
            RecordInput memory input = _input(CAR, uint8(kind), 0, OdometerUnit.None, NOW);
            vm.expectRevert(_unchangeable(TitleStatus.Active, uint8(kind)));
            _change(input);
        }
        _change(_export());
        for (uint256 kind = 0; kind <= type(uint8).max; ++kind) {
            if (kind == RecordKinds.IMPORT) continue;
            RecordInput memory input = _input(CAR, uint8(kind), 0, OdometerUnit.None, NOW);
            vm.expectRevert(_unchangeable(TitleStatus.Exported, uint8(kind)));
            _change(input);
        }
        assertEq(_recordCount(CAR), 2, "birth and export");
    }

    function test_changeStatus_RevertWhen_Unknown() public {
        RecordInput memory input = _export();
        input.vehicleId = OTHER_CAR;
        vm.expectRevert(_nonexistent(OTHER_CAR));
        _change(input);
    }

    function test_changeStatus_RevertWhen_TheTableForbidsTheRecord() public {
        _forbid(RecordKinds.EXPORT);
        vm.expectRevert(
            abi.encodeWithSelector(
                IVehicleRecords.RecordsWriterNotAllowed.selector,
                RecordKinds.EXPORT,
                Roles.REGISTRAR,
                uint64(0)
            )
        );
        _change(_export());
        _assertState(1, 0, 0, TitleStatus.Active, "no status without its record");
    }

    function test_changeStatus_RevertWhen_DocumentIsMissing() public {
        RecordInput memory input = _export();
        input.documentHash = 0;
        vm.expectRevert(abi.encodeWithSelector(IVehicleRecords.RecordsDocumentMissing.selector, CAR));
        _change(input);
        _assertState(1, 0, 0, TitleStatus.Active, "no status without its record");
    }

    function test_changeStatus_ExportsAndImportsAgain() public {
        _setUser(NOW + 1 days);
        _lock(LIEN);
        vm.recordLogs();
        _expectMemberRecord(registrar, Roles.REGISTRAR, 2, _export());
        vm.expectEmit(address(title));
        emit IVehicleTitle.TitleStatusChanged(CAR, TitleStatus.Exported);
        _change(_export());
        _assertEvents(abi.encodePacked(CHANGED), "exported");
        _assertState(1, 0, 0x0001, TitleStatus.Exported, "exported");
        assertEq(title.userOf(CAR), user, "the user stays");

        _expectMemberRecord(registrar, Roles.REGISTRAR, 3, _import());
        vm.expectEmit(address(title));
        emit IVehicleTitle.TitleStatusChanged(CAR, TitleStatus.Active);
        _change(_import());
        _assertEvents(abi.encodePacked(CHANGED), "imported");
        _assertState(1, 0, 0x0001, TitleStatus.Active, "imported");
        assertEq(title.ownerOf(CAR), holder, "holder");
    }

    function test_changeStatus_TakesTheReading() public {
        _change(_input(CAR, RecordKinds.EXPORT, 88_000, OdometerUnit.Km, NOW));
        assertEq(records.stateOf(CAR).odometer, 88_000, "odometer at the border");
    }

    /* DESTRUCTION: WHO */

    function test_destroyVehicle_RevertWhen_NotARecycler() public {
        address[] memory all = _everybody();
        for (uint256 i = 0; i < all.length; ++i) {
            if (all[i] == recycler) continue;
            vm.prank(all[i]);
            vm.expectRevert(_unauthorized(all[i]));
            title.destroyVehicle(_destruction());
        }
    }

    function test_attack_ScrappingWithoutConsent_RevertWhen_NotHandedOver() public {
        vm.prank(recycler);
        vm.expectRevert(_notHolder(recycler));
        title.destroyVehicle(_destruction());
        _assertState(1, 0, 0, TitleStatus.Active, "alive");
    }

    function test_attack_ScrappingWithoutConsent_RevertWhen_ConsentOfAFormerHolder() public {
        vm.startPrank(holder);
        title.approve(recycler, CAR);
        title.setApprovalForAll(recycler, true);
        vm.stopPrank();
        _transfer(holder, buyer);

        vm.prank(recycler);
        vm.expectRevert(_notHolder(recycler));
        title.destroyVehicle(_destruction());
    }

    function test_destroyVehicle_RevertWhen_RecyclerWasExpelled() public {
        vm.prank(holder);
        title.approve(recycler, CAR);
        _expel(recycler);
        vm.prank(recycler);
        vm.expectRevert(_unauthorized(recycler));
        title.destroyVehicle(_destruction());
    }

    function test_destroyVehicle_RevertWhen_Unknown() public {
        RecordInput memory input = _destruction();
        input.vehicleId = OTHER_CAR;
        vm.prank(recycler);
        vm.expectRevert(_nonexistent(OTHER_CAR));
        title.destroyVehicle(input);
    }

    function test_destroyVehicle_RevertWhen_KindIsNoDestruction() public {
        vm.prank(holder);
        title.approve(recycler, CAR);
        uint8[4] memory kinds = [0, 12, 14, 255];
        for (uint256 i = 0; i < kinds.length; ++i) {
            RecordInput memory input = _destruction();
            input.kind = kinds[i];
            vm.prank(recycler);
            vm.expectRevert(_unchangeable(TitleStatus.Active, kinds[i]));
            title.destroyVehicle(input);
        }
    }

    function test_destroyVehicle_RevertWhen_AnyStoppingLock() public {
        _assignFutureLocks();
        vm.prank(holder);
        title.approve(recycler, CAR);
        for (uint8 lock = 0; lock < LOCK_COUNT; ++lock) {
            if (lock == SAFETY || lock == RENTAL) continue;
            _lock(lock);
            vm.prank(recycler);
            vm.expectRevert(
                abi.encodeWithSelector(
                    IVehicleTitle.TitleLocked.selector,
                    CAR,
                    uint16(1) << lock,
                    STOPS_TRANSFER
                )
            );
            title.destroyVehicle(_destruction());
            _unlock(lock);
        }
        _assertState(1, 0, 0, TitleStatus.Active, "alive");
    }

    function test_destroyVehicle_RevertWhen_TheTableForbidsTheRecord() public {
        _forbid(RecordKinds.DESTRUCTION);
        vm.prank(holder);
        title.approve(recycler, CAR);
        vm.prank(recycler);
        vm.expectRevert(
            abi.encodeWithSelector(
                IVehicleRecords.RecordsWriterNotAllowed.selector,
                RecordKinds.DESTRUCTION,
                Roles.RECYCLER,
                uint64(0)
            )
        );
        title.destroyVehicle(_destruction());
        _assertState(1, 0, 0, TitleStatus.Active, "alive");
    }

    /* DESTRUCTION: WHAT */

    function test_destroyVehicle_ByApprovedOperatorOrHolder() public {
        uint256[3] memory cars = [uint256(0xd1), 0xd2, 0xd3];
        for (uint256 i = 0; i < cars.length; ++i) {
            RecordInput memory input = _destruction();
            input.vehicleId = cars[i];
            _register(cars[i], i == 2 ? recycler : holder);
            if (i == 0) {
                vm.prank(holder);
                title.approve(recycler, cars[i]);
            } else if (i == 1) {
                vm.prank(holder);
                title.setApprovalForAll(recycler, true);
            }
            vm.prank(recycler);
            title.destroyVehicle(input);
            assertEq(
                uint256(title.stateOf(cars[i]).status),
                uint256(TitleStatus.Destroyed),
                "handed over, destroyed"
            );
        }
    }

    function test_destroyVehicle_EndsTheLife() public {
        vm.prank(holder);
        title.approve(recycler, CAR);
        vm.recordLogs();
        _expectMemberRecord(recycler, Roles.RECYCLER, 2, _destruction());
        vm.expectEmit(address(title));
        emit IVehicleTitle.TitleStatusChanged(CAR, TitleStatus.Destroyed);
        vm.expectEmit(address(title));
        emit IERC5192.Locked(CAR);
        vm.prank(recycler);
        title.destroyVehicle(_destruction());

        _assertEvents(abi.encodePacked(CHANGED, IERC5192.Locked.selector), "destroyed");
        _assertState(1, 0, 0, TitleStatus.Destroyed, "destroyed");
        assertEq(title.ownerOf(CAR), holder, "the title stays where it is");
        assertTrue(title.locked(CAR), "ERC-5192");
        assertFalse(title.canTransfer(holder, buyer, CAR), "ERC-7943");
    }

    function test_destroyVehicle_EndsTheUse() public {
        _setUser(NOW + 1 days);
        vm.prank(holder);
        title.approve(recycler, CAR);
        vm.recordLogs();
        vm.expectEmit(address(title));
        emit IERC4907.UpdateUser(CAR, address(0), 0);
        vm.prank(recycler);
        title.destroyVehicle(_destruction());
        _assertEvents(
            abi.encodePacked(IERC4907.UpdateUser.selector, CHANGED, IERC5192.Locked.selector),
            "destroyed with a user"
        );
        assertEq(title.userOf(CAR), address(0), "user");
        assertEq(title.userExpires(CAR), 0, "expiry");
    }

    function test_destroyVehicle_EndsTheApproval() public {
        _destroy();
        assertEq(title.getApproved(CAR), address(0), "nobody is approved for a destroyed title");
    }

    function test_destroyVehicle_SafetyStopAndRentalDoNotStopIt() public {
        _lock(RENTAL);
        _lock(SAFETY);
        _destroy();
        _assertState(1, 0, 0x0028, TitleStatus.Destroyed, "an unsafe car can be scrapped");
    }

    function test_destroyVehicle_AbroadToo() public {
        _change(_export());
        _destroy();
        _assertState(1, 0, 0, TitleStatus.Destroyed, "destroyed abroad");
    }

    /* DESTROYED IS TERMINAL */

    function test_destroyVehicle_IsTerminalForEveryFunction() public {
        _destroy();
        TitleState memory before = title.stateOf(CAR);
        bytes memory destroyed = abi.encodeWithSelector(IVehicleTitle.TitleDestroyed.selector, CAR);

        vm.prank(recycler);
        vm.expectRevert(destroyed);
        title.destroyVehicle(_destruction());
        vm.expectRevert(destroyed);
        _change(_export());
        vm.expectRevert(destroyed);
        _change(_import());
        vm.prank(holder);
        vm.expectRevert(destroyed);
        title.transferFrom(holder, buyer, CAR);
        vm.prank(holder);
        vm.expectRevert(destroyed);
        title.safeTransferFrom(holder, buyer, CAR);
        vm.prank(holder);
        vm.expectRevert(destroyed);
        title.transferFrom(holder, holder, CAR);
        vm.prank(holder);
        vm.expectRevert(destroyed);
        title.setUser(CAR, user, NOW + 1 days);
        vm.prank(holder);
        vm.expectRevert(destroyed);
        title.setUser(CAR, address(0), 0);
        vm.prank(court);
        vm.expectRevert(destroyed);
        title.setFrozenTokens(holder, CAR, true);
        vm.prank(court);
        vm.expectRevert(destroyed);
        title.requestForcedTransfer(holder, buyer, CAR, EVIDENCE);
        vm.prank(manufacturer);
        vm.expectRevert(abi.encodeWithSelector(IVehicleTitle.TitleExists.selector, CAR));
        title.registerVehicle(buyer, _birth(CAR), Roles.MANUFACTURER);

        _assertUntouched(before, holder, "destroyed");
    }

    function test_destroyVehicle_IsTerminalForApprovals() public {
        _destroy();
        address[2] memory callers = [holder, stranger];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.prank(callers[i]);
            vm.expectRevert(abi.encodeWithSelector(IVehicleTitle.TitleDestroyed.selector, CAR));
            title.approve(approved, CAR);
        }
        assertEq(title.getApproved(CAR), address(0), "no approval");
    }

    function test_destroyVehicle_IsTerminalForEveryLock() public {
        _assignFutureLocks();
        _lock(SAFETY);
        _lock(RENTAL);
        _destroy();
        TitleState memory before = title.stateOf(CAR);
        bytes memory destroyed = abi.encodeWithSelector(IVehicleTitle.TitleDestroyed.selector, CAR);
        for (uint8 lock = 0; lock < LOCK_COUNT; ++lock) {
            vm.expectRevert(destroyed);
            _lock(lock);
            vm.expectRevert(destroyed);
            _unlock(lock);
        }
        vm.prank(rentalController);
        vm.expectRevert(destroyed);
        title.setUser(CAR, user, NOW + 1 days);
        _assertUntouched(before, holder, "destroyed");
    }

    function test_attack_DestroyedTransfer_RevertWhen_StrangerToo() public {
        _destroy();
        vm.prank(stranger);
        vm.expectRevert(
            abi.encodeWithSelector(IERC721Errors.ERC721InsufficientApproval.selector, stranger, CAR)
        );
        title.transferFrom(holder, stranger, CAR);
    }
}
