// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {ITelemetryAnchors} from "../interfaces/ITelemetryAnchors.sol";
import {IVehicleKeys} from "../interfaces/IVehicleKeys.sol";
import {MachineKeyLib} from "../libraries/MachineKeyLib.sol";
import {TelemetryLib} from "../libraries/TelemetryLib.sol";
import {Anchor, AnchoredSummary, TripSummary} from "../types/TelemetryTypes.sol";

/// @title Merkle roots of what vehicles measured and signed.
/// @notice
/// - Gateways (meter operators) are trusted to anchor soon, and with nothing else: they cannot make, change or reorder
///   summaries, and a summary they leave out is covered by the counters of the next one.
/// - Raw samples and positions stay off chain; a summary carries the root of its trace.
contract TelemetryAnchors is ITelemetryAnchors, AccessManaged, EIP712 {
    using TelemetryLib for TripSummary;

    /// @inheritdoc ITelemetryAnchors
    IVehicleKeys public immutable keys;

    mapping(bytes32 root => Anchor) private _anchors;

    constructor(
        address authority,
        IVehicleKeys newKeys
    ) AccessManaged(authority) EIP712("blok auto telemetry", "1") {
        keys = newKeys;
    }

    /// @inheritdoc ITelemetryAnchors
    function anchorRoot(
        bytes32 root,
        uint32 leafCount,
        uint40 periodStart,
        uint40 periodEnd
    ) external restricted {
        require(
            leafCount != 0 && periodStart < periodEnd && periodEnd <= block.timestamp,
            TelemetryAnchorInvalid(leafCount, periodStart, periodEnd)
        );
        require(_anchors[root].anchoredAt == 0, TelemetryRootExists(root));
        _anchors[root] = Anchor({
            gateway: msg.sender,
            anchoredAt: uint40(block.timestamp), // fits for another 34,000 years
            leafCount: leafCount
        });
        emit RootAnchored(root, msg.sender, leafCount, periodStart, periodEnd);
    }

    /// @inheritdoc ITelemetryAnchors
    function requireAnchored(AnchoredSummary calldata anchored) external view returns (bytes32 digest) {
        TripSummary calldata summary = anchored.summary;
        require(
            summary.startedAt <= summary.endedAt && summary.endedAt <= block.timestamp,
            TelemetryTimesInvalid(summary.startedAt, summary.endedAt)
        );
        bytes32 keyId = keccak256(anchored.signer);
        digest = digestOf(summary);
        _requireSpoke(summary, keyId);
        _requireSigned(summary.vehicleId, keyId, digest, anchored.signer, anchored.signature);

        require(_anchors[anchored.root].anchoredAt != 0, TelemetryRootUnknown(anchored.root));
        bytes32 leaf = TelemetryLib.leafOf(digest, keyId);
        require(
            MerkleProof.verifyCalldata(anchored.proof, anchored.root, leaf),
            TelemetryLeafNotInRoot(anchored.root, leaf)
        );
    }

    /// @dev A revoked key says nothing any more, not even of the time before: who has it can sign with any date.
    function _requireSpoke(TripSummary calldata summary, bytes32 keyId) private view {
        IVehicleKeys.KeyPeriod memory period = keys.keyPeriodOf(summary.vehicleId, keyId);
        require(
            !period.isRevoked && summary.startedAt >= period.validFrom && summary.endedAt < period.validTo,
            TelemetryKeyNotValid(summary.vehicleId, keyId, summary.endedAt)
        );
    }

    function _requireSigned(
        uint256 vehicleId,
        bytes32 keyId,
        bytes32 digest,
        bytes calldata signer,
        bytes calldata signature
    ) private view {
        require(MachineKeyLib.isSupported(signer, keys.p256Verifier()), TelemetrySignerUnsupported(signer));
        require(
            MachineKeyLib.isSignedBy(digest, signer, signature),
            TelemetrySignatureInvalid(vehicleId, keyId)
        );
    }

    /// @inheritdoc ITelemetryAnchors
    function anchorOf(bytes32 root) external view returns (Anchor memory) {
        return _anchors[root];
    }

    /// @inheritdoc ITelemetryAnchors
    function digestOf(TripSummary calldata summary) public view returns (bytes32) {
        return _hashTypedDataV4(summary.hash());
    }

    /// @inheritdoc ITelemetryAnchors
    function leafOf(TripSummary calldata summary, bytes32 keyId) external view returns (bytes32) {
        return TelemetryLib.leafOf(digestOf(summary), keyId);
    }
}
