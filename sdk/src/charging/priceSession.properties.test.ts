import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { parseTariff } from "./parseTariff.js";
import { priceSession } from "./priceSession.js";
import type { PriceOptions, SessionPeriod } from "./sessionTypes.js";
import { DAYS_OF_WEEK, type PriceComponent, type Tariff, type TariffRestrictions } from "./tariffTypes.js";
import { element, tariffOf } from "./testing/tariffs.js";
import { walkSession } from "./testing/walkSession.js";

const RUNS = { numRuns: process.env.BLOK_TEST_DEPTH === "deep" ? 3_000 : 150 };

const milli = (max: number): fc.Arbitrary<string> =>
  fc.nat(max).map((value) => `${Math.floor(value / 1000)}.${String(value % 1000).padStart(3, "0")}`);
const timeOfDay = fc
  .tuple(fc.constantFrom("23", "00", "02", "03"), fc.constantFrom("00", "01", "02", "30", "58", "59"))
  .map(([hour, minute]) => `${hour}:${minute}`);

const component = (type: PriceComponent["type"]): fc.Arbitrary<PriceComponent> =>
  fc.record(
    {
      type: fc.constant(type),
      price: milli(9_999),
      vat: milli(25_000),
      step_size: type === "FLAT" ? fc.constant(1) : fc.constantFrom(1, 2, 7, 60, 500, 900),
    },
    { requiredKeys: ["type", "price", "step_size"] },
  );

const restrictions: fc.Arbitrary<TariffRestrictions> = fc.record(
  {
    start_time: timeOfDay,
    end_time: timeOfDay,
    min_kwh: fc.constantFrom("0.003", "0.007"),
    max_kwh: fc.constantFrom("0.009", "0.012"),
    min_duration: fc.constantFrom(10, 45),
    max_duration: fc.constantFrom(60, 100),
    day_of_week: fc.subarray([...DAYS_OF_WEEK], { minLength: 3 }),
    start_date: fc.constantFrom("2026-03-29", "2026-10-25"),
    end_date: fc.constantFrom("2026-10-26", "2027-01-01"),
  },
  { requiredKeys: [] },
);

const elements = (isRestricted: boolean) =>
  fc.array(
    fc
      .tuple(
        fc.subarray(["ENERGY", "FLAT", "PARKING_TIME", "TIME"] as const, { minLength: 1 }),
        isRestricted ? fc.option(restrictions, { nil: undefined }) : fc.constant(undefined),
      )
      .chain(([types, rules]) =>
        fc.tuple(...types.map(component)).map((components) => element(components, rules)),
      ),
    { minLength: 1, maxLength: 5 },
  );

const anyTariff = (isRestricted: boolean): fc.Arbitrary<Tariff> =>
  fc
    .tuple(elements(isRestricted), fc.constantFrom("NO", "YES" as const))
    .map(([list, included]) => parseTariff(tariffOf(list, { tax_included: included as "NO" | "YES" })));

const zones = fc.constantFrom("Europe/Amsterdam", "America/New_York", "Asia/Kolkata", "UTC");
// Around local midnight and around the hours in which clocks are put forward and back.
const starts = fc
  .tuple(
    fc.constantFrom(
      "2026-03-28T22:59:00Z",
      "2026-03-29T00:59:00Z",
      "2026-10-25T00:59:00Z",
      "2026-10-24T18:29:00Z",
    ),
    fc.nat(60),
  )
  .map(([at, shift]) => Date.parse(at) / 1000 + shift);

const anyPeriods = (maxSeconds: number, maxWh: number): fc.Arbitrary<SessionPeriod[]> =>
  fc
    .tuple(
      starts,
      fc.array(fc.tuple(fc.nat(maxSeconds), fc.nat(maxWh), fc.boolean()), { minLength: 1, maxLength: 3 }),
    )
    .map(([start, parts]) => {
      let startedAt = start;
      return parts.map(([durationSeconds, energyWh, isParking]) => {
        const dimension = isParking ? ("PARKING_TIME" as const) : ("TIME" as const);
        const period: SessionPeriod = { startedAt, durationSeconds, dimension, energyWh };
        startedAt += durationSeconds;
        return period;
      });
    });

const optionsOf = (timeZone: string): PriceOptions => ({ decimals: 6, timeZone });

test("the price is what a walk over every second and every Wh comes to", () => {
  fc.assert(
    fc.property(anyTariff(true), anyPeriods(60, 6), zones, (tariff, periods, zone) => {
      if (tariff.tax_included === "YES") return;
      const { total_cost: cost } = priceSession(tariff, periods, optionsOf(zone));
      assert.deepEqual(cost, walkSession(tariff, periods, optionsOf(zone)));
    }),
    RUNS,
  );
});

test("splitting a period where its energy is even changes nothing", () => {
  fc.assert(
    fc.property(
      anyTariff(true),
      anyPeriods(4_000, 40),
      zones,
      fc.nat(),
      fc.nat(),
      (tariff, periods, zone, which, where) => {
        const index = which % periods.length;
        const period = periods[index];
        assert.ok(period);
        // With a multiple of its duration as energy, every second is a point at which the meter shows whole Wh.
        const even = { ...period, energyWh: Number(period.energyWh) * period.durationSeconds };
        const cut = where % (period.durationSeconds + 1);
        const share = Number(period.energyWh) * cut;
        const [before, after] = [periods.slice(0, index), periods.slice(index + 1)];
        const whole = priceSession(tariff, [...before, even, ...after], optionsOf(zone));
        const halves = [
          { ...even, durationSeconds: cut, energyWh: share },
          {
            ...even,
            startedAt: even.startedAt + cut,
            durationSeconds: even.durationSeconds - cut,
            energyWh: even.energyWh - share,
          },
        ];
        const split = priceSession(tariff, [...before, ...halves, ...after], optionsOf(zone));
        assert.deepEqual(split.total_cost, whole.total_cost);
        assert.deepEqual(split.total_energy_cost, whole.total_energy_cost);
        assert.deepEqual(split.total_time_cost, whole.total_time_cost);
      },
    ),
    RUNS,
  );
});

test("without restrictions, splitting a period at any point and any reading changes nothing", () => {
  fc.assert(
    fc.property(
      anyTariff(false),
      fc.nat(90_000),
      fc.nat(90_000),
      fc.nat(),
      fc.nat(),
      (tariff, s, wh, a, b) => {
        const [cut, share] = [a % (s + 1), b % (wh + 1)];
        const whole = {
          startedAt: 1_772_442_000,
          durationSeconds: s,
          dimension: "TIME" as const,
          energyWh: wh,
        };
        const halves = [
          { ...whole, durationSeconds: cut, energyWh: share },
          { ...whole, startedAt: whole.startedAt + cut, durationSeconds: s - cut, energyWh: wh - share },
        ];
        assert.deepEqual(
          priceSession(tariff, halves, optionsOf("UTC")).total_cost,
          priceSession(tariff, [whole], optionsOf("UTC")).total_cost,
        );
      },
    ),
    RUNS,
  );
});

test("without restrictions, more energy and more time never cost less", () => {
  fc.assert(
    fc.property(
      anyTariff(false),
      anyPeriods(5_000, 50_000),
      fc.nat(5_000),
      fc.nat(50_000),
      (tariff, periods, moreSeconds, moreWh) => {
        const last = periods.at(-1);
        assert.ok(last);
        const more = {
          ...last,
          durationSeconds: last.durationSeconds + moreSeconds,
          energyWh: BigInt(last.energyWh) + BigInt(moreWh),
        };
        const less = priceSession(tariff, periods, optionsOf("UTC"));
        const greater = priceSession(tariff, [...periods.slice(0, -1), more], optionsOf("UTC"));
        // Time that only now begins to be used may take the step from the other dimension; energy cannot.
        assert.ok(greater.total_energy_cost.before_taxes >= less.total_energy_cost.before_taxes);
        if (last.durationSeconds === 0) return;
        assert.ok(greater.total_cost.before_taxes >= less.total_cost.before_taxes);
        assert.ok(greater.total_cost.after_taxes >= less.total_cost.after_taxes);
      },
    ),
    RUNS,
  );
});

test("the cost of a running session never falls, and never passes the cost at the end", () => {
  fc.assert(
    fc.property(anyTariff(true), anyPeriods(5_000, 50_000), zones, (tariff, periods, zone) => {
      let before = 0n;
      for (let length = 1; length <= periods.length; length++) {
        const options = { ...optionsOf(zone), isRunning: true };
        const { total_cost: running } = priceSession(tariff, periods.slice(0, length), options);
        assert.ok(running.after_taxes >= before);
        before = running.after_taxes;
      }
      assert.ok(priceSession(tariff, periods, optionsOf(zone)).total_cost.after_taxes >= before);
    }),
    RUNS,
  );
});

test("costs are integers, not negative, add up, and stay between the limits", () => {
  fc.assert(
    fc.property(
      anyTariff(true),
      anyPeriods(50_000, 80_000),
      zones,
      fc.nat(5),
      fc.nat(5),
      (tariff, periods, zone, low, more) => {
        const limits = {
          min_price: { before_taxes: low, after_taxes: low + 1 },
          max_price: { before_taxes: low + more, after_taxes: low + more + 1 },
        };
        for (const limited of [tariff, parseTariff({ ...tariff, ...limits })]) {
          const cost = priceSession(limited, periods, optionsOf(zone));
          for (const tax of ["before_taxes", "after_taxes"] as const) {
            const dimensions = [
              cost.total_energy_cost,
              cost.total_time_cost,
              cost.total_parking_cost,
              cost.total_fixed_cost,
            ].map((amount) => amount[tax]);
            for (const amount of [...dimensions, cost.total_cost[tax]]) {
              assert.equal(typeof amount, "bigint");
              assert.ok(amount >= 0n);
            }
            const sum = dimensions.reduce((a, b) => a + b, cost.limit_adjustment[tax]);
            assert.equal(sum, cost.total_cost[tax]);
          }
          assert.ok(cost.total_cost.after_taxes >= cost.total_cost.before_taxes);
          if (limited === tariff)
            assert.deepEqual(cost.limit_adjustment, { before_taxes: 0n, after_taxes: 0n });
          else {
            assert.ok(cost.total_cost.before_taxes >= BigInt(low) * 1_000_000n);
            assert.ok(cost.total_cost.before_taxes <= BigInt(low + more) * 1_000_000n);
          }
        }
      },
    ),
    RUNS,
  );
});
