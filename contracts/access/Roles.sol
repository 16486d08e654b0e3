// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The roles of the consortium.
/// @notice One number per class of member and per contract that may act on another. All are below 64, so
/// that a set of roles fits one word (see `IVehicleRecords.kindWritersOf`). Role 0 is OpenZeppelin's
/// `ADMIN_ROLE`, held by the consortium's council with an execution delay.
library Roles {
    // Classes of member
    uint64 internal constant REGISTRAR = 1;
    uint64 internal constant MANUFACTURER = 2;
    uint64 internal constant SUPPLIER = 3;
    uint64 internal constant WORKSHOP = 4;
    uint64 internal constant INSPECTOR = 5;
    uint64 internal constant ASSESSOR = 6;
    uint64 internal constant INSURER = 7;
    uint64 internal constant LENDER = 8;
    uint64 internal constant RECYCLER = 9;
    uint64 internal constant UPDATE_APPROVER = 10;
    uint64 internal constant METER_OPERATOR = 11;
    uint64 internal constant AUDITOR = 12;
    uint64 internal constant COURT = 13;

    /// @dev The member classes are 1 to this number; the offices below are granted by the council alone.
    uint64 internal constant LAST_MEMBER_CLASS = 13;

    // Offices
    uint64 internal constant GUARDIAN = 20;
    uint64 internal constant ADMISSIONS = 21;

    // Authors that are no members: they appear in records and in the table of writers, and are never granted
    uint64 internal constant HOLDER = 30;
    uint64 internal constant VEHICLE = 31;

    // Contracts that act on another contract
    uint64 internal constant TITLE_CONTRACT = 40;
    uint64 internal constant KEYS_CONTRACT = 41;
    uint64 internal constant RECORD_CONTROLLER = 42;
    uint64 internal constant LIEN_CONTROLLER = 43;
    uint64 internal constant SAFETY_CONTROLLER = 44;
    uint64 internal constant SALE_CONTROLLER = 45;
    uint64 internal constant RENTAL_CONTROLLER = 46;
    uint64 internal constant RECALL_CONTROLLER = 47;
    uint64 internal constant COVER_CONTROLLER = 48;
    uint64 internal constant CLAIM_CONTROLLER = 49;
    uint64 internal constant TRIGGER = 50;

    /// @dev Roles at or above this number cannot stand in a set of roles.
    uint64 internal constant LIMIT = 64;
}
