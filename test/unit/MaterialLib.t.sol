// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MaterialLib, PackedMaterials} from "../../contracts/libraries/MaterialLib.sol";
import {CriticalMaterial, Materials} from "../../contracts/types/PartTypes.sol";
import {Assertions} from "../helpers/Assertions.sol";

contract MaterialLibTest is Assertions {
    uint256 private constant KINDS = 6;
    uint256 private constant MOST = type(uint40).max;

    /// @dev Six numbers of at most 40 bits; the lanes are in the order of `CriticalMaterial`, less `Other`.
    function _lanes(uint256 seed) private pure returns (uint256[6] memory lanes) {
        for (uint256 i = 0; i < KINDS; ++i) lanes[i] = uint40(uint256(keccak256(abi.encode(seed, i))));
    }

    function _grams(uint256[6] memory lanes) private pure returns (Materials memory) {
        return
            Materials(
                uint40(lanes[0]),
                uint40(lanes[1]),
                uint40(lanes[2]),
                uint40(lanes[3]),
                uint40(lanes[4]),
                uint40(lanes[5])
            );
    }

    function _pack(uint256[6] memory lanes) private pure returns (PackedMaterials) {
        return MaterialLib.pack(_grams(lanes));
    }

    function _assertLanes(
        uint256[6] memory actual,
        uint256[6] memory expected,
        string memory message
    ) private pure {
        assertEq(keccak256(abi.encode(actual)), keccak256(abi.encode(expected)), message);
    }

    /* PACKING */

    function testFuzz_pack_IsSixLanesCobaltLowest(uint256 seed) public pure {
        Materials memory g = _grams(_lanes(seed));
        bytes memory highestFirst = abi.encodePacked(
            uint16(0),
            g.rareEarthsG,
            g.graphiteG,
            g.leadG,
            g.nickelG,
            g.lithiumG,
            g.cobaltG
        );
        PackedMaterials packed = MaterialLib.pack(g);
        assertEq(bytes32(PackedMaterials.unwrap(packed)), bytes32(highestFirst), "layout");
        assertEq(keccak256(abi.encode(packed.unpack())), keccak256(abi.encode(g)), "round trip");
        uint256[6] memory lanes = _lanes(seed);
        for (uint256 i = 0; i < KINDS; ++i) assertEq(packed.gramsOf(i), lanes[i], "lane");
    }

    function test_pack_EveryLaneFull() public pure {
        uint256[6] memory lanes = [MOST, MOST, MOST, MOST, MOST, MOST];
        assertEq(PackedMaterials.unwrap(_pack(lanes)), (uint256(1) << 240) - 1, "240 bits");
    }

    function test_isNone_OnlyWithoutAGram() public pure {
        uint256[6] memory lanes;
        assertTrue(_pack(lanes).isNone(), "nothing");
        for (uint256 i = 0; i < KINDS; ++i) {
            lanes[i] = 1;
            assertFalse(_pack(lanes).isNone(), "one gram");
            lanes[i] = 0;
        }
    }

    function testFuzz_ofMaterial_IsItselfAndNothingElse(uint40 grams) public pure {
        assertTrue(MaterialLib.ofMaterial(CriticalMaterial.Other, grams).isNone(), "nothing critical");
        Materials memory expected;
        expected.cobaltG = grams;
        _assertMaterial(CriticalMaterial.Cobalt, grams, expected);
        delete expected;
        expected.lithiumG = grams;
        _assertMaterial(CriticalMaterial.Lithium, grams, expected);
        delete expected;
        expected.nickelG = grams;
        _assertMaterial(CriticalMaterial.Nickel, grams, expected);
        delete expected;
        expected.leadG = grams;
        _assertMaterial(CriticalMaterial.Lead, grams, expected);
        delete expected;
        expected.graphiteG = grams;
        _assertMaterial(CriticalMaterial.Graphite, grams, expected);
        delete expected;
        expected.rareEarthsG = grams;
        _assertMaterial(CriticalMaterial.RareEarths, grams, expected);
    }

    function _assertMaterial(
        CriticalMaterial material,
        uint40 grams,
        Materials memory expected
    ) private pure {
        assertEq(
            keccak256(abi.encode(MaterialLib.ofMaterial(material, grams).unpack())),
            keccak256(abi.encode(expected)),
            "a material lot is its material"
        );
    }

    /* SHARES */

    function testFuzz_addShare_IsTheRoundedDownShareOfEveryLane(
        uint256 seed,
        uint40 quantity,
        uint40 total
    ) public pure {
        total = uint40(bound(total, 1, MOST));
        quantity = uint40(bound(quantity, 0, total));
        uint256[6] memory lanes = _lanes(seed);
        uint256[6] memory available = _lanes(~seed);
        uint256[6] memory expected = _lanes(~seed);
        for (uint256 i = 0; i < KINDS; ++i) expected[i] += (lanes[i] * quantity) / total;
        MaterialLib.addShare(available, _pack(lanes), quantity, total);
        _assertLanes(available, expected, "added to what was there");
    }

    function test_addShare_AllOfALotIsAllOfItsContent() public pure {
        uint256[6] memory lanes = [MOST, 0, 1, 0, MOST - 1, 7];
        uint256[6] memory available;
        MaterialLib.addShare(available, _pack(lanes), MOST, MOST);
        _assertLanes(available, lanes, "whole");
    }

    function test_addShare_EmptyLanesBelowFullOnes() public pure {
        uint256[6] memory lanes;
        lanes[5] = 1_000;
        uint256[6] memory available;
        MaterialLib.addShare(available, _pack(lanes), 1, 4);
        assertEq(available[5], 250, "a quarter of the last lane");
        assertEq(available[0], 0, "nothing of the first");
    }

    function test_addShare_RoundsDown() public pure {
        uint256[6] memory lanes;
        lanes[0] = 5;
        uint256[6] memory available;
        for (uint256 i = 0; i < 3; ++i) MaterialLib.addShare(available, _pack(lanes), 1, 3);
        assertEq(available[0], 3, "three thirds of 5 g, each rounded down");
    }

    function testFuzz_attack_MassBalanceBrokenByRounding_SharesNeverExceedTheContent(
        uint256 seed,
        uint40 total,
        uint8 cuts
    ) public pure {
        uint256 left = bound(total, 1, MOST);
        uint256 quantity = left;
        uint256[6] memory lanes = _lanes(seed);
        uint256[6] memory available;
        for (uint256 i = 0; i < cuts && left != 0; ++i) {
            uint256 piece = bound(uint256(keccak256(abi.encode(seed, "cut", i))), 1, left);
            if (i % 2 == 0 && piece > 3) piece = (piece % 3) + 1; // crumbs between the large pieces
            MaterialLib.addShare(available, _pack(lanes), piece, quantity);
            left -= piece;
        }
        MaterialLib.addShare(available, _pack(lanes), left, quantity);
        for (uint256 i = 0; i < KINDS; ++i) {
            assertTrue(available[i] <= lanes[i], "the shares exceed the content");
            assertTrue(lanes[i] - available[i] <= uint256(cuts), "at most a gram is lost per piece");
        }
    }

    /* TAKING */

    function testFuzz_take_LeavesTheRest(uint256 seed) public pure {
        uint256[6] memory content = _lanes(seed);
        uint256[6] memory rest = _lanes(~seed);
        uint256[6] memory available;
        for (uint256 i = 0; i < KINDS; ++i) available[i] = content[i] + rest[i];
        assertEq(MaterialLib.take(available, _pack(content)), KINDS, "enough of every lane");
        _assertLanes(available, rest, "the rest");
    }

    function testFuzz_take_NamesTheFirstLaneThatLacks(uint256 seed, uint256 lane) public pure {
        lane = bound(lane, 0, KINDS - 1);
        uint256[6] memory content = _lanes(seed);
        uint256[6] memory available;
        for (uint256 i = 0; i < KINDS; ++i) {
            content[i] |= 1;
            available[i] = i < lane ? content[i] : content[i] - 1;
        }
        assertEq(MaterialLib.take(available, _pack(content)), lane, "lane");
        assertEq(available[lane], content[lane] - 1, "what there is of it still stands there");
    }

    function test_take_EachLaneToTheGram() public pure {
        for (uint256 lane = 0; lane < KINDS; ++lane) {
            uint256[6] memory content;
            uint256[6] memory available;
            content[lane] = 1_000;
            available[lane] = 1_000;
            assertEq(MaterialLib.take(available, _pack(content)), KINDS, "exactly enough");
            assertEq(available[lane], 0, "nothing is left");
            assertEq(MaterialLib.take(available, _pack(content)), lane, "nothing twice");
            available[lane] = 999;
            assertEq(MaterialLib.take(available, _pack(content)), lane, "a gram too little");
        }
    }

    function test_take_NothingFromNothing() public pure {
        uint256[6] memory nothing;
        assertEq(MaterialLib.take(nothing, _pack(nothing)), KINDS, "nothing lacks");
    }
}
