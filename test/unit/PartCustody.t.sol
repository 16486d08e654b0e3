// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1155Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC1155Receiver} from "@openzeppelin/contracts/token/ERC1155/IERC1155Receiver.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IPartCustody} from "../../contracts/interfaces/IPartCustody.sol";
import {IPartTwins} from "../../contracts/interfaces/IPartTwins.sol";
import {Consignment, ConsignmentStatus} from "../../contracts/types/CustodyTypes.sol";
import {UnitState} from "../../contracts/types/PartTypes.sol";
import {CustodyTest} from "../helpers/CustodyTest.sol";

/// @dev Handing parts over: what each step asks for and does.
contract PartCustodyTest is CustodyTest {
    /* CONSIGNING */

    function test_consign_RevertWhen_ReceiverIsMissing() public {
        Consignment memory consignment = _of(part, 1);
        consignment.receiver = address(0);
        vm.expectRevert(
            abi.encodeWithSelector(IPartCustody.CustodyConsignmentInvalid.selector, address(0), 1, 100)
        );
        _consign(consignment);
    }

    function test_consign_RevertWhen_BatchIsEmptyOrTooLong() public {
        assertEq(custody.MAX_BATCH(), 100, "limit");
        Consignment memory consignment = _of(part, 1);
        consignment.partIds = new uint256[](0);
        consignment.quantities = new uint256[](0);
        vm.expectRevert(
            abi.encodeWithSelector(IPartCustody.CustodyConsignmentInvalid.selector, buyer, 0, 100)
        );
        _consign(consignment);
        consignment = _pieceConsignment(101);
        vm.expectRevert(
            abi.encodeWithSelector(IPartCustody.CustodyConsignmentInvalid.selector, buyer, 101, 100)
        );
        _consign(consignment);
    }

    function test_consign_AsManyAsABatchHolds() public {
        _give(supplier, workshop, pieces, QUANTITY - PIECES);
        Consignment memory consignment = _pieceConsignment(100);
        _consign(consignment);
        assertEq(parts.balanceOf(address(custody), pieces), 100, "in transit");
        _accept(buyer, consignment);
        assertEq(parts.balanceOf(buyer, pieces), 100, "there");
    }

    function test_consign_RevertWhen_LengthsDiffer() public {
        Consignment memory consignment = _of(part, 1);
        consignment.quantities = new uint256[](2);
        (consignment.quantities[0], consignment.quantities[1]) = (1, 1);
        vm.expectRevert(abi.encodeWithSelector(IERC1155Errors.ERC1155InvalidArrayLength.selector, 1, 2));
        _consign(consignment);
        consignment.quantities = new uint256[](0);
        vm.expectRevert(abi.encodeWithSelector(IERC1155Errors.ERC1155InvalidArrayLength.selector, 1, 0));
        _consign(consignment);
        consignment = _mixed();
        consignment.quantities = new uint256[](1);
        consignment.quantities[0] = 1;
        vm.expectRevert(abi.encodeWithSelector(IERC1155Errors.ERC1155InvalidArrayLength.selector, 3, 1));
        _consign(consignment);
    }

    function test_consign_RevertWhen_SenderIsNotTheCaller() public {
        Consignment memory consignment = _of(part, 1);
        vm.expectRevert(abi.encodeWithSelector(IPartCustody.CustodyNotSender.selector, workshop, stranger));
        vm.prank(stranger);
        custody.consign(consignment, GOOD);
    }

    function test_consign_RevertWhen_DeadlineHasPassed() public {
        Consignment memory consignment = _of(part, 1);
        consignment.deadline = 0;
        _expectPassed(0, NOW);
        _consign(consignment);
        consignment.deadline = NOW - 1;
        _expectPassed(NOW - 1, NOW);
        _consign(consignment);
        consignment.deadline = NOW;
        _consign(consignment);
        _accept(buyer, consignment); // in the same second
        _assertHeldBy(buyer, "there");
    }

    function test_consign_RevertWhen_ConditionIsMissing() public {
        Consignment memory consignment = _of(part, 1);
        vm.expectRevert(IPartCustody.CustodyConditionMissing.selector);
        vm.prank(workshop);
        custody.consign(consignment, 0);
    }

    function test_consign_RevertWhen_NotApproved() public {
        vm.prank(workshop);
        parts.setApprovalForAll(address(custody), false);
        Consignment memory consignment = _of(part, 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC1155Errors.ERC1155MissingApprovalForAll.selector,
                address(custody),
                workshop
            )
        );
        _consign(consignment);
        _assertStatus(consignment, ConsignmentStatus.None, "nothing remains");
    }

    function test_consign_PutsTheUnitsInTransit() public {
        assertEq(address(custody.parts()), address(parts), "of these parts");
        Consignment memory consignment = _mixed();
        bytes32 consignmentId = _id(consignment);
        assertEq(custody.consignmentIdOf(consignment), consignmentId, "the id is known before");
        _assertStatus(consignment, ConsignmentStatus.None, "not yet");
        vm.expectEmit(address(custody));
        emit IPartCustody.PartsConsigned(consignmentId, workshop, buyer, consignment, GOOD);
        assertEq(_consign(consignment), consignmentId, "and returned");

        _assertStatus(consignment, ConsignmentStatus.Open, "open");
        _assertHeldBy(address(custody), "in transit");
        _assertUnit(_serial(2), address(custody), UnitState.Free, 0, "in transit, too");
        assertEq(parts.balanceOf(address(custody), pieces), 4, "pieces");
        assertEq(parts.balanceOf(workshop, pieces), PIECES - 4, "the others stay");
    }

    function test_consignmentIdOf_BindsEveryTerm() public {
        Consignment memory c = _mixed();
        bytes32 consignmentId = custody.consignmentIdOf(c);
        c.sender = stranger;
        assertTrue(custody.consignmentIdOf(c) != consignmentId, "sender");
        c = _mixed();
        c.receiver = stranger;
        assertTrue(custody.consignmentIdOf(c) != consignmentId, "receiver");
        c = _mixed();
        ++c.deadline;
        assertTrue(custody.consignmentIdOf(c) != consignmentId, "deadline");
        c = _mixed();
        ++c.salt;
        assertTrue(custody.consignmentIdOf(c) != consignmentId, "salt");
        c = _mixed();
        c.partIds[2] = _serial(3);
        assertTrue(custody.consignmentIdOf(c) != consignmentId, "part");
        c = _mixed();
        ++c.quantities[2];
        assertTrue(custody.consignmentIdOf(c) != consignmentId, "quantity");
        vm.chainId(99);
        assertTrue(custody.consignmentIdOf(_mixed()) != consignmentId, "chain");
    }

    /* ACCEPTING */

    function test_accept_GivesTheUnitsToTheReceiver() public {
        Consignment memory consignment = _mixed();
        bytes32 consignmentId = _consign(consignment);
        vm.warp(DEADLINE);
        vm.expectEmit(address(custody));
        emit IPartCustody.PartsAccepted(consignmentId, buyer, DAMAGED);
        vm.prank(buyer);
        custody.accept(consignment, DAMAGED); // whatever its condition: the receiver decides

        _assertStatus(consignment, ConsignmentStatus.Accepted, "accepted");
        _assertHeldBy(buyer, "there");
        _assertUnit(_serial(2), buyer, UnitState.Free, 0, "there, too");
        assertEq(parts.balanceOf(buyer, pieces), 4, "pieces");
        assertEq(parts.balanceOf(address(custody), pieces), 0, "nothing on its way");
    }

    function test_accept_RevertWhen_ConditionIsMissing() public {
        Consignment memory consignment = _of(part, 1);
        _consign(consignment);
        vm.expectRevert(IPartCustody.CustodyConditionMissing.selector);
        vm.prank(buyer);
        custody.accept(consignment, 0);
    }

    /* REJECTING */

    function test_reject_SendsTheUnitsBack() public {
        Consignment memory consignment = _mixed();
        bytes32 consignmentId = _consign(consignment);
        vm.expectEmit(address(custody));
        emit IPartCustody.PartsRejected(consignmentId, buyer, DAMAGED);
        _reject(buyer, consignment);
        _assertStatus(consignment, ConsignmentStatus.Rejected, "rejected");
        _assertHeldBy(workshop, "back");
        assertEq(parts.balanceOf(workshop, pieces), PIECES, "all of them");
        assertEq(parts.balanceOf(address(custody), pieces), 0, "nothing on its way");
    }

    function test_reject_RevertWhen_ConditionIsMissing() public {
        Consignment memory consignment = _of(part, 1);
        _consign(consignment);
        vm.expectRevert(IPartCustody.CustodyConditionMissing.selector);
        vm.prank(buyer);
        custody.reject(consignment, 0);
    }

    /// @dev Late is no reason not to send back what is damaged.
    function test_reject_AfterTheDeadline() public {
        Consignment memory consignment = _of(part, 1);
        _consign(consignment);
        vm.warp(DEADLINE + 1);
        _reject(buyer, consignment);
        _assertHeldBy(workshop, "back");
    }

    /* RETURNING */

    function test_returnExpired_ByAnybody() public {
        Consignment memory consignment = _mixed();
        bytes32 consignmentId = _consign(consignment);
        vm.warp(DEADLINE + 1);
        vm.expectEmit(address(custody));
        emit IPartCustody.PartsReturned(consignmentId, workshop);
        vm.prank(stranger);
        custody.returnExpired(consignment);
        _assertStatus(consignment, ConsignmentStatus.Returned, "returned");
        _assertHeldBy(workshop, "back");
        assertEq(parts.balanceOf(workshop, pieces), PIECES, "all of them");
    }

    function test_returnExpired_RevertWhen_Unknown() public {
        vm.warp(DEADLINE + 1);
        _expectStatus(_of(part, 1), ConsignmentStatus.None);
        custody.returnExpired(_of(part, 1));
    }

    /* RECEIVING */

    function test_supportsInterface_NamesWhatItIs() public view {
        assertTrue(custody.supportsInterface(type(IPartCustody).interfaceId), "custody");
        assertTrue(custody.supportsInterface(type(IERC1155Receiver).interfaceId), "receiver");
        assertTrue(custody.supportsInterface(type(IERC165).interfaceId), "ERC-165");
        assertFalse(custody.supportsInterface(type(IPartTwins).interfaceId), "no part twins");
        assertFalse(custody.supportsInterface(0xffffffff), "not the invalid one");
    }

    /* CONSERVATION */

    /// @dev Consignments in any state: what is in transit is what open consignments name.
    function testFuzz_custody_HoldsExactlyWhatIsOpen(uint256 seed) public {
        uint256 open;
        for (uint64 i = 0; i < 12; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            Consignment memory consignment = _of(pieces, 1 + (seed % 2));
            consignment.salt = i;
            uint256 end = (seed >> 8) % 4;
            if (parts.balanceOf(workshop, pieces) < consignment.quantities[0]) break;
            _consign(consignment);
            if (end == 0) {
                _accept(buyer, consignment);
            } else if (end == 1) {
                _reject(buyer, consignment);
            } else if (end == 2) {
                vm.warp(DEADLINE + 1);
                custody.returnExpired(consignment);
                vm.warp(NOW);
            } else {
                open += consignment.quantities[0];
            }
            assertEq(parts.balanceOf(address(custody), pieces), open, "in transit");
        }
        address[] memory accounts = new address[](4);
        (accounts[0], accounts[1]) = (workshop, supplier);
        (accounts[2], accounts[3]) = (buyer, address(custody));
        _assertConserved(accounts);
    }

    /// @dev `rows` rows of one counted piece each.
    function _pieceConsignment(uint256 rows) private view returns (Consignment memory consignment) {
        consignment = _of(pieces, 1);
        consignment.partIds = new uint256[](rows);
        consignment.quantities = new uint256[](rows);
        for (uint256 i = 0; i < rows; ++i) {
            (consignment.partIds[i], consignment.quantities[i]) = (pieces, 1);
        }
    }
}
