import { summaryDigest } from "./summaryDigest.js";
import { TelemetryError } from "./TelemetryError.js";
import type { TelemetryDomain } from "./telemetryDomain.js";
import type { SignedSummary, TripSummary } from "./types.js";
import { verifySummary } from "./verifySummary.js";

/** A vehicle's key as `vehicleKey` makes it, or one in hardware. */
export interface SummaryKey {
  /** ERC-7913, hex with 0x. */
  signer: string;
  /** Signs 32 bytes, hex with 0x, as they are. */
  sign(digest: string): string | Promise<string>;
}

/**
 * Signs a summary, with secp256k1 or P-256 as the key is.
 *
 * @throws {TelemetryError} `SUMMARY_FIELD` for what no summary can say; `SUMMARY_KEY` when the key's signature does not hold.
 * @example
 * const key = vehicleKey("p256", secret, deployment.contracts.ERC7913P256Verifier);
 * const signed = await signSummary(trip.summary, key, domain);
 */
export async function signSummary(
  summary: TripSummary,
  key: SummaryKey,
  domain: TelemetryDomain,
): Promise<SignedSummary> {
  const signature = await key.sign(summaryDigest(summary, domain));
  const signed = { summary, signer: key.signer.toLowerCase(), signature: signature.toLowerCase() };
  // Hardware that signs with the upper half of s, or another digest, is found here and not at the gateway.
  const verdict = verifySummary(signed, domain);
  if (verdict === "valid") return signed;
  throw new TelemetryError("SUMMARY_KEY", `what the key signed is no signature of it (${verdict})`, {
    where: `signer ${key.signer}`,
    fix: "sign the digest as it is, with s in the lower half",
  });
}
