// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    Advisory,
    Campaign,
    RecallInput,
    RecallScope,
    Remedy,
    RemedyStatus,
    VehicleRecall
} from "../types/RecallTypes.sol";
import {RecordInput} from "../types/RecordTypes.sol";
import {IPartTwins} from "./IPartTwins.sol";
import {ISoftwareRegistry} from "./ISoftwareRegistry.sol";
import {IVehicleTitle} from "./IVehicleTitle.sol";

/// @title Recall campaigns over lots, serial ranges and software releases.
/// @notice Whether a vehicle is affected follows from what is fitted to it now; nobody keeps a list that could be
/// incomplete. campaignId = maker << 96 | byAuthority << 72 | number.
interface IRecalls {
    /* EVENTS */

    /// @notice A campaign was opened.
    event RecallOpened(
        uint256 indexed campaignId,
        address indexed maker,
        address indexed by,
        RecallInput recall
    );

    /// @notice Remedy status or advisory of a campaign changed.
    event RecallUpdated(
        uint256 indexed campaignId,
        address indexed by,
        RemedyStatus status,
        Advisory advisory,
        bytes32 evidenceHash
    );

    /// @notice A vehicle was found affected.
    event VehicleEnrolled(uint256 indexed campaignId, uint256 indexed vehicleId);

    /// @notice The campaign's owner notified a vehicle's holder; the notice is in the vehicle's life.
    event VehicleNotified(uint256 indexed campaignId, uint256 indexed vehicleId, address indexed by);

    /// @notice A vehicle was remedied.
    event VehicleRemedied(
        uint256 indexed campaignId,
        uint256 indexed vehicleId,
        address indexed by,
        Remedy remedy
    );

    /// @notice A campaign stopped a vehicle, or lifted its stop. The title's safety lock stands while any campaign does.
    event SafetyStopChanged(uint256 indexed campaignId, uint256 indexed vehicleId, bool isStopped);

    /// @notice Who knows which software vehicles run.
    event SoftwareRegistrySet(address indexed registry);

    /* ERRORS */

    /// @notice Members of `role` do not do this.
    error RecallsRoleNotAllowed(uint64 role);

    /// @notice A manufacturer or supplier recalls its own parts only.
    error RecallsForeignMaker(address maker, address caller);

    /// @notice A campaign that an authority opened is changed by an authority.
    error RecallsForeignCampaign(uint256 campaignId, address caller);

    /// @notice The number is not two digits, one of V E T C, and six digits.
    error RecallsNumberMalformed(bytes9 number);

    /// @notice The maker, or an authority for it, has a campaign of this number already.
    error RecallsExists(uint256 campaignId);

    /// @notice There is no such campaign.
    error RecallsUnknown(uint256 campaignId);

    /// @notice The campaign was withdrawn, or would begin as completed or withdrawn.
    error RecallsStatusInvalid(uint256 campaignId, RemedyStatus status);

    /// @notice A campaign is over 1 to `limit` scopes and releases together.
    error RecallsScopeLength(uint256 length, uint256 limit);

    /// @notice A lot has `limit` holds already; the rest of those that it can have is for campaigns of authorities.
    error RecallsHoldsReserved(address maker, uint256 limit);

    /// @notice The release is of another publisher, or of nobody.
    error RecallsReleaseForeign(bytes32 release, address publisher);

    /// @notice The hash of the evidence is zero.
    error RecallsEvidenceMissing();

    /// @notice The list is empty, or longer than `limit`.
    error RecallsBatchLength(uint256 length, uint256 limit);

    /// @notice The record is not of the kind that says this.
    error RecallsRecordKind(uint8 kind, uint8 expected);

    /// @notice The campaign does not affect the vehicle.
    error RecallsNotAffected(uint256 campaignId, uint256 vehicleId);

    /// @notice A notice carries no odometer reading: nobody saw the vehicle.
    error RecallsNoticeWithReading(uint256 vehicleId);

    /// @notice The vehicle was notified already.
    error RecallsAlreadyNotified(uint256 campaignId, uint256 vehicleId);

    /// @notice The vehicle was remedied already.
    error RecallsAlreadyRemedied(uint256 campaignId, uint256 vehicleId);

    /// @notice A remedy says what was done.
    error RecallsRemedyMissing(uint256 campaignId, uint256 vehicleId);

    /// @notice There is no remedy yet but an inspection.
    error RecallsRemedyNotAvailable(uint256 campaignId, RemedyStatus status);

    /// @notice A recalled part is still fitted: it was not replaced.
    error RecallsPartStillFitted(uint256 campaignId, uint256 vehicleId);

    /// @notice A recalled release is still installed: the software was not updated, or came back with the new part.
    error RecallsReleaseStillInstalled(uint256 campaignId, uint256 vehicleId);

    /* CAMPAIGNS */

    /// @notice Opens a campaign: a manufacturer or supplier over what it made, a registrar over anybody's as authority.
    /// @dev From here on the units of its scopes cannot be fitted.
    function openRecall(RecallInput calldata recall, uint64 role) external returns (uint256 campaignId);

    /// @notice Changes remedy status and advisory. `Withdrawn` ends the campaign and lets its units be fitted again.
    function updateRecall(
        uint256 campaignId,
        RemedyStatus status,
        Advisory advisory,
        bytes32 evidenceHash,
        uint64 role
    ) external;

    /// @notice Sets who knows which software vehicles run.
    /// @dev Restricted.
    function setSoftwareRegistry(ISoftwareRegistry registry) external;

    /* VEHICLES */

    /// @notice Brings vehicles up to date with a campaign: enrols those that are affected, and sets or lifts safety stops.
    /// Anybody may; nothing in it is anybody's word.
    function enrolVehicles(uint256 campaignId, uint256[] calldata vehicleIds) external;

    /// @notice Notes that the campaign's owner notified the holders of affected vehicles, with a record (kind 21) each.
    function notifyVehicles(uint256 campaignId, RecordInput[] calldata records, uint64 role) external;

    /// @notice Notes that a vehicle was remedied, with a record (kind 22). Workshops and manufacturers.
    /// @dev A part counts as replaced when an enrolled vehicle carries no recalled unit any more.
    function remedyVehicle(
        uint256 campaignId,
        Remedy remedy,
        RecordInput calldata record,
        uint64 role
    ) external;

    /* VIEWS */

    /// @notice The most scopes and releases of a campaign.
    function MAX_SCOPES() external view returns (uint256);

    /// @notice The most vehicles of one call.
    function MAX_BATCH() external view returns (uint256);

    /// @notice The parts that are recalled.
    function parts() external view returns (IPartTwins);

    /// @notice The titles whose vehicles are stopped.
    function title() external view returns (IVehicleTitle);

    /// @notice Who knows which software vehicles run; zero when nobody does.
    function softwareRegistry() external view returns (ISoftwareRegistry);

    /// @notice Whether a vehicle carries what a campaign recalls and was not remedied.
    function isAffected(uint256 vehicleId, uint256 campaignId) external view returns (bool);

    /// @notice The state of a campaign; all zero when there is none.
    function campaignOf(uint256 campaignId) external view returns (Campaign memory);

    /// @notice What a campaign recalls.
    function scopesOf(
        uint256 campaignId
    ) external view returns (RecallScope[] memory lots, bytes32[] memory releases);

    /// @notice Where a vehicle stands in a campaign.
    function vehicleRecallOf(
        uint256 campaignId,
        uint256 vehicleId
    ) external view returns (VehicleRecall memory);

    /// @notice How many campaigns stop a vehicle.
    function stopsOf(uint256 vehicleId) external view returns (uint256);

    /// @notice maker << 96 | byAuthority << 72 | number.
    function campaignIdOf(address maker, bytes9 number, bool byAuthority) external pure returns (uint256);
}
