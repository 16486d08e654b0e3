import assert from "node:assert/strict";
import { test } from "node:test";
import { odometerCurve } from "./odometerCurve.js";
import { livedCar } from "./testing/livedCar.js";
import type { OdometerPoint } from "./types.js";

const report = await (await livedCar()).report();

const point = (
  index: number,
  at: number,
  value: number,
  more: Partial<OdometerPoint> = {},
): OdometerPoint => ({
  index,
  at,
  reading: { value, unit: "km" },
  status: "accepted",
  corrected: false,
  ...more,
});
const YEAR = 31_557_600;

test("the curve's line goes through what counts; anomalies and corrected readings stand beside it", () => {
  const curve = odometerCurve(report);
  assert.ok(curve);
  assert.deepEqual(
    curve.line.map((one) => one.index),
    [1, 2, 4, 7, 8],
  );
  assert.equal(curve.points.length, 7);
  assert.ok(curve.points.every(({ x, y }) => x >= 0 && x <= 1 && y >= 0 && y <= 1));
});

test("an absurd reading is drawn at the edge, and does not press the others flat", () => {
  const curve = odometerCurve({
    odometer: [
      point(1, 0, 0),
      point(2, YEAR, 20_000),
      point(3, YEAR, 4_000_000_000, { status: "quarantined", anomaly: "jump" }),
    ],
  });
  assert.ok(curve);
  assert.deepEqual(
    curve.points.map(({ isOffScale }) => isOffScale),
    [false, false, true],
  );
  assert.ok((curve.points[1]?.y ?? 0) > 0.5);
  assert.equal(curve.points[2]?.y, 1);
});

test("miles are drawn as miles when there is nothing else, else converted", () => {
  const miles = { reading: { value: 1_000, unit: "mi" as const } };
  assert.equal(odometerCurve({ odometer: [point(1, 0, 0, miles)] })?.unit, "mi");
  const mixed = odometerCurve({ odometer: [point(1, 0, 0, miles), point(2, YEAR, 3_000)] });
  assert.ok(mixed?.isMixed && mixed.unit === "km");
  assert.ok(Math.abs((mixed.points[0]?.y ?? 0) / (mixed.points[1]?.y ?? 1) - 1_609.344 / 3_000) < 1e-9);
});

test("a curve has ticks whatever it spans: one reading, months, years or ages; and none without readings", () => {
  assert.equal(odometerCurve({ odometer: [] }), undefined);
  for (const span of [0, 40 * 86_400, 0.9 * YEAR, 3 * YEAR, 12 * YEAR, 60 * YEAR]) {
    const curve = odometerCurve({
      odometer: [point(1, 1_500_000_000, 0), point(2, 1_500_000_000 + span, 7)],
    });
    assert.ok(curve);
    assert.ok(curve.xTicks.length >= 1 && curve.xTicks.length <= 10, `${span}: ${curve.xTicks.length}`);
    assert.ok(curve.yTicks.length >= 2 && curve.yTicks.length <= 7);
    assert.ok(curve.xTicks.every(({ at }) => at >= 0 && at <= 1));
  }
});

test("ticks stand at round values and at the starts of years or months", () => {
  const years = odometerCurve({
    odometer: [point(1, Date.UTC(2015, 6, 1) / 1000, 0), point(2, Date.UTC(2019, 6, 1) / 1000, 74_000)],
  });
  assert.deepEqual(
    years?.yTicks.map(({ label }) => label),
    ["0", "20,000", "40,000", "60,000", "80,000"],
  );
  assert.deepEqual(
    years.yTicks.map(({ at }) => at),
    [0, 0.25, 0.5, 0.75, 1],
  );
  assert.deepEqual(
    years.xTicks.map(({ label }) => label),
    ["2016", "2017", "2018", "2019"],
  );
  assert.ok(Math.abs((years.xTicks[0]?.at ?? 0) - 184 / 1_461) < 1e-9);
  assert.equal(years.points[1]?.y, 74_000 / 80_000);

  const months = odometerCurve({
    odometer: [point(1, Date.UTC(2019, 10, 15) / 1000, 0), point(2, Date.UTC(2020, 1, 15) / 1000, 9)],
  });
  assert.deepEqual(
    months?.xTicks.map(({ label }) => label),
    ["2019-12", "2020-01", "2020-02"],
  );
  assert.deepEqual(
    months.yTicks.map(({ label }) => label),
    ["0", "2", "4", "6", "8", "10"],
  );
  const long = odometerCurve({
    odometer: [point(1, Date.UTC(1990, 0, 1) / 1000, 0), point(2, Date.UTC(2020, 0, 1) / 1000, 9)],
  });
  assert.deepEqual(
    long?.xTicks.map(({ label }) => label),
    ["1991", "1995", "1999", "2003", "2007", "2011", "2015", "2019"],
  );
});

test("readings of one day stand at the left, on a scale of a month", () => {
  const curve = odometerCurve({ odometer: [point(1, 1_500_000_000, 5)] });
  assert.deepEqual(
    curve?.points.map(({ x, y }) => [x, y]),
    [[0, 1]],
  );
});

test("readings that all are anomalies are drawn on their own scale, without a line", () => {
  const odd = { status: "quarantined", anomaly: "jump" } as const;
  const curve = odometerCurve({ odometer: [point(1, 0, 100, odd), point(2, YEAR, 50, odd)] });
  assert.deepEqual(curve?.line, []);
  assert.deepEqual(
    curve?.points.map(({ y, isOffScale }) => [y, isOffScale]),
    [
      [1, false],
      [0.5, false],
    ],
  );
});

test("the line follows the time of reading, not of recording", () => {
  const curve = odometerCurve({ odometer: [point(1, 0, 0), point(2, 2 * YEAR, 20), point(3, YEAR, 10)] });
  assert.deepEqual(
    curve?.line.map(({ index }) => index),
    [1, 3, 2],
  );
});
