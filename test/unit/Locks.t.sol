// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Locks} from "../../contracts/types/Locks.sol";
import {Assertions} from "../helpers/Assertions.sol";

contract LocksTest is Assertions {
    using Locks for uint16;

    function test_bits_HaveTheirPlaces() public pure {
        assertEq(Locks.LIEN, 0, "lien");
        assertEq(Locks.THEFT, 1, "theft");
        assertEq(Locks.COURT, 2, "court");
        assertEq(Locks.SAFETY, 3, "safety");
        assertEq(Locks.SALE, 4, "sale");
        assertEq(Locks.RENTAL, 5, "rental");
        assertEq(Locks.COUNT, 16, "count");
        assertEq(Locks.COURT_BIT, 0x0004, "court's bit");
        assertEq(Locks.RENTAL_BIT, 0x0020, "rental's bit");
    }

    function test_sets_StopWhatTheySay() public pure {
        assertEq(
            Locks.STOPS_TRANSFER,
            0xffd7,
            "all but safety and rental stop transfers, the unassigned too"
        );
        assertEq(Locks.STOPS_USER, 0x000e, "theft, court and safety stop a new user");
    }

    function testFuzz_has_LooksAtOneBit(uint16 locks, uint8 lock) public pure {
        bool expected = lock < 16 && uint256(locks) & (uint256(1) << lock) != 0;
        assertEq(locks.has(lock), expected, "bit");
    }

    function test_has_EveryBitAlone() public pure {
        for (uint8 set = 0; set < 16; ++set) {
            uint16 locks = uint16(1) << set;
            for (uint256 lock = 0; lock < 256; ++lock) {
                assertEq(locks.has(uint8(lock)), lock == set, "only the bit that is set");
            }
        }
    }
}
