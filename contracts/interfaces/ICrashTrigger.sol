// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CrashEvent} from "../types/InsuranceTypes.sol";
import {ITrigger} from "./ITrigger.sol";
import {IVehicleKeys} from "./IVehicleKeys.sol";

/// @title A crash: signed by the vehicle, confirmed by others.
/// @notice Evidence is `abi.encode(CrashEvidence)`. The vehicle's key has to have spoken for it at the time and not be revoked. Either as many
/// attesters as the policy asks for confirm it, no two of one group (assessors; courts and registrars; workshops; other
/// vehicles of other holders), or an accident record of a member, not an insurer, stands in the life record; each within
/// `CORROBORATION_SECONDS` after the crash. The severity is the change of velocity in cm/s, and at least
/// `AIRBAG_SEVERITY` if an airbag was deployed. The first attester's class has to be one that may write accidents.
interface ICrashTrigger is ITrigger {
    /// @notice The event is of another vehicle than the policy.
    error CrashVehicleForeign(uint256 vehicleId, uint256 eventVehicleId);

    /// @notice The event lies in the future.
    error CrashInFuture(uint40 occurredAt, uint256 currentTime);

    /// @notice The key did not speak for the vehicle at this time, or is revoked.
    error CrashKeyNotValid(uint256 vehicleId, bytes32 keyId, uint40 instant);

    /// @notice The signer is neither a secp256k1 address nor a P-256 key of the one verifier.
    error CrashSignerUnsupported(bytes signer);

    /// @notice The key or attester did not sign this.
    error CrashSignatureInvalid(bytes32 crashHash, bytes signer);

    /// @notice Fewer confirm the crash than the policy asks for, or more than `limit`.
    error CrashAttestersCount(uint256 count, uint256 limit);

    /// @notice Members of this role do not confirm crashes.
    error CrashRoleUnknown(uint64 role);

    /// @notice Somebody of this group, or this very signer, has confirmed it already.
    error CrashAttesterRepeated(uint64 role, bytes signer);

    /// @notice The other vehicle is the same one, or of the same holder.
    error CrashAttesterInvolved(uint256 vehicleId);

    /// @notice The confirmation or record is not of the time from the crash until `CORROBORATION_SECONDS` after it, or of the future.
    error CrashNotCorroboratedInTime(uint40 occurredAt, uint40 attestedAt);

    /// @notice The record is no accident, not by a member of a class that may confirm, or does not stand in the vehicle's life.
    error CrashRecordInvalid(uint256 vehicleId, uint8 kind, uint64 role);

    function CORROBORATION_SECONDS() external view returns (uint40);

    function AIRBAG_SEVERITY() external view returns (uint32);

    /// @notice The EIP-712 struct hash of an event, which attesters confirm.
    function crashHashOf(CrashEvent calldata crash) external pure returns (bytes32);

    /// @notice The EIP-712 digest of an event, which the vehicle signs.
    function crashDigestOf(CrashEvent calldata crash) external view returns (bytes32);

    /// @notice The EIP-712 digest of a confirmation.
    function attestationDigestOf(
        bytes32 crashHash,
        uint64 role,
        uint40 attestedAt
    ) external view returns (bytes32);

    function keys() external view returns (IVehicleKeys);
}
