// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC4907} from "../../contracts/interfaces/IERC4907.sol";
import {IERC7943NonFungible} from "../../contracts/interfaces/IERC7943NonFungible.sol";
import {IVehicleTitle} from "../../contracts/interfaces/IVehicleTitle.sol";
import {TitleState, TitleStatus} from "../../contracts/types/TitleTypes.sol";
import {
    DeafContract,
    ReenteringReceiver,
    RefusingReceiver,
    RevertingReceiver
} from "../helpers/TitleReceivers.sol";
import {TitleTest} from "../helpers/TitleTest.sol";

contract VehicleTitleTransfersTest is TitleTest {
    function setUp() public override {
        super.setUp();
        _assignFutureLocks();
        _approveBoth();
    }

    /// @dev Every way in which a wallet, a marketplace or an escrow moves a token.
    function _ways(address from, address to) private pure returns (bytes[3] memory ways) {
        ways[0] = abi.encodeCall(IERC721.transferFrom, (from, to, CAR));
        ways[1] = abi.encodeWithSignature("safeTransferFrom(address,address,uint256)", from, to, CAR);
        ways[2] = abi.encodeWithSignature(
            "safeTransferFrom(address,address,uint256,bytes)",
            from,
            to,
            CAR,
            bytes("data")
        );
    }

    /// @dev Holder, approved and operator try each way, and each time the title refuses with `reason`.
    function _assertNobodyMoves(bytes memory reason, string memory message) private {
        TitleState memory before = title.stateOf(CAR);
        address[3] memory movers = [holder, approved, operator];
        bytes[3] memory ways = _ways(holder, buyer);
        for (uint256 i = 0; i < movers.length; ++i) {
            for (uint256 j = 0; j < ways.length; ++j) {
                vm.prank(movers[i]);
                (bool ok, bytes memory result) = address(title).call(ways[j]);
                assertFalse(ok, string.concat(message, ": must not move"));
                assertEq(keccak256(result), keccak256(reason), string.concat(message, ": reason"));
            }
        }
        _assertUntouched(before, holder, message);
    }

    function _lockedBy(uint16 locks) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IVehicleTitle.TitleLocked.selector, CAR, locks, STOPS_TRANSFER);
    }

    /* FAILURES */

    function test_transfer_RevertWhen_Stranger() public {
        address[4] memory others = [stranger, registrar, court, address(this)];
        for (uint256 i = 0; i < others.length; ++i) {
            bytes[3] memory ways = _ways(holder, others[i]);
            for (uint256 j = 0; j < ways.length; ++j) {
                vm.prank(others[i]);
                (bool ok, bytes memory result) = address(title).call(ways[j]);
                assertFalse(ok, "a stranger moves nothing");
                assertEq(
                    keccak256(result),
                    keccak256(
                        abi.encodeWithSelector(
                            IERC721Errors.ERC721InsufficientApproval.selector,
                            others[i],
                            CAR
                        )
                    ),
                    "reason"
                );
            }
        }
        assertEq(title.ownerOf(CAR), holder, "holder");
    }

    function test_transfer_RevertWhen_FromIsNotTheHolder() public {
        vm.prank(holder);
        vm.expectRevert(
            abi.encodeWithSelector(IERC721Errors.ERC721IncorrectOwner.selector, stranger, CAR, holder)
        );
        title.transferFrom(stranger, buyer, CAR);
    }

    function test_transfer_RevertWhen_ToZero() public {
        vm.prank(holder);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721InvalidReceiver.selector, address(0)));
        title.transferFrom(holder, address(0), CAR);
    }

    function test_transfer_RevertWhen_Unknown() public {
        vm.prank(holder);
        vm.expectRevert(_nonexistent(OTHER_CAR));
        title.transferFrom(holder, buyer, OTHER_CAR);
    }

    function test_attack_LockedTransfer_RevertWhen_AnyStoppingBit() public {
        for (uint8 lock = 0; lock < LOCK_COUNT; ++lock) {
            if (lock == SAFETY || lock == RENTAL || lock == COURT) continue;
            _lock(lock);
            _assertNobodyMoves(_lockedBy(uint16(1) << lock), "locked");
            assertTrue(title.locked(CAR), "ERC-5192 says so");
            _unlock(lock);
        }
        _transfer(holder, buyer);
        assertEq(title.ownerOf(CAR), buyer, "free again when all are cleared");
    }

    function test_attack_LockedTransfer_RevertWhen_OneOfTwoIsCleared() public {
        _lock(LIEN);
        _lock(SALE);
        _lock(SAFETY);
        _assertNobodyMoves(_lockedBy(0x0019), "lien, sale and safety");
        _unlock(SALE);
        _assertNobodyMoves(_lockedBy(0x0009), "lien and safety");
    }

    function test_attack_FrozenTransfer_RevertWhen_CourtFroze() public {
        bytes memory frozen = abi.encodeWithSelector(
            IERC7943NonFungible.ERC7943InsufficientUnfrozenBalance.selector,
            holder,
            CAR
        );
        vm.prank(court);
        title.setFrozenTokens(holder, CAR, true);
        _assertNobodyMoves(frozen, "frozen");

        _lock(LIEN);
        _assertNobodyMoves(frozen, "frozen and under lien");

        vm.prank(court);
        title.setFrozenTokens(holder, CAR, false);
        _assertNobodyMoves(_lockedBy(0x0001), "the lien outlives the freeze");
    }

    function test_attack_DestroyedTransfer_RevertWhen_Destroyed() public {
        vm.prank(holder);
        title.setApprovalForAll(approved, true);
        _destroy();
        vm.expectRevert(abi.encodeWithSelector(IVehicleTitle.TitleDestroyed.selector, CAR));
        vm.prank(holder);
        title.approve(approved, CAR);
        _assertNobodyMoves(abi.encodeWithSelector(IVehicleTitle.TitleDestroyed.selector, CAR), "destroyed");
    }

    /// @dev A lock does not stop approvals, and an approval given before or under it moves nothing.
    function test_attack_LockedTransfer_RevertWhen_ApprovedUnderTheLock() public {
        _lock(THEFT);
        vm.startPrank(holder);
        title.approve(buyer, CAR);
        title.setApprovalForAll(buyer, true);
        vm.stopPrank();

        vm.prank(buyer);
        vm.expectRevert(_lockedBy(0x0002));
        title.transferFrom(holder, buyer, CAR);
    }

    function test_transfer_RevertWhen_ReceiverRefuses() public {
        TitleState memory before = title.stateOf(CAR);
        address[2] memory receivers = [address(new DeafContract()), address(new RefusingReceiver())];
        for (uint256 i = 0; i < receivers.length; ++i) {
            vm.prank(holder);
            vm.expectRevert(
                abi.encodeWithSelector(IERC721Errors.ERC721InvalidReceiver.selector, receivers[i])
            );
            title.safeTransferFrom(holder, receivers[i], CAR);
        }
        address closed = address(new RevertingReceiver());
        vm.prank(holder);
        vm.expectRevert(abi.encodeWithSelector(RevertingReceiver.ReceiverClosed.selector, CAR));
        title.safeTransferFrom(holder, closed, CAR, "data");
        _assertUntouched(before, holder, "refused");
    }

    function test_attack_ApprovalOutlivesTransfer_RevertWhen_TitleMoved() public {
        _transfer(holder, buyer);
        address[3] memory former = [holder, approved, operator];
        for (uint256 i = 0; i < former.length; ++i) {
            vm.prank(former[i]);
            vm.expectRevert(
                abi.encodeWithSelector(IERC721Errors.ERC721InsufficientApproval.selector, former[i], CAR)
            );
            title.transferFrom(buyer, holder, CAR);
        }
        assertEq(title.getApproved(CAR), address(0), "approval is gone");
    }

    /// @dev The holder contract gives the title away while it is being asked: the operator's call ends with the title
    /// where the holder put it, and each move counted once.
    function test_attack_ReceiverReenters_EachMoveCountsOnce() public {
        ReenteringReceiver receiver = new ReenteringReceiver();
        receiver.arm(address(title), abi.encodeCall(title.transferFrom, (address(receiver), buyer, CAR)));
        vm.prank(operator);
        title.safeTransferFrom(holder, address(receiver), CAR, "data");

        assertEq(title.ownerOf(CAR), buyer, "holder");
        _assertState(3, 2, 0, TitleStatus.Active, "two moves");
        assertEq(receiver.operator(), operator, "operator told");
        assertEq(receiver.from(), holder, "from told");
        assertEq(keccak256(receiver.data()), keccak256("data"), "data told");
    }

    function test_attack_ReceiverReenters_RevertWhen_TakingTheTitleTwice() public {
        ReenteringReceiver receiver = new ReenteringReceiver();
        vm.prank(holder);
        title.setApprovalForAll(address(receiver), true);
        receiver.arm(address(title), abi.encodeCall(title.transferFrom, (holder, stranger, CAR)));

        vm.prank(holder);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC721Errors.ERC721IncorrectOwner.selector,
                holder,
                CAR,
                address(receiver)
            )
        );
        title.safeTransferFrom(holder, address(receiver), CAR);
    }

    function test_approve_RevertWhen_NotTheHolder() public {
        address[3] memory others = [stranger, approved, registrar];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.prank(others[i]);
            vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721InvalidApprover.selector, others[i]));
            title.approve(others[i], CAR);
        }
    }

    function test_approve_RevertWhen_Unknown() public {
        vm.prank(holder);
        vm.expectRevert(_nonexistent(OTHER_CAR));
        title.approve(approved, OTHER_CAR);
    }

    /* WHAT MOVES */

    function test_transfer_ByHolderApprovedAndOperatorInEveryWay() public {
        address[3] memory movers = [holder, approved, operator];
        uint24 moves;
        for (uint256 i = 0; i < movers.length; ++i) {
            for (uint256 j = 0; j < 3; ++j) {
                vm.prank(holder);
                title.approve(approved, CAR);
                vm.prank(movers[i]);
                (bool ok, ) = address(title).call(_ways(holder, buyer)[j]);
                assertTrue(ok, "moves");
                assertEq(title.ownerOf(CAR), buyer, "to the buyer");
                assertEq(title.balanceOf(holder), 0, "balance of the seller");
                assertEq(title.balanceOf(buyer), 1, "balance of the buyer");
                _transfer(buyer, holder);
                moves += 2;
                _assertState(moves + 1, moves, 0, TitleStatus.Active, "every change of holder counts");
            }
        }
    }

    function test_transfer_EmitsTransferAndMetadata() public {
        vm.recordLogs();
        vm.expectEmit(address(title));
        emit IERC721.Transfer(holder, buyer, CAR);
        _transfer(holder, buyer);
        _assertEvents(abi.encodePacked(IERC721.Transfer.selector), "transfer");
    }

    function test_transfer_EmitsUpdateUserWhenThereIsOne() public {
        _setUser(NOW + 1 days);
        vm.recordLogs();
        vm.expectEmit(address(title));
        emit IERC4907.UpdateUser(CAR, address(0), 0);
        _transfer(holder, buyer);
        _assertEvents(
            abi.encodePacked(IERC721.Transfer.selector, IERC4907.UpdateUser.selector),
            "transfer with a user"
        );
    }

    function test_transfer_SafetyStopAndRentalLeaveTheHolderFree() public {
        _lock(SAFETY);
        _lock(RENTAL);
        assertFalse(title.locked(CAR), "ERC-5192");
        assertTrue(title.canTransfer(holder, buyer, CAR), "ERC-7943");
        _transfer(holder, buyer);
        _assertState(2, 1, 0x0028, TitleStatus.Active, "locks go with the car");
    }

    function test_transfer_ExportedCarMoves() public {
        vm.prank(registrar);
        title.changeStatus(_export());
        _transfer(holder, buyer);
        _assertState(2, 1, 0, TitleStatus.Exported, "exported");
    }

    /// @dev No new holder, but all the same an end of every grant and of the user: a way to end them at once.
    function test_transfer_ToOneselfCountsNoHolderButEndsGrantsAndUser() public {
        _setUser(NOW + 1 days);
        _transfer(holder, holder);

        assertEq(title.ownerOf(CAR), holder, "holder");
        assertEq(title.balanceOf(holder), 1, "balance");
        _assertState(1, 1, 0, TitleStatus.Active, "self transfer");
        assertEq(title.userOf(CAR), address(0), "user ended");
        assertEq(title.getApproved(CAR), address(0), "approval ended");
    }

    function test_transfer_ReturningHolderCountsAgain() public {
        _transfer(holder, buyer);
        _transfer(buyer, holder);
        _assertState(3, 2, 0, TitleStatus.Active, "there and back");
    }

    function test_transfer_ChangesNothingElse() public {
        TitleState memory before = title.stateOf(CAR);
        _transfer(holder, buyer);
        TitleState memory state = title.stateOf(CAR);
        assertEq(state.issuer, before.issuer, "issuer");
        assertEq(state.registeredDay, before.registeredDay, "day");
        assertFalse(state.hasUser, "no user appears");
        assertEq(_recordCount(CAR), 1, "no record of people");
    }

    /// @dev Whatever set of locks is in force, what a wallet is told before is what happens.
    function testFuzz_transfer_MovesExactlyWhenNoStoppingLockIsSet(uint16 locks) public {
        for (uint8 lock = 0; lock < LOCK_COUNT; ++lock) {
            if ((locks >> lock) & 1 == 1) _lock(lock);
        }
        assertEq(_locks(), locks, "all set");

        bool free = locks & STOPS_TRANSFER == 0;
        assertEq(title.locked(CAR), !free, "ERC-5192 tells the truth");
        assertEq(title.canTransfer(holder, buyer, CAR), free, "ERC-7943 tells the truth");
        vm.prank(holder);
        (bool ok, ) = address(title).call(_ways(holder, buyer)[0]);
        assertEq(ok, free, "moves exactly when free");
        assertEq(title.ownerOf(CAR), free ? buyer : holder, "holder");
    }

    function testFuzz_transfer_CountsHoldersAndEpochs(uint8[12] calldata steps) public {
        address[3] memory people = [holder, buyer, stranger];
        uint24 holders = 1;
        for (uint24 i = 0; i < steps.length; ++i) {
            address from = title.ownerOf(CAR);
            address to = people[steps[i] % people.length];
            _transfer(from, to);
            if (from != to) ++holders;
            _assertState(holders, i + 1, 0, TitleStatus.Active, "step");
        }
    }
}
