// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MemberAccess} from "../../../contracts/access/MemberAccess.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IVehicleKeys} from "../../../contracts/interfaces/IVehicleKeys.sol";
import {IVehicleRecords} from "../../../contracts/interfaces/IVehicleRecords.sol";
import {OdometerUnit, RecordInput} from "../../../contracts/types/RecordTypes.sol";
import {TitleStatus} from "../../../contracts/types/TitleTypes.sol";
import {VehicleKeys} from "../../../contracts/vehicle/VehicleKeys.sol";
import {KeySigner} from "../../helpers/KeySigner.sol";
import {Handler} from "./Handler.sol";
import {Ledger} from "./Ledger.sol";

/// @dev Keys are bound, sign and are revoked; what they sign is a record of the vehicle itself.
abstract contract KeyHandler is Handler, KeySigner {
    struct Period {
        uint256 from;
        uint256 to;
        uint256 lastSignedAt;
        bool isRevoked;
    }

    uint8 private constant ODOMETER_READING = 5;

    /// @dev An attempt to bind, by the seeds that chose its vehicle and its key.
    struct Attempt {
        uint256 vehicleSeed;
        uint256 keySeed;
    }

    mapping(uint256 vehicleId => mapping(bytes32 keyId => Period)) private _periods;
    Attempt[] private _attempts;

    function bind(uint256 vehicleSeed, uint256 keySeed, uint256 whoSeed, uint256 start) external {
        _attempts.push(Attempt(vehicleSeed, keySeed));
        uint256 vehicleId = _known(vehicleSeed);
        Key memory key = _key(keySeed);
        bytes memory signer = _signerOf(keys, key);
        uint40 from = uint40(block.timestamp - bound(start, 0, 30 days));
        uint40 to = start % 2 == 0 ? type(uint40).max : from + uint40(bound(start, 1, 300 days));
        (address caller, uint64 role) = _binder(vehicleId, whoSeed);

        bytes4 refusal = _whyNotBinder(vehicleId, caller, role);
        if (refusal == CARRIED_OUT && _periods[vehicleId][keccak256(signer)].from != 0) {
            refusal = IVehicleKeys.KeysAlreadyBound.selector;
        }
        bytes memory proof = _sign(key, _bindDigest(keys, vehicleId, keccak256(signer), from, to, caller));
        bytes memory data = abi.encodeCall(
            VehicleKeys.bindVehicleKey,
            (vehicleId, signer, from, to, role, proof)
        );
        _call(caller, address(keys), data, refusal, "R1 binding of a key");
        if (refusal == CARRIED_OUT) _periods[vehicleId][keccak256(signer)] = Period(from, to, 0, false);
    }

    function revoke(uint256 vehicleSeed, uint256 keySeed, uint256 whoSeed, uint256 back) external {
        uint256 vehicleId = _known(vehicleSeed);
        bytes32 keyId = keccak256(_signerOf(keys, _key(keySeed)));
        uint40 since = uint40(block.timestamp - bound(back, 0, 60 days));
        (address caller, uint64 role) = _binder(vehicleId, whoSeed);
        Period storage period = _periods[vehicleId][keyId];
        uint256 newEnd = since < period.from ? period.from : since;

        bytes4 refusal = _whyNotMaker(vehicleId, caller, role);
        if (refusal == CARRIED_OUT) {
            if (period.from == 0) refusal = IVehicleKeys.KeysNotBound.selector;
            else if (newEnd >= period.to) refusal = IVehicleKeys.KeysEndInvalid.selector;
        }
        bytes memory data = abi.encodeCall(VehicleKeys.revokeVehicleKey, (vehicleId, keyId, since, role));
        _call(caller, address(keys), data, refusal, "R1 revocation of a key");
        if (refusal != CARRIED_OUT) return;
        period.to = newEnd;
        period.isRevoked = true;
    }

    /// @dev Anybody submits what the vehicle signed. Three in four times by a key that somebody bound or tried to.
    function signRecord(uint256 vehicleSeed, uint256 keySeed, uint256 age, uint256 reading) external {
        if (keySeed % 4 != 0 && _attempts.length != 0) {
            Attempt memory attempt = _attempts[keySeed % _attempts.length];
            (vehicleSeed, keySeed) = (attempt.vehicleSeed, attempt.keySeed);
        }
        uint256 vehicleId = _known(vehicleSeed);
        Key memory key = _key(keySeed);
        bytes memory signer = _signerOf(keys, key);
        RecordInput memory input = _input(
            vehicleId,
            ODOMETER_READING,
            uint40(block.timestamp - bound(age, 0, 2 days))
        );
        input.odometer = uint32(ledger.goodMmOf(vehicleId) / 1_000_000 + (reading % 900)) % type(uint32).max;
        input.odometerUnit = OdometerUnit.Km;

        Period storage period = _periods[vehicleId][keccak256(signer)];
        bytes4 refusal = CARRIED_OUT;
        if (input.observedAt < ledger.lifeOf(vehicleId).bornAt) {
            refusal = IVehicleRecords.RecordsObservedBeforeBirth.selector;
        }
        if (input.observedAt <= period.lastSignedAt) refusal = IVehicleKeys.KeysRecordReplayed.selector;
        if (period.isRevoked || input.observedAt < period.from || input.observedAt >= period.to) {
            refusal = IVehicleKeys.KeysNotValidAt.selector;
        }
        address author = address(uint160(uint256(keccak256(signer))));
        if (refusal == CARRIED_OUT) _expect(input, author, Roles.VEHICLE, 0, 1);
        bytes memory data = abi.encodeCall(
            VehicleKeys.appendSignedRecord,
            (input, signer, _sign(key, _recordDigest(keys, input)))
        );
        _call(STRANGER, address(keys), data, refusal, "R1 record of a vehicle");
        if (refusal == CARRIED_OUT) period.lastSignedAt = input.observedAt;
    }

    function _key(uint256 seed) private pure returns (Key memory) {
        return seed % 3 == 0 ? _p256(1 + (seed % 2)) : _secp256k1(1 + (seed % 3));
    }

    function _binder(uint256 vehicleId, uint256 seed) private view returns (address, uint64) {
        if (seed % 3 == 0) return (_memberOrStranger(Roles.REGISTRAR, seed / 3), Roles.REGISTRAR);
        address issuer = ledger.titleOf(vehicleId).issuer;
        bool isForeign = seed % 6 == 1 || issuer == address(0);
        return (isForeign ? roster.some(Roles.MANUFACTURER, seed / 6) : issuer, Roles.MANUFACTURER);
    }

    function _whyNotBinder(uint256 vehicleId, address caller, uint64 role) private view returns (bytes4) {
        Ledger.Title memory ghost = ledger.titleOf(vehicleId);
        if (ghost.status == TitleStatus.None || ghost.status == TitleStatus.Destroyed) {
            return IVehicleKeys.KeysVehicleNotAlive.selector;
        }
        return _whyNotMaker(vehicleId, caller, role);
    }

    /// @dev Who may revoke, also when the vehicle is destroyed.
    function _whyNotMaker(uint256 vehicleId, address caller, uint64 role) private view returns (bytes4) {
        Ledger.Title memory ghost = ledger.titleOf(vehicleId);
        if (role == Roles.MANUFACTURER && caller != ghost.issuer)
            return IVehicleKeys.KeysBinderForeign.selector;
        return roster.isActive(role, caller) ? CARRIED_OUT : MemberAccess.AccessNotMember.selector;
    }
}
