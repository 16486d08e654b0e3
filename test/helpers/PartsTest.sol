// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MemberAccess} from "../../contracts/access/MemberAccess.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {PartCertificates} from "../../contracts/parts/PartCertificates.sol";
import {PartCustody} from "../../contracts/parts/PartCustody.sol";
import {PartTwins} from "../../contracts/parts/PartTwins.sol";
import {QualityNotifications} from "../../contracts/parts/QualityNotifications.sol";
import {Recalls} from "../../contracts/parts/Recalls.sol";
import {Locks} from "../../contracts/types/Locks.sol";
import {
    CriticalMaterial,
    LotForm,
    LotInput,
    Materials,
    PartAmount
} from "../../contracts/types/PartTypes.sol";
import {RecordKinds} from "../../contracts/types/RecordKinds.sol";
import {KindWriters, OdometerUnit, RecordInput} from "../../contracts/types/RecordTypes.sol";
import {WorkOrders} from "../../contracts/vehicle/WorkOrders.sol";
import {BlokTest} from "./BlokTest.sol";

/// @dev The part domain on top of titles and records, with members of the classes that handle parts, and one car. The
/// wiring is that of sdk/src/consortium/authority.ts; an integration test compares the table with a deployment.
abstract contract PartsTest is BlokTest {
    uint256 internal constant CAR = uint256(keccak256("car"));
    uint256 internal constant OTHER_CAR = uint256(keccak256("other car"));

    WorkOrders internal workOrders;
    PartTwins internal parts;
    PartCustody internal custody;
    PartCertificates internal certificates;
    Recalls internal recalls;
    QualityNotifications internal notifications;

    address internal miner = address(uint160(uint256(keccak256("miner"))));
    address internal supplier = address(uint160(uint256(keccak256("supplier"))));
    address internal auditor = address(uint160(uint256(keccak256("auditor"))));
    /// @dev A contract that knows recalls, other than `recalls`.
    address internal recallController = address(uint160(uint256(keccak256("recallController"))));

    function setUp() public virtual override {
        super.setUp();
        vm.label(miner, "miner");
        vm.label(supplier, "supplier");
        vm.label(auditor, "auditor");
        vm.label(recallController, "recallController");
        workOrders = WorkOrders(_deploy("WorkOrders", abi.encode(title)));
        address metadata = _deploy("PartMetadata", "");
        parts = PartTwins(_deploy("PartTwins", abi.encode(consortium, workOrders, metadata)));
        custody = PartCustody(_deploy("PartCustody", abi.encode(parts)));
        certificates = PartCertificates(_deploy("PartCertificates", abi.encode(consortium, parts)));
        recalls = Recalls(_deploy("Recalls", abi.encode(consortium, parts)));
        notifications = QualityNotifications(_deploy("QualityNotifications", abi.encode(consortium, parts)));

        consortium.grantRole(Roles.RECORD_CONTROLLER, address(parts), 0);
        consortium.grantRole(Roles.RECORD_CONTROLLER, address(recalls), 0);
        consortium.grantRole(Roles.RECALL_CONTROLLER, address(recalls), 0);
        consortium.grantRole(Roles.RECALL_CONTROLLER, recallController, 0);
        consortium.grantRole(Roles.SAFETY_CONTROLLER, address(recalls), 0);
        consortium.grantRole(Roles.SUPPLIER, miner, 0);
        consortium.grantRole(Roles.SUPPLIER, supplier, 0);
        consortium.grantRole(Roles.AUDITOR, auditor, 0);

        uint64 controller = _set(Roles.RECORD_CONTROLLER);
        uint64 fitters = _set(Roles.WORKSHOP) | _set(Roles.MANUFACTURER);
        KindWriters[] memory rows = new KindWriters[](4);
        rows[0] = KindWriters(RecordKinds.PART_FITTED, fitters | controller);
        rows[1] = KindWriters(RecordKinds.PART_REMOVED, fitters | _set(Roles.RECYCLER) | controller);
        rows[2] = KindWriters(
            RecordKinds.RECALL_NOTICE,
            _set(Roles.MANUFACTURER) | _set(Roles.SUPPLIER) | _set(Roles.REGISTRAR) | controller
        );
        rows[3] = KindWriters(RecordKinds.CAMPAIGN_REMEDY, fitters | controller);
        records.setKindWriters(rows);

        _register(CAR, holder);
        _register(OTHER_CAR, buyer);
    }

    /* MEMBERS */

    function _expel(address member) internal {
        vm.prank(admissions);
        consortium.expelMember(member, keccak256("decision"));
    }

    function _notMember(address account, uint64 role) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(MemberAccess.AccessNotMember.selector, account, role);
    }

    /* LOTS */

    function _lotId(address maker, uint64 number) internal pure returns (uint256) {
        return (uint256(uint160(maker)) << 64) | number;
    }

    function _partId(address maker, uint64 number, uint32 serial) internal pure returns (uint256) {
        return (_lotId(maker, number) << 32) | serial;
    }

    function _lot(uint64 number, LotForm form, uint40 quantity) internal pure returns (LotInput memory lot) {
        lot.number = number;
        lot.form = form;
        lot.quantity = quantity;
        lot.documentHash = keccak256(abi.encode("lot", number));
    }

    function _material(
        uint64 number,
        CriticalMaterial material,
        uint40 grams
    ) internal pure returns (LotInput memory lot) {
        lot = _lot(number, LotForm.Material, grams);
        lot.material = material;
    }

    function _withContent(
        LotInput memory lot,
        uint40 cobaltG,
        uint40 lithiumG
    ) internal pure returns (LotInput memory) {
        lot.content = Materials({
            cobaltG: cobaltG,
            lithiumG: lithiumG,
            nickelG: 0,
            leadG: 0,
            graphiteG: 0,
            rareEarthsG: 0
        });
        return lot;
    }

    /// @dev Grams of one critical material and of no other.
    function _grams(
        CriticalMaterial material,
        uint40 grams
    ) internal pure returns (Materials memory content) {
        if (material == CriticalMaterial.Cobalt) content.cobaltG = grams;
        if (material == CriticalMaterial.Lithium) content.lithiumG = grams;
        if (material == CriticalMaterial.Nickel) content.nickelG = grams;
        if (material == CriticalMaterial.Lead) content.leadG = grams;
        if (material == CriticalMaterial.Graphite) content.graphiteG = grams;
        if (material == CriticalMaterial.RareEarths) content.rareEarthsG = grams;
    }

    function _commission(address maker, uint64 role, LotInput memory lot) internal returns (uint256 lotId) {
        vm.prank(maker);
        lotId = parts.commissionLot(lot, role);
    }

    /// @dev A lot of serialised parts of the supplier, of which the first `marked` have serials.
    function _serialisedLot(uint64 number, uint40 quantity, uint32 marked) internal returns (uint256 lotId) {
        lotId = _commission(supplier, Roles.SUPPLIER, _lot(number, LotForm.Serialised, quantity));
        if (marked == 0) return lotId;
        vm.prank(supplier);
        parts.serialiseUnits(number, _serials(1, marked), Roles.SUPPLIER);
    }

    function _serials(uint32 from, uint32 to) internal pure returns (uint32[] memory serials) {
        serials = new uint32[](to - from + 1);
        for (uint32 i = 0; i < serials.length; ++i) serials[i] = from + i;
    }

    function _one(uint256 partId, uint40 quantity) internal pure returns (PartAmount[] memory rows) {
        rows = new PartAmount[](1);
        rows[0] = PartAmount(partId, quantity);
    }

    function _one(LotInput memory lot) internal pure returns (LotInput[] memory lots) {
        lots = new LotInput[](1);
        lots[0] = lot;
    }

    function _transform(
        address maker,
        uint64 role,
        PartAmount[] memory inputs,
        LotInput[] memory outputs
    ) internal {
        vm.prank(maker);
        parts.transformLots(inputs, outputs, role);
    }

    function _give(address from, address to, uint256 partId, uint256 quantity) internal {
        vm.prank(from);
        parts.safeTransferFrom(from, to, partId, quantity, "");
    }

    /* FITTING */

    function _fitRecord(uint256 vehicleId) internal pure returns (RecordInput memory) {
        return _input(vehicleId, RecordKinds.PART_FITTED, 0, OdometerUnit.None, NOW - 1 hours);
    }

    function _removeRecord(uint256 vehicleId) internal pure returns (RecordInput memory) {
        return _input(vehicleId, RecordKinds.PART_REMOVED, 0, OdometerUnit.None, NOW - 1 hours);
    }

    function _fit(uint256 partId, uint40 quantity, uint256 vehicleId) internal {
        vm.prank(workshop);
        parts.fitPart(partId, quantity, _fitRecord(vehicleId), Roles.WORKSHOP);
    }

    function _remove(uint256 partId, uint40 quantity, uint256 vehicleId) internal {
        vm.prank(workshop);
        parts.removePart(partId, quantity, _removeRecord(vehicleId), Roles.WORKSHOP);
    }

    function _giveWorkOrder(uint256 vehicleId, address vehicleHolder) internal {
        vm.prank(vehicleHolder);
        workOrders.giveWorkOrder(vehicleId, workshop, NOW + 30 days);
    }

    /// @dev A serialised part of the supplier's in the workshop's hands.
    function _partAtWorkshop(uint64 number, uint32 serial) internal returns (uint256 partId) {
        _serialisedLot(number, 100, serial);
        partId = _partId(supplier, number, serial);
        _give(supplier, workshop, partId, 1);
    }

    function _lockTitle(uint256 vehicleId, uint8 lock, address controller) internal {
        vm.prank(controller);
        title.lockTitle(vehicleId, lock);
    }

    function _stealCar(uint256 vehicleId) internal {
        _lockTitle(vehicleId, Locks.THEFT, registrar);
    }
}
