import { SimpleMerkleTree, StandardMerkleTree } from "@openzeppelin/merkle-tree";
import { getAddress, hexlify, verifyTypedData } from "ethers";
import { leafOfDigest } from "../../../sdk/src/telemetry/summaryLeaf.js";
import { SUMMARY_TYPES, telemetryTypedDomain } from "../../../sdk/src/telemetry/telemetryDomain.js";
import type { BenchPair, BenchSummaries } from "./makeSummaries.js";

/** The same root with OpenZeppelin's `StandardMerkleTree`, whose leaves are made of the same pairs in the same way. */
export async function rootPlain(pairs: readonly BenchPair[]): Promise<string> {
  return StandardMerkleTree.of(
    pairs.map(({ digest, keyId }) => [digest, keyId]),
    ["bytes32", "bytes32"],
  ).root;
}

/** The same root with OpenZeppelin's `SimpleMerkleTree`, over leaves that are hashed already. */
export function rootSimple(pairs: readonly BenchPair[], { domain }: BenchSummaries): string {
  return SimpleMerkleTree.of(pairs.map(({ digest, keyId }) => hexlify(leafOfDigest(digest, keyId, domain))))
    .root;
}

/** The same check with ethers. @returns How many are valid. */
export async function checkPlain({ domain, signed }: BenchSummaries): Promise<number> {
  const typed = telemetryTypedDomain(domain);
  let valid = 0;
  for (const { summary, signer, signature } of signed)
    if (verifyTypedData(typed, SUMMARY_TYPES, summary, signature) === getAddress(signer)) valid += 1;
  return valid;
}
