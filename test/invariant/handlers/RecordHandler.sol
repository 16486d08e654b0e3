// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MemberAccess} from "../../../contracts/access/MemberAccess.sol";
import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IVehicleRecords} from "../../../contracts/interfaces/IVehicleRecords.sol";
import {IVehicleTitle} from "../../../contracts/interfaces/IVehicleTitle.sol";
import {OdometerUnit, RecordInput, RecordProof} from "../../../contracts/types/RecordTypes.sol";
import {TitleStatus} from "../../../contracts/types/TitleTypes.sol";
import {VehicleRecords} from "../../../contracts/vehicle/VehicleRecords.sol";
import {VehicleTitle} from "../../../contracts/vehicle/VehicleTitle.sol";
import {Handler} from "./Handler.sol";
import {Ledger} from "./Ledger.sol";

/// @dev Records of members and holders, in any order of time and with any reading; corrections and resolutions.
abstract contract RecordHandler is Handler {
    uint8 private constant BRAND = 10;
    uint8 private constant RESOLUTION = 11;

    /// @dev Who writes what: pairs of kind and class.
    uint8[2][] private _desks = [[4, 4], [5, 4], [5, 5], [5, 1], [6, 7], [9, 5], [10, 1], [10, 7]];

    /// @dev Kinds and classes that do not go together, and kinds that no member writes by itself.
    uint8[2][] private _wrongDesks = [[4, 5], [6, 4], [11, 1], [10, 4], [99, 1]];
    uint8[2][] private _reserved = [[12, 1], [13, 9], [14, 1], [15, 1], [1, 2], [2, 1]];

    /* MEMBERS */

    function append(uint256 vehicleSeed, uint256 deskSeed, uint256 timeSeed, uint256 reading) external {
        (RecordInput memory input, uint64 role, bytes4 refusal) = _statement(
            vehicleSeed,
            deskSeed,
            timeSeed,
            reading
        );
        address member = _memberOrStranger(role, deskSeed / 64);
        if (!roster.isActive(role, member)) refusal = MemberAccess.AccessNotMember.selector;

        if (refusal == CARRIED_OUT) _expect(input, member, role, 0, 1);
        bytes memory data = abi.encodeCall(VehicleRecords.appendRecord, (input, role));
        _call(member, address(records), data, refusal, "R2 append");
    }

    /// @dev One or two brands, and now and then a correction of the last.
    function brand(uint256 vehicleSeed, uint256 memberSeed, uint256 codeSeed, uint256 more) external {
        uint256 vehicleId = _known(vehicleSeed);
        _brand(vehicleId, memberSeed, codeSeed);
        if (more % 2 == 1) _brand(vehicleId, memberSeed, codeSeed / 2);
        if (more % 3 == 1) _correct(vehicleId, ledger.countOf(vehicleId), more / 6, 0, false);
    }

    function _brand(uint256 vehicleId, uint256 memberSeed, uint256 codeSeed) private {
        RecordInput memory input = _input(vehicleId, BRAND, uint40(block.timestamp));
        input.code = _brandCode(codeSeed);
        address member = _memberOrStranger(Roles.REGISTRAR, memberSeed);

        bytes4 refusal =
            _isRegistered(vehicleId) ? CARRIED_OUT : IVehicleRecords.RecordsVehicleUnknown.selector;
        if (!roster.isActive(Roles.REGISTRAR, member)) refusal = MemberAccess.AccessNotMember.selector;
        if (refusal == CARRIED_OUT) _expect(input, member, Roles.REGISTRAR, 0, 1);
        bytes memory data = abi.encodeCall(VehicleRecords.appendRecord, (input, Roles.REGISTRAR));
        _call(member, address(records), data, refusal, "R4 brand");
    }

    /// @dev Several records of one class, some of them of one vehicle; one bad one takes all with it.
    function appendMany(uint256 vehicleSeed, uint256 size, uint256 timeSeed, uint256 reading) external {
        size = bound(size, 1, 4);
        address member = roster.some(Roles.WORKSHOP, vehicleSeed);
        RecordInput[] memory inputs = new RecordInput[](size);
        uint32[] memory ahead = new uint32[](size);
        bytes4 refusal =
            roster.isActive(Roles.WORKSHOP, member) ? CARRIED_OUT : MemberAccess.AccessNotMember.selector;
        for (uint256 i = 0; i < size; ++i) {
            bytes4 why;
            (inputs[i], , why) = _statement(
                (vehicleSeed % vehicles.length) + (i / 2),
                i % 2,
                _mix(timeSeed, i),
                _mix(reading, i)
            );
            if (refusal == CARRIED_OUT) refusal = why;
            for (uint256 j = 0; j <= i; ++j) if (inputs[j].vehicleId == inputs[i].vehicleId) ++ahead[i];
        }
        for (uint256 i = 0; i < size && refusal == CARRIED_OUT; ++i) {
            _expect(inputs[i], member, Roles.WORKSHOP, 0, ahead[i]);
        }
        bytes memory data = abi.encodeCall(VehicleRecords.appendRecords, (inputs, Roles.WORKSHOP));
        _call(member, address(records), data, refusal, "R2 append of a batch");
    }

    function resolve(uint256 vehicleSeed, uint256 memberSeed, uint256 timeSeed, uint256 reading) external {
        uint256 vehicleId = _known(vehicleSeed);
        address member = _memberOrStranger(Roles.INSPECTOR, memberSeed);
        RecordInput memory input = _input(vehicleId, RESOLUTION, uint40(block.timestamp));
        _read(input, reading, true);

        bytes4 refusal = _whyNotTime(input, timeSeed);
        if (refusal == CARRIED_OUT && ledger.lifeOf(vehicleId).anomalies == 0) {
            refusal = IVehicleRecords.RecordsNothingToResolve.selector;
        }
        if (!roster.isActive(Roles.INSPECTOR, member)) refusal = MemberAccess.AccessNotMember.selector;
        if (refusal == CARRIED_OUT) _expect(input, member, Roles.INSPECTOR, 0, 1);
        bytes memory data = abi.encodeCall(VehicleRecords.appendRecord, (input, Roles.INSPECTOR));
        _call(member, address(records), data, refusal, "R3 resolution");
    }

    function _statement(
        uint256 vehicleSeed,
        uint256 deskSeed,
        uint256 timeSeed,
        uint256 reading
    ) private returns (RecordInput memory input, uint64 role, bytes4 refusal) {
        uint256 chance = deskSeed % 64;
        uint8[2] memory desk = _desks[chance % _desks.length];
        if (chance == 62) desk = _wrongDesks[deskSeed % _wrongDesks.length];
        if (chance == 63) desk = _reserved[deskSeed % _reserved.length];

        role = desk[1];
        input = _input(_known(vehicleSeed), desk[0], uint40(block.timestamp));
        _read(input, reading, false);
        refusal = _whyNotTime(input, timeSeed);
        if (input.kind == BRAND) input.code = _brandCode(reading);
        if (chance == 62) refusal = IVehicleRecords.RecordsWriterNotAllowed.selector;
        if (chance == 63) refusal = IVehicleRecords.RecordsKindReserved.selector;
    }

    /* HOLDERS */

    function reportAsHolder(
        uint256 vehicleSeed,
        uint256 callerSeed,
        uint256 timeSeed,
        uint256 reading
    ) external {
        uint256 vehicleId = _known(vehicleSeed);
        address holder = ledger.titleOf(vehicleId).holder;
        address caller = callerSeed % 4 == 0 || holder == address(0) ? _holder(callerSeed) : holder;
        RecordInput memory input = _input(vehicleId, 5, uint40(block.timestamp));
        _read(input, reading, false);

        bytes4 refusal = _whyNotTime(input, timeSeed);
        if (ledger.titleOf(vehicleId).status == TitleStatus.Destroyed) {
            refusal = IVehicleRecords.RecordsLifeEnded.selector;
        }
        if (caller != holder) refusal = IVehicleTitle.TitleNotHolder.selector;
        if (holder == address(0)) refusal = IERC721Errors.ERC721NonexistentToken.selector;
        if (refusal == CARRIED_OUT) _expect(input, caller, Roles.HOLDER, 0, 1);
        bytes memory data = abi.encodeCall(VehicleTitle.reportAsHolder, (input));
        _call(caller, address(title), data, refusal, "R2 report of a holder");
    }

    /* CORRECTIONS */

    /// @dev Corrects the newest or any other record of a life, by its author or somebody else, sometimes with a proof of
    /// a record that was never written.
    function correct(uint256 vehicleSeed, uint256 indexSeed, uint256 whoSeed, uint256 reading) external {
        uint256 vehicleId = _known(vehicleSeed);
        uint32 count = ledger.countOf(vehicleId);
        if (count == 0) return;
        uint32 index = indexSeed % 2 == 0 ? count : uint32((indexSeed / 2) % count) + 1;
        _correct(vehicleId, index, whoSeed, reading, indexSeed % 16 == 9);
    }

    function _correct(
        uint256 vehicleId,
        uint32 index,
        uint256 whoSeed,
        uint256 reading,
        bool isForged
    ) private {
        if (index == 0) return;
        Ledger.Entry memory entry = ledger.entryOf(vehicleId, index);
        (address caller, uint64 role) = _corrector(entry, whoSeed);

        RecordInput memory input = _input(vehicleId, entry.kind, uint40(block.timestamp));
        input.code = entry.record.code;
        _read(input, reading, entry.kind == RESOLUTION);
        RecordProof memory proof = ledger.proofOf(vehicleId, index);
        bytes4 refusal = _whyNotCorrect(input, entry, caller, role);
        if (isForged) {
            proof.record.documentHash = keccak256("never written");
            if (
                refusal != IVehicleRecords.RecordsWriterNotAllowed.selector &&
                refusal != MemberAccess.AccessNotMember.selector
            ) refusal = IVehicleRecords.RecordsProofInvalid.selector;
        }
        if (refusal == CARRIED_OUT) _expect(input, caller, role, index, 1);
        bytes memory data = abi.encodeCall(VehicleRecords.appendCorrection, (input, role, proof));
        _call(caller, address(records), data, refusal, "R4 correction");
    }

    function _corrector(Ledger.Entry memory entry, uint256 seed) private view returns (address, uint64) {
        // a registrar corrects anybody; holders and vehicles have no way to correct themselves
        bool isOfNoMember = entry.record.role >= Roles.HOLDER;
        if (isOfNoMember || seed % 4 == 0) return (roster.some(Roles.REGISTRAR, seed / 4), Roles.REGISTRAR);
        uint64 role = entry.record.role;
        return seed % 8 == 1 ? (roster.some(role, seed / 8), role) : (entry.author, role);
    }

    function _whyNotCorrect(
        RecordInput memory input,
        Ledger.Entry memory entry,
        address caller,
        uint64 role
    ) private view returns (bytes4) {
        if (!roster.isActive(role, caller)) return MemberAccess.AccessNotMember.selector;
        if (!_mayWrite(input.kind, role)) return IVehicleRecords.RecordsWriterNotAllowed.selector;
        if (caller != entry.author && role != Roles.REGISTRAR) {
            return IVehicleRecords.RecordsCorrectionForeign.selector;
        }
        if (input.kind == RESOLUTION && ledger.lifeOf(input.vehicleId).anomalies == 0) {
            return IVehicleRecords.RecordsNothingToResolve.selector;
        }
        return CARRIED_OUT;
    }

    function _mayWrite(uint8 kind, uint64 role) private view returns (bool) {
        if (kind == RESOLUTION) return role == Roles.INSPECTOR;
        for (uint256 i = 0; i < _desks.length; ++i)
            if (_desks[i][0] == kind && _desks[i][1] == role) return true;
        for (uint256 i = 0; i < _reserved.length; ++i) {
            if (_reserved[i][0] == kind && _reserved[i][1] == role) return true;
        }
        return false;
    }

    /* PARTS OF A STATEMENT */

    /// @dev Readings around the last good one, in either unit; some far off.
    function _read(RecordInput memory input, uint256 seed, bool isNeeded) private view {
        if (seed % 5 == 0 && !isNeeded) return;
        input.odometerUnit = seed % 2 == 0 ? OdometerUnit.Km : OdometerUnit.Mi;
        uint256 unit = ledger.millimetres(1, input.odometerUnit);
        uint256 good = ledger.goodMmOf(input.vehicleId) / unit;
        uint256 choice = (seed / 16) % 6;
        if (choice == 0) input.odometer = uint32((seed / 128) % 400_000);
        else if (choice == 1) input.odometer = uint32(good - (good < 3 ? good : seed % 3));
        else input.odometer = uint32((good + ((seed / 128) % 2_000)) % type(uint32).max);
    }

    /// @dev Sets when it was observed: mostly of late, sometimes long ago, in the future or before birth.
    function _whyNotTime(RecordInput memory input, uint256 seed) private view returns (bytes4) {
        uint40 bornAt = ledger.lifeOf(input.vehicleId).bornAt;
        uint256 choice = seed % 16;
        uint256 age = block.timestamp - bornAt;
        if (choice < 8) input.observedAt -= uint40(bound(seed / 16, 0, age < 1 days ? age : 1 days));
        else if (choice < 14) input.observedAt -= uint40(bound(seed / 16, 0, age));
        else if (choice == 14) input.observedAt += uint40(bound(seed / 16, 1, 400 days));
        else input.observedAt = bornAt - (bornAt == 0 ? 0 : 1);

        if (ledger.countOf(input.vehicleId) == 0) return IVehicleRecords.RecordsVehicleUnknown.selector;
        if (choice == 14) return IVehicleRecords.RecordsObservedInFuture.selector;
        return choice == 15 ? IVehicleRecords.RecordsObservedBeforeBirth.selector : CARRIED_OUT;
    }

    /// @dev One of the brands around the holes of the table.
    function _brandCode(uint256 seed) private pure returns (uint8) {
        uint8[8] memory codes = [1, 7, 14, 16, 43, 45, 68, 78];
        return codes[(seed / 32) % codes.length];
    }

    function _mix(uint256 seed, uint256 salt) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, salt)));
    }
}
