import assert from "node:assert/strict";
import { test } from "node:test";
import { id, keccak256, concat } from "ethers";
import * as fc from "fast-check";
import { proveSamples, type ShownSamples } from "./proveSamples.js";
import { SAMPLE_BYTES, sampleBytes } from "./sampleBytes.js";
import { TelemetryError } from "./TelemetryError.js";
import { anyTrace } from "./testing/arbitraries.js";
import { traceRoot } from "./traceRoot.js";
import { verifySamples } from "./verifySamples.js";
import { sampleFromVss, VSS_SIGNALS, vssOfSample } from "./vssSignals.js";

const salt = id("salt of the trip");
const isError = (code: string) => (error: unknown) => error instanceof TelemetryError && error.code === code;
const samples = Array.from({ length: 21 }, (_, i) => ({
  timeMs: 1_760_000_000_000 + i * 100,
  speedMmS: 10_000 + i,
  latitudeE7: 524_000_000 + i,
  longitudeE7: -133_000_000 - i,
}));

test("any samples in a row are shown, for any length of trace", async () => {
  await fc.assert(
    fc.asyncProperty(anyTrace, fc.nat(), fc.nat(), async (trace, a, b) => {
      const [first, last] = [a % trace.length, b % trace.length].sort((x, y) => x - y) as [number, number];
      const root = await traceRoot(trace, salt);
      const shown = await proveSamples({ samples: trace, salt }, first, last);
      assert.equal(shown.samples.length, last - first + 1);
      assert.ok(await verifySamples(JSON.parse(JSON.stringify(shown)) as ShownSamples, root));
    }),
    { numRuns: 60 },
  );
});

test("shown samples that were changed, moved, left out or added are not in the trace", async () => {
  const root = await traceRoot(samples, salt);
  const shown = await proveSamples({ samples, salt }, 5, 9);
  assert.ok(await verifySamples(shown, root));
  const [head, ...rest] = shown.samples;
  assert.ok(head);
  const wrong: Partial<ShownSamples>[] = [
    { samples: [{ ...head, sample: { ...head.sample, speedMmS: 1 } }, ...rest] },
    { samples: [{ ...head, salt: id("another salt") }, ...rest] },
    { samples: [{ ...head, salt: "0x" }, ...rest] },
    { samples: rest },
    { samples: rest, first: 6 },
    { samples: [] },
    { samples: [rest[0], head, ...rest.slice(1)] as ShownSamples["samples"] },
    { first: 4 },
    { first: 1.5 },
    { first: -1 },
    { count: 40 },
    { count: 2 ** 40 },
    { count: 9 },
    { proof: shown.proof.slice(1) },
    { proof: [...shown.proof, id("more")] },
    { proof: ["0x", ...shown.proof.slice(1)] },
    { samples: undefined as never },
  ];
  for (const change of wrong) assert.equal(await verifySamples({ ...shown, ...change }, root), false);
  assert.equal(await verifySamples(shown, id("root")), false);
});

test("what is shown tells neither the trip's salt nor the others'", async () => {
  const shown = await proveSamples({ samples, salt }, 3, 3);
  const text = JSON.stringify(shown);
  assert.ok(!text.includes(salt.slice(2)));
  const salts = await Promise.all(
    samples.map(async (_, i) => (await proveSamples({ samples, salt }, i, i)).samples[0]?.salt),
  );
  assert.equal(new Set(salts).size, samples.length);
  assert.equal(salts[3], keccak256(concat([salt, "0x00000003"])));
});

test("ranges and salts that are none are refused", async () => {
  for (const [first, last] of [
    [-1, 2],
    [3, 2],
    [0, 21],
    [0.5, 1],
  ] as const)
    await assert.rejects(proveSamples({ samples, salt }, first, last), isError("TRACE_RANGE"));
  await assert.rejects(traceRoot(samples, "0x12"), isError("RECORDER_STATE"));
  await assert.rejects(traceRoot([], salt), isError("TRIP_EMPTY"));
  await assert.rejects(traceRoot([{ timeMs: 0, speedMmS: 1 }], salt), isError("SAMPLE_FIELD"));
});

test("a sample has one form in bytes, in which absent is not zero", () => {
  const plain = { timeMs: 1, speedMmS: 2 };
  assert.equal(sampleBytes(plain).length, SAMPLE_BYTES);
  assert.notDeepEqual(sampleBytes(plain), sampleBytes({ ...plain, odometerM: 0 }));
  assert.deepEqual(sampleBytes({ ...plain, odometerM: undefined as never }), sampleBytes(plain));
});

test("signals of VSS come in their units and go out the same", () => {
  const sample = sampleFromVss(1_760_000_000_000, {
    "Vehicle.Speed": -50,
    "Vehicle.TraveledDistance": 12_345.678,
    "Vehicle.Acceleration.Longitudinal": -3.25,
    "Vehicle.Acceleration.Lateral": 0.1,
    "Vehicle.CurrentLocation.Latitude": 52.5,
    "Vehicle.CurrentLocation.Longitude": -13.4000001,
    "Vehicle.Powertrain.TractionBattery.StateOfCharge.Current": 80.5,
    "Vehicle.Powertrain.TractionBattery.AccumulatedChargedEnergy": 1_234.5,
    "Vehicle.Cabin.DoorCount": 4,
  });
  assert.deepEqual(sample, {
    timeMs: 1_760_000_000_000,
    speedMmS: 13_889,
    odometerM: 12_345_678,
    longitudinalMmS2: -3_250,
    lateralMmS2: 100,
    latitudeE7: 525_000_000,
    longitudeE7: -134_000_001,
    chargeBp: 8_050,
    chargedWh: 1_234_500,
  });
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1_000_000 }),
      fc.integer({ min: 0, max: 0xffff_ffff }),
      (speedMmS, odometerM) => {
        const one = { timeMs: 5, speedMmS, odometerM, speedLimitMmS: speedMmS };
        const signals = Object.entries(vssOfSample(one)).map(([path, text]) => [path, Number(text)] as const);
        assert.deepEqual(sampleFromVss(5, Object.fromEntries(signals)), one);
      },
    ),
  );
  assert.equal(new Set(VSS_SIGNALS.map(({ path }) => path)).size, VSS_SIGNALS.length);
});

test("signals that are no numbers or cannot be are refused", () => {
  const wrong: Record<string, number>[] = [
    {},
    { "Vehicle.Speed": Number.NaN },
    { "Vehicle.Speed": "50" as never },
    { "Vehicle.Speed": 4_000 },
    { "Vehicle.Speed": 5, "Vehicle.CurrentLocation.Latitude": 91 },
    { "Vehicle.Speed": 5, "Vehicle.TraveledDistance": -1 },
  ];
  for (const signals of wrong) assert.throws(() => sampleFromVss(1, signals), isError("SAMPLE_FIELD"));
});
