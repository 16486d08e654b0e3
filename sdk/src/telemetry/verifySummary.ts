import { p256 } from "@noble/curves/p256.js";
import { hexBuffer } from "../history/hexBytes.js";
import { recoverKey } from "../documents/recoverKey.js";
import { TelemetryError } from "./TelemetryError.js";
import type { TelemetryDomain } from "./telemetryDomain.js";
import type { SignedSummary } from "./types.js";

/** What a signed summary is worth by itself, in the order in which it is looked at. */
export type SummaryVerdict =
  | "valid"
  /** It is not made of numbers and hex of their widths. */
  | "malformed"
  /** The signer is neither a secp256k1 address nor a P-256 key of the one verifier. */
  | "signerUnsupported"
  /** The signer did not sign it, or with the upper half of s. */
  | "signatureInvalid";

const ADDRESS_TEXT = 2 + 2 * 20;
const P256_TEXT = 2 + 2 * 84;
const SECP256K1_BYTES = 65;
const P256_BYTES = 64;
const POINT_AT = 20;

const signature = hexBuffer(SECP256K1_BYTES);
const rs = signature.bytes.subarray(0, P256_BYTES);
const signerBuffer = hexBuffer(84);
const recovered = new Uint8Array(65);
const point = recovered.subarray(1);
const p256Key = new Uint8Array(65);
p256Key[0] = 4;

/**
 * Whether a vehicle's key signed a summary, by the rules of `TelemetryAnchors`. Whether the key was the vehicle's is on chain.
 *
 * @example
 * verifySummary(signed, domain); // "valid"
 */
export function verifySummary(signed: SignedSummary, domain: TelemetryDomain): SummaryVerdict {
  try {
    return verifyDigest(domain.hash(signed.summary), signed, domain);
  } catch (error) {
    if (error instanceof TelemetryError || error instanceof TypeError) return "malformed";
    throw error;
  }
}

/** {@link verifySummary} when the digest is known. */
export function verifyDigest(
  digest: Uint8Array,
  { signer, signature: text }: Pick<SignedSummary, "signer" | "signature">,
  domain: Pick<TelemetryDomain, "keccak" | "p256Verifier">,
): SummaryVerdict {
  if (typeof signer !== "string" || typeof text !== "string") return "malformed";
  if (!signer.startsWith("0x") || !text.startsWith("0x")) return "malformed";
  if (signer.length === ADDRESS_TEXT) {
    if (!signerBuffer.write(signer, 0, 20)) return "malformed";
    if (text.length !== 2 + 2 * SECP256K1_BYTES || !signature.write(text, 0, SECP256K1_BYTES))
      return "signatureInvalid";
    return isOfAddress(digest, domain) ? "valid" : "signatureInvalid";
  }
  if (signer.length !== P256_TEXT) return "signerUnsupported";
  if (!signerBuffer.write(signer, 0, 84)) return "malformed";
  if (signer.slice(0, ADDRESS_TEXT).toLowerCase() !== domain.p256Verifier.toLowerCase())
    return "signerUnsupported";
  if (text.length !== 2 + 2 * P256_BYTES || !signature.write(text, 0, P256_BYTES)) return "signatureInvalid";
  p256Key.set(signerBuffer.bytes.subarray(POINT_AT), 1);
  return isOfPoint(digest) ? "valid" : "signatureInvalid";
}

function isOfAddress(digest: Uint8Array, { keccak }: Pick<TelemetryDomain, "keccak">): boolean {
  const v = signature.bytes[64];
  if ((v !== 27 && v !== 28) || !recoverKey(rs, v - 27, digest, recovered)) return false;
  const hash = keccak(point);
  for (let i = 0; i < 20; i++) if (signerBuffer.bytes[i] !== hash[i + 12]) return false;
  return true;
}

function isOfPoint(digest: Uint8Array): boolean {
  try {
    return p256.verify(rs, digest, p256Key, { lowS: true, prehash: false });
  } catch {
    return false; // no point of the curve, or numbers beyond its order
  }
}
