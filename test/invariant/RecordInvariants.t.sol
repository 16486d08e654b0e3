// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RecordState} from "../../contracts/types/RecordTypes.sol";
import {BlokInvariants, Play} from "./BlokInvariants.sol";
import {Stage} from "./handlers/Handler.sol";
import {Ledger} from "./handlers/Ledger.sol";

contract RecordPlay is Play {
    constructor(Stage memory stage) Play(stage) {}
}

/// @dev R1 to R4 of docs/invariants.md, after every call of any handler.
contract RecordInvariants is BlokInvariants {
    function _play(Stage memory newStage) internal override returns (Play) {
        return new RecordPlay(newStage);
    }

    /// @dev head(v) = fold(head, digest) over all records of v, from head(0) = keccak(chain, contract, v); and every
    /// record says what its author said.
    function invariant_R1_HeadIsFoldOfAllRecords() public view {
        for (uint256 i = 0; i < stage.vehicles.length; ++i) {
            uint256 vehicleId = stage.vehicles[i];
            uint32 count = ledger.countOf(vehicleId);
            assertEq(
                records.headOf(vehicleId),
                count == 0 ? bytes32(0) : ledger.headOf(vehicleId),
                "R1 the head is the fold of all records"
            );
        }
        assertEq(ledger.broken("R1"), "", "R1");
    }

    /// @dev count(v) = number of RecordAppended(v) and the nth of them has index n.
    function invariant_R2_CountIsNumberOfRecords() public view {
        for (uint256 i = 0; i < stage.vehicles.length; ++i) {
            uint256 vehicleId = stage.vehicles[i];
            assertEq(
                records.stateOf(vehicleId).count,
                ledger.countOf(vehicleId),
                "R2 the count is the number of records"
            );
        }
        assertEq(ledger.broken("R2"), "", "R2");
    }

    /// @dev mm(v) never falls, but to the reading of an inspector's resolution; and it is a reading that was recorded.
    function invariant_R3_OdometerNeverFalls() public view {
        for (uint256 i = 0; i < stage.vehicles.length; ++i) {
            uint256 vehicleId = stage.vehicles[i];
            RecordState memory state = records.stateOf(vehicleId);
            Ledger.Life memory life = ledger.lifeOf(vehicleId);
            assertEq(
                ledger.goodMmOf(vehicleId),
                life.goodMm,
                "R3 the last good odometer changes by records only"
            );
            assertEq(state.anomalies, life.anomalies, "R3 an anomaly stands until it is resolved");
            if (uint256(state.odometerUnit) == 0) continue;
            assertTrue(
                ledger.wasRead(
                    vehicleId,
                    keccak256(abi.encode(state.odometer, state.odometerUnit, state.odometerAt))
                ),
                "R3 the last good odometer was read by somebody"
            );
        }
        assertEq(ledger.broken("R3"), "", "R3");
    }

    /// @dev brands(v) = union of all brand records; every corrected record still folds to the head.
    function invariant_R4_NothingIsRemoved() public view {
        for (uint256 i = 0; i < stage.vehicles.length; ++i) {
            uint256 vehicleId = stage.vehicles[i];
            Ledger.Life memory life = ledger.lifeOf(vehicleId);
            RecordState memory state = records.stateOf(vehicleId);
            assertEq(state.brands, life.brands, "R4 brands only come");
            assertEq(state.bornAt, life.bornAt, "R4 the birth stands");
            if (life.lastCorrected == 0) continue;
            assertEq(
                records.foldProof(vehicleId, ledger.proofOf(vehicleId, life.lastCorrected)),
                records.headOf(vehicleId),
                "R4 a corrected record still stands in the life"
            );
        }
        assertEq(ledger.broken("R4"), "", "R4");
    }
}
