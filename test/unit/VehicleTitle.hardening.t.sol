// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TitleState} from "../../contracts/types/TitleTypes.sol";
import {ForcedTransferTest} from "../helpers/ForcedTransferTest.sol";

/// @dev Ways around the forced transfer that need patience: an old order used again, and a title worn out on purpose.
contract VehicleTitleHardeningTest is ForcedTransferTest {
    /* AN ORDER ENDS WITH THE FREEZE IT RESTS ON */

    /// @dev The court released the title, so the matter is settled. A new freeze needs a new order with its own delay,
    /// or the holder has no time to object.
    function test_attack_StaleOrder_RevertWhen_ReleasedAndFrozenAgain() public {
        _freezeAndRequest(buyer);
        _unlock(COURT);
        vm.warp(DUE + 1 days);
        _lock(COURT);

        vm.prank(registrar);
        (bool ok, ) = address(title).call(abi.encodeCall(title.forcedTransfer, (holder, buyer, CAR)));
        assertFalse(ok, "the old order is not carried out under the new freeze");
        assertEq(title.ownerOf(CAR), holder, "holder");
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
        uint24 nearlyFull = type(uint24).max - 16;
        _wear(nearlyFull);
        for (uint256 i = 0; i < 17; ++i) {
            address from = title.ownerOf(CAR);
            vm.prank(from);
            (bool ok, ) = address(title).call(
                abi.encodeCall(title.transferFrom, (from, from == holder ? stranger : holder, CAR))
            );
            if (!ok) break;
        }
        address owner = title.ownerOf(CAR);

        vm.startPrank(court);
        title.setFrozenTokens(owner, CAR, true);
        title.requestForcedTransfer(owner, buyer, CAR, EVIDENCE);
        vm.stopPrank();
        vm.warp(DUE);
        vm.prank(registrar);
        (bool taken, ) = address(title).call(abi.encodeCall(title.forcedTransfer, (owner, buyer, CAR)));
        assertTrue(taken, "the court reaches a worn-out title");
        assertEq(title.ownerOf(CAR), buyer, "holder");
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
