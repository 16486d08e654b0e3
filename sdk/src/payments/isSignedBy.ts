import { p256 } from "@noble/curves/p256.js";
import { recoverKey } from "../documents/recoverKey.js";
import { hexBuffer } from "../history/hexBytes.js";
import type { PreparedDomain } from "./prepareDomain.js";

const COMPACT_LENGTH = 64;
const SECP256K1_LENGTH = 65;
const P256_LENGTH = 128;
/** In hex with 0x. */
const textLength = (bytes: number): number => 2 + 2 * bytes;

const input = hexBuffer(P256_LENGTH);
const rs = input.bytes.subarray(0, 64);
const s = input.bytes.subarray(32, 64);
const coordinates = input.bytes.subarray(64);
const recovered = new Uint8Array(65);
const recoveredPoint = recovered.subarray(1);
const p256PublicKey = new Uint8Array(65);
p256PublicKey[0] = 4;
/** Verifier and coordinates. */
const p256Id = new Uint8Array(20 + 64);

/**
 * Whether a machine key signed a digest, by the rules of `VoucherLib`: 64 bytes (ERC-2098) or 65 (r, s, v) of secp256k1, or
 * 128 of P-256 (r, s, x, y), with s in the lower half.
 *
 * @param digest 32 bytes.
 * @param signature Hex with 0x. What is none was not signed.
 * @param signer 32 bytes, as in a channel's terms.
 * @param isCompactOnly Refuses 65 bytes.
 */
export function isSignedBy(
  digest: Uint8Array,
  signature: string,
  signer: Uint8Array,
  domain: Pick<PreparedDomain, "keccak" | "p256VerifierBytes">,
  isCompactOnly = false,
): boolean {
  if (!signature.startsWith("0x")) return false;
  switch (signature.length) {
    case textLength(COMPACT_LENGTH): {
      if (!input.write(signature, 0, COMPACT_LENGTH)) return false;
      const top = s[0] ?? 0;
      s[0] = top & 0x7f;
      return isOfAddress(digest, top >> 7, signer, domain);
    }
    case textLength(SECP256K1_LENGTH): {
      if (isCompactOnly || !input.write(signature, 0, SECP256K1_LENGTH)) return false;
      const v = input.bytes[64];
      return (v === 27 || v === 28) && isOfAddress(digest, v - 27, signer, domain);
    }
    case textLength(P256_LENGTH):
      return input.write(signature, 0, P256_LENGTH) && isOfP256Key(digest, signer, domain);
    default:
      return false;
  }
}

function isOfAddress(
  digest: Uint8Array,
  parity: number,
  signer: Uint8Array,
  { keccak }: Pick<PreparedDomain, "keccak">,
): boolean {
  if (!recoverKey(rs, parity, digest, recovered)) return false;
  const hash = keccak(recoveredPoint);
  for (let i = 0; i < 32; i++) if (signer[i] !== (i < 12 ? 0 : hash[i])) return false;
  return true;
}

function isOfP256Key(
  digest: Uint8Array,
  signer: Uint8Array,
  { keccak, p256VerifierBytes }: Pick<PreparedDomain, "keccak" | "p256VerifierBytes">,
): boolean {
  p256Id.set(p256VerifierBytes);
  p256Id.set(coordinates, 20);
  const id = keccak(p256Id);
  for (let i = 0; i < 32; i++) if (signer[i] !== id[i]) return false;
  p256PublicKey.set(coordinates, 1);
  try {
    return p256.verify(rs, digest, p256PublicKey, { lowS: true, prehash: false });
  } catch {
    return false;
  }
}
