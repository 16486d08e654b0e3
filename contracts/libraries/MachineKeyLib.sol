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
        return _isRecovered(digest, address(bytes20(signer)), signature);
    }

    /// @notice Whether `account`, a person's or organisation's, signed `digest`: by its key, or by ERC-1271 if it is a contract.
    /// @dev The key first: most accounts have one, and looking whether there is code costs more than to recover it.
    function isSignedByAccount(
        bytes32 digest,
        address account,
        bytes calldata signature
    ) internal view returns (bool) {
        return
            _isRecovered(digest, account, signature) ||
            SignatureChecker.isValidERC1271SignatureNowCalldata(account, digest, signature);
    }

    function _isRecovered(
        bytes32 digest,
        address account,
        bytes calldata signature
    ) private pure returns (bool) {
        (address recovered, ECDSA.RecoverError err, ) = ECDSA.tryRecoverCalldata(digest, signature);
        return err == ECDSA.RecoverError.NoError && recovered == account;
    }
}
