// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev What the units of a lot are. `Material` is counted in grams, `Counted` in pieces that are all alike, `Serialised`
/// in pieces of which each has a serial number from 1 to the lot's quantity.
enum LotForm {
    None,
    Material,
    Counted,
    Serialised
}

/// @dev The critical materials whose mass balance the chain keeps. `Other` is any material beside them.
enum CriticalMaterial {
    Other,
    Cobalt,
    Lithium,
    Nickel,
    Lead,
    Graphite,
    RareEarths
}

/// @dev Where a serialised unit is in its life. `Gone` is terminal: consumed, recycled or destroyed.
enum UnitState {
    None,
    Free,
    Fitted,
    Stolen,
    Gone
}

/// @dev The status words of the battery passport, in its order (Regulation (EU) 2023/1542, BatteryPass data model).
enum ServiceStatus {
    Original,
    Repurposed,
    Reused,
    Remanufactured,
    Waste
}

/// @dev How a unit ends, when nothing is made of it.
enum DecommissionOutcome {
    Recycled,
    Destroyed
}

/// @dev Mass of each critical material in grams.
struct Materials {
    uint40 cobaltG;
    uint40 lithiumG;
    uint40 nickelG;
    uint40 leadG;
    uint40 graphiteG;
    uint40 rareEarthsG;
}

/// @dev What a maker states of a new lot.
/// `number` is the maker's own lot number, unique among its lots. `quantity` is in grams for a material, else in pieces.
/// `material` says what a material lot is of, and is `Other` for pieces. `expiryDay` counts days since 1970-01-01, zero
/// for a lot that does not expire. `content` is what all pieces of the lot contain together, zero for a material lot.
/// `documentHash` is the SHA-256 of the signed document that holds everything else.
struct LotInput {
    uint64 number;
    LotForm form;
    CriticalMaterial material;
    uint40 quantity;
    uint16 expiryDay;
    Materials content;
    bytes32 documentHash;
}

/// @dev A number of units of one part id. `quantity` is 1 for a serialised unit.
struct PartAmount {
    uint256 partId;
    uint40 quantity;
}

/// @dev The state of a lot. One storage slot (240 bits).
/// Commissioned is `quantity`; `consumed` went into other lots, `decommissioned` ended, `fitted` is on vehicles now; what
/// is left is held or in transit. Of a serialised lot, `unserialised` units have no serial yet and are their maker's.
/// `holds` counts the serial ranges that recalls keep from being fitted.
struct Lot {
    uint40 quantity;
    uint40 consumed;
    uint40 decommissioned;
    uint40 fitted;
    uint40 unserialised;
    LotForm form;
    CriticalMaterial material;
    uint16 expiryDay;
    uint8 holds;
}

/// @dev The state of a serialised unit. One storage slot (256 bits, full).
/// `holder` is the vehicle's account while the unit is fitted. `lastVehicle` is the low 80 bits of the id of the vehicle
/// that it is or was last fitted to.
struct Unit {
    address holder;
    UnitState state;
    ServiceStatus service;
    uint80 lastVehicle;
}
