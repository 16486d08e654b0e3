// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TitleState, TitleStatus} from "../../contracts/types/TitleTypes.sol";
import {BlokInvariants, Play} from "./BlokInvariants.sol";
import {Stage} from "./handlers/Handler.sol";
import {Ledger} from "./handlers/Ledger.sol";

contract TitlePlay is Play {
    constructor(Stage memory stage) Play(stage) {}
}

/// @dev T1 to T4 of docs/invariants.md, after every call of any handler.
contract TitleInvariants is BlokInvariants {
    function _play(Stage memory newStage) internal override returns (Play) {
        return new TitlePlay(newStage);
    }

    /// @dev For every vehicle v ever registered: exactly one mint, exactly one birth, and ownerOf(v) is its last taker.
    function invariant_T1_OneTitlePerVehicleForEver() public view {
        uint256 titles;
        for (uint256 i = 0; i < stage.vehicles.length; ++i) {
            uint256 vehicleId = stage.vehicles[i];
            Ledger.Title memory ghost = ledger.titleOf(vehicleId);
            uint256 births = ledger.lifeOf(vehicleId).births;
            if (ghost.mints == 0) {
                assertEq(births, 0, "T1 a vehicle without a title has no life");
                assertEq(uint256(title.stateOf(vehicleId).status), 0, "T1 nor a status");
                continue;
            }
            ++titles;
            assertEq(ghost.mints, 1, "T1 a vehicle's title is made once");
            assertEq(births, 1, "T1 a vehicle is born once");
            assertEq(
                title.ownerOf(vehicleId),
                ghost.holder,
                "T1 the title has the holder that it last went to"
            );
        }
        uint256 held;
        for (uint256 i = 0; i < stage.holders.length; ++i) held += title.balanceOf(stage.holders[i]);
        assertEq(held, titles, "T1 as many titles are held as vehicles are registered");
        assertEq(ledger.broken("T1"), "", "T1");
    }

    /// @dev locks(v) & stops != 0 => holder(v) unchanged, but by a forced transfer asked for a delay ago and not cancelled.
    function invariant_T2_LockedTitleMovesOnlyByForcedTransfer() public view {
        for (uint256 i = 0; i < stage.vehicles.length; ++i) {
            uint256 vehicleId = stage.vehicles[i];
            Ledger.Title memory ghost = ledger.titleOf(vehicleId);
            Ledger.Case memory pending = ledger.caseOf(vehicleId);
            TitleState memory state = title.stateOf(vehicleId);
            assertEq(state.locks, ghost.locks, "T2 the locks are those that were set and not cleared");
            assertEq(state.issuer, ghost.issuer, "T2 the issuer never changes");
            assertEq(
                title.forcedTransferOf(vehicleId).executableAt,
                pending.isOpen ? pending.askedAt + FORCED_TRANSFER_DELAY : 0,
                "T2 a forced transfer waits for its delay"
            );
            assertTrue(
                !pending.isOpen || ghost.locks & 4 != 0,
                "T2 an order ends with the freeze that it rests on"
            );
            if (ghost.mints == 0) continue;
            assertEq(
                title.locked(vehicleId),
                ghost.status == TitleStatus.Destroyed || ghost.locks & 0xffd7 != 0,
                "T2 wallets see whether the title is held"
            );
        }
        assertEq(ledger.broken("T2"), "", "T2");
    }

    /// @dev status(v) = Destroyed at t => (state, holder, user)(v) at t' > t are those at t.
    function invariant_T3_DestroyedIsTerminal() public view {
        for (uint256 i = 0; i < stage.vehicles.length; ++i) {
            uint256 vehicleId = stage.vehicles[i];
            Ledger.Title memory ghost = ledger.titleOf(vehicleId);
            assertEq(
                uint256(title.stateOf(vehicleId).status),
                uint256(ghost.status),
                "T3 the status is what was last announced"
            );
            if (ghost.status != TitleStatus.Destroyed) continue;
            assertEq(ledger.fingerprint(vehicleId), ghost.lastState, "T3 a destroyed title never changes");
            assertEq(title.userOf(vehicleId), address(0), "T3 a destroyed vehicle has no user");
        }
        assertEq(ledger.broken("T3"), "", "T3");
    }

    /// @dev epoch(v) = number of transfers of v; approval and user are none after each, the user unless rented.
    function invariant_T4_NoGrantSurvivesTransfer() public view {
        for (uint256 i = 0; i < stage.vehicles.length; ++i) {
            uint256 vehicleId = stage.vehicles[i];
            Ledger.Title memory ghost = ledger.titleOf(vehicleId);
            TitleState memory state = title.stateOf(vehicleId);
            assertEq(state.grantEpoch, ghost.transfers, "T4 every transfer opens a new grant epoch");
            assertEq(
                title.userExpires(vehicleId),
                ghost.userExpires,
                "T4 the user's time is what was last set"
            );
            assertEq(
                title.userOf(vehicleId),
                ghost.userExpires >= block.timestamp ? ghost.user : address(0),
                "T4 no user survives a transfer, unless a rental protects it"
            );
            if (ghost.mints == 0) continue;
            assertEq(state.holderCount, 1 + ghost.changesOfHolder, "T4 every new holder counts");
            assertEq(title.getApproved(vehicleId), ghost.approved, "T4 no approval survives a transfer");
        }
        assertEq(ledger.broken("T4"), "", "T4");
    }
}
