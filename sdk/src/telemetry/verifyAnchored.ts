import { summaryLeaf } from "./summaryLeaf.js";
import type { TelemetryDomain } from "./telemetryDomain.js";
import type { AnchoredSummary } from "./types.js";
import { verifyMerkleProof } from "./verifyMerkleProof.js";
import { verifySummary, type SummaryVerdict } from "./verifySummary.js";

/**
 * Whether a vehicle's key signed a summary and the summary is under its root, without a chain. The leaf is made of the summary,
 * never taken from whoever shows it: so nothing else in the tree passes for one. Whether the key was the vehicle's and the root
 * is anchored, `TelemetryAnchors` says.
 *
 * @param anchored As `Gateway.anchoredSummary` gives it.
 * @example
 * await verifyAnchored(anchored, domain); // "valid"
 */
export async function verifyAnchored(
  anchored: AnchoredSummary,
  domain: TelemetryDomain,
): Promise<SummaryVerdict | "notInRoot"> {
  const verdict = verifySummary(anchored, domain);
  if (verdict !== "valid") return verdict;
  const leaf = summaryLeaf(anchored.summary, anchored.signer, domain);
  return (await verifyMerkleProof(anchored.root, leaf, anchored.proof)) ? "valid" : "notInRoot";
}
