// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {MemberAccess} from "../access/MemberAccess.sol";
import {Roles} from "../access/Roles.sol";
import {IIndexTrigger} from "../interfaces/IIndexTrigger.sol";
import {ITrigger} from "../interfaces/ITrigger.sol";
import {IndexLib} from "../libraries/IndexLib.sol";
import {Finding, IndexEvidence, IndexState, TriggerQuery} from "../types/InsuranceTypes.sol";

/// @title An index of a cell (hail, flood, temperature): reported by oracles, day by day.
/// @notice
/// - Fewer than `quorum` oracles lift no value; oracles that stay silent or report low cannot push a value down that
///   `quorum` others reached.
/// - An auditor decides what is disputed; nobody else changes a value.
/// - Days and perils are fixed, so that nobody makes a window up of which nothing was reported.
contract IndexTrigger is IIndexTrigger, MemberAccess {
    using IndexLib for uint256;

    /// @inheritdoc IIndexTrigger
    uint40 public constant REPORT_SECONDS = 1 days;

    /// @inheritdoc IIndexTrigger
    uint40 public constant DISPUTE_SECONDS = 2 days;

    /// @inheritdoc IIndexTrigger
    uint40 public constant RESOLVE_SECONDS = 3 days;

    /// @inheritdoc IIndexTrigger
    uint8 public immutable quorum;

    mapping(bytes32 indexId => IndexState) private _indexes;

    /// @inheritdoc IIndexTrigger
    mapping(bytes32 indexId => mapping(address oracle => bool)) public hasReported;

    constructor(address authority, uint8 newQuorum) AccessManaged(authority) {
        require(newQuorum > 1 && newQuorum <= IndexLib.LANES, IndexQuorumInvalid(newQuorum, IndexLib.LANES));
        quorum = newQuorum;
    }

    /// @inheritdoc IIndexTrigger
    function reportIndex(
        bytes32 cell,
        bytes32 peril,
        uint32 day,
        uint32 value
    ) external returns (bytes32 indexId) {
        _requireMember(msg.sender, Roles.METER_OPERATOR);
        indexId = indexIdOf(cell, peril, day);
        uint256 from = _endOf(day);
        _requireTime(indexId, from, from + REPORT_SECONDS);
        require(!hasReported[indexId][msg.sender], IndexReportedAlready(indexId, msg.sender));
        IndexState memory state = _indexes[indexId];
        require(state.reportCount < IndexLib.LANES, IndexReportsFull(indexId, IndexLib.LANES));

        hasReported[indexId][msg.sender] = true;
        state.reports = state.reports.insert(state.reportCount, value);
        ++state.reportCount;
        _indexes[indexId] = state;
        emit IndexReported(indexId, cell, peril, msg.sender, day, value);
    }

    /// @inheritdoc IIndexTrigger
    function disputeIndex(bytes32 cell, bytes32 peril, uint32 day, uint64 role, bytes32 reasonHash) external {
        require(role == Roles.INSURER || role == Roles.METER_OPERATOR, IndexRoleUnknown(role));
        _requireMember(msg.sender, role);
        bytes32 indexId = indexIdOf(cell, peril, day);
        uint256 from = _endOf(day) + REPORT_SECONDS;
        _requireTime(indexId, from, from + DISPUTE_SECONDS);
        IndexState storage state = _indexes[indexId];
        require(
            state.reportCount >= quorum && !state.isDisputed,
            IndexDisputeWrong(indexId, state.isDisputed, state.isResolved)
        );
        state.isDisputed = true;
        emit IndexDisputed(indexId, msg.sender, reasonHash);
    }

    /// @inheritdoc IIndexTrigger
    function resolveIndex(
        bytes32 cell,
        bytes32 peril,
        uint32 day,
        uint32 value,
        bytes32 reasonHash
    ) external {
        _requireMember(msg.sender, Roles.AUDITOR);
        bytes32 indexId = indexIdOf(cell, peril, day);
        uint256 from = _endOf(day) + REPORT_SECONDS;
        _requireTime(indexId, from, from + DISPUTE_SECONDS + RESOLVE_SECONDS);
        IndexState storage state = _indexes[indexId];
        require(
            state.isDisputed && !state.isResolved,
            IndexDisputeWrong(indexId, state.isDisputed, state.isResolved)
        );
        state.isResolved = true;
        state.value = value;
        emit IndexResolved(indexId, msg.sender, value, reasonHash);
    }

    /// @inheritdoc ITrigger
    function assess(
        TriggerQuery calldata query,
        bytes calldata evidence
    ) external view returns (Finding memory finding) {
        uint32 day = abi.decode(evidence, (IndexEvidence)).day;
        bytes32 indexId = indexIdOf(query.cell, query.productId, day);
        finding.slot = uint256(indexId);
        finding.occurredAt = uint40(uint256(day) * 1 days); // 32 bits of days end after 11 million years; 40 bits of seconds hold 34,000
        IndexState memory state = _indexes[indexId];
        uint256 reportEnd = _endOf(day) + REPORT_SECONDS;
        uint256 disputeEnd = reportEnd + DISPUTE_SECONDS;
        if (state.reportCount < quorum) {
            _requireSince(indexId, reportEnd);
            finding.silentS = 1 days;
        } else if (!state.isDisputed) {
            _requireSince(indexId, disputeEnd);
            finding.severity = state.reports.laneOf(quorum - 1);
        } else if (state.isResolved) {
            finding.severity = state.value;
        } else {
            _requireSince(indexId, disputeEnd + RESOLVE_SECONDS);
            finding.silentS = 1 days;
        }
    }

    /// @inheritdoc ITrigger
    /// @dev What is final stays.
    function isUndone(TriggerQuery calldata, bytes calldata) external pure returns (bool) {
        return false;
    }

    /// @inheritdoc IIndexTrigger
    function indexIdOf(bytes32 cell, bytes32 peril, uint32 day) public pure returns (bytes32) {
        return keccak256(abi.encode(cell, peril, day));
    }

    /// @inheritdoc IIndexTrigger
    function indexOf(bytes32 indexId) external view returns (IndexState memory) {
        return _indexes[indexId];
    }

    function _endOf(uint32 day) private pure returns (uint256) {
        return (uint256(day) + 1) * 1 days;
    }

    function _requireTime(bytes32 indexId, uint256 from, uint256 to) private view {
        require(block.timestamp >= from && block.timestamp < to, IndexNotInTime(indexId, from, to));
    }

    function _requireSince(bytes32 indexId, uint256 from) private view {
        require(block.timestamp >= from, IndexNotInTime(indexId, from, type(uint256).max));
    }
}
