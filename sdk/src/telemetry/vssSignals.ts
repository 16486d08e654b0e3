import { checkSample } from "./sampleBytes.js";
import { TelemetryError } from "./TelemetryError.js";
import type { Sample } from "./types.js";

/** A signal of COVESA VSS and how it stands in a {@link Sample}. */
export interface VssSignal {
  /** Path in VSS version 6. */
  path: string;
  /** Unit of the path. */
  unit: string;
  field: Exclude<keyof Sample, "timeMs">;
  /** The field's value is the signal's times `times` over `over`, rounded. */
  times: number;
  over: number;
  /** Decimal places that hold the field exactly. */
  places: number;
}

/**
 * VSS version 6 has no signal for the limit that holds where the vehicle is; its column is named as VSS would overlay it.
 */
export const VSS_SIGNALS: readonly VssSignal[] = [
  signal("Vehicle.Speed", "km/h", "speedMmS", 2_500, 9, 5),
  signal("Vehicle.TraveledDistance", "km", "odometerM", 1_000, 1, 3),
  signal("Vehicle.Acceleration.Longitudinal", "m/s^2", "longitudinalMmS2", 1_000, 1, 3),
  signal("Vehicle.Acceleration.Lateral", "m/s^2", "lateralMmS2", 1_000, 1, 3),
  signal("Vehicle.CurrentLocation.Latitude", "degrees", "latitudeE7", 10_000_000, 1, 7),
  signal("Vehicle.CurrentLocation.Longitude", "degrees", "longitudeE7", 10_000_000, 1, 7),
  signal("Vehicle.Powertrain.TractionBattery.StateOfCharge.Current", "percent", "chargeBp", 100, 1, 2),
  signal("Vehicle.Powertrain.TractionBattery.AccumulatedChargedEnergy", "kWh", "chargedWh", 1_000, 1, 3),
  signal("Vehicle.Powertrain.TractionBattery.AccumulatedConsumedEnergy", "kWh", "dischargedWh", 1_000, 1, 3),
  signal("Vehicle.CurrentLocation.SpeedLimit", "km/h", "speedLimitMmS", 2_500, 9, 5),
];

const BY_PATH = new Map(VSS_SIGNALS.map((one) => [one.path, one]));

/**
 * A sample from VSS signals in their own units.
 *
 * @param timeMs Unix milliseconds.
 * @param signals By path. Paths that are not in {@link VSS_SIGNALS} are passed over; the speed must be there.
 * @throws {TelemetryError} `SAMPLE_FIELD` when a value is not a number or out of range.
 * @example
 * sampleFromVss(1_760_000_000_000, { "Vehicle.Speed": 50, "Vehicle.Acceleration.Longitudinal": -3.2 });
 */
export function sampleFromVss(timeMs: number, signals: Readonly<Record<string, number>>): Sample {
  const sample: Partial<Sample> = { timeMs };
  for (const [path, value] of Object.entries(signals)) {
    const known = BY_PATH.get(path);
    if (!known) continue;
    if (typeof value !== "number" || !Number.isFinite(value)) {
      throw new TelemetryError("SAMPLE_FIELD", `${String(value)} is not a number`, { where: path });
    }
    // Speed is signed in some vehicles: backwards is driving too.
    const amount = known.field === "speedMmS" ? Math.abs(value) : value;
    // One multiplication and one division, rounded once: the same in every engine. Without the zero, -0 would come through.
    sample[known.field] = Math.round((amount * known.times) / known.over) + 0;
  }
  return checkSample(sample as Sample);
}

/**
 * The signals of a sample, as decimal text by path; the way back gives the same sample.
 *
 * @example
 * vssOfSample(sample)["Vehicle.Speed"]; // "50.00040"
 */
export function vssOfSample(sample: Sample): Record<string, string> {
  const signals: Record<string, string> = {};
  for (const { path, field, times, over, places } of VSS_SIGNALS) {
    const value = sample[field];
    if (value !== undefined) signals[path] = ((value * over) / times).toFixed(places);
  }
  return signals;
}

function signal(
  path: string,
  unit: string,
  field: VssSignal["field"],
  times: number,
  over: number,
  places: number,
): VssSignal {
  return { path, unit, field, times, over, places };
}
