import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { zoneClock } from "./zoneClock.js";

const seconds = (text: string): number => Date.parse(text) / 1000;

test("the clock on the wall, in summer, in winter and at half hours", () => {
  const amsterdam = zoneClock("Europe/Amsterdam");
  assert.deepEqual(amsterdam.at(seconds("2026-03-29T00:59:59Z")), {
    date: "2026-03-29",
    minutes: 119,
    weekday: 6,
  });
  assert.deepEqual(amsterdam.at(seconds("2026-03-29T01:00:00Z")), {
    date: "2026-03-29",
    minutes: 180,
    weekday: 6,
  });
  assert.deepEqual(zoneClock("Asia/Kolkata").at(seconds("2026-03-02T18:30:00Z")), {
    date: "2026-03-03",
    minutes: 0,
    weekday: 1,
  });
});

test("a time in the skipped hour does not come, one in the repeated hour comes twice", () => {
  const clock = zoneClock("Europe/Amsterdam");
  const between = (from: string, to: string): string[] =>
    clock
      .boundaries(seconds(from), seconds(to), [150])
      .map((moment) => new Date(moment * 1000).toISOString().slice(11, 16));
  assert.deepEqual(between("2026-03-29T00:00:00Z", "2026-03-29T04:00:00Z"), ["01:00"]);
  assert.deepEqual(between("2026-10-25T00:00:00Z", "2026-10-25T04:00:00Z"), ["00:30", "01:00", "01:30"]);
  assert.deepEqual(between("2026-03-02T01:30:00Z", "2026-03-03T01:30:00Z"), [], "ends are left out");
});

test("every minute at which the wall clock shows a time is found, and no other but the changes of the clock", () => {
  const zone = fc.constantFrom("Europe/Amsterdam", "America/St_Johns", "Australia/Lord_Howe", "UTC");
  fc.assert(
    fc.property(zone, fc.integer({ min: 0, max: 800 }), fc.nat(1439), (timeZone, day, minute) => {
      const clock = zoneClock(timeZone);
      const from = seconds("2026-01-01T00:00:00Z") + day * 86_400;
      const to = from + 90_000;
      const found = new Set(clock.boundaries(from, to, [minute]));
      let before = clock.at(from).minutes;
      for (let moment = from + 60; moment < to; moment += 60) {
        const { minutes } = clock.at(moment);
        const isJump = minutes !== (before + 1) % 1440;
        assert.equal(found.has(moment), minutes === minute || isJump, `${timeZone} ${moment}`);
        before = minutes;
      }
    }),
    { numRuns: 40 },
  );
});
