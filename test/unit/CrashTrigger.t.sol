// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MemberAccess} from "../../contracts/access/MemberAccess.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {ICrashTrigger} from "../../contracts/interfaces/ICrashTrigger.sol";
import {
    CrashAttestation,
    CrashEvent,
    CrashEvidence,
    Finding,
    TriggerQuery
} from "../../contracts/types/InsuranceTypes.sol";
import {OdometerUnit, Record, RecordInput, RecordProof} from "../../contracts/types/RecordTypes.sol";
import {InsuranceTest} from "../helpers/InsuranceTest.sol";

contract CrashTriggerTest is InsuranceTest {
    uint256 private constant THIRD_VEHICLE = uint256(keccak256("third vehicle"));

    function _query() private pure returns (TriggerQuery memory) {
        return TriggerQuery({vehicleId: VEHICLE, productId: COLLISION, cell: CELL, corroborations: 2});
    }

    function _assess(CrashEvidence memory evidence) private view returns (Finding memory) {
        return crashTrigger.assess(_query(), abi.encode(evidence));
    }

    function _expectRefused(CrashEvidence memory evidence, bytes memory revertData) private {
        bytes memory encoded = abi.encode(evidence);
        vm.expectRevert(revertData);
        crashTrigger.assess(_query(), encoded);
    }

    function _good() private view returns (CrashEvidence memory) {
        return _evidence(_crash(500));
    }

    function _one(CrashAttestation memory only) private pure returns (CrashAttestation[] memory list) {
        list = new CrashAttestation[](1);
        list[0] = only;
    }

    /// @dev Another car, of another holder, that saw it.
    function _witness(
        CrashEvent memory crash,
        uint256 vehicleId,
        Key memory key
    ) private view returns (CrashAttestation memory) {
        uint40 at = uint40(block.timestamp);
        return
            CrashAttestation({
                role: Roles.VEHICLE,
                attestedAt: at,
                vehicleId: vehicleId,
                signer: _signerOf(keys, key),
                signature: _sign(
                    key,
                    crashTrigger.attestationDigestOf(crashTrigger.crashHashOf(crash), Roles.VEHICLE, at)
                )
            });
    }

    /* WHAT IS FOUND */

    function test_assess_saysWhatHappened() public view {
        CrashEvidence memory evidence = _good();
        Finding memory finding = _assess(evidence);
        assertEq(finding.slot, block.timestamp / 1 hours, "the hour");
        assertEq(finding.occurredAt, block.timestamp, "the time");
        assertEq(finding.severity, 500, "the change of velocity");
        assertEq(finding.silentS, 0, "not silent");
        assertEq(finding.documentHash, evidence.crash.documentHash, "the recorder's document");
        assertEq(finding.author, assessor, "the first attester");
        assertEq(finding.role, Roles.ASSESSOR, "in its class");
    }

    function test_assess_anAirbagIsSevere() public view {
        CrashEvent memory crash = _crash(500);
        crash.isAirbagDeployed = true;
        assertEq(_assess(_evidence(crash)).severity, 833, "at least");
        crash.deltaVCmS = 1_200;
        assertEq(_assess(_evidence(crash)).severity, 1_200, "or more");
    }

    function test_assess_ofEachGroup() public {
        _register(THIRD_VEHICLE, buyer);
        _bindTo(THIRD_VEHICLE, p1, FROM, NO_END);
        CrashEvidence memory evidence = _good();
        CrashAttestation[] memory four = new CrashAttestation[](4);
        four[0] = evidence.attestations[0];
        four[1] = evidence.attestations[1];
        four[2] = _attest(evidence.crash, Roles.COURT, COURT_SECRET);
        four[3] = _witness(evidence.crash, THIRD_VEHICLE, p1);
        evidence.attestations = four;
        assertEq(_assess(evidence).severity, 500, "an assessor, a workshop, a court, a car with a P-256 key");
        assertFalse(crashTrigger.isUndone(_query(), abi.encode(evidence)), "they stand");
    }

    /* THE VEHICLE'S WORD */

    function test_attack_eventForged() public {
        CrashEvidence memory evidence = _good();
        evidence.signature = _sign(k2, crashTrigger.crashDigestOf(evidence.crash));
        _expectRefused(
            evidence,
            abi.encodeWithSelector(
                ICrashTrigger.CrashSignatureInvalid.selector,
                crashTrigger.crashHashOf(evidence.crash),
                evidence.signer
            )
        );
    }

    function testFuzz_attack_eventAltered(uint256 seed) public {
        CrashEvidence memory evidence = _good();
        uint256 field = seed % 4;
        if (field == 0) evidence.crash.deltaVCmS += 1;
        if (field == 1) evidence.crash.isAirbagDeployed = true;
        if (field == 2) evidence.crash.occurredAt -= 1;
        if (field == 3) evidence.crash.documentHash = bytes32(seed);
        _expectRefused(
            evidence,
            abi.encodeWithSelector(
                ICrashTrigger.CrashSignatureInvalid.selector,
                crashTrigger.crashHashOf(evidence.crash),
                evidence.signer
            )
        );
    }

    function _keyNotValid(Key memory key) private view returns (bytes memory) {
        return
            abi.encodeWithSelector(
                ICrashTrigger.CrashKeyNotValid.selector,
                VEHICLE,
                _keyId(key),
                block.timestamp
            );
    }

    function test_attack_keyForeign() public {
        CrashEvidence memory evidence = _good();
        evidence.signer = _signerOf(keys, k2);
        evidence.signature = _sign(k2, crashTrigger.crashDigestOf(evidence.crash));
        _expectRefused(evidence, _keyNotValid(k2));
    }

    function test_attack_keyRevoked() public {
        CrashEvidence memory evidence = _good();
        assertFalse(crashTrigger.isUndone(_query(), abi.encode(evidence)), "stands");
        _revoke(k1, uint40(block.timestamp));
        _expectRefused(evidence, _keyNotValid(k1));
        assertTrue(crashTrigger.isUndone(_query(), abi.encode(evidence)), "undone");
    }

    function test_attack_keyExpired() public {
        _bindTo(VEHICLE, p1, FROM, uint40(block.timestamp));
        CrashEvidence memory evidence = _good();
        evidence.signer = _signerOf(keys, p1);
        evidence.signature = _sign(p1, crashTrigger.crashDigestOf(evidence.crash));
        _expectRefused(evidence, _keyNotValid(p1));
    }

    function test_attack_crashOfAnotherVehicle() public {
        CrashEvidence memory evidence = _good();
        evidence.crash.vehicleId = OTHER_VEHICLE;
        _expectRefused(
            evidence,
            abi.encodeWithSelector(ICrashTrigger.CrashVehicleForeign.selector, VEHICLE, OTHER_VEHICLE)
        );
    }

    function test_attack_clockInTheFuture() public {
        CrashEvent memory crash = _crash(500);
        crash.occurredAt += 1;
        _expectRefused(
            _evidence(crash),
            abi.encodeWithSelector(ICrashTrigger.CrashInFuture.selector, block.timestamp + 1, block.timestamp)
        );
    }

    /* THE OTHERS' WORD */

    function test_attack_tooFewOrTooManyAttesters() public {
        CrashEvidence memory evidence = _good();
        CrashAttestation[] memory all = evidence.attestations;
        evidence.attestations = new CrashAttestation[](0);
        _expectRefused(evidence, abi.encodeWithSelector(ICrashTrigger.CrashAttestersCount.selector, 0, 2));
        evidence.attestations = _one(all[0]);
        _expectRefused(evidence, abi.encodeWithSelector(ICrashTrigger.CrashAttestersCount.selector, 1, 2));
        evidence.attestations = new CrashAttestation[](5);
        _expectRefused(evidence, abi.encodeWithSelector(ICrashTrigger.CrashAttestersCount.selector, 5, 4));
    }

    function _expectRepeated(CrashEvidence memory evidence) private {
        CrashAttestation memory second = evidence.attestations[1];
        _expectRefused(
            evidence,
            abi.encodeWithSelector(ICrashTrigger.CrashAttesterRepeated.selector, second.role, second.signer)
        );
    }

    function test_attack_attestersFromOneClass() public {
        consortium.grantRole(Roles.ASSESSOR, vm.addr(FOREIGN_SECRET), 0);
        CrashEvidence memory evidence = _good();
        evidence.attestations[1] = _attest(evidence.crash, Roles.ASSESSOR, FOREIGN_SECRET);
        _expectRepeated(evidence);
        evidence.attestations[0] = _attest(evidence.crash, Roles.REGISTRAR, REGISTRAR_SECRET);
        evidence.attestations[1] = _attest(evidence.crash, Roles.COURT, COURT_SECRET);
        _expectRepeated(evidence); // two of the authorities
    }

    function test_attack_sameAttesterTwice() public {
        consortium.grantRole(Roles.WORKSHOP, assessor, 0);
        CrashEvidence memory evidence = _good();
        evidence.attestations[1] = _attest(evidence.crash, Roles.WORKSHOP, ASSESSOR_SECRET);
        _expectRepeated(evidence);
    }

    function test_attack_attesterRevoked() public {
        CrashEvidence memory evidence = _good();
        consortium.revokeRole(Roles.WORKSHOP, workshop);
        _expectRefused(
            evidence,
            abi.encodeWithSelector(MemberAccess.AccessNotMember.selector, workshop, Roles.WORKSHOP)
        );
        assertTrue(crashTrigger.isUndone(_query(), abi.encode(evidence)), "undone");
    }

    function test_attack_attesterOfAnotherClass() public {
        CrashEvidence memory evidence = _good();
        evidence.attestations[1] = _attest(evidence.crash, Roles.INSURER, INSURER_SECRET);
        _expectRefused(
            evidence,
            abi.encodeWithSelector(ICrashTrigger.CrashRoleUnknown.selector, Roles.INSURER)
        );
    }

    function test_attack_attestationForged() public {
        CrashEvidence memory evidence = _good();
        evidence.attestations[1].signature = evidence.attestations[0].signature;
        _expectRefused(
            evidence,
            abi.encodeWithSelector(
                ICrashTrigger.CrashSignatureInvalid.selector,
                crashTrigger.crashHashOf(evidence.crash),
                evidence.attestations[1].signer
            )
        );
        evidence = _good();
        evidence.attestations[1].signer = hex"01";
        _expectRefused(
            evidence,
            abi.encodeWithSelector(ICrashTrigger.CrashSignerUnsupported.selector, hex"01")
        );
    }

    function test_attack_attestationOfAnotherCrash() public {
        CrashEvidence memory evidence = _good();
        evidence.attestations[1] = _attest(_crash(501), Roles.WORKSHOP, WORKSHOP_SECRET);
        _expectRefused(
            evidence,
            abi.encodeWithSelector(
                ICrashTrigger.CrashSignatureInvalid.selector,
                crashTrigger.crashHashOf(evidence.crash),
                evidence.attestations[1].signer
            )
        );
    }

    function test_attack_attestedOutOfTime() public {
        CrashEvent memory crash = _crash(500);
        vm.warp(block.timestamp + 3 days);
        CrashEvidence memory evidence = _evidence(crash);
        assertEq(_assess(evidence).severity, 500, "just in time");
        vm.warp(block.timestamp + 1);
        evidence.attestations[1] = _attest(crash, Roles.WORKSHOP, WORKSHOP_SECRET);
        _expectRefused(
            evidence,
            abi.encodeWithSelector(
                ICrashTrigger.CrashNotCorroboratedInTime.selector,
                crash.occurredAt,
                block.timestamp
            )
        );
        // Before the crash, or after now.
        vm.warp(crash.occurredAt);
        evidence = _evidence(crash);
        evidence.attestations[1].attestedAt = crash.occurredAt - 1;
        _expectRefused(
            evidence,
            abi.encodeWithSelector(
                ICrashTrigger.CrashNotCorroboratedInTime.selector,
                crash.occurredAt,
                crash.occurredAt - 1
            )
        );
        evidence.attestations[1].attestedAt = crash.occurredAt + 1;
        _expectRefused(
            evidence,
            abi.encodeWithSelector(
                ICrashTrigger.CrashNotCorroboratedInTime.selector,
                crash.occurredAt,
                crash.occurredAt + 1
            )
        );
    }

    function test_attack_witnessIsTheSameOrOfTheSameHolder() public {
        CrashEvidence memory evidence = _good();
        evidence.attestations[1] = _witness(evidence.crash, VEHICLE, k1);
        _expectRefused(
            evidence,
            abi.encodeWithSelector(ICrashTrigger.CrashAttesterInvolved.selector, VEHICLE)
        );
        evidence.attestations[1] = _witness(evidence.crash, OTHER_VEHICLE, k2);
        _expectRefused(
            evidence,
            abi.encodeWithSelector(ICrashTrigger.CrashAttesterInvolved.selector, OTHER_VEHICLE)
        );
    }

    function test_attack_witnessKeyRevoked() public {
        vm.prank(holder);
        title.transferFrom(holder, buyer, OTHER_VEHICLE);
        CrashEvidence memory evidence = _good();
        evidence.attestations[1] = _witness(evidence.crash, OTHER_VEHICLE, k2);
        assertEq(_assess(evidence).severity, 500, "another holder's car");
        bytes32 keyId = _keyId(k2);
        vm.prank(manufacturer);
        keys.revokeVehicleKey(OTHER_VEHICLE, keyId, uint40(block.timestamp), Roles.MANUFACTURER);
        _expectRefused(
            evidence,
            abi.encodeWithSelector(
                ICrashTrigger.CrashKeyNotValid.selector,
                OTHER_VEHICLE,
                keyId,
                block.timestamp
            )
        );
        assertTrue(crashTrigger.isUndone(_query(), abi.encode(evidence)), "undone");
    }

    function test_attack_holderConfirmsItsOwnCrash() public {
        vm.prank(holder);
        title.transferFrom(holder, workshop, VEHICLE);
        _expectRefused(
            _good(),
            abi.encodeWithSelector(ICrashTrigger.CrashAttesterInvolved.selector, VEHICLE)
        );
    }

    /* THE LIFE RECORD'S WORD */

    function _recordProof(
        address author,
        uint64 role,
        uint8 kind,
        uint40 observedAt
    ) private returns (RecordProof memory proof) {
        RecordInput memory input = _input(VEHICLE, kind, 0, OdometerUnit.None, observedAt);
        proof.previousHead = records.headOf(VEHICLE);
        vm.prank(author);
        uint32 index = records.appendRecord(input, role);
        proof.author = author;
        proof.kind = kind;
        proof.record = Record({
            index: index,
            documentHash: input.documentHash,
            code: 0,
            odometer: 0,
            odometerUnit: OdometerUnit.None,
            observedAt: observedAt,
            recordedAt: uint40(block.timestamp),
            role: role,
            corrects: 0
        });
    }

    function test_assess_byAnAccidentInTheLifeRecord() public {
        CrashEvidence memory evidence = _good();
        evidence.attestations = new CrashAttestation[](0);
        evidence.recordProof = abi.encode(
            _recordProof(assessor, Roles.ASSESSOR, ACCIDENT, uint40(block.timestamp))
        );
        Finding memory finding = _assess(evidence);
        assertEq(finding.severity, 500, "found");
        assertEq(finding.author, address(0), "it stands there already");
        assertFalse(crashTrigger.isUndone(_query(), abi.encode(evidence)), "stands");
    }

    function test_attack_recordOfTheInsurerOfAnotherKindOrMadeUp() public {
        CrashEvidence memory evidence = _good();
        uint40 at = uint40(block.timestamp);
        evidence.recordProof = abi.encode(_recordProof(insurer, Roles.INSURER, ACCIDENT, at));
        _expectRefused(
            evidence,
            abi.encodeWithSelector(
                ICrashTrigger.CrashRecordInvalid.selector,
                VEHICLE,
                ACCIDENT,
                Roles.INSURER
            )
        );
        evidence.recordProof = abi.encode(_recordProof(workshop, Roles.WORKSHOP, SERVICE, at));
        _expectRefused(
            evidence,
            abi.encodeWithSelector(
                ICrashTrigger.CrashRecordInvalid.selector,
                VEHICLE,
                SERVICE,
                Roles.WORKSHOP
            )
        );
        RecordProof memory proof = _recordProof(assessor, Roles.ASSESSOR, ACCIDENT, at);
        proof.record.observedAt += 1;
        evidence.recordProof = abi.encode(proof);
        _expectRefused(
            evidence,
            abi.encodeWithSelector(
                ICrashTrigger.CrashRecordInvalid.selector,
                VEHICLE,
                ACCIDENT,
                Roles.ASSESSOR
            )
        );
    }

    function test_attack_recordOutOfTime() public {
        uint40 before = uint40(block.timestamp) - 1;
        CrashEvidence memory evidence = _good();
        evidence.recordProof = abi.encode(_recordProof(assessor, Roles.ASSESSOR, ACCIDENT, before));
        _expectRefused(
            evidence,
            abi.encodeWithSelector(ICrashTrigger.CrashNotCorroboratedInTime.selector, before + 1, before)
        );
    }

    function test_attack_recordOfAnExpelledMember() public {
        CrashEvidence memory evidence = _good();
        evidence.recordProof = abi.encode(
            _recordProof(assessor, Roles.ASSESSOR, ACCIDENT, uint40(block.timestamp))
        );
        consortium.revokeRole(Roles.ASSESSOR, assessor);
        _expectRefused(
            evidence,
            abi.encodeWithSelector(MemberAccess.AccessNotMember.selector, assessor, Roles.ASSESSOR)
        );
    }
}
