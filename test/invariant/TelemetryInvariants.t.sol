// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Roles} from "../../contracts/access/Roles.sol";
import {TelemetryAnchors} from "../../contracts/telemetry/TelemetryAnchors.sol";
import {Anchor, AnchoredSummary} from "../../contracts/types/TelemetryTypes.sol";
import {BlokTest} from "../helpers/BlokTest.sol";
import {TelemetryHandler, TelemetryStage} from "./handlers/TelemetryHandler.sol";

contract TelemetryPlay is TelemetryHandler {
    constructor(TelemetryStage memory stage) TelemetryHandler(stage) {}
}

/// @dev M1 and M2 of docs/invariants.md, after every call of the handler.
contract TelemetryInvariants is BlokTest {
    TelemetryAnchors private _anchors;
    TelemetryPlay private _play;

    function setUp() public override {
        super.setUp();
        _anchors = new TelemetryAnchors(address(consortium), keys);
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = TelemetryAnchors.anchorRoot.selector;
        consortium.setTargetFunctionRole(address(_anchors), selectors, Roles.METER_OPERATOR);
        address gateway = address(uint160(uint256(keccak256("gateway"))));
        consortium.grantRole(Roles.METER_OPERATOR, gateway, 0);
        uint256[] memory vehicles = new uint256[](2);
        for (uint256 i = 0; i < vehicles.length; ++i) {
            vehicles[i] = uint256(keccak256(abi.encode("vehicle", i)));
            _register(vehicles[i], holder);
        }
        _play = new TelemetryPlay(TelemetryStage(_anchors, keys, vehicles, manufacturer, gateway, stranger));
        // A key that speaks from the beginning, so that most trips have one.
        _play.bindKey(0, 0, 0, 99 days);
        _play.bindKey(1, 1, 0, 99 days);
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_play);
    }

    /// @dev anchorOf(root) is what the first gateway wrote, for every root; and zero for those that none wrote.
    function invariant_M1_AnAnchorStays() public view {
        uint256 count = _play.statementCount();
        for (uint256 i = 0; i < count; ++i) {
            bytes32 root = _play.anchoredOf(i).root;
            Anchor memory anchor = _anchors.anchorOf(root);
            Anchor memory written = _play.writtenOf(root);
            assertEq(anchor.gateway, written.gateway, "M1 who anchored a root stays");
            assertEq(anchor.anchoredAt, written.anchoredAt, "M1 when it was anchored stays");
            assertEq(anchor.leafCount, written.leafCount, "M1 how many leaves it has stays");
        }
        assertEq(_play.strangersAnchored(), 0, "M1 only gateways anchor");
        assertEq(_play.rootsAnchoredTwice(), 0, "M1 a root is anchored once");
    }

    /// @dev requireAnchored(s) holds, if and only if the vehicle's key signed s, spoke for the vehicle during the whole trip and is
    /// not revoked, the trip is over, and the root is anchored.
    function invariant_M2_WhatHoldsIsSignedAndAnchored() public view {
        uint256 count = _play.statementCount();
        for (uint256 i = 0; i < count; ++i) {
            AnchoredSummary memory anchored = _play.anchoredOf(i);
            bool holds;
            try _anchors.requireAnchored(anchored) returns (bytes32 digest) {
                holds = true;
                assertEq(digest, _anchors.digestOf(anchored.summary), "M2 it is this summary");
            } catch {}
            assertEq(holds, _play.shouldHold(i), "M2 a summary holds when all is as it has to be");
        }
    }
}
