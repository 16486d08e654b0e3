// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RecordInput} from "../types/RecordTypes.sol";
import {IVehicleRecords} from "./IVehicleRecords.sol";
import {IVehicleTitle} from "./IVehicleTitle.sol";

/// @title The hardware keys of vehicles: which key spoke for which vehicle, and when.
/// @notice A key is an ERC-7913 signer: 20 bytes are a secp256k1 address, 84 bytes are the P-256 verifier's address and
/// the key's two coordinates. Its id is the keccak256 of those bytes, its address the id's last 20 bytes.
interface IVehicleKeys {
    /// @dev When a key speaks for its vehicle: from `validFrom` on, until before `validTo` (Unix seconds).
    /// `lastSignedAt` is the observation time of the newest record it signed. One storage slot.
    struct KeyPeriod {
        uint40 validFrom;
        uint40 validTo;
        uint40 lastSignedAt;
        bool isRevoked;
    }

    /// @notice A key was bound to a vehicle for a period.
    event VehicleKeyBound(
        uint256 indexed vehicleId,
        bytes32 indexed keyId,
        address indexed binder,
        bytes signer,
        uint40 validFrom,
        uint40 validTo
    );

    /// @notice A key's period now ends at `validTo`, because another took its place or it was revoked.
    event VehicleKeyEnded(
        uint256 indexed vehicleId,
        bytes32 indexed keyId,
        address indexed ender,
        uint40 validTo,
        bool isRevoked
    );

    /// @notice `caller` is neither the vehicle's issuer nor a registrar.
    error KeysBinderForeign(uint256 vehicleId, address caller, address issuer);

    /// @notice The vehicle has no title, or is destroyed.
    error KeysVehicleNotAlive(uint256 vehicleId);

    /// @notice A signer is 20 bytes, or 84 bytes that begin with the P-256 verifier.
    error KeysSignerUnsupported(bytes signer);

    /// @notice The key did not sign this statement.
    error KeysSignatureInvalid(uint256 vehicleId, bytes32 keyId);

    /// @notice The key is bound to the vehicle already; a key that ended is not bound again.
    error KeysAlreadyBound(uint256 vehicleId, bytes32 keyId);

    /// @notice The key was never bound to the vehicle.
    error KeysNotBound(uint256 vehicleId, bytes32 keyId);

    /// @notice The period is empty, or begins at zero.
    error KeysPeriodInvalid(uint40 validFrom, uint40 validTo);

    /// @notice The new end is not before the present end, or lies in the future.
    error KeysEndInvalid(uint40 newValidTo, uint40 validTo);

    /// @notice The key did not speak for the vehicle at `instant` (Unix seconds), or is revoked.
    error KeysNotValidAt(uint256 vehicleId, bytes32 keyId, uint40 instant);

    /// @notice The key has signed a record of this time or a later one already: a repeated or reordered message.
    error KeysRecordReplayed(uint256 vehicleId, bytes32 keyId, uint40 observedAt, uint40 lastSignedAt);

    /// @notice Binds a key to a vehicle.
    /// @param signer ERC-7913 signer.
    /// @param validTo The end of the period; `type(uint40).max` for no end.
    /// @param role MANUFACTURER if the caller is the vehicle's issuer, or REGISTRAR.
    /// @param signature The key's own signature of `BindKey` (EIP-712): proof that whoever binds it has it.
    function bindVehicleKey(
        uint256 vehicleId,
        bytes calldata signer,
        uint40 validFrom,
        uint40 validTo,
        uint64 role,
        bytes calldata signature
    ) external returns (bytes32 keyId);

    /// @notice Ends a key now and binds its successor from now on, as `bindVehicleKey` does.
    function rotateVehicleKey(
        uint256 vehicleId,
        bytes32 oldKeyId,
        bytes calldata newSigner,
        uint40 validTo,
        uint64 role,
        bytes calldata signature
    ) external returns (bytes32 keyId);

    /// @notice Revokes a key from `compromisedAt` on, which may lie in the past: what it signed since counts no more, and it
    /// adds no further record, of whatever time.
    function revokeVehicleKey(uint256 vehicleId, bytes32 keyId, uint40 compromisedAt, uint64 role) external;

    /// @notice Adds a record that the vehicle signed itself (trust grade 2). Anybody may submit it.
    /// @param signature The key's signature of `VehicleRecord` (EIP-712).
    function appendSignedRecord(
        RecordInput calldata input,
        bytes calldata signer,
        bytes calldata signature
    ) external returns (uint32 index);

    /// @notice Whether the key spoke for the vehicle at `instant` (Unix seconds).
    function wasKeyValid(uint256 vehicleId, bytes32 keyId, uint40 instant) external view returns (bool);

    /// @notice A key's period; all zero when it was never bound.
    function keyPeriodOf(uint256 vehicleId, bytes32 keyId) external view returns (KeyPeriod memory);

    /// @notice The id of an ERC-7913 signer.
    function keyIdOf(bytes calldata signer) external pure returns (bytes32);

    /// @notice The address under which an ERC-7913 signer authors records.
    function keyAddressOf(bytes calldata signer) external pure returns (address);

    function title() external view returns (IVehicleTitle);

    function records() external view returns (IVehicleRecords);

    /// @notice The ERC-7913 verifier of P-256 keys.
    function p256Verifier() external view returns (address);
}
