import assert from "node:assert/strict";
import { test } from "node:test";
import { ChargingError, type ChargingErrorCode } from "./ChargingError.js";
import { parseTariff } from "./parseTariff.js";
import { priceSession } from "./priceSession.js";
import type { SessionPeriod } from "./sessionTypes.js";
import type { DayOfWeek, Tariff } from "./tariffTypes.js";
import { element, EURO_CENTS, periodsFrom, price, show, tariffOf } from "./testing/tariffs.js";

const NOON = "2026-03-02T11:00:00Z";
const WEEKDAYS: DayOfWeek[] = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"];

function total(tariff: Tariff, periods: SessionPeriod[]): string {
  return show(priceSession(parseTariff(tariff), periods, EURO_CENTS).total_cost);
}

function throwsCode(action: () => unknown, code: ChargingErrorCode, pattern: RegExp): void {
  assert.throws(action, (error) => {
    assert.ok(error instanceof ChargingError);
    assert.equal(error.code, code);
    assert.match(error.message, pattern);
    return true;
  });
}

test("OCPI: 0.25 per kWh, with 10 % VAT, 20 kWh", () => {
  const tariff = tariffOf([element([price("ENERGY", "0.25", "10")])]);
  assert.equal(total(tariff, periodsFrom(NOON, { minutes: 60, energyWh: 20_000 })), "5/5.5");
});

test("OCPI: start fee, and energy with another VAT", () => {
  const tariff = tariffOf([element([price("FLAT", "0.50", "20"), price("ENERGY", "0.25", "10")])]);
  const cost = priceSession(tariff, periodsFrom(NOON, { minutes: 60, energyWh: 20_000 }), EURO_CENTS);
  assert.equal(show(cost.total_cost), "5.5/6.1");
  assert.equal(show(cost.total_fixed_cost), "0.5/0.6");
  assert.equal(show(cost.total_energy_cost), "5/5.5");
});

test("OCPI: a minimum price, which is no start fee", () => {
  const tariff = tariffOf([element([price("ENERGY", "0.25", "10")])], {
    min_price: { before_taxes: 0.5, after_taxes: 0.55 },
  });
  assert.equal(total(tariff, periodsFrom(NOON, { minutes: 60, energyWh: 20_000 })), "5/5.5");
  assert.equal(total(tariff, periodsFrom(NOON, { minutes: 60, energyWh: 1_999 })), "0.5/0.55");
  const cost = priceSession(tariff, periodsFrom(NOON, { minutes: 5, energyWh: 1_000 }), EURO_CENTS);
  assert.equal(show(cost.limit_adjustment), "0.25/0.275");
});

test("OCPI: 40 minutes of parking are billed as 45", () => {
  const tariff = tariffOf([
    element([
      price("FLAT", "0.50", "20"),
      price("ENERGY", "0.25", "10"),
      price("PARKING_TIME", "2.00", "20", 900),
    ]),
  ]);
  const periods = periodsFrom(NOON, { minutes: 60, energyWh: 20_000 }, { minutes: 40, parking: true });
  assert.equal(total(tariff, periods), "7/7.9");
});

test("OCPI: a maximum price, and a tariff that ends", () => {
  const tariff = tariffOf([element([price("FLAT", "0.50", "20"), price("ENERGY", "0.25", "10")])], {
    max_price: { before_taxes: 10, after_taxes: 11 },
    end_date_time: "2026-06-30T23:59:59Z",
  });
  assert.equal(total(tariff, periodsFrom(NOON, { minutes: 60, energyWh: 50_000 })), "10/11");
  assert.equal(total(tariff, periodsFrom(NOON, { minutes: 60, energyWh: 30_000 })), "8/8.85");
  throwsCode(
    () => total(tariff, periodsFrom("2026-06-30T23:59:59Z", { minutes: 60 })),
    "TARIFF_NOT_APPLICABLE",
    /TEST is not in force at 2026-06-30/,
  );
});

test("OCPI: charging by the hour, parking dearer", () => {
  const hourly = tariffOf([element([price("TIME", "2.00", "10", 60)])]);
  assert.equal(total(hourly, periodsFrom(NOON, { minutes: 150 }, { minutes: 42, parking: true })), "5/5.5");
  const both = tariffOf([
    element([price("TIME", "3.00", "10", 60), price("PARKING_TIME", "5.00", "20", 300)]),
  ]);
  assert.equal(
    total(both, periodsFrom(NOON, { minutes: 150 }, { minutes: 42, parking: true })),
    "11.25/12.75",
  );
});

test("OCPI: a VAT with decimals is exact until the one rounding", () => {
  const tariff = tariffOf([element([price("TIME", "1.90", "5.2", 300)])]);
  assert.equal(total(tariff, periodsFrom(NOON, { minutes: 150 })), "4.75/4.997");
});

test("OCPI: energy in blocks of 100 Wh", () => {
  const tariff = tariffOf([element([price("ENERGY", "0.22", "10", 100)])]);
  assert.equal(total(tariff, periodsFrom(NOON, { minutes: 60, energyWh: 20_450 })), "4.51/4.961");
});

test("OCPI: the complex tariff, by current, day and hour", () => {
  const tariff = tariffOf([
    element([price("FLAT", "2.50", "15")]),
    element([price("TIME", "1.00", "20", 900)], { max_current: 32 }),
    element([price("TIME", "2.00", "20", 600)], { min_current: 32, day_of_week: WEEKDAYS }),
    element([price("TIME", "1.25", "20", 600)], { min_current: 32, day_of_week: ["SATURDAY", "SUNDAY"] }),
    element([price("PARKING_TIME", "5.00", "10", 300)], {
      start_time: "09:00",
      end_time: "18:00",
      day_of_week: WEEKDAYS,
    }),
    element([price("PARKING_TIME", "6.00", "10", 300)], {
      start_time: "10:00",
      end_time: "17:00",
      day_of_week: ["SATURDAY"],
    }),
  ]);
  // Monday 09:30: 147 min of charging, not rounded since parking follows, and 42 min of parking, billed as 45.
  const monday = periodsFrom(
    "2026-03-02T08:30:00Z",
    { minutes: 147, currentMa: 16_000 },
    { minutes: 42, parking: true },
  );
  assert.equal(total(tariff, monday), "8.7/9.94");
  // Saturday 13:30: 114 min and 71 min, billed as 75.
  const saturday = periodsFrom(
    "2026-03-07T12:30:00Z",
    { minutes: 114, currentMa: 43_000 },
    { minutes: 71, parking: true },
  );
  assert.equal(total(tariff, saturday), "12.375/13.975");
  throwsCode(
    () => total(tariff, periodsFrom(NOON, { minutes: 10 })),
    "PERIOD_INVALID",
    /depends on the current.*periods\[0\]\.currentMa/,
  );
});

test("OCPI: the first kWh is free, and parking gets dearer with the length of the session", () => {
  const tariff = tariffOf([
    element([price("PARKING_TIME", "0", undefined, 60)], { max_duration: 3_600 }),
    element([price("PARKING_TIME", "2", undefined, 60)], { min_duration: 3_600, max_duration: 10_800 }),
    element([price("PARKING_TIME", "3", undefined, 60)], { min_duration: 10_800 }),
    element([price("ENERGY", "0", undefined, 1)], { max_kwh: 1 }),
    element([price("ENERGY", "0.20", undefined, 1)], { min_kwh: 1 }),
  ]);
  // Charging is over after 2.5 h, so 30 min cost 2 an hour and 2 h 15 min cost 3: the duration is the session's.
  const periods = periodsFrom(NOON, { minutes: 150, energyWh: 20_000 }, { minutes: 165, parking: true });
  assert.equal(total(tariff, periods), "11.55/11.55");
});

const STEPS = tariffOf([
  element([price("TIME", "1.20", undefined, 1800), price("PARKING_TIME", "1.00", undefined, 900)], {
    start_time: "00:00",
    end_time: "17:00",
  }),
  element([price("TIME", "2.40", undefined, 900), price("PARKING_TIME", "1.00", undefined, 900)], {
    start_time: "17:00",
    end_time: "20:00",
  }),
  element([price("TIME", "2.40", undefined, 900)], { start_time: "20:00", end_time: "00:00" }),
]);

test("OCPI steps: the step of the element used last, for the total of the dimension", () => {
  // 16:35 local: 25 min at 1.20, then 10 min that become 20 at 2.40.
  assert.equal(total(STEPS, periodsFrom("2026-03-02T15:35:00Z", { minutes: 35 })), "1.3/1.3");
});

test("OCPI steps: charging is not rounded when parking follows, and parking is rounded by itself", () => {
  // 16:55 local: 5 min at 1.20, 5 min at 2.40, 2 min of parking billed as 15.
  const periods = periodsFrom("2026-03-02T15:55:00Z", { minutes: 10 }, { minutes: 2, parking: true });
  assert.equal(total(STEPS, periods), "0.55/0.55");
});

test("OCPI steps: time that has no price is not rounded either", () => {
  // 19:40 local: 12 min at 2.40; of 20 min of parking the 8 before 20:00 have a price, and are billed as 15.
  const periods = periodsFrom("2026-03-02T18:40:00Z", { minutes: 12 }, { minutes: 20, parking: true });
  const cost = priceSession(STEPS, periods, EURO_CENTS);
  assert.equal(show(cost.total_cost), "0.73/0.73");
  assert.equal(show(cost.total_time_cost), "0.48/0.48");
  assert.equal(show(cost.total_parking_cost), "0.25/0.25");
});

test("OCPI steps: the examples of the CDR module", () => {
  const five = tariffOf([
    element([price("TIME", "6", undefined, 300), price("PARKING_TIME", "6", undefined, 300)]),
  ]);
  assert.equal(total(five, periodsFrom(NOON, { minutes: 21 }, { minutes: 7, parking: true })), "3.1/3.1");
  const ten = tariffOf([
    element([price("TIME", "1", undefined, 600), price("PARKING_TIME", "3", undefined, 600)]),
  ]);
  assert.equal(total(ten, periodsFrom(NOON, { minutes: 21 }, { minutes: 16, parking: true })), "1.35/1.35");
  const evening = tariffOf([
    element([price("ENERGY", "0.20", undefined, 500), price("TIME", "5", undefined, 600)], {
      end_time: "17:00",
    }),
    element([price("ENERGY", "0.27", undefined, 500), price("TIME", "7", undefined, 600)], {
      start_time: "17:00",
    }),
  ]);
  // 4.3 kWh and 1.1 kWh become 4.3 and 1.2; 6 min and 22 min become 6 and 24.
  const periods = periodsFrom(
    "2026-03-02T15:54:00Z",
    { minutes: 6, energyWh: 4_300 },
    { minutes: 22, energyWh: 1_100 },
  );
  assert.equal(total(evening, periods), "4.484/4.484");
});

test("OCPI steps: 115 Wh under steps of 1, 25 and 500 Wh", () => {
  for (const [step, cost] of [
    [1, "0.02875"],
    [25, "0.03125"],
    [500, "0.125"],
  ] as const) {
    const tariff = tariffOf([element([price("ENERGY", "0.25", undefined, step)])]);
    assert.equal(total(tariff, periodsFrom(NOON, { minutes: 1, energyWh: 115 })), `${cost}/${cost}`);
  }
});

test("OCPI: prices by power", () => {
  const tariff = tariffOf([
    element([price("ENERGY", "0.20", "20")], { max_power: 16 }),
    element([price("ENERGY", "0.35", "20")], { max_power: 32 }),
    element([price("ENERGY", "0.50", "20")]),
  ]);
  // 1 kWh at 6 kW, 40 kWh at 48 kW, 0.5 kWh at 4 kW: the mean power follows from energy and time.
  const periods = periodsFrom(
    NOON,
    { minutes: 10, energyWh: 1_000 },
    { minutes: 50, energyWh: 40_000 },
    { minutes: 8, energyWh: 500, powerW: 4_000 },
  );
  assert.equal(total(tariff, periods), "20.3/24.36");
});

test("OCPI: free for 30 minutes, then dearer twice", () => {
  const tariff = tariffOf([
    element([price("ENERGY", "0")], { max_duration: 1_800 }),
    element([price("ENERGY", "0.25")], { max_duration: 3_600 }),
    element([price("ENERGY", "0.40")]),
  ]);
  const periods = periodsFrom(NOON, { minutes: 30, energyWh: 5_000 }, { minutes: 10, energyWh: 1_200 });
  assert.equal(total(tariff, periods), "0.3/0.3");
  // In one period of 40 minutes the last quarter flows after the 30 minutes.
  assert.equal(total(tariff, periodsFrom(NOON, { minutes: 40, energyWh: 6_200 })), "0.3875/0.3875");
});

test("prices that include taxes, and tariffs without taxes", () => {
  const elements = [element([price("TIME", "2.10", "5")])];
  const included = tariffOf(elements, { tax_included: "YES" });
  assert.equal(total(included, periodsFrom(NOON, { minutes: 60 })), "2/2.1");
  const none = tariffOf([element([price("TIME", "2.10")])], { tax_included: "N/A" });
  assert.equal(total(none, periodsFrom(NOON, { minutes: 60 })), "2.1/2.1");
});

test("a reservation's elements do not price the session", () => {
  const tariff = tariffOf([
    element([price("TIME", "5", "20", 60)], { reservation: "RESERVATION" }),
    element([price("FLAT", "0.50", "20"), price("ENERGY", "0.25", "10")]),
  ]);
  assert.equal(total(tariff, periodsFrom(NOON, { minutes: 60, energyWh: 20_000 })), "5.5/6.1");
});

test("a window over midnight, also in a night in which the clock is put forward or back", () => {
  const tariff = tariffOf([
    element([price("TIME", "1")], { start_time: "23:00", end_time: "06:00" }),
    element([price("TIME", "2")]),
  ]);
  // 22:00 to 07:00 local: nine hours as a rule, seven of them at night.
  assert.equal(total(tariff, periodsFrom("2026-03-02T21:00:00Z", { minutes: 540 })), "11/11");
  assert.equal(total(tariff, periodsFrom("2026-03-28T21:00:00Z", { minutes: 480 })), "10/10");
  assert.equal(total(tariff, periodsFrom("2026-10-24T20:00:00Z", { minutes: 600 })), "12/12");
});

test("a day of the week ends at local midnight, and so does a date", () => {
  const byDay = tariffOf([
    element([price("TIME", "1")], { day_of_week: ["SUNDAY"] }),
    element([price("TIME", "2")]),
  ]);
  assert.equal(total(byDay, periodsFrom("2026-03-01T22:00:00Z", { minutes: 120 })), "3/3");
  const byDate = tariffOf([
    element([price("TIME", "1")], { start_date: "2026-03-01", end_date: "2026-03-02" }),
    element([price("TIME", "2")]),
  ]);
  assert.equal(total(byDate, periodsFrom("2026-03-01T22:00:00Z", { minutes: 120 })), "3/3");
});

test("a FLAT price is due once, by the element that matches first in time", () => {
  const tariff = tariffOf([
    element([price("FLAT", "3")], { min_duration: 3_600 }),
    element([price("FLAT", "1")], { max_duration: 60 }),
  ]);
  assert.equal(total(tariff, periodsFrom(NOON, { minutes: 120 })), "1/1");
  const late = tariffOf([element([price("FLAT", "3")], { min_duration: 3_600 })]);
  assert.equal(total(late, periodsFrom(NOON, { minutes: 60 })), "0/0");
  assert.equal(total(late, periodsFrom(NOON, { minutes: 61 })), "3/3");
  assert.equal(total(tariff, periodsFrom(NOON, { minutes: 0 })), "1/1", "a passage has no duration");
});

test("amounts are rounded half up once, to the decimals that are asked for", () => {
  const tariff = tariffOf([element([price("ENERGY", "0.333")])]);
  const periods = periodsFrom(NOON, { minutes: 1, energyWh: 5 });
  const cost = (decimals: number, amountDecimals?: number): bigint =>
    priceSession(tariff, periods, { decimals, timeZone: "UTC", amountDecimals }).total_cost.before_taxes;
  assert.equal(cost(6), 1_665n);
  assert.equal(cost(5), 167n);
  assert.equal(cost(18), 1_665_000_000_000_000n);
  assert.equal(cost(18, 5), 1_670_000_000_000_000n);
  assert.equal(cost(0), 0n);
  throwsCode(() => cost(2, 6), "TARIFF_NOT_APPLICABLE", /6 decimals do not fit a token with 2/);
});

test("a running session is priced without steps, so its cost does not fall when parking begins", () => {
  const tariff = tariffOf([
    element([price("TIME", "6", undefined, 3_600), price("PARKING_TIME", "6", undefined, 60)]),
  ]);
  const running = (...parts: Parameters<typeof periodsFrom> extends [string, ...infer P] ? P : never) =>
    priceSession(tariff, periodsFrom(NOON, ...parts), { ...EURO_CENTS, isRunning: true }).total_cost;
  assert.equal(show(running({ minutes: 10 })), "1/1");
  assert.equal(show(running({ minutes: 10 }, { minutes: 5, parking: true })), "1.5/1.5");
});

test("periods with gaps, overlaps or measured values that are none are refused", () => {
  const tariff = tariffOf([element([price("TIME", "1")])]);
  const [first, second] = periodsFrom(NOON, { minutes: 1 }, { minutes: 1 });
  assert.ok(first && second);
  const priced =
    (...periods: object[]) =>
    () =>
      total(tariff, periods as SessionPeriod[]);
  throwsCode(priced(), "PERIOD_INVALID", /no periods/);
  throwsCode(
    priced(first, { ...second, startedAt: second.startedAt + 5 }),
    "PERIOD_INVALID",
    /5 s are missing.*periods\[1\]/,
  );
  throwsCode(
    priced(first, { ...second, startedAt: second.startedAt - 5 }),
    "PERIOD_INVALID",
    /overlaps the last by 5 s/,
  );
  throwsCode(priced({ ...first, energyWh: 1.5 }), "PERIOD_INVALID", /1\.5 is no measured value.*energyWh/);
  throwsCode(priced({ ...first, energyWh: -1n }), "PERIOD_INVALID", /-1 is no measured value/);
  throwsCode(priced({ ...first, energyWh: 2 ** 53 }), "PERIOD_INVALID", /no measured value/);
  throwsCode(priced({ ...first, durationSeconds: 0.5 }), "PERIOD_INVALID", /no duration/);
  throwsCode(priced({ ...first, startedAt: Number.NaN }), "PERIOD_INVALID", /NaN is no time/);
  throwsCode(priced({ ...first, dimension: "ENERGY" }), "PERIOD_INVALID", /ENERGY is no kind of time/);
  throwsCode(
    () => priceSession(tariff, [first], { decimals: 6, timeZone: "Europe/Nowhere" }),
    "ZONE_UNKNOWN",
    /"Europe\/Nowhere" is no time zone/,
  );
});
