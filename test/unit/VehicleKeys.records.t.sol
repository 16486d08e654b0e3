// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Roles} from "../../contracts/access/Roles.sol";
import {IVehicleKeys} from "../../contracts/interfaces/IVehicleKeys.sol";
import {IVehicleRecords} from "../../contracts/interfaces/IVehicleRecords.sol";
import {
    KindWriters,
    OdometerUnit,
    Record,
    RecordInput,
    TrustGrade
} from "../../contracts/types/RecordTypes.sol";
import {VehicleKeys} from "../../contracts/vehicle/VehicleKeys.sol";
import {KeysTest} from "../helpers/KeysTest.sol";

/// @dev Records that a vehicle signs itself.
contract VehicleKeysRecordsTest is KeysTest {
    function setUp() public override {
        super.setUp();
        _bindTo(VEHICLE, k1, FROM, TO);
    }

    /* WHAT IT WRITES */

    function test_appendSignedRecord_WritesTheVehiclesOwnRecord() public {
        _writesFor(k1, 2);
    }

    function test_appendSignedRecord_TakesAP256Key() public {
        _bindTo(VEHICLE, p1, FROM, TO);
        _writesFor(p1, 2);
    }

    function test_appendSignedRecord_MovesTheOdometer() public {
        _submit(k1, _reading(54_321, NOW - 1));
        assertEq(records.stateOf(VEHICLE).odometer, 54_321, "what the car says");
        assertEq(keys.keyPeriodOf(VEHICLE, _keyId(k1)).lastSignedAt, NOW - 1, "and when it said it");
    }

    function test_appendSignedRecord_CountsEveryKeyByItself() public {
        _bindTo(VEHICLE, k2, FROM, TO);
        assertEq(_submit(k1, _reading(2, NOW)), 2, "one key");
        assertEq(_submit(k2, _reading(1, NOW - 1 days)), 3, "another with an older message");
    }

    /* SIGNATURE */

    function test_attack_SignedRecordAltered() public {
        RecordInput memory signed = _reading(100, NOW);
        bytes memory signer = _signerOf(keys, k1);
        bytes memory signature = _sign(k1, _recordDigest(keys, signed));
        for (uint256 field = 0; field < 6; ++field) {
            RecordInput memory altered = _reading(100, NOW);
            if (field == 0) altered.documentHash = keccak256("another document");
            if (field == 1) altered.kind = SERVICE;
            if (field == 2) altered.code = 1;
            if (field == 3) altered.odometer = 99;
            if (field == 4) altered.odometerUnit = OdometerUnit.Mi;
            if (field == 5) altered.observedAt = NOW - 1;
            _refuses(altered, signer, signature);
        }
        assertEq(keys.appendSignedRecord(signed, signer, signature), 2, "as signed it is taken");
    }

    function test_attack_SignedRecordOfAForeignVehicle() public {
        _bindTo(OTHER_VEHICLE, k1, FROM, TO);
        RecordInput memory input = _reading(100, NOW);
        bytes memory signature = _sign(k1, _recordDigest(keys, input));
        input.vehicleId = OTHER_VEHICLE;
        _refuses(input, _signerOf(keys, k1), signature);
    }

    function test_attack_SignedByAForeignKey() public {
        _bindTo(VEHICLE, p1, FROM, TO);
        RecordInput memory input = _reading(100, NOW);
        bytes32 digest = _recordDigest(keys, input);
        _refuses(input, _signerOf(keys, k1), _sign(k2, digest));
        _refuses(input, _signerOf(keys, k1), "");
        _refuses(input, _signerOf(keys, p1), _sign(_p256(9), digest));
    }

    function test_attack_SignedRecordFromAnotherChainOrContract() public {
        RecordInput memory input = _reading(100, NOW);
        uint256 chainId = block.chainid;
        vm.chainId(1);
        bytes memory foreign = _sign(k1, _recordDigest(keys, input));
        vm.chainId(chainId);
        _refuses(input, _signerOf(keys, k1), foreign);

        VehicleKeys other = new VehicleKeys(address(consortium), title, keys.p256Verifier());
        _refuses(input, _signerOf(keys, k1), _sign(k1, _recordDigest(other, input)));
    }

    function test_appendSignedRecord_RevertWhen_SignerIsUnsupported() public {
        bytes memory signer = abi.encodePacked(_signerOf(keys, k1), uint8(0));
        vm.expectRevert(abi.encodeWithSelector(IVehicleKeys.KeysSignerUnsupported.selector, signer));
        keys.appendSignedRecord(_reading(1, NOW), signer, "");
    }

    /* PERIOD */

    function test_appendSignedRecord_RevertWhen_KeyIsNotBound() public {
        _refusesAt(k2, _reading(1, NOW));
    }

    function test_appendSignedRecord_RevertWhen_KeyIsOfAnotherVehicle() public {
        RecordInput memory input = _reading(1, NOW);
        input.vehicleId = OTHER_VEHICLE;
        _refusesAt(k1, input);
    }

    function test_appendSignedRecord_RevertWhen_ObservedOutsideThePeriod() public {
        vm.warp(TO + 1 days);
        _refusesAt(k1, _reading(1, FROM - 1));
        _refusesAt(k1, _reading(1, TO));
        assertEq(_submit(k1, _reading(1, FROM)), 2, "the first second is inside");
        assertEq(_submit(k1, _reading(2, TO - 1)), 3, "so is the last, and it may come late");
    }

    function test_appendSignedRecord_RevertWhen_KeyIsRevoked() public {
        _revoke(k1, NOW - 10);
        _refusesAt(k1, _reading(1, NOW));
        _refusesAt(k1, _reading(1, NOW - 10));
        _refusesAt(k1, _reading(1, NOW - 11)); // whoever has it dates what it signs at will
    }

    function test_revokeVehicleKey_LeavesWhatWasSignedBefore() public {
        _submit(k1, _reading(7, NOW - 11));
        bytes32 head = records.headOf(VEHICLE);
        _revoke(k1, NOW - 10);
        assertEq(records.headOf(VEHICLE), head, "nothing is removed");
        assertTrue(keys.wasKeyValid(VEHICLE, _keyId(k1), NOW - 11), "and the key was valid then");
    }

    function test_attack_ScrappedKeySignsOn() public {
        _destroy(VEHICLE);
        _revoke(k1, NOW);
        _refusesAt(k1, _reading(1, NOW));
    }

    function test_appendSignedRecord_RevertWhen_KeyIsRevokedAltogether() public {
        _revoke(k1, 0);
        _refusesAt(k1, _reading(1, FROM));
    }

    function test_appendSignedRecord_RevertWhen_KeyWasRotated() public {
        _rotate(k1, k2, TO);
        _refusesAt(k1, _reading(1, NOW));
        assertEq(_submit(k1, _reading(1, NOW - 1)), 2, "the old key for the time until the change");
        assertEq(_submit(k2, _reading(2, NOW)), 3, "the new key from then on");
    }

    /* ORDER */

    function test_attack_SignedRecordReplayed() public {
        _submit(k1, _reading(100, NOW - 10));
        _refusesAgain(_reading(100, NOW - 10), NOW - 10);
    }

    function test_attack_SignedRecordsReordered() public {
        _submit(k1, _reading(100, NOW - 10));
        _refusesAgain(_reading(99, NOW - 11), NOW - 10);
        _refusesAgain(_reading(101, NOW - 10), NOW - 10);
        assertEq(_submit(k1, _reading(101, NOW - 9)), 3, "a later one is taken");
    }

    /* RULES OF THE LIFE RECORD */

    function test_appendSignedRecord_RevertWhen_KindIsNotForVehicles() public {
        RecordInput memory input = _reading(1, NOW);
        input.kind = SERVICE;
        _refusedByRecords(
            input,
            abi.encodeWithSelector(
                IVehicleRecords.RecordsWriterNotAllowed.selector,
                SERVICE,
                Roles.VEHICLE,
                records.kindWritersOf(SERVICE)
            )
        );
    }

    function test_appendSignedRecord_RevertWhen_KindIsReserved() public {
        KindWriters[] memory rows = new KindWriters[](1);
        rows[0] = KindWriters(77, _set(Roles.VEHICLE) | _set(Roles.RECORD_CONTROLLER));
        records.setKindWriters(rows);
        RecordInput memory input = _reading(1, NOW);
        input.kind = 77;
        _refusedByRecords(
            input,
            abi.encodeWithSelector(IVehicleRecords.RecordsKindReserved.selector, uint8(77))
        );
    }

    function test_appendSignedRecord_RevertWhen_ObservedInTheFuture() public {
        _refusedByRecords(
            _reading(1, NOW + 1),
            abi.encodeWithSelector(IVehicleRecords.RecordsObservedInFuture.selector, VEHICLE, NOW + 1, NOW)
        );
        assertEq(
            keys.keyPeriodOf(VEHICLE, _keyId(k1)).lastSignedAt,
            0,
            "a refused record leaves the key as it was"
        );
    }

    function test_appendSignedRecord_QuarantinesARollback() public {
        _submit(k1, _reading(50_000, NOW - 10));
        vm.expectEmit(address(records));
        emit IVehicleRecords.OdometerQuarantined(VEHICLE, 3, 1);
        _submit(k1, _reading(20_000, NOW));
        assertEq(
            records.stateOf(VEHICLE).odometer,
            50_000,
            "hardware is not believed against the past either"
        );
    }

    /// @dev A scrapped car that still drives is worth knowing of: the life record takes it, the title stays as it is.
    function test_appendSignedRecord_TakesTheWordOfADestroyedVehicle() public {
        _destroy(VEHICLE);
        bytes32 state = keccak256(abi.encode(title.stateOf(VEHICLE)));
        _submit(k1, _reading(9, NOW));
        assertEq(records.stateOf(VEHICLE).count, 3, "recorded");
        assertEq(keccak256(abi.encode(title.stateOf(VEHICLE))), state, "the title never changes again");
    }

    function testFuzz_appendSignedRecord_TakesNewerMessagesOnly(uint40[5] memory instants) public {
        uint40 last;
        for (uint256 i = 0; i < instants.length; ++i) {
            RecordInput memory input = _reading(uint32(i), uint40(bound(instants[i], FROM, NOW)));
            if (input.observedAt > last) {
                _submit(k1, input);
                last = input.observedAt;
            } else {
                _refusesAgain(input, last);
            }
            assertEq(keys.keyPeriodOf(VEHICLE, _keyId(k1)).lastSignedAt, last, "the newest so far");
        }
    }

    /* BUILDING BLOCKS */

    function _reading(uint32 km, uint40 observedAt) private pure returns (RecordInput memory) {
        return _input(VEHICLE, ODOMETER_READING, km, OdometerUnit.Km, observedAt);
    }

    function _writesFor(Key memory key, uint32 index) private {
        RecordInput memory input = _reading(12_345, NOW - 1);
        bytes memory signer = _signerOf(keys, key);
        Record memory record = Record({
            index: index,
            documentHash: input.documentHash,
            code: 0,
            odometer: 12_345,
            odometerUnit: OdometerUnit.Km,
            observedAt: NOW - 1,
            recordedAt: NOW,
            role: Roles.VEHICLE,
            corrects: 0
        });
        vm.expectEmit(address(records));
        emit IVehicleRecords.RecordAppended(VEHICLE, keys.keyAddressOf(signer), ODOMETER_READING, record);
        assertEq(_submit(key, input), index, "the record's place is returned");
        assertEq(
            uint256(records.gradeOf(Roles.VEHICLE)),
            uint256(TrustGrade.Hardware),
            "its word is hardware's"
        );
    }

    function _refuses(RecordInput memory input, bytes memory signer, bytes memory signature) private {
        bytes32 keyId = keccak256(signer);
        vm.expectRevert(
            abi.encodeWithSelector(IVehicleKeys.KeysSignatureInvalid.selector, input.vehicleId, keyId)
        );
        keys.appendSignedRecord(input, signer, signature);
    }

    function _refusesAt(Key memory key, RecordInput memory input) private {
        _refusedFor(
            key,
            input,
            abi.encodeWithSelector(
                IVehicleKeys.KeysNotValidAt.selector,
                input.vehicleId,
                _keyId(key),
                input.observedAt
            )
        );
    }

    function _refusesAgain(RecordInput memory input, uint40 lastSignedAt) private {
        _refusedFor(
            k1,
            input,
            abi.encodeWithSelector(
                IVehicleKeys.KeysRecordReplayed.selector,
                VEHICLE,
                _keyId(k1),
                input.observedAt,
                lastSignedAt
            )
        );
    }

    function _refusedByRecords(RecordInput memory input, bytes memory reason) private {
        _refusedFor(k1, input, reason);
    }

    function _refusedFor(Key memory key, RecordInput memory input, bytes memory reason) private {
        bytes memory signer = _signerOf(keys, key);
        bytes memory signature = _sign(key, _recordDigest(keys, input));
        vm.expectRevert(reason);
        vm.prank(stranger);
        keys.appendSignedRecord(input, signer, signature);
    }
}
