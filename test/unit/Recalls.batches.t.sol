// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Roles} from "../../contracts/access/Roles.sol";
import {Advisory, RecallInput, RecallScope} from "../../contracts/types/RecallTypes.sol";
import {RecordInput} from "../../contracts/types/RecordTypes.sol";
import {LotForm} from "../../contracts/types/PartTypes.sol";
import {RecallsTest} from "../helpers/RecallsTest.sol";

/// @dev Full batches in their dearest form fit a transaction: fifty stopped vehicles, each affected by the last of sixteen
/// scopes. Everything is prepared in `setUp`, so that nothing is warm that a transaction finds cold.
contract RecallsBatchesTest is RecallsTest {
    uint256 private constant VEHICLES = 50;
    /// @dev EIP-7825.
    uint256 private constant TRANSACTION_GAS = 16_777_216;

    uint256 private campaignId;
    uint256 private softwareId;
    uint256[] private ids;

    function setUp() public override {
        super.setUp();
        RecallInput memory recall = _recall(supplier, NUMBER);
        recall.advisory = Advisory.DoNotDrive;
        recall.lots = new RecallScope[](16);
        for (uint64 i = 0; i < 16; ++i) {
            _commission(supplier, Roles.SUPPLIER, _lot(100 + i, LotForm.Counted, 1_000));
            recall.lots[i] = RecallScope(100 + i, 0, 0);
        }
        uint256 last = _partId(supplier, 115, 0);
        _give(supplier, workshop, last, VEHICLES);

        RecallInput memory software = _recall(supplier, OTHER_NUMBER);
        software.advisory = Advisory.DoNotDrive;
        software.lots = new RecallScope[](0);
        software.releases = new bytes32[](16);
        for (uint256 i = 0; i < 16; ++i) {
            software.releases[i] = keccak256(abi.encode("release", i));
            registry.publish(software.releases[i], supplier);
        }
        for (uint256 i = 0; i < VEHICLES; ++i) {
            uint256 vehicleId = uint256(keccak256(abi.encode("vehicle", i)));
            ids.push(vehicleId);
            _register(vehicleId, holder);
            _fit(last, 1, vehicleId);
            registry.setInstalled(vehicleId, software.releases[15], true);
        }
        campaignId = _open(supplier, Roles.SUPPLIER, recall);
        softwareId = _open(supplier, Roles.SUPPLIER, software);
    }

    function _noticesOfAll() private view returns (RecordInput[] memory rows) {
        rows = new RecordInput[](VEHICLES);
        for (uint256 i = 0; i < VEHICLES; ++i) rows[i] = _notice(ids[i]);
    }

    /// @dev What calldata and the transaction itself cost, with every byte taken for one that is not zero.
    function _intrinsic(bytes memory data) private pure returns (uint256) {
        return 21_000 + 40 * data.length;
    }

    function _assertFits(uint256 used, bytes memory data) private pure {
        assertTrue(used + _intrinsic(data) < TRANSACTION_GAS, "fits a transaction");
    }

    function test_notifyVehicles_FiftyAtOnce() public {
        RecordInput[] memory rows = _noticesOfAll();
        bytes memory data = abi.encodeCall(recalls.notifyVehicles, (campaignId, rows, Roles.SUPPLIER));
        vm.prank(supplier);
        uint256 before = gasleft();
        recalls.notifyVehicles(campaignId, rows, Roles.SUPPLIER);
        _assertFits(before - gasleft(), data);
        _assertCounts(campaignId, VEHICLES, 0, "all of them");
        _assertStopped(ids[VEHICLES - 1], 1, true, "the last one");
    }

    function test_notifyVehicles_FiftyAtOnceBySoftware() public {
        RecordInput[] memory rows = _noticesOfAll();
        bytes memory data = abi.encodeCall(recalls.notifyVehicles, (softwareId, rows, Roles.SUPPLIER));
        vm.prank(supplier);
        uint256 before = gasleft();
        recalls.notifyVehicles(softwareId, rows, Roles.SUPPLIER);
        _assertFits(before - gasleft(), data);
        _assertCounts(softwareId, VEHICLES, 0, "all of them");
    }

    function test_enrolVehicles_FiftyAtOnce() public {
        uint256[] memory all = ids;
        bytes memory data = abi.encodeCall(recalls.enrolVehicles, (campaignId, all));
        uint256 before = gasleft();
        recalls.enrolVehicles(campaignId, all);
        _assertFits(before - gasleft(), data);
        _assertCounts(campaignId, VEHICLES, 0, "all of them");
        _assertStopped(ids[0], 1, true, "the first one");
    }
}
