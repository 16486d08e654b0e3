// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC7913SignatureVerifier} from "@openzeppelin/contracts/interfaces/IERC7913.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @title What machine keys sign, and whether they did.
/// @notice A machine key is plain: code at a secp256k1 key's address does not change what its signature is worth, so that no
/// account can outdate its vouchers by getting code (EIP-7702). P-256 goes through the one verifier of the contract.
library VoucherLib {
    bytes32 internal constant VOUCHER_TYPEHASH = keccak256(
        "Voucher(bytes32 channelId,uint24 epoch,uint96 ceiling)"
    );
    bytes32 internal constant SESSION_VOUCHER_TYPEHASH = keccak256(
        "SessionVoucher(bytes32 channelId,uint24 epoch,uint96 ceiling,bytes32 sessionHash)"
    );

    uint256 private constant SECP256K1_LENGTH = 65;
    uint256 private constant COMPACT_LENGTH = 64;
    uint256 private constant P256_LENGTH = 128;
    uint256 private constant HASH_LENGTH = 32;

    /// @notice The EIP-712 struct hash of a voucher; of a plain one if `sessionHash` is zero.
    function structHashOf(
        bytes32 channelId,
        uint24 epoch,
        uint96 ceiling,
        bytes32 sessionHash
    ) internal pure returns (bytes32) {
        return
            sessionHash == 0
                ? keccak256(abi.encode(VOUCHER_TYPEHASH, channelId, epoch, ceiling))
                : keccak256(abi.encode(SESSION_VOUCHER_TYPEHASH, channelId, epoch, ceiling, sessionHash));
    }

    /// @notice Splits the proof of a claim into the signature and the session's hash, which is zero for a plain voucher.
    function split(
        bytes calldata proof
    ) internal pure returns (bytes calldata signature, bytes32 sessionHash) {
        uint256 length = proof.length;
        if (length != COMPACT_LENGTH + HASH_LENGTH && length != P256_LENGTH + HASH_LENGTH)
            return (proof, bytes32(0));
        return (proof[:length - HASH_LENGTH], bytes32(proof[length - HASH_LENGTH:]));
    }

    /// @notice Whether `signer` signed `digest`; false for a signature of a length that does not exist, or one whose s is
    /// in the upper half.
    function isSignedBy(
        bytes32 digest,
        bytes32 signer,
        bytes calldata signature,
        address p256Verifier
    ) internal view returns (bool) {
        if (signature.length == P256_LENGTH) {
            bytes calldata key = signature[64:];
            return
                keccak256(abi.encodePacked(p256Verifier, key)) == signer &&
                IERC7913SignatureVerifier(p256Verifier).verify(key, digest, signature[:64]) ==
                    IERC7913SignatureVerifier.verify.selector;
        }
        address recovered;
        ECDSA.RecoverError err;
        if (signature.length == COMPACT_LENGTH) {
            (recovered, err, ) = ECDSA.tryRecover(digest, bytes32(signature[:32]), bytes32(signature[32:]));
        } else if (signature.length == SECP256K1_LENGTH) {
            (recovered, err, ) = ECDSA.tryRecoverCalldata(digest, signature);
        } else {
            return false;
        }
        // a recovered address is never zero without an error
        return err == ECDSA.RecoverError.NoError && bytes32(uint256(uint160(recovered))) == signer;
    }
}
