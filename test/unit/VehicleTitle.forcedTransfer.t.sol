// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {IERC4907} from "../../contracts/interfaces/IERC4907.sol";
import {IERC5192} from "../../contracts/interfaces/IERC5192.sol";
import {IERC7943NonFungible} from "../../contracts/interfaces/IERC7943NonFungible.sol";
import {IVehicleRecords} from "../../contracts/interfaces/IVehicleRecords.sol";
import {IVehicleTitle} from "../../contracts/interfaces/IVehicleTitle.sol";
import {RecordKinds} from "../../contracts/types/RecordKinds.sol";
import {KindWriters, OdometerUnit, RecordInput} from "../../contracts/types/RecordTypes.sol";
import {TitleState, TitleStatus} from "../../contracts/types/TitleTypes.sol";
import {DeafContract, ReenteringReceiver, RevertingReceiver} from "../helpers/TitleReceivers.sol";
import {ForcedTransferTest} from "../helpers/ForcedTransferTest.sol";

contract VehicleTitleForcedTransferTest is ForcedTransferTest {
    /* THE WHOLE WAY */

    function test_forcedTransfer_WholeWay() public {
        _lock(COURT);
        vm.expectEmit(address(title));
        emit IVehicleTitle.ForcedTransferRequested(CAR, holder, buyer, EVIDENCE, DUE);
        _request(buyer);
        _assertPending(holder, buyer, EVIDENCE, DUE, "asked for");
        assertEq(title.ownerOf(CAR), holder, "nothing moves yet");

        vm.warp(DUE);
        vm.recordLogs();
        vm.prank(registrar);
        assertTrue(title.forcedTransfer(holder, buyer, CAR), "result");
        // ERC-7943: the unfreezing is told before the transfer.
        _assertEvents(
            abi.encodePacked(
                IVehicleTitle.TitleLockCleared.selector,
                IERC7943NonFungible.Frozen.selector,
                IERC5192.Unlocked.selector,
                IERC721.Transfer.selector,
                IERC7943NonFungible.ForcedTransfer.selector
            ),
            "forced transfer"
        );

        assertEq(title.ownerOf(CAR), buyer, "new holder");
        assertEq(title.balanceOf(holder), 0, "balance of the former holder");
        assertEq(title.balanceOf(buyer), 1, "balance of the new holder");
        _assertState(2, 1, 0, TitleStatus.Active, "after");
        _assertPending(address(0), address(0), 0, 0, "done");
        _transfer(buyer, stranger);
        assertEq(title.ownerOf(CAR), stranger, "the new holder is free to sell");
    }

    function test_forcedTransfer_EventsNameThePartiesAndTheRegistrar() public {
        _freezeAndRequest(buyer);
        vm.warp(DUE);
        vm.expectEmit(address(title));
        emit IVehicleTitle.TitleLockCleared(CAR, COURT, registrar);
        vm.expectEmit(address(title));
        emit IERC7943NonFungible.Frozen(holder, CAR, false);
        vm.expectEmit(address(title));
        emit IERC721.Transfer(holder, buyer, CAR);
        vm.expectEmit(address(title));
        emit IERC7943NonFungible.ForcedTransfer(holder, buyer, CAR);
        _execute(buyer);
    }

    function test_forcedTransfer_WritesTheOrderIntoTheLife() public {
        _freezeAndRequest(buyer);
        vm.warp(DUE + 5);
        RecordInput memory order = RecordInput({
            vehicleId: CAR,
            documentHash: EVIDENCE,
            kind: RecordKinds.FORCED_TRANSFER,
            code: 0,
            odometer: 0,
            odometerUnit: OdometerUnit.None,
            observedAt: DUE + 5
        });
        _expectMemberRecord(registrar, Roles.REGISTRAR, 2, order);
        _execute(buyer);
        assertEq(_recordCount(CAR), 2, "birth and order");
    }

    function test_forcedTransfer_LeavesTheLocksOfOthers() public {
        _lock(LIEN);
        _lock(SAFETY);
        _freezeAndRequest(buyer);
        vm.warp(DUE);
        vm.recordLogs();
        _execute(buyer);

        assertEq(
            _count(vm.getRecordedLogs(), IERC5192.Unlocked.selector),
            0,
            "still locked, nothing to tell"
        );
        assertEq(_locks(), 0x0009, "lien and safety stop follow the car");
        vm.prank(buyer);
        vm.expectRevert(
            abi.encodeWithSelector(IVehicleTitle.TitleLocked.selector, CAR, uint16(0x0009), STOPS_TRANSFER)
        );
        title.transferFrom(buyer, stranger, CAR);
    }

    function test_forcedTransfer_EndsApprovalsGrantsAndUser() public {
        _approveBoth();
        _setUser(DUE + 30 days);
        _freezeAndRequest(buyer);
        vm.warp(DUE);
        vm.expectEmit(address(title));
        emit IERC4907.UpdateUser(CAR, address(0), 0);
        _execute(buyer);

        assertEq(title.userOf(CAR), address(0), "user");
        assertEq(title.getApproved(CAR), address(0), "approval");
        assertEq(title.stateOf(CAR).grantEpoch, 1, "grants");
        address[3] memory former = [holder, approved, operator];
        for (uint256 i = 0; i < former.length; ++i) {
            vm.prank(former[i]);
            vm.expectRevert(
                abi.encodeWithSelector(IERC721Errors.ERC721InsufficientApproval.selector, former[i], CAR)
            );
            title.transferFrom(buyer, holder, CAR);
        }
    }

    function test_forcedTransfer_LeavesTheUserOfARental() public {
        _lock(RENTAL);
        vm.prank(rentalController);
        title.setUser(CAR, user, DUE + 30 days);
        _freezeAndRequest(buyer);
        vm.warp(DUE);
        _execute(buyer);
        assertEq(title.userOf(CAR), user, "a rental protects its user from the court too");
        assertEq(_locks(), 0x0020, "still rented");
    }

    /// @dev An order that confirms the holder: no new holder, but the freeze ends and the order is on record.
    function test_forcedTransfer_ToTheHolderItself() public {
        _freezeAndRequest(holder);
        vm.warp(DUE);
        _execute(holder);
        assertEq(title.ownerOf(CAR), holder, "holder");
        _assertState(1, 1, 0, TitleStatus.Active, "no new holder");
    }

    function test_forcedTransfer_OfAnExportedCar() public {
        vm.prank(registrar);
        title.changeStatus(_export());
        _freezeAndRequest(buyer);
        vm.warp(DUE);
        _execute(buyer);
        _assertState(2, 1, 0, TitleStatus.Exported, "exported");
    }

    /* WHO EXECUTES */

    function test_forcedTransfer_RevertWhen_NotARegistrar() public {
        _freezeAndRequest(buyer);
        vm.warp(DUE);
        address[] memory all = _everybody();
        for (uint256 i = 0; i < all.length; ++i) {
            if (all[i] == registrar) continue;
            vm.prank(all[i]);
            vm.expectRevert(_unauthorized(all[i]));
            title.forcedTransfer(holder, buyer, CAR);
        }
        assertEq(title.ownerOf(CAR), holder, "holder");
    }

    function test_forcedTransfer_RevertWhen_RegistrarWasExpelled() public {
        _freezeAndRequest(buyer);
        vm.warp(DUE);
        _expel(registrar);
        vm.expectRevert(_unauthorized(registrar));
        _execute(buyer);
    }

    /* WITHOUT AN ORDER, OR ANOTHER ORDER */

    function test_attack_ForcedTransferWithoutOrder_RevertWhen_NothingAsked() public {
        _lock(COURT);
        vm.expectRevert(_unknown(holder, buyer));
        _execute(buyer);

        vm.prank(registrar);
        vm.expectRevert(_unknown(address(0), address(0)));
        title.forcedTransfer(address(0), address(0), CAR);
        vm.prank(registrar);
        vm.expectRevert(
            abi.encodeWithSelector(
                IVehicleTitle.TitleForcedTransferUnknown.selector,
                OTHER_CAR,
                address(0),
                address(0)
            )
        );
        title.forcedTransfer(address(0), address(0), OTHER_CAR);
    }

    function test_attack_ForcedTransferWrongParties_RevertWhen_NotAsAsked() public {
        _freezeAndRequest(buyer);
        vm.warp(DUE);
        vm.expectRevert(_unknown(holder, registrar));
        _execute(registrar);
        vm.prank(registrar);
        vm.expectRevert(_unknown(stranger, buyer));
        title.forcedTransfer(stranger, buyer, CAR);
        vm.expectRevert(_unknown(holder, address(0)));
        _execute(address(0));
        assertEq(title.ownerOf(CAR), holder, "holder");
    }

    function test_attack_ForcedTransferTwice_RevertWhen_Done() public {
        _freezeAndRequest(buyer);
        vm.warp(DUE);
        _execute(buyer);
        vm.expectRevert(_unknown(holder, buyer));
        _execute(buyer);
    }

    /* IN TIME */

    function test_attack_ForcedTransferWithoutDelay_RevertWhen_TooEarly() public {
        _freezeAndRequest(buyer);
        uint40[2] memory early = [NOW, DUE - 1];
        for (uint256 i = 0; i < early.length; ++i) {
            vm.warp(early[i]);
            vm.expectRevert(_notInTime(early[i]));
            _execute(buyer);
        }
        vm.warp(DUE);
        _execute(buyer);
        assertEq(title.ownerOf(CAR), buyer, "in its first second");
    }

    function test_forcedTransfer_RevertWhen_TooLate() public {
        _freezeAndRequest(buyer);
        vm.warp(DUE + WINDOW + 1);
        vm.expectRevert(_notInTime(DUE + WINDOW + 1));
        _execute(buyer);
        vm.warp(DUE + WINDOW);
        _execute(buyer);
        assertEq(title.ownerOf(CAR), buyer, "in its last second");
    }

    function testFuzz_forcedTransfer_OnlyInItsWindow(uint40 time) public {
        time = uint40(bound(time, NOW, NOW + 90 days));
        _freezeAndRequest(buyer);
        vm.warp(time);
        bool inTime = time >= DUE && time <= DUE + WINDOW;
        if (!inTime) vm.expectRevert(_notInTime(time));
        _execute(buyer);
        assertEq(title.ownerOf(CAR), inTime ? buyer : holder, "holder");
    }

    /* WHAT CHANGED MEANWHILE */

    function test_attack_ForcedTransferCancelled_RevertWhen_GuardianStopped() public {
        _freezeAndRequest(buyer);
        vm.prank(guardian);
        title.cancelForcedTransfer(CAR);
        vm.warp(DUE);
        vm.expectRevert(_unknown(holder, buyer));
        _execute(buyer);
        assertTrue(title.locked(CAR), "frozen until the court releases it");
    }

    function test_forcedTransfer_RevertWhen_ReleasedMeanwhile() public {
        _freezeAndRequest(buyer);
        _unlock(COURT);
        vm.warp(DUE);
        vm.expectRevert(_unknown(holder, buyer));
        _execute(buyer);
        assertEq(title.ownerOf(CAR), holder, "holder");
    }

    function test_forcedTransfer_RevertWhen_SoldMeanwhile() public {
        _freezeAndRequest(buyer);
        _unlock(COURT);
        _transfer(holder, stranger);
        vm.prank(court);
        title.setFrozenTokens(stranger, CAR, true);
        vm.warp(DUE);
        vm.expectRevert(_unknown(holder, buyer));
        _execute(buyer);
        assertEq(title.ownerOf(CAR), stranger, "the new holder keeps it");
    }

    function test_forcedTransfer_RevertWhen_DestroyedMeanwhile() public {
        _freezeAndRequest(buyer);
        _unlock(COURT);
        _destroy();
        TitleState memory before = title.stateOf(CAR);
        vm.warp(DUE);
        vm.expectRevert(_unknown(holder, buyer));
        _execute(buyer);
        _assertUntouched(before, holder, "destroyed");
    }

    function test_forcedTransfer_RevertWhen_TheTableForbidsTheRecord() public {
        _freezeAndRequest(buyer);
        KindWriters[] memory rows = new KindWriters[](1);
        rows[0] = KindWriters(RecordKinds.FORCED_TRANSFER, 0);
        records.setKindWriters(rows);
        vm.warp(DUE);
        vm.expectRevert(
            abi.encodeWithSelector(
                IVehicleRecords.RecordsWriterNotAllowed.selector,
                RecordKinds.FORCED_TRANSFER,
                Roles.REGISTRAR,
                uint64(0)
            )
        );
        _execute(buyer);
        assertEq(title.ownerOf(CAR), holder, "no transfer without its record");
    }

    /* RECEIVERS */

    function test_forcedTransfer_RevertWhen_ReceiverRefuses() public {
        address deaf = address(new DeafContract());
        _freezeAndRequest(deaf);
        TitleState memory before = title.stateOf(CAR);
        vm.warp(DUE);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721InvalidReceiver.selector, deaf));
        _execute(deaf);

        _assertUntouched(before, holder, "refused");
        _assertPending(holder, deaf, EVIDENCE, DUE, "still waiting");
        assertEq(_recordCount(CAR), 1, "no record of what did not happen");
    }

    function test_forcedTransfer_RevertWhen_ReceiverReverts() public {
        address closed = address(new RevertingReceiver());
        _freezeAndRequest(closed);
        vm.warp(DUE);
        vm.expectRevert(abi.encodeWithSelector(RevertingReceiver.ReceiverClosed.selector, CAR));
        _execute(closed);
    }

    function test_attack_ReceiverReenters_ForcedTransferIsCompleteWhenItAsks() public {
        ReenteringReceiver receiver = new ReenteringReceiver();
        receiver.arm(address(title), abi.encodeCall(title.transferFrom, (address(receiver), stranger, CAR)));
        _freezeAndRequest(address(receiver));
        vm.warp(DUE);
        _execute(address(receiver));

        assertEq(title.ownerOf(CAR), stranger, "moved on");
        _assertState(3, 2, 0, TitleStatus.Active, "two moves");
        assertEq(_recordCount(CAR), 2, "one order on record");
        assertEq(receiver.operator(), registrar, "operator told");
        assertEq(receiver.from(), holder, "from told");
        assertEq(receiver.tokenId(), CAR, "token told");
    }

    function test_attack_ReceiverReenters_RevertWhen_ForcingAgain() public {
        ReenteringReceiver receiver = new ReenteringReceiver();
        consortium.grantRole(Roles.REGISTRAR, address(receiver), 0);
        receiver.arm(address(title), abi.encodeCall(title.forcedTransfer, (holder, address(receiver), CAR)));
        _freezeAndRequest(address(receiver));
        vm.warp(DUE);
        vm.expectRevert(_unknown(holder, address(receiver)));
        _execute(address(receiver));
    }
}
