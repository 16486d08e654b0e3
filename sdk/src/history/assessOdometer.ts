import type { OdometerReading } from "../brands/odometer.js";
import type { AnomalyName } from "./types.js";

const MM_PER_UNIT = { km: 1_000_000, mi: 1_609_344 } as const;
const MAX_MM_PER_DAY = 1_500 * MM_PER_UNIT.km;
const MAX_FIRST_MM = 5_000_000 * MM_PER_UNIT.km;
const DAY_SECONDS = 86_400;

export interface OdometerAssessment {
  anomaly?: AnomalyName;
  /** Whether the reading becomes the last good one. */
  isNewest: boolean;
}

/**
 * Judges a reading against the last good one, by the rules of the contracts' `OdometerLib`.
 *
 * Plain numbers suffice: a reading is below 2^32 and a mile below 2^21 millimetres, so that a distance is below 2^53; where
 * the allowance for many days is beyond that, no reading reaches it.
 *
 * @param last The last good reading, if there is one, and when it was taken (Unix seconds).
 * @example
 * assessOdometer({ value: 80_000, unit: "km" }, 0, { value: 40_000, unit: "mi" }, 86_400).anomaly; // "lower"
 */
export function assessOdometer(
  last: OdometerReading | undefined,
  lastAt: number,
  reading: OdometerReading,
  observedAt: number,
): OdometerAssessment {
  const mm = reading.value * MM_PER_UNIT[reading.unit];
  if (!last) return mm > MAX_FIRST_MM ? { anomaly: "jump", isNewest: false } : { isNewest: true };
  const lastMm = last.value * MM_PER_UNIT[last.unit];

  if (observedAt < lastAt) {
    return mm >= lastMm + MM_PER_UNIT[last.unit]
      ? { anomaly: "lateHigher", isNewest: false }
      : { isNewest: false };
  }
  if (mm + MM_PER_UNIT[reading.unit] <= lastMm) return { anomaly: "lower", isNewest: false };

  const daysStarted = Math.floor((observedAt - lastAt) / DAY_SECONDS) + 1;
  if (mm > lastMm + daysStarted * MAX_MM_PER_DAY) return { anomaly: "jump", isNewest: false };
  return { isNewest: mm >= lastMm };
}
