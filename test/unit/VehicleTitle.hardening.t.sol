// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IVehicleTitle} from "../../contracts/interfaces/IVehicleTitle.sol";
import {TitleState} from "../../contracts/types/TitleTypes.sol";
import {ForcedTransferTest} from "../helpers/ForcedTransferTest.sol";

/// @dev Ways around the forced transfer that need patience: an old order used again, and a title worn out on purpose.
contract VehicleTitleHardeningTest is ForcedTransferTest {
    /// @dev The last 65,536 steps of a 24-bit counter are the court's.
    uint24 private constant MAX_TRANSFERS = 0xfeffff;

    /* AN ORDER ENDS WITH THE FREEZE IT RESTS ON */

    /// @dev The court released the title, so the matter is settled. A new freeze needs a new order with its own delay,
    /// or the holder has no time to object.
    function test_attack_StaleOrder_RevertWhen_ReleasedAndFrozenAgain() public {
        _freezeAndRequest(buyer);
        _unlock(COURT);
        vm.warp(DUE + 1 days);
        _lock(COURT);

        vm.expectRevert(_unknown(holder, buyer));
        _execute(buyer);
        assertEq(title.ownerOf(CAR), holder, "holder");
    }

    function test_unlockTitle_EndsTheOrder() public {
        _freezeAndRequest(buyer);
        vm.expectEmit(address(title));
        emit IVehicleTitle.ForcedTransferCancelled(CAR, court);
        _unlock(COURT);
        _assertPending(address(0), address(0), 0, 0, "ended by unlockTitle");

        _freezeAndRequest(buyer);
        vm.expectEmit(address(title));
        emit IVehicleTitle.ForcedTransferCancelled(CAR, court);
        vm.prank(court);
        title.setFrozenTokens(holder, CAR, false);
        _assertPending(address(0), address(0), 0, 0, "ended under the name of ERC-7943");
    }

    function test_unlockTitle_OtherLocksEndNoOrder() public {
        _lock(LIEN);
        _freezeAndRequest(buyer);
        _unlock(LIEN);
        _lock(THEFT);
        _unlock(THEFT);
        _assertPending(holder, buyer, EVIDENCE, DUE, "the order rests on the court's lock alone");
    }

    /// @dev Frozen once more under the name of ERC-7943: nothing begins anew, nothing ends.
    function test_setFrozenTokens_AgainLeavesTheOrder() public {
        _freezeAndRequest(buyer);
        TitleState memory before = title.stateOf(CAR);
        vm.prank(court);
        title.setFrozenTokens(holder, CAR, true);
        _assertPending(holder, buyer, EVIDENCE, DUE, "the same order");
        _assertUntouched(before, holder, "the same freeze");
    }

    function test_unlockTitle_WithoutOrderCancelsNothing() public {
        _lock(COURT);
        vm.recordLogs();
        _unlock(COURT);
        assertEq(
            _count(vm.getRecordedLogs(), IVehicleTitle.ForcedTransferCancelled.selector),
            0,
            "nothing to cancel"
        );
    }

    function test_requestForcedTransfer_AgainAfterRelease() public {
        _freezeAndRequest(buyer);
        _unlock(COURT);
        _transfer(holder, stranger);
        vm.warp(NOW + 1 days);

        vm.startPrank(court);
        title.setFrozenTokens(stranger, CAR, true);
        (bool ok, ) = address(title).call(
            abi.encodeCall(title.requestForcedTransfer, (stranger, buyer, CAR, EVIDENCE))
        );
        vm.stopPrank();
        assertTrue(ok, "an order against the former holder does not bar the court");
        _assertPending(stranger, buyer, EVIDENCE, DUE + 1 days, "asked anew");
    }

    /* TRANSFER COUNTERS DO NOT WEAR OUT */

    /// @dev Holder count and grant epoch have 24 bits. Who moves its title to and fro until they are used up must not
    /// become immune to the court.
    function test_attack_WornOutTitle_CourtStillReachesIt() public {
        _wear(MAX_TRANSFERS - 1);
        _transfer(holder, stranger);
        vm.prank(stranger);
        vm.expectRevert(
            abi.encodeWithSelector(IVehicleTitle.TitleTransfersExhausted.selector, CAR, MAX_TRANSFERS)
        );
        title.transferFrom(stranger, holder, CAR);

        vm.startPrank(court);
        title.setFrozenTokens(stranger, CAR, true);
        title.requestForcedTransfer(stranger, buyer, CAR, EVIDENCE);
        vm.stopPrank();
        vm.warp(DUE);
        vm.prank(registrar);
        title.forcedTransfer(stranger, buyer, CAR);
        assertEq(title.ownerOf(CAR), buyer, "the court reaches a worn-out title");
    }

    /// @dev Sets both counters, wherever in storage the state lies.
    function _wear(uint24 transfers) private {
        for (uint256 slot = 0; slot < 32; ++slot) {
            bytes32 place = keccak256(abi.encode(CAR, slot));
            uint256 word = uint256(vm.load(address(title), place));
            if (address(uint160(word)) != manufacturer) continue;
            word &= ~(uint256(type(uint48).max) << 184);
            word |= (uint256(transfers) << 184) | (uint256(transfers) << 208);
            vm.store(address(title), place, bytes32(word));
            break;
        }
        TitleState memory state = title.stateOf(CAR);
        assertEq(state.holderCount, transfers, "holders");
        assertEq(state.grantEpoch, transfers, "transfers");
    }
}
