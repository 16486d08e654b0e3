import { BRAND_CODES } from "../brands/brandTable.js";
import { MEMBER_CLASSES } from "../consortium/roles.js";
import { odometer, orgId } from "../documents/schemas/common.js";
import { ERASURE_REASONS } from "../store/DocumentStore.js";
import { EXPULSION_REASONS, IMPORTABLE_KINDS, IMPORTABLE_LOCKS } from "./events.js";

const id = {
  type: "string",
  pattern: "^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$",
  description: "names the line within the file",
} as const;
const at = {
  type: "string",
  pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2}))?$",
  description: "a date (then midnight UTC) or a date-time with its offset",
} as const;
const vin = { type: "string", description: "ISO 3779; checked with the rules of the market" } as const;
const alias = {
  type: "string",
  pattern: "^[a-z0-9][a-z0-9-]{0,63}$",
  not: { enum: ["holder", "vehicle"] },
  description: "stands for an account; never a person's name",
} as const;
const author = { ...alias, not: undefined, description: 'a member\'s alias, "holder" or "vehicle"' } as const;
const memberClass = { enum: MEMBER_CLASSES } as const;
const market = { type: "string", pattern: "^[A-Z]{2}$", description: "ISO 3166-1 alpha-2" } as const;
const brandCode = { enum: BRAND_CODES, description: "ANSI D20" } as const;
const binderClass = { enum: ["manufacturer", "registrar"] } as const;
const document = { type: "object", description: "the fields of the kind's schema" } as const;

/** One line: its type, the fields that must stand in it and those that may. */
function line(
  type: string,
  required: Record<string, object>,
  optional: Record<string, object> = {},
): { type: "object"; additionalProperties: false; required: string[]; properties: Record<string, object> } {
  const properties = { id, at, type: { const: type }, ...required, ...optional };
  return {
    type: "object",
    additionalProperties: false,
    required: ["id", "at", "type", ...Object.keys(required)],
    properties: JSON.parse(JSON.stringify(properties)) as Record<string, object>,
  };
}

/**
 * The lines of a lifecycle file (JSON Lines), by type. `publishLifecycleSchema` makes one schema of them, with the
 * documents' schemas.
 */
export const LIFECYCLE_LINES = {
  "member.admitted": line("member.admitted", { member: alias, class: memberClass, organisation: orgId }),
  "member.expelled": line("member.expelled", { member: alias, reason: { enum: EXPULSION_REASONS } }),
  "vehicle.registered": line(
    "vehicle.registered",
    { vin, market, member: alias, class: binderClass, holder: alias, document },
    { odometer },
  ),
  "record.appended": line(
    "record.appended",
    { vin, kind: { enum: IMPORTABLE_KINDS }, author, document },
    { class: memberClass, odometer, brandCode },
  ),
  "record.corrected": line(
    "record.corrected",
    { vin, corrects: id, author: alias, class: memberClass, document },
    { odometer, brandCode },
  ),
  "record.erased": line("record.erased", { vin, record: id, reason: { enum: ERASURE_REASONS } }),
  "title.transferred": line("title.transferred", { vin, to: alias }),
  "title.locked": line("title.locked", { vin, lock: { enum: IMPORTABLE_LOCKS }, member: alias }),
  "title.unlocked": line("title.unlocked", { vin, lock: { enum: IMPORTABLE_LOCKS }, member: alias }),
  "vehicle.exported": line("vehicle.exported", { vin, member: alias, document }, { odometer }),
  "vehicle.imported": line("vehicle.imported", { vin, member: alias, document }, { odometer }),
  "vehicle.destroyed": line("vehicle.destroyed", { vin, member: alias, document }, { odometer }),
  "key.bound": line("key.bound", {
    vin,
    member: alias,
    class: binderClass,
    curve: { enum: ["secp256k1", "p256"] },
  }),
} as const;
