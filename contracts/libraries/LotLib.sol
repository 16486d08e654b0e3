// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CriticalMaterial, Lot, LotForm} from "../types/PartTypes.sol";

/// @dev `Lot` in one word, lowest bits first: quantity 40, consumed 40, decommissioned 40, fitted 40, unserialised 40,
/// form 8, material 8, expiryDay 16, holds 8.
type PackedLot is uint256;

using LotLib for PackedLot global;

/// @title The packing of a lot's state, and the steps it takes.
/// @notice A counter is changed by adding to its place in the word. None can run over into the next: units are held before
/// they are consumed, fitted or ended, so that no counter ever exceeds the quantity, which has as many bits. So the steps
/// are unchecked.
library LotLib {
    uint256 private constant CONSUMED = 40;
    uint256 private constant DECOMMISSIONED = 80;
    uint256 private constant FITTED = 120;
    uint256 private constant UNSERIALISED = 160;
    uint256 private constant FORM = 200;
    uint256 private constant MATERIAL = 208;
    uint256 private constant EXPIRY_DAY = 216;
    uint256 private constant HOLDS = 232;

    /// @notice A lot of which nothing has happened yet.
    function create(
        LotForm newForm,
        CriticalMaterial newMaterial,
        uint40 newQuantity,
        uint16 newExpiryDay
    ) internal pure returns (PackedLot) {
        return
            PackedLot.wrap(
                uint256(newQuantity) |
                    (newForm == LotForm.Serialised ? uint256(newQuantity) << UNSERIALISED : 0) |
                    (uint256(newForm) << FORM) |
                    (uint256(newMaterial) << MATERIAL) |
                    (uint256(newExpiryDay) << EXPIRY_DAY)
            );
    }

    function exists(PackedLot lot) internal pure returns (bool) {
        return PackedLot.unwrap(lot) != 0;
    }

    // The casts cut each field out of the word.
    function quantity(PackedLot lot) internal pure returns (uint40) {
        return uint40(PackedLot.unwrap(lot));
    }

    function unserialised(PackedLot lot) internal pure returns (uint40) {
        return uint40(PackedLot.unwrap(lot) >> UNSERIALISED);
    }

    function form(PackedLot lot) internal pure returns (LotForm) {
        return LotForm(uint8(PackedLot.unwrap(lot) >> FORM));
    }

    function material(PackedLot lot) internal pure returns (CriticalMaterial) {
        return CriticalMaterial(uint8(PackedLot.unwrap(lot) >> MATERIAL));
    }

    function expiryDay(PackedLot lot) internal pure returns (uint16) {
        return uint16(PackedLot.unwrap(lot) >> EXPIRY_DAY);
    }

    function holds(PackedLot lot) internal pure returns (uint8) {
        return uint8(PackedLot.unwrap(lot) >> HOLDS);
    }

    function withConsumed(PackedLot lot, uint40 more) internal pure returns (PackedLot) {
        unchecked {
            return PackedLot.wrap(PackedLot.unwrap(lot) + (uint256(more) << CONSUMED));
        }
    }

    function withDecommissioned(PackedLot lot, uint40 more) internal pure returns (PackedLot) {
        unchecked {
            return PackedLot.wrap(PackedLot.unwrap(lot) + (uint256(more) << DECOMMISSIONED));
        }
    }

    function withFitted(PackedLot lot, uint40 more) internal pure returns (PackedLot) {
        unchecked {
            return PackedLot.wrap(PackedLot.unwrap(lot) + (uint256(more) << FITTED));
        }
    }

    function withoutFitted(PackedLot lot, uint40 fewer) internal pure returns (PackedLot) {
        unchecked {
            return PackedLot.wrap(PackedLot.unwrap(lot) - (uint256(fewer) << FITTED));
        }
    }

    function withoutUnserialised(PackedLot lot, uint40 fewer) internal pure returns (PackedLot) {
        unchecked {
            return PackedLot.wrap(PackedLot.unwrap(lot) - (uint256(fewer) << UNSERIALISED));
        }
    }

    /// @dev The caller checks that there are fewer than 255 holds.
    function withHold(PackedLot lot) internal pure returns (PackedLot) {
        unchecked {
            return PackedLot.wrap(PackedLot.unwrap(lot) + (uint256(1) << HOLDS));
        }
    }

    /// @dev The caller checks that there is a hold.
    function withoutHold(PackedLot lot) internal pure returns (PackedLot) {
        unchecked {
            return PackedLot.wrap(PackedLot.unwrap(lot) - (uint256(1) << HOLDS));
        }
    }

    function unpack(PackedLot lot) internal pure returns (Lot memory) {
        uint256 word = PackedLot.unwrap(lot);
        return
            Lot({
                quantity: uint40(word),
                consumed: uint40(word >> CONSUMED),
                decommissioned: uint40(word >> DECOMMISSIONED),
                fitted: uint40(word >> FITTED),
                unserialised: uint40(word >> UNSERIALISED),
                form: lot.form(),
                material: lot.material(),
                expiryDay: lot.expiryDay(),
                holds: lot.holds()
            });
    }
}
