// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Consortium} from "../../contracts/access/Consortium.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {RecordKinds} from "../../contracts/types/RecordKinds.sol";
import {KindWriters, OdometerUnit, RecordInput} from "../../contracts/types/RecordTypes.sol";
import {Locks} from "../../contracts/types/Locks.sol";
import {VehicleKeys} from "../../contracts/vehicle/VehicleKeys.sol";
import {VehicleRecords} from "../../contracts/vehicle/VehicleRecords.sol";
import {VehicleTitle} from "../../contracts/vehicle/VehicleTitle.sol";
import {Deploying} from "./Deploying.sol";

/// @dev The whole system with one member of every class, for tests of single contracts. This contract is the council,
/// without a delay. The wiring is that of sdk/src/consortium/authority.ts; an integration test compares the table with
/// a deployment by Ignition.
abstract contract BlokTest is Deploying {
    uint40 internal constant NOW = 1_800_000_000;
    uint40 internal constant BORN = NOW - 1_000 days;
    uint32 internal constant ADMISSION_DELAY = 1 days;
    uint32 internal constant FORCED_TRANSFER_DELAY = 14 days;

    uint8 internal constant SERVICE = 4;
    uint8 internal constant ODOMETER_READING = 5;
    uint8 internal constant ACCIDENT = 6;
    uint8 internal constant INSPECTION = 9;

    Consortium internal consortium;
    VehicleRecords internal records;
    VehicleTitle internal title;
    VehicleKeys internal keys;

    address internal registrar = _actor("registrar");
    address internal manufacturer = _actor("manufacturer");
    address internal workshop = _actor("workshop");
    address internal inspector = _actor("inspector");
    address internal assessor = _actor("assessor");
    address internal insurer = _actor("insurer");
    address internal recycler = _actor("recycler");
    address internal court = _actor("court");
    address internal guardian = _actor("guardian");
    address internal admissions = _actor("admissions");
    address internal lienController = _actor("lienController");
    address internal safetyController = _actor("safetyController");
    address internal saleController = _actor("saleController");
    address internal rentalController = _actor("rentalController");
    address internal holder = _actor("holder");
    address internal buyer = _actor("buyer");
    address internal stranger = _actor("stranger");

    function setUp() public virtual {
        vm.warp(NOW - 10 days);
        consortium = Consortium(_deploy("Consortium", abi.encode(address(this), ADMISSION_DELAY)));
        records = VehicleRecords(_deploy("VehicleRecords", abi.encode(consortium)));
        address metadata = _deploy("TitleMetadata", "");
        title = VehicleTitle(
            _deploy("VehicleTitle", abi.encode(consortium, records, metadata, FORCED_TRANSFER_DELAY))
        );
        address verifier = _deploy("ERC7913P256Verifier", "");
        keys = VehicleKeys(_deploy("VehicleKeys", abi.encode(consortium, title, verifier)));

        _wire();
        _grant();
        _setWriters();
        vm.warp(NOW);
    }

    function _wire() private {
        _restrict(address(consortium), Consortium.admitMember.selector, Roles.ADMISSIONS);
        _restrict(address(consortium), Consortium.expelMember.selector, Roles.ADMISSIONS);
        _restrict(address(title), VehicleTitle.requestForcedTransfer.selector, Roles.COURT);
        _restrict(address(title), VehicleTitle.forcedTransfer.selector, Roles.REGISTRAR);
        _restrict(address(title), VehicleTitle.changeStatus.selector, Roles.REGISTRAR);
        _restrict(address(title), VehicleTitle.destroyVehicle.selector, Roles.RECYCLER);
    }

    function _grant() private {
        consortium.grantRole(Roles.TITLE_CONTRACT, address(title), 0);
        consortium.grantRole(Roles.RECORD_CONTROLLER, address(title), 0);
        consortium.grantRole(Roles.KEYS_CONTRACT, address(keys), 0);
        consortium.grantRole(Roles.REGISTRAR, registrar, 0);
        consortium.grantRole(Roles.MANUFACTURER, manufacturer, 0);
        consortium.grantRole(Roles.WORKSHOP, workshop, 0);
        consortium.grantRole(Roles.INSPECTOR, inspector, 0);
        consortium.grantRole(Roles.ASSESSOR, assessor, 0);
        consortium.grantRole(Roles.INSURER, insurer, 0);
        consortium.grantRole(Roles.RECYCLER, recycler, 0);
        consortium.grantRole(Roles.COURT, court, 0);
        consortium.grantRole(Roles.GUARDIAN, guardian, 0);
        consortium.grantRole(Roles.ADMISSIONS, admissions, 0);
        consortium.grantRole(Roles.LIEN_CONTROLLER, lienController, 0);
        consortium.grantRole(Roles.SAFETY_CONTROLLER, safetyController, 0);
        consortium.grantRole(Roles.SALE_CONTROLLER, saleController, 0);
        consortium.grantRole(Roles.RENTAL_CONTROLLER, rentalController, 0);
        title.setLockController(Locks.LIEN, Roles.LIEN_CONTROLLER);
        title.setLockController(Locks.THEFT, Roles.REGISTRAR);
        title.setLockController(Locks.COURT, Roles.COURT);
        title.setLockController(Locks.SAFETY, Roles.SAFETY_CONTROLLER);
        title.setLockController(Locks.SALE, Roles.SALE_CONTROLLER);
        title.setLockController(Locks.RENTAL, Roles.RENTAL_CONTROLLER);
    }

    function _setWriters() private {
        uint64 anyReader =
            _set(Roles.WORKSHOP) |
                _set(Roles.INSPECTOR) |
                _set(Roles.REGISTRAR) |
                _set(Roles.HOLDER) |
                _set(Roles.VEHICLE);
        uint64 controller = _set(Roles.RECORD_CONTROLLER);
        KindWriters[] memory rows = new KindWriters[](12);
        rows[0] = KindWriters(RecordKinds.MANUFACTURED, _set(Roles.MANUFACTURER));
        rows[1] = KindWriters(RecordKinds.FIRST_REGISTERED, _set(Roles.REGISTRAR));
        rows[2] = KindWriters(SERVICE, _set(Roles.WORKSHOP) | _set(Roles.MANUFACTURER));
        rows[3] = KindWriters(ODOMETER_READING, anyReader);
        rows[4] = KindWriters(ACCIDENT, _set(Roles.ASSESSOR) | _set(Roles.INSURER));
        rows[5] = KindWriters(INSPECTION, _set(Roles.INSPECTOR));
        rows[6] = KindWriters(RecordKinds.BRAND, _set(Roles.REGISTRAR) | _set(Roles.INSURER));
        rows[7] = KindWriters(RecordKinds.ODOMETER_RESOLUTION, _set(Roles.INSPECTOR));
        rows[8] = KindWriters(RecordKinds.FORCED_TRANSFER, _set(Roles.REGISTRAR) | controller);
        rows[9] = KindWriters(RecordKinds.DESTRUCTION, _set(Roles.RECYCLER) | controller);
        rows[10] = KindWriters(RecordKinds.IMPORT, _set(Roles.REGISTRAR) | controller);
        rows[11] = KindWriters(RecordKinds.EXPORT, _set(Roles.REGISTRAR) | controller);
        records.setKindWriters(rows);
    }

    /* BUILDING BLOCKS */

    function _register(uint256 vehicleId, address firstHolder) internal {
        vm.prank(manufacturer);
        title.registerVehicle(firstHolder, _birth(vehicleId), Roles.MANUFACTURER);
    }

    function _birth(uint256 vehicleId) internal pure returns (RecordInput memory) {
        return _input(vehicleId, RecordKinds.MANUFACTURED, 0, OdometerUnit.None, BORN);
    }

    function _service(
        uint256 vehicleId,
        uint32 km,
        uint40 observedAt
    ) internal pure returns (RecordInput memory) {
        return _input(vehicleId, SERVICE, km, OdometerUnit.Km, observedAt);
    }

    function _input(
        uint256 vehicleId,
        uint8 kind,
        uint32 odometer,
        OdometerUnit unit,
        uint40 observedAt
    ) internal pure returns (RecordInput memory) {
        return
            RecordInput({
                vehicleId: vehicleId,
                documentHash: keccak256(abi.encode(vehicleId, kind, odometer, unit, observedAt)),
                kind: kind,
                code: 0,
                odometer: odometer,
                odometerUnit: unit,
                observedAt: observedAt
            });
    }

    function _brand(uint256 vehicleId, uint8 code) internal pure returns (RecordInput memory input) {
        input = _input(vehicleId, RecordKinds.BRAND, 0, OdometerUnit.None, NOW - 1 days);
        input.code = code;
    }

    function _set(uint64 role) internal pure returns (uint64) {
        return uint64(1) << role;
    }

    function _restrict(address target, bytes4 selector, uint64 role) internal {
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = selector;
        consortium.setTargetFunctionRole(target, selectors, role);
    }

    function _actor(string memory name) private returns (address account) {
        account = address(uint160(uint256(keccak256(bytes(name)))));
        vm.label(account, name);
    }
}
