// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    CriticalMaterial,
    DecommissionOutcome,
    Lot,
    LotForm,
    LotInput,
    Materials,
    PartAmount,
    ServiceStatus,
    Unit,
    UnitState
} from "../types/PartTypes.sol";
import {RecallScope} from "../types/RecallTypes.sol";
import {RecordInput, RecordProof} from "../types/RecordTypes.sol";
import {IPartMetadata} from "./IPartMetadata.sol";
import {IVehicleRecords} from "./IVehicleRecords.sol";
import {IVehicleTitle} from "./IVehicleTitle.sol";
import {IWorkOrders} from "./IWorkOrders.sol";

/// @title Part twins: lots of material and parts from the mine to the recycler, as ERC-1155 tokens.
/// @notice lotId = maker << 64 | number; partId = lotId << 32 | serial. Serial 0 stands for all units of a lot that have
/// no serial: grams of a material, counted pieces, and serialised pieces that their maker has not marked yet.
/// A vehicle holds what is fitted to it, at an account derived from its id that no key controls.
interface IPartTwins {
    /* EVENTS */

    /// @notice A lot came into being.
    /// @param inputsHash Zero for a lot that is made from nothing known, else as in `LotsConsumed`.
    /// @param lineage keccak256(abi.encode(lotId, lot, inputsHash)): it binds the lot to all its ancestors.
    event LotCommissioned(
        uint256 indexed lotId,
        address indexed maker,
        LotInput lot,
        bytes32 inputsHash,
        bytes32 lineage
    );

    /// @notice Units were consumed to make the lots whose `inputsHash` is this.
    /// @param inputsHash Begins as bytes32(id of the first lot made), and over the inputs in order becomes
    /// keccak256(abi.encode(inputsHash, input, lineage of the input's lot)).
    /// @param isRecovery Whether a recycler took the units apart; they then count as decommissioned.
    event LotsConsumed(
        bytes32 indexed inputsHash,
        address indexed operator,
        PartAmount[] inputs,
        bool isRecovery
    );

    /// @notice A unit, or `quantity` counted units, went onto a vehicle.
    event PartFitted(
        uint256 indexed lotId,
        uint256 indexed vehicleId,
        address indexed by,
        uint32 serial,
        uint40 quantity
    );

    /// @notice A unit, or `quantity` counted units, came off a vehicle, to whoever took it off.
    event PartRemoved(
        uint256 indexed lotId,
        uint256 indexed vehicleId,
        address indexed by,
        uint32 serial,
        uint40 quantity
    );

    /// @notice A unit, or `quantity` units, ended.
    event PartDecommissioned(
        uint256 indexed partId,
        address indexed by,
        uint40 quantity,
        DecommissionOutcome outcome,
        bytes32 documentHash
    );

    /// @notice A serialised unit goes on in another service, or is declared waste.
    event ServiceStatusChanged(
        uint256 indexed partId,
        address indexed by,
        ServiceStatus status,
        bytes32 documentHash
    );

    /// @notice The holder reported a unit stolen, or found again.
    event PartTheftReported(uint256 indexed partId, address indexed holder, bool isStolen);

    /* ERRORS */

    /// @notice Members of `role` do not do this.
    error PartsRoleNotAllowed(uint64 role);

    /// @notice The lot exists already. A lot number is used once.
    error PartsLotExists(uint256 lotId);

    /// @notice No lot has this id.
    error PartsLotUnknown(uint256 lotId);

    /// @notice A lot needs a form, a quantity and a document; pieces are of no material, and materials have no content
    /// beside themselves and no expiry of pieces.
    error PartsLotInvalid(uint256 lotId);

    /// @notice Critical materials come into being as material lots only; these pieces would contain some from nowhere.
    error PartsContentWithoutInput(uint256 lotId);

    /// @notice The outputs contain more of a critical material than was consumed: the lot that claims too much finds
    /// `available` grams left.
    error PartsMassBalanceBroken(CriticalMaterial material, uint256 available);

    /// @notice A recycler recovers materials, not parts.
    error PartsNotMaterial(uint256 lotId, LotForm form);

    /// @notice The list is empty, or longer than `limit`.
    error PartsBatchLength(uint256 length, uint256 limit);

    /// @notice The serial is zero or beyond the lot's quantity, or the lot has no serials.
    error PartsSerialInvalid(uint256 lotId, uint32 serial, uint40 quantity);

    /// @notice The unit was given its serial before.
    error PartsSerialTaken(uint256 partId);

    /// @notice A quantity of zero, or not 1 for a serialised unit.
    error PartsQuantityInvalid(uint256 partId, uint256 quantity);

    /// @notice Unserialised units of a serialised lot stay with their maker, who marks them before they go.
    error PartsUnserialised(uint256 partId);

    /// @notice The unit is in no state for this: `state` is where it is.
    error PartsUnitState(uint256 partId, UnitState state);

    /// @notice The vehicle does not carry (so many of) this part.
    error PartsNotFitted(uint256 partId, uint256 vehicleId);

    /// @notice The part is under recall; it must neither be fitted nor go into another part.
    error PartsRecalled(uint256 partId);

    /// @notice The lot's expiry day (since 1970-01-01) has come.
    error PartsExpired(uint256 partId, uint16 expiryDay);

    /// @notice The unit was declared waste; it must not be fitted.
    error PartsWaste(uint256 partId);

    /// @notice Materials are not fitted; parts made of them are.
    error PartsNotFittable(uint256 partId, LotForm form);

    /// @notice A vehicle carries at most `limit` serialised units of one lot.
    error PartsVehicleFull(uint256 lotId, uint256 vehicleId, uint256 limit);

    /// @notice The record is not of the kind that says this.
    error PartsRecordKind(uint8 kind, uint8 expected);

    /// @notice The vehicle was not destroyed by `caller`, or the proof does not lead to its head.
    error PartsDestructionUnproven(uint256 vehicleId, address caller);

    /// @notice The document hash is zero.
    error PartsDocumentMissing();

    /// @notice The unit is in this service already, or would become original again.
    error PartsServiceInvalid(uint256 partId, ServiceStatus status);

    /// @notice Such a hold does not stand.
    error PartsHoldUnknown(uint256 lotId, uint32 fromSerial, uint32 toSerial);

    /// @notice The lot has as many holds as it can have.
    error PartsHoldsExhausted(uint256 lotId, uint256 limit);

    /* LOTS */

    /// @notice Commissions a lot of material or parts; its units belong to the caller. Suppliers and manufacturers.
    function commissionLot(LotInput calldata lot, uint64 role) external returns (uint256 lotId);

    /// @notice Consumes units that the caller holds and commissions lots made of them. Suppliers and manufacturers make
    /// anything; recyclers take units apart, which then count as decommissioned, and recover materials alone.
    /// @dev No output contains more of a critical material than was consumed.
    function transformLots(PartAmount[] calldata inputs, LotInput[] calldata outputs, uint64 role) external;

    /// @notice Gives serials to units of the caller's own lot: each becomes a part id of its own.
    function serialiseUnits(uint64 lotNumber, uint32[] calldata serials, uint64 role) external;

    /* FITTING */

    /// @notice Fits units that the caller holds to a vehicle and adds the record (kind 17) to its life.
    /// @param quantity 1 for a serialised unit.
    /// @param record What the caller states; `vehicleId` is the vehicle.
    /// @param role The class in which the caller acts: workshop or manufacturer.
    function fitPart(uint256 partId, uint40 quantity, RecordInput calldata record, uint64 role) external;

    /// @notice Takes units off a vehicle, to the caller, and adds the record (kind 18) to its life.
    /// @dev The caller holds the vehicle's title or has a work order of its holder (`IWorkOrders.requireRemovable`).
    function removePart(uint256 partId, uint40 quantity, RecordInput calldata record, uint64 role) external;

    /// @notice Hands the parts of a destroyed vehicle to the recycler that destroyed it, with one record (kind 18).
    /// @param destruction Shows the certificate of destruction that the caller wrote in the vehicle's life.
    function releaseParts(
        PartAmount[] calldata parts,
        RecordInput calldata record,
        RecordProof calldata destruction
    ) external;

    /* THE END OF UNITS */

    /// @notice Ends units that the caller holds. Workshops, manufacturers, suppliers and recyclers.
    function decommissionParts(
        PartAmount[] calldata parts,
        DecommissionOutcome outcome,
        bytes32 documentHash,
        uint64 role
    ) external;

    /// @notice States in which service a serialised unit that the caller holds goes on. Workshops, manufacturers and
    /// recyclers. Waste is not fitted any more.
    /// @param documentHash SHA-256 of the new passport, which names the old one.
    function changeService(uint256 partId, ServiceStatus status, bytes32 documentHash, uint64 role) external;

    /// @notice Reports a unit that the caller holds as stolen or found: a stolen unit neither moves nor is fitted.
    function reportTheft(uint256 partId, bool isStolen) external;

    /* RECALLS */

    /// @notice Keeps units from being fitted, or takes such holds back.
    /// @dev Restricted to the contract that knows the recalls, whose events tell of them. Each hold is taken back by the
    /// scope that set it.
    /// @return most The most holds that any of these lots has now.
    function setHolds(
        address maker,
        RecallScope[] calldata scopes,
        bool isHeld
    ) external returns (uint256 most);

    /* VIEWS */

    /// @notice The most rows that a list may have.
    function MAX_BATCH() external view returns (uint256);

    /// @notice The titles whose vehicles parts are fitted to.
    function title() external view returns (IVehicleTitle);

    /// @notice The life records that fitting writes to.
    function records() external view returns (IVehicleRecords);

    /// @notice Who may take parts off a vehicle.
    function workOrders() external view returns (IWorkOrders);

    /// @notice What makes the metadata that wallets show.
    function metadata() external view returns (IPartMetadata);

    /// @notice The state of a lot; all zero when there is none.
    function lotStateOf(uint256 lotId) external view returns (Lot memory);

    /// @notice What all pieces of a lot contain together, or what a material lot is.
    function contentOf(uint256 lotId) external view returns (Materials memory);

    /// @notice The hash that binds a lot to its ancestors; zero when there is no such lot.
    function lineageOf(uint256 lotId) external view returns (bytes32);

    /// @notice The state of a serialised unit; all zero while it has no serial.
    function unitOf(uint256 partId) external view returns (Unit memory);

    /// @notice How many units of a lot a vehicle carries.
    function fittedOf(uint256 vehicleId, uint256 lotId) external view returns (uint40);

    /// @notice Whether a vehicle carries a unit of any of these scopes of `maker`'s lots.
    function carriesAny(
        uint256 vehicleId,
        address maker,
        RecallScope[] calldata scopes
    ) external view returns (bool);

    /// @notice Whether a recall keeps this part from being fitted.
    function isHeld(uint256 partId) external view returns (bool);

    /// @notice Units of an id that exist: commissioned and neither consumed nor decommissioned. Of serial 0, those that
    /// have no serial.
    function totalSupply(uint256 partId) external view returns (uint256);

    /// @notice Whether any unit of an id was ever commissioned.
    function exists(uint256 partId) external view returns (bool);

    /// @notice The account that holds what is fitted to a vehicle.
    function vehicleAccountOf(uint256 vehicleId) external pure returns (address);
}
