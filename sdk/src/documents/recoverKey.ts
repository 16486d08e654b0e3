import { secp256k1 } from "@noble/curves/secp256k1.js";
import { nativeSecp256k1 } from "./nativeSecp256k1.js";

/**
 * Finds the key that made a secp256k1 signature and writes it to `output`, 65 bytes, uncompressed.
 *
 * @param signature 64 bytes, r and s.
 * @param parity 0 or 1.
 * @returns Whether there is one. None of the upper half of s is looked for.
 */
export type RecoverKey = (
  signature: Uint8Array,
  parity: number,
  digest: Uint8Array,
  output: Uint8Array,
) => boolean;

const HALF_ORDER = Uint8Array.from(
  // 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0
  [
    0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x5d,
    0x57, 0x6e, 0x73, 0x57, 0xa4, 0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0,
  ],
);

/** {@link recoverKey} without native code: what browsers run, and what the native path is tested against. */
export const recoverKeyPortable: RecoverKey = (signature, parity, digest, output) => {
  if (isUpperHalf(signature)) return false;
  try {
    const point = secp256k1.Signature.fromCompact(signature).addRecoveryBit(parity).recoverPublicKey(digest);
    output.set(point.toRawBytes(false));
    return true;
  } catch {
    return false;
  }
};

const recoverKeyNative: RecoverKey | undefined =
  nativeSecp256k1 &&
  ((signature, parity, digest, output) => {
    if (isUpperHalf(signature)) return false;
    try {
      nativeSecp256k1?.ecdsaRecover(signature, parity, digest, false, output);
      return true;
    } catch {
      return false;
    }
  });

export const recoverKey: RecoverKey = recoverKeyNative ?? recoverKeyPortable;

function isUpperHalf(signature: Uint8Array): boolean {
  for (let i = 0; i < 32; i++) {
    const difference = (signature[32 + i] as number) - (HALF_ORDER[i] as number);
    if (difference !== 0) return difference > 0;
  }
  return false;
}
