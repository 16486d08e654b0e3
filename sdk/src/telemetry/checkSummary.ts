import { TelemetryError } from "./TelemetryError.js";
import { COUNTER_FIELDS, type TripSummary } from "./types.js";

const MOST = { 32: 2 ** 32 - 1, 40: 2 ** 40 - 1 } as const;
const MOST_64 = 2n ** 64n - 1n;
const MOST_256 = 2n ** 256n - 1n;
const HASH = /^0x[0-9a-fA-F]{64}$/;

/**
 * Checks that a summary is made of numbers and hex of their widths: whether the contract could be given it at all.
 *
 * @throws {TelemetryError} `SUMMARY_FIELD`
 */
export function checkSummary(summary: TripSummary): void {
  const { vehicleId, sequence, startedAt, endedAt, traceRoot, counters } = summary;
  if (typeof vehicleId !== "bigint" || vehicleId < 0n || vehicleId > MOST_256) refuse("vehicleId", vehicleId);
  if (!isUint(sequence, MOST[32])) refuse("sequence", sequence);
  if (!isUint(startedAt, MOST[40])) refuse("startedAt", startedAt);
  if (!isUint(endedAt, MOST[40])) refuse("endedAt", endedAt);
  if (typeof traceRoot !== "string" || !HASH.test(traceRoot)) refuse("traceRoot", traceRoot);
  for (const [name, bits] of COUNTER_FIELDS) {
    const value = counters[name];
    const isRight =
      bits === 64 ? typeof value === "bigint" && value >= 0n && value <= MOST_64 : isUint(value, MOST[bits]);
    if (!isRight) refuse(`counters.${name}`, value);
  }
}

function isUint(value: unknown, most: number): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most;
}

function refuse(where: string, value: unknown): never {
  throw new TelemetryError("SUMMARY_FIELD", `no summary says ${String(value)}`, { where });
}
