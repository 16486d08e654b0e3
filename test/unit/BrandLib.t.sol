// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {BrandLib} from "../../contracts/libraries/BrandLib.sol";
import {Assertions} from "../helpers/Assertions.sol";

contract BrandLibTest is Assertions {
    using Strings for uint256;

    /// @dev One character a code from 0 to 78, ten a line: 1 is a brand. Written down from the table, not computed.
    string private constant TABLE =
        "0111111111"
        "1111101111"
        "1111111111"
        "1111111111"
        "1111011000"
        "0000000000"
        "0000000011"
        "111111111";

    function test_isBrand_IsTheTableOfAnsiD20ForEveryCode() public pure {
        bytes memory table = bytes(TABLE);
        assertEq(table.length, 79, "the table ends with code 78");
        for (uint256 code = 0; code <= type(uint8).max; ++code) {
            bool expected = code < table.length && table[code] == "1";
            assertEq(BrandLib.isBrand(uint8(code)), expected, string.concat("code ", code.toString()));
        }
    }

    function test_isBrand_KnowsTheFiftyFiveDefinedCodes() public pure {
        uint256 count;
        for (uint256 code = 0; code <= type(uint8).max; ++code) {
            if (BrandLib.isBrand(uint8(code))) ++count;
        }
        assertEq(count, 55, "79 codes without clear, reserved, 44 and the gap of 21");
    }
}
