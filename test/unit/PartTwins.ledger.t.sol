// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Roles} from "../../contracts/access/Roles.sol";
import {
    CriticalMaterial,
    DecommissionOutcome,
    Lot,
    LotForm,
    LotInput,
    PartAmount
} from "../../contracts/types/PartTypes.sol";
import {PartLedger} from "../helpers/PartLedger.sol";

/// @dev What a wallet reads off the events is what the contract says, and nothing is lost between commissioning and end.
contract PartTwinsLedgerTest is PartLedger {
    uint64 private constant COBALT = 1;
    uint64 private constant SCREWS = 2;
    uint64 private constant PACKS = 3;
    uint32 private constant UNITS = 8;

    address[] private accounts;
    uint256 private recovered;

    function setUp() public override {
        super.setUp();
        accounts = [
            supplier,
            manufacturer,
            workshop,
            recycler,
            buyer,
            parts.vehicleAccountOf(CAR),
            parts.vehicleAccountOf(OTHER_CAR)
        ];
        vm.recordLogs();
        _commission(supplier, Roles.SUPPLIER, _material(COBALT, CriticalMaterial.Cobalt, 1_000));
        _commission(supplier, Roles.SUPPLIER, _lot(SCREWS, LotForm.Counted, 500));
        LotInput memory packs = _withContent(_lot(PACKS, LotForm.Serialised, UNITS + 4), 600, 0);
        _transform(supplier, Roles.SUPPLIER, _one(_id(COBALT, 0), 600), _one(packs));
        vm.prank(supplier);
        parts.serialiseUnits(PACKS, _serials(1, UNITS), Roles.SUPPLIER);
        _giveWorkOrder(CAR, holder);
    }

    function _id(uint64 number, uint32 serial) private view returns (uint256) {
        return _partId(supplier, number, serial);
    }

    /// @dev commissioned = held + in transit + fitted + consumed + decommissioned; custody and vehicles are accounts, too.
    function _assertConserved(uint64 number, uint32 units, string memory message) private view {
        Lot memory lot = parts.lotStateOf(_lotId(supplier, number));
        uint256 held;
        uint256 fitted;
        for (uint256 i = 0; i < accounts.length; ++i) {
            for (uint32 serial = 0; serial <= units; ++serial) {
                uint256 balance = parts.balanceOf(accounts[i], _id(number, serial));
                if (i < 5) held += balance;
                else fitted += balance;
            }
        }
        assertEq(fitted, lot.fitted, string.concat(message, ": fitted"));
        assertEq(
            held + lot.fitted + lot.consumed + lot.decommissioned,
            lot.quantity,
            string.concat(message, ": conserved")
        );
    }

    function _assertBooks() private {
        _book();
        for (uint256 i = 0; i < accounts.length; ++i) {
            _assertBooked(_id(COBALT, 0), accounts[i], "grams");
            _assertBooked(_id(SCREWS, 0), accounts[i], "pieces");
            for (uint32 serial = 0; serial <= UNITS; ++serial) {
                _assertBooked(_id(PACKS, serial), accounts[i], "unit");
            }
        }
        _assertSupply(_id(COBALT, 0), "supply of grams");
        _assertSupply(_id(SCREWS, 0), "supply of pieces");
        for (uint32 serial = 0; serial <= UNITS; ++serial)
            _assertSupply(_id(PACKS, serial), "supply of a unit");
        _assertConserved(COBALT, 0, "grams");
        _assertConserved(SCREWS, 0, "pieces");
        _assertConserved(PACKS, UNITS, "units");
    }

    function test_events_OneLifeOfEach() public {
        _assertBooks();
        _give(supplier, workshop, _id(SCREWS, 0), 40);
        uint256[] memory ids = new uint256[](2);
        uint256[] memory quantities = new uint256[](2);
        (ids[0], ids[1], quantities[0], quantities[1]) = (_id(PACKS, 1), _id(PACKS, 2), 1, 1);
        vm.prank(supplier);
        parts.safeBatchTransferFrom(supplier, workshop, ids, quantities, "");
        _assertBooks();

        _fit(_id(SCREWS, 0), 30, CAR);
        _fit(_id(PACKS, 1), 1, CAR);
        _assertBooks();

        _remove(_id(SCREWS, 0), 12, CAR);
        _remove(_id(PACKS, 1), 1, CAR);
        _assertBooks();

        _give(workshop, recycler, _id(PACKS, 1), 1);
        LotInput[] memory output = _one(_material(1, CriticalMaterial.Cobalt, 50));
        _transform(recycler, Roles.RECYCLER, _one(_id(PACKS, 1), 1), output);
        vm.prank(workshop);
        parts.decommissionParts(
            _one(_id(SCREWS, 0), 5),
            DecommissionOutcome.Destroyed,
            keccak256("scrap note"),
            Roles.WORKSHOP
        );
        PartAmount[] memory rest = new PartAmount[](2);
        rest[0] = PartAmount(_id(PACKS, 0), 4);
        rest[1] = PartAmount(_id(COBALT, 0), 400);
        _transform(supplier, Roles.SUPPLIER, rest, _one(_lot(9, LotForm.Counted, 1)));
        _assertBooks();
        _assertSupply(_partId(recycler, 1, 0), "recovered cobalt");
        _assertBooked(_partId(supplier, 9, 0), supplier, "what was made of the rest");
    }

    function testFuzz_events_AnyOrderOfSteps(uint256 seed) public {
        _book();
        for (uint64 i = 0; i < 40; ++i) {
            uint256 dice = uint256(keccak256(abi.encode(seed, i)));
            bool isUnit = dice & 1 == 0;
            uint256 partId = isUnit ? _id(PACKS, uint32((dice >> 8) % UNITS) + 1) : _id(SCREWS, 0);
            _tryStep((dice >> 16) % 6, partId, isUnit ? 1 : uint40((dice >> 24) % 60), dice >> 64, i);
        }
        _assertBooks();
        // 12 packs with 600 g of cobalt: 50 g each
        assertTrue(
            recovered <= 50 * uint256(parts.lotStateOf(_lotId(supplier, PACKS)).decommissioned),
            "mass"
        );
    }

    /// @dev Any step by anybody who might; a step that is refused changes nothing, and the books show whether it did.
    function _tryStep(uint256 kind, uint256 partId, uint40 quantity, uint256 dice, uint64 count) private {
        address[5] memory free = [supplier, manufacturer, workshop, recycler, buyer];
        uint256 vehicleId = dice & 1 == 0 ? CAR : OTHER_CAR;
        address from = free[(dice >> 8) % 5];
        bytes memory call;
        if (kind <= 1) {
            address to = free[(dice >> 16) % 5];
            call = abi.encodeCall(parts.safeTransferFrom, (from, to, partId, quantity, ""));
        } else if (kind == 2) {
            from = workshop;
            call = abi.encodeCall(parts.fitPart, (partId, quantity, _fitRecord(vehicleId), Roles.WORKSHOP));
        } else if (kind == 3) {
            from = workshop;
            call = abi.encodeCall(
                parts.removePart,
                (partId, quantity, _removeRecord(vehicleId), Roles.WORKSHOP)
            );
        } else if (kind == 4) {
            from = recycler;
            LotInput[] memory output = _one(_material(count, CriticalMaterial.Cobalt, uint40(dice % 60)));
            call = abi.encodeCall(parts.transformLots, (_one(partId, quantity), output, Roles.RECYCLER));
        } else {
            from = supplier;
            LotInput[] memory output = _one(_lot(1_000 + count, LotForm.Counted, 1));
            call = abi.encodeCall(parts.transformLots, (_one(partId, quantity), output, Roles.SUPPLIER));
        }
        vm.prank(from);
        (bool ok, ) = address(parts).call(call);
        if (ok) _book();
        else _forget();
        if (ok && kind == 4) recovered += dice % 60;
    }
}
