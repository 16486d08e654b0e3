import { p256 } from "@noble/curves/p256.js";
import { concat, getBytes, keccak256, SigningKey, computeAddress, zeroPadValue } from "ethers";
import { nativeSecp256k1 } from "../documents/nativeSecp256k1.js";
import type { KeyCurve } from "../lifecycle/events.js";
import { PaymentError } from "./PaymentError.js";
import type { ChannelDomain, Hex, VoucherKey } from "./types.js";

/**
 * A machine key in memory, as a program stands in for the vehicle's hardware. Its signatures are deterministic (RFC 6979).
 *
 * @param secret 32 bytes, hex with 0x.
 * @throws {PaymentError} `PAYMENT_KEY` when the secret is none of the curve.
 * @example
 * const key = voucherKey("secp256k1", secret, domain);
 * const terms = { ...rest, signer: key.signer };
 */
export function voucherKey(
  curve: KeyCurve,
  secret: string,
  domain: Pick<ChannelDomain, "p256Verifier">,
): VoucherKey {
  try {
    return curve === "secp256k1" ? secp256k1Key(secret) : p256Key(secret, domain.p256Verifier);
  } catch {
    // The cause is left out: it may quote the key.
    throw new PaymentError("PAYMENT_KEY", `the secret is not one of ${curve}`);
  }
}

/**
 * How a secp256k1 address stands in a channel's terms.
 *
 * @example
 * signerOfAddress(wallet.address); // "0x000000000000000000000000…", 32 bytes
 */
export function signerOfAddress(address: string): Hex {
  return zeroPadValue(address.toLowerCase(), 32) as Hex;
}

/**
 * How a P-256 key stands in a channel's terms: keccak256 of the verifier's address and both coordinates.
 *
 * @param coordinates 64 bytes.
 */
export function signerOfP256(coordinates: Uint8Array, domain: Pick<ChannelDomain, "p256Verifier">): Hex {
  return keccak256(concat([domain.p256Verifier, coordinates])) as Hex;
}

function secp256k1Key(secret: string): VoucherKey {
  const key = new SigningKey(secret);
  const secretBytes = getBytes(secret);
  return {
    curve: "secp256k1",
    signer: signerOfAddress(computeAddress(key.publicKey)),
    sign(digest) {
      if (!nativeSecp256k1) return getBytes(key.sign(digest).compactSerialized);
      const { signature, recid } = nativeSecp256k1.ecdsaSign(digest, secretBytes);
      // ERC-2098: the parity is the top bit of s, which is in the lower half.
      if (recid === 1) signature[32] = (signature[32] ?? 0) | 0x80;
      return signature;
    },
  };
}

function p256Key(secret: string, p256Verifier: string): VoucherKey {
  const secretBytes = getBytes(secret);
  const coordinates = p256.getPublicKey(secretBytes, false).subarray(1);
  return {
    curve: "p256",
    signer: signerOfP256(coordinates, { p256Verifier }),
    sign(digest) {
      const signature = new Uint8Array(128);
      signature.set(p256.sign(digest, secretBytes, { lowS: true, prehash: false }).toCompactRawBytes());
      signature.set(coordinates, 64);
      return signature;
    },
  };
}
