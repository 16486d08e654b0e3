import { toHex } from "../history/hexBytes.js";
import { signerBytes, type TelemetryDomain } from "./telemetryDomain.js";
import type { TripSummary } from "./types.js";

const both = new Uint8Array(64);

/**
 * The leaf of a summary that a key signed, as `TelemetryAnchors.leafOf` computes it.
 *
 * @param signer ERC-7913, hex with 0x.
 * @returns Hex with 0x.
 * @throws {TelemetryError} `SUMMARY_FIELD` for what no summary can say, or a signer of the wrong length.
 * @example
 * const root = await merkleRoot(accepted.map(({ summary, signer }) => summaryLeaf(summary, signer, domain)));
 */
export function summaryLeaf(summary: TripSummary, signer: string, domain: TelemetryDomain): string {
  const keyId = domain.keccak(signerBytes(signer));
  return toHex(leafOfDigest(domain.hash(summary), keyId, domain));
}

/** {@link summaryLeaf} of what is hashed already. */
export function leafOfDigest(
  digest: Uint8Array,
  keyId: Uint8Array,
  { keccak }: Pick<TelemetryDomain, "keccak">,
): Uint8Array {
  both.set(digest);
  both.set(keyId, 32);
  return keccak(keccak(both));
}
