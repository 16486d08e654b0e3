// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev What a vehicle has done since its recorder was first switched on. Every counter only grows, so that of two summaries
/// nothing between them can be left out, and nothing is counted twice.
/// Metres, seconds and watt-hours; the harsh events are counted by the thresholds of the recorder's profile, a severe one is
/// counted as severe only.
struct TripCounters {
    uint64 distanceM;
    uint40 drivingS;
    uint40 nightS;
    uint40 overLimitS;
    uint32 harshBrakes;
    uint32 severeBrakes;
    uint32 harshAccelerations;
    uint32 severeAccelerations;
    uint32 harshCorners;
    uint32 severeCorners;
    uint64 chargedWh;
    uint64 dischargedWh;
}

/// @dev What the vehicle's own key signs at the end of a trip. `sequence` rises by one with every summary, from 1. Times are
/// Unix seconds. `traceRoot` is the Merkle root of the raw samples, which stay off chain.
struct TripSummary {
    uint256 vehicleId;
    uint32 sequence;
    uint40 startedAt;
    uint40 endedAt;
    bytes32 traceRoot;
    TripCounters counters;
}

/// @dev A Merkle root of signed summaries. One storage slot.
struct Anchor {
    address gateway;
    uint40 anchoredAt;
    uint32 leafCount;
}

/// @dev A summary with the vehicle's signature and its place in a root. `signer` is an ERC-7913 signer as in VehicleKeys.
struct AnchoredSummary {
    TripSummary summary;
    bytes signer;
    bytes signature;
    bytes32 root;
    bytes32[] proof;
}
