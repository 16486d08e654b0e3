// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IndexState} from "../types/InsuranceTypes.sol";
import {ITrigger} from "./ITrigger.sol";

/// @title An index of a cell (hail, flood, temperature): reported by oracles, day by day.
/// @notice Evidence is `abi.encode(IndexEvidence)`; the peril is the policy's product. Oracles are meter operators; each reports once,
/// within `REPORT_SECONDS` after the day, of every insured cell: zero is a report too. The value is the highest that `quorum` oracles
/// reached or exceeded, so that a minority lifts it no further, and what conflicts does not stop it. Then, for `DISPUTE_SECONDS`, an
/// insurer or oracle may dispute it; an auditor decides within `RESOLVE_SECONDS`. Without a quorum or a decision in time the oracles
/// were silent, and the premium of the day is given back. The severity is the value, in the peril's unit.
interface IIndexTrigger is ITrigger {
    event IndexReported(
        bytes32 indexed indexId,
        bytes32 indexed cell,
        bytes32 indexed peril,
        address oracle,
        uint32 day,
        uint32 value
    );
    event IndexDisputed(bytes32 indexed indexId, address indexed disputant, bytes32 reasonHash);
    event IndexResolved(bytes32 indexed indexId, address indexed auditor, uint32 value, bytes32 reasonHash);

    /// @notice A quorum is of two at least, and of as many as can report at most.
    error IndexQuorumInvalid(uint8 quorum, uint256 limit);

    /// @notice This can be done from `from` until before `to` only.
    error IndexNotInTime(bytes32 indexId, uint256 from, uint256 to);

    /// @notice The oracle has reported.
    error IndexReportedAlready(bytes32 indexId, address oracle);

    /// @notice As many oracles have reported as can.
    error IndexReportsFull(bytes32 indexId, uint256 limit);

    /// @notice The index was disputed already, was not, or was decided.
    error IndexDisputeWrong(bytes32 indexId, bool isDisputed, bool isResolved);

    /// @notice Members of this role do not dispute.
    error IndexRoleUnknown(uint64 role);

    function reportIndex(
        bytes32 cell,
        bytes32 peril,
        uint32 day,
        uint32 value
    ) external returns (bytes32 indexId);

    /// @notice Disputes an index that has a value. `role` is the class in which the caller acts: INSURER or METER_OPERATOR.
    function disputeIndex(bytes32 cell, bytes32 peril, uint32 day, uint64 role, bytes32 reasonHash) external;

    /// @notice An auditor decides what the value is.
    function resolveIndex(bytes32 cell, bytes32 peril, uint32 day, uint32 value, bytes32 reasonHash) external;

    function indexIdOf(bytes32 cell, bytes32 peril, uint32 day) external pure returns (bytes32);

    function indexOf(bytes32 indexId) external view returns (IndexState memory);

    function hasReported(bytes32 indexId, address oracle) external view returns (bool);

    /// @notice How many oracles make a value.
    function quorum() external view returns (uint8);

    function REPORT_SECONDS() external view returns (uint40);

    function DISPUTE_SECONDS() external view returns (uint40);

    function RESOLVE_SECONDS() external view returns (uint40);
}
