import { getBytes, hexlify, randomBytes } from "ethers";
import { loadKeccak, type Keccak } from "../history/keccak.js";
import {
  closeCrash,
  closeExcess,
  closeManoeuvre,
  stepCrash,
  stepExcess,
  stepManoeuvre,
  type OpenCrash,
  type OpenExcess,
  type OpenManoeuvre,
  type Step,
} from "./manoeuvres.js";
import { driveProfile, type DriveProfile } from "./profile.js";
import { checkSample, sampleBytes } from "./sampleBytes.js";
import { TelemetryError } from "./TelemetryError.js";
import { SALT_BYTES, saltBytes, TraceTree } from "./traceTree.js";
import {
  COUNTER_FIELDS,
  NO_COUNTERS,
  type ManoeuvreKind,
  type Sample,
  type Trip,
  type TripCounters,
  type TripEvent,
  type TripIssues,
} from "./types.js";

const VERSION = 1;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Millimetres per second times milliseconds are micrometres; a mean of two speeds is half their sum. */
const HALF_UM_PER_M = 2_000_000;
/** Odometers may show tenths or whole kilometres only: so much may appear at once. */
const ODOMETER_STEP_M = 1_000;
/** No battery takes or gives more than a megawatt; a meter that shows more is another battery's. */
const WH_PER_MS_OVER = 3.6;
const METER_STEP_WH = 1_000;

const THRESHOLDS = {
  brake: ["brakeMmS2", "severeBrakeMmS2"],
  acceleration: ["accelerationMmS2", "severeAccelerationMmS2"],
  corner: ["cornerMmS2", "severeCornerMmS2"],
} as const satisfies Record<ManoeuvreKind, readonly [keyof DriveProfile, keyof DriveProfile]>;

const COUNTER_OF = {
  brake: { harsh: "harshBrakes", severe: "severeBrakes" },
  acceleration: { harsh: "harshAccelerations", severe: "severeAccelerations" },
  corner: { harsh: "harshCorners", severe: "severeCorners" },
} as const satisfies Record<ManoeuvreKind, Record<"harsh" | "severe", keyof TripCounters>>;

interface Reading {
  value: number;
  timeMs: number;
}

interface OpenTrip {
  salt: string;
  startMs: number;
  count: number;
  peaks: string[];
  /** Time and speed of the newest samples, from which acceleration is derived. */
  recent: [number, number][];
  manoeuvres: Partial<Record<ManoeuvreKind, OpenManoeuvre>>;
  excess?: OpenExcess;
  crash?: OpenCrash;
  events: TripEvent[];
  issues: TripIssues;
}

/** Everything a recorder remembers, as plain JSON. It holds the salt of the trip under way and is to be kept secret. */
export interface RecorderState {
  version: number;
  /** Decimal. */
  vehicleId: string;
  sequence: number;
  /** Decimal. */
  counters: Record<keyof TripCounters, string>;
  /** What does not fill a metre or a second yet. */
  rest: { halfUm: number; drivingMs: number; nightMs: number; overLimitMs: number };
  last?: Sample;
  odometer?: Reading;
  charged?: Reading;
  discharged?: Reading;
  trip?: OpenTrip;
}

/**
 * Makes trips of samples: events for the driver to see, counters that only grow, and the root of the raw samples. The same
 * samples give the same trips on every machine, and the recorder can be stopped between any two of them.
 *
 * Samples come once to ten times a second. Acceleration is the sensor's, or else derived from the speed over a second, because
 * speeds in whole km/h seem to jump when derived over less. A sample stands for the time since the one before.
 *
 * @example
 * const recorder = await TripRecorder.create({ vehicleId });
 * recorder.startTrip();
 * for (const sample of samples) for (const event of recorder.add(sample)) show(event);
 * const trip = recorder.endTrip();
 * if (trip) await send(await signSummary(trip.summary, key, domain));
 */
export class TripRecorder {
  readonly #keccak: Keccak;
  readonly #profile: DriveProfile;
  #state: RecorderState;
  #tree: TraceTree | undefined;

  private constructor(keccak: Keccak, profile: DriveProfile, state: RecorderState) {
    this.#keccak = keccak;
    this.#profile = profile;
    this.#state = state;
    const { trip } = state;
    if (trip) this.#tree = new TraceTree(keccak, trip.salt, trip.count, trip.peaks);
  }

  /**
   * A recorder that is new, or goes on from a state.
   *
   * @param input.vehicleId Must be that of the state, if there is one.
   * @throws {TelemetryError} `PROFILE_FIELD`, or `RECORDER_STATE` when the state is no recorder's or another vehicle's.
   */
  static async create(input: {
    vehicleId: bigint;
    profile?: Partial<DriveProfile>;
    state?: RecorderState;
  }): Promise<TripRecorder> {
    const state = input.state ? structuredClone(input.state) : newState(input.vehicleId);
    checkState(state, input.vehicleId);
    return new TripRecorder(await loadKeccak(), driveProfile(input.profile), state);
  }

  /** The counters up to the newest sample. */
  get counters(): TripCounters {
    return parseCounters(this.#state.counters);
  }

  /** The sequence of the last trip that ended. */
  get sequence(): number {
    return this.#state.sequence;
  }

  get isInTrip(): boolean {
    return this.#state.trip !== undefined;
  }

  /** What to restore the recorder from. */
  state(): RecorderState {
    const { trip } = this.#state;
    if (trip && this.#tree) [trip.count, trip.peaks] = [this.#tree.count, this.#tree.peaks];
    return structuredClone(this.#state);
  }

  /**
   * Begins a trip.
   *
   * @param salt 32 bytes, hex with 0x; random when left out, and different for each trip.
   * @throws {TelemetryError} `TRIP_STATE` when one has begun already.
   */
  startTrip(salt: string = hexlify(randomBytes(SALT_BYTES))): void {
    if (this.#state.trip)
      throw new TelemetryError("TRIP_STATE", "a trip has begun already", { fix: "end it first" });
    saltBytes(salt);
    this.#tree = new TraceTree(this.#keccak, salt);
    this.#state.trip = {
      salt,
      startMs: 0,
      count: 0,
      peaks: [],
      recent: [],
      manoeuvres: {},
      events: [],
      issues: {
        duplicates: 0,
        conflicts: 0,
        outOfOrder: 0,
        gaps: 0,
        gapMs: 0,
        meterJumps: 0,
        unrecordedM: 0,
      },
    };
  }

  /**
   * Takes a sample. One that is not newer than all before it is noted in the trip's issues and ignored: it is not part of the
   * trace either.
   *
   * @returns The events that are over with it.
   * @throws {TelemetryError} `SAMPLE_FIELD`; nothing has changed then. `TRIP_STATE` when no trip has begun.
   */
  add(sample: Sample): TripEvent[] {
    const { trip, tree } = this.#open();
    checkSample(sample);
    const { last } = this.#state;
    if (last && sample.timeMs <= last.timeMs) {
      this.#ignore(sample, last, trip);
      return [];
    }
    const before = trip.events.length;
    const isFirst = tree.count === 0;
    const elapsedMs = last && !isFirst ? sample.timeMs - last.timeMs : 0;
    const isGap = elapsedMs > this.#profile.maxGapMs;
    if (isFirst) trip.startMs = sample.timeMs;
    if (isGap) {
      trip.issues.gaps += 1;
      trip.issues.gapMs += elapsedMs;
      this.#closeAll(trip);
      trip.recent = [];
    }
    const step: Step = { index: tree.count, timeMs: sample.timeMs, dtMs: isGap ? 0 : elapsedMs };
    this.#countDistance(sample, isFirst, step.dtMs, trip);
    this.#countEnergy(sample, trip);
    if (last && step.dtMs > 0) this.#countTime(last, sample, step.dtMs);
    this.#detect(step.dtMs > 0 ? last : undefined, sample, step, trip);
    tree.append(sample);
    this.#state.last = { ...sample };
    return trip.events.slice(before);
  }

  /**
   * Ends the trip.
   *
   * @returns The trip; undefined when no sample came, which is no trip and has no sequence.
   * @throws {TelemetryError} `TRIP_STATE` when none has begun.
   */
  endTrip(): Trip | undefined {
    const { trip, tree } = this.#open();
    this.#closeAll(trip);
    this.#state.trip = undefined;
    this.#tree = undefined;
    const { last } = this.#state;
    if (tree.count === 0 || !last) return undefined;
    this.#state.sequence += 1;
    return {
      summary: {
        vehicleId: BigInt(this.#state.vehicleId),
        sequence: this.#state.sequence,
        startedAt: Math.floor(trip.startMs / 1_000),
        endedAt: Math.floor(last.timeMs / 1_000),
        traceRoot: tree.root(),
        counters: this.counters,
      },
      events: trip.events,
      issues: trip.issues,
      samples: tree.count,
      salt: trip.salt,
    };
  }

  #open(): { trip: OpenTrip; tree: TraceTree } {
    const { trip } = this.#state;
    if (!trip || !this.#tree)
      throw new TelemetryError("TRIP_STATE", "no trip has begun", { fix: "call startTrip" });
    return { trip, tree: this.#tree };
  }

  #ignore(sample: Sample, last: Sample, { issues }: OpenTrip): void {
    if (sample.timeMs < last.timeMs) issues.outOfOrder += 1;
    else if (hexlify(sampleBytes(sample)) === hexlify(sampleBytes(last))) issues.duplicates += 1;
    else issues.conflicts += 1;
  }

  /** By the odometer where both samples have it, also over a gap; else by the speed. */
  #countDistance(sample: Sample, isFirst: boolean, dtMs: number, trip: OpenTrip): void {
    const { odometerM, timeMs } = sample;
    const { last, odometer, rest } = this.#state;
    if (odometerM !== undefined) this.#state.odometer = { value: odometerM, timeMs };
    const shown =
      odometer && odometerM !== undefined
        ? this.#odometerDelta(odometer, odometerM, timeMs, trip)
        : undefined;
    if (isFirst) {
      trip.issues.unrecordedM += shown ?? 0;
    } else if (shown !== undefined && odometer?.timeMs === last?.timeMs) {
      this.#raise("distanceM", shown);
    } else if (last) {
      const halfUm = rest.halfUm + (last.speedMmS + sample.speedMmS) * dtMs;
      this.#raise("distanceM", Math.floor(halfUm / HALF_UM_PER_M));
      rest.halfUm = halfUm % HALF_UM_PER_M;
    }
  }

  #odometerDelta(before: Reading, value: number, timeMs: number, { issues }: OpenTrip): number | undefined {
    const delta = value - before.value;
    const most = (this.#profile.maxSpeedMmS * (timeMs - before.timeMs)) / 1e6 + ODOMETER_STEP_M;
    if (delta >= 0 && delta <= most) return delta;
    issues.meterJumps += 1;
    return undefined;
  }

  /** Also what was charged since the last trip. */
  #countEnergy(sample: Sample, { issues }: OpenTrip): void {
    for (const [field, kept, counter] of [
      ["chargedWh", "charged", "chargedWh"],
      ["dischargedWh", "discharged", "dischargedWh"],
    ] as const) {
      const value = sample[field];
      if (value === undefined) continue;
      const before = this.#state[kept];
      this.#state[kept] = { value, timeMs: sample.timeMs };
      if (!before) continue;
      const delta = value - before.value;
      const most = (sample.timeMs - before.timeMs) / WH_PER_MS_OVER + METER_STEP_WH;
      if (delta >= 0 && delta <= most) this.#raise(counter, delta);
      else issues.meterJumps += 1;
    }
  }

  #countTime(last: Sample, sample: Sample, dtMs: number): void {
    const profile = this.#profile;
    if (last.speedMmS + sample.speedMmS < 2 * profile.movingMmS) return;
    this.#raiseSeconds("drivingS", "drivingMs", dtMs);
    if (isNight(last.timeMs, profile)) this.#raiseSeconds("nightS", "nightMs", dtMs);
  }

  #detect(last: Sample | undefined, sample: Sample, step: Step, trip: OpenTrip): void {
    const profile = this.#profile;
    const forward = sample.longitudinalMmS2 ?? deriveAcceleration(trip, sample, profile);
    const sideways = sample.lateralMmS2 ?? 0;
    const isMoving = Math.max(last?.speedMmS ?? 0, sample.speedMmS) >= profile.movingMmS;
    const values = { brake: -forward, acceleration: forward, corner: Math.abs(sideways) };
    for (const kind of ["brake", "acceleration", "corner"] as const) {
      const [harsh, severe] = THRESHOLDS[kind];
      const { open, isOver } = stepManoeuvre(
        trip.manoeuvres[kind],
        step,
        isMoving ? values[kind] : 0,
        [profile[harsh], profile[severe]],
        profile,
      );
      trip.manoeuvres[kind] = open;
      if (isOver) this.#closeManoeuvre(kind, trip);
    }
    const crash = stepCrash(
      trip.crash,
      step,
      {
        forwardMmS2: forward,
        sidewaysMmS2: sideways,
        speedBeforeMmS: (last ?? sample).speedMmS,
        speedMmS: sample.speedMmS,
      },
      profile,
    );
    trip.crash = crash.open;
    if (crash.isOver) this.#closeCrash(trip);
    this.#detectExcess(sample, step, trip);
  }

  #detectExcess(sample: Sample, step: Step, trip: OpenTrip): void {
    const profile = this.#profile;
    const limit = sample.speedLimitMmS ?? profile.speedLimitMmS;
    const over = limit === undefined ? 0 : sample.speedMmS - limit;
    const before = trip.excess?.overMs ?? 0;
    const { open, isOver } = stepExcess(
      trip.excess,
      step,
      over - profile.overLimitToleranceMmS,
      over,
      profile,
    );
    trip.excess = open;
    // All of it counts once it is long enough, and what is added from then on.
    const overMs = open?.overMs ?? 0;
    if (overMs >= profile.minOverLimitMs)
      this.#raiseSeconds(
        "overLimitS",
        "overLimitMs",
        overMs - (before >= profile.minOverLimitMs ? before : 0),
      );
    if (isOver) this.#closeExcess(trip);
  }

  #closeAll(trip: OpenTrip): void {
    for (const kind of ["brake", "acceleration", "corner"] as const) this.#closeManoeuvre(kind, trip);
    this.#closeCrash(trip);
    this.#closeExcess(trip);
  }

  #closeManoeuvre(kind: ManoeuvreKind, trip: OpenTrip): void {
    const open = trip.manoeuvres[kind];
    const event = open && closeManoeuvre(kind, open, this.#profile);
    trip.manoeuvres[kind] = undefined;
    if (!event) return;
    trip.events.push(event);
    this.#raise(COUNTER_OF[kind][event.severity ?? "harsh"], 1);
  }

  #closeCrash(trip: OpenTrip): void {
    const event = trip.crash && closeCrash(trip.crash, this.#profile);
    trip.crash = undefined;
    if (event) trip.events.push(event);
  }

  #closeExcess(trip: OpenTrip): void {
    const event = trip.excess && closeExcess(trip.excess, this.#profile);
    trip.excess = undefined;
    if (event) trip.events.push(event);
  }

  #raise(counter: keyof TripCounters, by: number): void {
    const { counters } = this.#state;
    counters[counter] = String(BigInt(counters[counter]) + BigInt(by));
  }

  #raiseSeconds(
    counter: "drivingS" | "nightS" | "overLimitS",
    rest: "drivingMs" | "nightMs" | "overLimitMs",
    byMs: number,
  ): void {
    const ms = this.#state.rest[rest] + byMs;
    this.#state.rest[rest] = ms % 1_000;
    if (ms >= 1_000) this.#raise(counter, Math.floor(ms / 1_000));
  }
}

/** The change of speed over the derivation time, or 0 while it is not known for so long. */
function deriveAcceleration(trip: OpenTrip, sample: Sample, profile: DriveProfile): number {
  const { recent } = trip;
  recent.push([sample.timeMs, sample.speedMmS]);
  // Clocks waver: a sample that is almost old enough is.
  const until = sample.timeMs - profile.derivationMs + Math.floor(profile.derivationMs / 10);
  while (recent.length > 1 && (recent[1]?.[0] ?? 0) <= until) recent.shift();
  const [timeMs, speedMmS] = recent[0] as [number, number];
  if (timeMs > until) return 0;
  return Math.trunc(((sample.speedMmS - speedMmS) * 1_000) / (sample.timeMs - timeMs));
}

function isNight(
  timeMs: number,
  { nightFromMinute, nightToMinute, utcOffsetMinutes }: DriveProfile,
): boolean {
  const ofDay = (((timeMs + utcOffsetMinutes * MINUTE_MS) % DAY_MS) + DAY_MS) % DAY_MS;
  const minute = Math.floor(ofDay / MINUTE_MS);
  return nightFromMinute <= nightToMinute
    ? minute >= nightFromMinute && minute < nightToMinute
    : minute >= nightFromMinute || minute < nightToMinute;
}

function newState(vehicleId: bigint): RecorderState {
  const counters = Object.fromEntries(COUNTER_FIELDS.map(([name]) => [name, String(NO_COUNTERS[name])]));
  return {
    version: VERSION,
    vehicleId: String(vehicleId),
    sequence: 0,
    counters: counters as RecorderState["counters"],
    rest: { halfUm: 0, drivingMs: 0, nightMs: 0, overLimitMs: 0 },
  };
}

function parseCounters(counters: RecorderState["counters"]): TripCounters {
  const parsed = COUNTER_FIELDS.map(([name, bits]) => [
    name,
    bits === 64 ? BigInt(counters[name]) : Number(counters[name]),
  ]);
  return Object.fromEntries(parsed) as TripCounters;
}

function checkState(state: RecorderState, vehicleId: bigint): void {
  const problem = (what: string): TelemetryError => new TelemetryError("RECORDER_STATE", what);
  if (state.version !== VERSION)
    throw problem(`the recorder's state has version ${String(state.version)}, not ${VERSION}`);
  if (state.vehicleId !== String(vehicleId)) throw problem("the recorder's state is another vehicle's");
  const isWhole = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
  const isCounter = (text: unknown): boolean => typeof text === "string" && /^[0-9]{1,20}$/.test(text);
  const { sequence, counters, rest, trip, last } = state;
  const isSound =
    isWhole(sequence) &&
    COUNTER_FIELDS.every(([name]) => isCounter(counters?.[name])) &&
    [rest?.halfUm, rest?.drivingMs, rest?.nightMs, rest?.overLimitMs].every(isWhole) &&
    (trip === undefined || (isWhole(trip.count) && Array.isArray(trip.peaks) && Array.isArray(trip.events)));
  if (!isSound) throw problem("the recorder's state is damaged");
  if (last) checkSample(last);
  if (trip) getBytes(trip.salt);
}
