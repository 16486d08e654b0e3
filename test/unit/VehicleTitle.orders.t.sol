// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {MemberAccess} from "../../contracts/access/MemberAccess.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {IERC7943NonFungible} from "../../contracts/interfaces/IERC7943NonFungible.sol";
import {IVehicleTitle} from "../../contracts/interfaces/IVehicleTitle.sol";
import {ForcedTransferTest} from "../helpers/ForcedTransferTest.sol";

/// @dev A court asks for a forced transfer, a guardian stops it. What carries it out is tested in
/// VehicleTitle.forcedTransfer.t.sol.
contract VehicleTitleOrdersTest is ForcedTransferTest {
    function _pending(uint40 executableAt) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IVehicleTitle.TitleForcedTransferPending.selector, CAR, executableAt);
    }

    /* WHO ASKS */

    function test_requestForcedTransfer_RevertWhen_NotACourt() public {
        _lock(COURT);
        address[] memory all = _everybody();
        for (uint256 i = 0; i < all.length; ++i) {
            if (all[i] == court) continue;
            vm.prank(all[i]);
            vm.expectRevert(_unauthorized(all[i]));
            title.requestForcedTransfer(holder, all[i], CAR, EVIDENCE);
        }
        _assertPending(address(0), address(0), 0, 0, "nothing asked");
    }

    function test_requestForcedTransfer_RevertWhen_CourtWasExpelled() public {
        _lock(COURT);
        _expel(court);
        vm.expectRevert(_unauthorized(court));
        _request(buyer);
    }

    /* WHAT IS ASKED */

    function test_requestForcedTransfer_RevertWhen_NotFrozen() public {
        bytes memory notFrozen = abi.encodeWithSelector(IVehicleTitle.TitleNotFrozen.selector, CAR);
        vm.expectRevert(notFrozen);
        _request(buyer);

        _lock(LIEN);
        _lock(THEFT);
        _lock(SAFETY);
        vm.expectRevert(notFrozen);
        _request(buyer);
    }

    function test_requestForcedTransfer_RevertWhen_FromIsNotTheHolder() public {
        _lock(COURT);
        address[2] memory wrong = [stranger, address(0)];
        for (uint256 i = 0; i < wrong.length; ++i) {
            vm.prank(court);
            vm.expectRevert(
                abi.encodeWithSelector(IERC721Errors.ERC721IncorrectOwner.selector, wrong[i], CAR, holder)
            );
            title.requestForcedTransfer(wrong[i], buyer, CAR, EVIDENCE);
        }
    }

    function test_requestForcedTransfer_RevertWhen_ToZero() public {
        _lock(COURT);
        vm.expectRevert(
            abi.encodeWithSelector(IERC7943NonFungible.ERC7943CannotReceive.selector, address(0))
        );
        _request(address(0));
    }

    function test_requestForcedTransfer_RevertWhen_NoEvidence() public {
        _lock(COURT);
        vm.prank(court);
        vm.expectRevert(abi.encodeWithSelector(IVehicleTitle.TitleEvidenceMissing.selector, CAR));
        title.requestForcedTransfer(holder, buyer, CAR, 0);
    }

    function test_requestForcedTransfer_RevertWhen_Unknown() public {
        vm.prank(court);
        vm.expectRevert(_nonexistent(OTHER_CAR));
        title.requestForcedTransfer(holder, buyer, OTHER_CAR, EVIDENCE);
    }

    function test_requestForcedTransfer_RevertWhen_Destroyed() public {
        _destroy();
        vm.expectRevert(abi.encodeWithSelector(IVehicleTitle.TitleDestroyed.selector, CAR));
        _request(buyer);
    }

    /* ONE AT A TIME */

    function test_attack_SecondOrderShortensTheDelay_RevertWhen_Pending() public {
        _freezeAndRequest(buyer);
        uint40[4] memory times = [NOW, DUE - 1, DUE, DUE + WINDOW];
        for (uint256 i = 0; i < times.length; ++i) {
            vm.warp(times[i]);
            vm.expectRevert(_pending(DUE));
            _request(stranger);
        }
        _assertPending(holder, buyer, EVIDENCE, DUE, "the first order stands");
    }

    function test_requestForcedTransfer_AgainAfterTheWindow() public {
        _freezeAndRequest(buyer);
        uint40 later = DUE + WINDOW + 1;
        vm.warp(later);
        _request(stranger);
        _assertPending(
            holder,
            stranger,
            EVIDENCE,
            later + FORCED_TRANSFER_DELAY,
            "asked anew, with a new delay"
        );

        vm.warp(later + FORCED_TRANSFER_DELAY);
        vm.expectRevert(_unknown(holder, buyer));
        _execute(buyer);
        _execute(stranger);
        assertEq(title.ownerOf(CAR), stranger, "the new order");
    }

    function test_requestForcedTransfer_AgainAfterCancellation() public {
        _freezeAndRequest(buyer);
        vm.prank(guardian);
        title.cancelForcedTransfer(CAR);
        vm.warp(NOW + 1);
        _request(stranger);
        _assertPending(holder, stranger, EVIDENCE, DUE + 1, "a new order waits its whole time");
    }

    function test_requestForcedTransfer_AgainAfterExecution() public {
        _freezeAndRequest(buyer);
        vm.warp(DUE);
        _execute(buyer);
        vm.startPrank(court);
        title.setFrozenTokens(buyer, CAR, true);
        title.requestForcedTransfer(buyer, holder, CAR, EVIDENCE);
        vm.stopPrank();
        _assertPending(buyer, holder, EVIDENCE, DUE + FORCED_TRANSFER_DELAY, "back again, on appeal");
    }

    function test_requestForcedTransfer_ConcernsOneTitle() public {
        _register(OTHER_CAR, holder);
        _freezeAndRequest(buyer);
        vm.startPrank(court);
        title.setFrozenTokens(holder, OTHER_CAR, true);
        title.requestForcedTransfer(holder, stranger, OTHER_CAR, EVIDENCE);
        vm.stopPrank();
        _assertPending(holder, buyer, EVIDENCE, DUE, "first title");
        assertEq(title.forcedTransferOf(OTHER_CAR).to, stranger, "second title");
    }

    /* WHO STOPS IT */

    function test_cancelForcedTransfer_RevertWhen_NotAGuardian() public {
        _freezeAndRequest(buyer);
        address[] memory all = _everybody();
        for (uint256 i = 0; i < all.length; ++i) {
            if (all[i] == guardian) continue;
            vm.prank(all[i]);
            vm.expectRevert(
                abi.encodeWithSelector(MemberAccess.AccessNotMember.selector, all[i], Roles.GUARDIAN)
            );
            title.cancelForcedTransfer(CAR);
        }
        _assertPending(holder, buyer, EVIDENCE, DUE, "still waiting");
    }

    function test_cancelForcedTransfer_RevertWhen_NothingAsked() public {
        vm.startPrank(guardian);
        vm.expectRevert(_unknown(address(0), address(0)));
        title.cancelForcedTransfer(CAR);
        vm.expectRevert(
            abi.encodeWithSelector(
                IVehicleTitle.TitleForcedTransferUnknown.selector,
                OTHER_CAR,
                address(0),
                address(0)
            )
        );
        title.cancelForcedTransfer(OTHER_CAR);
        vm.stopPrank();
    }

    function test_cancelForcedTransfer_RevertWhen_GuardianIsBoundToADelay() public {
        _freezeAndRequest(buyer);
        consortium.grantRole(Roles.GUARDIAN, stranger, 1 hours);
        vm.prank(stranger);
        vm.expectRevert(
            abi.encodeWithSelector(MemberAccess.AccessNotMember.selector, stranger, Roles.GUARDIAN)
        );
        title.cancelForcedTransfer(CAR);
    }

    function test_cancelForcedTransfer_RevertWhen_GuardianWasRevoked() public {
        _freezeAndRequest(buyer);
        consortium.revokeRole(Roles.GUARDIAN, guardian);
        vm.prank(guardian);
        vm.expectRevert(
            abi.encodeWithSelector(MemberAccess.AccessNotMember.selector, guardian, Roles.GUARDIAN)
        );
        title.cancelForcedTransfer(CAR);
    }

    /// @dev Whoever administers the table of functions cannot take the guardians' way out while an order ripens.
    function test_attack_CouncilSilencesGuardians_GuardianStillCancels() public {
        _freezeAndRequest(buyer);
        _restrict(address(title), title.cancelForcedTransfer.selector, Roles.SUPPLIER);
        consortium.setTargetClosed(address(title), true);

        vm.prank(guardian);
        title.cancelForcedTransfer(CAR);
        _assertPending(address(0), address(0), 0, 0, "stopped all the same");
    }

    function test_cancelForcedTransfer_RevertWhen_Twice() public {
        _freezeAndRequest(buyer);
        vm.startPrank(guardian);
        title.cancelForcedTransfer(CAR);
        vm.expectRevert(_unknown(address(0), address(0)));
        title.cancelForcedTransfer(CAR);
        vm.stopPrank();
    }

    function test_cancelForcedTransfer_AtAnyTime() public {
        uint40[4] memory times = [NOW, DUE, DUE + WINDOW, DUE + WINDOW + 1];
        _lock(COURT);
        for (uint256 i = 0; i < times.length; ++i) {
            vm.warp(NOW);
            _request(buyer);
            vm.warp(times[i]);
            vm.expectEmit(address(title));
            emit IVehicleTitle.ForcedTransferCancelled(CAR, guardian);
            vm.prank(guardian);
            title.cancelForcedTransfer(CAR);
            _assertPending(address(0), address(0), 0, 0, "stopped");
        }
        assertEq(_locks(), 0x0004, "the freeze is the court's own");
        assertEq(title.ownerOf(CAR), holder, "holder");
    }
}
