import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** What a gateway held in memory while it took summaries. */
export interface Gathered {
  summaries: number;
  anchored: number;
  perSecond: number;
  /** After garbage was collected, at a tenth of the way and at its end. */
  heapEarlyMiB: number;
  heapLateMiB: number;
  rssEarlyMiB: number;
  rssPeakMiB: number;
}

/** Runs a gateway over many summaries in a process of its own, so that its memory is its own. */
export async function gatherApart(vehicles: number, each: number): Promise<Gathered> {
  const script = fileURLToPath(new URL("runGather.ts", import.meta.url));
  const command = ["--expose-gc", "--import", "tsx", script, String(vehicles), String(each)];
  const { stdout } = await promisify(execFile)(process.execPath, command);
  return JSON.parse(stdout) as Gathered;
}
