import { getBytes, Signature, SigningKey } from "ethers";
import { nativeSecp256k1 as native } from "./nativeSecp256k1.js";

const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

/** Whether signatures are checked by native code. Without it, checking takes some 30 times as long. */
export const isSignatureCheckNative = native !== undefined;

/**
 * Checks an ES256K signature. High-s signatures are refused: a second valid form of a signature would be a second
 * form of the document.
 *
 * @param digest 32 bytes, the SHA-256 of what was signed.
 * @param signature 64 bytes, r and s.
 * @param publicKey 65 bytes, uncompressed.
 * @returns Whether it holds. Malformed signatures and keys do not, and do not throw.
 */
export function verifyEs256k(digest: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean {
  if (!native) return verifyEs256kPortable(digest, signature, publicKey);
  try {
    return native.ecdsaVerify(signature, digest, publicKey);
  } catch {
    return false;
  }
}

/** {@link verifyEs256k} without native code: what browsers run, and what the native path is tested against. */
export function verifyEs256kPortable(
  digest: Uint8Array,
  signature: Uint8Array,
  publicKey: Uint8Array,
): boolean {
  if (signature.length !== 64 || digest.length !== 32 || publicKey.length !== 65) return false;
  const r = toHex(signature.subarray(0, 32));
  const s = toHex(signature.subarray(32));
  if (BigInt(s) > HALF_ORDER) return false;
  const wanted = toHex(publicKey);
  // ethers recovers but does not verify. Of the two candidate keys one must be the author's.
  for (const yParity of [0, 1] as const) {
    try {
      if (SigningKey.recoverPublicKey(digest, Signature.from({ r, s, yParity })) === wanted) return true;
    } catch {
      // No key has this signature with this parity.
    }
  }
  return false;
}

/**
 * Brings a signature into the one form that is accepted: 64 bytes, low s.
 *
 * @param r Hex with 0x, 32 bytes.
 * @param s Hex with 0x, 32 bytes; high values are replaced by their low counterpart.
 */
export function compactSignature(r: string, s: string): Uint8Array {
  const order = HALF_ORDER * 2n + 1n;
  const value = BigInt(s);
  const low = value > HALF_ORDER ? order - value : value;
  const compact = new Uint8Array(64);
  compact.set(getBytes(r), 0);
  compact.set(getBytes(`0x${low.toString(16).padStart(64, "0")}`), 32);
  return compact;
}

function toHex(bytes: Uint8Array): string {
  let text = "0x";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}
