// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TitleState, TitleStatus} from "../../../contracts/types/TitleTypes.sol";

/// @dev The two things that mandates ask of a title. Anybody moves it, so that cars are sold in one call.
contract TitleStub {
    mapping(uint256 vehicleId => address) public ownerOf;
    mapping(uint256 vehicleId => uint24) public epochOf;

    function give(uint256 vehicleId, address to) external {
        ownerOf[vehicleId] = to;
        ++epochOf[vehicleId];
    }

    function stateOf(uint256 vehicleId) external view returns (TitleState memory state) {
        state.grantEpoch = epochOf[vehicleId];
        if (ownerOf[vehicleId] != address(0)) state.status = TitleStatus.Active;
    }
}
