// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Certificate, CertificateKind} from "../types/CertificateTypes.sol";
import {IPartTwins} from "./IPartTwins.sol";

/// @title Certificates on lots: issued, dated and revoked by auditors.
/// @notice A certificate says something of a lot and, through the lineage, of everything made of it. A revoked one stays
/// to be seen.
interface IPartCertificates {
    /// @notice An auditor certified a lot. `documentHash` is the SHA-256 of the certificate.
    event CertificateIssued(
        uint256 indexed lotId,
        bytes32 indexed documentHash,
        address indexed auditor,
        CertificateKind kind,
        uint40 validTo
    );

    /// @notice The auditor took its certificate back. `reasonHash` is the SHA-256 of the reasons.
    event CertificateRevoked(
        uint256 indexed lotId,
        bytes32 indexed documentHash,
        address indexed auditor,
        bytes32 reasonHash
    );

    /// @notice No lot has this id.
    error CertificatesLotUnknown(uint256 lotId);

    /// @notice The lot has this certificate already, perhaps a revoked one.
    error CertificatesExists(uint256 lotId, bytes32 documentHash);

    /// @notice The lot has no such certificate that stands.
    error CertificatesNotStanding(uint256 lotId, bytes32 documentHash);

    /// @notice The certificate is of another auditor than `caller`.
    error CertificatesForeign(uint256 lotId, bytes32 documentHash, address auditor, address caller);

    /// @notice A certificate needs a document, and a time that is not over.
    error CertificatesInvalid(uint256 lotId, bytes32 documentHash, uint40 validTo);

    /// @notice The hash of the reasons is zero.
    error CertificatesReasonMissing(uint256 lotId);

    /// @notice Certifies a lot until `validTo` (Unix seconds). Auditors.
    function issueCertificate(
        uint256 lotId,
        CertificateKind kind,
        uint40 validTo,
        bytes32 documentHash
    ) external;

    /// @notice Takes a certificate back. Only the auditor that issued it, while it is a member.
    function revokeCertificate(uint256 lotId, bytes32 documentHash, bytes32 reasonHash) external;

    /// @notice The lots that are certified.
    function parts() external view returns (IPartTwins);

    /// @notice A certificate; all zero when there is none.
    function certificateOf(uint256 lotId, bytes32 documentHash) external view returns (Certificate memory);

    /// @notice Whether a certificate stands: issued, not over and not revoked.
    function isValid(uint256 lotId, bytes32 documentHash) external view returns (bool);
}
