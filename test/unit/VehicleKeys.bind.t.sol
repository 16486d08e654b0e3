// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IERC7913SignatureVerifier} from "@openzeppelin/contracts/interfaces/IERC7913.sol";
import {MemberAccess} from "../../contracts/access/MemberAccess.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {IVehicleKeys} from "../../contracts/interfaces/IVehicleKeys.sol";
import {OdometerUnit, RecordInput} from "../../contracts/types/RecordTypes.sol";
import {VehicleKeys} from "../../contracts/vehicle/VehicleKeys.sol";
import {KeysTest} from "../helpers/KeysTest.sol";

/// @dev Says yes to every signature, as ERC-1271 wallet and as ERC-7913 verifier.
contract Yes is IERC1271, IERC7913SignatureVerifier {
    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        return IERC1271.isValidSignature.selector;
    }

    function verify(bytes calldata, bytes32, bytes calldata) external pure returns (bytes4) {
        return IERC7913SignatureVerifier.verify.selector;
    }
}

contract VehicleKeysBindTest is KeysTest {
    address private foreignManufacturer = address(0xF00);

    function setUp() public override {
        super.setUp();
        consortium.grantRole(Roles.MANUFACTURER, foreignManufacturer, 0);
    }

    /* WHO BINDS */

    function test_bindVehicleKey_RevertWhen_VehicleHasNoTitle() public {
        bytes memory signer = _signerOf(keys, k1);
        vm.expectRevert(abi.encodeWithSelector(IVehicleKeys.KeysVehicleNotAlive.selector, uint256(404)));
        vm.prank(manufacturer);
        keys.bindVehicleKey(404, signer, FROM, TO, Roles.MANUFACTURER, "");
    }

    function test_bindVehicleKey_RevertWhen_VehicleIsDestroyed() public {
        _destroy(VEHICLE);
        _refusesBinder(
            registrar,
            Roles.REGISTRAR,
            abi.encodeWithSelector(IVehicleKeys.KeysVehicleNotAlive.selector, VEHICLE)
        );
        _refusesBinder(
            manufacturer,
            Roles.MANUFACTURER,
            abi.encodeWithSelector(IVehicleKeys.KeysVehicleNotAlive.selector, VEHICLE)
        );
    }

    function test_bindVehicleKey_RevertWhen_ManufacturerIsNotTheIssuer() public {
        _refusesBinder(foreignManufacturer, Roles.MANUFACTURER, _foreign(foreignManufacturer));
    }

    function test_bindVehicleKey_RevertWhen_RoleIsNoBinder() public {
        uint64[5] memory roles = [uint64(0), Roles.WORKSHOP, Roles.TITLE_CONTRACT, 64, type(uint64).max];
        for (uint256 i = 0; i < roles.length; ++i)
            _refusesBinder(manufacturer, roles[i], _foreign(manufacturer));
    }

    function test_bindVehicleKey_RevertWhen_CallerIsNotOfItsClass() public {
        _refusesBinder(stranger, Roles.REGISTRAR, _notMember(stranger, Roles.REGISTRAR));
        _refusesBinder(manufacturer, Roles.REGISTRAR, _notMember(manufacturer, Roles.REGISTRAR));
        _refusesBinder(holder, Roles.MANUFACTURER, _foreign(holder));
    }

    function test_bindVehicleKey_RevertWhen_IssuerIsExpelled() public {
        vm.prank(admissions);
        consortium.expelMember(manufacturer, 0);
        _refusesBinder(manufacturer, Roles.MANUFACTURER, _notMember(manufacturer, Roles.MANUFACTURER));
    }

    function test_bindVehicleKey_RevertWhen_IssuerIsARegistrarThatActsAsManufacturer() public {
        RecordInput memory birth = _input(77, 2, 0, OdometerUnit.None, BORN);
        vm.prank(registrar);
        title.registerVehicle(holder, birth, Roles.REGISTRAR);
        bytes memory signer = _signerOf(keys, k1);
        vm.expectRevert(_notMember(registrar, Roles.MANUFACTURER));
        vm.prank(registrar);
        keys.bindVehicleKey(77, signer, FROM, TO, Roles.MANUFACTURER, "");
    }

    function test_bindVehicleKey_TakesTheIssuer() public {
        bytes memory proof = _bindProof(k1, manufacturer);
        _tryBind(manufacturer, Roles.MANUFACTURER, _signerOf(keys, k1), proof);
        assertTrue(keys.wasKeyValid(VEHICLE, _keyId(k1), NOW), "bound");
    }

    function test_bindVehicleKey_TakesAnyRegistrar() public {
        bytes memory proof = _bindProof(k1, registrar);
        _tryBind(registrar, Roles.REGISTRAR, _signerOf(keys, k1), proof);
        assertTrue(keys.wasKeyValid(VEHICLE, _keyId(k1), NOW), "bound");
    }

    function test_bindVehicleKey_TakesAnExportedVehicle() public {
        RecordInput memory input = _input(VEHICLE, 15, 0, OdometerUnit.None, NOW);
        vm.prank(registrar);
        title.changeStatus(input);
        _bindTo(VEHICLE, k1, FROM, TO);
        assertTrue(keys.wasKeyValid(VEHICLE, _keyId(k1), NOW), "it is alive abroad");
    }

    /* WHAT IS BOUND */

    function test_bindVehicleKey_BindsASecp256k1Key() public {
        _bindsAndTells(k1);
        assertEq(_signerOf(keys, k1).length, 20, "an address");
    }

    function test_bindVehicleKey_BindsAP256Key() public {
        _bindsAndTells(p1);
        assertEq(_signerOf(keys, p1).length, 84, "the verifier and two coordinates");
    }

    function test_bindVehicleKey_BindsOneKeyToSeveralVehicles() public {
        _bindTo(VEHICLE, k1, FROM, TO);
        _bindTo(OTHER_VEHICLE, k1, NOW, TO);
        assertTrue(keys.wasKeyValid(VEHICLE, _keyId(k1), FROM), "a period of its own");
        assertFalse(keys.wasKeyValid(OTHER_VEHICLE, _keyId(k1), FROM), "per vehicle");
    }

    function test_bindVehicleKey_BindsSeveralKeysToOneVehicle() public {
        _bindTo(VEHICLE, k1, FROM, TO);
        _bindTo(VEHICLE, p1, FROM, TO);
        assertTrue(keys.wasKeyValid(VEHICLE, _keyId(k1), NOW), "one");
        assertTrue(keys.wasKeyValid(VEHICLE, _keyId(p1), NOW), "beside the other");
    }

    function test_bindVehicleKey_RevertWhen_KeyIsBoundAlready() public {
        _bindTo(VEHICLE, k1, FROM, TO);
        bytes memory proof = _bindProof(k1, manufacturer);
        bytes memory signer = _signerOf(keys, k1);
        vm.expectRevert(abi.encodeWithSelector(IVehicleKeys.KeysAlreadyBound.selector, VEHICLE, _keyId(k1)));
        _tryBind(manufacturer, Roles.MANUFACTURER, signer, proof);
    }

    function test_bindVehicleKey_RevertWhen_KeyHasEnded() public {
        _bindTo(VEHICLE, k1, FROM, TO);
        _revoke(k1, FROM);
        bytes memory proof = _bindProof(k1, manufacturer);
        bytes memory signer = _signerOf(keys, k1);
        vm.expectRevert(abi.encodeWithSelector(IVehicleKeys.KeysAlreadyBound.selector, VEHICLE, _keyId(k1)));
        _tryBind(manufacturer, Roles.MANUFACTURER, signer, proof);
    }

    function test_bindVehicleKey_RevertWhen_PeriodIsEmpty() public {
        uint40[2][4] memory periods = [[uint40(0), 1], [uint40(0), TO], [TO, TO], [TO, FROM]];
        bytes memory signer = _signerOf(keys, k1);
        for (uint256 i = 0; i < periods.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IVehicleKeys.KeysPeriodInvalid.selector, periods[i][0], periods[i][1])
            );
            vm.prank(manufacturer);
            keys.bindVehicleKey(VEHICLE, signer, periods[i][0], periods[i][1], Roles.MANUFACTURER, "");
        }
    }

    function test_bindVehicleKey_TakesTheShortestPeriod() public {
        _bindTo(VEHICLE, k1, 1, 2);
        assertTrue(keys.wasKeyValid(VEHICLE, _keyId(k1), 1), "one second");
    }

    /* PROOF OF POSSESSION */

    function test_attack_KeyBoundWithoutPossession() public {
        bytes memory signer = _signerOf(keys, k1);
        bytes32 keyId = _keyId(k1);
        bytes32 digest = _bindDigest(keys, VEHICLE, keyId, FROM, TO, manufacturer);
        _refusesProof(signer, _sign(k2, digest)); // another key
        _refusesProof(signer, _sign(p1, digest)); // another curve
        _refusesProof(signer, "");
        _refusesProof(signer, new bytes(65));
    }

    function test_attack_P256KeyBoundWithoutPossession() public {
        bytes memory signer = _signerOf(keys, p1);
        bytes32 digest = _bindDigest(keys, VEHICLE, _keyId(p1), FROM, TO, manufacturer);
        _refusesProof(signer, _sign(_p256(2), digest));
        _refusesProof(signer, _sign(k1, digest));
        _refusesProof(signer, "");
        _refusesProof(signer, new bytes(64));
    }

    function test_attack_ProofOfPossessionForSomethingElse() public {
        bytes memory signer = _signerOf(keys, k1);
        bytes32 keyId = _keyId(k1);
        _refusesProof(signer, _sign(k1, _bindDigest(keys, OTHER_VEHICLE, keyId, FROM, TO, manufacturer)));
        _refusesProof(signer, _sign(k1, _bindDigest(keys, VEHICLE, _keyId(k2), FROM, TO, manufacturer)));
        _refusesProof(signer, _sign(k1, _bindDigest(keys, VEHICLE, keyId, FROM + 1, TO, manufacturer)));
        _refusesProof(signer, _sign(k1, _bindDigest(keys, VEHICLE, keyId, FROM, TO + 1, manufacturer)));
        _refusesProof(signer, _sign(k1, _bindDigest(keys, VEHICLE, keyId, FROM, TO, registrar)));
        _refusesProof(signer, _sign(k1, _rotateDigest(keys, VEHICLE, keyId, keyId, TO, manufacturer)));
    }

    function test_attack_ProofOfPossessionFromAnotherChain() public {
        uint256 chainId = block.chainid;
        vm.chainId(1);
        bytes memory proof = _bindProof(k1, manufacturer);
        vm.chainId(chainId);
        _refusesProof(_signerOf(keys, k1), proof);
    }

    function test_attack_ProofOfPossessionForAnotherContract() public {
        VehicleKeys other = new VehicleKeys(address(consortium), title, keys.p256Verifier());
        bytes memory proof = _sign(k1, _bindDigest(other, VEHICLE, _keyId(k1), FROM, TO, manufacturer));
        _refusesProof(_signerOf(keys, k1), proof);
    }

    function test_attack_ProofOfPossessionReplayedByAnotherBinder() public {
        bytes memory proof = _bindProof(k1, manufacturer);
        bytes memory signer = _signerOf(keys, k1);
        vm.expectRevert(_invalid(_keyId(k1)));
        _tryBind(registrar, Roles.REGISTRAR, signer, proof);
    }

    /* SIGNERS */

    function test_bindVehicleKey_RevertWhen_SignerHasAnotherLength() public {
        uint8[8] memory lengths = [0, 1, 19, 21, 64, 65, 83, 85];
        for (uint256 i = 0; i < lengths.length; ++i) {
            bytes memory signer = new bytes(lengths[i]);
            bytes20 verifier = bytes20(keys.p256Verifier());
            for (uint256 j = 0; j < 20 && j < signer.length; ++j) signer[j] = verifier[j];
            _refusesSigner(signer);
        }
    }

    function test_attack_ForeignVerifierSaysYes() public {
        bytes memory signer = abi.encodePacked(address(new Yes()), uint256(1), uint256(2));
        _refusesSigner(signer);
    }

    function test_attack_WalletContractSaysYes() public {
        bytes memory signer = abi.encodePacked(address(new Yes()));
        vm.expectRevert(_invalid(keccak256(signer)));
        _tryBind(manufacturer, Roles.MANUFACTURER, signer, "");
    }

    function test_attack_ZeroAddressAsSigner() public {
        bytes memory signer = new bytes(20);
        vm.expectRevert(_invalid(keccak256(signer)));
        _tryBind(manufacturer, Roles.MANUFACTURER, signer, new bytes(65));
    }

    function test_attack_PointOffTheCurve() public {
        bytes memory signer = abi.encodePacked(keys.p256Verifier(), uint256(0), uint256(0));
        bytes memory proof = _sign(p1, _bindDigest(keys, VEHICLE, keccak256(signer), FROM, TO, manufacturer));
        vm.expectRevert(_invalid(keccak256(signer)));
        _tryBind(manufacturer, Roles.MANUFACTURER, signer, proof);
    }

    function testFuzz_bindVehicleKey_NeedsTheKeysOwnSignature(
        uint256 secret,
        uint256 other,
        bool isP256
    ) public {
        Key memory key = Key(isP256, bound(secret, 1, 1 << 250));
        Key memory signing = Key(isP256, bound(other, 1, 1 << 250));
        bytes memory signer = _signerOf(keys, key);
        bytes memory proof = _sign(
            signing,
            _bindDigest(keys, VEHICLE, keccak256(signer), FROM, TO, manufacturer)
        );
        bool isOwn = key.secret == signing.secret;
        if (!isOwn) vm.expectRevert(_invalid(keccak256(signer)));
        _tryBind(manufacturer, Roles.MANUFACTURER, signer, proof);
        assertEq(keys.wasKeyValid(VEHICLE, keccak256(signer), NOW), isOwn, "bound by its own signature only");
    }

    /* VIEWS */

    function test_constructor_KnowsItsContracts() public view {
        assertEq(address(keys.title()), address(title), "the titles");
        assertEq(address(keys.records()), address(records), "the records of those titles");
        assertTrue(keys.p256Verifier().code.length != 0, "a verifier");
        assertEq(keys.authority(), address(consortium), "the authority");
    }

    function test_keyIdOf_IsTheHashOfTheSigner() public view {
        bytes memory signer = _signerOf(keys, p1);
        assertEq(keys.keyIdOf(signer), keccak256(signer), "the id");
        assertEq(
            keys.keyAddressOf(signer),
            address(uint160(uint256(keccak256(signer)))),
            "its last 20 bytes"
        );
    }

    /* BUILDING BLOCKS */

    function _bindsAndTells(Key memory key) private {
        bytes32 keyId = _keyId(key);
        vm.expectEmit(address(keys));
        emit IVehicleKeys.VehicleKeyBound(VEHICLE, keyId, manufacturer, _signerOf(keys, key), FROM, TO);
        assertEq(_bindTo(VEHICLE, key, FROM, TO), keyId, "the id is returned");

        IVehicleKeys.KeyPeriod memory period = keys.keyPeriodOf(VEHICLE, keyId);
        assertEq(period.validFrom, FROM, "from");
        assertEq(period.validTo, TO, "to");
        assertEq(period.lastSignedAt, 0, "it has signed nothing");
        assertFalse(period.isRevoked, "nor is it revoked");
    }

    function _refusesBinder(address caller, uint64 role, bytes memory reason) private {
        bytes memory signer = _signerOf(keys, k1);
        bytes memory proof = _bindProof(k1, caller);
        vm.expectRevert(reason);
        _tryBind(caller, role, signer, proof);
    }

    function _refusesProof(bytes memory signer, bytes memory proof) private {
        vm.expectRevert(_invalid(keccak256(signer)));
        _tryBind(manufacturer, Roles.MANUFACTURER, signer, proof);
    }

    function _refusesSigner(bytes memory signer) private {
        vm.expectRevert(abi.encodeWithSelector(IVehicleKeys.KeysSignerUnsupported.selector, signer));
        _tryBind(manufacturer, Roles.MANUFACTURER, signer, "");
    }

    function _foreign(address caller) private view returns (bytes memory) {
        return abi.encodeWithSelector(IVehicleKeys.KeysBinderForeign.selector, VEHICLE, caller, manufacturer);
    }

    function _notMember(address account, uint64 role) private pure returns (bytes memory) {
        return abi.encodeWithSelector(MemberAccess.AccessNotMember.selector, account, role);
    }

    function _invalid(bytes32 keyId) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IVehicleKeys.KeysSignatureInvalid.selector, VEHICLE, keyId);
    }
}
