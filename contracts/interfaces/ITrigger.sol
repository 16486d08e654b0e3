// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Finding, TriggerQuery} from "../types/InsuranceTypes.sol";

/// @title What decides that an insured event happened. A quote names its trigger, and holder and insurer trust it.
interface ITrigger {
    /// @notice Says what happened, from evidence in the trigger's own form; fails if the evidence does not show it.
    function assess(
        TriggerQuery calldata query,
        bytes calldata evidence
    ) external view returns (Finding memory);

    /// @notice Whether what the evidence rested on was taken back since: a key or a member was revoked.
    function isUndone(TriggerQuery calldata query, bytes calldata evidence) external view returns (bool);
}
