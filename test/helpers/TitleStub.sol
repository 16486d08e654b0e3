// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {TitleState, TitleStatus} from "../../contracts/types/TitleTypes.sol";

/// @dev As much of a title as mandates look at. A vehicle that was never given a holder has none, as with the real one.
contract TitleStub is IERC721Errors {
    mapping(uint256 vehicleId => TitleState) private _states;

    mapping(uint256 vehicleId => address) private _holders;

    function setState(uint256 vehicleId, TitleStatus status, uint16 locks, uint24 grantEpoch) external {
        TitleState storage state = _states[vehicleId];
        state.status = status;
        state.locks = locks;
        state.grantEpoch = grantEpoch;
    }

    function setHolder(uint256 vehicleId, address holder) external {
        _holders[vehicleId] = holder;
    }

    function stateOf(uint256 vehicleId) external view returns (TitleState memory) {
        return _states[vehicleId];
    }

    function ownerOf(uint256 vehicleId) external view returns (address holder) {
        holder = _holders[vehicleId];
        require(holder != address(0), ERC721NonexistentToken(vehicleId));
    }
}
