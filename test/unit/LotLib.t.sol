// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LotLib, PackedLot} from "../../contracts/libraries/LotLib.sol";
import {CriticalMaterial, Lot, LotForm} from "../../contracts/types/PartTypes.sol";
import {Assertions} from "../helpers/Assertions.sol";

contract LotLibTest is Assertions {
    /// @dev Packs as the documented layout says: lowest bits first, quantity 40, consumed 40, decommissioned 40, fitted 40,
    /// unserialised 40, form 8, material 8, expiryDay 16, holds 8.
    function _pack(Lot memory l) private pure returns (PackedLot) {
        bytes memory highestFirst = abi.encodePacked(
            uint16(0),
            l.holds,
            l.expiryDay,
            uint8(l.material),
            uint8(l.form),
            l.unserialised,
            l.fitted,
            l.decommissioned,
            l.consumed,
            l.quantity
        );
        return PackedLot.wrap(uint256(bytes32(highestFirst)));
    }

    /// @dev A lot as it can come about: no counter is above the quantity.
    function _lot(uint256 seed) private pure returns (Lot memory lot) {
        uint256 quantity = bound(_part(seed, "quantity"), 1, type(uint40).max);
        lot.quantity = uint40(quantity);
        lot.consumed = uint40(bound(_part(seed, "consumed"), 0, quantity));
        lot.decommissioned = uint40(bound(_part(seed, "decommissioned"), 0, quantity));
        lot.fitted = uint40(bound(_part(seed, "fitted"), 0, quantity));
        lot.unserialised = uint40(bound(_part(seed, "unserialised"), 0, quantity));
        lot.form = LotForm(_part(seed, "form") % 4);
        lot.material = CriticalMaterial(_part(seed, "material") % 7);
        lot.expiryDay = uint16(_part(seed, "expiry"));
        lot.holds = uint8(_part(seed, "holds"));
    }

    function _part(uint256 seed, string memory name) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, name)));
    }

    function _assertSame(PackedLot actual, Lot memory expected, string memory message) private pure {
        assertEq(
            bytes32(PackedLot.unwrap(actual)),
            bytes32(PackedLot.unwrap(_pack(expected))),
            string.concat(message, ": word")
        );
        assertEq(
            keccak256(abi.encode(actual.unpack())),
            keccak256(abi.encode(expected)),
            string.concat(message, ": unpacked")
        );
    }

    function test_exists_FalseWithoutALot() public pure {
        assertFalse(PackedLot.wrap(0).exists(), "no lot");
        Lot memory none;
        assertEq(keccak256(abi.encode(PackedLot.wrap(0).unpack())), keccak256(abi.encode(none)), "all zero");
    }

    function testFuzz_create_NothingHasHappenedYet(
        uint8 form,
        uint8 material,
        uint40 quantity,
        uint16 expiryDay
    ) public pure {
        Lot memory lot;
        lot.form = LotForm(form % 4);
        lot.material = CriticalMaterial(material % 7);
        lot.quantity = quantity;
        lot.expiryDay = expiryDay;
        if (lot.form == LotForm.Serialised) lot.unserialised = quantity;
        PackedLot packed = LotLib.create(lot.form, lot.material, quantity, expiryDay);
        _assertSame(packed, lot, "new");
        if (quantity != 0) assertTrue(packed.exists(), "exists");
    }

    function testFuzz_unpack_GivesBackEveryField(uint256 seed) public pure {
        Lot memory lot = _lot(seed);
        PackedLot packed = _pack(lot);
        _assertSame(packed, lot, "round trip");
        assertTrue(packed.exists(), "exists");
        assertEq(packed.quantity(), lot.quantity, "quantity");
        assertEq(packed.unserialised(), lot.unserialised, "unserialised");
        assertEq(uint256(packed.form()), uint256(lot.form), "form");
        assertEq(uint256(packed.material()), uint256(lot.material), "material");
        assertEq(packed.expiryDay(), lot.expiryDay, "expiry");
        assertEq(packed.holds(), lot.holds, "holds");
    }

    /* STEPS */

    function testFuzz_withConsumed_ChangesItsFieldAlone(uint256 seed, uint40 more) public pure {
        Lot memory lot = _lot(seed);
        PackedLot packed = _pack(lot);
        more = uint40(bound(more, 0, lot.quantity - lot.consumed));
        lot.consumed += more;
        _assertSame(packed.withConsumed(more), lot, "consumed");
    }

    function testFuzz_withDecommissioned_ChangesItsFieldAlone(uint256 seed, uint40 more) public pure {
        Lot memory lot = _lot(seed);
        PackedLot packed = _pack(lot);
        more = uint40(bound(more, 0, lot.quantity - lot.decommissioned));
        lot.decommissioned += more;
        _assertSame(packed.withDecommissioned(more), lot, "decommissioned");
    }

    function testFuzz_withFitted_ChangesItsFieldAlone(uint256 seed, uint40 more) public pure {
        Lot memory lot = _lot(seed);
        PackedLot packed = _pack(lot);
        more = uint40(bound(more, 0, lot.quantity - lot.fitted));
        lot.fitted += more;
        _assertSame(packed.withFitted(more), lot, "fitted");
    }

    function testFuzz_withoutFitted_ChangesItsFieldAlone(uint256 seed, uint40 fewer) public pure {
        Lot memory lot = _lot(seed);
        PackedLot packed = _pack(lot);
        fewer = uint40(bound(fewer, 0, lot.fitted));
        lot.fitted -= fewer;
        _assertSame(packed.withoutFitted(fewer), lot, "no longer fitted");
    }

    function testFuzz_withoutUnserialised_ChangesItsFieldAlone(uint256 seed, uint40 fewer) public pure {
        Lot memory lot = _lot(seed);
        PackedLot packed = _pack(lot);
        fewer = uint40(bound(fewer, 0, lot.unserialised));
        lot.unserialised -= fewer;
        _assertSame(packed.withoutUnserialised(fewer), lot, "no longer unserialised");
    }

    function testFuzz_withHold_AndWithout_ChangeTheirFieldAlone(uint256 seed) public pure {
        Lot memory lot = _lot(seed);
        if (lot.holds == type(uint8).max) lot.holds = 0;
        PackedLot packed = _pack(lot);
        lot.holds += 1;
        PackedLot held = packed.withHold();
        _assertSame(held, lot, "one hold more");
        lot.holds -= 1;
        _assertSame(held.withoutHold(), lot, "one hold fewer");
    }

    function test_steps_CountersFullToTheBrim() public pure {
        uint40 all = type(uint40).max;
        PackedLot lot = LotLib
            .create(LotForm.Serialised, CriticalMaterial.RareEarths, all, type(uint16).max)
            .withFitted(all)
            .withoutFitted(all)
            .withConsumed(all)
            .withDecommissioned(all)
            .withFitted(all);
        Lot memory expected = Lot({
            quantity: all,
            consumed: all,
            decommissioned: all,
            fitted: all,
            unserialised: all,
            form: LotForm.Serialised,
            material: CriticalMaterial.RareEarths,
            expiryDay: type(uint16).max,
            holds: 0
        });
        _assertSame(lot, expected, "no counter runs into the next");
    }
}
