import { TelemetryError } from "./TelemetryError.js";
import type { Sample } from "./types.js";

/** The fields after time and speed, in the order of their bytes, with the range of each. */
const OPTIONAL_FIELDS = [
  ["odometerM", 0, 0xffff_ffff],
  ["longitudinalMmS2", -10_000_000, 10_000_000],
  ["lateralMmS2", -10_000_000, 10_000_000],
  ["latitudeE7", -900_000_000, 900_000_000],
  ["longitudeE7", -1_800_000_000, 1_800_000_000],
  ["chargeBp", 0, 10_000],
  ["chargedWh", 0, 0xffff_ffff],
  ["dischargedWh", 0, 0xffff_ffff],
  ["speedLimitMmS", 0, 1_000_000],
] as const satisfies readonly (readonly [keyof Sample, number, number])[];

const TIME_LIMIT = 2 ** 48 - 1;
const SPEED_LIMIT = 1_000_000;
const VERSION = 1;
const FLAGS_AT = 1;
const TIME_AT = 3;
const SPEED_AT = 9;
const FIELDS_AT = 13;

/** Length of a sample's bytes. */
export const SAMPLE_BYTES = FIELDS_AT + 4 * OPTIONAL_FIELDS.length;

/**
 * Checks that a sample is made of whole numbers in their ranges.
 *
 * @returns The sample.
 * @throws {TelemetryError} `SAMPLE_FIELD`
 */
export function checkSample(sample: Sample): Sample {
  check("timeMs", sample.timeMs, 1, TIME_LIMIT);
  check("speedMmS", sample.speedMmS, 0, SPEED_LIMIT);
  for (const [field, least, most] of OPTIONAL_FIELDS) {
    const value = sample[field];
    if (value !== undefined) check(field, value, least, most);
  }
  return sample;
}

/**
 * The one way in which a sample is written as bytes: a version, a bit for each field that is there, the time, the speed, and
 * all fields as 32-bit numbers, big-endian, absent ones as zero.
 *
 * @param sample A checked one.
 * @example
 * sampleBytes({ timeMs: 1_760_000_000_000, speedMmS: 13_889 }); // 49 bytes
 */
export function sampleBytes(sample: Sample): Uint8Array {
  const bytes = new Uint8Array(SAMPLE_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, VERSION);
  view.setUint16(TIME_AT, Math.floor(sample.timeMs / 2 ** 32));
  view.setUint32(TIME_AT + 2, sample.timeMs % 2 ** 32);
  view.setUint32(SPEED_AT, sample.speedMmS);
  let flags = 0;
  for (const [index, [field]] of OPTIONAL_FIELDS.entries()) {
    const value = sample[field];
    if (value === undefined) continue;
    flags |= 1 << index;
    // Also for unsigned fields: the 32 bits are the same.
    view.setInt32(FIELDS_AT + 4 * index, value);
  }
  view.setUint16(FLAGS_AT, flags);
  return bytes;
}

function check(where: string, value: unknown, least: number, most: number): void {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return;
  throw new TelemetryError(
    "SAMPLE_FIELD",
    `${String(value)} is not a whole number from ${least} to ${most}`,
    {
      where,
    },
  );
}
