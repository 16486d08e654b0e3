import type { Sample } from "../types.js";
import { VSS_SIGNALS, vssOfSample } from "../vssSignals.js";
import { TIME_COLUMN } from "./readDriveCsv.js";

/**
 * Writes samples as comma-separated values with the names of VSS, in the form that {@link readDriveCsv} reads: the same samples
 * come back. Columns that no sample has are left out.
 *
 * @returns Lines, each with its line feed.
 * @example
 * await writeFile("commuter.csv", [...writeDriveCsv(samples)].join(""));
 */
export function* writeDriveCsv(samples: readonly Sample[]): Generator<string> {
  const columns = VSS_SIGNALS.filter(({ field }) => samples.some((sample) => sample[field] !== undefined));
  yield `${[TIME_COLUMN, ...columns.map(({ path }) => path)].join(",")}\n`;
  for (const sample of samples) {
    const signals = vssOfSample(sample);
    const cells = columns.map(({ path }) => signals[path] ?? "");
    yield `${[new Date(sample.timeMs).toISOString(), ...cells].join(",")}\n`;
  }
}
