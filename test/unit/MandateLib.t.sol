// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MandateLib} from "../../contracts/libraries/MandateLib.sol";
import {Mandate, MandateState} from "../../contracts/types/ChannelTypes.sol";
import {Assertions} from "../helpers/Assertions.sol";

/// @dev Calls the library from outside, so that it can fail.
contract MandateLibHarness {
    function spend(
        Mandate memory mandate,
        MandateState memory state,
        uint96 amount,
        uint256 time
    ) external pure returns (MandateState memory) {
        return MandateLib.spend(mandate, state, amount, time);
    }

    function left(
        Mandate memory mandate,
        MandateState memory state,
        uint256 time
    ) external pure returns (uint256) {
        return MandateLib.left(mandate, state, time);
    }
}

contract MandateLibTest is Assertions {
    uint40 private constant FROM = 1_800_000_000;
    uint32 private constant PERIOD = 1 days;
    bytes private constant ASSERTION = abi.encodeWithSignature("Panic(uint256)", 1);

    MandateLibHarness private harness = new MandateLibHarness();

    function _mandate(uint96 cap, uint96 total) private pure returns (Mandate memory mandate) {
        mandate.validFrom = FROM;
        mandate.periodSeconds = PERIOD;
        mandate.capPerPeriod = cap;
        mandate.totalCap = total;
    }

    function _state(
        uint96 spent,
        uint96 inPeriod,
        uint40 periodStart
    ) private pure returns (MandateState memory state) {
        state.spent = spent;
        state.spentInPeriod = inPeriod;
        state.periodStart = periodStart;
    }

    function test_periodStartAt_CountsFromTheBeginning() public pure {
        Mandate memory mandate = _mandate(1, 1);
        uint256[5] memory passed = [uint256(0), 1, PERIOD - 1, PERIOD, 7 * uint256(PERIOD) + 5];
        uint256[5] memory starts = [uint256(0), 0, 0, PERIOD, 7 * uint256(PERIOD)];
        for (uint256 i = 0; i < passed.length; ++i)
            assertEq(
                MandateLib.periodStartAt(mandate, FROM + passed[i]),
                FROM + starts[i],
                "the start of the period"
            );
    }

    function testFuzz_periodStartAt_IsNotMoreThanAPeriodAgo(
        uint40 from,
        uint32 period,
        uint40 passed
    ) public pure {
        Mandate memory mandate;
        mandate.validFrom = uint40(bound(from, 0, type(uint40).max - passed));
        mandate.periodSeconds = uint32(bound(period, 1, type(uint32).max));
        uint256 time = uint256(mandate.validFrom) + passed;
        uint256 start = MandateLib.periodStartAt(mandate, time);
        assertTrue(start <= time && time - start < mandate.periodSeconds, "the current period");
        assertEq((start - mandate.validFrom) % mandate.periodSeconds, 0, "whole periods from the beginning");
    }

    function test_left_IsTheSmallerOfPeriodAndTotal() public pure {
        assertEq(MandateLib.left(_mandate(10, 20), _state(0, 0, 0), FROM), 10, "fresh");
        assertEq(MandateLib.left(_mandate(20, 10), _state(0, 0, 0), FROM), 10, "by the total");
        assertEq(MandateLib.left(_mandate(10, 20), _state(4, 4, FROM), FROM), 6, "in the period");
        assertEq(MandateLib.left(_mandate(10, 20), _state(18, 4, FROM), FROM), 2, "in all");
        assertEq(MandateLib.left(_mandate(10, 10), _state(10, 10, FROM), FROM), 0, "nothing");
    }

    function test_left_IsWholeAgainInTheSecondAPeriodEnds() public pure {
        MandateState memory state = _state(10, 10, FROM);
        assertEq(MandateLib.left(_mandate(10, 30), state, FROM + PERIOD - 1), 0, "the last second");
        assertEq(MandateLib.left(_mandate(10, 30), state, FROM + PERIOD), 10, "the next period");
        assertEq(MandateLib.left(_mandate(10, 30), state, FROM + 9 * PERIOD), 10, "not nine times");
    }

    /// @dev The contract asks only about times from `validFrom` on.
    function test_left_RevertWhen_TheMandateHasNotBegun() public {
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x11));
        harness.left(_mandate(10, 20), _state(0, 0, 0), FROM - 1);
    }

    function test_spend_RevertWhen_ItIsMoreThanWhatIsLeft() public {
        vm.expectRevert(ASSERTION);
        harness.spend(_mandate(10, 20), _state(4, 4, FROM), 7, FROM);
        vm.expectRevert(ASSERTION);
        harness.spend(_mandate(10, 20), _state(18, 0, FROM), 3, FROM);
    }

    function test_spend_AddsWithinThePeriod() public pure {
        MandateState memory state = MandateLib.spend(_mandate(10, 20), _state(4, 4, FROM), 6, FROM + 5);
        assertEq(state.spent, 10, "in all");
        assertEq(state.spentInPeriod, 10, "in the period");
        assertEq(state.periodStart, FROM, "the same period");
    }

    function test_spend_BeginsAnotherPeriod() public pure {
        MandateState memory state = _state(4, 4, FROM);
        state.isGiven = true;
        state = MandateLib.spend(_mandate(10, 20), state, 6, FROM + 2 * PERIOD + 5);
        assertEq(state.spent, 10, "in all");
        assertEq(state.spentInPeriod, 6, "in the period");
        assertEq(state.periodStart, FROM + 2 * PERIOD, "another period");
        assertTrue(state.isGiven && !state.isRevoked, "given as before");
    }

    function testFuzz_spend_NeverExceeds(
        uint96 cap,
        uint96 total,
        uint96[6] memory amounts,
        uint32[6] memory waits
    ) public pure {
        Mandate memory mandate = _mandate(cap, total);
        MandateState memory state;
        uint256 time = FROM;
        uint256 sum;
        for (uint256 i = 0; i < amounts.length; ++i) {
            time += waits[i] % (2 * PERIOD);
            uint256 left = MandateLib.left(mandate, state, time);
            uint96 amount = uint96(bound(amounts[i], 0, left));
            state = MandateLib.spend(mandate, state, amount, time);
            sum += amount;
            assertEq(state.spent, sum, "all of it is counted");
            assertTrue(state.spent <= total && state.spentInPeriod <= cap, "within both limits");
            assertEq(MandateLib.left(mandate, state, time), left - amount, "and less is left");
        }
    }
}
