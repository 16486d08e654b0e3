import { loadKeccak } from "../history/keccak.js";
import { checkSample } from "./sampleBytes.js";
import { TraceTree } from "./traceTree.js";
import type { Sample } from "./types.js";

/**
 * The Merkle root of a trip's samples, as {@link TripRecorder} puts it into the summary.
 *
 * @param samples All of them, in order, as they were recorded.
 * @param salt The trip's, hex with 0x, 32 bytes.
 * @throws {TelemetryError} `TRIP_EMPTY`, `SAMPLE_FIELD`, or `RECORDER_STATE` for a salt that is none.
 * @example
 * (await traceRoot(samples, trip.salt)) === trip.summary.traceRoot; // true
 */
export async function traceRoot(samples: Iterable<Sample>, salt: string): Promise<string> {
  const tree = new TraceTree(await loadKeccak(), salt);
  for (const sample of samples) tree.append(checkSample(sample));
  return tree.root();
}
