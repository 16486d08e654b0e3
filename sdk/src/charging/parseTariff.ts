import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import type { Fraction } from "../parts/fraction.js";
import { ChargingError } from "./ChargingError.js";
import { checkSchema } from "./checkSchema.js";
import { compileTariff } from "./compileTariff.js";
import { parseDecimal, type Decimal } from "./parseDecimal.js";
import { readJson } from "./readJson.js";
import { TARIFF_SCHEMA } from "./tariffSchema.js";
import type { PriceLimit, Tariff, TariffElement } from "./tariffTypes.js";

let validate: ValidateFunction | undefined;

/**
 * A tariff from JSON, checked: it follows OCPI 2.3.0, every decimal is exact, and it leaves nothing open that a price
 * depends on.
 *
 * @param input The JSON text, or what was parsed from it.
 * @param source Names the tariff in errors, for instance the file.
 * @throws {ChargingError} `JSON_MALFORMED`, `TARIFF_INVALID`, `DECIMAL_INEXACT`, each with the path of the field.
 * @example
 * const tariff = parseTariff(await readFile("tariff.json", "utf8"), "tariff.json");
 */
export function parseTariff(input: unknown, source = "the tariff"): Tariff {
  const value = typeof input === "string" ? readJson(input, source) : input;
  validate ??= new Ajv2020({ allowUnionTypes: true }).compile(TARIFF_SCHEMA);
  checkSchema(validate, value, source, "TARIFF_INVALID");
  const tariff = value as Tariff;
  tariff.elements.forEach((element, index) => checkElement(element, `${source}, elements[${index}]`, tariff));
  checkLimits(tariff, source);
  checkTimes(tariff, source);
  compileTariff(tariff, source);
  return tariff;
}

function checkElement(element: TariffElement, where: string, tariff: Tariff): void {
  const seen = new Set<string>();
  element.price_components.forEach((component, index) => {
    const at = `${where}.price_components[${index}]`;
    if (seen.has(component.type)) {
      refuse(`a second ${component.type} price would never apply`, at, "give it an element of its own");
    }
    seen.add(component.type);
    parseDecimal(component.price, `${at}.price`);
    if (component.vat !== undefined) {
      parseDecimal(component.vat, `${at}.vat`);
      if (tariff.tax_included === "N/A") {
        refuse(
          "a tariff without taxes has VAT",
          `${at}.vat`,
          "leave vat out, or set tax_included to YES or NO",
        );
      }
    }
    if (component.type === "FLAT" && component.step_size !== 1) {
      refuse("a FLAT price has no steps", `${at}.step_size`, "write 1");
    }
  });
  const restrictions = element.restrictions;
  if (!restrictions) return;
  for (const name of ["kwh", "current", "power", "duration"] as const) {
    const [low, high] = [restrictions[`min_${name}`], restrictions[`max_${name}`]];
    const isEmpty = low !== undefined && high !== undefined && !isLess(low, high, `${where}.restrictions`);
    if (isEmpty)
      refuse(`min_${name} is not below max_${name}`, `${where}.restrictions`, "swap or widen them");
  }
  const { start_date: first, end_date: last } = restrictions;
  if (first !== undefined && last !== undefined && first >= last) {
    refuse(
      "start_date is not before end_date",
      `${where}.restrictions`,
      "end_date is the first day that is out",
    );
  }
}

function checkLimits(tariff: Tariff, source: string): void {
  const hasVat = tariff.elements.some(({ price_components: components }) =>
    components.some(({ vat }) => vat !== undefined),
  );
  for (const name of ["min_price", "max_price"] as const) {
    const limit = tariff[name];
    if (!limit) continue;
    const where = `${source}, ${name}`;
    const before = parseDecimal(limit.before_taxes, `${where}.before_taxes`);
    if (limit.after_taxes === undefined) {
      // Which share of the VAT falls away with the limit is not for a calculator to guess.
      if (hasVat) refuse("after_taxes is missing, and prices have VAT", where, "say what holds with VAT");
      continue;
    }
    if (isBelow(parseDecimal(limit.after_taxes, `${where}.after_taxes`), before)) {
      refuse("after_taxes is below before_taxes", where, "swap them");
    }
  }
  if (tariff.min_price && tariff.max_price) {
    for (const pick of [(limit: PriceLimit) => limit.before_taxes, afterTaxes]) {
      if (isLess(pick(tariff.max_price), pick(tariff.min_price), `${source}, max_price`)) {
        refuse("max_price is below min_price", `${source}, max_price`, "swap them");
      }
    }
  }
  if (tariff.preauthorize_amount !== undefined) {
    parseDecimal(tariff.preauthorize_amount, `${source}, preauthorize_amount`);
  }
}

function checkTimes(tariff: Tariff, source: string): void {
  for (const name of ["start_date_time", "end_date_time", "last_updated"] as const) {
    const time = tariff[name];
    if (time !== undefined && Number.isNaN(Date.parse(time.endsWith("Z") ? time : `${time}Z`))) {
      refuse(`${time} is no point in time`, `${source}, ${name}`, "write it as in 2026-03-01T00:00:00Z");
    }
  }
}

function afterTaxes(limit: PriceLimit): Decimal {
  return limit.after_taxes ?? limit.before_taxes;
}

function isLess(a: Decimal, b: Decimal, where: string): boolean {
  return isBelow(parseDecimal(a, where), parseDecimal(b, where));
}

function isBelow(a: Fraction, b: Fraction): boolean {
  return a.numerator * b.denominator < b.numerator * a.denominator;
}

function refuse(problem: string, where: string, fix: string): never {
  throw new ChargingError("TARIFF_INVALID", problem, { where, fix });
}
