// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MemberAccess} from "../../../contracts/access/MemberAccess.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IPartTwins} from "../../../contracts/interfaces/IPartTwins.sol";
import {IRecalls} from "../../../contracts/interfaces/IRecalls.sol";
import {IVehicleRecords} from "../../../contracts/interfaces/IVehicleRecords.sol";
import {Recalls} from "../../../contracts/parts/Recalls.sol";
import {LotForm} from "../../../contracts/types/PartTypes.sol";
import {
    Advisory,
    RecallInput,
    RecallScope,
    Remedy,
    RemedyStatus
} from "../../../contracts/types/RecallTypes.sol";
import {RecordInput} from "../../../contracts/types/RecordTypes.sol";
import {TitleStatus} from "../../../contracts/types/TitleTypes.sol";
import {PartHandler} from "./PartHandler.sol";
import {PartLedger} from "./PartLedger.sol";
import {RecallLedger} from "./RecallLedger.sol";

/// @dev Makers and an authority recall lots, vehicles are enrolled, notified and remedied, campaigns change and end.
abstract contract RecallHandler is PartHandler {
    uint8 private constant RECALL_NOTICE = 21;
    uint8 private constant CAMPAIGN_REMEDY = 22;

    bytes9[5] private _numbers = [bytes9("26V000001"), "26E000002", "26T000003", "26C000004", "26X000005"];

    /* CAMPAIGNS */

    function openRecall(uint256 lotSeed, uint256 whoSeed, uint256 scopeSeed, uint256 flaw) external {
        uint256[] memory lotIds = partLedger.lotIds();
        PartLedger.Batch memory lot = partLedger.lotOf(lotIds[lotSeed % lotIds.length]);
        bool byAuthority = whoSeed % 4 == 0;
        address caller = byAuthority ? _member(Roles.REGISTRAR, whoSeed / 4) : lot.maker;
        if (whoSeed % 16 == 5) caller = _somebody(whoSeed / 16);
        uint64 role = byAuthority ? Roles.REGISTRAR : _roleOf(caller);

        _openRecall(_recall(lot.maker, lotSeed, scopeSeed, flaw), caller, role);
    }

    function _openRecall(RecallInput memory recall, address caller, uint64 role) internal {
        bytes4 refusal = _whyNotRecall(recall, caller, role);
        bytes memory data = abi.encodeCall(Recalls.openRecall, (recall, role));
        if (_act(caller, address(recalls), data, refusal, "P5 recall"))
            recallLedger.noteOpened(recall, role == Roles.REGISTRAR);
    }

    function _recall(
        address maker,
        uint256 lotSeed,
        uint256 seed,
        uint256 flaw
    ) private view returns (RecallInput memory recall) {
        recall.maker = maker;
        recall.number = _numbers[flaw % 32 == 1 ? 4 : seed % 4];
        recall.status = RemedyStatus((seed / 4) % (flaw % 32 == 2 ? 5 : 3));
        recall.advisory = Advisory((seed / 16) % 3);
        if ((seed / 16) % 5 < 2) recall.advisory = Advisory.DoNotDrive;
        recall.evidenceHash = flaw % 32 == 3 ? bytes32(0) : keccak256("evidence");
        recall.lots = new RecallScope[](flaw % 32 == 4 ? 0 : 1 + (flaw % 3));
        if (flaw % 32 == 5) recall.releases = new bytes32[](1);
        for (uint256 i = 0; i < recall.lots.length; ++i) {
            recall.lots[i] = _scope(maker, lotSeed, uint256(keccak256(abi.encode(seed, i))));
        }
    }

    /// @dev The lot that was chosen, or another of its maker's, with or without what its form asks for.
    function _scope(
        address maker,
        uint256 lotSeed,
        uint256 seed
    ) private view returns (RecallScope memory scope) {
        uint256[] memory lotIds = partLedger.lotIds();
        PartLedger.Batch memory lot = partLedger.lotOf(lotIds[lotSeed % lotIds.length]);
        if (seed % 4 == 0) {
            PartLedger.Batch memory other = partLedger.lotOf(lotIds[(seed / 32) % lotIds.length]);
            if (other.maker == maker) lot = other;
        }
        scope.lotNumber = seed % 32 == 31 ? 99 : lot.number;
        if (lot.form != LotForm.Serialised && seed % 32 != 30) return scope;
        uint256 from = 1 + ((seed / 32) % lot.quantity);
        scope.fromSerial = uint32(from);
        scope.toSerial = uint32(from + ((seed / 512) % (lot.quantity - from + 1)));
        if (seed % 32 == 29) scope.fromSerial = scope.toSerial + 1;
        if (seed % 32 == 28) scope.toSerial = uint32(lot.quantity + 1);
        if (seed % 32 == 27) scope.fromSerial = 0;
    }

    function _whyNotRecall(
        RecallInput memory recall,
        address caller,
        uint64 role
    ) private view returns (bytes4) {
        if (role != Roles.REGISTRAR) {
            if (!_isMakerRole(role)) return IRecalls.RecallsRoleNotAllowed.selector;
            if (caller != recall.maker) return IRecalls.RecallsForeignMaker.selector;
        }
        if (!roster.isActive(role, caller)) return MemberAccess.AccessNotMember.selector;
        if (recall.number == _numbers[4]) return IRecalls.RecallsNumberMalformed.selector;
        uint256 campaignId = recallLedger.campaignIdOf(recall.maker, recall.number, role == Roles.REGISTRAR);
        if (recallLedger.exists(campaignId)) return IRecalls.RecallsExists.selector;
        if (recall.evidenceHash == 0) return IRecalls.RecallsEvidenceMissing.selector;
        if (recall.status >= RemedyStatus.Completed) return IRecalls.RecallsStatusInvalid.selector;
        if (recall.lots.length + recall.releases.length == 0) return IRecalls.RecallsScopeLength.selector;
        if (recall.releases.length != 0) return IRecalls.RecallsReleaseForeign.selector;
        for (uint256 i = 0; i < recall.lots.length; ++i) {
            RecallScope memory scope = recall.lots[i];
            PartLedger.Batch memory lot = partLedger.lotOf(partLedger.lotIdOf(recall.maker, scope.lotNumber));
            (uint256 from, uint256 to) = (scope.fromSerial, scope.toSerial);
            if (lot.form == LotForm.None) return IPartTwins.PartsLotUnknown.selector;
            bool isRange =
                lot.form == LotForm.Serialised
                    ? from >= 1 && from <= to && to <= lot.quantity
                    : from + to == 0;
            if (!isRange) return IPartTwins.PartsSerialInvalid.selector;
        }
        return CARRIED_OUT;
    }

    function updateRecall(uint256 campaignSeed, uint256 whoSeed, uint256 newSeed, uint256 flaw) external {
        uint256 campaignId = _campaign(campaignSeed);
        RecallLedger.Action memory campaign = recallLedger.campaignOf(campaignId);
        (address caller, uint64 role) = _owner(campaign, whoSeed);
        RemedyStatus status = RemedyStatus(newSeed % 8 < 6 ? newSeed % 4 : newSeed % 5);
        Advisory advisory = Advisory((newSeed / 8) % 3);
        bytes32 evidence = flaw % 16 == 1 ? bytes32(0) : keccak256("more evidence");

        bytes4 refusal = evidence == 0 ? IRecalls.RecallsEvidenceMissing.selector : CARRIED_OUT;
        bytes4 obstacle = _whyNotOwner(campaign, caller, role);
        if (obstacle != CARRIED_OUT) refusal = obstacle;
        bytes memory data = abi.encodeCall(
            Recalls.updateRecall,
            (campaignId, status, advisory, evidence, role)
        );
        if (_act(caller, address(recalls), data, refusal, "P5 update"))
            recallLedger.noteUpdated(campaignId, status, advisory);
    }

    /* VEHICLES */

    function enrol(uint256 campaignSeed, uint256 vehicleSeed, uint256 count, uint256 whoSeed) external {
        uint256 campaignId = _campaign(campaignSeed);
        uint256[] memory vehicleIds = new uint256[](count % 16 == 9 ? 0 : 1 + (count % 4));
        for (uint256 i = 0; i < vehicleIds.length; ++i) {
            // rarely the same again
            vehicleIds[i] = _vehicle((vehicleSeed % vehicles.length) + (count % 16 == 7 ? 0 : i));
        }
        bytes4 refusal = CARRIED_OUT;
        if (!recallLedger.exists(campaignId)) refusal = IRecalls.RecallsUnknown.selector;
        if (vehicleIds.length == 0) refusal = IRecalls.RecallsBatchLength.selector;
        bytes memory data = abi.encodeCall(Recalls.enrolVehicles, (campaignId, vehicleIds));
        if (!_act(_somebody(whoSeed), address(recalls), data, refusal, "P5 enrolment")) return;
        for (uint256 i = 0; i < vehicleIds.length; ++i) {
            recallLedger.noteSeen(campaignId, vehicleIds[i], _isDestroyed(vehicleIds[i]));
        }
    }

    function notify(uint256 campaignSeed, uint256 vehicleSeed, uint256 count, uint256 whoSeed) external {
        uint256 campaignId = _campaign(campaignSeed);
        RecallLedger.Action memory campaign = recallLedger.campaignOf(campaignId);
        (address caller, uint64 role) = _owner(campaign, whoSeed);
        RecordInput[] memory notices = new RecordInput[](count % 16 == 9 ? 0 : 1 + (count % 2));
        for (uint256 i = 0; i < notices.length; ++i) {
            uint256 vehicleId = _affected(campaignId, (vehicleSeed % 64) + (count % 16 == 7 ? 0 : i));
            notices[i] = _input(vehicleId, count % 16 == 5 ? 4 : RECALL_NOTICE, uint40(block.timestamp));
        }
        bytes4 refusal = _whyNotNotify(campaignId, notices);
        bytes4 obstacle = _whyNotOwner(campaign, caller, role);
        if (obstacle != CARRIED_OUT) refusal = obstacle;
        if (notices.length == 0) refusal = IRecalls.RecallsBatchLength.selector;

        for (uint256 i = 0; refusal == CARRIED_OUT && i < notices.length; ++i) {
            _expect(notices[i], caller, role, 0, 1);
        }
        bytes memory data = abi.encodeCall(Recalls.notifyVehicles, (campaignId, notices, role));
        if (!_act(caller, address(recalls), data, refusal, "P5 notice")) return;
        for (uint256 i = 0; i < notices.length; ++i) {
            uint256 vehicleId = notices[i].vehicleId;
            recallLedger.noteNotified(campaignId, vehicleId, _isDestroyed(vehicleId));
        }
    }

    function _whyNotNotify(uint256 campaignId, RecordInput[] memory notices) private view returns (bytes4) {
        for (uint256 i = 0; i < notices.length; ++i) {
            uint256 vehicleId = notices[i].vehicleId;
            if (notices[i].kind != RECALL_NOTICE) return IRecalls.RecallsRecordKind.selector;
            if (!recallLedger.isAffected(vehicleId, campaignId)) return IRecalls.RecallsNotAffected.selector;
            bool isTwice = i == 1 && notices[0].vehicleId == vehicleId;
            if (isTwice || recallLedger.caseOf(campaignId, vehicleId).notifiedAt != 0) {
                return IRecalls.RecallsAlreadyNotified.selector;
            }
        }
        return CARRIED_OUT;
    }

    function remedy(uint256 campaignSeed, uint256 vehicleSeed, uint256 whoSeed, uint256 way) external {
        uint256 campaignId = _campaign(campaignSeed);
        uint256 vehicleId = _affected(campaignId, vehicleSeed);
        address caller = _member(Roles.WORKSHOP, whoSeed);
        uint64 role = whoSeed % 16 == 6 ? Roles.RECYCLER : _roleOf(caller);
        Remedy what = Remedy(way % 16 == 9 ? 0 : 1 + (way % 3));
        RecordInput memory record = _input(vehicleId, CAMPAIGN_REMEDY, uint40(block.timestamp));
        if (way % 32 == 5) record.kind = RECALL_NOTICE;

        bytes4 refusal = _whyNotRemedy(campaignId, vehicleId, what, caller, role);
        if (record.kind != CAMPAIGN_REMEDY) refusal = IRecalls.RecallsRecordKind.selector;
        if (refusal == CARRIED_OUT) _expect(record, caller, role, 0, 1);
        bytes memory data = abi.encodeCall(Recalls.remedyVehicle, (campaignId, what, record, role));
        if (!_act(caller, address(recalls), data, refusal, "P5 remedy")) return;
        recallLedger.noteRemedied(campaignId, vehicleId, what);
    }

    function _whyNotRemedy(
        uint256 campaignId,
        uint256 vehicleId,
        Remedy what,
        address caller,
        uint64 role
    ) private view returns (bytes4) {
        RecallLedger.Action memory campaign = recallLedger.campaignOf(campaignId);
        RecallLedger.Case memory vehicle = recallLedger.caseOf(campaignId, vehicleId);
        bool carries = recallLedger.carries(vehicleId, campaignId);
        if (campaign.number == 0) return IRecalls.RecallsUnknown.selector;
        if (campaign.status == RemedyStatus.Withdrawn) return IRecalls.RecallsStatusInvalid.selector;
        if (vehicle.remedy != Remedy.None) return IRecalls.RecallsAlreadyRemedied.selector;
        if (what == Remedy.None) return IRecalls.RecallsRemedyMissing.selector;
        if (what != Remedy.InspectedClear && campaign.status == RemedyStatus.NotAvailable) {
            return IRecalls.RecallsRemedyNotAvailable.selector;
        }
        if (!carries && vehicle.enrolledAt == 0) return IRecalls.RecallsNotAffected.selector;
        if (carries && what == Remedy.PartReplaced) return IRecalls.RecallsPartStillFitted.selector;
        if (!roster.isActive(role, caller)) return MemberAccess.AccessNotMember.selector;
        bool isFitter = role == Roles.WORKSHOP || role == Roles.MANUFACTURER;
        return isFitter ? CARRIED_OUT : IVehicleRecords.RecordsWriterNotAllowed.selector;
    }

    /* WHO AND WHAT */

    /// @dev Some campaign, rarely one that there is not.
    function _campaign(uint256 seed) private view returns (uint256) {
        uint256[] memory campaignIds = recallLedger.campaignIds();
        if (campaignIds.length == 0 || seed % 32 == 9)
            return recallLedger.campaignIdOf(cast[0], "26V999999", false);
        return campaignIds[(seed / 32) % campaignIds.length];
    }

    /// @dev A vehicle that a campaign affects or was enrolled in, when there is one.
    function _affected(uint256 campaignId, uint256 seed) private view returns (uint256 vehicleId) {
        for (uint256 i = 0; i < vehicles.length; ++i) {
            vehicleId = _vehicle((seed % vehicles.length) + i);
            RecallLedger.Case memory vehicle = recallLedger.caseOf(campaignId, vehicleId);
            bool isOpen = vehicle.enrolledAt != 0 && vehicle.remedy == Remedy.None;
            if (isOpen || recallLedger.isAffected(vehicleId, campaignId) || seed % 16 == 15) return vehicleId;
        }
    }

    /// @dev Whoever may change a campaign, rarely somebody else.
    function _owner(
        RecallLedger.Action memory campaign,
        uint256 seed
    ) private view returns (address caller, uint64 role) {
        caller = campaign.byAuthority ? _member(Roles.REGISTRAR, seed) : campaign.maker;
        if (seed % 16 == 6 || caller == address(0)) caller = _somebody(seed / 16);
        role = campaign.byAuthority || seed % 16 == 7 ? Roles.REGISTRAR : _roleOf(caller);
    }

    function _whyNotOwner(
        RecallLedger.Action memory campaign,
        address caller,
        uint64 role
    ) private view returns (bytes4) {
        if (campaign.number == 0) return IRecalls.RecallsUnknown.selector;
        if (campaign.status == RemedyStatus.Withdrawn) return IRecalls.RecallsStatusInvalid.selector;
        if (campaign.byAuthority) {
            if (role != Roles.REGISTRAR) return IRecalls.RecallsForeignCampaign.selector;
        } else {
            if (!_isMakerRole(role)) return IRecalls.RecallsRoleNotAllowed.selector;
            if (caller != campaign.maker) return IRecalls.RecallsForeignCampaign.selector;
        }
        return roster.isActive(role, caller) ? CARRIED_OUT : MemberAccess.AccessNotMember.selector;
    }

    function _isMakerRole(uint64 role) private pure returns (bool) {
        return role == Roles.SUPPLIER || role == Roles.MANUFACTURER;
    }

    function _isDestroyed(uint256 vehicleId) private view returns (bool) {
        return ledger.titleOf(vehicleId).status == TitleStatus.Destroyed;
    }
}
