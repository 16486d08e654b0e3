import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { readPrice, thousandfold, toSeconds, toSessionPeriods } from "./cdrNumbers.js";
import { CDR_SCHEMA } from "./cdrSchema.js";
import type { Cdr } from "./cdrTypes.js";
import { ChargingError } from "./ChargingError.js";
import { checkSchema } from "./checkSchema.js";
import { parseDecimal } from "./parseDecimal.js";
import { parseTariff } from "./parseTariff.js";
import { readJson } from "./readJson.js";

let validate: ValidateFunction | undefined;

/**
 * A charge detail record from JSON, complete and with exact numbers. Whether it is true is for `checkCdr` to say.
 *
 * @param source Names the record in errors, for instance the file.
 * @throws {ChargingError} `JSON_MALFORMED`, `SESSION_DOCUMENT`, `TARIFF_INVALID`, `DECIMAL_INEXACT`, each with the path.
 * @example
 * const cdr = parseCdr(await readFile("cdr.json", "utf8"), "cdr.json");
 */
export function parseCdr(input: unknown, source = "the charge detail record"): Cdr {
  const value = typeof input === "string" ? readJson(input, source) : input;
  validate ??= new Ajv2020({ allowUnionTypes: true }).compile(CDR_SCHEMA);
  checkSchema(validate, value, source, "SESSION_DOCUMENT");
  const cdr = value as Cdr;
  checkCredit(cdr, source);
  checkTimes(cdr, source);
  for (const [index, tariff] of (cdr.tariffs ?? []).entries()) {
    parseTariff(tariff, `${source}, tariffs[${index}]`);
  }
  for (const name of PRICES) {
    const price = cdr[name];
    if (price) readPrice(price, `${source}, ${name}`);
  }
  for (const name of ["total_energy", "total_time", "total_parking_time"] as const) {
    const total = cdr[name];
    if (total !== undefined) parseDecimal(total, `${source}, ${name}`);
  }
  for (const [index, { dimensions }] of cdr.charging_periods.entries()) {
    const where = `${source}, charging_periods[${index}]`;
    for (const { volume } of dimensions) parseDecimal(volume, where);
    const types = dimensions.map(({ type }) => type);
    if (new Set(types).size < types.length) refuse("a dimension comes twice", where, "add the volumes up");
    if (types.includes("TIME") && types.includes("PARKING_TIME")) {
      refuse("a period is both charging and parking", where, "make two periods of it");
    }
  }
  thousandfold(cdr.total_energy, `${source}, total_energy`);
  toSessionPeriods(cdr.charging_periods, cdr.end_date_time);
  return cdr;
}

const PRICES = [
  "total_cost",
  "total_fixed_cost",
  "total_energy_cost",
  "total_time_cost",
  "total_parking_cost",
  "total_reservation_cost",
] as const;

function checkCredit(cdr: Cdr, source: string): void {
  const isCredit = cdr.credit === true;
  if (isCredit && cdr.credit_reference_id === undefined) {
    refuse("a credit names no record that it credits", `${source}, credit_reference_id`, "name its id");
  }
  if (!isCredit && cdr.credit_reference_id !== undefined) {
    refuse("a record that is no credit names one that it credits", `${source}, credit`, "set credit to true");
  }
  if (isCredit && cdr.credit_reference_id === cdr.id) {
    refuse(
      "a credit has the id of what it credits",
      `${source}, id`,
      "give it another, such as the id and -C",
    );
  }
  if (!isCredit && cdr.id.length > 36) {
    refuse(`the id has ${cdr.id.length} characters`, `${source}, id`, "use at most 36; 39 are for credits");
  }
}

function checkTimes(cdr: Cdr, source: string): void {
  const times = [
    ...cdr.charging_periods.map(
      ({ start_date_time: time }, index) => [`charging_periods[${index}].start_date_time`, time] as const,
    ),
    ["end_date_time", cdr.end_date_time] as const,
  ];
  let before = toSeconds(cdr.start_date_time);
  if (Number.isNaN(before)) {
    refuse("this is no point in time", `${source}, start_date_time`, "write it as in 2026-03-01T00:00:00Z");
  }
  if (toSeconds(times[0]?.[1] ?? "") !== before) {
    refuse(
      "the first period begins at another time than the session",
      `${source}, charging_periods[0]`,
      "let it begin at start_date_time",
    );
  }
  for (const [name, time] of times) {
    const at = toSeconds(time);
    if (Number.isNaN(at)) {
      refuse("this is no point in time", `${source}, ${name}`, "write it as in 2026-03-01T00:00:00Z");
    }
    if (at < before)
      refuse("this lies before what precedes it", `${source}, ${name}`, "put periods in order");
    before = at;
  }
}

function refuse(problem: string, where: string, fix: string): never {
  throw new ChargingError("SESSION_DOCUMENT", problem, { where, fix });
}
