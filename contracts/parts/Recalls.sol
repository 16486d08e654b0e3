// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {MemberAccess} from "../access/MemberAccess.sol";
import {Roles} from "../access/Roles.sol";
import {IPartTwins} from "../interfaces/IPartTwins.sol";
import {IRecalls} from "../interfaces/IRecalls.sol";
import {ISoftwareRegistry} from "../interfaces/ISoftwareRegistry.sol";
import {IVehicleRecords} from "../interfaces/IVehicleRecords.sol";
import {IVehicleTitle} from "../interfaces/IVehicleTitle.sol";
import {CampaignLib} from "../libraries/CampaignLib.sol";
import {Locks} from "../types/Locks.sol";
import {
    Advisory,
    Campaign,
    RecallInput,
    RecallScope,
    Remedy,
    RemedyStatus,
    VehicleRecall
} from "../types/RecallTypes.sol";
import {RecordKinds} from "../types/RecordKinds.sol";
import {OdometerUnit, RecordInput} from "../types/RecordTypes.sol";
import {TitleState, TitleStatus} from "../types/TitleTypes.sol";

/// @title Recall campaigns.
/// @notice
/// - A vehicle is affected when it carries a recalled unit, or runs a recalled release, and was not remedied. That is read
///   off the chain at every question; enrolling only notes it, so that a replaced part is known to have been one.
/// - A maker recalls its own parts; an authority (a registrar) anybody's. Neither can close the other's campaign.
/// - A workshop is trusted that it inspected or repaired; that a part was replaced is checked.
/// - A do-not-drive advisory sets the title's safety lock, which stands while any campaign stops the vehicle.
/// - Recalled units cannot be fitted, and stay so until the campaign is withdrawn.
contract Recalls is IRecalls, MemberAccess {
    /// @inheritdoc IRecalls
    uint256 public constant MAX_SCOPES = 16;

    /// @inheritdoc IRecalls
    /// @dev 50 notices with safety stops take below 9 million gas; a transaction may use 16,777,216.
    uint256 public constant MAX_BATCH = 50;

    /// @dev A lot has 255 holds. The rest is for authorities, so that no maker fills its lot against them.
    uint256 private constant MAX_MAKER_HOLDS = 200;

    /// @inheritdoc IRecalls
    IPartTwins public immutable parts;

    /// @inheritdoc IRecalls
    IVehicleTitle public immutable title;

    IVehicleRecords private immutable _records;

    /// @inheritdoc IRecalls
    ISoftwareRegistry public softwareRegistry;

    /// @dev Words of two halves each, as `CampaignLib` says.
    mapping(uint256 campaignId => mapping(uint256 index => uint256 word)) private _words;
    mapping(uint256 campaignId => mapping(uint256 index => bytes32 release)) private _releases;
    mapping(uint256 campaignId => mapping(uint256 vehicleId => VehicleRecall)) private _vehicles;
    mapping(uint256 vehicleId => uint256 campaigns) private _stops;

    constructor(address authority, IPartTwins newParts) AccessManaged(authority) {
        parts = newParts;
        title = newParts.title();
        _records = newParts.records();
    }

    /* CAMPAIGNS */

    /// @inheritdoc IRecalls
    function openRecall(RecallInput calldata recall, uint64 role) external returns (uint256 campaignId) {
        address maker = recall.maker;
        if (role != Roles.REGISTRAR) {
            _requireMakerRole(role);
            require(maker == msg.sender, RecallsForeignMaker(maker, msg.sender));
        }
        _requireMember(msg.sender, role);
        require(CampaignLib.isNumber(recall.number), RecallsNumberMalformed(recall.number));
        campaignId = CampaignLib.campaignIdOf(maker, recall.number, role == Roles.REGISTRAR);
        require(_words[campaignId][0] == 0, RecallsExists(campaignId));
        require(recall.evidenceHash != 0, RecallsEvidenceMissing());

        RecallScope[] calldata lots = recall.lots;
        bytes32[] calldata releases = recall.releases;
        _storeScopes(campaignId, lots, _newState(campaignId, recall, role, lots.length, releases.length));
        _storeReleases(campaignId, maker, releases);
        if (lots.length != 0) {
            uint256 holds = parts.setHolds(maker, lots, true);
            require(
                holds <= MAX_MAKER_HOLDS || role == Roles.REGISTRAR,
                RecallsHoldsReserved(maker, MAX_MAKER_HOLDS)
            );
        }
        emit RecallOpened(campaignId, maker, msg.sender, recall);
    }

    /// @inheritdoc IRecalls
    function updateRecall(
        uint256 campaignId,
        RemedyStatus status,
        Advisory advisory,
        bytes32 evidenceHash,
        uint64 role
    ) external {
        Campaign memory campaign = _openCampaign(campaignId);
        _requireOwner(campaignId, campaign, role);
        require(evidenceHash != 0, RecallsEvidenceMissing());
        campaign.status = status;
        campaign.advisory = advisory;
        _store(campaignId, campaign);
        emit RecallUpdated(campaignId, msg.sender, status, advisory, evidenceHash);
        if (status == RemedyStatus.Withdrawn && campaign.lots != 0) {
            parts.setHolds(CampaignLib.makerOf(campaignId), _scopes(campaignId, campaign.lots), false);
        }
    }

    /// @inheritdoc IRecalls
    function setSoftwareRegistry(ISoftwareRegistry registry) external restricted {
        softwareRegistry = registry;
        emit SoftwareRegistrySet(address(registry));
    }

    function _newState(
        uint256 campaignId,
        RecallInput calldata recall,
        uint64 role,
        uint256 lots,
        uint256 releases
    ) private pure returns (uint128) {
        RemedyStatus status = recall.status;
        require(status < RemedyStatus.Completed, RecallsStatusInvalid(campaignId, status));
        uint256 length = lots + releases;
        require(length != 0 && length <= MAX_SCOPES, RecallsScopeLength(length, MAX_SCOPES));
        return
            CampaignLib.pack(
                Campaign({
                    exists: true,
                    byAuthority: role == Roles.REGISTRAR,
                    status: status,
                    advisory: recall.advisory,
                    lots: uint8(lots), // MAX_SCOPES at most
                    releases: uint8(releases),
                    enrolled: 0,
                    remedied: 0
                })
            );
    }

    /// @dev The state fills the lower half of the first word; scopes the halves after it, two to a word.
    function _storeScopes(uint256 campaignId, RecallScope[] calldata scopes, uint128 state) private {
        uint256 word = state;
        for (uint256 i = 0; i < scopes.length; ++i) {
            uint256 half = CampaignLib.packScope(scopes[i]);
            if (i % 2 == 0) {
                _words[campaignId][i / 2] = word | (half << 128);
                word = 0;
            } else {
                word = half;
            }
        }
        if (word != 0) _words[campaignId][(scopes.length + 1) / 2] = word;
    }

    /// @dev A maker recalls releases that it published itself.
    function _storeReleases(uint256 campaignId, address maker, bytes32[] calldata releases) private {
        for (uint256 i = 0; i < releases.length; ++i) {
            bytes32 release = releases[i];
            ISoftwareRegistry registry = softwareRegistry;
            address publisher = address(registry) == address(0) ? address(0) : registry.publisherOf(release);
            require(publisher == maker && publisher != address(0), RecallsReleaseForeign(release, publisher));
            _releases[campaignId][i] = release;
        }
    }

    /* VEHICLES */

    /// @inheritdoc IRecalls
    function enrolVehicles(uint256 campaignId, uint256[] calldata vehicleIds) external {
        _requireLength(vehicleIds.length);
        Campaign memory campaign = _campaign(campaignId);
        for (uint256 i = 0; i < vehicleIds.length; ++i) {
            uint256 vehicleId = vehicleIds[i];
            VehicleRecall memory vehicle = _vehicles[campaignId][vehicleId];
            bool isAffectedNow = _isAffected(campaignId, campaign, vehicleId, vehicle);
            if (isAffectedNow) _enrol(campaignId, campaign, vehicleId, vehicle);
            _setStop(campaignId, vehicleId, vehicle, isAffectedNow && _mustStop(campaign));
            _vehicles[campaignId][vehicleId] = vehicle;
        }
        _store(campaignId, campaign);
    }

    /// @inheritdoc IRecalls
    function notifyVehicles(uint256 campaignId, RecordInput[] calldata records, uint64 role) external {
        _requireLength(records.length);
        Campaign memory campaign = _openCampaign(campaignId);
        _requireOwner(campaignId, campaign, role);
        for (uint256 i = 0; i < records.length; ++i) {
            RecordInput calldata record = records[i];
            uint256 vehicleId = record.vehicleId;
            _requireKind(record.kind, RecordKinds.RECALL_NOTICE);
            // Whoever sends a notice has not seen the vehicle; suppliers read no odometers.
            require(record.odometerUnit == OdometerUnit.None, RecallsNoticeWithReading(vehicleId));
            VehicleRecall memory vehicle = _vehicles[campaignId][vehicleId];
            require(
                _isAffected(campaignId, campaign, vehicleId, vehicle),
                RecallsNotAffected(campaignId, vehicleId)
            );
            require(vehicle.notifiedAt == 0, RecallsAlreadyNotified(campaignId, vehicleId));

            _enrol(campaignId, campaign, vehicleId, vehicle);
            vehicle.notifiedAt = uint40(block.timestamp); // fits for another 34,000 years
            _setStop(campaignId, vehicleId, vehicle, _mustStop(campaign));
            _vehicles[campaignId][vehicleId] = vehicle;
            emit VehicleNotified(campaignId, vehicleId, msg.sender);
            _records.appendMemberRecord(msg.sender, role, record);
        }
        _store(campaignId, campaign);
    }

    /// @inheritdoc IRecalls
    /// @dev There is no check of the caller's class here on purpose: the records contract refuses whoever may not write
    /// this record, and then nothing of the remedy remains.
    function remedyVehicle(
        uint256 campaignId,
        Remedy remedy,
        RecordInput calldata record,
        uint64 role
    ) external {
        _requireKind(record.kind, RecordKinds.CAMPAIGN_REMEDY);
        uint256 vehicleId = record.vehicleId;
        Campaign memory campaign = _openCampaign(campaignId);
        VehicleRecall memory vehicle = _vehicles[campaignId][vehicleId];
        require(vehicle.remedy == Remedy.None, RecallsAlreadyRemedied(campaignId, vehicleId));
        require(remedy != Remedy.None, RecallsRemedyMissing(campaignId, vehicleId));
        require(
            remedy == Remedy.InspectedClear || campaign.status != RemedyStatus.NotAvailable,
            RecallsRemedyNotAvailable(campaignId, campaign.status)
        );
        _requireRemedied(campaignId, campaign, vehicleId, vehicle, remedy);

        if (vehicle.enrolledAt == 0) _enrol(campaignId, campaign, vehicleId, vehicle);
        vehicle.remedy = remedy;
        vehicle.remediedAt = uint40(block.timestamp);
        ++campaign.remedied;
        _setStop(campaignId, vehicleId, vehicle, false);
        _vehicles[campaignId][vehicleId] = vehicle;
        _store(campaignId, campaign);
        emit VehicleRemedied(campaignId, vehicleId, msg.sender, remedy);
        _records.appendMemberRecord(msg.sender, role, record);
    }

    /// @dev What can be checked of a remedy: that the vehicle was affected, and is free of what was replaced or updated.
    function _requireRemedied(
        uint256 campaignId,
        Campaign memory campaign,
        uint256 vehicleId,
        VehicleRecall memory vehicle,
        Remedy remedy
    ) private view {
        bool carries = _carriesPart(campaignId, campaign.lots, vehicleId);
        bool runs = _runsRelease(campaignId, campaign.releases, vehicleId);
        require(carries || runs || vehicle.enrolledAt != 0, RecallsNotAffected(campaignId, vehicleId));
        require(remedy != Remedy.PartReplaced || !carries, RecallsPartStillFitted(campaignId, vehicleId));
        // A new part with the old software is no remedy; new software in the old part may be.
        require(
            remedy == Remedy.InspectedClear || !runs,
            RecallsReleaseStillInstalled(campaignId, vehicleId)
        );
    }

    /// @dev Changes both in memory; the caller stores them.
    function _enrol(
        uint256 campaignId,
        Campaign memory campaign,
        uint256 vehicleId,
        VehicleRecall memory vehicle
    ) private {
        if (vehicle.enrolledAt != 0) return;
        vehicle.enrolledAt = uint40(block.timestamp);
        ++campaign.enrolled;
        emit VehicleEnrolled(campaignId, vehicleId);
    }

    /// @dev Changes `vehicle` in memory; the caller stores it. A destroyed title needs no stop and takes none.
    function _setStop(
        uint256 campaignId,
        uint256 vehicleId,
        VehicleRecall memory vehicle,
        bool isStopped
    ) private {
        if (!vehicle.isStopped && !isStopped) return;
        TitleState memory state = title.stateOf(vehicleId);
        bool isAlive = state.status != TitleStatus.Destroyed;
        if (isStopped && !isAlive) return;

        uint256 stops = _stops[vehicleId];
        if (vehicle.isStopped != isStopped) {
            vehicle.isStopped = isStopped;
            stops = isStopped ? stops + 1 : stops - 1;
            _stops[vehicleId] = stops;
            emit SafetyStopChanged(campaignId, vehicleId, isStopped);
        }
        // A stop that stood before is looked after too: another controller of the lock may have cleared it.
        bool isLocked = Locks.has(state.locks, Locks.SAFETY);
        if (isAlive && stops != 0 && !isLocked) title.lockTitle(vehicleId, Locks.SAFETY);
        if (isAlive && stops == 0 && isLocked) title.unlockTitle(vehicleId, Locks.SAFETY);
    }

    /* VIEWS */

    /// @inheritdoc IRecalls
    function isAffected(uint256 vehicleId, uint256 campaignId) external view returns (bool) {
        uint128 state = uint128(_words[campaignId][0]); // the lower half
        require(state != 0, RecallsUnknown(campaignId));
        if (CampaignLib.statusOf(state) == RemedyStatus.Withdrawn) return false;
        uint256 lots = CampaignLib.lotsOf(state);
        uint256 releases = CampaignLib.releasesOf(state);
        // The vehicle's own slot last: most vehicles carry nothing that is recalled, and then it need not be read.
        return
            _carries(campaignId, lots, releases, vehicleId) &&
            _vehicles[campaignId][vehicleId].remedy == Remedy.None;
    }

    /// @inheritdoc IRecalls
    function campaignOf(uint256 campaignId) external view returns (Campaign memory) {
        return CampaignLib.unpack(uint128(_words[campaignId][0])); // the lower half
    }

    /// @inheritdoc IRecalls
    function scopesOf(
        uint256 campaignId
    ) external view returns (RecallScope[] memory lots, bytes32[] memory releases) {
        Campaign memory campaign = _campaign(campaignId);
        lots = _scopes(campaignId, campaign.lots);
        releases = new bytes32[](campaign.releases);
        for (uint256 i = 0; i < releases.length; ++i) releases[i] = _releases[campaignId][i];
    }

    /// @inheritdoc IRecalls
    function vehicleRecallOf(
        uint256 campaignId,
        uint256 vehicleId
    ) external view returns (VehicleRecall memory) {
        return _vehicles[campaignId][vehicleId];
    }

    /// @inheritdoc IRecalls
    function stopsOf(uint256 vehicleId) external view returns (uint256) {
        return _stops[vehicleId];
    }

    /// @inheritdoc IRecalls
    function campaignIdOf(address maker, bytes9 number, bool byAuthority) external pure returns (uint256) {
        return CampaignLib.campaignIdOf(maker, number, byAuthority);
    }

    /* INTERNALS */

    function _isAffected(
        uint256 campaignId,
        Campaign memory campaign,
        uint256 vehicleId,
        VehicleRecall memory vehicle
    ) private view returns (bool) {
        return
            campaign.status != RemedyStatus.Withdrawn &&
            vehicle.remedy == Remedy.None &&
            _carries(campaignId, campaign.lots, campaign.releases, vehicleId);
    }

    function _carries(
        uint256 campaignId,
        uint256 lots,
        uint256 releases,
        uint256 vehicleId
    ) private view returns (bool) {
        return _carriesPart(campaignId, lots, vehicleId) || _runsRelease(campaignId, releases, vehicleId);
    }

    function _carriesPart(uint256 campaignId, uint256 lots, uint256 vehicleId) private view returns (bool) {
        return
            lots != 0 &&
            parts.carriesAny(vehicleId, CampaignLib.makerOf(campaignId), _scopes(campaignId, lots));
    }

    function _runsRelease(
        uint256 campaignId,
        uint256 releases,
        uint256 vehicleId
    ) private view returns (bool) {
        for (uint256 i = 0; i < releases; ++i) {
            if (softwareRegistry.isInstalled(vehicleId, _releases[campaignId][i])) return true;
        }
        return false;
    }

    function _mustStop(Campaign memory campaign) private pure returns (bool) {
        return campaign.advisory == Advisory.DoNotDrive;
    }

    function _scopes(uint256 campaignId, uint256 length) private view returns (RecallScope[] memory scopes) {
        scopes = new RecallScope[](length);
        uint256 word;
        for (uint256 i = 0; i < length; ++i) {
            // the first scope is the upper half of word 0, the next two are the halves of word 1, and so on
            if (i == 0 || i % 2 == 1) word = _words[campaignId][(i + 1) / 2];
            scopes[i] = CampaignLib.unpackScope(uint128(i % 2 == 0 ? word >> 128 : word));
        }
    }

    function _campaign(uint256 campaignId) private view returns (Campaign memory campaign) {
        campaign = CampaignLib.unpack(uint128(_words[campaignId][0])); // the lower half
        require(campaign.exists, RecallsUnknown(campaignId));
    }

    function _openCampaign(uint256 campaignId) private view returns (Campaign memory campaign) {
        campaign = _campaign(campaignId);
        require(campaign.status != RemedyStatus.Withdrawn, RecallsStatusInvalid(campaignId, campaign.status));
    }

    function _store(uint256 campaignId, Campaign memory campaign) private {
        uint256 scope = _words[campaignId][0] & ~uint256(type(uint128).max);
        _words[campaignId][0] = scope | CampaignLib.pack(campaign);
    }

    function _requireOwner(uint256 campaignId, Campaign memory campaign, uint64 role) private view {
        if (campaign.byAuthority) {
            require(role == Roles.REGISTRAR, RecallsForeignCampaign(campaignId, msg.sender));
        } else {
            _requireMakerRole(role);
            require(
                CampaignLib.makerOf(campaignId) == msg.sender,
                RecallsForeignCampaign(campaignId, msg.sender)
            );
        }
        _requireMember(msg.sender, role);
    }

    function _requireMakerRole(uint64 role) private pure {
        require(role == Roles.MANUFACTURER || role == Roles.SUPPLIER, RecallsRoleNotAllowed(role));
    }

    function _requireKind(uint8 kind, uint8 expected) private pure {
        require(kind == expected, RecallsRecordKind(kind, expected));
    }

    function _requireLength(uint256 length) private pure {
        require(length != 0 && length <= MAX_BATCH, RecallsBatchLength(length, MAX_BATCH));
    }
}
