// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Finding, TriggerQuery} from "../types/InsuranceTypes.sol";

/// @title What decides that an insured event happened. A quote names its trigger, and holder and insurer trust it.
interface ITrigger {
    /// @notice Says what happened, from evidence in the trigger's own form; fails if the evidence does not show it.
    /// @dev The same question and evidence may be asked again, and fail then: a key or a member may have been revoked.
    function assess(
        TriggerQuery calldata query,
        bytes calldata evidence
    ) external view returns (Finding memory);
}
