// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {IERC1155Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {IPartTwins} from "../../contracts/interfaces/IPartTwins.sol";
import {CriticalMaterial, LotForm, ServiceStatus, Unit, UnitState} from "../../contracts/types/PartTypes.sol";
import {PartsTest} from "../helpers/PartsTest.sol";

/// @dev Plain ERC-1155, as any wallet or marketplace uses it.
contract PartTwinsTransfersTest is PartsTest {
    uint64 private constant COBALT = 1;
    uint64 private constant SCREWS = 2;
    uint64 private constant PACKS = 3;

    address private operator = address(0x0707);

    function setUp() public override {
        super.setUp();
        _commission(supplier, Roles.SUPPLIER, _material(COBALT, CriticalMaterial.Cobalt, 1_000));
        _commission(supplier, Roles.SUPPLIER, _lot(SCREWS, LotForm.Counted, 500));
        _serialisedLot(PACKS, 200, 100);
    }

    function _id(uint64 number, uint32 serial) private view returns (uint256) {
        return _partId(supplier, number, serial);
    }

    function _lacks(
        address account,
        uint256 balance,
        uint256 needed,
        uint256 partId
    ) private pure returns (bytes memory) {
        return
            abi.encodeWithSelector(
                IERC1155Errors.ERC1155InsufficientBalance.selector,
                account,
                balance,
                needed,
                partId
            );
    }

    function _assertRefused(
        address caller,
        address from,
        address to,
        uint256 partId,
        uint256 quantity,
        bytes memory reason
    ) private {
        vm.prank(caller);
        vm.expectRevert(reason);
        parts.safeTransferFrom(from, to, partId, quantity, "");

        uint256[] memory partIds = new uint256[](1);
        uint256[] memory quantities = new uint256[](1);
        (partIds[0], quantities[0]) = (partId, quantity);
        vm.prank(caller);
        vm.expectRevert(reason);
        parts.safeBatchTransferFrom(from, to, partIds, quantities, "");
    }

    function _units(
        uint32 from,
        uint32 to
    ) private view returns (uint256[] memory ids, uint256[] memory ones) {
        uint256 length = to - from + 1;
        (ids, ones) = (new uint256[](length), new uint256[](length));
        for (uint32 i = 0; i < length; ++i) (ids[i], ones[i]) = (_id(PACKS, from + i), 1);
    }

    function _batch(address from, address to, uint256[] memory ids, uint256[] memory quantities) private {
        vm.prank(from);
        parts.safeBatchTransferFrom(from, to, ids, quantities, "");
    }

    /* FAILURES */

    function test_transfer_RevertWhen_CallerIsNoOperator() public {
        uint256[3] memory partIds = [_id(COBALT, 0), _id(SCREWS, 0), _id(PACKS, 1)];
        address[4] memory others = [stranger, manufacturer, address(this), address(parts)];
        for (uint256 i = 0; i < others.length; ++i) {
            bytes memory reason = abi.encodeWithSelector(
                IERC1155Errors.ERC1155MissingApprovalForAll.selector,
                others[i],
                supplier
            );
            for (uint256 j = 0; j < partIds.length; ++j) {
                _assertRefused(others[i], supplier, others[i], partIds[j], 1, reason);
            }
        }
    }

    function test_transfer_RevertWhen_ApprovalWasTakenBack() public {
        vm.startPrank(supplier);
        parts.setApprovalForAll(operator, true);
        parts.setApprovalForAll(operator, false);
        vm.stopPrank();
        bytes memory reason = abi.encodeWithSelector(
            IERC1155Errors.ERC1155MissingApprovalForAll.selector,
            operator,
            supplier
        );
        _assertRefused(operator, supplier, operator, _id(PACKS, 1), 1, reason);
    }

    function test_setApprovalForAll_RevertWhen_OperatorIsZero() public {
        vm.expectRevert(abi.encodeWithSelector(IERC1155Errors.ERC1155InvalidOperator.selector, address(0)));
        parts.setApprovalForAll(address(0), true);
    }

    function test_transfer_RevertWhen_ToZero() public {
        bytes memory reason = abi.encodeWithSelector(
            IERC1155Errors.ERC1155InvalidReceiver.selector,
            address(0)
        );
        _assertRefused(supplier, supplier, address(0), _id(SCREWS, 0), 1, reason);
        _assertRefused(supplier, supplier, address(0), _id(PACKS, 1), 1, reason);
    }

    function test_transfer_RevertWhen_FromZero() public {
        // a burnt unit's holder is nobody, and nobody cannot approve
        _transform(supplier, Roles.SUPPLIER, _one(_id(PACKS, 1), 1), _one(_lot(9, LotForm.Counted, 1)));
        bytes memory reason = abi.encodeWithSelector(
            IERC1155Errors.ERC1155MissingApprovalForAll.selector,
            stranger,
            address(0)
        );
        _assertRefused(stranger, address(0), stranger, _id(PACKS, 1), 1, reason);
    }

    function test_transfer_RevertWhen_MoreThanIsHeld() public {
        _assertRefused(
            supplier,
            supplier,
            buyer,
            _id(COBALT, 0),
            1_001,
            _lacks(supplier, 1_000, 1_001, _id(COBALT, 0))
        );
        _assertRefused(
            supplier,
            supplier,
            buyer,
            _id(SCREWS, 0),
            type(uint256).max,
            _lacks(supplier, 500, type(uint256).max, _id(SCREWS, 0))
        );
        _assertRefused(buyer, buyer, supplier, _id(SCREWS, 0), 1, _lacks(buyer, 0, 1, _id(SCREWS, 0)));
        _assertRefused(buyer, buyer, supplier, _id(PACKS, 1), 1, _lacks(buyer, 0, 1, _id(PACKS, 1)));
        _assertRefused(supplier, supplier, buyer, _id(PACKS, 1), 2, _lacks(supplier, 1, 2, _id(PACKS, 1)));
        _assertRefused(supplier, supplier, buyer, _id(SCREWS, 5), 1, _lacks(supplier, 0, 1, _id(SCREWS, 5)));
    }

    function test_transfer_RevertWhen_QuantityWrapsAround() public {
        // a quantity whose low 40 bits are 1
        uint256 huge = (uint256(1) << 40) | 1;
        _assertRefused(
            supplier,
            supplier,
            buyer,
            _id(PACKS, 1),
            huge,
            _lacks(supplier, 1, huge, _id(PACKS, 1))
        );
        _assertRefused(
            supplier,
            supplier,
            buyer,
            _id(SCREWS, 0),
            huge,
            _lacks(supplier, 500, huge, _id(SCREWS, 0))
        );
    }

    function test_attack_Counterfeit_TransferOfWhatWasNeverCommissioned() public {
        _assertRefused(supplier, supplier, buyer, _id(99, 0), 1, _lacks(supplier, 0, 1, _id(99, 0)));
        _assertRefused(supplier, supplier, buyer, _id(99, 1), 1, _lacks(supplier, 0, 1, _id(99, 1)));
        _assertRefused(
            supplier,
            supplier,
            buyer,
            _id(PACKS, 101),
            1,
            _lacks(supplier, 0, 1, _id(PACKS, 101))
        );
    }

    function test_attack_UnserialisedStockIsTransferred() public {
        bytes memory reason = abi.encodeWithSelector(IPartTwins.PartsUnserialised.selector, _id(PACKS, 0));
        _assertRefused(supplier, supplier, buyer, _id(PACKS, 0), 1, reason);
        _assertRefused(supplier, supplier, supplier, _id(PACKS, 0), 1, reason);
        vm.prank(supplier);
        parts.setApprovalForAll(operator, true);
        _assertRefused(operator, supplier, operator, _id(PACKS, 0), 100, reason);
        _assertRefused(stranger, stranger, buyer, _id(PACKS, 0), 1, reason);
        assertEq(parts.balanceOf(supplier, _id(PACKS, 0)), 100, "it stays with its maker");
    }

    function test_transfer_RevertWhen_UnitIsStolen() public {
        vm.startPrank(supplier);
        parts.setApprovalForAll(operator, true);
        parts.reportTheft(_id(PACKS, 1), true);
        vm.stopPrank();
        bytes memory reason = abi.encodeWithSelector(
            IPartTwins.PartsUnitState.selector,
            _id(PACKS, 1),
            UnitState.Stolen
        );
        _assertRefused(supplier, supplier, buyer, _id(PACKS, 1), 1, reason);
        _assertRefused(operator, supplier, operator, _id(PACKS, 1), 1, reason);
    }

    function test_transfer_RevertWhen_UnitIsGone() public {
        _transform(supplier, Roles.SUPPLIER, _one(_id(PACKS, 1), 1), _one(_lot(9, LotForm.Counted, 1)));
        _assertRefused(supplier, supplier, buyer, _id(PACKS, 1), 1, _lacks(supplier, 0, 1, _id(PACKS, 1)));
    }

    function test_attack_TransferOfFittedParts_ByAnyone() public {
        _give(supplier, workshop, _id(PACKS, 1), 1);
        _give(supplier, workshop, _id(SCREWS, 0), 10);
        _fit(_id(PACKS, 1), 1, CAR);
        _fit(_id(SCREWS, 0), 10, CAR);
        address account = parts.vehicleAccountOf(CAR);
        address[4] memory movers = [holder, workshop, supplier, stranger];
        for (uint256 i = 0; i < movers.length; ++i) {
            bytes memory reason = abi.encodeWithSelector(
                IERC1155Errors.ERC1155MissingApprovalForAll.selector,
                movers[i],
                account
            );
            _assertRefused(movers[i], account, movers[i], _id(PACKS, 1), 1, reason);
            _assertRefused(movers[i], account, movers[i], _id(SCREWS, 0), 10, reason);
        }
        _assertRefused(workshop, workshop, buyer, _id(PACKS, 1), 1, _lacks(workshop, 0, 1, _id(PACKS, 1)));
    }

    function test_attack_PlainTransferOntoAVehicle_IsNoFitting() public {
        address account = parts.vehicleAccountOf(CAR);
        _give(supplier, account, _id(PACKS, 1), 1);
        _give(supplier, account, _id(SCREWS, 0), 5);
        assertEq(uint256(parts.unitOf(_id(PACKS, 1)).state), uint256(UnitState.Free), "lost, not fitted");
        assertEq(parts.unitOf(_id(PACKS, 1)).lastVehicle, 0, "of no vehicle");
        uint64[2] memory numbers = [PACKS, SCREWS];
        for (uint256 i = 0; i < 2; ++i) {
            assertEq(parts.fittedOf(CAR, _lotId(supplier, numbers[i])), 0, "the vehicle carries none");
            assertEq(parts.lotStateOf(_lotId(supplier, numbers[i])).fitted, 0, "none is counted");
        }
        _giveWorkOrder(CAR, holder);
        vm.prank(workshop);
        vm.expectRevert(abi.encodeWithSelector(IPartTwins.PartsNotFitted.selector, _id(PACKS, 1), CAR));
        parts.removePart(_id(PACKS, 1), 1, _removeRecord(CAR), Roles.WORKSHOP);
        assertEq(records.stateOf(CAR).count, 1, "its life says nothing of them");
    }

    function test_safeBatchTransferFrom_RevertWhen_LengthsDiffer() public {
        (uint256[] memory ids, ) = _units(1, 3);
        for (uint256 length = 0; length < 5; ++length) {
            if (length == 3) continue;
            vm.prank(supplier);
            vm.expectRevert(
                abi.encodeWithSelector(IERC1155Errors.ERC1155InvalidArrayLength.selector, 3, length)
            );
            parts.safeBatchTransferFrom(supplier, buyer, ids, new uint256[](length), "");
        }
    }

    function test_safeBatchTransferFrom_RevertWhen_OneUnitTwice() public {
        (uint256[] memory ids, uint256[] memory ones) = _units(1, 3);
        ids[2] = ids[0];
        vm.prank(supplier);
        vm.expectRevert(_lacks(supplier, 0, 1, ids[0]));
        parts.safeBatchTransferFrom(supplier, buyer, ids, ones, "");
        assertEq(parts.balanceOf(supplier, ids[1]), 1, "none of the list moved");
    }

    function test_attack_BatchMixesFittedAndFreeUnits() public {
        _give(supplier, workshop, _id(PACKS, 2), 1);
        _fit(_id(PACKS, 2), 1, CAR);
        (uint256[] memory ids, uint256[] memory ones) = _units(1, 3);
        vm.prank(supplier);
        vm.expectRevert(_lacks(supplier, 0, 1, ids[1]));
        parts.safeBatchTransferFrom(supplier, buyer, ids, ones, "");
        assertEq(parts.balanceOf(supplier, ids[0]), 1, "none of the list moved");
        assertEq(parts.fittedOf(CAR, _lotId(supplier, PACKS)), 1, "still fitted");
    }

    /* EFFECTS */

    function test_transfer_ByHolderAndOperator() public {
        _give(supplier, manufacturer, _id(COBALT, 0), 400);
        vm.prank(supplier);
        parts.setApprovalForAll(operator, true);
        vm.expectEmit(address(parts));
        emit IERC1155.TransferSingle(operator, supplier, buyer, _id(PACKS, 1), 1);
        vm.prank(operator);
        parts.safeTransferFrom(supplier, buyer, _id(PACKS, 1), 1, "");

        assertEq(parts.balanceOf(supplier, _id(COBALT, 0)), 600, "grams that stay");
        assertEq(parts.balanceOf(manufacturer, _id(COBALT, 0)), 400, "grams that go");
        assertEq(parts.totalSupply(_id(COBALT, 0)), 1_000, "supply of grams");
        assertEq(parts.balanceOf(supplier, _id(PACKS, 1)), 0, "the unit left");
        assertEq(parts.balanceOf(buyer, _id(PACKS, 1)), 1, "the unit arrived");
        Unit memory expected = Unit(buyer, UnitState.Free, ServiceStatus.Original, 0);
        assertEq(
            keccak256(abi.encode(parts.unitOf(_id(PACKS, 1)))),
            keccak256(abi.encode(expected)),
            "its new holder"
        );
    }

    function test_transfer_KeepsServiceAndLastVehicle() public {
        _give(supplier, workshop, _id(PACKS, 1), 1);
        _fit(_id(PACKS, 1), 1, CAR);
        _giveWorkOrder(CAR, holder);
        _remove(_id(PACKS, 1), 1, CAR);
        vm.prank(workshop);
        parts.changeService(_id(PACKS, 1), ServiceStatus.Repurposed, keccak256("passport"), Roles.WORKSHOP);
        _give(workshop, buyer, _id(PACKS, 1), 1);
        Unit memory expected = Unit(buyer, UnitState.Free, ServiceStatus.Repurposed, uint80(CAR));
        assertEq(keccak256(abi.encode(parts.unitOf(_id(PACKS, 1)))), keccak256(abi.encode(expected)), "unit");
    }

    function test_transfer_NothingOfAnything() public {
        // the standard wants transfers of zero to succeed and to be told
        uint256[4] memory partIds = [_id(SCREWS, 0), _id(PACKS, 0), _id(PACKS, 1), _id(99, 0)];
        for (uint256 i = 0; i < partIds.length; ++i) {
            vm.expectEmit(address(parts));
            emit IERC1155.TransferSingle(stranger, stranger, buyer, partIds[i], 0);
            _give(stranger, buyer, partIds[i], 0);
            assertEq(parts.balanceOf(buyer, partIds[i]), 0, "nothing arrived");
        }
    }

    function test_transfer_ToOneself() public {
        _give(supplier, supplier, _id(SCREWS, 0), 500);
        _give(supplier, supplier, _id(PACKS, 1), 1);
        assertEq(parts.balanceOf(supplier, _id(SCREWS, 0)), 500, "pieces");
        assertEq(parts.balanceOf(supplier, _id(PACKS, 1)), 1, "unit");
    }

    function test_safeBatchTransferFrom_NoneOneAndManyMore() public {
        uint256[] memory none = new uint256[](0);
        vm.expectEmit(address(parts));
        emit IERC1155.TransferBatch(supplier, supplier, buyer, none, none);
        _batch(supplier, buyer, none, none);

        (uint256[] memory ids, uint256[] memory ones) = _units(1, 1);
        vm.expectEmit(address(parts));
        emit IERC1155.TransferSingle(supplier, supplier, buyer, ids[0], 1);
        _batch(supplier, buyer, ids, ones);

        // MAX_BATCH limits the lists of this contract, not those of the standard
        _commission(supplier, Roles.SUPPLIER, _lot(8, LotForm.Counted, 2));
        (ids, ones) = _units(1, 101);
        (ids[0], ids[100]) = (_id(8, 0), _id(8, 0));
        vm.expectEmit(address(parts));
        emit IERC1155.TransferBatch(supplier, supplier, buyer, ids, ones);
        _batch(supplier, buyer, ids, ones);
        assertEq(parts.balanceOf(buyer, _id(8, 0)), 2, "counted pieces may stand in a list twice");
        for (uint32 serial = 1; serial <= 100; ++serial) {
            assertEq(parts.balanceOf(buyer, _id(PACKS, serial)), 1, "every unit");
        }
    }

    function test_setApprovalForAll_IsOfOneHolder() public {
        vm.expectEmit(address(parts));
        emit IERC1155.ApprovalForAll(supplier, operator, true);
        vm.prank(supplier);
        parts.setApprovalForAll(operator, true);
        assertTrue(parts.isApprovedForAll(supplier, operator), "approved");
        assertFalse(parts.isApprovedForAll(operator, supplier), "not the other way round");
        assertFalse(parts.isApprovedForAll(buyer, operator), "not for others");
    }

    function testFuzz_transfer_ConservesEveryLot(uint256 seed) public {
        address[3] memory holders = [supplier, buyer, manufacturer];
        for (uint256 i = 0; i < 20; ++i) {
            uint256 dice = uint256(keccak256(abi.encode(seed, i)));
            address from = holders[dice % 3];
            uint256 partId = dice & 0x100 == 0 ? _id(SCREWS, 0) : _id(PACKS, uint32((dice >> 16) % 3) + 1);
            uint256 quantity = bound(dice >> 64, 0, parts.balanceOf(from, partId));
            _give(from, holders[(dice >> 32) % 3], partId, quantity);
        }
        uint256[4] memory partIds = [_id(SCREWS, 0), _id(PACKS, 1), _id(PACKS, 2), _id(PACKS, 3)];
        for (uint256 i = 0; i < partIds.length; ++i) {
            uint256 sum;
            for (uint256 j = 0; j < 3; ++j) sum += parts.balanceOf(holders[j], partIds[i]);
            assertEq(sum, parts.totalSupply(partIds[i]), "the holders have all there is");
        }
        assertEq(parts.totalSupply(_id(SCREWS, 0)), 500, "no piece gained, none lost");
    }
}
