import { toHex } from "../history/hexBytes.js";
import type { TelemetryDomain } from "./telemetryDomain.js";
import type { TripSummary } from "./types.js";

/**
 * The EIP-712 digest of a summary, as `TelemetryAnchors.digestOf` computes it: the 32 bytes that the vehicle signs.
 *
 * @returns Hex with 0x.
 * @throws {TelemetryError} `SUMMARY_FIELD` for what no summary can say.
 * @example
 * summaryDigest(trip.summary, domain); // "0x…"
 */
export function summaryDigest(summary: TripSummary, domain: TelemetryDomain): string {
  return toHex(domain.hash(summary));
}
