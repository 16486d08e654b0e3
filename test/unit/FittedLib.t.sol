// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {FittedLib, FittedSerials} from "../../contracts/libraries/FittedLib.sol";
import {Assertions} from "../helpers/Assertions.sol";

contract FittedLibTest is Assertions {
    function _word(FittedSerials serials) private pure returns (uint256) {
        return FittedSerials.unwrap(serials);
    }

    function _empty() private pure returns (FittedSerials) {
        return FittedSerials.wrap(0);
    }

    /// @dev Serials 1 to `count`, in lanes from the lowest.
    function _filled(uint32 count) private pure returns (FittedSerials serials) {
        bool isAdded;
        for (uint32 serial = 1; serial <= count; ++serial) {
            (serials, isAdded) = serials.add(serial);
            assertTrue(isAdded, "there is a place");
        }
    }

    function test_add_FillsLanesFromTheLowest() public pure {
        assertEq(FittedLib.LANES, 8, "eight lanes of 32 bits");
        FittedSerials serials = _filled(8);
        for (uint32 lane = 0; lane < 8; ++lane) {
            assertEq(uint32(_word(serials) >> (32 * lane)), lane + 1, "in order");
        }
    }

    function test_add_RefusesTheNinth() public pure {
        FittedSerials serials = _filled(8);
        (FittedSerials same, bool isAdded) = serials.add(9);
        assertFalse(isAdded, "no place");
        assertEq(_word(same), _word(serials), "as before");
    }

    function test_add_TakesTheHighestSerial() public pure {
        (FittedSerials serials, bool isAdded) = _filled(7).add(type(uint32).max);
        assertTrue(isAdded, "added");
        assertEq(_word(serials) >> 224, type(uint32).max, "in the highest lane");
        assertTrue(serials.anyIn(type(uint32).max, type(uint32).max), "found");
    }

    function test_remove_LeavesTheOthersWhereTheyAre() public pure {
        for (uint32 gone = 1; gone <= 8; ++gone) {
            (FittedSerials rest, bool isRemoved) = _filled(8).remove(gone);
            assertTrue(isRemoved, "it was there");
            for (uint32 lane = 0; lane < 8; ++lane) {
                uint32 expected = lane + 1 == gone ? 0 : lane + 1;
                assertEq(uint32(_word(rest) >> (32 * lane)), expected, "one lane is empty");
            }
            (FittedSerials again, bool isAdded) = rest.add(77);
            assertTrue(isAdded, "which can be filled");
            assertEq(uint32(_word(again) >> (32 * (gone - 1))), 77, "in its place");
        }
    }

    function test_remove_RefusesWhatIsNotThere() public pure {
        (FittedSerials rest, bool isRemoved) = _filled(8).remove(9);
        assertFalse(isRemoved, "not there");
        assertEq(_word(rest), _word(_filled(8)), "as before");
        (rest, isRemoved) = _empty().remove(1);
        assertFalse(isRemoved, "nothing is there");
        // A serial is a whole lane: 0x00010000 is not in the neighbours 1 and 0.
        (rest, isRemoved) = FittedSerials.wrap((uint256(1) << 32) | (uint256(1) << 16)).remove(2);
        assertFalse(isRemoved, "nor across two lanes");
    }

    function test_anyIn_BothEndsIncluded() public pure {
        (FittedSerials serials, ) = _empty().add(5);
        assertTrue(serials.anyIn(5, 5), "itself");
        assertTrue(serials.anyIn(1, 5), "the end");
        assertTrue(serials.anyIn(5, 9), "the beginning");
        assertFalse(serials.anyIn(1, 4), "before");
        assertFalse(serials.anyIn(6, 9), "after");
        assertFalse(serials.anyIn(6, 4), "a range of nothing");
    }

    /// @dev Empty lanes hold zero, which no range may find, wherever they lie.
    function test_anyIn_EmptyLanesNeverAre() public pure {
        assertFalse(_empty().anyIn(0, type(uint32).max), "none");
        (FittedSerials serials, ) = _filled(8).remove(1);
        assertFalse(serials.anyIn(0, 1), "the lowest is empty");
        assertTrue(serials.anyIn(0, 2), "the next is not");
        serials = FittedSerials.wrap(uint256(7) << 224);
        assertFalse(serials.anyIn(0, 6), "seven are empty");
        assertTrue(serials.anyIn(7, 7), "the highest is not");
    }

    /// @dev Against a list that is kept the plain way.
    function testFuzz_addAndRemove_AsAListDoes(uint256 seed) public pure {
        FittedSerials serials;
        bool[20] memory isIn;
        uint256 count;
        for (uint256 i = 0; i < 40; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint32 serial = uint32(1 + (seed % 19));
            bool ok;
            if (isIn[serial]) {
                (serials, ok) = serials.remove(serial);
                assertTrue(ok, "removed");
                --count;
                isIn[serial] = false;
            } else if ((seed >> 32) & 1 == 0) {
                (serials, ok) = serials.remove(serial);
                assertFalse(ok, "not there");
            } else {
                (serials, ok) = serials.add(serial);
                assertEq(ok, count < 8, "added while there is a place");
                if (!ok) continue;
                ++count;
                isIn[serial] = true;
            }
            for (uint32 s = 1; s < 20; ++s) assertEq(serials.anyIn(s, s), isIn[s], "as in the list");
        }
    }

    function testFuzz_anyIn_AsTheLanesSay(
        uint256 word,
        uint32 from,
        uint32 to,
        uint8 lane,
        bool isNear
    ) public pure {
        if (isNear) from = uint32(word >> (32 * (lane % 8)));
        bool expected;
        for (uint256 i = 0; i < 8; ++i) {
            uint32 serial = uint32(word >> (32 * i));
            if (serial != 0 && from <= serial && serial <= to) expected = true;
        }
        assertEq(FittedSerials.wrap(word).anyIn(from, to), expected, "any lane");
    }
}
