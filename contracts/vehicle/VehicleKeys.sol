// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MemberAccess} from "../access/MemberAccess.sol";
import {Roles} from "../access/Roles.sol";
import {IVehicleKeys} from "../interfaces/IVehicleKeys.sol";
import {IVehicleRecords} from "../interfaces/IVehicleRecords.sol";
import {IVehicleTitle} from "../interfaces/IVehicleTitle.sol";
import {MachineKeyLib} from "../libraries/MachineKeyLib.sol";
import {RecordInput} from "../types/RecordTypes.sol";
import {TitleState, TitleStatus} from "../types/TitleTypes.sol";

/// @title The hardware keys of vehicles: which key spoke for which vehicle, and when.
/// @notice
/// - A manufacturer binds keys to the vehicles it issued; a registrar to any, for cars whose maker is no member.
/// - A key proves possession when it is bound, and is never bound to the same vehicle twice.
/// - Keys are machine keys: secp256k1 addresses without code, or P-256 through the one verifier fixed here. A verifier
///   of the caller's choice would let the caller speak for the car.
/// - A key signs records in the order of their time: a message cannot be submitted twice.
contract VehicleKeys is IVehicleKeys, MemberAccess, EIP712 {
    bytes32 private constant BIND_KEY_TYPEHASH = keccak256(
        "BindKey(uint256 vehicleId,bytes32 keyId,uint40 validFrom,uint40 validTo,address binder)"
    );
    bytes32 private constant ROTATE_KEY_TYPEHASH = keccak256(
        "RotateKey(uint256 vehicleId,bytes32 oldKeyId,bytes32 keyId,uint40 validTo,address binder)"
    );
    bytes32 private constant VEHICLE_RECORD_TYPEHASH = keccak256(
        "VehicleRecord(uint256 vehicleId,bytes32 documentHash,uint8 kind,uint8 code,uint32 odometer,uint8 odometerUnit,uint40 observedAt)"
    );

    /// @inheritdoc IVehicleKeys
    IVehicleTitle public immutable title;

    /// @inheritdoc IVehicleKeys
    IVehicleRecords public immutable records;

    /// @inheritdoc IVehicleKeys
    address public immutable p256Verifier;

    mapping(uint256 vehicleId => mapping(bytes32 keyId => KeyPeriod)) private _periods;

    constructor(
        address authority,
        IVehicleTitle newTitle,
        address newP256Verifier
    ) AccessManaged(authority) EIP712("blok auto vehicle keys", "1") {
        title = newTitle;
        records = newTitle.records();
        p256Verifier = newP256Verifier;
    }

    /* BINDING */

    /// @inheritdoc IVehicleKeys
    function bindVehicleKey(
        uint256 vehicleId,
        bytes calldata signer,
        uint40 validFrom,
        uint40 validTo,
        uint64 role,
        bytes calldata signature
    ) external returns (bytes32 keyId) {
        _requireBinder(vehicleId, role);
        require(validFrom < validTo && validFrom != 0, KeysPeriodInvalid(validFrom, validTo));

        keyId = keccak256(signer);
        _requireSigned(
            vehicleId,
            signer,
            keyId,
            keccak256(abi.encode(BIND_KEY_TYPEHASH, vehicleId, keyId, validFrom, validTo, msg.sender)),
            signature
        );
        _bind(vehicleId, signer, keyId, validFrom, validTo);
    }

    /// @inheritdoc IVehicleKeys
    function rotateVehicleKey(
        uint256 vehicleId,
        bytes32 oldKeyId,
        bytes calldata newSigner,
        uint40 validTo,
        uint64 role,
        bytes calldata signature
    ) external returns (bytes32 keyId) {
        _requireBinder(vehicleId, role);
        uint40 validFrom = uint40(block.timestamp); // fits for another 34,000 years
        require(validFrom < validTo, KeysPeriodInvalid(validFrom, validTo));

        keyId = keccak256(newSigner);
        _requireSigned(
            vehicleId,
            newSigner,
            keyId,
            keccak256(abi.encode(ROTATE_KEY_TYPEHASH, vehicleId, oldKeyId, keyId, validTo, msg.sender)),
            signature
        );
        _end(vehicleId, oldKeyId, validFrom, false);
        _bind(vehicleId, newSigner, keyId, validFrom, validTo);
    }

    /// @inheritdoc IVehicleKeys
    function revokeVehicleKey(uint256 vehicleId, bytes32 keyId, uint40 compromisedAt, uint64 role) external {
        // Of a destroyed vehicle too: a scrapyard is where keys are taken out of cars.
        _requireMaker(vehicleId, role, title.stateOf(vehicleId));
        require(compromisedAt <= block.timestamp, KeysEndInvalid(compromisedAt, uint40(block.timestamp)));
        _end(vehicleId, keyId, compromisedAt, true);
    }

    function _bind(
        uint256 vehicleId,
        bytes calldata signer,
        bytes32 keyId,
        uint40 validFrom,
        uint40 validTo
    ) private {
        KeyPeriod storage period = _periods[vehicleId][keyId];
        require(period.validFrom == 0, KeysAlreadyBound(vehicleId, keyId));
        _periods[vehicleId][keyId] = KeyPeriod({
            validFrom: validFrom,
            validTo: validTo,
            lastSignedAt: 0,
            isRevoked: false
        });
        emit VehicleKeyBound(vehicleId, keyId, msg.sender, signer, validFrom, validTo);
    }

    /// @dev A period only ever shrinks. A revocation may reach back to its beginning, and leave it empty.
    function _end(uint256 vehicleId, bytes32 keyId, uint40 newValidTo, bool isRevoked) private {
        KeyPeriod storage period = _periods[vehicleId][keyId];
        uint40 validFrom = period.validFrom;
        require(validFrom != 0, KeysNotBound(vehicleId, keyId));
        if (newValidTo < validFrom) newValidTo = validFrom;
        require(newValidTo < period.validTo, KeysEndInvalid(newValidTo, period.validTo));

        period.validTo = newValidTo;
        period.isRevoked = isRevoked;
        emit VehicleKeyEnded(vehicleId, keyId, msg.sender, newValidTo, isRevoked);
    }

    /* SIGNED RECORDS */

    /// @inheritdoc IVehicleKeys
    function appendSignedRecord(
        RecordInput calldata input,
        bytes calldata signer,
        bytes calldata signature
    ) external returns (uint32) {
        bytes32 keyId = keccak256(signer);
        _requireSigned(input.vehicleId, signer, keyId, _hashRecord(input), signature);

        KeyPeriod storage period = _periods[input.vehicleId][keyId];
        // Whoever has a revoked key can date what it signs at will: it adds nothing any more, of whatever time.
        require(
            !period.isRevoked && _isWithin(period, input.observedAt),
            KeysNotValidAt(input.vehicleId, keyId, input.observedAt)
        );
        uint40 lastSignedAt = period.lastSignedAt;
        require(
            input.observedAt > lastSignedAt,
            KeysRecordReplayed(input.vehicleId, keyId, input.observedAt, lastSignedAt)
        );

        period.lastSignedAt = input.observedAt;
        return records.appendVehicleRecord(_addressOf(keyId), input);
    }

    function _hashRecord(RecordInput calldata input) private pure returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    VEHICLE_RECORD_TYPEHASH,
                    input.vehicleId,
                    input.documentHash,
                    input.kind,
                    input.code,
                    input.odometer,
                    input.odometerUnit,
                    input.observedAt
                )
            );
    }

    /* VIEWS */

    /// @inheritdoc IVehicleKeys
    function wasKeyValid(uint256 vehicleId, bytes32 keyId, uint40 instant) external view returns (bool) {
        return _isWithin(_periods[vehicleId][keyId], instant);
    }

    /// @inheritdoc IVehicleKeys
    function keyPeriodOf(uint256 vehicleId, bytes32 keyId) external view returns (KeyPeriod memory) {
        return _periods[vehicleId][keyId];
    }

    /// @inheritdoc IVehicleKeys
    function keyIdOf(bytes calldata signer) external pure returns (bytes32) {
        return keccak256(signer);
    }

    /// @inheritdoc IVehicleKeys
    function keyAddressOf(bytes calldata signer) external pure returns (address) {
        return _addressOf(keccak256(signer));
    }

    /* INTERNALS */

    function _requireBinder(uint256 vehicleId, uint64 role) private view {
        TitleState memory state = title.stateOf(vehicleId);
        require(
            state.status != TitleStatus.None && state.status != TitleStatus.Destroyed,
            KeysVehicleNotAlive(vehicleId)
        );
        _requireMaker(vehicleId, role, state);
    }

    function _requireMaker(uint256 vehicleId, uint64 role, TitleState memory state) private view {
        require(
            role == Roles.REGISTRAR || (role == Roles.MANUFACTURER && msg.sender == state.issuer),
            KeysBinderForeign(vehicleId, msg.sender, state.issuer)
        );
        _requireMember(msg.sender, role);
    }

    function _requireSigned(
        uint256 vehicleId,
        bytes calldata signer,
        bytes32 keyId,
        bytes32 structHash,
        bytes calldata signature
    ) private view {
        require(MachineKeyLib.isSupported(signer, p256Verifier), KeysSignerUnsupported(signer));
        require(
            MachineKeyLib.isSignedBy(_hashTypedDataV4(structHash), signer, signature),
            KeysSignatureInvalid(vehicleId, keyId)
        );
    }

    function _isWithin(KeyPeriod memory period, uint40 instant) private pure returns (bool) {
        return instant >= period.validFrom && instant < period.validTo;
    }

    function _addressOf(bytes32 keyId) private pure returns (address) {
        return address(uint160(uint256(keyId)));
    }
}
