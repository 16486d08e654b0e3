/**
 * What a vehicle measured at one instant, in whole numbers. What was not measured is left out. The names and units of COVESA
 * VSS are in {@link VSS_SIGNALS}.
 */
export interface Sample {
  /** Unix milliseconds. */
  timeMs: number;
  /** mm/s, never negative: also when reversing. */
  speedMmS: number;
  /** What the odometer shows, metres. */
  odometerM?: number;
  /** mm/s², positive when the vehicle gains speed. */
  longitudinalMmS2?: number;
  /** mm/s², positive to the left. */
  lateralMmS2?: number;
  /** 1e-7 degrees, positive north. */
  latitudeE7?: number;
  /** 1e-7 degrees, positive east. */
  longitudeE7?: number;
  /** 1/100 per cent. */
  chargeBp?: number;
  /** Energy that went into the traction battery over its life, Wh. */
  chargedWh?: number;
  /** Energy that left the traction battery over its life, Wh. */
  dischargedWh?: number;
  /** The limit that held here, mm/s. */
  speedLimitMmS?: number;
}

/**
 * What a vehicle has done since its recorder was first switched on. No counter ever falls.
 *
 * @see contracts/types/TelemetryTypes.sol
 */
export interface TripCounters {
  distanceM: bigint;
  drivingS: number;
  nightS: number;
  overLimitS: number;
  harshBrakes: number;
  severeBrakes: number;
  harshAccelerations: number;
  severeAccelerations: number;
  harshCorners: number;
  severeCorners: number;
  chargedWh: bigint;
  dischargedWh: bigint;
}

/**
 * What the vehicle's key signs at the end of a trip.
 *
 * @see contracts/types/TelemetryTypes.sol
 */
export interface TripSummary {
  vehicleId: bigint;
  /** One more than that of the summary before; the first has 1. */
  sequence: number;
  /** Unix seconds. */
  startedAt: number;
  /** Unix seconds. */
  endedAt: number;
  /** Merkle root of the raw samples, hex with 0x. */
  traceRoot: string;
  counters: TripCounters;
}

/** A summary with the vehicle's signature. */
export interface SignedSummary {
  summary: TripSummary;
  /** ERC-7913, hex with 0x: 20 bytes of a secp256k1 address, or 84 bytes of P-256 verifier and coordinates. */
  signer: string;
  /** Hex with 0x: 65 bytes (r, s, v) for secp256k1, 64 (r, s) for P-256; s in the lower half. */
  signature: string;
}

/** What `TelemetryAnchors.requireAnchored` takes: a signed summary and its place under a root. */
export interface AnchoredSummary extends SignedSummary {
  /** Hex with 0x, as all of them. */
  root: string;
  proof: string[];
}

/** The counters in the order of the contract's struct, with their widths in bits. */
export const COUNTER_FIELDS = [
  ["distanceM", 64],
  ["drivingS", 40],
  ["nightS", 40],
  ["overLimitS", 40],
  ["harshBrakes", 32],
  ["severeBrakes", 32],
  ["harshAccelerations", 32],
  ["severeAccelerations", 32],
  ["harshCorners", 32],
  ["severeCorners", 32],
  ["chargedWh", 64],
  ["dischargedWh", 64],
] as const satisfies readonly (readonly [keyof TripCounters, 32 | 40 | 64])[];

/** The counters of a recorder that has just been switched on. */
export const NO_COUNTERS: Readonly<TripCounters> = {
  distanceM: 0n,
  drivingS: 0,
  nightS: 0,
  overLimitS: 0,
  harshBrakes: 0,
  severeBrakes: 0,
  harshAccelerations: 0,
  severeAccelerations: 0,
  harshCorners: 0,
  severeCorners: 0,
  chargedWh: 0n,
  dischargedWh: 0n,
};

/** Which manoeuvres are told apart. */
export type ManoeuvreKind = "brake" | "acceleration" | "corner";

/** Something in a trip that is shown to the driver, with where its samples stand in the trace. */
export interface TripEvent {
  kind: ManoeuvreKind | "overLimit" | "crash";
  /** Manoeuvres only; a severe one is counted as severe only. */
  severity?: "harsh" | "severe";
  /** Unix milliseconds. */
  startMs: number;
  endMs: number;
  /** Index of the first and the last sample, as {@link proveSamples} takes them. */
  firstSample: number;
  lastSample: number;
  /** The strongest acceleration, mm/s², of manoeuvres and crashes. */
  peakMmS2?: number;
  /** By how much the speed was above the limit at most, mm/s. */
  excessMmS?: number;
  /** Change of velocity, mm/s, of crashes. */
  deltaVMmS?: number;
}

/** What was not right with the samples of a trip. */
export interface TripIssues {
  /** Samples that came twice, byte for byte; the second was ignored. */
  duplicates: number;
  /** Samples of the same time as another, but with other values; the second was ignored. */
  conflicts: number;
  /** Samples older than one before them; ignored. */
  outOfOrder: number;
  /** Pauses between samples longer than the profile's `maxGapMs`; nothing is counted in them but what meters show. */
  gaps: number;
  gapMs: number;
  /** Meters that went back, or jumped beyond what is possible; counting went on from the new value. */
  meterJumps: number;
  /** Driven while nothing was recorded, by the odometer, before this trip; not counted. Metres. */
  unrecordedM: number;
}

/** What comes out at the end of a trip. */
export interface Trip {
  summary: TripSummary;
  events: TripEvent[];
  issues: TripIssues;
  samples: number;
  /** What the trace was salted with, hex with 0x. A secret: it and a guess of a sample would confirm the guess. */
  salt: string;
}
