// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TripCounters, TripSummary} from "../types/TelemetryTypes.sol";

/// @title Hashes of trip summaries, and what lies between two of them.
library TelemetryLib {
    bytes32 internal constant TRIP_COUNTERS_TYPEHASH = keccak256(
        "TripCounters(uint64 distanceM,uint40 drivingS,uint40 nightS,uint40 overLimitS,uint32 harshBrakes,uint32 severeBrakes,"
        "uint32 harshAccelerations,uint32 severeAccelerations,uint32 harshCorners,uint32 severeCorners,uint64 chargedWh,uint64 dischargedWh)"
    );
    bytes32 internal constant TRIP_SUMMARY_TYPEHASH = keccak256(
        "TripSummary(uint256 vehicleId,uint32 sequence,uint40 startedAt,uint40 endedAt,bytes32 traceRoot,TripCounters counters)"
        "TripCounters(uint64 distanceM,uint40 drivingS,uint40 nightS,uint40 overLimitS,uint32 harshBrakes,uint32 severeBrakes,"
        "uint32 harshAccelerations,uint32 severeAccelerations,uint32 harshCorners,uint32 severeCorners,uint64 chargedWh,uint64 dischargedWh)"
    );

    /// @notice The EIP-712 struct hash.
    function hash(TripSummary calldata summary) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    TRIP_SUMMARY_TYPEHASH,
                    summary.vehicleId,
                    summary.sequence,
                    summary.startedAt,
                    summary.endedAt,
                    summary.traceRoot,
                    keccak256(abi.encode(TRIP_COUNTERS_TYPEHASH, summary.counters))
                )
            );
    }

    /// @notice The leaf of a signed summary. Hashed twice, so that no inner node of a tree passes for one.
    function leafOf(bytes32 digest, bytes32 keyId) internal pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(digest, keyId))));
    }

    /// @notice Whether no counter of `to` is below that of `from`.
    function isNotBelow(TripCounters calldata to, TripCounters calldata from) internal pure returns (bool) {
        return
            to.distanceM >= from.distanceM &&
            to.drivingS >= from.drivingS &&
            to.nightS >= from.nightS &&
            to.overLimitS >= from.overLimitS &&
            to.harshBrakes >= from.harshBrakes &&
            to.severeBrakes >= from.severeBrakes &&
            to.harshAccelerations >= from.harshAccelerations &&
            to.severeAccelerations >= from.severeAccelerations &&
            to.harshCorners >= from.harshCorners &&
            to.severeCorners >= from.severeCorners &&
            to.chargedWh >= from.chargedWh &&
            to.dischargedWh >= from.dischargedWh;
    }
}
