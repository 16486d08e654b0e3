// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ServiceStatus, Unit, UnitState} from "../types/PartTypes.sol";

/// @dev `Unit` in one word, lowest bits first: holder 160, state 8, service 8, lastVehicle 80.
type PackedUnit is uint256;

using UnitLib for PackedUnit global;

/// @title The packing of a serialised unit's state, and the steps it takes.
library UnitLib {
    uint256 private constant STATE = 160;
    uint256 private constant SERVICE = 168;
    uint256 private constant LAST_VEHICLE = 176;
    uint256 private constant HOLDER_AND_STATE = (uint256(1) << SERVICE) - 1;
    uint256 private constant SERVICE_MASK = uint256(type(uint8).max) << SERVICE;

    /// @notice A unit that has just got its serial.
    function create(address newHolder) internal pure returns (PackedUnit) {
        return PackedUnit.wrap(uint256(uint160(newHolder)) | (uint256(UnitState.Free) << STATE));
    }

    function exists(PackedUnit unit) internal pure returns (bool) {
        return PackedUnit.unwrap(unit) != 0;
    }

    // The casts cut each field out of the word.
    function holder(PackedUnit unit) internal pure returns (address) {
        return address(uint160(PackedUnit.unwrap(unit)));
    }

    function state(PackedUnit unit) internal pure returns (UnitState) {
        return UnitState(uint8(PackedUnit.unwrap(unit) >> STATE));
    }

    function service(PackedUnit unit) internal pure returns (ServiceStatus) {
        return ServiceStatus(uint8(PackedUnit.unwrap(unit) >> SERVICE));
    }

    function with(PackedUnit unit, address newHolder, UnitState newState) internal pure returns (PackedUnit) {
        uint256 rest = PackedUnit.unwrap(unit) & ~HOLDER_AND_STATE;
        return PackedUnit.wrap(rest | uint256(uint160(newHolder)) | (uint256(newState) << STATE));
    }

    function withService(PackedUnit unit, ServiceStatus newService) internal pure returns (PackedUnit) {
        uint256 rest = PackedUnit.unwrap(unit) & ~SERVICE_MASK;
        return PackedUnit.wrap(rest | (uint256(newService) << SERVICE));
    }

    /// @notice A unit on a vehicle, of whose id the low 80 bits are kept: an id is a keyed hash, so that they tell
    /// vehicles apart.
    function withVehicle(
        PackedUnit unit,
        address vehicleAccount,
        uint256 vehicleId
    ) internal pure returns (PackedUnit) {
        uint256 lower =
            PackedUnit.unwrap(unit.with(vehicleAccount, UnitState.Fitted)) &
                ((uint256(1) << LAST_VEHICLE) - 1);
        return PackedUnit.wrap(lower | (vehicleId << LAST_VEHICLE));
    }

    function unpack(PackedUnit unit) internal pure returns (Unit memory) {
        return
            Unit({
                holder: unit.holder(),
                state: unit.state(),
                service: unit.service(),
                lastVehicle: uint80(PackedUnit.unwrap(unit) >> LAST_VEHICLE)
            });
    }
}
