// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {MemberAccess} from "../access/MemberAccess.sol";
import {Roles} from "../access/Roles.sol";
import {IPartCertificates} from "../interfaces/IPartCertificates.sol";
import {IPartTwins} from "../interfaces/IPartTwins.sol";
import {Certificate, CertificateKind} from "../types/CertificateTypes.sol";

/// @title Certificates on lots: issued, dated and revoked by auditors.
/// @notice
/// - Auditors are trusted to certify what they examined; each answers for its own certificates alone.
/// - A certificate that ran out or was revoked stays to be seen: descendants of the lot are judged by it for ever.
/// - Certificates of an expelled auditor stand until they run out; the events say when it was expelled.
contract PartCertificates is IPartCertificates, MemberAccess {
    /// @inheritdoc IPartCertificates
    IPartTwins public immutable parts;

    mapping(uint256 lotId => mapping(bytes32 documentHash => Certificate)) private _certificates;

    constructor(address authority, IPartTwins newParts) AccessManaged(authority) {
        parts = newParts;
    }

    /// @inheritdoc IPartCertificates
    function issueCertificate(
        uint256 lotId,
        CertificateKind kind,
        uint40 validTo,
        bytes32 documentHash
    ) external {
        _requireMember(msg.sender, Roles.AUDITOR);
        require(parts.lineageOf(lotId) != 0, CertificatesLotUnknown(lotId));
        require(
            documentHash != 0 && validTo >= block.timestamp,
            CertificatesInvalid(lotId, documentHash, validTo)
        );
        require(
            _certificates[lotId][documentHash].auditor == address(0),
            CertificatesExists(lotId, documentHash)
        );
        _certificates[lotId][documentHash] = Certificate({
            auditor: msg.sender,
            kind: kind,
            validTo: validTo,
            revokedAt: 0
        });
        emit CertificateIssued(lotId, documentHash, msg.sender, kind, validTo);
    }

    /// @inheritdoc IPartCertificates
    function revokeCertificate(uint256 lotId, bytes32 documentHash, bytes32 reasonHash) external {
        _requireMember(msg.sender, Roles.AUDITOR);
        Certificate memory certificate = _certificates[lotId][documentHash];
        require(
            certificate.auditor != address(0) && certificate.revokedAt == 0,
            CertificatesNotStanding(lotId, documentHash)
        );
        require(
            certificate.auditor == msg.sender,
            CertificatesForeign(lotId, documentHash, certificate.auditor, msg.sender)
        );
        require(reasonHash != 0, CertificatesReasonMissing(lotId));
        _certificates[lotId][documentHash].revokedAt = uint40(block.timestamp); // fits for another 34,000 years
        emit CertificateRevoked(lotId, documentHash, msg.sender, reasonHash);
    }

    /// @inheritdoc IPartCertificates
    function certificateOf(uint256 lotId, bytes32 documentHash) external view returns (Certificate memory) {
        return _certificates[lotId][documentHash];
    }

    /// @inheritdoc IPartCertificates
    function isValid(uint256 lotId, bytes32 documentHash) external view returns (bool) {
        Certificate memory certificate = _certificates[lotId][documentHash];
        return
            certificate.auditor != address(0) &&
            certificate.revokedAt == 0 &&
            certificate.validTo >= block.timestamp;
    }
}
