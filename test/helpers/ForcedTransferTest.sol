// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IVehicleTitle} from "../../contracts/interfaces/IVehicleTitle.sol";
import {ForcedTransferRequest} from "../../contracts/types/TitleTypes.sol";
import {TitleTest} from "./TitleTest.sol";

/// @dev The steps of a forced transfer, each by the class that may take it.
abstract contract ForcedTransferTest is TitleTest {
    uint40 internal constant DUE = NOW + FORCED_TRANSFER_DELAY;
    uint40 internal constant WINDOW = 30 days;

    function _request(address to) internal {
        vm.prank(court);
        title.requestForcedTransfer(holder, to, CAR, EVIDENCE);
    }

    function _freezeAndRequest(address to) internal {
        _lock(COURT);
        _request(to);
    }

    function _execute(address to) internal {
        vm.prank(registrar);
        title.forcedTransfer(holder, to, CAR);
    }

    function _assertPending(
        address from,
        address to,
        bytes32 evidenceHash,
        uint40 executableAt,
        string memory message
    ) internal view {
        ForcedTransferRequest memory request = title.forcedTransferOf(CAR);
        assertEq(request.from, from, string.concat(message, ": from"));
        assertEq(request.to, to, string.concat(message, ": to"));
        assertEq(request.evidenceHash, evidenceHash, string.concat(message, ": evidence"));
        assertEq(request.executableAt, executableAt, string.concat(message, ": time"));
    }

    function _unknown(address from, address to) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IVehicleTitle.TitleForcedTransferUnknown.selector, CAR, from, to);
    }

    function _notInTime(uint40 time) internal pure returns (bytes memory) {
        return
            abi.encodeWithSelector(
                IVehicleTitle.TitleForcedTransferNotInTime.selector,
                CAR,
                DUE,
                DUE + WINDOW,
                uint256(time)
            );
    }
}
