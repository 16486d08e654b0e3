import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parseTariffFile } from "./parseTariffFile.js";
import { priceParking } from "./priceParking.js";
import { priceSession } from "./priceSession.js";
import { priceToll } from "./priceToll.js";
import { EURO_CENTS, periodsFrom, show } from "./testing/tariffs.js";

const FILE = "examples/tariffs.json";
const json = readFileSync(new URL(`../../../${FILE}`, import.meta.url), "utf8");
const { charging, parking, toll } = parseTariffFile(json, FILE);
const [dayNight, fast] = charging;
const [garage] = parking;
const [tunnel] = toll;
assert.ok(dayNight && fast && garage && tunnel);

test("charging over 23:00 has two prices, and parking none at night", () => {
  // 22:00 to 24:00 local with 8 kWh, 4 of them from 23:00 on; then 8 h of parking, the last after 07:00.
  const periods = periodsFrom(
    "2026-03-02T21:00:00Z",
    { minutes: 120, energyWh: 8_000 },
    { minutes: 480, parking: true },
  );
  const cost = priceSession(dayNight, periods, EURO_CENTS);
  assert.equal(show(cost.total_energy_cost), "2.72/3.2912");
  assert.equal(show(cost.total_fixed_cost), "0.35/0.4235");
  assert.equal(show(cost.total_parking_cost), "3/3.63");
  assert.equal(show(cost.total_cost), "6.07/7.3447");
});

test("a price with tax by power, with a minimum", () => {
  const fastSession = periodsFrom("2026-03-02T11:00:00Z", { minutes: 10, energyWh: 30_050 });
  assert.equal(show(priceSession(fast, fastSession, EURO_CENTS).total_cost), "17.452941/20.769");
  const short = periodsFrom("2026-03-02T11:00:00Z", { minutes: 1, energyWh: 90 });
  assert.equal(show(priceSession(fast, short, EURO_CENTS).total_cost), "0.84/1");
});

test("parking is free at first, goes by steps and has a daily maximum", () => {
  const startedAt = Date.parse("2026-03-02T08:00:00Z") / 1000;
  const cost = (minutes: number): string =>
    show(priceParking(garage, { startedAt, endedAt: startedAt + minutes * 60 }, EURO_CENTS).total_cost);
  assert.equal(cost(0), "0/0");
  assert.equal(cost(15), "0/0");
  // 16 minutes are billed as 20: 15 free ones and 5.
  assert.equal(cost(16), "0.309917/0.375");
  assert.equal(cost(60), "2.789256/3.375");
  assert.equal(cost(1_440), "18.6/22.5");
  assert.equal(cost(1_440 + 15), "18.6/22.5");
  assert.equal(cost(2_880), "37.2/45");
  assert.throws(() => cost(-1), /a stay of -60 s cannot be priced/);
});

test("toll goes by class and hour", () => {
  const at = (time: string): number => Date.parse(time) / 1000;
  const cost = (tariffClass: string, time: string): string =>
    show(priceToll(tunnel, tariffClass, at(time), EURO_CENTS).total_cost);
  assert.equal(cost("1", "2026-03-02T06:00:00Z"), "1.51/1.51");
  assert.equal(cost("2", "2026-03-02T06:00:00Z"), "9.08/9.08");
  assert.equal(cost("2", "2026-03-02T09:00:00Z"), "6.05/6.05");
  assert.equal(cost("2", "2026-03-01T06:00:00Z"), "6.05/6.05");
  assert.throws(
    () => cost("3", "2026-03-01T06:00:00Z"),
    /no tariff class "3"; toll of NL\*TOL; use one of 1, 2/,
  );
});

test("a mistake in the file is found where it is", () => {
  const broken =
    (change: (text: string) => string): (() => unknown) =>
    () =>
      parseTariffFile(change(json), FILE);
  assert.throws(
    broken((text) => text.replace('"step_size": 1200', '"step_size": 0')),
    /examples\/tariffs\.json, parking\[0\], elements\[1\]\.price_components\[0\]\.step_size/,
  );
  assert.throws(
    broken((text) => text.replace('"tariff_class": "2"', '"tariff_class": "1"')),
    /tariff class 1 comes twice; examples\/tariffs\.json, toll\[0\]\.classes\[1\]/,
  );
  assert.throws(
    broken((text) => text.replace("NL*TOL", "Tunnel")),
    /toll\[0\]\.charger_id/,
  );
});
