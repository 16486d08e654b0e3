// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Roles} from "../../contracts/access/Roles.sol";
import {RecordInput} from "../../contracts/types/RecordTypes.sol";
import {BlokTest} from "./BlokTest.sol";
import {KeySigner} from "./KeySigner.sol";

/// @dev Two vehicles of one manufacturer, and keys of both curves.
abstract contract KeysTest is BlokTest, KeySigner {
    uint256 internal constant VEHICLE = uint256(keccak256("vehicle"));
    uint256 internal constant OTHER_VEHICLE = uint256(keccak256("other vehicle"));
    uint40 internal constant FROM = NOW - 100 days;
    uint40 internal constant TO = NOW + 100 days;
    uint40 internal constant NO_END = type(uint40).max;

    Key internal k1 = Key({isP256: false, secret: 0xA11CE});
    Key internal k2 = Key({isP256: false, secret: 0xB0B});
    Key internal p1 = Key({isP256: true, secret: 0xCA4});

    function setUp() public virtual override {
        super.setUp();
        _register(VEHICLE, holder);
        _register(OTHER_VEHICLE, holder);
    }

    function _keyId(Key memory key) internal view returns (bytes32) {
        return keccak256(_signerOf(keys, key));
    }

    /// @dev The proof of possession that `binder` needs to bind `key` to `VEHICLE` from `FROM` to `TO`.
    function _bindProof(Key memory key, address binder) internal view returns (bytes memory) {
        return _sign(key, _bindDigest(keys, VEHICLE, _keyId(key), FROM, TO, binder));
    }

    function _rotateProof(
        Key memory from,
        Key memory to,
        uint40 validTo
    ) internal view returns (bytes memory) {
        return _sign(to, _rotateDigest(keys, VEHICLE, _keyId(from), _keyId(to), validTo, manufacturer));
    }

    /// @dev Binds `key` to `VEHICLE` as its manufacturer.
    function _bindTo(
        uint256 vehicleId,
        Key memory key,
        uint40 from,
        uint40 to
    ) internal returns (bytes32 keyId) {
        bytes memory signer = _signerOf(keys, key);
        bytes memory proof = _sign(
            key,
            _bindDigest(keys, vehicleId, keccak256(signer), from, to, manufacturer)
        );
        vm.prank(manufacturer);
        return keys.bindVehicleKey(vehicleId, signer, from, to, Roles.MANUFACTURER, proof);
    }

    /// @dev Calls `bindVehicleKey` for `VEHICLE`, `FROM` and `TO` as `caller`, with any signer and proof.
    function _tryBind(address caller, uint64 role, bytes memory signer, bytes memory proof) internal {
        vm.prank(caller);
        keys.bindVehicleKey(VEHICLE, signer, FROM, TO, role, proof);
    }

    function _rotate(Key memory from, Key memory to, uint40 validTo) internal returns (bytes32) {
        bytes memory signer = _signerOf(keys, to);
        bytes memory proof = _rotateProof(from, to, validTo);
        bytes32 oldKeyId = _keyId(from);
        vm.prank(manufacturer);
        return keys.rotateVehicleKey(VEHICLE, oldKeyId, signer, validTo, Roles.MANUFACTURER, proof);
    }

    function _revoke(Key memory key, uint40 compromisedAt) internal {
        bytes32 keyId = _keyId(key);
        vm.prank(manufacturer);
        keys.revokeVehicleKey(VEHICLE, keyId, compromisedAt, Roles.MANUFACTURER);
    }

    /// @dev Submits what `key` signed, as somebody who is nobody.
    function _submit(Key memory key, RecordInput memory input) internal returns (uint32) {
        bytes memory signer = _signerOf(keys, key);
        bytes memory signature = _sign(key, _recordDigest(keys, input));
        vm.prank(stranger);
        return keys.appendSignedRecord(input, signer, signature);
    }

    function _destroy(uint256 vehicleId) internal {
        vm.prank(holder);
        title.approve(recycler, vehicleId);
        RecordInput memory certificate = _birth(vehicleId);
        certificate.kind = 13;
        vm.prank(recycler);
        title.destroyVehicle(certificate);
    }
}
