import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { ChargingError } from "./ChargingError.js";
import { checkSchema } from "./checkSchema.js";
import { parseTariff } from "./parseTariff.js";
import type { TollTariff } from "./priceToll.js";
import { readJson } from "./readJson.js";
import { chargerId, closed, count, list, text } from "./schemaParts.js";
import type { Tariff } from "./tariffTypes.js";

/** Tariffs in one file, by what they are for. */
export interface TariffFile {
  charging: Tariff[];
  parking: Tariff[];
  toll: TollTariff[];
}

const anything = { type: "object" };
const TARIFF_FILE_SCHEMA = closed({
  charging: list(anything, 0, 1000),
  parking: list(anything, 0, 1000),
  toll: list(
    closed({
      charger_id: chargerId,
      context_version: count,
      classes: list(closed({ tariff_class: text(8), tariff: anything }), 1, 100),
    }),
    0,
    1000,
  ),
});

let validate: ValidateFunction | undefined;

/**
 * Reads a file of tariffs for charging, parking and toll, such as `examples/tariffs.json`.
 *
 * @param source Names the file in errors.
 * @throws {ChargingError} `JSON_MALFORMED`, `TARIFF_INVALID`, `DECIMAL_INEXACT`, each with the path of the field.
 * @example
 * const { charging } = parseTariffFile(await readFile("examples/tariffs.json", "utf8"), "examples/tariffs.json");
 */
export function parseTariffFile(json: string, source = "the tariff file"): TariffFile {
  const value = readJson(json, source);
  validate ??= new Ajv2020().compile(TARIFF_FILE_SCHEMA);
  checkSchema(validate, value, source, "TARIFF_INVALID");
  const file = value as TariffFile;
  for (const kind of ["charging", "parking"] as const) {
    file[kind].forEach((tariff, index) => parseTariff(tariff, `${source}, ${kind}[${index}]`));
  }
  file.toll.forEach((toll, index) => {
    const names = new Set<string>();
    toll.classes.forEach(({ tariff_class: name, tariff }, position) => {
      const where = `${source}, toll[${index}].classes[${position}]`;
      if (names.has(name)) {
        throw new ChargingError("TARIFF_INVALID", `tariff class ${name} comes twice`, {
          where,
          fix: "leave one of them out",
        });
      }
      names.add(name);
      parseTariff(tariff, `${where}.tariff`);
    });
  });
  return file;
}
