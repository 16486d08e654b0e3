// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title Signatures of machine keys that are named as ERC-7913 signers.
/// @notice A machine key is a secp256k1 address, whether there is code or not, or a P-256 key of the one verifier that the
/// contract knows. A verifier of the caller's choice would let the caller speak for the machine.
library MachineKeyLib {
    uint256 private constant SECP256K1_LENGTH = 20;

    /// @dev Verifier address and two coordinates.
    uint256 private constant P256_LENGTH = 84;

    /// @notice Whether `signer` is a key that can be checked at all.
    function isSupported(bytes calldata signer, address p256Verifier) internal pure returns (bool) {
        return
            signer.length == SECP256K1_LENGTH ||
            (signer.length == P256_LENGTH && address(bytes20(signer)) == p256Verifier);
    }

    /// @notice Whether `signer`, which is supported, signed `digest`.
    function isSignedBy(
        bytes32 digest,
        bytes calldata signer,
        bytes calldata signature
    ) internal view returns (bool) {
        if (signer.length != SECP256K1_LENGTH)
            return SignatureChecker.isValidSignatureNow(signer, digest, signature);
        (address recovered, ECDSA.RecoverError err, ) = ECDSA.tryRecoverCalldata(digest, signature);
        return err == ECDSA.RecoverError.NoError && recovered == address(bytes20(signer));
    }
}
