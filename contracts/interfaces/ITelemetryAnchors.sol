// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Anchor, AnchoredSummary, TripSummary} from "../types/TelemetryTypes.sol";
import {IVehicleKeys} from "./IVehicleKeys.sol";

/// @title Merkle roots of what vehicles measured and signed.
/// @notice A gateway gathers signed summaries of many vehicles and writes one root for all of them. That makes no summary
/// true (the vehicle's signature does), but fixes when it was there. Trees are those of OpenZeppelin's `SimpleMerkleTree`;
/// a leaf is keccak256(keccak256(abi.encode(digest of the summary, id of the key))).
interface ITelemetryAnchors {
    /// @notice A gateway wrote the root of `leafCount` summaries of trips that ended in the period (Unix seconds).
    event RootAnchored(
        bytes32 indexed root,
        address indexed gateway,
        uint32 leafCount,
        uint40 periodStart,
        uint40 periodEnd
    );

    /// @notice A root of no leaves, or a period that is empty or has not ended.
    error TelemetryAnchorInvalid(uint32 leafCount, uint40 periodStart, uint40 periodEnd);

    /// @notice The root was anchored before.
    error TelemetryRootExists(bytes32 root);

    /// @notice Nobody anchored this root.
    error TelemetryRootUnknown(bytes32 root);

    /// @notice The leaf is not in the tree of the root.
    error TelemetryLeafNotInRoot(bytes32 root, bytes32 leaf);

    /// @notice A trip ends before it begins, or in the future.
    error TelemetryTimesInvalid(uint40 startedAt, uint40 endedAt);

    /// @notice The key did not speak for the vehicle during the whole trip, or is revoked.
    error TelemetryKeyNotValid(uint256 vehicleId, bytes32 keyId, uint40 instant);

    /// @notice The signer is neither a secp256k1 address nor a P-256 key of the one verifier.
    error TelemetrySignerUnsupported(bytes signer);

    /// @notice The key did not sign this summary.
    error TelemetrySignatureInvalid(uint256 vehicleId, bytes32 keyId);

    /// @notice Writes the root of a period. For meter operators, which run gateways.
    function anchorRoot(bytes32 root, uint32 leafCount, uint40 periodStart, uint40 periodEnd) external;

    /// @notice Fails unless the vehicle signed the summary with a key that was valid during the trip, and a gateway anchored it.
    /// @return digest The summary's EIP-712 digest.
    function requireAnchored(AnchoredSummary calldata anchored) external view returns (bytes32 digest);

    /// @notice Who anchored a root, and when; all zero if nobody did.
    function anchorOf(bytes32 root) external view returns (Anchor memory);

    /// @notice The EIP-712 digest of a summary, which the vehicle signs.
    function digestOf(TripSummary calldata summary) external view returns (bytes32);

    /// @notice The leaf of a summary that was signed with a key.
    function leafOf(TripSummary calldata summary, bytes32 keyId) external view returns (bytes32);

    function keys() external view returns (IVehicleKeys);
}
