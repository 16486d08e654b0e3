// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {TelemetryAnchors} from "../../../contracts/telemetry/TelemetryAnchors.sol";
import {
    Anchor,
    AnchoredSummary,
    TripCounters,
    TripSummary
} from "../../../contracts/types/TelemetryTypes.sol";
import {VehicleKeys} from "../../../contracts/vehicle/VehicleKeys.sol";
import {KeySigner} from "../../helpers/KeySigner.sol";

struct TelemetryStage {
    TelemetryAnchors anchors;
    VehicleKeys keys;
    uint256[] vehicles;
    address manufacturer;
    address gateway;
    address stranger;
}

/// @dev Keys that come and go, summaries that are true, forged or badly dated, and gateways that anchor what they like. What each
/// call should do is kept beside the contracts.
abstract contract TelemetryHandler is KeySigner {
    uint256 internal constant KEYS = 4;
    uint256 private constant STATEMENTS = 12;

    /// @dev What is known of a key of a vehicle.
    struct KeyModel {
        uint40 from;
        uint40 to;
        bool isRevoked;
    }

    struct Statement {
        AnchoredSummary anchored;
        uint256 key;
        bool isForged;
    }

    TelemetryStage private _stage;
    mapping(uint256 vehicleId => mapping(uint256 key => KeyModel)) private _models;
    mapping(bytes32 root => Anchor) private _written;
    Statement[] private _statements;
    uint256 public strangersAnchored;
    uint256 public rootsAnchoredTwice;

    constructor(TelemetryStage memory stage) {
        _stage = stage;
    }

    function bindKey(uint256 which, uint256 vehicle, uint40 start, uint40 length) external {
        (uint256 key, uint256 vehicleId) = (which % KEYS, _vehicle(vehicle));
        if (_models[vehicleId][key].from != 0) return;
        uint40 from = uint40(block.timestamp) - 50 days + (start % 60 days);
        uint40 to = from + 1 + (length % 100 days);
        bytes32 keyId = keccak256(_signerOf(_stage.keys, _key(key)));
        bytes memory proof = _sign(
            _key(key),
            _bindDigest(_stage.keys, vehicleId, keyId, from, to, _stage.manufacturer)
        );
        bytes memory signer = _signerOf(_stage.keys, _key(key));
        vm.prank(_stage.manufacturer);
        _stage.keys.bindVehicleKey(vehicleId, signer, from, to, Roles.MANUFACTURER, proof);
        _models[vehicleId][key] = KeyModel(from, to, false);
    }

    function revokeKey(uint256 which, uint256 vehicle) external {
        (uint256 key, uint256 vehicleId) = (which % KEYS, _vehicle(vehicle));
        KeyModel storage model = _models[vehicleId][key];
        if (model.from == 0 || model.isRevoked || model.from >= block.timestamp) return;
        uint40 end = block.timestamp < model.to ? uint40(block.timestamp) : model.to - 1;
        bytes32 keyId = keccak256(_signerOf(_stage.keys, _key(key)));
        vm.prank(_stage.manufacturer);
        _stage.keys.revokeVehicleKey(vehicleId, keyId, end, Roles.MANUFACTURER);
        model.isRevoked = true;
        model.to = end;
    }

    function passTime(uint40 time) external {
        vm.warp(block.timestamp + 1 + (time % 20 days));
    }

    /// @dev Signs a trip of the last days, or of the next; a forged one with the secret of another key.
    function signTrip(
        uint256 which,
        uint256 vehicle,
        uint40 start,
        uint40 length,
        bool isForged,
        bytes32 neighbour
    ) external {
        if (_statements.length == STATEMENTS) return;
        uint256 key = which % KEYS;
        Statement storage statement = _statements.push();
        (statement.key, statement.isForged) = (key, isForged);
        AnchoredSummary storage anchored = statement.anchored;
        uint40 startedAt = uint40(block.timestamp) - 40 days + (start % 41 days);
        // Some end before they begin.
        uint40 endedAt = startedAt + (length % 3 days) - 1 hours;
        uint32 sequence = uint32(_statements.length);
        anchored.summary = TripSummary(
            _vehicle(vehicle),
            sequence,
            startedAt,
            endedAt,
            neighbour,
            TripCounters(sequence, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        );
        anchored.signer = _signerOf(_stage.keys, _key(key));
        bytes32 digest = _stage.anchors.digestOf(anchored.summary);
        anchored.signature = _sign(_key(isForged ? key + KEYS : key), digest);
        bytes32 leaf = _stage.anchors.leafOf(anchored.summary, keccak256(anchored.signer));
        anchored.root = Hashes.commutativeKeccak256(leaf, neighbour);
        anchored.proof.push(neighbour);
    }

    function anchorRoot(uint256 which, uint32 leafCount, uint40 age) external {
        if (_statements.length == 0) return;
        bytes32 root = _statements[which % _statements.length].anchored.root;
        leafCount = leafCount == 0 ? 1 : leafCount;
        uint40 end = uint40(block.timestamp) - (age % 5 days);
        vm.prank(_stage.gateway);
        try _stage.anchors.anchorRoot(root, leafCount, end - 1, end) {
            if (_written[root].anchoredAt != 0) rootsAnchoredTwice += 1;
            _written[root] = Anchor(_stage.gateway, uint40(block.timestamp), leafCount);
        } catch {
            assertTrue(_written[root].anchoredAt != 0, "M1 a new root is anchored");
        }
    }

    function anchorAsStranger(uint256 which) external {
        if (_statements.length == 0) return;
        bytes32 root = _statements[which % _statements.length].anchored.root;
        vm.prank(_stage.stranger);
        try _stage.anchors.anchorRoot(root, 1, 1, 2) {
            strangersAnchored += 1;
        } catch {}
    }

    function statementCount() external view returns (uint256) {
        return _statements.length;
    }

    function anchoredOf(uint256 index) external view returns (AnchoredSummary memory) {
        return _statements[index].anchored;
    }

    function writtenOf(bytes32 root) external view returns (Anchor memory) {
        return _written[root];
    }

    /// @dev Whether the contract should find the summary true to its key, and anchored.
    function shouldHold(uint256 index) external view returns (bool) {
        Statement storage statement = _statements[index];
        TripSummary storage trip = statement.anchored.summary;
        KeyModel storage model = _models[trip.vehicleId][statement.key];
        return
            !statement.isForged &&
            trip.startedAt <= trip.endedAt &&
            trip.endedAt <= block.timestamp &&
            model.from != 0 &&
            !model.isRevoked &&
            trip.startedAt >= model.from &&
            trip.endedAt < model.to &&
            _written[statement.anchored.root].anchoredAt != 0;
    }

    function _vehicle(uint256 vehicle) private view returns (uint256) {
        return _stage.vehicles[vehicle % _stage.vehicles.length];
    }

    /// @dev Every other key is of P-256.
    function _key(uint256 key) private pure returns (Key memory) {
        return Key({isP256: key % 2 == 1, secret: 0xCA4 + key});
    }
}
