// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The locks of a title: bit numbers, and what each set of bits stops.
library Locks {
    uint8 internal constant LIEN = 0;
    uint8 internal constant THEFT = 1;
    uint8 internal constant COURT = 2;
    uint8 internal constant SAFETY = 3;
    uint8 internal constant SALE = 4;
    uint8 internal constant RENTAL = 5;

    /// @dev A title has this many lock bits; the higher ones are for domains that do not exist yet, and stop transfers.
    uint8 internal constant COUNT = 16;

    uint16 internal constant COURT_BIT = uint16(1) << COURT;
    uint16 internal constant RENTAL_BIT = uint16(1) << RENTAL;

    /// @dev A safety stop and a rental leave the holder free to sell; all else holds the title where it is.
    uint16 internal constant STOPS_TRANSFER = ~((uint16(1) << SAFETY) | RENTAL_BIT);

    /// @dev No new user while the car is stolen, under court freeze or not safe to drive.
    uint16 internal constant STOPS_USER = (uint16(1) << THEFT) | COURT_BIT | (uint16(1) << SAFETY);

    function has(uint16 locks, uint8 lock) internal pure returns (bool) {
        return (locks >> lock) & 1 == 1;
    }
}
