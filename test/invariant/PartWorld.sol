// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Roles} from "../../contracts/access/Roles.sol";
import {CriticalMaterial, LotForm, LotInput, PartAmount} from "../../contracts/types/PartTypes.sol";
import {Advisory, RecallInput, RecallScope, RemedyStatus} from "../../contracts/types/RecallTypes.sol";
import {Record, RecordInput} from "../../contracts/types/RecordTypes.sol";
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
abstract contract PartPlay is
    LotHandler,
    FittingHandler,
    ForecourtHandler,
    PartCustodyHandler,
    RecallHandler
{
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
        uint256 unitsId = partLedger.lotIdOf(supplier, 1);
        uint256 boltsId = partLedger.lotIdOf(supplier, 2);
        _make(supplier);
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

    /// @dev Units and bolts out of some of the cobalt of a third lot, of grams that are no multiple of their number.
    function _make(address maker) private {
        _commission(maker, Roles.SUPPLIER, _lot(3, LotForm.Material, 80, 0));
        PartAmount[] memory inputs = new PartAmount[](1);
        inputs[0] = PartAmount({partId: partLedger.lotIdOf(maker, 3) << 32, quantity: 40});
        LotInput[] memory outputs = new LotInput[](2);
        outputs[0] = _lot(1, LotForm.Serialised, 12, 17);
        outputs[1] = _lot(2, LotForm.Counted, 12, 23);
        _transform(maker, Roles.SUPPLIER, inputs, outputs);
    }

    function _lot(
        uint64 number,
        LotForm form,
        uint40 quantity,
        uint40 cobaltG
    ) private pure returns (LotInput memory lot) {
        lot.number = number;
        lot.form = form;
        if (form == LotForm.Material) lot.material = CriticalMaterial.Cobalt;
        lot.quantity = quantity;
        lot.content.cobaltG = cobaltG;
        lot.documentHash = keccak256("lot");
    }
}

/// @dev Five handlers play with three makers, two workshops, a recycler and a dismantler, holders and a stranger, five cars
/// and an id that is of none. What must hold afterwards stands in the contract that extends this one.
abstract contract PartWorld is PartsTest {
    Ledger internal ledger;
    PartLedger internal partLedger;
    RecallLedger internal recallLedger;

    uint256[] internal vehicles;
    /// @dev All accounts that ever hold parts: the cast, the vehicles' accounts and the custody.
    address[] internal accounts;
    address[] private _targets;

    function setUp() public override {
        super.setUp();
        ledger = new Ledger(title, records);
        partLedger = new PartLedger(address(parts));
        recallLedger = new RecallLedger(partLedger);
        Stage memory stage;
        stage.consortium = consortium;
        stage.records = records;
        stage.title = title;
        stage.keys = keys;
        stage.ledger = ledger;
        stage.roster = _roster();
        stage.guardian = guardian;
        stage.admissions = admissions;
        stage.holders = _cast();
        for (uint256 i = 1; i <= 6; ++i) vehicles.push(uint256(keccak256(abi.encode("vehicle", i))));
        stage.vehicles = vehicles;
        for (uint256 i = 0; i < 5; ++i) _introduce(vehicles[i], i % 2 == 0 ? holder : buyer);

        accounts = _cast();
        for (uint256 i = 0; i < vehicles.length; ++i) accounts.push(partLedger.accountOf(vehicles[i]));
        accounts.push(address(custody));
        _openUp();
        PartStage memory partStage = PartStage({
            workOrders: workOrders,
            parts: parts,
            custody: custody,
            recalls: recalls,
            partLedger: partLedger,
            recallLedger: recallLedger,
            cast: _cast()
        });
        _targets.push(address(_play(stage, partStage)));
    }

    function targetContracts() public view returns (address[] memory) {
        return _targets;
    }

    /// @dev The runner knows contracts of the test's own file only: each test file has a `PartPlay` of its own.
    function _play(Stage memory stage, PartStage memory partStage) internal virtual returns (PartPlay);

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
        ledger.expectRecord(vehicleId, manufacturer, birth.kind, record);
        vm.recordLogs();
        _register(vehicleId, firstHolder);
        ledger.absorb(vm.getRecordedLogs());
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
}
