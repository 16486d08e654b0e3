import { TelemetryError } from "../TelemetryError.js";
import type { Sample } from "../types.js";
import { cosine } from "./readGpx.js";

export const DRIVE_KINDS = ["commuter", "careful", "harsh", "night", "crash"] as const;
export type DriveKind = (typeof DRIVE_KINDS)[number];

export interface SimulatedDrive {
  kind: DriveKind;
  /** The same number gives the same drive. */
  seed: number;
  /** Unix milliseconds; a whole second. */
  startMs: number;
  /** 1, 2, 5 or 10 samples a second. */
  hertz?: number;
  /** Between how many stops. */
  legs?: number;
  /** What the odometer shows at first, metres. */
  odometerM?: number;
}

/** How somebody drives: accelerations in mm/s², between which each is chosen anew. */
interface Manner {
  accelerate: [number, number];
  brake: [number, number];
  corner: [number, number];
  /** Share of the limit at which one drives, 1/1000. */
  permille: [number, number];
}

const MANNERS: Record<DriveKind, Manner> = {
  commuter: {
    accelerate: [1_300, 1_900],
    brake: [1_500, 2_300],
    corner: [1_200, 2_200],
    permille: [920, 1_020],
  },
  careful: { accelerate: [800, 1_200], brake: [900, 1_400], corner: [800, 1_300], permille: [850, 960] },
  harsh: {
    accelerate: [2_500, 3_600],
    brake: [3_200, 4_600],
    corner: [3_000, 4_200],
    permille: [1_100, 1_300],
  },
  night: {
    accelerate: [1_300, 2_000],
    brake: [1_500, 2_600],
    corner: [1_200, 2_400],
    permille: [950, 1_060],
  },
  crash: {
    accelerate: [1_300, 1_900],
    brake: [1_500, 2_300],
    corner: [1_200, 2_200],
    permille: [920, 1_020],
  },
};

const STEPS_PER_SECOND = 10;
/** 30, 50, 70 and 100 km/h. */
const LIMITS_MM_S = [8_333, 13_889, 19_444, 27_778];
/** A blow as against a parked car: 60 to 90 m/s² for some tenths of a second. */
const BLOW_MM_S2: [number, number] = [60_000, 90_000];
const MM_PER_E7 = 11.119_493;
const BATTERY_WH = 66_000;
const WH_PER_KM = 160;
/** Somewhere in a field, where nobody lives. */
const FROM_LATITUDE_E7 = 520_000_000;
const FROM_LONGITUDE_E7 = 100_000_000;

/**
 * Makes up a drive from stop to stop through a grid of streets. Nobody drove it; the same input gives the same samples on every
 * machine.
 *
 * @throws {TelemetryError} `SAMPLE_FIELD` when a number is not usable.
 * @example
 * const samples = simulateDrive({ kind: "harsh", seed: 1, startMs: Date.UTC(2026, 4, 4, 7) });
 */
export function simulateDrive(drive: SimulatedDrive): Sample[] {
  const { kind, seed, startMs, hertz = 1, legs = 6, odometerM = 12_000_000 } = drive;
  if (![1, 2, 5, 10].includes(hertz)) refuse("hertz", hertz, "it is 1, 2, 5 or 10");
  if (!Number.isInteger(seed)) refuse("seed", seed, "it is a whole number");
  if (!Number.isInteger(startMs) || startMs <= 0 || startMs % 1_000 !== 0)
    refuse("startMs", startMs, "it is a second");
  if (!Number.isInteger(legs) || legs < 1 || legs > 1_000) refuse("legs", legs, "it is 1 to 1000");
  const car = new Car(startMs, odometerM, STEPS_PER_SECOND / hertz);
  const random = randomNumbers(seed);
  const manner = MANNERS[kind];
  for (let leg = 1; leg <= legs; leg += 1) {
    car.limit = LIMITS_MM_S[random(0, LIMITS_MM_S.length - 1)] as number;
    const cruise = Math.floor((car.limit * random(...manner.permille)) / 1_000);
    car.changeSpeed(cruise, random(...manner.accelerate));
    car.goOn(random(80, 200));
    if (kind === "crash" && leg === Math.ceil(legs / 2)) {
      car.changeSpeed(0, random(...BLOW_MM_S2));
      car.goOn(50);
      break;
    }
    // Slow enough for a corner of 25 m, with what one lets the car lean.
    const lean = random(...manner.corner);
    const inCorner = Math.floor(Math.sqrt(lean * 25_000));
    car.changeSpeed(Math.min(inCorner, cruise), random(...manner.brake));
    car.turn(lean, random(0, 1) === 0 ? 1 : -1);
    car.changeSpeed(cruise, random(...manner.accelerate));
    car.goOn(random(100, 250));
    car.changeSpeed(0, random(...manner.brake));
    car.goOn(random(20, 100));
  }
  return car.samples;
}

/** A car on a grid, in steps of a tenth of a second. */
class Car {
  readonly samples: Sample[] = [];
  limit = 0;
  readonly #stepsPerSample: number;
  readonly #odometerM: number;
  #timeMs: number;
  #steps = 0;
  #speed = 0;
  /** Micrometres driven, and millimetres to east and north. */
  #drivenUm = 0;
  #eastMm = 0;
  #northMm = 0;
  /** 0 north, 1 west, 2 south, 3 east. */
  #heading = 0;
  /** The strongest since the last sample: what a recorder reports that measures more often than it writes. */
  #forward = 0;
  #sideways = 0;

  constructor(startMs: number, odometerM: number, stepsPerSample: number) {
    this.#timeMs = startMs;
    this.#odometerM = odometerM;
    this.#stepsPerSample = stepsPerSample;
    this.#write();
  }

  /** To another speed, by as much as an acceleration allows. */
  changeSpeed(to: number, acceleration: number): void {
    while (this.#speed !== to) {
      const most = Math.floor(acceleration / STEPS_PER_SECOND);
      const change = Math.max(-most, Math.min(most, to - this.#speed));
      this.#step(change, 0);
    }
  }

  /** At this speed for so many steps. */
  goOn(steps: number): void {
    for (let i = 0; i < steps; i += 1) this.#step(0, 0);
  }

  /** A quarter of a circle. @param side 1 to the left, -1 to the right. */
  turn(lean: number, side: 1 | -1): void {
    // A quarter takes speed / lean * pi / 2 seconds.
    const steps = Math.max(5, Math.floor((this.#speed * STEPS_PER_SECOND * 1_571) / (lean * 1_000)));
    for (let i = 0; i < steps; i += 1) {
      if (i === Math.floor(steps / 2)) this.#heading = (this.#heading + side + 4) % 4;
      this.#step(0, lean * side);
    }
  }

  #step(change: number, sideways: number): void {
    const meanTwice = 2 * this.#speed + change;
    this.#speed += change;
    this.#drivenUm += meanTwice * 50;
    const mm = (meanTwice * 50) / 1_000;
    if (this.#heading === 0) this.#northMm += mm;
    else if (this.#heading === 1) this.#eastMm -= mm;
    else if (this.#heading === 2) this.#northMm -= mm;
    else this.#eastMm += mm;
    const forward = change * STEPS_PER_SECOND;
    if (Math.abs(forward) > Math.abs(this.#forward)) this.#forward = forward;
    if (Math.abs(sideways) > Math.abs(this.#sideways)) this.#sideways = sideways;
    this.#timeMs += 1_000 / STEPS_PER_SECOND;
    this.#steps += 1;
    if (this.#steps % this.#stepsPerSample === 0) this.#write();
  }

  #write(): void {
    const drivenM = Math.floor(this.#drivenUm / 1e6);
    const usedWh = Math.floor((drivenM * WH_PER_KM) / 1_000);
    this.samples.push({
      timeMs: this.#timeMs,
      speedMmS: this.#speed,
      odometerM: this.#odometerM + drivenM,
      longitudinalMmS2: this.#forward,
      lateralMmS2: this.#sideways,
      latitudeE7: FROM_LATITUDE_E7 + Math.round(this.#northMm / MM_PER_E7),
      longitudeE7: FROM_LONGITUDE_E7 + Math.round(this.#eastMm / (MM_PER_E7 * cosine(FROM_LATITUDE_E7))),
      chargeBp: 8_000 - Math.floor((usedWh * 10_000) / BATTERY_WH),
      dischargedWh: Math.floor((this.#odometerM * WH_PER_KM) / 1_000) + usedWh,
      speedLimitMmS: this.limit || (LIMITS_MM_S[0] as number),
    });
    this.#forward = 0;
    this.#sideways = 0;
  }
}

/** Whole numbers from `least` to `most`, in an order that the seed decides (mulberry32). */
function randomNumbers(seed: number): (least: number, most: number) => number {
  let state = seed | 0;
  return (least, most) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    const share = ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    return least + Math.floor(share * (most - least + 1));
  };
}

function refuse(where: string, value: unknown, why: string): never {
  throw new TelemetryError("SAMPLE_FIELD", `${String(value)} cannot be simulated: ${why}`, { where });
}
