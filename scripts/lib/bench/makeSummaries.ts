import { getBytes, id, keccak256 } from "ethers";
import { signSummary } from "../../../sdk/src/telemetry/signSummary.js";
import type { TelemetryDomain } from "../../../sdk/src/telemetry/telemetryDomain.js";
import { quickKey, testDomain, tripOf } from "../../../sdk/src/telemetry/testing/fleet.js";
import type { SignedSummary } from "../../../sdk/src/telemetry/types.js";

/** What a leaf is made of. */
export interface BenchPair {
  digest: Uint8Array;
  keyId: Uint8Array;
}

export interface BenchSummaries {
  domain: TelemetryDomain;
  signed: SignedSummary[];
}

/** Signs summaries of as many vehicles, each with a key of its own. */
export async function makeSummaries(count: number): Promise<BenchSummaries> {
  const domain = await testDomain();
  const signed: SignedSummary[] = [];
  for (let i = 0; i < count; i += 1) {
    const key = quickKey(id(`key of vehicle ${i} of the bench`));
    signed.push(await signSummary(tripOf(BigInt(id(`vehicle ${i} of the bench`)), 1 + i), key, domain));
  }
  return { domain, signed };
}

/** Makes digests and key ids up. */
export function makePairs(count: number): BenchPair[] {
  return Array.from({ length: count }, (_, i) => {
    const digest = getBytes(id(`digest ${i}`));
    return { digest, keyId: getBytes(keccak256(digest)) };
  });
}
