import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { OdometerReading } from "../brands/odometer.js";
import { ROLES } from "../consortium/roles.js";
import { applyRecord, EMPTY_RECORD_STATE } from "./applyRecord.js";
import { assessOdometer } from "./assessOdometer.js";
import { sameState } from "./sameState.js";
import type { RecordState } from "./types.js";

const DAY = 86_400;
const km = (value: number): OdometerReading => ({ value, unit: "km" });
const mi = (value: number): OdometerReading => ({ value, unit: "mi" });

const cases: [
  string,
  OdometerReading | undefined,
  number,
  OdometerReading,
  number,
  string | undefined,
  boolean,
][] = [
  ["the first reading", undefined, 0, km(9), 5, undefined, true],
  ["the most that a first reading may be", undefined, 0, km(5_000_000), 5, undefined, true],
  ["a first reading beyond it", undefined, 0, km(5_000_001), 5, "jump", false],
  ["a first reading beyond it, in miles", undefined, 0, mi(3_106_856), 5, "jump", false],
  ["a higher reading", km(100), 0, km(200), DAY, undefined, true],
  ["the same reading", km(100), 0, km(100), DAY, undefined, true],
  ["a reading one lower", km(100), 0, km(99), DAY, "lower", false],
  ["a much lower reading", km(100_000), 0, km(40_000), DAY, "lower", false],
  ["miles that hide a rollback", km(100_000), 0, mi(60_000), DAY, "lower", false],
  ["miles within the dropped tenths", km(100_000), 0, mi(62_137), DAY, undefined, false],
  ["miles just above", km(100_000), 0, mi(62_138), DAY, undefined, true],
  ["kilometres that follow miles", mi(10_000), 0, km(16_094), DAY, undefined, true],
  ["kilometres below miles", mi(10_000), 0, km(16_092), DAY, "lower", false],
  ["the most of a day", km(0), 0, km(1_500), 0, undefined, true],
  ["more than a day's most", km(0), 0, km(1_501), 0, "jump", false],
  ["the most of two started days", km(0), 0, km(3_000), DAY, undefined, true],
  ["more than two days' most", km(0), 0, km(3_001), DAY, "jump", false],
  ["a late reading that is lower", km(100), DAY, km(50), 0, undefined, false],
  ["a late reading that is the same", km(100), DAY, km(100), 0, undefined, false],
  ["a late reading beyond a newer one", km(100), DAY, km(101), 0, "lateHigher", false],
  ["the highest reading after an age", mi(0), 0, mi(0xffffffff), 2 ** 40 - 1, undefined, true],
];

for (const [name, last, lastAt, reading, at, anomaly, isNewest] of cases) {
  test(`${name}: ${anomaly ?? "no anomaly"}, ${isNewest ? "taken over" : "not taken over"}`, () => {
    const found = assessOdometer(last, lastAt, reading, at);
    assert.equal(found.anomaly, anomaly);
    assert.equal(found.isNewest, isNewest);
  });
}

const MM = { km: 1_000_000n, mi: 1_609_344n } as const;
const reading = fc.record({
  value: fc.integer({ min: 0, max: 0xffffffff }),
  unit: fc.constantFrom("km", "mi"),
});
const time = fc.integer({ min: 0, max: 2 ** 40 - 1 });

test("plain numbers judge as exact integers do", () => {
  fc.assert(
    fc.property(reading, time, reading, time, (last, lastAt, next, at) => {
      const lastMm = BigInt(last.value) * MM[last.unit];
      const mm = BigInt(next.value) * MM[next.unit];
      const days = BigInt(Math.max(0, at - lastAt)) / 86_400n + 1n;
      let expected: string | undefined;
      if (at < lastAt) expected = mm >= lastMm + MM[last.unit] ? "lateHigher" : undefined;
      else if (mm + MM[next.unit] <= lastMm) expected = "lower";
      else if (mm > lastMm + days * 1_500n * MM.km) expected = "jump";
      assert.equal(assessOdometer(last, lastAt, next, at).anomaly, expected);
    }),
    { numRuns: 2_000 },
  );
});

const record = (kind: number, observedAt: number, odometer?: OdometerReading, code = 0, role = 4) => ({
  kind,
  code,
  odometer,
  observedAt,
  role,
});

test("the first record gives the birth, and counts", () => {
  const { state } = applyRecord(EMPTY_RECORD_STATE, record(1, 500, km(3)));
  assert.deepEqual(state, {
    count: 1,
    odometer: km(3),
    odometerAt: 500,
    anomalies: 0,
    brands: 0n,
    bornAt: 500,
  });
  assert.equal(EMPTY_RECORD_STATE.count, 0, "the state before is left as it is");
});

test("anomalies add up until an inspector's resolution, whose reading stands as it is", () => {
  let state: RecordState = EMPTY_RECORD_STATE;
  const found: (string | undefined)[] = [];
  const steps = [
    record(1, 0, km(10)),
    record(4, 100 * DAY, km(50_000)),
    record(4, 200 * DAY, km(20_000)),
    record(5, 200 * DAY, km(4_000_000)),
    record(5, 50 * DAY, km(60_000)),
    record(11, 300 * DAY, km(21_000)),
    record(4, 301 * DAY, km(21_500)),
  ];
  const anomalies: number[] = [];
  for (const step of steps) {
    const applied = applyRecord(state, step);
    state = applied.state;
    found.push(applied.anomaly);
    anomalies.push(state.anomalies);
  }
  assert.deepEqual(found, [undefined, undefined, "lower", "jump", "lateHigher", undefined, undefined]);
  assert.deepEqual(anomalies, [0, 0, 1, 3, 7, 0, 0]);
  assert.deepEqual(state.odometer, km(21_500));
});

test("a holder's own reading is judged, but nobody else's is judged by it, unless it is the first", () => {
  const { state: told } = applyRecord(EMPTY_RECORD_STATE, record(5, 10, km(900), 0, ROLES.holder));
  assert.deepEqual(told.odometer, km(900));
  const { state: read } = applyRecord(told, record(4, DAY, km(1_000)));
  const { state: higher, anomaly } = applyRecord(read, record(5, 2 * DAY, km(1_800), 0, ROLES.holder));
  assert.equal(anomaly, undefined);
  assert.deepEqual(higher.odometer, km(1_000));
  const lower = applyRecord(higher, record(5, 3 * DAY, km(500), 0, ROLES.holder));
  assert.equal(lower.anomaly, "lower");
  assert.equal(lower.state.anomalies, 1);
  assert.equal(applyRecord(higher, record(4, 3 * DAY, km(1_100))).anomaly, undefined);
});

test("brands are only added, and only by brand records", () => {
  const born = applyRecord(EMPTY_RECORD_STATE, record(1, 0)).state;
  const branded = applyRecord(
    applyRecord(born, record(10, 1, undefined, 11)).state,
    record(10, 2, undefined, 70),
  ).state;
  const later = applyRecord(branded, record(4, 3, undefined, 36)).state;
  assert.equal(branded.brands, (1n << 11n) | (1n << 70n));
  assert.equal(later.brands, branded.brands);
});

test("states differ when any field differs", () => {
  const state: RecordState = {
    count: 1,
    odometer: km(1),
    odometerAt: 1,
    anomalies: 1,
    brands: 1n,
    bornAt: 1,
  };
  assert.ok(sameState(state, { ...state, odometer: km(1) }));
  const others: Partial<RecordState>[] = [
    { count: 2 },
    { odometer: km(2) },
    { odometer: mi(1) },
    { odometer: undefined },
    { odometerAt: 2 },
    { anomalies: 2 },
    { brands: 2n },
    { bornAt: 2 },
  ];
  for (const other of others)
    assert.ok(!sameState(state, { ...state, ...other }), JSON.stringify(Object.keys(other)));
});
