import { toHex } from "../history/hexBytes.js";
import { loadKeccak } from "../history/keccak.js";
import { nodeHash } from "./nodeHash.js";
import type { ShownSamples } from "./proveSamples.js";
import { checkSample } from "./sampleBytes.js";
import { TelemetryError } from "./TelemetryError.js";
import { leftLeaves, saltBytes, sampleLeaf } from "./traceTree.js";

const COUNT_LIMIT = 2 ** 32;

/**
 * Whether samples stand in a trace at the places they claim, with none between them left out.
 *
 * @param shown As {@link proveSamples} made it. What has not its form is not in the trace, and does not throw.
 * @param traceRoot That of a signed summary.
 * @example
 * await verifySamples(shown, summary.traceRoot); // true
 */
export async function verifySamples(shown: ShownSamples, traceRoot: string): Promise<boolean> {
  const keccak = await loadKeccak();
  try {
    const { count, first, samples, proof } = shown;
    const last = first + samples.length - 1;
    if (!Number.isInteger(count) || !Number.isInteger(first) || samples.length === 0) return false;
    if (count > COUNT_LIMIT || first < 0 || last >= count) return false;
    let used = 0;
    const hashOf = (from: number, size: number): Uint8Array => {
      if (from > last || from + size <= first) return saltBytes(proof[used++] ?? "");
      if (size > 1) {
        const left = leftLeaves(size);
        const before = hashOf(from, left);
        return nodeHash(before, hashOf(from + left, size - left), keccak);
      }
      const { sample, salt } = samples[from - first] as ShownSamples["samples"][number];
      return sampleLeaf(checkSample(sample), from, saltBytes(salt), keccak);
    };
    return toHex(hashOf(0, count)) === traceRoot.toLowerCase() && used === proof.length;
  } catch (error) {
    if (error instanceof TelemetryError || error instanceof TypeError) return false;
    throw error;
  }
}
