import { Interface, ZeroAddress } from "ethers";
import { partTwinsAbi } from "../../../sdk/src/abi/PartTwins.js";
import type { ChainLog } from "../../../sdk/src/history/types.js";
import type { BenchFleet } from "./makeLogArchive.js";

const TWINS = new Interface(partTwinsAbi);

/**
 * The reach with ethers alone, as one would write it from the contract's documentation: logs parsed one by one, units and cars
 * in maps, and the sums compared with the lots' counters. @returns The cars, and how many units each carries.
 */
export function reachPlain(fleet: BenchFleet, logs: readonly ChainLog[]): Map<bigint, number> {
  const holders = new Map<bigint, string>();
  const vehicles = new Map<bigint, bigint>();
  const supplies = new Map<bigint, bigint>();
  const move = (from: string, to: string, partId: bigint, quantity: bigint): void => {
    const lotId = partId >> 32n;
    if (!fleet.counters.has(lotId)) return;
    if (from === ZeroAddress) supplies.set(lotId, (supplies.get(lotId) ?? 0n) + quantity);
    if (to === ZeroAddress) supplies.set(lotId, (supplies.get(lotId) ?? 0n) - quantity);
    if ((partId & 0xffff_ffffn) !== 0n) holders.set(partId, to);
  };
  for (const { topics, data } of logs) {
    const event = TWINS.parseLog({ topics: [...topics], data });
    if (event === null) continue;
    const { args } = event;
    if (event.name === "TransferSingle") move(args.from, args.to, args.id, args.value);
    if (event.name === "TransferBatch") {
      const [partIds, quantities] = [args[3], args[4]] as [bigint[], bigint[]];
      partIds.forEach((partId, i) => move(args.from, args.to, partId, quantities[i] ?? 0n));
    }
    if (event.name !== "PartFitted" && event.name !== "PartRemoved") continue;
    if (!fleet.counters.has(args.lotId)) continue;
    const partId = (args.lotId << 32n) | args.serial;
    if (event.name === "PartFitted") vehicles.set(partId, args.vehicleId);
    else vehicles.delete(partId);
  }
  const fitted = new Map<bigint, bigint>();
  const units = new Map<bigint, number>();
  for (const [partId, vehicleId] of vehicles) {
    fitted.set(partId >> 32n, (fitted.get(partId >> 32n) ?? 0n) + 1n);
    units.set(vehicleId, (units.get(vehicleId) ?? 0) + 1);
  }
  for (const [lotId, counters] of fleet.counters) {
    const left = counters.quantity - counters.consumed - counters.decommissioned;
    if (fitted.get(lotId) !== counters.fitted || supplies.get(lotId) !== left)
      throw new Error("the plain way finds the reach incomplete");
  }
  return units;
}
