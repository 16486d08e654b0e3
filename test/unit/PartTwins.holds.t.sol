// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Roles} from "../../contracts/access/Roles.sol";
import {IPartTwins} from "../../contracts/interfaces/IPartTwins.sol";
import {CriticalMaterial, Lot, LotForm} from "../../contracts/types/PartTypes.sol";
import {RecallScope} from "../../contracts/types/RecallTypes.sol";
import {FittingTest} from "../helpers/FittingTest.sol";

/// @dev What recalls ask of the part twins: holds, and what a vehicle carries.
contract PartTwinsHoldsTest is FittingTest {
    uint32 private constant LAST = uint32(QUANTITY);

    /* WHO MAY HOLD */

    function test_attack_SetHoldsByAnybodyElse() public {
        address[5] memory callers = [supplier, manufacturer, registrar, workshop, stranger];
        for (uint256 i = 0; i < callers.length; ++i) {
            _expectNotMember(callers[i], Roles.RECALL_CONTROLLER);
            vm.prank(callers[i]);
            parts.setHolds(supplier, _scope(SERIALISED, 1, 2), true);
        }
        _hold(SERIALISED, 1, 2, true);
        _expectNotMember(supplier, Roles.RECALL_CONTROLLER);
        vm.prank(supplier);
        parts.setHolds(supplier, _scope(SERIALISED, 1, 2), false);
        assertTrue(parts.isHeld(part), "the hold stands");
    }

    /* WHAT CAN BE HELD */

    function test_setHolds_RevertWhen_LotIsUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IPartTwins.PartsLotUnknown.selector, _lotId(supplier, 9)));
        _hold(9, 1, 1, true);
        vm.expectRevert(
            abi.encodeWithSelector(IPartTwins.PartsLotUnknown.selector, _lotId(miner, SERIALISED))
        );
        vm.prank(recallController);
        parts.setHolds(miner, _scope(SERIALISED, 1, 1), true);
        vm.expectRevert(abi.encodeWithSelector(IPartTwins.PartsLotUnknown.selector, _lotId(supplier, 9)));
        _hold(9, 1, 1, false);
    }

    function test_setHolds_RevertWhen_RangeIsInvalid() public {
        uint32[2][5] memory ranges = [
            [uint32(0), 0],
            [uint32(0), 5],
            [uint32(5), 4],
            [uint32(1), LAST + 1],
            [LAST + 1, LAST + 1]
        ];
        for (uint256 i = 0; i < ranges.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IPartTwins.PartsSerialInvalid.selector, lotId, ranges[i][1], QUANTITY)
            );
            _hold(SERIALISED, ranges[i][0], ranges[i][1], true);
        }
        assertEq(parts.lotStateOf(lotId).holds, 0, "no hold");
    }

    function test_setHolds_RevertWhen_CountedLotHasARange() public {
        uint32[2][3] memory ranges = [[uint32(1), 1], [uint32(0), 1], [uint32(1), 0]];
        for (uint256 i = 0; i < ranges.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IPartTwins.PartsSerialInvalid.selector,
                    countedLotId,
                    ranges[i][1],
                    QUANTITY
                )
            );
            _hold(COUNTED, ranges[i][0], ranges[i][1], true);
        }
    }

    function test_setHolds_OfAMaterial() public {
        _commission(supplier, Roles.SUPPLIER, _material(3, CriticalMaterial.Nickel, 500));
        _hold(3, 0, 0, true);
        assertTrue(parts.isHeld(_partId(supplier, 3, 0)), "whole");
    }

    /* HOLDING */

    function test_setHolds_HoldsItsRangeBothEndsIncluded() public {
        _hold(SERIALISED, 3, 5, true);
        for (uint32 serial = 1; serial <= LAST + 1; ++serial) {
            assertEq(parts.isHeld(_serial(serial)), serial >= 3 && serial <= 5, "from the first to the last");
        }
        assertFalse(parts.isHeld(pieces), "another lot");
        assertFalse(parts.isHeld(_partId(miner, SERIALISED, 4)), "another maker's lot of this number");
        assertEq(parts.lotStateOf(lotId).holds, 1, "one hold");
    }

    function test_setHolds_HoldsOneSerialAndAll() public {
        _hold(SERIALISED, 1, 1, true);
        assertTrue(parts.isHeld(part), "the first");
        assertFalse(parts.isHeld(_serial(2)), "alone");
        _hold(SERIALISED, 1, LAST, true);
        assertTrue(parts.isHeld(_serial(LAST)), "the last");
        assertTrue(parts.isHeld(_serial(0)), "units without a serial may become any of the range");
        _hold(SERIALISED, 1, 1, false);
        assertTrue(parts.isHeld(_serial(0)), "while one range stands");
        _hold(SERIALISED, 1, LAST, false);
        assertFalse(parts.isHeld(_serial(0)), "free again");
    }

    function test_setHolds_HoldsCountedPiecesWhole() public {
        _hold(COUNTED, 0, 0, true);
        assertTrue(parts.isHeld(pieces), "held");
        _hold(COUNTED, 0, 0, false);
        assertFalse(parts.isHeld(pieces), "free");
    }

    /// @dev Two campaigns may hold the same range. Each takes back its own.
    function test_setHolds_CountsEqualHolds() public {
        _hold(SERIALISED, 2, 4, true);
        _hold(SERIALISED, 2, 4, true);
        _hold(SERIALISED, 2, 4, false);
        assertTrue(parts.isHeld(_serial(3)), "the other still holds");
        _hold(SERIALISED, 2, 4, false);
        assertFalse(parts.isHeld(_serial(3)), "free");
        _expectHoldUnknown(2, 4);
        _hold(SERIALISED, 2, 4, false);
    }

    function test_setHolds_RevertWhen_HoldDoesNotStand() public {
        _expectHoldUnknown(1, 1);
        _hold(SERIALISED, 1, 1, false);
        _hold(SERIALISED, 2, 4, true);
        _expectHoldUnknown(2, 3);
        _hold(SERIALISED, 2, 3, false);
        _expectHoldUnknown(3, 4);
        _hold(SERIALISED, 3, 4, false);
        _expectHoldUnknown(0, 0); // as in the place of a hold that was taken back
        _hold(SERIALISED, 0, 0, false);
    }

    /// @dev Whichever of three holds ends, the other two stand.
    function test_setHolds_EndsTheRightOne() public {
        for (uint32 ended = 0; ended < 3; ++ended) {
            for (uint32 i = 0; i < 3; ++i) _hold(SERIALISED, 10 * i + 1, 10 * i + 5, true);
            _hold(SERIALISED, 10 * ended + 1, 10 * ended + 5, false);
            assertEq(parts.lotStateOf(lotId).holds, 2, "two stand");
            for (uint32 i = 0; i < 3; ++i) {
                assertEq(parts.isHeld(_serial(10 * i + 3)), i != ended, "all but the one that ended");
            }
            for (uint32 i = 0; i < 3; ++i) if (i != ended) _hold(SERIALISED, 10 * i + 1, 10 * i + 5, false);
            assertEq(parts.lotStateOf(lotId).holds, 0, "none");
        }
        assertFalse(parts.isHeld(_serial(3)), "free again");
    }

    function test_setHolds_OfSeveralLotsAtOnce() public {
        RecallScope[] memory scopes = new RecallScope[](3);
        scopes[0] = RecallScope(SERIALISED, 1, 2);
        scopes[1] = RecallScope(COUNTED, 0, 0);
        scopes[2] = RecallScope(SERIALISED, 7, 9);
        vm.prank(recallController);
        parts.setHolds(supplier, scopes, true);
        assertTrue(parts.isHeld(part) && parts.isHeld(pieces) && parts.isHeld(_serial(8)), "all held");
        vm.prank(recallController);
        parts.setHolds(supplier, scopes, false);
        assertFalse(parts.isHeld(part) || parts.isHeld(pieces) || parts.isHeld(_serial(8)), "all free");

        scopes[2].lotNumber = 9;
        vm.expectRevert(abi.encodeWithSelector(IPartTwins.PartsLotUnknown.selector, _lotId(supplier, 9)));
        vm.prank(recallController);
        parts.setHolds(supplier, scopes, true);
        assertFalse(parts.isHeld(part), "all or none");
    }

    function test_setHolds_RevertWhen_Exhausted() public {
        RecallScope[] memory scopes = new RecallScope[](255);
        for (uint256 i = 0; i < 255; ++i) scopes[i] = RecallScope(SERIALISED, 1, 1);
        vm.prank(recallController);
        parts.setHolds(supplier, scopes, true);
        assertEq(parts.lotStateOf(lotId).holds, 255, "as many as there can be");
        vm.expectRevert(
            abi.encodeWithSelector(IPartTwins.PartsHoldsExhausted.selector, lotId, type(uint8).max)
        );
        _hold(SERIALISED, 2, 2, true);
    }

    /// @dev A hold changes nothing else of the lot.
    function test_setHolds_TouchesNothingElse() public {
        _fit(part, 1, CAR);
        Lot memory before = parts.lotStateOf(lotId);
        _hold(SERIALISED, 1, 2, true);
        before.holds = 1;
        assertEq(
            keccak256(abi.encode(parts.lotStateOf(lotId))),
            keccak256(abi.encode(before)),
            "the counters are as before"
        );
        _give(workshop, supplier, _serial(2), 1); // held units move: back to their maker, for one
    }

    function testFuzz_isHeld_AsTheRangesSay(
        uint32[4] memory from,
        uint32[4] memory to,
        uint32 serial
    ) public {
        bool expected;
        serial = uint32(bound(serial, 0, LAST + 1));
        for (uint256 i = 0; i < 4; ++i) {
            from[i] = uint32(bound(from[i], 1, LAST));
            to[i] = uint32(bound(to[i], from[i], LAST));
            _hold(SERIALISED, from[i], to[i], true);
            if (i != 1 && (serial == 0 || (serial >= from[i] && serial <= to[i]))) expected = true;
        }
        _hold(SERIALISED, from[1], to[1], false);
        assertEq(parts.isHeld(_serial(serial)), expected, "in a range that stands");
    }

    /* WHAT A VEHICLE CARRIES */

    function test_carriesAny_FindsAFittedSerial() public {
        _fit(_serial(4), 1, CAR);
        _fit(_serial(8), 1, CAR);
        assertTrue(_carries(CAR, SERIALISED, 4, 4), "itself");
        assertTrue(_carries(CAR, SERIALISED, 1, 4), "at the end");
        assertTrue(_carries(CAR, SERIALISED, 4, 7), "at the beginning");
        assertTrue(_carries(CAR, SERIALISED, 8, 8), "in the second place");
        assertFalse(_carries(CAR, SERIALISED, 1, 3), "before");
        assertFalse(_carries(CAR, SERIALISED, 5, 7), "between");
        assertFalse(_carries(CAR, SERIALISED, 9, LAST), "after");
        assertFalse(_carries(OTHER_CAR, SERIALISED, 1, LAST), "the other car");
        assertFalse(parts.carriesAny(CAR, miner, _scope(SERIALISED, 1, LAST)), "another maker");
    }

    function test_carriesAny_FindsCountedPiecesWhole() public {
        assertFalse(_carries(CAR, COUNTED, 0, 0), "none yet");
        _fit(pieces, 1, CAR);
        assertTrue(_carries(CAR, COUNTED, 0, 0), "one");
        _giveWorkOrder(CAR, holder);
        _remove(pieces, 1, CAR);
        assertFalse(_carries(CAR, COUNTED, 0, 0), "none any more");
    }

    function test_carriesAny_AsksEveryScope() public {
        RecallScope[] memory scopes = new RecallScope[](3);
        scopes[0] = RecallScope(9, 1, 1);
        scopes[1] = RecallScope(SERIALISED, 1, 3);
        scopes[2] = RecallScope(COUNTED, 0, 0);
        _fit(_serial(4), 1, CAR);
        assertFalse(parts.carriesAny(CAR, supplier, scopes), "none of them");
        _fit(pieces, 1, CAR);
        assertTrue(parts.carriesAny(CAR, supplier, scopes), "the last");
        _fit(_serial(3), 1, OTHER_CAR);
        assertTrue(parts.carriesAny(OTHER_CAR, supplier, scopes), "the second");
        assertFalse(parts.carriesAny(CAR, supplier, new RecallScope[](0)), "nothing is asked");
    }

    function test_fittedOf_CountsWhateverPlacesAreTaken() public {
        assertEq(parts.fittedOf(CAR, lotId), 0, "none");
        for (uint32 serial = 1; serial <= 8; ++serial) {
            _fit(_serial(serial), 1, CAR);
            assertEq(parts.fittedOf(CAR, lotId), serial, "one more");
        }
        _giveWorkOrder(CAR, holder);
        for (uint32 serial = 1; serial <= 8; ++serial) {
            _remove(_serial(serial), 1, CAR);
            assertEq(parts.fittedOf(CAR, lotId), 8 - serial, "one fewer, from the lowest place up");
        }
        assertEq(parts.fittedOf(CAR, _lotId(supplier, 9)), 0, "unknown lot");
    }

    /// @dev A count of pieces above 32 bits is one number, not places with serials.
    function test_fittedOf_CountsManyPieces() public {
        uint40 many = type(uint40).max;
        _commission(supplier, Roles.SUPPLIER, _lot(5, LotForm.Counted, many));
        _give(supplier, workshop, _partId(supplier, 5, 0), many);
        _fit(_partId(supplier, 5, 0), many, CAR);
        _assertFitted(CAR, _lotId(supplier, 5), many, many, "all of them");
        assertTrue(_carries(CAR, 5, 0, 0), "carried");
    }

    function testFuzz_carriesAny_AsTheUnitsSay(uint256 seed, uint32 from, uint32 to) public {
        from = uint32(bound(from, 1, MARKED));
        to = uint32(bound(to, from, MARKED));
        bool expected;
        uint256 fitted;
        for (uint32 serial = 1; serial <= MARKED && fitted < 8; ++serial) {
            if ((seed >> serial) & 1 == 0) continue;
            _fit(_serial(serial), 1, CAR);
            ++fitted;
            if (serial >= from && serial <= to) expected = true;
        }
        assertEq(_carries(CAR, SERIALISED, from, to), expected, "carried when one of them is fitted");
        assertEq(parts.fittedOf(CAR, lotId), fitted, "how many");
    }

    function _carries(uint256 vehicleId, uint64 number, uint32 from, uint32 to) private view returns (bool) {
        return parts.carriesAny(vehicleId, supplier, _scope(number, from, to));
    }

    function _expectHoldUnknown(uint32 from, uint32 to) private {
        vm.expectRevert(abi.encodeWithSelector(IPartTwins.PartsHoldUnknown.selector, lotId, from, to));
    }
}
