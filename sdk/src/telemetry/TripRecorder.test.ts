import assert from "node:assert/strict";
import { test } from "node:test";
import { id } from "ethers";
import * as fc from "fast-check";
import { DEFAULT_PROFILE, driveProfile, type DriveProfile } from "./profile.js";
import { TelemetryError } from "./TelemetryError.js";
import { anyTrace } from "./testing/arbitraries.js";
import { traceRoot } from "./traceRoot.js";
import { TripRecorder, type RecorderState } from "./TripRecorder.js";
import { COUNTER_FIELDS, type Sample, type Trip } from "./types.js";

const START = Date.UTC(2026, 4, 4, 12);
const vehicleId = 7n;
const salt = id("salt of the trip");
const isError = (code: string) => (error: unknown) => error instanceof TelemetryError && error.code === code;

/** Samples every `everyMs`, one for each value: acceleration, at 20 m/s unless told otherwise. */
function drive(values: readonly number[], fields: Partial<Sample> = {}, everyMs = 100): Sample[] {
  return values.map((longitudinalMmS2, i) => ({
    timeMs: START + i * everyMs,
    speedMmS: 20_000,
    longitudinalMmS2,
    ...fields,
  }));
}

const times = (value: number, count: number): number[] => Array.from({ length: count }, () => value);

async function record(samples: readonly Sample[], profile: Partial<DriveProfile> = {}): Promise<Trip> {
  const recorder = await TripRecorder.create({ vehicleId, profile });
  recorder.startTrip(salt);
  for (const sample of samples) recorder.add(sample);
  const trip = recorder.endTrip();
  assert.ok(trip);
  return trip;
}

test("a brake that wavers around the threshold is one event, with its samples and its peak", async () => {
  const wavering = [3_200, 3_000, 3_300, 2_900, 3_500, 2_000, 3_200, 3_200];
  const { summary, events } = await record(
    drive([0, 0, ...wavering.map((value) => -value), ...times(0, 15)]),
  );
  assert.equal(summary.counters.harshBrakes, 1);
  assert.equal(summary.counters.severeBrakes, 0);
  assert.deepEqual(events, [
    {
      kind: "brake",
      severity: "harsh",
      startMs: START + 100,
      endMs: START + 900,
      firstSample: 1,
      lastSample: 9,
      peakMmS2: 3_500,
    },
  ]);
});

test("two brakes with a pause between are two, and a severe one is counted as severe only", async () => {
  const { summary } = await record(
    drive([...times(-3_200, 5), ...times(0, 12), ...times(-4_500, 5), ...times(0, 12)]),
  );
  assert.deepEqual([summary.counters.harshBrakes, summary.counters.severeBrakes], [1, 1]);
});

test("acceleration and corners to both sides are told apart", async () => {
  const left = drive(times(0, 6), { lateralMmS2: 3_000 });
  const rest = drive(times(0, 12)).map((sample) => ({ ...sample, timeMs: sample.timeMs + 600 }));
  const right = drive(times(2_500, 6), { lateralMmS2: -4_000 }).map((sample) => ({
    ...sample,
    timeMs: sample.timeMs + 1_800,
  }));
  const { summary } = await record([...left, ...rest, ...right]);
  const { harshCorners, severeCorners, harshAccelerations, severeAccelerations } = summary.counters;
  assert.deepEqual([harshCorners, severeCorners, harshAccelerations, severeAccelerations], [1, 1, 1, 0]);
});

test("a bump is too short to be a manoeuvre, and a standing car makes none", async () => {
  const bump = await record(drive([0, -5_000, -5_000, ...times(0, 15)]));
  assert.deepEqual(bump.events, []);
  const standing = await record(drive(times(-3_500, 10), { speedMmS: 0 }));
  assert.deepEqual(standing.events, []);
});

test("once a second is enough, and acceleration is derived where no sensor is", async () => {
  const speeds = [20_000, 20_000, 16_000, 12_000, 12_000, 12_000, 12_000];
  const samples = speeds.map((speedMmS, i) => ({ timeMs: START + i * 1_000, speedMmS }));
  const { summary, events } = await record(samples);
  assert.equal(summary.counters.harshBrakes, 1);
  assert.equal(events[0]?.peakMmS2, 4_000);
});

test("speeds in whole km/h ten times a second make no harsh events of their own", async () => {
  const samples = Array.from({ length: 200 }, (_, i) => {
    const kmh = Math.floor(30 + 4 * Math.abs(10 - ((i / 10) % 20)));
    return { timeMs: START + i * 100, speedMmS: Math.round((kmh * 2_500) / 9) };
  });
  const { events } = await record(samples);
  assert.deepEqual(events, []);
});

test("distance is the odometer's, or else the speed's; rests are carried on to the next trip", async () => {
  const recorder = await TripRecorder.create({ vehicleId });
  const half = (from: number): Sample[] =>
    [0, 1, 2].map((i) => ({ timeMs: START + from + i * 50, speedMmS: 5_000 }));
  for (const from of [0, 10_000]) {
    recorder.startTrip();
    for (const sample of half(from)) recorder.add(sample);
    recorder.endTrip();
  }
  assert.equal(recorder.counters.distanceM, 1n); // twice half a metre
  const shown = await record(
    [1_000, 1_030, 1_061].map((odometerM, i) => ({
      ...drive([0], { odometerM })[0]!,
      timeMs: START + i * 1_000,
    })),
  );
  assert.equal(shown.summary.counters.distanceM, 61n);
  assert.equal(shown.summary.counters.drivingS, 2);
});

test("an odometer that goes back or leaps is reported and not believed", async () => {
  const leaps = [1_000, 900, 900_000].map((odometerM, i) => ({
    timeMs: START + i * 1_000,
    speedMmS: 10_000,
    odometerM,
  }));
  const { summary, issues } = await record(leaps);
  assert.equal(summary.counters.distanceM, 20n);
  assert.equal(issues.meterJumps, 2);
});

test("metres that were driven without the recorder are reported", async () => {
  const recorder = await TripRecorder.create({ vehicleId });
  const at = (timeMs: number, odometerM: number): Sample => ({ timeMs, speedMmS: 10_000, odometerM });
  recorder.startTrip();
  recorder.add(at(START, 5_000));
  assert.equal(recorder.endTrip()?.issues.unrecordedM, 0);
  recorder.startTrip();
  recorder.add(at(START + 3_600_000, 65_000));
  const trip = recorder.endTrip();
  assert.equal(trip?.issues.unrecordedM, 60_000);
  assert.equal(trip?.summary.counters.distanceM, 0n);
});

test("what went into the battery between trips is counted, another battery's meter is not", async () => {
  const recorder = await TripRecorder.create({ vehicleId });
  const trip = (timeMs: number, chargedWh: number, dischargedWh: number): Trip | undefined => {
    recorder.startTrip();
    recorder.add({ timeMs, speedMmS: 0, chargedWh, dischargedWh });
    return recorder.endTrip();
  };
  trip(START, 100_000, 90_000);
  const charged = trip(START + 3_600_000, 140_000, 90_500);
  assert.equal(charged?.summary.counters.chargedWh, 40_000n);
  assert.equal(charged?.summary.counters.dischargedWh, 500n);
  const swapped = trip(START + 7_200_000, 20_000_000, 10);
  assert.equal(swapped?.issues.meterJumps, 2);
  assert.equal(trip(START + 7_300_000, 20_000_700, 10)?.summary.counters.chargedWh, 40_700n);
});

test("the night goes over midnight, in local time", async () => {
  const hours = async (utcHour: number, offset: number): Promise<number> => {
    const from = Date.UTC(2026, 4, 4, utcHour);
    const samples = times(0, 11).map((_, i) => ({ timeMs: from + i * 1_000, speedMmS: 10_000 }));
    const { summary } = await record(samples, { utcOffsetMinutes: offset });
    return summary.counters.nightS;
  };
  assert.equal(await hours(23, 0), 10);
  assert.equal(await hours(4, 0), 10);
  assert.equal(await hours(5, 0), 0);
  assert.equal(await hours(22, 0), 0);
  assert.equal(await hours(22, 60), 10);
  assert.equal(await hours(3, 120), 0);
  assert.equal(await hours(4, -360), 0);
});

test("seconds over the limit count when they are enough, all of them, by the sample's limit or the profile's", async () => {
  const at = (speeds: readonly number[], speedLimitMmS?: number): Sample[] =>
    speeds.map((speedMmS, i) => ({
      timeMs: START + i * 1_000,
      speedMmS,
      ...(speedLimitMmS === undefined ? {} : { speedLimitMmS }),
    }));
  const over = [10_000, ...times(18_000, 5), ...times(10_000, 3)];
  const { summary, events } = await record(at(over, 13_889));
  assert.equal(summary.counters.overLimitS, 5);
  assert.deepEqual(
    events
      .filter(({ kind }) => kind === "overLimit")
      .map(({ excessMmS, firstSample, lastSample }) => [excessMmS, firstSample, lastSample]),
    [[4_111, 0, 5]],
  );
  assert.equal((await record(at(over), { speedLimitMmS: 13_889 })).summary.counters.overLimitS, 5);
  assert.equal((await record(at(over))).summary.counters.overLimitS, 0);
  const short = [10_000, ...times(18_000, 2), ...times(10_000, 3)];
  assert.equal((await record(at(short, 13_889))).summary.counters.overLimitS, 0);
  assert.equal(
    (await record(at(times(15_000, 9), 13_889))).summary.counters.overLimitS,
    0,
    "within the tolerance",
  );
});

test("a crash is a hard blow that changes the velocity; a pothole is as hard and is none", async () => {
  const crash = [
    ...drive(times(0, 5)),
    ...drive([-60_000, -40_000]).map((sample, i) => ({
      ...sample,
      timeMs: START + 500 + i * 100,
      speedMmS: 9_000 - 9_000 * i,
    })),
    ...drive(times(0, 15)).map((sample) => ({ ...sample, timeMs: sample.timeMs + 700, speedMmS: 0 })),
  ];
  const { events } = await record(crash);
  const found = events.find(({ kind }) => kind === "crash");
  assert.deepEqual(found, {
    kind: "crash",
    startMs: START + 400,
    endMs: START + 600,
    firstSample: 4,
    lastSample: 6,
    peakMmS2: 60_000,
    deltaVMmS: 20_000,
  });
  const pothole = await record(drive([0, 0, -15_000, ...times(0, 15)]));
  assert.deepEqual(pothole.events, []);
  const parked = await record(
    drive([0, 0, ...times(0, 12)], { speedMmS: 0 }).map((sample, i) =>
      i === 2 ? { ...sample, lateralMmS2: 40_000 } : sample,
    ),
  );
  assert.equal(parked.events[0]?.kind, "crash");
});

test("samples that come twice, late or contradict are reported and leave no trace", async () => {
  const clean = drive(times(0, 5));
  const [a, b, c, d, e] = clean as [Sample, Sample, Sample, Sample, Sample];
  const { summary, issues, samples } = await record([a, b, b, a, { ...b, speedMmS: 1 }, c, d, e]);
  assert.deepEqual([issues.duplicates, issues.outOfOrder, issues.conflicts], [1, 1, 1]);
  assert.equal(samples, 5);
  assert.equal(summary.traceRoot, await traceRoot(clean, salt));
  assert.deepEqual(summary, (await record(clean)).summary);
});

test("a gap ends what was going on, and only the odometer counts in it", async () => {
  const before = drive(times(-3_300, 5), { odometerM: 1_000 });
  const after = drive(times(-3_300, 5), { odometerM: 2_000 }).map((sample) => ({
    ...sample,
    timeMs: sample.timeMs + 60_000,
  }));
  const { summary, issues } = await record([...before, ...after]);
  assert.deepEqual([issues.gaps, issues.gapMs], [1, 59_600]);
  assert.equal(summary.counters.harshBrakes, 2);
  assert.equal(summary.counters.distanceM, 1_000n);
  assert.equal(summary.counters.drivingS, 0);
});

test("a sample that is none changes nothing", async () => {
  const recorder = await TripRecorder.create({ vehicleId });
  recorder.startTrip(salt);
  recorder.add(drive([0])[0]!);
  const state = recorder.state();
  for (const bad of [{ speedMmS: 1.5 }, { speedMmS: -1 }, { timeMs: 0 }, { latitudeE7: 900_000_001 }])
    assert.throws(() => recorder.add({ ...drive([0, 0])[1]!, ...bad }), isError("SAMPLE_FIELD"));
  assert.deepEqual(recorder.state(), state);
});

test("trips begin and end in turn, are numbered, and one without samples is none", async () => {
  const recorder = await TripRecorder.create({ vehicleId });
  assert.throws(() => recorder.endTrip(), isError("TRIP_STATE"));
  assert.throws(() => recorder.add(drive([0])[0]!), isError("TRIP_STATE"));
  recorder.startTrip();
  assert.throws(() => recorder.startTrip(), isError("TRIP_STATE"));
  assert.equal(recorder.endTrip(), undefined);
  assert.equal(recorder.sequence, 0);
  recorder.startTrip();
  recorder.add(drive([0])[0]!);
  const trip = recorder.endTrip();
  assert.equal(trip?.summary.sequence, 1);
  assert.deepEqual([trip?.summary.startedAt, trip?.summary.endedAt], [START / 1_000, START / 1_000]);
  assert.match(trip?.salt ?? "", /^0x[0-9a-f]{64}$/);
});

test("a recorder that is restored after any sample makes the same trip, and no counter ever falls", async () => {
  await fc.assert(
    fc.asyncProperty(anyTrace, fc.nat(), async (trace, cut) => {
      const whole = await record(trace);
      let recorder = await TripRecorder.create({ vehicleId });
      recorder.startTrip(salt);
      let before = recorder.counters;
      for (const [index, sample] of trace.entries()) {
        if (index === cut % trace.length) {
          const state = JSON.parse(JSON.stringify(recorder.state())) as RecorderState;
          recorder = await TripRecorder.create({ vehicleId, state });
        }
        recorder.add(sample);
        const { counters } = recorder;
        for (const [name] of COUNTER_FIELDS) assert.ok(counters[name] >= before[name], name);
        before = counters;
      }
      assert.deepEqual(recorder.endTrip(), whole);
      for (const { firstSample, lastSample } of whole.events) {
        assert.ok(firstSample >= 0 && firstSample <= lastSample && lastSample < whole.samples);
      }
    }),
    { numRuns: 80 },
  );
});

test("a state that is another vehicle's, of another version or damaged is refused", async () => {
  const good = (await TripRecorder.create({ vehicleId })).state();
  for (const change of [
    { version: 2 },
    { vehicleId: "8" },
    { sequence: -1 },
    { counters: {} },
    { rest: { ...good.rest, halfUm: -1 } },
    { trip: {} },
  ])
    await assert.rejects(
      TripRecorder.create({ vehicleId, state: { ...good, ...change } as RecorderState }),
      isError("RECORDER_STATE"),
    );
});

test("a profile is completed from the defaults and refuses what cannot be", () => {
  assert.deepEqual(driveProfile(), DEFAULT_PROFILE);
  assert.equal(driveProfile({ brakeMmS2: 3_600 }).brakeMmS2, 3_600);
  for (const change of [
    { brakeMmS2: 0 },
    { brakeMmS2: 5_000 },
    { cornerMmS2: 1.5 },
    { nightFromMinute: 1_440 },
    { releasePermille: 1_000 },
    { maxGapMs: 1_000 },
    { derivationMs: 0 },
    { utcOffsetMinutes: -2_000 },
    { speedLimitMmS: -1 },
    { brakes: 5 } as never,
  ])
    assert.throws(() => driveProfile(change), isError("PROFILE_FIELD"));
});
