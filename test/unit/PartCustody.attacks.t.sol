// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1155Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IPartCustody} from "../../contracts/interfaces/IPartCustody.sol";
import {IPartTwins} from "../../contracts/interfaces/IPartTwins.sol";
import {Consignment, ConsignmentStatus} from "../../contracts/types/CustodyTypes.sol";
import {UnitState} from "../../contracts/types/PartTypes.sol";
import {CustodyTest} from "../helpers/CustodyTest.sol";
import {PartHolder} from "../helpers/PartHolder.sol";

/// @dev Attacks on units in transit, each named by what the attacker wants.
contract PartCustodyAttacksTest is CustodyTest {
    /* TWICE */

    function test_attack_AcceptTwice() public {
        Consignment memory consignment = _of(part, 1);
        _consign(consignment);
        _accept(buyer, consignment);
        _give(buyer, workshop, part, 1);
        _expectStatus(consignment, ConsignmentStatus.Accepted);
        _accept(buyer, consignment);
        _assertHeldBy(workshop, "sent back, and not taken again");
    }

    /// @dev The custody holds other units of the same id, for which somebody else waits.
    function test_attack_AcceptTwiceFromTheUnitsOfOthers() public {
        Consignment memory mine = _of(pieces, 2);
        Consignment memory theirs = _of(pieces, 2);
        theirs.receiver = stranger;
        _consign(mine);
        _consign(theirs);
        _accept(buyer, mine);
        _expectStatus(mine, ConsignmentStatus.Accepted);
        _accept(buyer, mine);
        _accept(stranger, theirs);
        assertEq(parts.balanceOf(stranger, pieces), 2, "theirs are there");
    }

    function test_attack_SameConsignmentTwice() public {
        Consignment memory consignment = _of(pieces, 1);
        _consign(consignment);
        _expectStatus(consignment, ConsignmentStatus.Open);
        _consign(consignment);
        _accept(buyer, consignment);
        _expectStatus(consignment, ConsignmentStatus.Accepted);
        _consign(consignment);
        consignment.salt = 1;
        _consign(consignment);
        _reject(buyer, consignment);
        _expectStatus(consignment, ConsignmentStatus.Rejected);
        _consign(consignment);
    }

    function test_attack_RejectAfterAccept() public {
        Consignment memory consignment = _of(part, 1);
        _consign(consignment);
        _accept(buyer, consignment);
        _expectStatus(consignment, ConsignmentStatus.Accepted);
        _reject(buyer, consignment);
        vm.warp(DEADLINE + 1);
        _expectStatus(consignment, ConsignmentStatus.Accepted);
        custody.returnExpired(consignment);
        _assertHeldBy(buyer, "the buyer's");
    }

    function test_attack_AcceptAfterReject() public {
        Consignment memory consignment = _of(part, 1);
        _consign(consignment);
        _reject(buyer, consignment);
        _expectStatus(consignment, ConsignmentStatus.Rejected);
        _accept(buyer, consignment);
        _expectStatus(consignment, ConsignmentStatus.Rejected);
        _reject(buyer, consignment);
    }

    /* THE WRONG PARTY */

    function test_attack_AcceptByTheWrongParty() public {
        Consignment memory consignment = _of(part, 1);
        bytes32 consignmentId = _consign(consignment);
        address[4] memory callers = [stranger, workshop, supplier, address(custody)];
        for (uint256 i = 0; i < callers.length; ++i) {
            for (uint256 isReject = 0; isReject < 2; ++isReject) {
                vm.expectRevert(
                    abi.encodeWithSelector(
                        IPartCustody.CustodyNotReceiver.selector,
                        consignmentId,
                        callers[i]
                    )
                );
                isReject == 1 ? _reject(callers[i], consignment) : _accept(callers[i], consignment);
            }
        }
        _assertStatus(consignment, ConsignmentStatus.Open, "still open");
    }

    /// @dev An operator of the receiver is not the receiver.
    function test_attack_AcceptByOperatorOfTheReceiver() public {
        Consignment memory consignment = _of(part, 1);
        bytes32 consignmentId = _consign(consignment);
        vm.prank(buyer);
        parts.setApprovalForAll(stranger, true);
        vm.expectRevert(
            abi.encodeWithSelector(IPartCustody.CustodyNotReceiver.selector, consignmentId, stranger)
        );
        _accept(stranger, consignment);
    }

    function test_attack_AcceptWithAlteredTerms() public {
        _consign(_mixed());
        Consignment memory altered = _mixed();
        altered.receiver = stranger;
        _expectStatus(altered, ConsignmentStatus.None);
        _accept(stranger, altered);
        altered = _mixed();
        altered.quantities[2] = 5;
        _expectStatus(altered, ConsignmentStatus.None);
        _accept(buyer, altered);
        altered = _mixed();
        altered.partIds[0] = _serial(3);
        _expectStatus(altered, ConsignmentStatus.None);
        _accept(buyer, altered);
        altered = _mixed();
        altered.deadline += 1 days;
        _expectStatus(altered, ConsignmentStatus.None);
        _accept(buyer, altered);
        altered = _mixed();
        altered.sender = buyer; // so that what is rejected went to the receiver
        _expectStatus(altered, ConsignmentStatus.None);
        _reject(buyer, altered);
    }

    function test_attack_ReturnToAnotherSender() public {
        _consign(_of(part, 1));
        Consignment memory altered = _of(part, 1);
        altered.sender = stranger;
        vm.warp(DEADLINE + 1);
        _expectStatus(altered, ConsignmentStatus.None);
        vm.prank(stranger);
        custody.returnExpired(altered);
        altered = _of(part, 1);
        altered.deadline = 0; // as if it had passed long ago
        _expectStatus(altered, ConsignmentStatus.None);
        custody.returnExpired(altered);
    }

    /* UNITS OF OTHERS */

    function test_attack_ConsignUnitsOfSomebodyElse() public {
        vm.prank(stranger);
        parts.setApprovalForAll(address(custody), true);
        Consignment memory consignment = _of(part, 1);
        vm.expectRevert(abi.encodeWithSelector(IPartCustody.CustodyNotSender.selector, workshop, stranger));
        vm.prank(stranger);
        custody.consign(consignment, GOOD);
        consignment.sender = stranger;
        _expectInsufficient(stranger, 0, 1, part);
        _consign(consignment);
        _assertStatus(consignment, ConsignmentStatus.None, "nothing remains");
    }

    /// @dev What is in transit belongs to nobody who could consign it.
    function test_attack_ConsignTheSameUnitTwice() public {
        _consign(_of(part, 1));
        Consignment memory again = _of(part, 1);
        again.salt = 1;
        _expectInsufficient(workshop, 0, 1, part);
        _consign(again);
        again.partIds = new uint256[](2);
        again.quantities = new uint256[](2);
        (again.partIds[0], again.partIds[1]) = (_serial(2), _serial(2));
        (again.quantities[0], again.quantities[1]) = (1, 1);
        _expectInsufficient(workshop, 0, 1, _serial(2));
        _consign(again);
    }

    function test_attack_ConsignFittedOrStolenUnit() public {
        _fit(part, 1, CAR);
        _expectInsufficient(workshop, 0, 1, part);
        _consign(_of(part, 1));
        _reportTheft(workshop, _serial(2), true);
        _expectState(_serial(2), UnitState.Stolen);
        _consign(_of(_serial(2), 1));
    }

    function test_attack_UseUnitInTransit() public {
        _consign(_of(part, 1));
        _expectInsufficient(workshop, 0, 1, part);
        _fit(part, 1, CAR);
        _expectInsufficient(workshop, 0, 1, part);
        _reportTheft(workshop, part, true);
        _expectInsufficient(buyer, 0, 1, part);
        _give(buyer, stranger, part, 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC1155Errors.ERC1155MissingApprovalForAll.selector,
                workshop,
                address(custody)
            )
        );
        vm.prank(workshop);
        parts.safeTransferFrom(address(custody), workshop, part, 1, "");
    }

    /// @dev The standard lets zero units of anything be transferred. As a consignment they would be a false story of where
    /// a unit was, told by whoever never had it.
    function test_attack_ConsignZeroUnitsOfSomebodyElse() public {
        Consignment memory consignment = _of(part, 0);
        consignment.sender = stranger;
        vm.prank(stranger);
        parts.setApprovalForAll(address(custody), true);
        _expectEmpty(part);
        _consign(consignment);
        for (uint256 i = 0; i < 3; ++i) {
            consignment = _mixed();
            consignment.quantities[i] = 0;
            _expectEmpty(consignment.partIds[i]);
            _consign(consignment);
        }
    }

    function _expectEmpty(uint256 partId) private {
        vm.expectRevert(abi.encodeWithSelector(IPartTwins.PartsQuantityInvalid.selector, partId, 0));
    }

    /* THE TIME-OUT RACE */

    function test_attack_ReturnBeforeTheDeadline() public {
        Consignment memory consignment = _of(part, 1);
        _consign(consignment);
        uint40[3] memory times = [NOW, DEADLINE - 1, DEADLINE];
        for (uint256 i = 0; i < times.length; ++i) {
            vm.warp(times[i]);
            vm.expectRevert(
                abi.encodeWithSelector(IPartCustody.CustodyDeadlineNotReached.selector, DEADLINE, times[i])
            );
            vm.prank(workshop);
            custody.returnExpired(consignment);
        }
        _accept(buyer, consignment); // in the last second
        _assertHeldBy(buyer, "accepted in time");
    }

    function test_attack_AcceptAfterTheDeadline() public {
        Consignment memory consignment = _of(part, 1);
        _consign(consignment);
        vm.warp(DEADLINE + 1);
        _expectPassed(DEADLINE, DEADLINE + 1);
        _accept(buyer, consignment);
        _assertHeldBy(address(custody), "nobody's yet");
        custody.returnExpired(consignment);
        _assertHeldBy(workshop, "the sender's");
    }

    function test_attack_ReturnThenAccept() public {
        Consignment memory consignment = _of(part, 1);
        _consign(consignment);
        vm.warp(DEADLINE + 1);
        custody.returnExpired(consignment);
        _expectStatus(consignment, ConsignmentStatus.Returned);
        _accept(buyer, consignment);
        _expectStatus(consignment, ConsignmentStatus.Returned);
        _reject(buyer, consignment);
        _expectStatus(consignment, ConsignmentStatus.Returned);
        custody.returnExpired(consignment);
        _assertHeldBy(workshop, "the sender's");
    }

    function test_attack_AcceptThenReturn() public {
        Consignment memory consignment = _of(part, 1);
        _consign(consignment);
        vm.warp(DEADLINE);
        _accept(buyer, consignment);
        vm.warp(DEADLINE + 1);
        _expectStatus(consignment, ConsignmentStatus.Accepted);
        vm.prank(workshop);
        custody.returnExpired(consignment);
        _assertHeldBy(buyer, "the receiver's");
    }

    /// @dev At no second can both happen, and at each one can.
    function testFuzz_attack_TimeOutRace(uint40 deadline, uint40 instant, bool isNear) public {
        deadline = uint40(bound(deadline, NOW, type(uint40).max - 1));
        instant = uint40(
            isNear ? bound(instant, deadline - 1, deadline + 1) : bound(instant, NOW, type(uint40).max)
        );
        Consignment memory consignment = _of(part, 1);
        consignment.deadline = deadline;
        _consign(consignment);
        vm.warp(instant);
        (bool isReturned, ) = address(custody).call(abi.encodeCall(custody.returnExpired, (consignment)));
        vm.prank(buyer);
        (bool isAccepted, ) = address(custody).call(abi.encodeCall(custody.accept, (consignment, GOOD)));
        assertEq(isAccepted, instant <= deadline, "accepted until the deadline");
        assertEq(isReturned, instant > deadline, "returned after it");
    }

    /* TRANSFERS PAST THE CONTRACT */

    function test_attack_PlainTransferIntoCustody() public {
        vm.startPrank(workshop);
        vm.expectRevert(abi.encodeWithSelector(IPartCustody.CustodyUnexpectedTransfer.selector, workshop));
        parts.safeTransferFrom(workshop, address(custody), part, 1, "");
        uint256[] memory partIds = new uint256[](2);
        uint256[] memory quantities = new uint256[](2);
        (partIds[0], partIds[1]) = (part, pieces);
        (quantities[0], quantities[1]) = (1, 1);
        vm.expectRevert(abi.encodeWithSelector(IPartCustody.CustodyUnexpectedTransfer.selector, workshop));
        parts.safeBatchTransferFrom(workshop, address(custody), partIds, quantities, "");
        vm.stopPrank();
        _assertHeldBy(workshop, "where it was");
    }

    function test_attack_ConsignToCustodyItself() public {
        Consignment memory consignment = _of(part, 1);
        consignment.receiver = address(custody);
        vm.expectRevert(
            abi.encodeWithSelector(IPartCustody.CustodyConsignmentInvalid.selector, address(custody), 1, 100)
        );
        _consign(consignment);
    }

    /* CONTRACTS THAT RECEIVE */

    function test_attack_ReceiverThatRefuses() public {
        (PartHolder shop, Consignment memory consignment) = _toContract();
        bytes memory accept = abi.encodeCall(custody.accept, (consignment, GOOD));
        shop.close(true);
        vm.expectRevert(abi.encodeWithSelector(PartHolder.HolderClosed.selector, part));
        shop.act(address(custody), accept);
        shop.close(false);
        shop.answer(0xdeadbeef);
        vm.expectRevert(
            abi.encodeWithSelector(IERC1155Errors.ERC1155InvalidReceiver.selector, address(shop))
        );
        shop.act(address(custody), accept);
        _assertStatus(consignment, ConsignmentStatus.Open, "it may think again");
        vm.warp(DEADLINE + 1);
        custody.returnExpired(consignment);
        _assertHeldBy(workshop, "or not");
    }

    function test_attack_ReceiverThatReenters() public {
        (PartHolder shop, Consignment memory consignment) = _toContract();
        bytes memory accept = abi.encodeCall(custody.accept, (consignment, GOOD));
        bytes[2] memory payloads = [accept, abi.encodeCall(custody.reject, (consignment, GOOD))];
        for (uint256 i = 0; i < payloads.length; ++i) {
            shop.arm(address(custody), payloads[i]);
            _expectStatus(consignment, ConsignmentStatus.Accepted);
            shop.act(address(custody), accept);
        }
        // What it was given it may pass on at once.
        shop.arm(
            address(parts),
            abi.encodeCall(parts.safeTransferFrom, (address(shop), stranger, part, 1, ""))
        );
        shop.act(address(custody), accept);
        _assertHeldBy(stranger, "passed on");
        _assertStatus(consignment, ConsignmentStatus.Accepted, "accepted once");
    }

    /// @dev A sender that refuses its units leaves them in transit; the receiver cannot have them for that, nor anybody.
    function test_attack_SenderThatRefusesItsUnitsBack() public {
        PartHolder shop = new PartHolder();
        _give(workshop, address(shop), part, 1);
        shop.act(address(parts), abi.encodeCall(parts.setApprovalForAll, (address(custody), true)));
        Consignment memory consignment = _of(part, 1);
        consignment.sender = address(shop);
        shop.act(address(custody), abi.encodeCall(custody.consign, (consignment, GOOD)));
        shop.close(true);
        vm.expectRevert(abi.encodeWithSelector(PartHolder.HolderClosed.selector, part));
        _reject(buyer, consignment);
        vm.warp(DEADLINE + 1);
        vm.expectRevert(abi.encodeWithSelector(PartHolder.HolderClosed.selector, part));
        custody.returnExpired(consignment);
        _assertStatus(consignment, ConsignmentStatus.Open, "in transit");

        shop.close(false);
        shop.arm(address(custody), abi.encodeCall(custody.returnExpired, (consignment)));
        _expectStatus(consignment, ConsignmentStatus.Returned);
        custody.returnExpired(consignment); // twice, from within
        shop.arm(address(0), "");
        custody.returnExpired(consignment);
        _assertHeldBy(address(shop), "until it takes them");
    }

    function _expectInvalid(uint256 rows) private {
        vm.expectRevert(
            abi.encodeWithSelector(IPartCustody.CustodyConsignmentInvalid.selector, buyer, rows, 100)
        );
    }

    /// @dev A consignment to a contract that is the receiver.
    function _toContract() private returns (PartHolder shop, Consignment memory consignment) {
        shop = new PartHolder();
        consignment = _of(part, 1);
        consignment.receiver = address(shop);
        _consign(consignment);
    }
}
