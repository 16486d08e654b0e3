// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PoolTerms} from "../types/InsuranceTypes.sol";
import {IRiskPool} from "./IRiskPool.sol";

/// @title The risk pools: insurers open them, and policies are of no other.
interface IRiskPools {
    event PoolOpened(
        address indexed pool,
        address indexed insurer,
        address indexed asset,
        uint32 redeemDelaySeconds,
        uint16 cellCapBps,
        uint16 fleetCapBps
    );

    /// @notice The pool was not opened here.
    error PoolUnknown(address pool);

    /// @notice An insurer opens a pool for itself.
    error PoolInsurerForeign(address insurer, address caller);

    /// @notice Opens a pool. For insurers, each of whom underwrites its own.
    function openPool(
        PoolTerms calldata terms,
        string calldata name,
        string calldata symbol
    ) external returns (IRiskPool pool);

    /// @notice The insurer of a pool. Fails unless the pool was opened here.
    function insurerOf(address pool) external view returns (address);

    function isPool(address pool) external view returns (bool);
}
