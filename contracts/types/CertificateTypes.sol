// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev What an auditor certifies of a lot.
enum CertificateKind {
    DueDiligence,
    Origin,
    TestReport
}

/// @dev A certificate on a lot. One storage slot.
/// `validTo` is its last second (Unix); `revokedAt` is zero while it stands.
struct Certificate {
    address auditor;
    CertificateKind kind;
    uint40 validTo;
    uint40 revokedAt;
}
