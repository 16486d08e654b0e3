// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {Consortium} from "../../../contracts/access/Consortium.sol";
import {OdometerUnit, Record, RecordInput} from "../../../contracts/types/RecordTypes.sol";
import {VehicleKeys} from "../../../contracts/vehicle/VehicleKeys.sol";
import {VehicleRecords} from "../../../contracts/vehicle/VehicleRecords.sol";
import {VehicleTitle} from "../../../contracts/vehicle/VehicleTitle.sol";
import {Assertions} from "../../helpers/Assertions.sol";
import {Ledger} from "./Ledger.sol";
import {Roster} from "./Roster.sol";

/// @dev The system under test with its ghosts.
struct Stage {
    Consortium consortium;
    VehicleRecords records;
    VehicleTitle title;
    VehicleKeys keys;
    Ledger ledger;
    Roster roster;
    address guardian;
    address admissions;
    address[] holders;
    uint256[] vehicles;
}

/// @dev Makes calls whose outcome it foretells: a call that is refused, carried out or refused for another reason than
/// foretold fails the run.
abstract contract Handler is Assertions {
    Consortium internal immutable consortium;
    VehicleRecords internal immutable records;
    VehicleTitle internal immutable title;
    VehicleKeys internal immutable keys;
    Ledger internal immutable ledger;
    Roster internal immutable roster;
    address internal immutable guardian;
    address internal immutable admissions;
    address[] internal holders;
    uint256[] internal vehicles;

    address internal constant STRANGER = address(uint160(uint256(keccak256("stranger"))));
    bytes4 internal constant CARRIED_OUT = 0;

    uint256 private _documents;

    constructor(Stage memory stage) {
        consortium = stage.consortium;
        records = stage.records;
        title = stage.title;
        keys = stage.keys;
        ledger = stage.ledger;
        roster = stage.roster;
        guardian = stage.guardian;
        admissions = stage.admissions;
        holders = stage.holders;
        vehicles = stage.vehicles;
    }

    function _call(
        address caller,
        address target,
        bytes memory data,
        bytes4 refusal,
        string memory law
    ) internal {
        vm.recordLogs();
        vm.prank(caller);
        (bool isDone, bytes memory answer) = target.call(data);
        assertEq(isDone ? CARRIED_OUT : bytes32(bytes4(answer)), bytes32(refusal), law);
        if (isDone) ledger.absorb(vm.getRecordedLogs());
    }

    function _vehicle(uint256 seed) internal view returns (uint256) {
        return vehicles[seed % vehicles.length];
    }

    /// @dev Seven in eight times a vehicle that is registered; some are from the beginning.
    function _known(uint256 seed) internal view returns (uint256 vehicleId) {
        vehicleId = _vehicle(seed);
        for (uint256 i = 1; seed % 8 != 7 && !_isRegistered(vehicleId); ++i) {
            vehicleId = _vehicle((seed % vehicles.length) + i);
        }
    }

    function _holder(uint256 seed) internal view returns (address) {
        return holders[seed % holders.length];
    }

    function _isRegistered(uint256 vehicleId) internal view returns (bool) {
        return ledger.titleOf(vehicleId).holder != address(0);
    }

    /// @dev Rarely a stranger, else whoever sat or sits in the class.
    function _memberOrStranger(uint64 role, uint256 seed) internal view returns (address) {
        return seed % 8 == 5 ? STRANGER : roster.some(role, seed);
    }

    function _unlessRestricted(uint64 role, address caller) internal view returns (bytes4) {
        return
            roster.isActive(role, caller) ? CARRIED_OUT : IAccessManaged.AccessManagedUnauthorized.selector;
    }

    function _input(uint256 vehicleId, uint8 kind, uint40 observedAt) internal returns (RecordInput memory) {
        return
            RecordInput({
                vehicleId: vehicleId,
                documentHash: keccak256(abi.encode(address(this), ++_documents)),
                kind: kind,
                code: 0,
                odometer: 0,
                odometerUnit: OdometerUnit.None,
                observedAt: observedAt
            });
    }

    /// @dev Tells the ledger what the next call has to append: the `ahead`th record from now of its vehicle.
    function _expect(
        RecordInput memory input,
        address author,
        uint64 role,
        uint32 corrects,
        uint32 ahead
    ) internal {
        ledger.expectRecord(
            input.vehicleId,
            author,
            input.kind,
            Record({
                index: ledger.countOf(input.vehicleId) + ahead,
                documentHash: input.documentHash,
                code: input.code,
                odometer: input.odometer,
                odometerUnit: input.odometerUnit,
                observedAt: input.observedAt,
                recordedAt: uint40(block.timestamp),
                role: role,
                corrects: corrects
            })
        );
    }
}
