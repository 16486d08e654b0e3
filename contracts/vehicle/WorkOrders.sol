// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IVehicleTitle} from "../interfaces/IVehicleTitle.sol";
import {IWorkOrders} from "../interfaces/IWorkOrders.sol";
import {Locks} from "../types/Locks.sol";
import {TitleState, TitleStatus, WorkOrder} from "../types/TitleTypes.sol";

/// @title Work orders: a holder's leave for a workshop to take parts off its vehicle.
/// @notice
/// - Only the holder of the title gives an order; being approved for the title is not enough.
/// - An order ends at its time, when the holder takes it back, or when the title changes hands (by the grant epoch).
/// - No roles: whether the workshop is a member is asked where it acts.
contract WorkOrders is IWorkOrders {
    /// @dev Nothing comes off a car that is reported stolen or frozen by a court. A lien does not stop repairs.
    uint16 private constant STOPS_REMOVAL = (uint16(1) << Locks.THEFT) | Locks.COURT_BIT;

    /// @inheritdoc IWorkOrders
    IVehicleTitle public immutable title;

    mapping(uint256 vehicleId => mapping(address workshop => WorkOrder)) private _orders;

    constructor(IVehicleTitle newTitle) {
        title = newTitle;
    }

    /// @inheritdoc IWorkOrders
    function giveWorkOrder(uint256 vehicleId, address workshop, uint40 expiresAt) external {
        require(_holderOf(vehicleId) == msg.sender, WorkOrdersNotHolder(vehicleId, msg.sender));
        _orders[vehicleId][workshop] = WorkOrder({
            expiresAt: expiresAt,
            grantEpoch: title.stateOf(vehicleId).grantEpoch
        });
        emit WorkOrderGiven(vehicleId, msg.sender, workshop, expiresAt);
    }

    /// @inheritdoc IWorkOrders
    function requireRemovable(uint256 vehicleId, address account) external view {
        TitleState memory state = title.stateOf(vehicleId);
        require(state.status != TitleStatus.Destroyed, WorkOrdersVehicleDestroyed(vehicleId));
        uint16 locks = state.locks;
        require(locks & STOPS_REMOVAL == 0, WorkOrdersVehicleLocked(vehicleId, locks));
        WorkOrder memory order = _orders[vehicleId][account];
        bool hasLeave = order.expiresAt >= block.timestamp && order.grantEpoch == state.grantEpoch;
        require(hasLeave || _holderOf(vehicleId) == account, WorkOrdersNotAuthorised(vehicleId, account));
    }

    /// @inheritdoc IWorkOrders
    function workOrderOf(uint256 vehicleId, address workshop) external view returns (WorkOrder memory) {
        return _orders[vehicleId][workshop];
    }

    function _holderOf(uint256 vehicleId) private view returns (address) {
        return IERC721(address(title)).ownerOf(vehicleId);
    }
}
