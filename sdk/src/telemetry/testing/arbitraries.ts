import { hexlify } from "ethers";
import * as fc from "fast-check";
import { COUNTER_FIELDS, type Sample, type TripCounters, type TripSummary } from "../types.js";

export const hex = (bytes: number): fc.Arbitrary<string> =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((value) => hexlify(value));

export const anyCounters = fc.record(
  Object.fromEntries(
    COUNTER_FIELDS.map(([name, bits]) => [
      name,
      bits === 64 ? fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) : fc.integer({ min: 0, max: 2 ** bits - 1 }),
    ]),
  ),
  { noNullPrototype: true },
) as fc.Arbitrary<unknown> as fc.Arbitrary<TripCounters>;

export const anySummary: fc.Arbitrary<TripSummary> = fc.record(
  {
    vehicleId: fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
    sequence: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    startedAt: fc.integer({ min: 0, max: 2 ** 40 - 1 }),
    endedAt: fc.integer({ min: 0, max: 2 ** 40 - 1 }),
    traceRoot: hex(32),
    counters: anyCounters,
  },
  { noNullPrototype: true },
);

const START_MS = 1_760_000_000_000;
const maybe = (min: number, max: number) => fc.option(fc.integer({ min, max }), { nil: undefined });

/** Drives as no car drives, with samples up to some seconds apart. */
export const anyTrace: fc.Arbitrary<Sample[]> = fc
  .array(
    fc.record({
      afterMs: fc.integer({ min: 1, max: 4_000 }),
      speedMmS: fc.integer({ min: 0, max: 60_000 }),
      longitudinalMmS2: maybe(-12_000, 12_000),
      lateralMmS2: maybe(-6_000, 6_000),
      odometerM: maybe(0, 100_000),
      chargedWh: maybe(0, 100_000),
      speedLimitMmS: maybe(5_000, 40_000),
    }),
    { minLength: 1, maxLength: 120 },
  )
  .map((steps) => {
    let timeMs = START_MS;
    return steps.map(({ afterMs, ...fields }) => {
      timeMs += afterMs;
      const present = Object.entries(fields).filter(([, value]) => value !== undefined);
      return { ...Object.fromEntries(present), timeMs } as Sample;
    });
  });
