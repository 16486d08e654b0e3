// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {IERC1155Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {IPartTwins} from "../../contracts/interfaces/IPartTwins.sol";
import {
    CriticalMaterial,
    DecommissionOutcome,
    Lot,
    LotForm,
    LotInput,
    ServiceStatus,
    Unit,
    UnitState
} from "../../contracts/types/PartTypes.sol";
import {PartsTest} from "../helpers/PartsTest.sol";

contract PartTwinsSerialiseTest is PartsTest {
    uint64 private constant LOT = 7;

    uint256 private lotId;

    function setUp() public override {
        super.setUp();
        lotId = _serialisedLot(LOT, 200, 0);
    }

    function _id(uint32 serial) private view returns (uint256) {
        return _partId(supplier, LOT, serial);
    }

    function _serialise(uint32[] memory serials) private {
        vm.prank(supplier);
        parts.serialiseUnits(LOT, serials, Roles.SUPPLIER);
    }

    function _assertRefused(uint64 number, uint32[] memory serials, bytes memory reason) private {
        vm.prank(supplier);
        vm.expectRevert(reason);
        parts.serialiseUnits(number, serials, Roles.SUPPLIER);
    }

    function _single(uint32 serial) private pure returns (uint32[] memory serials) {
        serials = new uint32[](1);
        serials[0] = serial;
    }

    function _invalid(uint32 serial) private view returns (bytes memory) {
        return abi.encodeWithSelector(IPartTwins.PartsSerialInvalid.selector, lotId, serial, uint40(200));
    }

    function _taken(uint32 serial) private view returns (bytes memory) {
        return abi.encodeWithSelector(IPartTwins.PartsSerialTaken.selector, _id(serial));
    }

    function _lacks(uint256 balance, uint256 needed, uint256 partId) private view returns (bytes memory) {
        return
            abi.encodeWithSelector(
                IERC1155Errors.ERC1155InsufficientBalance.selector,
                supplier,
                balance,
                needed,
                partId
            );
    }

    /* FAILURES */

    function test_serialiseUnits_RevertWhen_ListIsEmptyOrTooLong() public {
        _assertRefused(
            LOT,
            new uint32[](0),
            abi.encodeWithSelector(IPartTwins.PartsBatchLength.selector, 0, 100)
        );
        _assertRefused(
            LOT,
            _serials(1, 101),
            abi.encodeWithSelector(IPartTwins.PartsBatchLength.selector, 101, 100)
        );
    }

    function test_serialiseUnits_OneAndTheMost() public {
        _serialise(_single(200));
        _serialise(_serials(1, 100));
        Lot memory lot = parts.lotStateOf(lotId);
        assertEq(lot.unserialised, 99, "what has no serial");
        assertEq(lot.quantity, 200, "commissioned");
        assertEq(parts.balanceOf(supplier, _id(200)), 1, "the last serial");
        assertEq(parts.balanceOf(supplier, _id(100)), 1, "the hundredth of the list");
        assertEq(parts.balanceOf(supplier, _id(101)), 0, "not the next");
    }

    function test_serialiseUnits_RevertWhen_LotIsUnknown() public {
        _assertRefused(
            99,
            _single(1),
            abi.encodeWithSelector(IPartTwins.PartsLotUnknown.selector, _lotId(supplier, 99))
        );
    }

    function test_serialiseUnits_RevertWhen_LotHasNoSerials() public {
        _commission(supplier, Roles.SUPPLIER, _lot(8, LotForm.Counted, 50));
        _commission(supplier, Roles.SUPPLIER, _material(9, CriticalMaterial.Cobalt, 50));
        for (uint64 number = 8; number <= 9; ++number) {
            _assertRefused(number, _single(1), _lacks(0, 1, _partId(supplier, number, 0)));
            assertEq(parts.balanceOf(supplier, _partId(supplier, number, 0)), 50, "untouched");
        }
    }

    function test_attack_MintingInAnotherMakersLot_BySerialising() public {
        vm.prank(manufacturer);
        vm.expectRevert(
            abi.encodeWithSelector(IPartTwins.PartsLotUnknown.selector, _lotId(manufacturer, LOT))
        );
        parts.serialiseUnits(LOT, _single(1), Roles.MANUFACTURER);

        // holding units of the lot changes nothing, nor does being its maker's operator
        _serialise(_single(1));
        _give(supplier, manufacturer, _id(1), 1);
        vm.prank(supplier);
        parts.setApprovalForAll(manufacturer, true);
        _commission(manufacturer, Roles.MANUFACTURER, _lot(LOT, LotForm.Serialised, 5));
        vm.prank(manufacturer);
        parts.serialiseUnits(LOT, _single(2), Roles.MANUFACTURER);
        assertFalse(parts.exists(_id(2)), "not a unit of the supplier's");
        assertTrue(parts.exists(_partId(manufacturer, LOT, 2)), "a unit of its own");
        assertEq(parts.lotStateOf(lotId).unserialised, 199, "the supplier's count");
    }

    function test_attack_UnitBeyondTheLotsQuantity() public {
        uint32[3] memory serials = [uint32(201), 202, type(uint32).max];
        for (uint256 i = 0; i < serials.length; ++i) {
            _assertRefused(LOT, _single(serials[i]), _invalid(serials[i]));
        }
        uint32[] memory mixed = _serials(150, 201);
        _assertRefused(LOT, mixed, _invalid(201));
        assertEq(parts.lotStateOf(lotId).unserialised, 200, "none of the list came about");
    }

    function test_serialiseUnits_RevertWhen_SerialIsZero() public {
        _assertRefused(LOT, _single(0), _invalid(0));
        _assertRefused(LOT, _serials(0, 3), _invalid(0));
    }

    function test_attack_SameSerialTwice_InOneList() public {
        uint32[] memory serials = _serials(1, 3);
        serials[2] = 1;
        _assertRefused(LOT, serials, _taken(1));
        assertFalse(parts.exists(_id(1)), "not even once");
    }

    function test_attack_SameSerialTwice_InTwoTransactions() public {
        _serialise(_serials(1, 3));
        _assertRefused(LOT, _single(2), _taken(2));
        _give(supplier, manufacturer, _id(2), 1);
        _assertRefused(LOT, _single(2), _taken(2));
        assertEq(parts.balanceOf(manufacturer, _id(2)), 1, "the first stays where it is");
    }

    function test_attack_SameSerialTwice_AfterTheFirstEnded() public {
        _serialise(_serials(1, 3));
        _transform(supplier, Roles.SUPPLIER, _one(_id(1), 1), _one(_lot(50, LotForm.Counted, 1)));
        vm.prank(supplier);
        parts.decommissionParts(
            _one(_id(2), 1),
            DecommissionOutcome.Destroyed,
            keccak256("scrap note"),
            Roles.SUPPLIER
        );
        _give(supplier, workshop, _id(3), 1);
        _fit(_id(3), 1, CAR);
        for (uint32 serial = 1; serial <= 3; ++serial) _assertRefused(LOT, _single(serial), _taken(serial));
    }

    function test_attack_UnitBeyondTheLotsQuantity_SerialsForConsumedUnits() public {
        // 150 of 200 are consumed without serials: 50 serials are left, whichever
        _transform(supplier, Roles.SUPPLIER, _one(_id(0), 150), _one(_lot(50, LotForm.Counted, 1)));
        _assertRefused(LOT, _serials(1, 51), _lacks(50, 51, _id(0)));
        _serialise(_serials(1, 50));
        _assertRefused(LOT, _single(200), _lacks(0, 1, _id(0)));
        assertEq(parts.totalSupply(_id(0)), 0, "none without a serial");
        assertEq(parts.lotStateOf(lotId).consumed, 150, "consumed");
    }

    function test_attack_UnitBeyondTheLotsQuantity_ConsumedAfterSerialising() public {
        _serialise(_serials(1, 100));
        _serialise(_serials(101, 200));
        vm.prank(supplier);
        vm.expectRevert(_lacks(0, 1, _id(0)));
        parts.transformLots(_one(_id(0), 1), _one(_lot(50, LotForm.Counted, 1)), Roles.SUPPLIER);
    }

    /* EFFECTS */

    function test_serialiseUnits_UnitsAreTheMakersFreeAndOriginal() public {
        _serialise(_serials(5, 6));
        Unit memory expected = Unit(supplier, UnitState.Free, ServiceStatus.Original, 0);
        for (uint32 serial = 5; serial <= 6; ++serial) {
            assertEq(
                keccak256(abi.encode(parts.unitOf(_id(serial)))),
                keccak256(abi.encode(expected)),
                "unit"
            );
            assertEq(parts.balanceOf(supplier, _id(serial)), 1, "balance");
            assertEq(parts.balanceOf(manufacturer, _id(serial)), 0, "balance of others");
            assertEq(parts.totalSupply(_id(serial)), 1, "supply");
            assertTrue(parts.exists(_id(serial)), "exists");
        }
        assertEq(parts.balanceOf(supplier, _id(0)), 198, "balance without serials");
        assertEq(parts.totalSupply(_id(0)), 198, "supply without serials");
        assertFalse(parts.exists(_id(4)), "no other serial");
        assertFalse(parts.exists(_id(7)), "no other serial");
    }

    function test_serialiseUnits_Events() public {
        uint256[] memory partIds = new uint256[](2);
        uint256[] memory ones = new uint256[](2);
        (partIds[0], partIds[1], ones[0], ones[1]) = (_id(9), _id(3), 1, 1);
        uint32[] memory serials = new uint32[](2);
        (serials[0], serials[1]) = (9, 3);
        vm.expectEmit(address(parts));
        emit IERC1155.TransferSingle(supplier, supplier, address(0), _id(0), 2);
        vm.expectEmit(address(parts));
        emit IERC1155.TransferBatch(supplier, address(0), supplier, partIds, ones);
        _serialise(serials);
    }

    function test_serialiseUnits_LeavesLineageAndContent() public {
        _commission(supplier, Roles.SUPPLIER, _material(1, CriticalMaterial.Cobalt, 1_000));
        LotInput memory packs = _withContent(_lot(20, LotForm.Serialised, 10), 1_000, 0);
        _transform(supplier, Roles.SUPPLIER, _one(_partId(supplier, 1, 0), 1_000), _one(packs));
        uint256 packLot = _lotId(supplier, 20);
        bytes32 lineage = parts.lineageOf(packLot);
        vm.prank(supplier);
        parts.serialiseUnits(20, _serials(1, 10), Roles.SUPPLIER);
        assertEq(parts.lineageOf(packLot), lineage, "lineage");
        assertEq(parts.contentOf(packLot).cobaltG, 1_000, "content");
    }

    function testFuzz_serialiseUnits_AnyOrderOfFreshSerials(uint256 seed, uint8 count) public {
        uint32 size = uint32(bound(count, 1, 100));
        uint32[] memory serials = _serials(1, 200);
        // the first `size` of a shuffled row
        for (uint256 i = 0; i < size; ++i) {
            uint256 j = i + (uint256(keccak256(abi.encode(seed, i))) % (200 - i));
            (serials[i], serials[j]) = (serials[j], serials[i]);
        }
        uint32[] memory chosen = new uint32[](size);
        for (uint256 i = 0; i < size; ++i) chosen[i] = serials[i];
        _serialise(chosen);

        uint256 held = parts.balanceOf(supplier, _id(0));
        for (uint32 serial = 1; serial <= 200; ++serial) held += parts.balanceOf(supplier, _id(serial));
        assertEq(held, 200, "no unit gained, none lost");
        for (uint256 i = 0; i < 200; ++i) {
            assertEq(parts.exists(_id(serials[i])), i < size, "exactly the chosen");
        }
    }
}
