import { reachFromArchive } from "../../../sdk/src/parts/reachFromArchive.js";
import type { BenchFleet } from "./makeLogArchive.js";

/** The SDK's way, from an archive in memory. @returns The cars, and how many units each carries. */
export async function reachFast(
  fleet: BenchFleet,
  archive: readonly Uint8Array[],
): Promise<Map<bigint, number>> {
  const { complete, vehicles } = await reachFromArchive({ ...fleet, archive });
  if (!complete) throw new Error("the reach is not complete");
  return new Map([...vehicles()].map(({ vehicleId, units }) => [vehicleId, units]));
}
