import { createReadStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reachFromArchive } from "../../../sdk/src/parts/reachFromArchive.js";
import { makeLogArchive, planFleet, type FleetSize } from "./makeLogArchive.js";

export interface FleetReach {
  complete: boolean;
  units: number;
  vehicles: number;
  logs: number;
  archiveMiB: number;
  /** What the pass took of the clock, and of the processor. */
  seconds: number;
  cpuSeconds: number;
  /** The most memory that the process held during the pass, and what it held before. */
  peakMiB: number;
  beforeMiB: number;
}

const CHUNK_BYTES = 1 << 20;

/** Makes the archive of a fleet on disk, finds the reach of a recall over all of it in one pass, and removes the archive. */
export async function reachFleet(size: FleetSize): Promise<FleetReach> {
  const folder = await mkdtemp(join(tmpdir(), "blok-bench-"));
  try {
    const file = join(folder, "parts.logs");
    const fleet = planFleet(size);
    await makeLogArchive(file, fleet, size);
    const before = process.memoryUsage.rss();
    let peak = before;
    const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 20);
    const started = performance.now();
    const cpu = process.cpuUsage();
    const archive = createReadStream(file, { highWaterMark: CHUNK_BYTES });
    const reach = await reachFromArchive({ ...fleet, archive });
    const seconds = (performance.now() - started) / 1_000;
    const { user, system } = process.cpuUsage(cpu);
    const cpuSeconds = (user + system) / 1e6;
    clearInterval(watch);
    peak = Math.max(peak, process.memoryUsage.rss());
    return {
      complete: reach.complete,
      units: reach.fittedUnits,
      vehicles: reach.vehicleCount,
      logs: reach.logs,
      archiveMiB: (await stat(file)).size / 2 ** 20,
      seconds,
      cpuSeconds,
      peakMiB: peak / 2 ** 20,
      beforeMiB: before / 2 ** 20,
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}
