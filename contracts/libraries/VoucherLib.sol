// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC7913SignatureVerifier} from "@openzeppelin/contracts/interfaces/IERC7913.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

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

    /// @notice The EIP-712 digest of a voucher; of a plain one if `sessionHash` is zero.
    /// @param domain The domain separator.
    function digestOf(
        bytes32 domain,
        bytes32 channelId,
        uint24 epoch,
        uint96 ceiling,
        bytes32 sessionHash
    ) internal pure returns (bytes32) {
        bytes32 structHash = sessionHash == 0 ? VOUCHER_TYPEHASH : SESSION_VOUCHER_TYPEHASH;
        // As abi.encode, without leaving anything behind for each claim of a batch; a plain voucher ends before the session.
        // Narrow values are masked: assembly sees whatever stands above them.
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore(start, structHash)
            mstore(add(start, 0x20), channelId)
            mstore(add(start, 0x40), and(epoch, 0xffffff))
            mstore(add(start, 0x60), and(ceiling, 0xffffffffffffffffffffffff))
            mstore(add(start, 0x80), sessionHash)
            structHash := keccak256(start, add(0x80, shl(5, iszero(iszero(sessionHash)))))
        }
        return MessageHashUtils.toTypedDataHash(domain, structHash);
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
        address recovered;
        ECDSA.RecoverError err;
        if (signature.length == COMPACT_LENGTH) {
            bytes32 r;
            bytes32 vs;
            // the length was just compared; a slice would be compared again
            assembly ("memory-safe") {
                r := calldataload(signature.offset)
                vs := calldataload(add(signature.offset, 0x20))
            }
            (recovered, err, ) = ECDSA.tryRecover(digest, r, vs);
        } else if (signature.length == SECP256K1_LENGTH) {
            (recovered, err, ) = ECDSA.tryRecoverCalldata(digest, signature);
        } else {
            return
                signature.length == P256_LENGTH && _isSignedByP256(digest, signer, signature, p256Verifier);
        }
        // a recovered address is never zero without an error
        return err == ECDSA.RecoverError.NoError && bytes32(uint256(uint160(recovered))) == signer;
    }

    function _isSignedByP256(
        bytes32 digest,
        bytes32 signer,
        bytes calldata signature,
        address p256Verifier
    ) private view returns (bool) {
        bytes calldata key = signature[64:];
        return
            keccak256(abi.encodePacked(p256Verifier, key)) == signer &&
            IERC7913SignatureVerifier(p256Verifier).verify(key, digest, signature[:64]) ==
                IERC7913SignatureVerifier.verify.selector;
    }
}
