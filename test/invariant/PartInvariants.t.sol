// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ConsignmentStatus} from "../../contracts/types/CustodyTypes.sol";
import {Locks} from "../../contracts/types/Locks.sol";
import {Lot, LotForm, Materials, Unit} from "../../contracts/types/PartTypes.sol";
import {Campaign, RecallScope, VehicleRecall} from "../../contracts/types/RecallTypes.sol";
import {TitleState, TitleStatus} from "../../contracts/types/TitleTypes.sol";
import {PartPlay, PartWorld} from "./PartWorld.sol";
import {Stage} from "./handlers/Handler.sol";
import {PartStage} from "./handlers/PartHandler.sol";
import {PartLedger} from "./handlers/PartLedger.sol";
import {RecallLedger} from "./handlers/RecallLedger.sol";

contract PartsPlay is PartPlay {
    constructor(
        Stage memory stage,
        PartStage memory partStage,
        address supplier,
        address workshop
    ) PartPlay(stage, partStage, supplier, workshop) {}
}

/// @dev P1 to P5 of docs/invariants.md, after every call of any handler.
contract PartInvariants is PartWorld {
    function _play(Stage memory stage, PartStage memory partStage) internal override returns (PartPlay) {
        return new PartsPlay(stage, partStage, supplier, workshop);
    }

    /// @dev Per lot: commissioned = held + in transit + fitted + consumed + decommissioned, where what vehicles' accounts
    /// have beyond what is fitted to them counts as held. In transit is what open consignments say.
    function invariant_P1_NothingIsLost() public view {
        uint256[] memory lotIds = partLedger.lotIds();
        for (uint256 i = 0; i < lotIds.length; ++i) {
            uint256 lotId = lotIds[i];
            Lot memory lot = parts.lotStateOf(lotId);
            PartLedger.Batch memory ghost = partLedger.lotOf(lotId);
            (uint256 held, uint256 onVehicles, uint256 inTransit) = _countUnits(lotId);
            assertEq(onVehicles, lot.fitted, "P1 vehicles have what is fitted to them");
            assertEq(inTransit, _consigned(lotId), "P1 in transit is what is consigned");
            assertEq(
                held + inTransit + onVehicles + lot.consumed + lot.decommissioned,
                lot.quantity,
                "P1 every unit is somewhere"
            );
            assertEq(lot.quantity, ghost.quantity, "P1 what was commissioned stands");
            assertEq(lot.consumed, ghost.consumed, "P1 consumed");
            assertEq(lot.decommissioned, ghost.decommissioned, "P1 decommissioned");
            assertEq(lot.unserialised, ghost.unserialised, "P1 unserialised");
        }
        PartLedger.Parcel[] memory parcels = partLedger.parcels();
        for (uint256 i = 0; i < parcels.length; ++i) {
            assertEq(
                uint256(custody.statusOf(parcels[i].consignmentId)),
                uint256(parcels[i].status),
                "P1 a consignment ends once"
            );
        }
    }

    /// @dev Of each critical material: made <= consumed, in each transform, of each lot and in all; and what is left in all
    /// units never exceeds what was commissioned as material.
    function invariant_P2_NoMaterialFromNowhere() public view {
        uint256[] memory lotIds = partLedger.lotIds();
        uint256 scale = partLedger.SCALE();
        for (uint256 lane = 0; lane < 6; ++lane) {
            (uint256 mined, uint256 consumed, uint256 made) = partLedger.balanceOf(lane);
            assertTrue(made <= consumed, "P2 no more is made than is consumed");
            uint256 left;
            for (uint256 i = 0; i < lotIds.length; ++i) {
                PartLedger.Batch memory ghost = partLedger.lotOf(lotIds[i]);
                Lot memory lot = parts.lotStateOf(lotIds[i]);
                uint256 grams = _grams(parts.contentOf(lotIds[i]), lane);
                uint256 units = uint256(lot.quantity) - lot.consumed - lot.decommissioned;
                assertEq(grams, ghost.grams[lane], "P2 the content of a lot stands");
                assertTrue(ghost.yielded[lane] <= grams * scale, "P2 a lot yields what it contains");
                left += (grams * units * scale) / lot.quantity;
            }
            assertTrue(left <= mined, "P2 no more is left than was commissioned");
        }
        assertEq(partLedger.broken("P2"), "", "P2");
    }

    /// @dev Every unit is where the handlers put it, and the logs of ERC-1155 say the same. As every fitted unit is on its
    /// vehicle, and P4 counts what vehicles carry, none is on two.
    function invariant_P3_FittedUnitsStay() public view {
        uint256[] memory lotIds = partLedger.lotIds();
        for (uint256 i = 0; i < lotIds.length; ++i) {
            PartLedger.Batch memory lot = partLedger.lotOf(lotIds[i]);
            uint32[] memory serials = partLedger.serialsOf(lotIds[i]);
            _checkStock(lotIds[i], lot);
            for (uint256 j = 0; j < serials.length; ++j) _checkUnit(lotIds[i], lot, serials[j]);
        }
        assertEq(partLedger.broken("P3"), "", "P3");
        assertEq(ledger.broken("R1"), "", "P3 fitting and removal are records");
    }

    /// @dev Per lot: the sum over vehicles of what they carry is what is fitted; and vehicles carry what the handlers fitted,
    /// whatever range of serials is asked for.
    function invariant_P4_VehiclesKnowTheirParts() public view {
        uint256[] memory lotIds = partLedger.lotIds();
        for (uint256 i = 0; i < lotIds.length; ++i) {
            PartLedger.Batch memory lot = partLedger.lotOf(lotIds[i]);
            uint256 fitted;
            for (uint256 j = 0; j < vehicles.length; ++j) {
                uint256 count = parts.fittedOf(vehicles[j], lotIds[i]);
                assertEq(
                    count,
                    partLedger.fittedOf(lotIds[i], vehicles[j]),
                    "P4 a vehicle carries what was fitted"
                );
                fitted += count;
                _checkRanges(vehicles[j], lotIds[i], lot);
            }
            assertEq(parts.lotStateOf(lotIds[i]).fitted, fitted, "P4 fitted is what vehicles carry");
        }
    }

    /// @dev Per campaign and vehicle: affected, enrolled, stopped as the handlers' account says; a living title has its
    /// safety lock while a campaign stops it, and no longer.
    function invariant_P5_RecallsFollowTheParts() public view {
        uint256[] memory campaignIds = recallLedger.campaignIds();
        for (uint256 i = 0; i < campaignIds.length; ++i) {
            Campaign memory campaign = recalls.campaignOf(campaignIds[i]);
            RecallLedger.Action memory ghost = recallLedger.campaignOf(campaignIds[i]);
            assertTrue(campaign.enrolled >= campaign.remedied, "P5 who is remedied was enrolled");
            assertEq(campaign.enrolled, ghost.enrolled, "P5 enrolled");
            assertEq(campaign.remedied, ghost.remedied, "P5 remedied");
            assertEq(uint256(campaign.status), uint256(ghost.status), "P5 status");
            assertEq(uint256(campaign.advisory), uint256(ghost.advisory), "P5 advisory");
            for (uint256 j = 0; j < vehicles.length; ++j) _checkCase(campaignIds[i], vehicles[j]);
        }
        for (uint256 j = 0; j < vehicles.length; ++j) {
            uint256 stops = recalls.stopsOf(vehicles[j]);
            assertEq(stops, recallLedger.stopsOf(vehicles[j]), "P5 stops are counted");
            TitleState memory state = title.stateOf(vehicles[j]);
            if (state.status == TitleStatus.Destroyed) continue;
            assertEq(Locks.has(state.locks, Locks.SAFETY), stops != 0, "P5 the safety lock is the stops'");
        }
        _checkHolds();
    }

    /* CHECKS */

    function _countUnits(
        uint256 lotId
    ) private view returns (uint256 held, uint256 onVehicles, uint256 inTransit) {
        uint32[] memory serials = partLedger.serialsOf(lotId);
        for (uint256 i = 0; i <= serials.length; ++i) {
            uint256 partId = (lotId << 32) | (i == 0 ? 0 : serials[i - 1]);
            uint256[] memory balances = _balances(partId);
            uint256 total;
            for (uint256 j = 0; j < balances.length - 1; ++j) total += balances[j];
            held += total;
            inTransit += balances[balances.length - 1];
            total += balances[balances.length - 1];
            assertEq(parts.totalSupply(partId), total, "P1 what there is, somebody has");
        }
        for (uint256 i = 0; i < vehicles.length; ++i) onVehicles += parts.fittedOf(vehicles[i], lotId);
        held -= onVehicles;
    }

    function _consigned(uint256 lotId) private view returns (uint256 quantity) {
        PartLedger.Parcel[] memory parcels = partLedger.parcels();
        for (uint256 i = 0; i < parcels.length; ++i) {
            if (parcels[i].status != ConsignmentStatus.Open) continue;
            uint256[] memory partIds = parcels[i].terms.partIds;
            for (uint256 j = 0; j < partIds.length; ++j) {
                if (partIds[j] >> 32 == lotId) quantity += parcels[i].terms.quantities[j];
            }
        }
    }

    /// @dev Units without a serial, of every account.
    function _checkStock(uint256 lotId, PartLedger.Batch memory lot) private view {
        uint256[] memory balances = _balances(lotId << 32);
        for (uint256 i = 0; i < balances.length; ++i) {
            uint256 expected = partLedger.stockOf(lotId, accounts[i]);
            if (lot.form == LotForm.Serialised) expected = accounts[i] == lot.maker ? lot.unserialised : 0;
            for (uint256 j = 0; lot.form == LotForm.Counted && j < vehicles.length; ++j) {
                if (partLedger.accountOf(vehicles[j]) != accounts[i]) continue;
                expected += partLedger.fittedOf(lotId, vehicles[j]);
            }
            assertEq(balances[i], expected, "P3 stock is where it was put");
            assertEq(partLedger.loggedOf(lotId << 32, accounts[i]), expected, "P3 logs tell of stock");
        }
    }

    function _checkUnit(uint256 lotId, PartLedger.Batch memory lot, uint32 serial) private view {
        uint256 partId = (lotId << 32) | serial;
        Unit memory unit = parts.unitOf(partId);
        PartLedger.Piece memory ghost = partLedger.unitOf(partId);
        assertEq(unit.holder, ghost.holder, "P3 a unit is where it was put");
        assertEq(uint256(unit.state), uint256(ghost.state), "P3 a unit's state");
        assertEq(uint256(unit.service), uint256(ghost.service), "P3 a unit's service");
        assertEq(unit.lastVehicle, uint80(ghost.lastVehicle), "P3 a unit's last vehicle");

        uint256 expected = ghost.holder == address(0) ? 0 : 1;
        assertEq(partLedger.loggedSupplyOf(partId), expected, "P3 logs tell of one unit");
        if (expected == 0) return;
        assertEq(parts.balanceOf(ghost.holder, partId), 1, "P3 its holder has a unit");
        assertEq(partLedger.loggedOf(partId, ghost.holder), 1, "P3 logs tell who has a unit");
        if (ghost.vehicleId == 0) return;
        assertTrue(
            parts.carriesAny(ghost.vehicleId, lot.maker, _range(lot.number, serial, serial)),
            "P3 a fitted unit is on its vehicle"
        );
    }

    /// @dev Every range that begins or ends where the lot does. Counted lots are asked for whole.
    function _checkRanges(uint256 vehicleId, uint256 lotId, PartLedger.Batch memory lot) private view {
        if (lot.form != LotForm.Serialised) return _checkRange(vehicleId, lotId, lot, 0, 0);
        _checkRange(vehicleId, lotId, lot, 1, lot.quantity);
        if (partLedger.fittedOf(lotId, vehicleId) == 0) return;
        for (uint256 serial = 2; serial <= lot.quantity; ++serial) {
            _checkRange(vehicleId, lotId, lot, 1, serial - 1);
            _checkRange(vehicleId, lotId, lot, serial, lot.quantity);
        }
    }

    function _checkRange(
        uint256 vehicleId,
        uint256 lotId,
        PartLedger.Batch memory lot,
        uint256 from,
        uint256 to
    ) private view {
        assertEq(
            parts.carriesAny(vehicleId, lot.maker, _range(lot.number, from, to)),
            partLedger.carries(vehicleId, lotId, from, to),
            "P4 a vehicle carries a range or does not"
        );
    }

    function _checkCase(uint256 campaignId, uint256 vehicleId) private view {
        VehicleRecall memory vehicle = recalls.vehicleRecallOf(campaignId, vehicleId);
        RecallLedger.Case memory ghost = recallLedger.caseOf(campaignId, vehicleId);
        assertEq(
            recalls.isAffected(vehicleId, campaignId),
            recallLedger.isAffected(vehicleId, campaignId),
            "P5 who carries what is recalled is affected"
        );
        assertEq(uint256(vehicle.remedy), uint256(ghost.remedy), "P5 the remedy of a vehicle");
        assertEq(vehicle.isStopped, ghost.isStopped, "P5 a campaign stops a vehicle");
        assertEq(vehicle.enrolledAt, ghost.enrolledAt, "P5 since when a vehicle is enrolled");
        assertEq(vehicle.notifiedAt, ghost.notifiedAt, "P5 since when a holder is notified");
        assertEq(vehicle.remediedAt, ghost.remediedAt, "P5 since when a vehicle is remedied");
        assertTrue(vehicle.remediedAt == 0 || vehicle.enrolledAt != 0, "P5 the remedied were enrolled");
    }

    function _checkHolds() private view {
        uint256[] memory lotIds = partLedger.lotIds();
        for (uint256 i = 0; i < lotIds.length; ++i) {
            PartLedger.Batch memory lot = partLedger.lotOf(lotIds[i]);
            uint256 last = lot.form == LotForm.Serialised ? lot.quantity : 0;
            for (uint256 serial = 0; serial <= last; ++serial) {
                uint256 partId = (lotIds[i] << 32) | serial;
                assertEq(parts.isHeld(partId), recallLedger.isHeld(partId), "P5 held while recalled");
            }
        }
    }

    function _balances(uint256 partId) private view returns (uint256[] memory) {
        uint256[] memory partIds = new uint256[](accounts.length);
        for (uint256 i = 0; i < partIds.length; ++i) partIds[i] = partId;
        return parts.balanceOfBatch(accounts, partIds);
    }

    function _range(
        uint64 lotNumber,
        uint256 from,
        uint256 to
    ) private pure returns (RecallScope[] memory scopes) {
        scopes = new RecallScope[](1);
        scopes[0] = RecallScope({lotNumber: lotNumber, fromSerial: uint32(from), toSerial: uint32(to)});
    }

    function _grams(Materials memory content, uint256 lane) private pure returns (uint256) {
        uint40[6] memory grams = [
            content.cobaltG,
            content.lithiumG,
            content.nickelG,
            content.leadG,
            content.graphiteG,
            content.rareEarthsG
        ];
        return grams[lane];
    }
}
