import { toHex32 } from "../../history/toHex32.js";
import { TelemetryError } from "../TelemetryError.js";

const ROOT = "blok/v1";
const TOPIC = /^blok\/v1\/([0-9a-f]{64})\/(summary|receipt)$/;

/** Where the summaries of all vehicles are subscribed to. */
export const ALL_SUMMARIES = `${ROOT}/+/summary`;

/**
 * Where a vehicle publishes its summaries.
 *
 * @example
 * summaryTopic(7n); // "blok/v1/0000…0007/summary"
 */
export function summaryTopic(vehicleId: bigint): string {
  return `${ROOT}/${nameOf(vehicleId)}/summary`;
}

/** Where the gateway tells a vehicle what became of its summaries. */
export function receiptTopic(vehicleId: bigint): string {
  return `${ROOT}/${nameOf(vehicleId)}/receipt`;
}

/** Reads a topic. @returns Undefined for what is none of these. */
export function parseTopic(topic: string): { vehicleId: bigint; kind: "summary" | "receipt" } | undefined {
  const [, vehicle, kind] = TOPIC.exec(topic) ?? [];
  if (vehicle === undefined || kind === undefined) return undefined;
  return { vehicleId: BigInt(`0x${vehicle}`), kind: kind as "summary" | "receipt" };
}

function nameOf(vehicleId: bigint): string {
  if (typeof vehicleId === "bigint" && vehicleId >= 0n && vehicleId < 2n ** 256n)
    return toHex32(vehicleId).slice(2);
  throw new TelemetryError("MQTT_TOPIC", `${String(vehicleId)} is not a vehicle id`);
}
