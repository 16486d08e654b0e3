// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    Advisory,
    RecallInput,
    RecallScope,
    Remedy,
    RemedyStatus
} from "../../../contracts/types/RecallTypes.sol";
import {PartLedger} from "./PartLedger.sol";

/// @dev What every campaign must have come to, kept from what the handlers did. Holds are not kept: a unit is held while
/// it lies in the scope of a campaign that is not withdrawn.
contract RecallLedger {
    struct Action {
        address maker;
        bytes9 number;
        bool byAuthority;
        RemedyStatus status;
        Advisory advisory;
        uint256 enrolled;
        uint256 remedied;
        RecallScope[] scopes;
    }

    struct Case {
        Remedy remedy;
        bool isStopped;
        uint256 enrolledAt;
        uint256 notifiedAt;
        uint256 remediedAt;
    }

    PartLedger private immutable _partLedger;

    mapping(uint256 campaignId => Action) private _campaigns;
    mapping(uint256 campaignId => mapping(uint256 vehicleId => Case)) private _cases;
    uint256[] private _campaignIds;

    constructor(PartLedger partLedger) {
        _partLedger = partLedger;
    }

    /* WHAT HANDLERS SAY */

    function noteOpened(RecallInput calldata recall, bool byAuthority) external {
        uint256 campaignId = campaignIdOf(recall.maker, recall.number, byAuthority);
        Action storage campaign = _campaigns[campaignId];
        campaign.maker = recall.maker;
        campaign.number = recall.number;
        campaign.byAuthority = byAuthority;
        campaign.status = recall.status;
        campaign.advisory = recall.advisory;
        for (uint256 i = 0; i < recall.lots.length; ++i) campaign.scopes.push(recall.lots[i]);
        _campaignIds.push(campaignId);
    }

    function noteUpdated(uint256 campaignId, RemedyStatus status, Advisory advisory) external {
        _campaigns[campaignId].status = status;
        _campaigns[campaignId].advisory = advisory;
    }

    /// @dev A vehicle was brought up to date; a destroyed one is stopped no more than it was.
    function noteSeen(uint256 campaignId, uint256 vehicleId, bool isDestroyed) public {
        bool isAffectedNow = isAffected(vehicleId, campaignId);
        if (isAffectedNow) _noteEnrolled(campaignId, vehicleId);
        bool mustStop = isAffectedNow && _campaigns[campaignId].advisory == Advisory.DoNotDrive;
        if (!mustStop || !isDestroyed) _cases[campaignId][vehicleId].isStopped = mustStop;
    }

    function noteNotified(uint256 campaignId, uint256 vehicleId, bool isDestroyed) external {
        noteSeen(campaignId, vehicleId, isDestroyed);
        _cases[campaignId][vehicleId].notifiedAt = block.timestamp;
    }

    function noteRemedied(uint256 campaignId, uint256 vehicleId, Remedy remedy) external {
        _noteEnrolled(campaignId, vehicleId);
        ++_campaigns[campaignId].remedied;
        Case storage vehicle = _cases[campaignId][vehicleId];
        vehicle.remedy = remedy;
        vehicle.remediedAt = block.timestamp;
        vehicle.isStopped = false;
    }

    function _noteEnrolled(uint256 campaignId, uint256 vehicleId) private {
        if (_cases[campaignId][vehicleId].enrolledAt != 0) return;
        _cases[campaignId][vehicleId].enrolledAt = block.timestamp;
        ++_campaigns[campaignId].enrolled;
    }

    /* VIEWS */

    function campaignIds() external view returns (uint256[] memory) {
        return _campaignIds;
    }

    function campaignOf(uint256 campaignId) external view returns (Action memory) {
        return _campaigns[campaignId];
    }

    function caseOf(uint256 campaignId, uint256 vehicleId) external view returns (Case memory) {
        return _cases[campaignId][vehicleId];
    }

    function exists(uint256 campaignId) public view returns (bool) {
        return _campaigns[campaignId].number != 0;
    }

    function isAffected(uint256 vehicleId, uint256 campaignId) public view returns (bool) {
        return
            _campaigns[campaignId].status != RemedyStatus.Withdrawn &&
            _cases[campaignId][vehicleId].remedy == Remedy.None &&
            carries(vehicleId, campaignId);
    }

    /// @dev Whether a vehicle carries what a campaign recalls, remedied or not.
    function carries(uint256 vehicleId, uint256 campaignId) public view returns (bool) {
        Action storage campaign = _campaigns[campaignId];
        for (uint256 i = 0; i < campaign.scopes.length; ++i) {
            RecallScope storage scope = campaign.scopes[i];
            uint256 lotId = _lotIdOf(campaign.maker, scope.lotNumber);
            if (_partLedger.carries(vehicleId, lotId, scope.fromSerial, scope.toSerial)) return true;
        }
        return false;
    }

    function isHeld(uint256 partId) external view returns (bool) {
        for (uint256 i = 0; i < _campaignIds.length; ++i) {
            Action storage campaign = _campaigns[_campaignIds[i]];
            if (campaign.status == RemedyStatus.Withdrawn) continue;
            for (uint256 j = 0; j < campaign.scopes.length; ++j) {
                RecallScope storage scope = campaign.scopes[j];
                uint256 serial = uint32(partId);
                if (_lotIdOf(campaign.maker, scope.lotNumber) != partId >> 32) continue;
                if (serial == 0 || (serial >= scope.fromSerial && serial <= scope.toSerial)) return true;
            }
        }
        return false;
    }

    /// @dev How many campaigns stop a vehicle.
    function stopsOf(uint256 vehicleId) external view returns (uint256 stops) {
        for (uint256 i = 0; i < _campaignIds.length; ++i) {
            if (_cases[_campaignIds[i]][vehicleId].isStopped) ++stops;
        }
    }

    function campaignIdOf(address maker, bytes9 number, bool byAuthority) public pure returns (uint256) {
        return uint256(uint160(maker)) * 2 ** 96 + (byAuthority ? 2 ** 72 : 0) + uint256(uint72(number));
    }

    function _lotIdOf(address maker, uint256 number) private pure returns (uint256) {
        return uint256(uint160(maker)) * 2 ** 64 + number;
    }
}
