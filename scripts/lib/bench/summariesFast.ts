import { merkleRoot } from "../../../sdk/src/telemetry/merkleRoot.js";
import { leafOfDigest } from "../../../sdk/src/telemetry/summaryLeaf.js";
import { verifySummary } from "../../../sdk/src/telemetry/verifySummary.js";
import type { BenchPair, BenchSummaries } from "./makeSummaries.js";

/** The SDK's way from digests and key ids to the root: each pair is hashed to a leaf, the leaves to a tree. */
export function rootFast(pairs: readonly BenchPair[], { domain }: BenchSummaries): Promise<string> {
  const leaves = new Uint8Array(32 * pairs.length);
  for (const [index, { digest, keyId }] of pairs.entries())
    leaves.set(leafOfDigest(digest, keyId, domain), 32 * index);
  return merkleRoot(leaves);
}

/** The SDK's check of a signature, from the summary's fields to the key. @returns How many are valid. */
export async function checkFast({ domain, signed }: BenchSummaries): Promise<number> {
  let valid = 0;
  for (const one of signed) if (verifySummary(one, domain) === "valid") valid += 1;
  return valid;
}
