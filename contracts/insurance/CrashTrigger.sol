// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {MemberAccess} from "../access/MemberAccess.sol";
import {Roles} from "../access/Roles.sol";
import {ICrashTrigger} from "../interfaces/ICrashTrigger.sol";
import {ITrigger} from "../interfaces/ITrigger.sol";
import {IVehicleKeys} from "../interfaces/IVehicleKeys.sol";
import {IVehicleRecords} from "../interfaces/IVehicleRecords.sol";
import {MachineKeyLib} from "../libraries/MachineKeyLib.sol";
import {
    CrashAttestation,
    CrashEvent,
    CrashEvidence,
    Finding,
    TriggerQuery
} from "../types/InsuranceTypes.sol";
import {RecordKinds} from "../types/RecordKinds.sol";
import {RecordProof} from "../types/RecordTypes.sol";

/// @title A crash: signed by the vehicle, confirmed by others.
/// @notice
/// - The vehicle's key alone pays nothing: it is in the hands of who drives. Nor do members of one class.
/// - Attesters are trusted to have seen it; two of different groups have to lie together, and one of them in its own name in
///   the vehicle's life record.
/// - No state: the claims contract keeps which incident was paid.
contract CrashTrigger is ICrashTrigger, EIP712, MemberAccess {
    bytes32 private constant CRASH_EVENT_TYPEHASH = keccak256(
        "CrashEvent(uint256 vehicleId,uint40 occurredAt,uint32 deltaVCmS,bool isAirbagDeployed,bytes32 documentHash)"
    );
    bytes32 private constant CRASH_ATTESTATION_TYPEHASH = keccak256(
        "CrashAttestation(bytes32 crashHash,uint64 role,uint40 attestedAt)"
    );

    /// @inheritdoc ICrashTrigger
    uint40 public constant CORROBORATION_SECONDS = 3 days;

    /// @inheritdoc ICrashTrigger
    /// @dev Airbags open at about 30 km/h.
    uint32 public constant AIRBAG_SEVERITY = 833;

    /// @dev What two clocks may differ by, and what a car does not do twice.
    uint256 private constant INCIDENT_SECONDS = 1 hours;

    /// @dev There are four groups of attesters.
    uint256 private constant MAX_ATTESTATIONS = 4;

    /// @inheritdoc ICrashTrigger
    IVehicleKeys public immutable keys;

    IVehicleRecords private immutable _records;
    IERC721 private immutable _title;
    address private immutable _p256Verifier;

    constructor(
        address authority,
        IVehicleKeys newKeys
    ) AccessManaged(authority) EIP712("blok auto crash trigger", "1") {
        keys = newKeys;
        _records = newKeys.records();
        _title = IERC721(address(newKeys.title()));
        _p256Verifier = newKeys.p256Verifier();
    }

    /// @inheritdoc ITrigger
    function assess(
        TriggerQuery calldata query,
        bytes calldata evidence
    ) external view returns (Finding memory finding) {
        CrashEvidence calldata given = _decode(evidence);
        CrashEvent calldata crash = given.crash;
        require(crash.vehicleId == query.vehicleId, CrashVehicleForeign(query.vehicleId, crash.vehicleId));
        require(crash.occurredAt <= block.timestamp, CrashInFuture(crash.occurredAt, block.timestamp));
        bytes32 crashHash = crashHashOf(crash);
        _requireSpoke(crash.vehicleId, crash.occurredAt, given.signer);
        _requireSigned(crashHash, _hashTypedDataV4(crashHash), given.signer, given.signature);

        finding.slot = crash.occurredAt / INCIDENT_SECONDS;
        finding.occurredAt = crash.occurredAt;
        finding.severity =
            crash.isAirbagDeployed
                ? uint32(Math.max(crash.deltaVCmS, AIRBAG_SEVERITY)) // both of this width
                : crash.deltaVCmS;
        finding.documentHash = crash.documentHash;
        if (given.recordProof.length != 0) {
            _requireRecorded(crash, abi.decode(given.recordProof, (RecordProof)));
            return finding; // it stands in the life record
        }
        _requireCorroborated(query.corroborations, crash, crashHash, given.attestations);
        finding.author = address(bytes20(given.attestations[0].signer));
        finding.role = given.attestations[0].role;
    }

    /// @inheritdoc ITrigger
    /// @dev A record in the life record stays what it is; a confirmation is worth as much as who gave it.
    function isUndone(TriggerQuery calldata query, bytes calldata evidence) external view returns (bool) {
        CrashEvidence calldata given = _decode(evidence);
        if (!_speaks(given.crash.vehicleId, given.crash.occurredAt, given.signer)) return true;
        if (given.recordProof.length != 0) return false;
        uint256 standing;
        for (uint256 i = 0; i < given.attestations.length; ++i) {
            CrashAttestation calldata attestation = given.attestations[i];
            bool stands =
                attestation.role == Roles.VEHICLE
                    ? _speaks(attestation.vehicleId, given.crash.occurredAt, attestation.signer)
                    : _isMember(address(bytes20(attestation.signer)), attestation.role);
            if (stands) ++standing;
        }
        return standing < query.corroborations;
    }

    /// @dev Each confirmation is good, and no two are of one group or signer.
    function _requireCorroborated(
        uint8 needed,
        CrashEvent calldata crash,
        bytes32 crashHash,
        CrashAttestation[] calldata attestations
    ) private view {
        require(
            attestations.length >= needed && attestations.length != 0,
            CrashAttestersCount(attestations.length, needed)
        );
        require(
            attestations.length <= MAX_ATTESTATIONS,
            CrashAttestersCount(attestations.length, MAX_ATTESTATIONS)
        );
        address holder = _title.ownerOf(crash.vehicleId);
        uint256 groups;
        for (uint256 i = 0; i < attestations.length; ++i) {
            CrashAttestation calldata attestation = attestations[i];
            uint256 group = _groupOf(attestation.role);
            bool isRepeated = groups & group != 0;
            for (uint256 j = 0; j < i; ++j) {
                if (keccak256(attestations[j].signer) == keccak256(attestation.signer)) isRepeated = true;
            }
            require(!isRepeated, CrashAttesterRepeated(attestation.role, attestation.signer));
            groups |= group;
            _requireAttested(crash, crashHash, holder, attestation);
        }
    }

    function _requireAttested(
        CrashEvent calldata crash,
        bytes32 crashHash,
        address holder,
        CrashAttestation calldata attestation
    ) private view {
        require(
            attestation.attestedAt >= crash.occurredAt &&
                attestation.attestedAt <= block.timestamp &&
                attestation.attestedAt - crash.occurredAt <= CORROBORATION_SECONDS,
            CrashNotCorroboratedInTime(crash.occurredAt, attestation.attestedAt)
        );
        bytes32 digest = attestationDigestOf(crashHash, attestation.role, attestation.attestedAt);
        if (attestation.role == Roles.VEHICLE) {
            uint256 witness = attestation.vehicleId;
            require(
                witness != crash.vehicleId && _title.ownerOf(witness) != holder,
                CrashAttesterInvolved(witness)
            );
            _requireSpoke(witness, crash.occurredAt, attestation.signer);
            _requireSigned(crashHash, digest, attestation.signer, attestation.signature);
        } else {
            require(attestation.signer.length == 20, CrashSignerUnsupported(attestation.signer));
            address attester = address(bytes20(attestation.signer));
            _requireMember(attester, attestation.role);
            // Who gets the payout confirms nothing.
            require(attester != holder, CrashAttesterInvolved(crash.vehicleId));
            require(
                MachineKeyLib.isSignedByAccount(digest, attester, attestation.signature),
                CrashSignatureInvalid(crashHash, attestation.signer)
            );
        }
    }

    function _requireRecorded(CrashEvent calldata crash, RecordProof memory proof) private view {
        uint64 role = proof.record.role;
        // Those who may write accidents and are neither party to the contract nor to the crash.
        bool isWitness = role == Roles.ASSESSOR || role == Roles.WORKSHOP || role == Roles.REGISTRAR;
        require(
            proof.kind == RecordKinds.ACCIDENT &&
                isWitness &&
                proof.author != _title.ownerOf(crash.vehicleId) &&
                _records.foldProof(crash.vehicleId, proof) == _records.headOf(crash.vehicleId),
            CrashRecordInvalid(crash.vehicleId, proof.kind, role)
        );
        _requireMember(proof.author, role);
        uint40 observedAt = proof.record.observedAt;
        require(
            observedAt >= crash.occurredAt && observedAt - crash.occurredAt <= CORROBORATION_SECONDS,
            CrashNotCorroboratedInTime(crash.occurredAt, observedAt)
        );
    }

    /// @dev Members who would make the same mistake, or the same bargain, are one group.
    function _groupOf(uint64 role) private pure returns (uint256) {
        if (role == Roles.ASSESSOR) return 1;
        if (role == Roles.COURT || role == Roles.REGISTRAR) return 2;
        if (role == Roles.WORKSHOP) return 4;
        require(role == Roles.VEHICLE, CrashRoleUnknown(role));
        return 8;
    }

    function _requireSpoke(uint256 vehicleId, uint40 instant, bytes calldata signer) private view {
        require(_speaks(vehicleId, instant, signer), CrashKeyNotValid(vehicleId, keccak256(signer), instant));
    }

    /// @dev A revoked key says nothing any more, not even of the time before: who has it can sign with any date.
    function _speaks(uint256 vehicleId, uint40 instant, bytes calldata signer) private view returns (bool) {
        IVehicleKeys.KeyPeriod memory period = keys.keyPeriodOf(vehicleId, keccak256(signer));
        return !period.isRevoked && instant >= period.validFrom && instant < period.validTo;
    }

    function _requireSigned(
        bytes32 crashHash,
        bytes32 digest,
        bytes calldata signer,
        bytes calldata signature
    ) private view {
        require(MachineKeyLib.isSupported(signer, _p256Verifier), CrashSignerUnsupported(signer));
        require(
            MachineKeyLib.isSignedBy(digest, signer, signature),
            CrashSignatureInvalid(crashHash, signer)
        );
    }

    function _isMember(address account, uint64 role) private view returns (bool) {
        (bool isMember, uint32 delay) = IAccessManager(authority()).hasRole(role, account);
        return isMember && delay == 0;
    }

    /// @dev Assembly: the evidence is read where it lies; decoding it to memory would copy each signature twice. What its offsets
    /// may point at is this call's own data, which is the question and the evidence and nothing else.
    function _decode(bytes calldata evidence) private pure returns (CrashEvidence calldata given) {
        assembly ("memory-safe") {
            given := add(evidence.offset, calldataload(evidence.offset))
        }
    }

    /* VIEWS */

    /// @inheritdoc ICrashTrigger
    function crashHashOf(CrashEvent calldata crash) public pure returns (bytes32) {
        return keccak256(abi.encode(CRASH_EVENT_TYPEHASH, crash));
    }

    /// @inheritdoc ICrashTrigger
    function crashDigestOf(CrashEvent calldata crash) external view returns (bytes32) {
        return _hashTypedDataV4(crashHashOf(crash));
    }

    /// @inheritdoc ICrashTrigger
    function attestationDigestOf(
        bytes32 crashHash,
        uint64 role,
        uint40 attestedAt
    ) public view returns (bytes32) {
        return
            _hashTypedDataV4(keccak256(abi.encode(CRASH_ATTESTATION_TYPEHASH, crashHash, role, attestedAt)));
    }
}
