// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1155Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {IPartTwins} from "../../contracts/interfaces/IPartTwins.sol";
import {CriticalMaterial, LotForm, LotInput, PartAmount} from "../../contracts/types/PartTypes.sol";
import {
    ReenteringPartReceiver,
    RefusingPartReceiver,
    RevertingPartReceiver
} from "../helpers/PartReceivers.sol";
import {PartsTest} from "../helpers/PartsTest.sol";
import {DeafContract} from "../helpers/TitleReceivers.sol";

/// @dev Contracts that get units: they may refuse them, or call again. Makers, too, may be contracts.
contract PartTwinsReceiversTest is PartsTest {
    uint64 private constant COBALT = 1;
    uint64 private constant SCREWS = 2;
    uint64 private constant PACKS = 3;

    ReenteringPartReceiver private receiver;

    function setUp() public override {
        super.setUp();
        receiver = new ReenteringPartReceiver();
        _commission(supplier, Roles.SUPPLIER, _material(COBALT, CriticalMaterial.Cobalt, 1_000));
        _commission(supplier, Roles.SUPPLIER, _lot(SCREWS, LotForm.Counted, 500));
        _serialisedLot(PACKS, 200, 5);
    }

    function _id(uint64 number, uint32 serial) private view returns (uint256) {
        return _partId(supplier, number, serial);
    }

    function _own(uint64 number, uint32 serial) private view returns (uint256) {
        return _partId(address(receiver), number, serial);
    }

    function _makeMember(address account) private {
        consortium.grantRole(Roles.SUPPLIER, account, 0);
    }

    function _two(
        uint256 first,
        uint256 second
    ) private pure returns (uint256[] memory ids, uint256[] memory ones) {
        (ids, ones) = (new uint256[](2), new uint256[](2));
        (ids[0], ids[1], ones[0], ones[1]) = (first, second, 1, 1);
    }

    /// @dev Every way in which units reach a contract; `reason` is of the part id that is given.
    function _assertRefuses(address refuser, bytes memory single, bytes memory batch) private {
        vm.startPrank(supplier);
        vm.expectRevert(single);
        parts.safeTransferFrom(supplier, refuser, _id(PACKS, 1), 1, "");
        (uint256[] memory ids, uint256[] memory ones) = _two(_id(PACKS, 1), _id(SCREWS, 0));
        vm.expectRevert(batch);
        parts.safeBatchTransferFrom(supplier, refuser, ids, ones, "");
        vm.stopPrank();
        assertEq(parts.balanceOf(supplier, _id(PACKS, 1)), 1, "it stays where it was");
        assertEq(parts.balanceOf(refuser, _id(PACKS, 1)), 0, "nothing arrived");
    }

    /* REFUSALS */

    function test_attack_ReceiverRefuses_Transfers() public {
        address[3] memory refusers = [
            address(new DeafContract()),
            address(new RefusingPartReceiver()),
            address(parts)
        ];
        for (uint256 i = 0; i < refusers.length; ++i) {
            bytes memory reason = abi.encodeWithSelector(
                IERC1155Errors.ERC1155InvalidReceiver.selector,
                refusers[i]
            );
            _assertRefuses(refusers[i], reason, reason);
        }
        bytes memory closed = abi.encodeWithSelector(
            RevertingPartReceiver.ReceiverClosed.selector,
            _id(PACKS, 1)
        );
        _assertRefuses(address(new RevertingPartReceiver()), closed, closed);
    }

    function test_attack_ReceiverRefuses_WhatItMakes() public {
        RevertingPartReceiver maker = new RevertingPartReceiver();
        _makeMember(address(maker));
        uint256 partId = _partId(address(maker), 1, 0);
        vm.startPrank(address(maker));
        vm.expectRevert(abi.encodeWithSelector(RevertingPartReceiver.ReceiverClosed.selector, partId));
        parts.commissionLot(_lot(1, LotForm.Counted, 10), Roles.SUPPLIER);
        vm.stopPrank();
        assertFalse(parts.exists(partId), "nothing came about");

        DeafContract deaf = new DeafContract();
        _makeMember(address(deaf));
        vm.prank(address(deaf));
        vm.expectRevert(
            abi.encodeWithSelector(IERC1155Errors.ERC1155InvalidReceiver.selector, address(deaf))
        );
        parts.commissionLot(_lot(1, LotForm.Serialised, 10), Roles.SUPPLIER);
    }

    function test_attack_ReceiverRefuses_WhatItTransformsAndSerialises() public {
        // a contract that was a good receiver and is one no more
        _makeMember(address(receiver));
        _commission(address(receiver), Roles.SUPPLIER, _lot(1, LotForm.Serialised, 10));
        vm.etch(address(receiver), address(new RevertingPartReceiver()).code);

        vm.startPrank(address(receiver));
        vm.expectRevert(abi.encodeWithSelector(RevertingPartReceiver.ReceiverClosed.selector, _own(1, 4)));
        parts.serialiseUnits(1, _serials(4, 5), Roles.SUPPLIER);
        vm.expectRevert(abi.encodeWithSelector(RevertingPartReceiver.ReceiverClosed.selector, _own(2, 0)));
        parts.transformLots(_one(_own(1, 0), 1), _one(_lot(2, LotForm.Counted, 3)), Roles.SUPPLIER);
        vm.stopPrank();
        assertEq(parts.balanceOf(address(receiver), _own(1, 0)), 10, "as before");
        assertFalse(parts.exists(_own(1, 4)), "no unit");
        assertFalse(parts.exists(_own(2, 0)), "no lot");
    }

    /* WHAT RECEIVERS ARE TOLD */

    function test_receiver_IsToldOfATransfer() public {
        vm.prank(supplier);
        parts.setApprovalForAll(manufacturer, true);
        vm.prank(manufacturer);
        parts.safeTransferFrom(supplier, address(receiver), _id(SCREWS, 0), 30, "note");
        _assertTold(manufacturer, supplier, _id(SCREWS, 0), 30, 0);
        assertEq(string(receiver.data()), "note", "data");

        (uint256[] memory ids, uint256[] memory ones) = _two(_id(PACKS, 1), _id(SCREWS, 0));
        ones[1] = 7;
        vm.prank(supplier);
        parts.safeBatchTransferFrom(supplier, address(receiver), ids, ones, "list");
        _assertTold(supplier, supplier, _id(PACKS, 1), 1, 1);
        _assertTold(supplier, supplier, _id(SCREWS, 0), 7, 2);
        assertEq(string(receiver.data()), "list", "data of the list");
        assertEq(receiver.singles(), 1, "asked once for one");
        assertEq(receiver.batches(), 1, "asked once for the list");
    }

    function test_receiver_IsToldOfWhatItMakes() public {
        _makeMember(address(receiver));
        address self = address(receiver);
        vm.startPrank(self);
        parts.commissionLot(_lot(1, LotForm.Serialised, 10), Roles.SUPPLIER);
        _assertTold(self, address(0), _own(1, 0), 10, 0);
        parts.serialiseUnits(1, _serials(4, 5), Roles.SUPPLIER);
        _assertTold(self, address(0), _own(1, 4), 1, 1);
        _assertTold(self, address(0), _own(1, 5), 1, 2);

        LotInput[] memory outputs = new LotInput[](2);
        outputs[0] = _lot(2, LotForm.Counted, 3);
        outputs[1] = _lot(3, LotForm.Serialised, 4);
        parts.transformLots(_one(_own(1, 4), 1), outputs, Roles.SUPPLIER);
        vm.stopPrank();
        _assertTold(self, address(0), _own(2, 0), 3, 3);
        _assertTold(self, address(0), _own(3, 0), 4, 4);
        assertEq(receiver.received(), 5, "no more");
        assertEq(receiver.data().length, 0, "no data");
    }

    function _assertTold(
        address byWhom,
        address from,
        uint256 partId,
        uint256 quantity,
        uint256 index
    ) private view {
        assertEq(receiver.operator(), byWhom, "operator");
        assertEq(receiver.from(), from, "from");
        assertEq(receiver.partIds(index), partId, "part id");
        assertEq(receiver.quantities(index), quantity, "quantity");
    }

    /* CALLS AGAIN */

    function test_attack_ReceiverReenters_CommissionsTheSameLot() public {
        _makeMember(address(receiver));
        bytes memory again = abi.encodeCall(
            parts.commissionLot,
            (_lot(1, LotForm.Counted, 10), Roles.SUPPLIER)
        );
        receiver.arm(address(parts), again);
        vm.prank(address(receiver));
        vm.expectRevert(
            abi.encodeWithSelector(IPartTwins.PartsLotExists.selector, _lotId(address(receiver), 1))
        );
        parts.commissionLot(_lot(1, LotForm.Counted, 10), Roles.SUPPLIER);
    }

    function test_attack_ReceiverReenters_SerialisesTheSameUnits() public {
        _makeMember(address(receiver));
        _commission(address(receiver), Roles.SUPPLIER, _lot(1, LotForm.Serialised, 3));
        receiver.arm(
            address(parts),
            abi.encodeCall(parts.serialiseUnits, (1, _serials(1, 1), Roles.SUPPLIER))
        );
        vm.startPrank(address(receiver));
        vm.expectRevert(abi.encodeWithSelector(IPartTwins.PartsSerialTaken.selector, _own(1, 1)));
        parts.serialiseUnits(1, _serials(1, 2), Roles.SUPPLIER);

        // what is left over may be marked while the question is asked, and no more than that
        receiver.arm(
            address(parts),
            abi.encodeCall(parts.serialiseUnits, (1, _serials(3, 3), Roles.SUPPLIER))
        );
        parts.serialiseUnits(1, _serials(1, 2), Roles.SUPPLIER);
        vm.stopPrank();
        assertEq(parts.balanceOf(address(receiver), _own(1, 0)), 0, "all have serials");
        for (uint32 serial = 1; serial <= 3; ++serial) {
            assertEq(parts.balanceOf(address(receiver), _own(1, serial)), 1, "each once");
        }
    }

    function test_attack_ReceiverReenters_ConsumesTheSameInputs() public {
        _makeMember(address(receiver));
        _give(supplier, address(receiver), _id(COBALT, 0), 1_000);
        PartAmount[] memory inputs = _one(_id(COBALT, 0), 1_000);
        receiver.arm(
            address(parts),
            abi.encodeCall(
                parts.transformLots,
                (inputs, _one(_material(2, CriticalMaterial.Cobalt, 1_000)), Roles.SUPPLIER)
            )
        );
        vm.prank(address(receiver));
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC1155Errors.ERC1155InsufficientBalance.selector,
                address(receiver),
                0,
                1_000,
                _id(COBALT, 0)
            )
        );
        parts.transformLots(inputs, _one(_material(1, CriticalMaterial.Cobalt, 1_000)), Roles.SUPPLIER);
    }

    function test_attack_ReceiverReenters_ConsumesOutputsBeforeAllAreAnnounced() public {
        // while the first output is announced, the second is made into a third: grams are still only grams
        _makeMember(address(receiver));
        _give(supplier, address(receiver), _id(COBALT, 0), 1_000);
        LotInput[] memory outputs = new LotInput[](2);
        outputs[0] = _material(1, CriticalMaterial.Cobalt, 400);
        outputs[1] = _material(2, CriticalMaterial.Cobalt, 600);
        LotInput[] memory third = _one(_material(3, CriticalMaterial.Cobalt, 600));
        receiver.arm(
            address(parts),
            abi.encodeCall(parts.transformLots, (_one(_own(2, 0), 600), third, Roles.SUPPLIER))
        );
        vm.prank(address(receiver));
        parts.transformLots(_one(_id(COBALT, 0), 1_000), outputs, Roles.SUPPLIER);
        assertEq(parts.balanceOf(address(receiver), _own(1, 0)), 400, "first");
        assertEq(parts.balanceOf(address(receiver), _own(2, 0)), 0, "second, consumed");
        assertEq(parts.balanceOf(address(receiver), _own(3, 0)), 600, "third");
        assertEq(parts.totalSupply(_id(COBALT, 0)), 0, "what it was made of");
    }

    function test_attack_ReceiverReenters_TakesAgainWhatItGot() public {
        vm.prank(supplier);
        parts.setApprovalForAll(address(receiver), true);
        receiver.arm(
            address(parts),
            abi.encodeCall(
                parts.safeTransferFrom,
                (supplier, address(receiver), _id(PACKS, 1), uint256(1), bytes(""))
            )
        );
        vm.prank(supplier);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC1155Errors.ERC1155InsufficientBalance.selector,
                supplier,
                0,
                1,
                _id(PACKS, 1)
            )
        );
        parts.safeTransferFrom(supplier, address(receiver), _id(PACKS, 1), 1, "");
    }

    function test_receiver_MayPassOnWhatItGets() public {
        receiver.arm(
            address(parts),
            abi.encodeCall(
                parts.safeTransferFrom,
                (address(receiver), buyer, _id(SCREWS, 0), uint256(30), bytes(""))
            )
        );
        _give(supplier, address(receiver), _id(SCREWS, 0), 30);
        assertEq(parts.balanceOf(buyer, _id(SCREWS, 0)), 30, "passed on");
        assertEq(parts.balanceOf(address(receiver), _id(SCREWS, 0)), 0, "kept nothing");
        assertEq(parts.balanceOf(supplier, _id(SCREWS, 0)), 470, "given once");
    }
}
