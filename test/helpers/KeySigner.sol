// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {RecordInput} from "../../contracts/types/RecordTypes.sol";
import {VehicleKeys} from "../../contracts/vehicle/VehicleKeys.sol";
import {Assertions} from "./Assertions.sol";

/// @dev The hardware of a vehicle: makes keys of both curves and signs the EIP-712 statements of the keys contract,
/// from the words of its interface and not from its code.
abstract contract KeySigner is Assertions {
    struct Key {
        bool isP256;
        uint256 secret;
    }

    /// @dev Order of the P-256 group; verifiers take only the lower half of s.
    uint256 internal constant P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551;

    function _secp256k1(uint256 secret) internal pure returns (Key memory) {
        return Key({isP256: false, secret: secret});
    }

    function _p256(uint256 secret) internal pure returns (Key memory) {
        return Key({isP256: true, secret: secret});
    }

    function _signerOf(VehicleKeys keys, Key memory key) internal view returns (bytes memory) {
        if (!key.isP256) return abi.encodePacked(vm.addr(key.secret));
        (uint256 x, uint256 y) = vm.publicKeyP256(key.secret);
        return abi.encodePacked(keys.p256Verifier(), x, y);
    }

    function _sign(Key memory key, bytes32 digest) internal pure returns (bytes memory) {
        if (key.isP256) {
            (bytes32 pr, bytes32 ps) = vm.signP256(key.secret, digest);
            uint256 s = uint256(ps);
            return abi.encodePacked(pr, s > P256_ORDER / 2 ? P256_ORDER - s : s);
        }
        (uint8 v, bytes32 r, bytes32 ks) = vm.sign(key.secret, digest);
        return abi.encodePacked(r, ks, v);
    }

    function _bindDigest(
        VehicleKeys keys,
        uint256 vehicleId,
        bytes32 keyId,
        uint40 validFrom,
        uint40 validTo,
        address binder
    ) internal view returns (bytes32) {
        bytes32 typeHash = keccak256(
            "BindKey(uint256 vehicleId,bytes32 keyId,uint40 validFrom,uint40 validTo,address binder)"
        );
        return _typed(keys, keccak256(abi.encode(typeHash, vehicleId, keyId, validFrom, validTo, binder)));
    }

    function _rotateDigest(
        VehicleKeys keys,
        uint256 vehicleId,
        bytes32 oldKeyId,
        bytes32 keyId,
        uint40 validTo,
        address binder
    ) internal view returns (bytes32) {
        bytes32 typeHash = keccak256(
            "RotateKey(uint256 vehicleId,bytes32 oldKeyId,bytes32 keyId,uint40 validTo,address binder)"
        );
        return _typed(keys, keccak256(abi.encode(typeHash, vehicleId, oldKeyId, keyId, validTo, binder)));
    }

    function _recordDigest(VehicleKeys keys, RecordInput memory input) internal view returns (bytes32) {
        bytes32 typeHash = keccak256(
            "VehicleRecord(uint256 vehicleId,bytes32 documentHash,uint8 kind,uint8 code,uint32 odometer,uint8 odometerUnit,uint40 observedAt)"
        );
        return _typed(keys, keccak256(abi.encode(typeHash, input)));
    }

    function _typed(VehicleKeys keys, bytes32 structHash) private view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("blok auto vehicle keys"),
                keccak256("1"),
                block.chainid,
                address(keys)
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }
}
