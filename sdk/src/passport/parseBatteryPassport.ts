import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { PassportError } from "./PassportError.js";
import { parsePassport } from "./passportFile.js";
import { PASSPORT_TIERS } from "./tiers.js";
import type { BatteryPassport } from "./types.js";

const hash = { type: "string", pattern: "^0x[0-9a-fA-F]{64}$" };
const seconds = { type: "integer", minimum: 0, maximum: 8_640_000_000_000 };
const list = { type: "array", maxItems: 1000, items: { type: "object" } };

/** As much of a view as has to be so before it can be compared with a chain; the comparison sees to the rest. */
const VIEW_SCHEMA = {
  type: "object",
  required: ["format", "tier", "chain", "criticalRawMaterials", "documents", "passports", "certificates"],
  properties: {
    format: { const: "blok-auto/battery-passport-view/1" },
    tier: { enum: PASSPORT_TIERS },
    chain: {
      type: "object",
      required: ["chainId", "partTwins", "partId", "block", "at"],
      properties: {
        chainId: { type: "integer", minimum: 1 },
        partTwins: { type: "string", pattern: "^0x[0-9a-fA-F]{40}$" },
        partId: hash,
        block: { type: "integer", minimum: 0 },
        at: seconds,
      },
    },
    criticalRawMaterials: list,
    certificates: list,
    passports: list,
    documents: list,
  },
};

let validate: ValidateFunction | undefined;

/**
 * A battery passport from whatever was read from a file.
 *
 * @throws {PassportError} `PASSPORT_FILE`, `PASSPORT_CONTENT`.
 */
export function parseBatteryPassport(value: unknown): BatteryPassport {
  validate ??= new Ajv2020().compile(VIEW_SCHEMA);
  if (!validate(value)) {
    const [error] = validate.errors ?? [];
    throw new PassportError("PASSPORT_FILE", "this is no view of a battery passport", {
      where: `${error?.instancePath || "the file"} ${error?.message ?? ""}`,
      fix: "give the JSON that show-passport writes",
    });
  }
  const passport = value as BatteryPassport;
  passport.documents.forEach((document, index) =>
    parsePassport(JSON.stringify(document), `document ${index + 1}`),
  );
  return passport;
}
