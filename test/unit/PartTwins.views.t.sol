// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {IERC1155MetadataURI} from "@openzeppelin/contracts/token/ERC1155/extensions/IERC1155MetadataURI.sol";
import {IERC1155Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {IERC7572} from "../../contracts/interfaces/IERC7572.sol";
import {IPartTwins} from "../../contracts/interfaces/IPartTwins.sol";
import {Lot, LotForm, Materials, Unit} from "../../contracts/types/PartTypes.sol";
import {PartsTest} from "../helpers/PartsTest.sol";

contract PartTwinsViewsTest is PartsTest {
    uint64 private constant SCREWS = 2;
    uint64 private constant PACKS = 3;

    function setUp() public override {
        super.setUp();
        _commission(supplier, Roles.SUPPLIER, _lot(SCREWS, LotForm.Counted, 500));
        _serialisedLot(PACKS, 200, 100);
    }

    function _id(uint64 number, uint32 serial) private view returns (uint256) {
        return _partId(supplier, number, serial);
    }

    /* LOTS AND UNITS */

    function test_views_OfNothingAreZero() public view {
        uint256 lotId = _lotId(supplier, 99);
        Lot memory noLot;
        Materials memory nothing;
        Unit memory noUnit;
        assertEq(keccak256(abi.encode(parts.lotStateOf(lotId))), keccak256(abi.encode(noLot)), "lot");
        assertEq(keccak256(abi.encode(parts.contentOf(lotId))), keccak256(abi.encode(nothing)), "content");
        assertEq(parts.lineageOf(lotId), bytes32(0), "lineage");
        assertEq(
            keccak256(abi.encode(parts.unitOf((lotId << 32) | 1))),
            keccak256(abi.encode(noUnit)),
            "unit"
        );
        for (uint256 serial = 0; serial < 2; ++serial) {
            uint256 partId = (lotId << 32) | serial;
            assertEq(parts.balanceOf(supplier, partId), 0, "balance");
            assertEq(parts.balanceOf(address(0), partId), 0, "balance of nobody");
            assertEq(parts.totalSupply(partId), 0, "supply");
            assertFalse(parts.exists(partId), "exists");
        }
    }

    function test_constructor_TakesOneSystem() public view {
        assertEq(address(parts.workOrders()), address(workOrders), "work orders");
        assertEq(address(parts.title()), address(title), "their titles");
        assertEq(address(parts.records()), address(records), "the titles' records");
        assertEq(parts.authority(), address(consortium), "authority");
        assertEq(parts.MAX_BATCH(), 100, "limit of a list");
    }

    /* BALANCES */

    function test_balanceOfBatch_RevertWhen_LengthsDiffer() public {
        vm.expectRevert(abi.encodeWithSelector(IERC1155Errors.ERC1155InvalidArrayLength.selector, 2, 3));
        parts.balanceOfBatch(new address[](3), new uint256[](2));
    }

    function test_balanceOfBatch_IsBalanceOfEach() public {
        _give(supplier, buyer, _id(SCREWS, 0), 20);
        address[] memory accounts = new address[](4);
        uint256[] memory ids = new uint256[](4);
        (accounts[0], ids[0]) = (supplier, _id(PACKS, 0));
        (accounts[1], ids[1]) = (buyer, _id(SCREWS, 0));
        (accounts[2], ids[2]) = (supplier, _id(PACKS, 1));
        (accounts[3], ids[3]) = (buyer, _id(PACKS, 1));
        uint256[] memory balances = parts.balanceOfBatch(accounts, ids);
        assertEq(balances[0], 100, "unserialised");
        assertEq(balances[1], 20, "counted");
        assertEq(balances[2], 1, "unit");
        assertEq(balances[3], 0, "others' unit");
        assertEq(parts.balanceOfBatch(new address[](0), new uint256[](0)).length, 0, "of none");
    }

    function testFuzz_balanceOf_UnserialisedIsTheMakersAlone(address account) public view {
        assertEq(parts.balanceOf(account, _id(PACKS, 0)), account == supplier ? 100 : 0, "balance");
    }

    /* INTERFACES */

    function test_supportsInterface() public view {
        bytes4[5] memory known = [
            type(IERC165).interfaceId,
            type(IERC1155).interfaceId,
            type(IERC1155MetadataURI).interfaceId,
            type(IERC7572).interfaceId,
            type(IPartTwins).interfaceId
        ];
        for (uint256 i = 0; i < known.length; ++i) assertTrue(parts.supportsInterface(known[i]), "known");
        assertFalse(parts.supportsInterface(0xffffffff), "never");
        assertFalse(parts.supportsInterface(0x80ac58cd), "no ERC-721");
    }
}
