// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ChannelTerms, Mandate} from "../../contracts/types/ChannelTypes.sol";
import {Assertions} from "./Assertions.sol";

/// @dev Ids, digests and signatures of payment channels, made from the words of the interface and not from its code.
abstract contract ChannelSigner is Assertions {
    /// @dev Orders of the two groups; a signature with s in the upper half is a second one of the same key.
    uint256 internal constant P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551;
    uint256 internal constant SECP256K1_ORDER =
        0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    /* KEYS */

    function _keyOf(uint256 secret) internal pure returns (bytes32) {
        return bytes32(uint256(uint160(vm.addr(secret))));
    }

    function _p256KeyOf(uint256 secret, address verifier) internal pure returns (bytes32) {
        (uint256 x, uint256 y) = vm.publicKeyP256(secret);
        return keccak256(abi.encodePacked(verifier, x, y));
    }

    /// @dev r, s, v: 65 bytes.
    function _sign65(uint256 secret, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(secret, digest);
        return abi.encodePacked(r, s, v);
    }

    /// @dev r and vs (ERC-2098): 64 bytes.
    function _sign64(uint256 secret, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(secret, digest);
        return abi.encodePacked(r, uint256(s) | (uint256(v - 27) << 255));
    }

    /// @dev r, s in the lower half, and the key: 128 bytes.
    function _signP256(uint256 secret, bytes32 digest) internal pure returns (bytes memory) {
        (bytes32 r, bytes32 s) = vm.signP256(secret, digest);
        (uint256 x, uint256 y) = vm.publicKeyP256(secret);
        uint256 low = uint256(s) > P256_ORDER / 2 ? P256_ORDER - uint256(s) : uint256(s);
        return abi.encodePacked(r, low, x, y);
    }

    /* IDS */

    function _channelIdAt(address verifying, ChannelTerms memory terms) internal view returns (bytes32) {
        return _channelIdOn(block.chainid, verifying, terms);
    }

    function _channelIdOn(
        uint256 chainId,
        address verifying,
        ChannelTerms memory terms
    ) internal pure returns (bytes32) {
        uint256 closing = (uint256(terms.salt) << 32) | terms.closeDelaySeconds;
        return
            keccak256(
                abi.encode(
                    chainId,
                    verifying,
                    terms.payer,
                    terms.signer,
                    terms.payee,
                    terms.operator,
                    terms.asset,
                    closing
                )
            );
    }

    function _fundingId(bytes32 channelId, uint24 epoch, uint96 amount) internal pure returns (bytes32) {
        return keccak256(abi.encode(channelId, epoch, amount));
    }

    function _mandateId(Mandate memory mandate) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256(
            "Mandate(address owner,uint256 vehicleId,uint24 grantEpoch,bytes32 signer,address asset,uint96 capPerPeriod,uint32 periodSeconds,uint96 totalCap,bytes32 payeeRoot,uint40 validFrom,uint40 expiresAt,uint64 salt)"
        );
        return keccak256(abi.encode(typeHash, mandate));
    }

    /* DIGESTS */

    function _voucherDigest(
        address verifying,
        bytes32 channelId,
        uint24 epoch,
        uint96 ceiling
    ) internal view returns (bytes32) {
        bytes32 typeHash = keccak256("Voucher(bytes32 channelId,uint24 epoch,uint96 ceiling)");
        return _typed(verifying, keccak256(abi.encode(typeHash, channelId, epoch, ceiling)));
    }

    function _sessionDigest(
        address verifying,
        bytes32 channelId,
        uint24 epoch,
        uint96 ceiling,
        bytes32 sessionHash
    ) internal view returns (bytes32) {
        bytes32 typeHash = keccak256(
            "SessionVoucher(bytes32 channelId,uint24 epoch,uint96 ceiling,bytes32 sessionHash)"
        );
        return _typed(verifying, keccak256(abi.encode(typeHash, channelId, epoch, ceiling, sessionHash)));
    }

    function _agreementDigest(
        address verifying,
        bytes32 channelId,
        uint24 epoch,
        uint96 newSettled
    ) internal view returns (bytes32) {
        bytes32 typeHash = keccak256("CloseAgreement(bytes32 channelId,uint24 epoch,uint96 newSettled)");
        return _typed(verifying, keccak256(abi.encode(typeHash, channelId, epoch, newSettled)));
    }

    function _mandateDigest(address verifying, Mandate memory mandate) internal view returns (bytes32) {
        return _typed(verifying, _mandateId(mandate));
    }

    function _orderDigest(
        address verifying,
        bytes32 mandateId,
        bytes32 channelId,
        uint24 epoch,
        uint96 newDeposited,
        uint40 deadline
    ) internal view returns (bytes32) {
        bytes32 typeHash = keccak256(
            "FundingOrder(bytes32 mandateId,bytes32 channelId,uint24 epoch,uint96 newDeposited,uint40 deadline)"
        );
        return
            _typed(
                verifying,
                keccak256(abi.encode(typeHash, mandateId, channelId, epoch, newDeposited, deadline))
            );
    }

    function _typed(address verifying, bytes32 structHash) internal view returns (bytes32) {
        return _typed("blok auto payment channels", verifying, structHash);
    }

    /// @dev For any EIP-712 domain of version 1: that of a token too.
    function _typed(
        string memory name,
        address verifying,
        bytes32 structHash
    ) internal view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256(bytes(name)),
                keccak256("1"),
                block.chainid,
                verifying
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }
}
