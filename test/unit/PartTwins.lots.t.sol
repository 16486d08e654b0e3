// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {IPartTwins} from "../../contracts/interfaces/IPartTwins.sol";
import {CriticalMaterial, Lot, LotForm, LotInput, Materials} from "../../contracts/types/PartTypes.sol";
import {Lineage} from "../helpers/Lineage.sol";
import {PartsTest} from "../helpers/PartsTest.sol";

contract PartTwinsLotsTest is PartsTest {
    uint64 private constant LOT = 7;

    function _assertInvalid(LotInput memory lot, string memory what) private {
        vm.prank(supplier);
        (bool ok, bytes memory result) = address(parts).call(
            abi.encodeCall(parts.commissionLot, (lot, Roles.SUPPLIER))
        );
        assertFalse(ok, what);
        bytes memory reason = abi.encodeWithSelector(
            IPartTwins.PartsLotInvalid.selector,
            _lotId(supplier, lot.number)
        );
        assertEq(keccak256(result), keccak256(reason), string.concat(what, ": reason"));
        assertFalse(parts.exists(_partId(supplier, lot.number, 0)), string.concat(what, ": no lot"));
    }

    function _assertLot(uint256 lotId, Lot memory expected, string memory message) private view {
        assertEq(keccak256(abi.encode(parts.lotStateOf(lotId))), keccak256(abi.encode(expected)), message);
    }

    function _assertContent(uint256 lotId, Materials memory expected, string memory message) private view {
        assertEq(keccak256(abi.encode(parts.contentOf(lotId))), keccak256(abi.encode(expected)), message);
    }

    /* FAILURES */

    function test_commissionLot_RevertWhen_WithoutForm() public {
        _assertInvalid(_lot(LOT, LotForm.None, 10), "no form");
    }

    function test_commissionLot_RevertWhen_QuantityIsZero() public {
        for (uint256 form = 1; form <= 3; ++form) {
            _assertInvalid(_lot(LOT, LotForm(form), 0), "no units");
        }
    }

    function test_commissionLot_RevertWhen_WithoutDocument() public {
        for (uint256 form = 1; form <= 3; ++form) {
            LotInput memory lot = _lot(LOT, LotForm(form), 10);
            lot.documentHash = 0;
            _assertInvalid(lot, "no document");
        }
    }

    function test_commissionLot_RevertWhen_MaterialHasContentBesideItself() public {
        for (uint256 kind = 1; kind <= 6; ++kind) {
            LotInput memory lot = _material(LOT, CriticalMaterial.Cobalt, 10);
            lot.content = _grams(CriticalMaterial(kind), 1);
            _assertInvalid(lot, "content");
            lot.material = CriticalMaterial.Other;
            _assertInvalid(lot, "content of another material");
        }
    }

    function test_commissionLot_RevertWhen_MaterialExpires() public {
        LotInput memory lot = _material(LOT, CriticalMaterial.Cobalt, 10);
        lot.expiryDay = 30_000;
        _assertInvalid(lot, "expiry is of pieces");
    }

    function test_commissionLot_RevertWhen_PiecesAreOfAMaterial() public {
        for (uint256 kind = 1; kind <= 6; ++kind) {
            LotInput memory lot = _lot(LOT, LotForm.Counted, 10);
            lot.material = CriticalMaterial(kind);
            _assertInvalid(lot, "counted");
            lot.form = LotForm.Serialised;
            _assertInvalid(lot, "serialised");
        }
    }

    function test_commissionLot_RevertWhen_MoreUnitsThanSerials() public {
        _assertInvalid(_lot(LOT, LotForm.Serialised, uint40(1) << 32), "beyond the last serial");
        uint40 most = type(uint32).max;
        _commission(supplier, Roles.SUPPLIER, _lot(LOT, LotForm.Serialised, most));
        assertEq(parts.totalSupply(_partId(supplier, LOT, 0)), most, "one for each serial");
    }

    function test_commissionLot_RevertWhen_NumberWasUsed() public {
        uint256 lotId = _commission(supplier, Roles.SUPPLIER, _lot(LOT, LotForm.Counted, 10));
        bytes32 lineage = parts.lineageOf(lotId);
        for (uint256 form = 1; form <= 3; ++form) {
            vm.prank(supplier);
            vm.expectRevert(abi.encodeWithSelector(IPartTwins.PartsLotExists.selector, lotId));
            parts.commissionLot(_lot(LOT, LotForm(form), 99), Roles.SUPPLIER);
        }
        assertEq(parts.lineageOf(lotId), lineage, "lineage");
        assertEq(parts.balanceOf(supplier, _partId(supplier, LOT, 0)), 10, "balance");
    }

    function test_attack_LotNumberUsedAgain_AfterAllUnitsEnded() public {
        uint256 lotId = _commission(supplier, Roles.SUPPLIER, _lot(LOT, LotForm.Counted, 10));
        _transform(
            supplier,
            Roles.SUPPLIER,
            _one(_partId(supplier, LOT, 0), 10),
            _one(_lot(8, LotForm.Counted, 1))
        );
        assertEq(parts.totalSupply(_partId(supplier, LOT, 0)), 0, "nothing is left");
        vm.prank(supplier);
        vm.expectRevert(abi.encodeWithSelector(IPartTwins.PartsLotExists.selector, lotId));
        parts.commissionLot(_lot(LOT, LotForm.Counted, 10), Roles.SUPPLIER);
    }

    function test_attack_ContentFromNowhere_EveryMaterial() public {
        for (uint256 kind = 1; kind <= 6; ++kind) {
            for (uint256 form = 2; form <= 3; ++form) {
                LotInput memory lot = _lot(LOT, LotForm(form), 10);
                lot.content = _grams(CriticalMaterial(kind), 1);
                vm.prank(supplier);
                vm.expectRevert(
                    abi.encodeWithSelector(
                        IPartTwins.PartsContentWithoutInput.selector,
                        _lotId(supplier, LOT)
                    )
                );
                parts.commissionLot(lot, Roles.SUPPLIER);
            }
        }
    }

    function test_commissionLot_RevertWhen_EnumIsOutOfRange() public {
        LotInput memory lot = _lot(LOT, LotForm.Counted, 10);
        bytes memory call = abi.encodeCall(parts.commissionLot, (lot, Roles.SUPPLIER));
        for (uint256 word = 1; word <= 2; ++word) {
            bytes memory forged = bytes.concat(call);
            assembly ("memory-safe") {
                mstore(add(add(forged, 0x24), mul(word, 0x20)), 7)
            }
            vm.prank(supplier);
            (bool ok, ) = address(parts).call(forged);
            assertFalse(ok, "no such form or material");
        }
    }

    /* COUNTERFEIT */

    function test_attack_MintingInAnotherMakersLot_LandsInTheOwn() public {
        uint256 genuine = _commission(supplier, Roles.SUPPLIER, _lot(LOT, LotForm.Counted, 10));
        Lot memory before = parts.lotStateOf(genuine);
        bytes32 lineage = parts.lineageOf(genuine);

        uint256 copy = _commission(manufacturer, Roles.MANUFACTURER, _lot(LOT, LotForm.Counted, 5));
        assertEq(copy, _lotId(manufacturer, LOT), "the maker stands in the id");
        assertTrue(copy != genuine, "another id");
        _assertLot(genuine, before, "the genuine lot is untouched");
        assertEq(parts.lineageOf(genuine), lineage, "so is its lineage");
        assertTrue(
            parts.lineageOf(copy) != lineage,
            "the same statement by another maker is another lineage"
        );
        assertEq(parts.balanceOf(manufacturer, _partId(supplier, LOT, 0)), 0, "none of the genuine");
        assertEq(parts.totalSupply(_partId(supplier, LOT, 0)), 10, "no more of the genuine");
    }

    function testFuzz_attack_MintingInAnotherMakersLot_AnyNumber(uint64 number, uint64 forged) public {
        uint256 genuine = _commission(supplier, Roles.SUPPLIER, _lot(number, LotForm.Counted, 10));
        _commission(manufacturer, Roles.MANUFACTURER, _lot(forged, LotForm.Counted, 5));
        assertEq(parts.totalSupply(genuine << 32), 10, "supply");
        assertEq(parts.balanceOf(manufacturer, genuine << 32), 0, "balance");
    }

    /* EFFECTS */

    function test_commissionLot_Material() public {
        for (uint64 kind = 0; kind <= 6; ++kind) {
            LotInput memory lot = _material(kind, CriticalMaterial(kind), 2_500);
            uint256 lotId = _commission(supplier, Roles.SUPPLIER, lot);
            Lot memory expected;
            expected.quantity = 2_500;
            expected.form = LotForm.Material;
            expected.material = lot.material;
            _assertLot(lotId, expected, "state");
            _assertContent(lotId, _grams(lot.material, 2_500), "it contains itself");
            assertEq(parts.balanceOf(supplier, lotId << 32), 2_500, "balance in grams");
            assertEq(parts.totalSupply(lotId << 32), 2_500, "supply");
        }
    }

    function test_commissionLot_Counted() public {
        LotInput memory lot = _lot(LOT, LotForm.Counted, type(uint40).max);
        lot.expiryDay = 21_000;
        uint256 lotId = _commission(supplier, Roles.SUPPLIER, lot);
        Lot memory expected;
        expected.quantity = type(uint40).max;
        expected.form = LotForm.Counted;
        expected.expiryDay = 21_000;
        _assertLot(lotId, expected, "state");
        Materials memory nothing;
        _assertContent(lotId, nothing, "nothing critical");
        assertEq(parts.balanceOf(supplier, lotId << 32), type(uint40).max, "balance");
        assertEq(parts.totalSupply(lotId << 32), type(uint40).max, "supply");
        assertTrue(parts.exists(lotId << 32), "exists");
        assertFalse(parts.exists((lotId << 32) | 1), "counted pieces have no serials");
        assertEq(parts.balanceOf(supplier, (lotId << 32) | 1), 0, "nobody holds such a serial");
    }

    function test_commissionLot_Serialised() public {
        LotInput memory lot = _lot(LOT, LotForm.Serialised, 500);
        lot.expiryDay = 1;
        uint256 lotId = _commission(supplier, Roles.SUPPLIER, lot);
        Lot memory expected;
        expected.quantity = 500;
        expected.unserialised = 500;
        expected.form = LotForm.Serialised;
        expected.expiryDay = 1;
        _assertLot(lotId, expected, "state");
        assertEq(parts.balanceOf(supplier, lotId << 32), 500, "the maker holds them");
        assertEq(parts.balanceOf(manufacturer, lotId << 32), 0, "nobody else does");
        assertEq(parts.totalSupply(lotId << 32), 500, "supply");
        assertTrue(parts.exists(lotId << 32), "the lot exists");
        assertFalse(parts.exists((lotId << 32) | 1), "its units have no serials yet");
        assertEq(parts.totalSupply((lotId << 32) | 1), 0, "nor a supply");
    }

    function test_commissionLot_Events() public {
        LotInput memory lot = _material(LOT, CriticalMaterial.Nickel, 40);
        uint256 lotId = _lotId(miner, LOT);
        vm.expectEmit(address(parts));
        emit IERC1155.TransferSingle(miner, address(0), miner, lotId << 32, 40);
        vm.expectEmit(address(parts));
        emit IPartTwins.LotCommissioned(lotId, miner, lot, 0, Lineage.ofLot(lotId, lot, 0));
        assertEq(_commission(miner, Roles.SUPPLIER, lot), lotId, "returns the id");
    }

    function testFuzz_commissionLot_LineageIsTheHashOfEveryField(
        uint64 number,
        uint8 form,
        uint8 material,
        uint40 quantity,
        uint16 expiryDay,
        bytes32 documentHash
    ) public {
        vm.assume(documentHash != 0);
        LotInput memory lot = _lot(number, LotForm((form % 3) + 1), uint40(bound(quantity, 1, 1 << 32)));
        if (lot.form == LotForm.Material) lot.material = CriticalMaterial(material % 7);
        else lot.expiryDay = expiryDay;
        if (lot.form == LotForm.Serialised) lot.quantity = uint32(bound(quantity, 1, type(uint32).max));
        lot.documentHash = documentHash;
        uint256 lotId = _commission(supplier, Roles.SUPPLIER, lot);
        assertEq(parts.lineageOf(lotId), Lineage.ofLot(lotId, lot, 0), "lineage");
        assertEq(parts.balanceOf(supplier, lotId << 32), lot.quantity, "balance");
    }

    function testFuzz_commissionLot_NumbersDoNotTouchEachOther(uint64 first, uint64 second) public {
        vm.assume(first != second);
        uint256 firstId = _commission(supplier, Roles.SUPPLIER, _lot(first, LotForm.Counted, 10));
        bytes32 state = keccak256(abi.encode(parts.lotStateOf(firstId)));
        uint256 secondId = _commission(supplier, Roles.SUPPLIER, _lot(second, LotForm.Serialised, 20));
        assertEq(keccak256(abi.encode(parts.lotStateOf(firstId))), state, "the first is as before");
        assertEq(parts.balanceOf(supplier, firstId << 32), 10, "first");
        assertEq(parts.balanceOf(supplier, secondId << 32), 20, "second");
    }
}
