// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Advisory, Campaign, RecallScope, RemedyStatus} from "../types/RecallTypes.sol";

/// @title How recall campaigns are named and packed.
/// @notice campaignId = maker << 96 | byAuthority << 72 | number: a campaign's maker stands in its id, so that nobody takes
/// the number of another maker's campaign, and neither maker nor authority that of the other. A word of storage holds two
/// halves: the state and the first scope, then two scopes each.
library CampaignLib {
    uint256 private constant NUMBER_LENGTH = 9;

    function campaignIdOf(address maker, bytes9 number, bool byAuthority) internal pure returns (uint256) {
        return (uint256(uint160(maker)) << 96) | (byAuthority ? 1 << 72 : 0) | uint72(number);
    }

    // The casts cut each field out of the id.
    function makerOf(uint256 campaignId) internal pure returns (address) {
        return address(uint160(campaignId >> 96));
    }

    /// @notice Whether a number has the form of NHTSA's: two digits, one of V E T C, six digits.
    function isNumber(bytes9 number) internal pure returns (bool) {
        for (uint256 i = 0; i < NUMBER_LENGTH; ++i) {
            bytes1 char = number[i];
            if (i == 2) continue;
            if (char < "0" || char > "9") return false;
        }
        bytes1 kind = number[2];
        return kind == "V" || kind == "E" || kind == "T" || kind == "C";
    }

    /// @dev Lowest bits first: exists 8, byAuthority 8, status 8, advisory 8, lots 8, releases 8, enrolled 32,
    /// remedied 32.
    function pack(Campaign memory campaign) internal pure returns (uint128) {
        return
            uint128(
                (campaign.exists ? 1 : 0) |
                    (uint256(campaign.byAuthority ? 1 : 0) << 8) |
                    (uint256(campaign.status) << 16) |
                    (uint256(campaign.advisory) << 24) |
                    (uint256(campaign.lots) << 32) |
                    (uint256(campaign.releases) << 40) |
                    (uint256(campaign.enrolled) << 48) |
                    (uint256(campaign.remedied) << 80)
            );
    }

    function unpack(uint128 half) internal pure returns (Campaign memory) {
        return
            Campaign({
                exists: uint8(half) != 0,
                byAuthority: uint8(half >> 8) != 0,
                status: RemedyStatus(uint8(half >> 16)),
                advisory: Advisory(uint8(half >> 24)),
                lots: uint8(half >> 32),
                releases: uint8(half >> 40),
                enrolled: uint32(half >> 48),
                remedied: uint32(half >> 80)
            });
    }

    // Single fields, for the question that is asked most.

    function statusOf(uint128 half) internal pure returns (RemedyStatus) {
        return RemedyStatus(uint8(half >> 16));
    }

    function lotsOf(uint128 half) internal pure returns (uint256) {
        return uint8(half >> 32);
    }

    function releasesOf(uint128 half) internal pure returns (uint256) {
        return uint8(half >> 40);
    }

    function packScope(RecallScope memory scope) internal pure returns (uint128) {
        return (uint128(scope.lotNumber) << 64) | (uint128(scope.fromSerial) << 32) | uint128(scope.toSerial);
    }

    function unpackScope(uint128 half) internal pure returns (RecallScope memory) {
        return
            RecallScope({
                lotNumber: uint64(half >> 64),
                fromSerial: uint32(half >> 32),
                toSerial: uint32(half)
            });
    }
}
