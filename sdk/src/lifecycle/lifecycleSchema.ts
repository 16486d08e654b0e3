import { BRAND_CODES } from "../brands/brandTable.js";
import { MEMBER_CLASSES } from "../consortium/roles.js";
import { campaignNumber, odometer, orgId } from "../documents/schemas/common.js";
import {
  ADVISORIES,
  CERTIFICATE_KINDS,
  LOT_FORMS,
  MATERIALS,
  OUTCOMES,
  REMEDIES,
  REMEDY_STATUSES,
  SERVICE_STATUSES,
} from "../parts/types.js";
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

const day = { type: "string", pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", description: "a date" } as const;
const lotNumber = {
  type: "integer",
  minimum: 1,
  maximum: Number.MAX_SAFE_INTEGER,
  description: "the maker's own",
} as const;
const serial = { type: "integer", minimum: 1, maximum: 4_294_967_295 } as const;
/** 40 bits. */
const quantity = { type: "integer", minimum: 1, maximum: 1_099_511_627_775 } as const;
const grams = { type: "integer", minimum: 0, maximum: 1_099_511_627_775 } as const;
const part = {
  type: "object",
  additionalProperties: false,
  required: ["maker", "lot"],
  properties: { maker: alias, lot: lotNumber, serial, quantity },
  description: "a unit by its serial, or a quantity: grams of a material, else pieces",
} as const;
const partList = { type: "array", minItems: 1, maxItems: 100, items: part } as const;
const lotFields = {
  lot: lotNumber,
  form: { enum: LOT_FORMS.slice(1) },
  quantity,
};
const lotOptions = { material: { enum: MATERIALS }, expiresOn: day };
const content = {
  type: "object",
  additionalProperties: false,
  properties: Object.fromEntries(MATERIALS.slice(1).map((material) => [`${material}G`, grams])),
  description: "grams in all pieces of the lot together",
};
const outputs = {
  type: "array",
  minItems: 1,
  maxItems: 100,
  items: {
    type: "object",
    additionalProperties: false,
    required: Object.keys(lotFields),
    properties: { ...lotFields, ...lotOptions, content },
  },
};
const scopes = {
  type: "array",
  minItems: 1,
  maxItems: 16,
  items: {
    type: "object",
    additionalProperties: false,
    required: ["lot"],
    properties: { lot: lotNumber, fromSerial: serial, toSerial: serial },
    description: "without serials the whole lot",
  },
};
const makerClass = { enum: ["supplier", "manufacturer"] } as const;
const fitterClass = { enum: ["workshop", "manufacturer"] } as const;
const ownerClass = { enum: ["manufacturer", "supplier", "registrar"] } as const;
const remedyStatus = { enum: REMEDY_STATUSES } as const;
const advisory = { enum: ADVISORIES } as const;

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
  "lot.commissioned": line(
    "lot.commissioned",
    { member: alias, class: makerClass, ...lotFields, document },
    lotOptions,
  ),
  "lot.transformed": line("lot.transformed", {
    member: alias,
    class: { enum: ["supplier", "manufacturer", "recycler"] },
    inputs: partList,
    outputs,
    document,
  }),
  "units.serialised": line("units.serialised", {
    member: alias,
    class: makerClass,
    lot: lotNumber,
    fromSerial: serial,
    toSerial: serial,
  }),
  "parts.consigned": line("parts.consigned", {
    from: alias,
    to: alias,
    parts: partList,
    deadline: at,
    document,
  }),
  "parts.accepted": line("parts.accepted", { consignment: id, document }),
  "parts.rejected": line("parts.rejected", { consignment: id, document }),
  "parts.returned": line("parts.returned", { consignment: id }),
  "certificate.issued": line("certificate.issued", {
    member: alias,
    maker: alias,
    lot: lotNumber,
    kind: { enum: CERTIFICATE_KINDS },
    validUntil: at,
    document,
  }),
  "certificate.revoked": line("certificate.revoked", { member: alias, certificate: id, document }),
  "workOrder.given": line("workOrder.given", { vin, workshop: alias, until: at }),
  "part.fitted": line(
    "part.fitted",
    { vin, member: alias, class: fitterClass, part, document },
    { odometer },
  ),
  "part.removed": line(
    "part.removed",
    { vin, member: alias, class: fitterClass, part, document },
    { odometer },
  ),
  "parts.released": line("parts.released", { vin, member: alias, parts: partList, document }, { odometer }),
  "parts.decommissioned": line("parts.decommissioned", {
    member: alias,
    class: { enum: ["workshop", "manufacturer", "supplier", "recycler"] },
    parts: partList,
    outcome: { enum: OUTCOMES },
    document,
  }),
  "part.serviceChanged": line("part.serviceChanged", {
    member: alias,
    class: { enum: ["workshop", "manufacturer", "recycler"] },
    part,
    status: { enum: SERVICE_STATUSES.slice(1) },
    document,
  }),
  "recall.opened": line("recall.opened", {
    member: alias,
    class: ownerClass,
    maker: alias,
    campaignNumber,
    remedyStatus: { enum: ["notAvailable", "interim", "available"] },
    advisory,
    scopes,
    document,
  }),
  "recall.updated": line("recall.updated", {
    member: alias,
    class: ownerClass,
    recall: id,
    remedyStatus,
    advisory,
    document,
  }),
  "recall.notified": line("recall.notified", { vin, member: alias, class: ownerClass, recall: id, document }),
  "recall.remedied": line(
    "recall.remedied",
    { vin, member: alias, class: fitterClass, recall: id, remedy: { enum: REMEDIES.slice(1) }, document },
    { odometer },
  ),
} as const;
