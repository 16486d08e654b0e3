import assert from "node:assert/strict";
import { test } from "node:test";
import { ChargingError } from "./ChargingError.js";
import { parseTariff } from "./parseTariff.js";
import type { Tariff, TariffElement, TariffRestrictions } from "./tariffTypes.js";
import { element, price, tariffOf } from "./testing/tariffs.js";

const GOOD = tariffOf(
  [element([price("ENERGY", "0.25", "21")], { start_time: "07:00", end_time: "23:00", min_kwh: 0.5 })],
  { max_price: { before_taxes: 20, after_taxes: "24.20" } },
);

/** A tariff into which a test may write anything. */
type Loose = Record<keyof Tariff, unknown> & {
  elements: [TariffElement & { restrictions: TariffRestrictions & Record<string, unknown> }];
};

function refused(change: (tariff: Loose) => void, pattern: RegExp): void {
  const tariff = structuredClone(GOOD) as Loose;
  change(tariff);
  for (const input of [tariff, JSON.stringify(tariff)]) {
    assert.throws(
      () => parseTariff(input, "t.json"),
      (error) => {
        assert.ok(error instanceof ChargingError);
        assert.match(error.message, pattern);
        return true;
      },
    );
  }
}

test("a tariff is taken from text and from what was parsed", () => {
  assert.deepEqual(parseTariff(JSON.stringify(GOOD)), GOOD);
  assert.equal(parseTariff(GOOD), GOOD);
});

test("what is missing, misspelt or of another kind is named with its path", () => {
  refused(
    (tariff) => delete (tariff as Partial<Tariff>).tax_included,
    /tax_included is missing; t\.json; add it/,
  );
  refused(
    ({ elements: [first] }) => delete (first.price_components[0] as { step_size?: number }).step_size,
    /step_size is missing; t\.json, elements\[0\]\.price_components\[0\]/,
  );
  refused(
    ({ elements: [first] }) => Object.assign(first, { tariff_restrictions: {} }),
    /no field "tariff_restrictions" here; t\.json, elements\[0\]/,
  );
  refused(
    ({ elements: [first] }) => Object.assign(first.restrictions, { start_time: "7:00" }),
    /written in another way.*restrictions\.start_time/,
  );
  refused(
    ({ elements: [first] }) => Object.assign(first.restrictions, { day_of_week: ["Monday"] }),
    /none of the known words.*day_of_week\[0\]; use one of MONDAY/,
  );
  refused(
    (tariff) => (tariff.elements as unknown as unknown[]).pop(),
    /must NOT have fewer than 1 items; t\.json, elements/,
  );
  refused((tariff) => (tariff.currency = "eur"), /currency/);
  refused(
    (tariff) => (tariff.last_updated = "2026-13-01T00:00:00Z"),
    /no point in time; t\.json, last_updated/,
  );
});

test("decimals are exact, and prices do not fall below zero", () => {
  const set = (value: unknown) => (tariff: Loose) =>
    Object.assign(tariff.elements[0].price_components[0] as object, { price: value });
  refused(set(-0.25), /-0\.25 is no decimal.*price_components\[0\]\.price/);
  refused(set(0.1 + 0.2), /0\.30000000000000004/);
  refused(set("1e3"), /"1e3" is no decimal/);
  refused(set(true), /another type.*price; make it number or string/);
  assert.throws(
    () => parseTariff(JSON.stringify(GOOD).replace('"0.25"', "0.2500000000000000001"), "t.json"),
    /0\.2500000000000000001 cannot be read exactly; t\.json/,
  );
});

test("what would price a session by chance is refused", () => {
  const component = price("ENERGY", "1");
  refused(
    ({ elements: [first] }) => first.price_components.push(component),
    /second ENERGY price would never apply.*price_components\[1\]/,
  );
  refused(
    ({ elements: [first] }) => first.price_components.push(price("FLAT", "1", undefined, 60)),
    /FLAT price has no steps/,
  );
  refused(
    (tariff) => (tariff.max_price = { before_taxes: 20 }),
    /after_taxes is missing, and prices have VAT/,
  );
  refused(
    (tariff) => (tariff.max_price = { before_taxes: 20, after_taxes: 19 }),
    /after_taxes is below before_taxes/,
  );
  refused(
    (tariff) => (tariff.min_price = { before_taxes: 21, after_taxes: 22 }),
    /max_price is below min_price/,
  );
  refused((tariff) => (tariff.tax_included = "N/A"), /without taxes has VAT/);
  const restrict = (rules: object) => (tariff: Loose) =>
    Object.assign(tariff.elements[0].restrictions, rules);
  refused(restrict({ max_kwh: 0.5 }), /min_kwh is not below max_kwh/);
  refused(restrict({ min_kwh: "0.0005" }), /0\.0005 kWh is not a whole number of Wh.*restrictions\.min_kwh/);
  refused(restrict({ min_duration: 60, max_duration: 60 }), /min_duration is not below max_duration/);
  refused(
    restrict({ start_date: "2026-03-02", end_date: "2026-03-02" }),
    /start_date is not before end_date/,
  );
});
