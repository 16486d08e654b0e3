import { toHex } from "../history/hexBytes.js";
import { loadKeccak } from "../history/keccak.js";
import { nodeHash } from "./nodeHash.js";
import { checkSample } from "./sampleBytes.js";
import { TelemetryError } from "./TelemetryError.js";
import { leftLeaves, saltBytes, sampleLeaf, sampleSalt } from "./traceTree.js";
import type { Sample } from "./types.js";

/** Some samples of a trace in a row, with what shows that they stand in it. */
export interface ShownSamples {
  /** How many samples the trace has; said for the shape of its tree, and not itself proven. */
  count: number;
  /** Index of the first sample shown. */
  first: number;
  /** Each with its own salt, hex with 0x, which tells nothing of the others. */
  samples: { sample: Sample; salt: string }[];
  /** Hashes of what is not shown, from left to right, hex with 0x. */
  proof: string[];
}

/**
 * Shows some samples of a trace, those of one event for example, and nothing of the others.
 *
 * @param trace All samples in order, and the trip's salt.
 * @param first Index of the first sample to show.
 * @param last Index of the last one.
 * @throws {TelemetryError} `TRACE_RANGE` when the trace has no such samples.
 * @example
 * const shown = await proveSamples(trace, event.firstSample, event.lastSample);
 */
export async function proveSamples(
  trace: { samples: readonly Sample[]; salt: string },
  first: number,
  last: number,
): Promise<ShownSamples> {
  const { samples } = trace;
  const count = samples.length;
  if (!Number.isInteger(first) || !Number.isInteger(last) || first < 0 || last < first || last >= count) {
    throw new TelemetryError("TRACE_RANGE", `there are no samples ${first} to ${last}`, {
      fix: `choose from 0 to ${count - 1}`,
    });
  }
  const keccak = await loadKeccak();
  const salt = saltBytes(trace.salt);
  const proof: string[] = [];

  const hashOf = (from: number, size: number): Uint8Array => {
    if (size === 1) {
      const sample = checkSample(samples[from] as Sample);
      return sampleLeaf(sample, from, sampleSalt(salt, from, keccak), keccak);
    }
    const left = leftLeaves(size);
    return nodeHash(hashOf(from, left), hashOf(from + left, size - left), keccak);
  };
  const walk = (from: number, size: number): void => {
    if (from > last || from + size <= first) {
      proof.push(toHex(hashOf(from, size)));
    } else if (size > 1) {
      const left = leftLeaves(size);
      walk(from, left);
      walk(from + left, size - left);
    }
  };
  walk(0, count);
  return {
    count,
    first,
    samples: samples.slice(first, last + 1).map((sample, offset) => ({
      sample,
      salt: toHex(sampleSalt(salt, first + offset, keccak)),
    })),
    proof,
  };
}
