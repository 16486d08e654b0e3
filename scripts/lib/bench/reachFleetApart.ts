import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { FleetSize } from "./makeLogArchive.js";
import type { FleetReach } from "./reachFleet.js";

/** Finds the reach of a fleet in a process of its own, so that its memory is its own. */
export async function reachFleetApart(size: FleetSize): Promise<FleetReach> {
  const script = fileURLToPath(new URL("runFleet.ts", import.meta.url));
  const command = ["--import", "tsx", script, JSON.stringify(size)];
  const { stdout } = await promisify(execFile)(process.execPath, command);
  return JSON.parse(stdout) as FleetReach;
}
