// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MemberAccess} from "../../contracts/access/MemberAccess.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {IPartCertificates} from "../../contracts/interfaces/IPartCertificates.sol";
import {Certificate, CertificateKind} from "../../contracts/types/CertificateTypes.sol";
import {CriticalMaterial} from "../../contracts/types/PartTypes.sol";
import {PartsTest} from "../helpers/PartsTest.sol";

contract PartCertificatesTest is PartsTest {
    bytes32 private constant DOCUMENT = keccak256("certificate");
    bytes32 private constant REASON = keccak256("reason");
    uint40 private constant VALID_TO = NOW + 365 days;

    address private otherAuditor = address(uint160(uint256(keccak256("otherAuditor"))));
    uint256 private lotId;

    function setUp() public override {
        super.setUp();
        consortium.grantRole(Roles.AUDITOR, otherAuditor, 0);
        lotId = _commission(miner, Roles.SUPPLIER, _material(1, CriticalMaterial.Cobalt, 1_000));
    }

    function _issue(address by) private {
        _issueUntil(by, VALID_TO);
    }

    function _issueUntil(address by, uint40 validTo) private {
        vm.prank(by);
        certificates.issueCertificate(lotId, CertificateKind.Origin, validTo, DOCUMENT);
    }

    function _revoke(address by) private {
        vm.prank(by);
        certificates.revokeCertificate(lotId, DOCUMENT, REASON);
    }

    function _expectNotAuditor(address caller) private {
        vm.expectRevert(abi.encodeWithSelector(MemberAccess.AccessNotMember.selector, caller, Roles.AUDITOR));
    }

    function _expectNotStanding(bytes32 documentHash) private {
        vm.expectRevert(
            abi.encodeWithSelector(IPartCertificates.CertificatesNotStanding.selector, lotId, documentHash)
        );
    }

    function _expectInvalid(bytes32 documentHash, uint40 validTo) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IPartCertificates.CertificatesInvalid.selector,
                lotId,
                documentHash,
                validTo
            )
        );
    }

    function _expelAuditor() private {
        vm.prank(admissions);
        consortium.expelMember(auditor, REASON);
    }

    /* ISSUING */

    function test_issueCertificate_RevertWhen_CallerIsNoAuditor() public {
        address[5] memory others = [miner, manufacturer, registrar, inspector, stranger];
        for (uint256 i = 0; i < others.length; ++i) {
            _expectNotAuditor(others[i]);
            _issue(others[i]);
        }
        _expelAuditor();
        _expectNotAuditor(auditor);
        _issue(auditor);
    }

    function test_issueCertificate_RevertWhen_LotIsUnknown() public {
        uint256 unknown = lotId + 1;
        vm.expectRevert(abi.encodeWithSelector(IPartCertificates.CertificatesLotUnknown.selector, unknown));
        vm.prank(auditor);
        certificates.issueCertificate(unknown, CertificateKind.Origin, VALID_TO, DOCUMENT);
    }

    function test_issueCertificate_RevertWhen_DocumentIsMissing() public {
        _expectInvalid(0, VALID_TO);
        vm.prank(auditor);
        certificates.issueCertificate(lotId, CertificateKind.Origin, VALID_TO, 0);
    }

    function test_issueCertificate_RevertWhen_ItIsOverAlready() public {
        _expectInvalid(DOCUMENT, NOW - 1);
        _issueUntil(auditor, NOW - 1);
        _issueUntil(auditor, NOW);
        assertTrue(certificates.isValid(lotId, DOCUMENT), "in its last second");
    }

    function test_attack_CertificateIssuedAgain() public {
        _issue(auditor);
        bytes memory exists = abi.encodeWithSelector(
            IPartCertificates.CertificatesExists.selector,
            lotId,
            DOCUMENT
        );
        vm.expectRevert(exists);
        _issueUntil(auditor, VALID_TO + 1);
        vm.expectRevert(exists);
        _issue(otherAuditor);
        _revoke(auditor);
        vm.expectRevert(exists);
        _issue(auditor);
        assertFalse(certificates.isValid(lotId, DOCUMENT), "revoked for ever");
    }

    function test_issueCertificate_StoresAndTells() public {
        for (uint256 kind = 0; kind <= uint256(type(CertificateKind).max); ++kind) {
            bytes32 documentHash = keccak256(abi.encode("certificate", kind));
            vm.expectEmit(address(certificates));
            emit IPartCertificates.CertificateIssued(
                lotId,
                documentHash,
                auditor,
                CertificateKind(kind),
                VALID_TO
            );
            vm.prank(auditor);
            certificates.issueCertificate(lotId, CertificateKind(kind), VALID_TO, documentHash);
            Certificate memory certificate = certificates.certificateOf(lotId, documentHash);
            assertEq(certificate.auditor, auditor, "whose");
            assertEq(uint256(certificate.kind), kind, "what it certifies");
            assertEq(certificate.validTo, VALID_TO, "until when");
            assertEq(certificate.revokedAt, 0, "not revoked");
            assertTrue(certificates.isValid(lotId, documentHash), "it stands");
        }
        assertFalse(certificates.isValid(lotId, DOCUMENT), "no other document");
        assertFalse(certificates.isValid(lotId + 1, keccak256(abi.encode("certificate", 0))), "no other lot");
        assertEq(address(certificates.parts()), address(parts), "the lots that are certified");
    }

    /* RUNNING OUT */

    function test_isValid_UntilItsLastSecond() public {
        _issue(auditor);
        vm.warp(VALID_TO);
        assertTrue(certificates.isValid(lotId, DOCUMENT), "the last second");
        vm.warp(VALID_TO + 1);
        assertFalse(certificates.isValid(lotId, DOCUMENT), "over");
        assertEq(certificates.certificateOf(lotId, DOCUMENT).auditor, auditor, "it stays to be seen");
    }

    function test_revokeCertificate_EvenOneThatIsOver() public {
        _issue(auditor);
        vm.warp(VALID_TO + 1);
        _revoke(auditor);
        assertEq(certificates.certificateOf(lotId, DOCUMENT).revokedAt, VALID_TO + 1, "revoked");
    }

    /* REVOKING */

    function test_attack_RevokedByAnotherAuditor() public {
        _issue(auditor);
        vm.expectRevert(
            abi.encodeWithSelector(
                IPartCertificates.CertificatesForeign.selector,
                lotId,
                DOCUMENT,
                auditor,
                otherAuditor
            )
        );
        _revoke(otherAuditor);
        _expectNotAuditor(miner);
        _revoke(miner);
        assertTrue(certificates.isValid(lotId, DOCUMENT), "it stands");
    }

    function test_revokeCertificate_RevertWhen_NoneStands() public {
        _expectNotStanding(DOCUMENT);
        _revoke(auditor);
    }

    function test_attack_RevokedTwice() public {
        _issue(auditor);
        _revoke(auditor);
        vm.warp(NOW + 1 days);
        _expectNotStanding(DOCUMENT);
        _revoke(auditor);
        assertEq(certificates.certificateOf(lotId, DOCUMENT).revokedAt, NOW, "the first time counts");
    }

    function test_revokeCertificate_RevertWhen_ReasonIsMissing() public {
        _issue(auditor);
        vm.expectRevert(abi.encodeWithSelector(IPartCertificates.CertificatesReasonMissing.selector, lotId));
        vm.prank(auditor);
        certificates.revokeCertificate(lotId, DOCUMENT, 0);
    }

    function test_revokeCertificate_StoresAndTells() public {
        _issue(auditor);
        vm.expectEmit(address(certificates));
        emit IPartCertificates.CertificateRevoked(lotId, DOCUMENT, auditor, REASON);
        _revoke(auditor);
        Certificate memory certificate = certificates.certificateOf(lotId, DOCUMENT);
        assertEq(certificate.revokedAt, NOW, "when");
        assertEq(certificate.auditor, auditor, "whose it was");
        assertEq(certificate.validTo, VALID_TO, "until when it would have stood");
        assertFalse(certificates.isValid(lotId, DOCUMENT), "it stands no more");
    }

    function test_revokeCertificate_RevertWhen_AuditorIsExpelled() public {
        _issue(auditor);
        _expelAuditor();
        _expectNotAuditor(auditor);
        _revoke(auditor);
        assertTrue(certificates.isValid(lotId, DOCUMENT), "it stands until it runs out");
    }
}
