// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPartCustody} from "../../contracts/interfaces/IPartCustody.sol";
import {Consignment, ConsignmentStatus} from "../../contracts/types/CustodyTypes.sol";
import {UnitState} from "../../contracts/types/PartTypes.sol";
import {FittingTest} from "./FittingTest.sol";

/// @dev The workshop sends parts to the buyer, neither of which needs to be a member for it.
abstract contract CustodyTest is FittingTest {
    bytes32 internal constant GOOD = keccak256("good");
    bytes32 internal constant DAMAGED = keccak256("damaged");
    uint40 internal constant DEADLINE = NOW + 3 days;

    function setUp() public virtual override {
        super.setUp();
        vm.prank(workshop);
        parts.setApprovalForAll(address(custody), true);
    }

    function _of(uint256 partId, uint256 quantity) internal view returns (Consignment memory consignment) {
        consignment.sender = workshop;
        consignment.receiver = buyer;
        consignment.deadline = DEADLINE;
        consignment.partIds = new uint256[](1);
        consignment.quantities = new uint256[](1);
        (consignment.partIds[0], consignment.quantities[0]) = (partId, quantity);
    }

    /// @dev Two serials and four counted pieces.
    function _mixed() internal view returns (Consignment memory consignment) {
        consignment = _of(part, 1);
        consignment.partIds = new uint256[](3);
        consignment.quantities = new uint256[](3);
        (consignment.partIds[0], consignment.quantities[0]) = (part, 1);
        (consignment.partIds[1], consignment.quantities[1]) = (_serial(2), 1);
        (consignment.partIds[2], consignment.quantities[2]) = (pieces, 4);
    }

    /// @dev Written a second time, in plain words.
    function _id(Consignment memory consignment) internal view returns (bytes32) {
        return keccak256(abi.encode(block.chainid, address(custody), consignment));
    }

    function _consign(Consignment memory consignment) internal returns (bytes32) {
        vm.prank(consignment.sender);
        return custody.consign(consignment, GOOD);
    }

    function _accept(address by, Consignment memory consignment) internal {
        vm.prank(by);
        custody.accept(consignment, GOOD);
    }

    function _reject(address by, Consignment memory consignment) internal {
        vm.prank(by);
        custody.reject(consignment, DAMAGED);
    }

    function _expectStatus(Consignment memory consignment, ConsignmentStatus status) internal {
        vm.expectRevert(
            abi.encodeWithSelector(IPartCustody.CustodyStatus.selector, _id(consignment), status)
        );
    }

    function _expectPassed(uint40 deadline, uint256 currentTime) internal {
        vm.expectRevert(
            abi.encodeWithSelector(IPartCustody.CustodyDeadlinePassed.selector, deadline, currentTime)
        );
    }

    function _assertStatus(
        Consignment memory consignment,
        ConsignmentStatus status,
        string memory message
    ) internal view {
        assertEq(uint256(custody.statusOf(_id(consignment))), uint256(status), message);
    }

    function _assertHeldBy(address account, string memory message) internal view {
        _assertUnit(part, account, UnitState.Free, 0, message);
    }
}
