// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {WorkOrder} from "../types/TitleTypes.sol";
import {IVehicleTitle} from "./IVehicleTitle.sol";

/// @title Work orders: a holder's leave for a workshop to take parts off its vehicle.
interface IWorkOrders {
    /// @notice The holder of a vehicle gave a workshop leave until `expiresAt` (Unix seconds); a past time ends it.
    event WorkOrderGiven(
        uint256 indexed vehicleId,
        address indexed holder,
        address indexed workshop,
        uint40 expiresAt
    );

    /// @notice `caller` does not hold the vehicle's title.
    error WorkOrdersNotHolder(uint256 vehicleId, address caller);

    /// @notice `account` neither holds the vehicle's title nor has its holder's leave.
    error WorkOrdersNotAuthorised(uint256 vehicleId, address account);

    /// @notice Nothing comes off a vehicle that is reported stolen or frozen by a court.
    error WorkOrdersVehicleLocked(uint256 vehicleId, uint16 locks);

    /// @notice The vehicle is destroyed: its parts go to the recycler that destroyed it.
    error WorkOrdersVehicleDestroyed(uint256 vehicleId);

    /// @notice Lets a workshop take parts off the caller's vehicle until `expiresAt` (Unix seconds), or until the title
    /// changes hands. Zero takes the leave back.
    function giveWorkOrder(uint256 vehicleId, address workshop, uint40 expiresAt) external;

    /// @notice The titles whose holders give orders.
    function title() external view returns (IVehicleTitle);

    /// @notice Fails unless `account` may take parts off the vehicle now.
    function requireRemovable(uint256 vehicleId, address account) external view;

    /// @notice The last order given; it counts while the title's grant epoch is the order's.
    function workOrderOf(uint256 vehicleId, address workshop) external view returns (WorkOrder memory);
}
