// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {MemberAccess} from "../access/MemberAccess.sol";
import {Roles} from "../access/Roles.sol";
import {IRiskPool} from "../interfaces/IRiskPool.sol";
import {IRiskPools} from "../interfaces/IRiskPools.sol";
import {PoolTerms} from "../types/InsuranceTypes.sol";
import {RiskPool} from "./RiskPool.sol";

/// @title The risk pools: insurers open them, and policies are of no other.
/// @notice A pool is code that policies and claims call; here they know that it is this code.
contract RiskPools is IRiskPools, MemberAccess {
    mapping(address pool => address insurer) private _insurers;

    constructor(address authority) AccessManaged(authority) {}

    /// @inheritdoc IRiskPools
    function openPool(
        PoolTerms calldata terms,
        string calldata name,
        string calldata symbol
    ) external returns (IRiskPool pool) {
        _requireMember(msg.sender, Roles.INSURER);
        require(terms.insurer == msg.sender, PoolInsurerForeign(terms.insurer, msg.sender));
        pool = new RiskPool(authority(), terms, name, symbol);
        _insurers[address(pool)] = msg.sender;
        emit PoolOpened(
            address(pool),
            msg.sender,
            terms.asset,
            terms.redeemDelaySeconds,
            terms.cellCapBps,
            terms.fleetCapBps
        );
    }

    /// @inheritdoc IRiskPools
    function insurerOf(address pool) external view returns (address insurer) {
        insurer = _insurers[pool];
        require(insurer != address(0), PoolUnknown(pool));
    }

    /// @inheritdoc IRiskPools
    function isPool(address pool) external view returns (bool) {
        return _insurers[pool] != address(0);
    }
}
