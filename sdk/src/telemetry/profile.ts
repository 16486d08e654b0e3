import { TelemetryError } from "./TelemetryError.js";

/**
 * What counts as what: parameters of a product, agreed with the driver, never constants. Accelerations are in mm/s².
 */
export interface DriveProfile {
  brakeMmS2: number;
  severeBrakeMmS2: number;
  accelerationMmS2: number;
  severeAccelerationMmS2: number;
  cornerMmS2: number;
  severeCornerMmS2: number;
  /** From which horizontal acceleration on a crash is thought of. */
  crashMmS2: number;
  /** The change of velocity that makes it a candidate, mm/s. */
  crashDeltaVMmS: number;
  /** A manoeuvre is over when the acceleration was below this share of its threshold, in 1/1000 ... */
  releasePermille: number;
  /** ... for so long, ms: until then the same manoeuvre goes on. */
  releaseMs: number;
  /** How long the threshold has to be reached in all, ms: shorter is a bump in the road. */
  minManoeuvreMs: number;
  /** Over which time acceleration is derived from speed where no sensor measures it, ms. */
  derivationMs: number;
  /** Below this the vehicle stands, mm/s. */
  movingMmS: number;
  /** The longest pause between two samples over which anything is taken as known, ms. */
  maxGapMs: number;
  /** Beyond this no odometer is believed, mm/s. */
  maxSpeedMmS: number;
  /** The night, in minutes after midnight; it may go over midnight. */
  nightFromMinute: number;
  nightToMinute: number;
  /** Local time minus UTC, minutes. */
  utcOffsetMinutes: number;
  /** The limit where a sample has none, mm/s; left out, only limits in samples count. */
  speedLimitMmS?: number;
  /** How much above a limit is still allowed, mm/s. */
  overLimitToleranceMmS: number;
  /** How long one is over the limit before it counts, ms; then all of it does. */
  minOverLimitMs: number;
}

/**
 * Values in use (7 mph/s for a harsh and 9 mph/s for a severe brake, 0.25 g and 0.30 g for acceleration and corners, 1 g for a
 * crash). Severe acceleration and severe corners have no such source: they stand to the harsh ones as severe brakes to
 * harsh brakes, 9 to 7. The change of velocity is the 8 km/h at which event data recorders begin (49 CFR 563.5). The night
 * is 23 to 5 o'clock; 5 km/h above a limit are within the error of speedometers.
 */
export const DEFAULT_PROFILE: Readonly<DriveProfile> = {
  brakeMmS2: 3_130,
  severeBrakeMmS2: 4_020,
  accelerationMmS2: 2_450,
  severeAccelerationMmS2: 3_150,
  cornerMmS2: 2_940,
  severeCornerMmS2: 3_780,
  crashMmS2: 9_810,
  crashDeltaVMmS: 2_222,
  releasePermille: 600,
  releaseMs: 1_000,
  minManoeuvreMs: 300,
  derivationMs: 1_000,
  movingMmS: 500,
  maxGapMs: 2_500,
  maxSpeedMmS: 120_000,
  nightFromMinute: 23 * 60,
  nightToMinute: 5 * 60,
  utcOffsetMinutes: 0,
  overLimitToleranceMmS: 1_389,
  minOverLimitMs: 3_000,
};

const DAY_MINUTES = 1_440;
const LIMIT = 2 ** 31 - 1;

/**
 * Completes a profile from the defaults.
 *
 * @throws {TelemetryError} `PROFILE_FIELD` when a value is no whole number in its range, or a severe threshold is below a harsh one.
 * @example
 * const profile = driveProfile({ utcOffsetMinutes: 60, brakeMmS2: 3_600 });
 */
export function driveProfile(changes: Partial<DriveProfile> = {}): DriveProfile {
  const profile = { ...DEFAULT_PROFILE, ...changes };
  for (const [name, value] of Object.entries(profile)) {
    if (!(name in DEFAULT_PROFILE) && name !== "speedLimitMmS")
      refuse(name, value, "it is not part of a profile");
    if (name === "speedLimitMmS" && value === undefined) continue;
    const least = name === "utcOffsetMinutes" ? -DAY_MINUTES : 0;
    if (!Number.isInteger(value) || value < least || value > LIMIT)
      refuse(name, value, "it is no whole number in range");
  }
  for (const name of ["nightFromMinute", "nightToMinute"] as const)
    if (profile[name] >= DAY_MINUTES) refuse(name, profile[name], "a day has 1440 minutes");
  for (const [harsh, severe] of [
    ["brakeMmS2", "severeBrakeMmS2"],
    ["accelerationMmS2", "severeAccelerationMmS2"],
    ["cornerMmS2", "severeCornerMmS2"],
  ] as const) {
    if (profile[harsh] === 0) refuse(harsh, 0, "everything would be harsh");
    if (profile[severe] < profile[harsh]) refuse(severe, profile[severe], `it is below ${harsh}`);
  }
  if (profile.releasePermille >= 1_000)
    refuse("releasePermille", profile.releasePermille, "it has to be below 1000");
  if (profile.derivationMs === 0) refuse("derivationMs", 0, "nothing can be derived at once");
  if (profile.maxGapMs <= profile.derivationMs)
    refuse("maxGapMs", profile.maxGapMs, "it has to be above derivationMs");
  return profile;
}

function refuse(where: string, value: unknown, why: string): never {
  throw new TelemetryError("PROFILE_FIELD", `${String(value)} cannot stand in a profile: ${why}`, { where });
}
