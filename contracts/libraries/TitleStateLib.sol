// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TitleState, TitleStatus} from "../types/TitleTypes.sol";

/// @dev `TitleState` in one word, lowest bits first: issuer 160, status 8, locks 16, holderCount 24, grantEpoch 24,
/// registeredDay 16, hasUser 8.
type PackedTitleState is uint256;

using TitleStateLib for PackedTitleState global;

/// @title The packing of a title's state.
/// @notice The state is read and written as a whole; as a struct in storage each field would be read and written by
/// itself, which costs a registration or a transfer more than 1,000 gas.
library TitleStateLib {
    uint256 private constant STATUS = 160;
    uint256 private constant LOCKS = 168;
    uint256 private constant HOLDER_COUNT = 184;
    uint256 private constant GRANT_EPOCH = 208;
    uint256 private constant REGISTERED_DAY = 232;
    uint256 private constant HAS_USER = 248;

    function pack(TitleState memory state) internal pure returns (PackedTitleState) {
        return
            PackedTitleState.wrap(
                uint256(uint160(state.issuer)) |
                    (uint256(state.status) << STATUS) |
                    (uint256(state.locks) << LOCKS) |
                    (uint256(state.holderCount) << HOLDER_COUNT) |
                    (uint256(state.grantEpoch) << GRANT_EPOCH) |
                    (uint256(state.registeredDay) << REGISTERED_DAY) |
                    (state.hasUser ? uint256(1) << HAS_USER : 0)
            );
    }

    // The casts cut each field out of the word.
    function unpack(PackedTitleState packed) internal pure returns (TitleState memory) {
        uint256 word = PackedTitleState.unwrap(packed);
        return
            TitleState({
                issuer: address(uint160(word)),
                status: TitleStatus(uint8(word >> STATUS)),
                locks: uint16(word >> LOCKS),
                holderCount: uint24(word >> HOLDER_COUNT),
                grantEpoch: uint24(word >> GRANT_EPOCH),
                registeredDay: uint16(word >> REGISTERED_DAY),
                hasUser: word >> HAS_USER != 0
            });
    }
}
