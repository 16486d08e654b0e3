// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Roles} from "../../contracts/access/Roles.sol";
import {ConsignmentStatus} from "../../contracts/types/CustodyTypes.sol";
import {Locks} from "../../contracts/types/Locks.sol";
import {
    CriticalMaterial,
    Lot,
    LotForm,
    LotInput,
    Materials,
    Unit,
    UnitState
} from "../../contracts/types/PartTypes.sol";
import {
    Advisory,
    Campaign,
    RecallInput,
    RecallScope,
    RemedyStatus,
    VehicleRecall
} from "../../contracts/types/RecallTypes.sol";
import {Record, RecordInput} from "../../contracts/types/RecordTypes.sol";
import {TitleState, TitleStatus} from "../../contracts/types/TitleTypes.sol";
import {PartsTest} from "../helpers/PartsTest.sol";
import {FittingHandler} from "./handlers/FittingHandler.sol";
import {ForecourtHandler} from "./handlers/ForecourtHandler.sol";
import {Handler, Stage} from "./handlers/Handler.sol";
import {Ledger} from "./handlers/Ledger.sol";
import {LotHandler} from "./handlers/LotHandler.sol";
import {PartCustodyHandler} from "./handlers/PartCustodyHandler.sol";
import {PartHandler, PartStage} from "./handlers/PartHandler.sol";
import {PartLedger} from "./handlers/PartLedger.sol";
import {RecallHandler} from "./handlers/RecallHandler.sol";
import {RecallLedger} from "./handlers/RecallLedger.sol";
import {Roster} from "./handlers/Roster.sol";

/// @dev All handlers in one, so that each of their functions is called as often as any other. It begins where much can go
/// wrong: a car nearly full of one lot's units, some of them recalled, a wreck with parts, and stock at a workshop.
contract PartPlay is LotHandler, FittingHandler, ForecourtHandler, PartCustodyHandler, RecallHandler {
    constructor(
        Stage memory stage,
        PartStage memory partStage,
        address supplier,
        address workshop
    ) Handler(stage) PartHandler(partStage) {
        _stock(supplier, workshop);
        RecallInput memory recall;
        recall.maker = supplier;
        recall.number = "25E000009";
        recall.advisory = Advisory.DoNotDrive;
        recall.status = RemedyStatus.Available;
        recall.evidenceHash = keccak256("evidence");
        recall.lots = new RecallScope[](1);
        recall.lots[0] = RecallScope({lotNumber: 1, fromSerial: 2, toSerial: 3});
        _openRecall(recall, supplier, Roles.SUPPLIER);

        address recycler = roster.some(Roles.RECYCLER, 1);
        _sell(vehicles[4], recycler, ledger.titleOf(vehicles[4]).holder);
        _destroy(vehicles[4], recycler);
    }

    function _stock(address supplier, address workshop) private {
        uint32[] memory serials = new uint32[](10);
        for (uint32 i = 0; i < 10; ++i) serials[i] = i + 1;
        uint256 unitsId = _made(supplier, 1, LotForm.Serialised, 12);
        uint256 boltsId = _made(supplier, 2, LotForm.Counted, 12);
        _made(supplier, 3, LotForm.Material, 40);
        _serialise(supplier, Roles.SUPPLIER, 1, serials);
        for (uint256 serial = 1; serial <= 10; ++serial) {
            uint256 partId = (unitsId << 32) | serial;
            _send(supplier, supplier, workshop, partId, 1);
            // serials 1 to 7 on the first vehicle, 8 on the second
            if (serial <= 8) _fit(workshop, Roles.WORKSHOP, partId, 1, vehicles[serial / 8]);
        }
        _fit(workshop, Roles.WORKSHOP, (unitsId << 32) | 9, 1, vehicles[4]);
        _send(supplier, supplier, workshop, boltsId << 32, 11);
        _fit(workshop, Roles.WORKSHOP, boltsId << 32, 3, vehicles[1]);
        _fit(workshop, Roles.WORKSHOP, boltsId << 32, 4, vehicles[4]);
    }

    function _made(address maker, uint64 number, LotForm form, uint40 quantity) private returns (uint256) {
        bool isMaterial = form == LotForm.Material;
        _commission(
            maker,
            Roles.SUPPLIER,
            LotInput({
                number: number,
                form: form,
                material: isMaterial ? CriticalMaterial.Cobalt : CriticalMaterial.Other,
                quantity: quantity,
                expiryDay: 0,
                content: Materials(0, 0, 0, 0, 0, 0),
                documentHash: keccak256("lot")
            })
        );
        return partLedger.lotIdOf(maker, number);
    }
}

/// @dev P1 to P5 of docs/invariants.md, after every call of any handler: three makers, two workshops, a recycler and a
/// dismantler, holders and a stranger, five cars and an id that is of none.
contract PartInvariants is PartsTest {
    Ledger private _ledger;
    PartLedger private _partLedger;
    RecallLedger private _recallLedger;

    uint256[] private _vehicles;
    /// @dev All accounts that ever hold parts: the cast, the vehicles' accounts and the custody.
    address[] private _accounts;
    address[] private _targets;

    function setUp() public override {
        super.setUp();
        _ledger = new Ledger(title, records);
        _partLedger = new PartLedger(address(parts));
        _recallLedger = new RecallLedger(_partLedger);
        Stage memory stage;
        stage.consortium = consortium;
        stage.records = records;
        stage.title = title;
        stage.keys = keys;
        stage.ledger = _ledger;
        stage.roster = _roster();
        stage.guardian = guardian;
        stage.admissions = admissions;
        stage.holders = _cast();
        for (uint256 i = 1; i <= 6; ++i) _vehicles.push(uint256(keccak256(abi.encode("vehicle", i))));
        stage.vehicles = _vehicles;
        for (uint256 i = 0; i < 5; ++i) _introduce(_vehicles[i], i % 2 == 0 ? holder : buyer);

        _accounts = _cast();
        for (uint256 i = 0; i < _vehicles.length; ++i) _accounts.push(_partLedger.accountOf(_vehicles[i]));
        _accounts.push(address(custody));
        _openUp();
        _targets.push(address(_play(stage)));
    }

    function targetContracts() public view returns (address[] memory) {
        return _targets;
    }

    /// @dev Per lot: commissioned = held + in transit + fitted + consumed + decommissioned, where what vehicles' accounts
    /// have beyond what is fitted to them counts as held. In transit is what open consignments say.
    function invariant_P1_NothingIsLost() public view {
        uint256[] memory lotIds = _partLedger.lotIds();
        for (uint256 i = 0; i < lotIds.length; ++i) {
            uint256 lotId = lotIds[i];
            Lot memory lot = parts.lotStateOf(lotId);
            PartLedger.Batch memory ghost = _partLedger.lotOf(lotId);
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
        PartLedger.Parcel[] memory parcels = _partLedger.parcels();
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
        uint256[] memory lotIds = _partLedger.lotIds();
        uint256 scale = _partLedger.SCALE();
        for (uint256 lane = 0; lane < 6; ++lane) {
            (uint256 mined, uint256 consumed, uint256 made) = _partLedger.balanceOf(lane);
            assertTrue(made <= consumed, "P2 no more is made than is consumed");
            uint256 left;
            for (uint256 i = 0; i < lotIds.length; ++i) {
                PartLedger.Batch memory ghost = _partLedger.lotOf(lotIds[i]);
                Lot memory lot = parts.lotStateOf(lotIds[i]);
                uint256 grams = _grams(parts.contentOf(lotIds[i]), lane);
                uint256 units = uint256(lot.quantity) - lot.consumed - lot.decommissioned;
                assertEq(grams, ghost.grams[lane], "P2 the content of a lot stands");
                assertTrue(ghost.yielded[lane] <= grams * scale, "P2 a lot yields what it contains");
                left += (grams * units * scale) / lot.quantity;
            }
            assertTrue(left <= mined, "P2 no more is left than was commissioned");
        }
        assertEq(_partLedger.broken("P2"), "", "P2");
    }

    /// @dev Every unit is where the handlers put it, and the logs of ERC-1155 say the same. As every fitted unit is on its
    /// vehicle, and P4 counts what vehicles carry, none is on two.
    function invariant_P3_FittedUnitsStay() public view {
        uint256[] memory lotIds = _partLedger.lotIds();
        for (uint256 i = 0; i < lotIds.length; ++i) {
            PartLedger.Batch memory lot = _partLedger.lotOf(lotIds[i]);
            uint32[] memory serials = _partLedger.serialsOf(lotIds[i]);
            _checkStock(lotIds[i], lot);
            for (uint256 j = 0; j < serials.length; ++j) _checkUnit(lotIds[i], lot, serials[j]);
        }
        assertEq(_partLedger.broken("P3"), "", "P3");
        assertEq(_ledger.broken("R1"), "", "P3 fitting and removal are records");
    }

    /// @dev Per lot: the sum over vehicles of what they carry is what is fitted; and vehicles carry what the handlers fitted,
    /// whatever range of serials is asked for.
    function invariant_P4_VehiclesKnowTheirParts() public view {
        uint256[] memory lotIds = _partLedger.lotIds();
        for (uint256 i = 0; i < lotIds.length; ++i) {
            PartLedger.Batch memory lot = _partLedger.lotOf(lotIds[i]);
            uint256 fitted;
            for (uint256 j = 0; j < _vehicles.length; ++j) {
                uint256 count = parts.fittedOf(_vehicles[j], lotIds[i]);
                assertEq(
                    count,
                    _partLedger.fittedOf(lotIds[i], _vehicles[j]),
                    "P4 a vehicle carries what was fitted"
                );
                fitted += count;
                _checkRanges(_vehicles[j], lotIds[i], lot);
            }
            assertEq(parts.lotStateOf(lotIds[i]).fitted, fitted, "P4 fitted is what vehicles carry");
        }
    }

    /// @dev Per campaign and vehicle: affected, enrolled, stopped as the handlers' account says; a living title has its
    /// safety lock while a campaign stops it, and no longer.
    function invariant_P5_RecallsFollowTheParts() public view {
        uint256[] memory campaignIds = _recallLedger.campaignIds();
        for (uint256 i = 0; i < campaignIds.length; ++i) {
            Campaign memory campaign = recalls.campaignOf(campaignIds[i]);
            RecallLedger.Action memory ghost = _recallLedger.campaignOf(campaignIds[i]);
            assertTrue(campaign.enrolled >= campaign.remedied, "P5 who is remedied was enrolled");
            assertEq(campaign.enrolled, ghost.enrolled, "P5 enrolled");
            assertEq(campaign.remedied, ghost.remedied, "P5 remedied");
            assertEq(uint256(campaign.status), uint256(ghost.status), "P5 status");
            assertEq(uint256(campaign.advisory), uint256(ghost.advisory), "P5 advisory");
            for (uint256 j = 0; j < _vehicles.length; ++j) _checkCase(campaignIds[i], _vehicles[j]);
        }
        for (uint256 j = 0; j < _vehicles.length; ++j) {
            uint256 stops = recalls.stopsOf(_vehicles[j]);
            assertEq(stops, _recallLedger.stopsOf(_vehicles[j]), "P5 stops are counted");
            TitleState memory state = title.stateOf(_vehicles[j]);
            if (state.status == TitleStatus.Destroyed) continue;
            assertEq(Locks.has(state.locks, Locks.SAFETY), stops != 0, "P5 the safety lock is the stops'");
        }
        _checkHolds();
    }

    /* CHECKS */

    function _countUnits(
        uint256 lotId
    ) private view returns (uint256 held, uint256 onVehicles, uint256 inTransit) {
        uint32[] memory serials = _partLedger.serialsOf(lotId);
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
        for (uint256 i = 0; i < _vehicles.length; ++i) onVehicles += parts.fittedOf(_vehicles[i], lotId);
        held -= onVehicles;
    }

    function _consigned(uint256 lotId) private view returns (uint256 quantity) {
        PartLedger.Parcel[] memory parcels = _partLedger.parcels();
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
            uint256 expected = _partLedger.stockOf(lotId, _accounts[i]);
            if (lot.form == LotForm.Serialised) expected = _accounts[i] == lot.maker ? lot.unserialised : 0;
            for (uint256 j = 0; lot.form == LotForm.Counted && j < _vehicles.length; ++j) {
                if (_partLedger.accountOf(_vehicles[j]) != _accounts[i]) continue;
                expected += _partLedger.fittedOf(lotId, _vehicles[j]);
            }
            assertEq(balances[i], expected, "P3 stock is where it was put");
            assertEq(_partLedger.loggedOf(lotId << 32, _accounts[i]), expected, "P3 logs tell of stock");
        }
    }

    function _checkUnit(uint256 lotId, PartLedger.Batch memory lot, uint32 serial) private view {
        uint256 partId = (lotId << 32) | serial;
        Unit memory unit = parts.unitOf(partId);
        PartLedger.Piece memory ghost = _partLedger.unitOf(partId);
        assertEq(unit.holder, ghost.holder, "P3 a unit is where it was put");
        assertEq(uint256(unit.state), uint256(ghost.state), "P3 a unit's state");
        assertEq(uint256(unit.service), uint256(ghost.service), "P3 a unit's service");
        assertEq(unit.lastVehicle, uint80(ghost.lastVehicle), "P3 a unit's last vehicle");

        uint256 expected = ghost.holder == address(0) ? 0 : 1;
        assertEq(_partLedger.loggedSupplyOf(partId), expected, "P3 logs tell of one unit");
        if (expected == 0) return;
        assertEq(parts.balanceOf(ghost.holder, partId), 1, "P3 its holder has a unit");
        assertEq(_partLedger.loggedOf(partId, ghost.holder), 1, "P3 logs tell who has a unit");
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
        if (_partLedger.fittedOf(lotId, vehicleId) == 0) return;
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
            _partLedger.carries(vehicleId, lotId, from, to),
            "P4 a vehicle carries a range or does not"
        );
    }

    function _checkCase(uint256 campaignId, uint256 vehicleId) private view {
        VehicleRecall memory vehicle = recalls.vehicleRecallOf(campaignId, vehicleId);
        RecallLedger.Case memory ghost = _recallLedger.caseOf(campaignId, vehicleId);
        assertEq(
            recalls.isAffected(vehicleId, campaignId),
            _recallLedger.isAffected(vehicleId, campaignId),
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
        uint256[] memory lotIds = _partLedger.lotIds();
        for (uint256 i = 0; i < lotIds.length; ++i) {
            PartLedger.Batch memory lot = _partLedger.lotOf(lotIds[i]);
            uint256 last = lot.form == LotForm.Serialised ? lot.quantity : 0;
            for (uint256 serial = 0; serial <= last; ++serial) {
                uint256 partId = (lotIds[i] << 32) | serial;
                assertEq(parts.isHeld(partId), _recallLedger.isHeld(partId), "P5 held while recalled");
            }
        }
    }

    function _balances(uint256 partId) private view returns (uint256[] memory) {
        uint256[] memory partIds = new uint256[](_accounts.length);
        for (uint256 i = 0; i < partIds.length; ++i) partIds[i] = partId;
        return parts.balanceOfBatch(_accounts, partIds);
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

    /* THE WORLD */

    function _cast() private view returns (address[] memory cast) {
        cast = new address[](10);
        cast[0] = miner;
        cast[1] = supplier;
        cast[2] = manufacturer;
        cast[3] = workshop;
        cast[4] = address(0xA001); // another workshop
        cast[5] = recycler;
        cast[6] = address(0xA002); // dismantles cars: workshop and recycler
        cast[7] = holder;
        cast[8] = buyer;
        cast[9] = stranger;
    }

    function _roster() private returns (Roster roster) {
        roster = new Roster();
        roster.seat(Roles.REGISTRAR, registrar, NOW);
        roster.seat(Roles.COURT, court, NOW);
        roster.seat(Roles.MANUFACTURER, manufacturer, NOW);
        roster.seat(Roles.SUPPLIER, supplier, NOW);
        roster.seat(Roles.SUPPLIER, miner, NOW);
        roster.seat(Roles.WORKSHOP, workshop, NOW);
        roster.seat(Roles.RECYCLER, recycler, NOW);
        consortium.grantRole(Roles.WORKSHOP, address(0xA001), 0);
        consortium.grantRole(Roles.WORKSHOP, address(0xA002), 0);
        consortium.grantRole(Roles.RECYCLER, address(0xA002), 0);
        roster.seat(Roles.WORKSHOP, address(0xA001), NOW);
        roster.seat(Roles.WORKSHOP, address(0xA002), NOW);
        roster.seat(Roles.RECYCLER, address(0xA002), NOW);
    }

    /// @dev Registers a car before the eyes of the ledger.
    function _introduce(uint256 vehicleId, address firstHolder) private {
        RecordInput memory birth = _birth(vehicleId);
        Record memory record;
        record.index = 1;
        record.documentHash = birth.documentHash;
        record.observedAt = BORN;
        record.recordedAt = NOW;
        record.role = Roles.MANUFACTURER;
        _ledger.expectRecord(vehicleId, manufacturer, birth.kind, record);
        vm.recordLogs();
        _register(vehicleId, firstHolder);
        _ledger.absorb(vm.getRecordedLogs());
    }

    /// @dev Everybody lets the custody take what is consigned, and the buyer a workshop what it has.
    function _openUp() private {
        address[] memory cast = _cast();
        for (uint256 i = 0; i < cast.length; ++i) {
            vm.prank(cast[i]);
            parts.setApprovalForAll(address(custody), true);
        }
        vm.prank(buyer);
        parts.setApprovalForAll(workshop, true);
    }

    function _play(Stage memory stage) private returns (PartPlay) {
        PartStage memory partStage = PartStage({
            workOrders: workOrders,
            parts: parts,
            custody: custody,
            recalls: recalls,
            partLedger: _partLedger,
            recallLedger: _recallLedger,
            cast: _cast()
        });
        return new PartPlay(stage, partStage, supplier, workshop);
    }
}
