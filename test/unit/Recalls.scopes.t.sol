// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Roles} from "../../contracts/access/Roles.sol";
import {IPartTwins} from "../../contracts/interfaces/IPartTwins.sol";
import {IVehicleRecords} from "../../contracts/interfaces/IVehicleRecords.sol";
import {IVehicleTitle} from "../../contracts/interfaces/IVehicleTitle.sol";
import {Recalls} from "../../contracts/parts/Recalls.sol";
import {
    Advisory,
    Campaign,
    RecallInput,
    RecallScope,
    RemedyStatus
} from "../../contracts/types/RecallTypes.sol";
import {BlokTest} from "../helpers/BlokTest.sol";
import {SoftwareRegistryMock} from "../helpers/SoftwareRegistryMock.sol";

/// @dev Parts of which any lot exists, so that campaigns can be over any numbers. It keeps what it was asked.
contract AnyPartsMock {
    IVehicleTitle public title;
    IVehicleRecords public records;
    bytes32 public held;
    bytes32 public released;

    constructor(IVehicleTitle newTitle, IVehicleRecords newRecords) {
        title = newTitle;
        records = newRecords;
    }

    function setHolds(address maker, RecallScope[] calldata scopes, bool isHeld) external returns (uint256) {
        if (isHeld) held = keccak256(abi.encode(maker, scopes));
        else released = keccak256(abi.encode(maker, scopes));
        return scopes.length;
    }

    /// @dev A vehicle carries what a question whose hash is its id asks for.
    function carriesAny(
        uint256 vehicleId,
        address maker,
        RecallScope[] calldata scopes
    ) external pure returns (bool) {
        return bytes32(vehicleId) == keccak256(abi.encode(maker, scopes));
    }
}

/// @dev How the scopes of a campaign are kept: all of them come back as they went in, whatever they are.
contract RecallsScopesTest is BlokTest {
    Recalls private recalls;
    AnyPartsMock private anyParts;
    SoftwareRegistryMock private registry;

    function setUp() public override {
        super.setUp();
        anyParts = new AnyPartsMock(title, records);
        recalls = new Recalls(address(consortium), IPartTwins(address(anyParts)));
        registry = new SoftwareRegistryMock();
        recalls.setSoftwareRegistry(registry);
    }

    function _anyRecall(
        uint256 lots,
        uint256 releases,
        uint256 seed
    ) private returns (RecallInput memory recall) {
        recall.maker = manufacturer;
        recall.number = "26V000001";
        recall.status = RemedyStatus.Available;
        recall.advisory = Advisory.DoNotDrive;
        recall.evidenceHash = keccak256("evidence");
        recall.lots = new RecallScope[](lots);
        recall.releases = new bytes32[](releases);
        for (uint256 i = 0; i < lots; ++i) {
            uint256 word = uint256(keccak256(abi.encode(seed, i)));
            // the casts cut three numbers out of the word; one in eight scopes is all zero
            if (word >> 253 != 0)
                recall.lots[i] = RecallScope(uint64(word), uint32(word >> 64), uint32(word >> 96));
        }
        for (uint256 i = 0; i < releases; ++i) {
            recall.releases[i] = keccak256(abi.encode("release", seed, i));
            registry.publish(recall.releases[i], manufacturer);
        }
    }

    function _assertScopes(
        uint256 campaignId,
        RecallInput memory recall,
        string memory message
    ) private view {
        (RecallScope[] memory lots, bytes32[] memory releases) = recalls.scopesOf(campaignId);
        assertEq(keccak256(abi.encode(lots)), keccak256(abi.encode(recall.lots)), message);
        assertEq(keccak256(abi.encode(releases)), keccak256(abi.encode(recall.releases)), message);
    }

    function _roundTrip(uint256 lots, uint256 releases, uint256 seed) private {
        RecallInput memory recall = _anyRecall(lots, releases, seed);
        vm.prank(manufacturer);
        uint256 campaignId = recalls.openRecall(recall, Roles.MANUFACTURER);
        _assertScopes(campaignId, recall, "as opened");
        Campaign memory campaign = recalls.campaignOf(campaignId);
        assertEq(campaign.lots, lots, "so many lots");
        assertEq(campaign.releases, releases, "so many releases");

        bytes32 asked = keccak256(abi.encode(manufacturer, recall.lots));
        assertEq(anyParts.held(), lots == 0 ? bytes32(0) : asked, "held");
        assertEq(recalls.isAffected(uint256(asked), campaignId), lots != 0, "the question about vehicles");
        assertFalse(recalls.isAffected(uint256(asked) ^ 1, campaignId), "another vehicle");

        vm.prank(manufacturer);
        recalls.updateRecall(
            campaignId,
            RemedyStatus.Withdrawn,
            Advisory.None,
            keccak256("evidence"),
            Roles.MANUFACTURER
        );
        _assertScopes(campaignId, recall, "as withdrawn");
        assertEq(anyParts.released(), lots == 0 ? bytes32(0) : asked, "released");
    }

    function test_openRecall_KeepsOneScopeToSixteen() public {
        for (uint256 lots = 1; lots <= 16; ++lots) {
            setUp();
            _roundTrip(lots, 0, lots);
        }
    }

    function test_openRecall_KeepsOneReleaseToSixteen() public {
        for (uint256 releases = 1; releases <= 16; ++releases) {
            setUp();
            _roundTrip(0, releases, releases);
        }
    }

    function testFuzz_openRecall_KeepsItsScopes(uint256 lots, uint256 releases, uint256 seed) public {
        lots = bound(lots, 0, 16);
        releases = bound(releases, lots == 0 ? 1 : 0, 16 - lots);
        _roundTrip(lots, releases, seed);
    }
}
