// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PackedTitleState, TitleStateLib} from "../../contracts/libraries/TitleStateLib.sol";
import {TitleState, TitleStatus} from "../../contracts/types/TitleTypes.sol";
import {Assertions} from "../helpers/Assertions.sol";

contract TitleStateLibTest is Assertions {
    function testFuzz_pack_ComesBackWhole(
        address issuer,
        uint8 status,
        uint16 locks,
        uint24 holderCount,
        uint24 grantEpoch,
        uint16 registeredDay,
        bool hasUser
    ) public pure {
        TitleState memory state = TitleState({
            issuer: issuer,
            status: TitleStatus(status % 4),
            locks: locks,
            holderCount: holderCount,
            grantEpoch: grantEpoch,
            registeredDay: registeredDay,
            hasUser: hasUser
        });
        assertEq(
            keccak256(abi.encode(TitleStateLib.pack(state).unpack())),
            keccak256(abi.encode(state)),
            "same state"
        );
    }

    /// @dev Each field alone at its largest fills its own bits, and only these.
    function test_pack_EveryFieldHasItsPlace() public pure {
        TitleState memory state;
        assertEq(PackedTitleState.unwrap(TitleStateLib.pack(state)), 0, "no title is an empty word");

        state.issuer = address(type(uint160).max);
        _assertBits(state, type(uint160).max, 0, "issuer");
        delete state.issuer;
        state.status = TitleStatus.Destroyed;
        _assertBits(state, 3, 160, "status");
        state.status = TitleStatus.None;
        state.locks = type(uint16).max;
        _assertBits(state, type(uint16).max, 168, "locks");
        state.locks = 0;
        state.holderCount = type(uint24).max;
        _assertBits(state, type(uint24).max, 184, "holder count");
        state.holderCount = 0;
        state.grantEpoch = type(uint24).max;
        _assertBits(state, type(uint24).max, 208, "grant epoch");
        state.grantEpoch = 0;
        state.registeredDay = type(uint16).max;
        _assertBits(state, type(uint16).max, 232, "registered day");
        state.registeredDay = 0;
        state.hasUser = true;
        _assertBits(state, 1, 248, "has user");
    }

    function _assertBits(
        TitleState memory state,
        uint256 value,
        uint256 place,
        string memory message
    ) private pure {
        assertEq(PackedTitleState.unwrap(TitleStateLib.pack(state)), value << place, message);
    }
}
