// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CampaignLib} from "../../contracts/libraries/CampaignLib.sol";
import {Advisory, Campaign, RecallScope, RemedyStatus} from "../../contracts/types/RecallTypes.sol";
import {Assertions} from "../helpers/Assertions.sol";

contract CampaignLibTest is Assertions {
    /* IDS */

    function test_campaignIdOf_PutsTheMakerAboveTheNumber() public pure {
        address maker = address(0x00112233445566778899AABbCCdDeeFf00112233);
        uint256 campaignId = CampaignLib.campaignIdOf(maker, "21V554000", false);
        assertEq(campaignId, (uint256(uint160(maker)) << 96) | 0x323156353534303030, "written out");
        assertEq(CampaignLib.makerOf(campaignId), maker, "the maker comes out again");
        uint256 official = CampaignLib.campaignIdOf(maker, "21V554000", true);
        assertEq(official, campaignId | (1 << 72), "an authority's has a bit of its own");
        assertEq(CampaignLib.makerOf(official), maker, "of the same maker");
    }

    function testFuzz_campaignIdOf_TellsMakersAndNumbersApart(
        address maker,
        bytes9 number,
        bool byAuthority,
        address otherMaker,
        bytes9 otherNumber,
        bool otherByAuthority
    ) public pure {
        uint256 campaignId = CampaignLib.campaignIdOf(maker, number, byAuthority);
        assertEq(CampaignLib.makerOf(campaignId), maker, "the maker");
        assertEq(
            campaignId == CampaignLib.campaignIdOf(otherMaker, otherNumber, otherByAuthority),
            maker == otherMaker && number == otherNumber && byAuthority == otherByAuthority,
            "one id for one campaign"
        );
    }

    /* NUMBERS */

    function test_isNumber_KnowsTheFourKinds() public pure {
        assertTrue(CampaignLib.isNumber("21V554000"), "vehicle");
        assertTrue(CampaignLib.isNumber("00E000000"), "equipment");
        assertTrue(CampaignLib.isNumber("99T999999"), "tyre");
        assertTrue(CampaignLib.isNumber("19C090909"), "child seat");
    }

    function test_isNumber_RefusesEveryOtherKind() public pure {
        for (uint256 kind = 0; kind < 256; ++kind) {
            bytes9 number = bytes9(bytes.concat("21", bytes1(uint8(kind)), "554000"));
            bool isKind = kind == 0x56 || kind == 0x45 || kind == 0x54 || kind == 0x43;
            assertEq(CampaignLib.isNumber(number), isKind, "the third character");
        }
    }

    function test_isNumber_RefusesWhatIsNoDigitInAnyPlace() public pure {
        for (uint256 place = 0; place < 9; ++place) {
            if (place == 2) continue;
            for (uint256 char = 0; char < 256; ++char) {
                bytes memory number = bytes("21V554000");
                number[place] = bytes1(uint8(char));
                bool isDigit = char >= 0x30 && char <= 0x39;
                assertEq(CampaignLib.isNumber(bytes9(number)), isDigit, "a digit");
            }
        }
    }

    /* PACKING */

    function testFuzz_pack_RoundTrip(
        bool exists,
        bool byAuthority,
        uint8 status,
        uint8 advisory,
        uint8 lots,
        uint8 releases,
        uint32 enrolled,
        uint32 remedied
    ) public pure {
        Campaign memory campaign = Campaign({
            exists: exists,
            byAuthority: byAuthority,
            status: RemedyStatus(bound(status, 0, 4)),
            advisory: Advisory(bound(advisory, 0, 2)),
            lots: lots,
            releases: releases,
            enrolled: enrolled,
            remedied: remedied
        });
        uint128 half = CampaignLib.pack(campaign);
        Campaign memory unpacked = CampaignLib.unpack(half);
        assertEq(keccak256(abi.encode(unpacked)), keccak256(abi.encode(campaign)), "every field comes back");
        assertEq(
            uint256(CampaignLib.statusOf(half)),
            uint256(campaign.status),
            "the status, read off by itself"
        );
        assertEq(CampaignLib.lotsOf(half), lots, "the number of lots, read off by itself");
        assertEq(CampaignLib.releasesOf(half), releases, "the number of releases, read off by itself");
    }

    function test_pack_HasItsPlaces() public pure {
        Campaign memory campaign = Campaign(
            true,
            true,
            RemedyStatus.Withdrawn,
            Advisory.ParkOutside,
            3,
            5,
            7,
            9
        );
        assertEq(CampaignLib.pack(campaign), 0x0000000900000007_05_03_02_04_01_01, "written out");
    }

    function testFuzz_packScope_RoundTrip(uint64 lotNumber, uint32 from, uint32 to) public pure {
        uint128 half = CampaignLib.packScope(RecallScope(lotNumber, from, to));
        RecallScope memory scope = CampaignLib.unpackScope(half);
        assertEq(scope.lotNumber, lotNumber, "the lot");
        assertEq(scope.fromSerial, from, "the first serial");
        assertEq(scope.toSerial, to, "the last serial");
        assertEq(
            half,
            (uint256(lotNumber) << 64) | (uint256(from) << 32) | to,
            "lot above first above last serial"
        );
    }
}
