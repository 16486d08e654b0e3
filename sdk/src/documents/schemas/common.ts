import { documentType, type RecordKindName } from "../kinds.js";

// Pieces that several schemas share. They are inlined rather than referenced, so that each schema stands alone.

/** An ISO 3166-1 country code. */
export const country = { type: "string", pattern: "^[A-Z]{2}$" } as const;

/** An ISO 3166-1 country code, or an ISO 3166-2 code of one of its parts. */
export const jurisdiction = { type: "string", pattern: "^[A-Z]{2}(-[A-Z0-9]{1,3})?$" } as const;

/** A calendar day, ISO 8601. */
export const day = { type: "string", format: "date" } as const;

/** A SHA-256 or keccak256 digest of evidence that is kept elsewhere. */
export const digest = { type: "string", pattern: "^0x[0-9a-f]{64}$" } as const;

export const vin = {
  type: "string",
  pattern: "^[A-HJ-NPR-Z0-9]{17}$",
  description: "1999/37/EC code E",
} as const;

/** The number of an earlier record of the same vehicle. */
export const recordIndex = { type: "integer", minimum: 1, maximum: 4_294_967_295 } as const;

/**
 * Text that people write. It is disclosed one document at a time, yet must not carry the VIN about: whatever looks
 * like one is refused.
 */
export const freeText = {
  type: "string",
  minLength: 1,
  maxLength: 280,
  not: { pattern: "(?<![A-Za-z0-9])(?=[0-9]*[A-Za-z])[A-HJ-NPR-Za-hj-npr-z0-9]{13}[0-9]{4}(?![A-Za-z0-9])" },
} as const;

/** A number or code that an organisation gave to a part, a certificate or a file. */
export const reference = { type: "string", pattern: "^[A-Za-z0-9][A-Za-z0-9 ./*()_-]{0,39}$" } as const;

/** An organisation, by the identifier of a scheme that the trade uses. */
export const orgId = {
  type: "object",
  additionalProperties: false,
  required: ["scheme", "value"],
  properties: {
    scheme: { enum: ["bpn", "lei", "gln", "eori", "did"] },
    value: { type: "string", minLength: 3, maxLength: 200 },
  },
  allOf: [
    orgIdRule("bpn", "^BPN[LSA][A-Z0-9]{12}$"),
    orgIdRule("lei", "^[A-Z0-9]{18}[0-9]{2}$"),
    orgIdRule("gln", "^[0-9]{13}$"),
    orgIdRule("eori", "^[A-Z]{2}[A-Za-z0-9]{1,15}$"),
    orgIdRule("did", "^did:[a-z0-9]+:[A-Za-z0-9._:%-]+$"),
  ],
} as const;

/** An NHTSA campaign number (49 CFR 573.6): year, V E T or C, sequence. */
export const campaignNumber = {
  type: "string",
  pattern: "^[0-9]{2}[VETC][0-9]{6}$",
  description: "NHTSA",
} as const;

/** A part as its plate names it; field names of Catena-X SerialPart and Batch. */
export const partIdentity = {
  type: "object",
  additionalProperties: false,
  required: ["nameAtManufacturer", "manufacturerPartId"],
  properties: {
    nameAtManufacturer: freeText,
    manufacturerPartId: reference,
    partInstanceId: { ...reference, description: "of one piece" },
    batchId: { ...reference, description: "of a lot" },
    quantity: { type: "integer", minimum: 1, maximum: 1_000_000 },
    manufacturer: orgId,
  },
} as const;

/** The status words of the battery passport (Catena-X). */
export const serviceStatus = {
  enum: ["original", "repurposed", "re-used", "remanufactured", "waste"],
} as const;

export const odometer = {
  type: "object",
  additionalProperties: false,
  required: ["value", "unit"],
  properties: {
    value: { type: "integer", minimum: 0, maximum: 4_294_967_295 },
    unit: { enum: ["km", "mi"] },
  },
} as const;

/** An amount in the smallest unit of an ISO 4217 currency. */
export const amount = {
  type: "object",
  additionalProperties: false,
  required: ["minorUnits", "currency"],
  properties: {
    minorUnits: { type: "integer", minimum: 0 },
    currency: { type: "string", pattern: "^[A-Z]{3}$" },
  },
} as const;

export const jobs = {
  type: "array",
  minItems: 1,
  maxItems: 50,
  items: {
    type: "object",
    additionalProperties: false,
    required: ["description"],
    properties: { code: reference, description: freeText },
  },
} as const;

export const partsReplaced = {
  type: "array",
  maxItems: 100,
  items: {
    type: "object",
    additionalProperties: false,
    required: ["partNumber", "quantity"],
    properties: {
      partNumber: reference,
      name: freeText,
      quantity: { type: "integer", minimum: 1, maximum: 1000 },
      quality: { enum: ["original", "equivalent", "used", "remanufactured"] },
    },
  },
} as const;

export const zones = {
  type: "array",
  minItems: 1,
  uniqueItems: true,
  items: {
    enum: [
      "front",
      "frontLeft",
      "frontRight",
      "left",
      "right",
      "rear",
      "rearLeft",
      "rearRight",
      "roof",
      "underbody",
      "interior",
      "battery",
    ],
  },
} as const;

/** 1999/37/EC code J: the categories of Regulations (EU) 2018/858 and 168/2013. */
export const vehicleCategory = {
  enum: [
    "M1",
    "M2",
    "M3",
    "N1",
    "N2",
    "N3",
    "O1",
    "O2",
    "O3",
    "O4",
    "L1e",
    "L2e",
    "L3e",
    "L4e",
    "L5e",
    "L6e",
    "L7e",
  ],
  description: "1999/37/EC code J",
} as const;

/** 1999/37/EC code P.3. */
export const fuelType = {
  enum: [
    "petrol",
    "diesel",
    "electric",
    "petrolHybrid",
    "petrolPlugInHybrid",
    "dieselHybrid",
    "dieselPlugInHybrid",
    "hydrogen",
    "lpg",
    "cng",
    "ethanol",
    "other",
  ],
  description: "1999/37/EC code P.3",
} as const;

export const make = {
  type: "string",
  minLength: 1,
  maxLength: 60,
  description: "1999/37/EC code D.1",
} as const;
export const model = {
  type: "string",
  minLength: 1,
  maxLength: 80,
  description: "1999/37/EC code D.3",
} as const;
export const modelYear = { type: "integer", minimum: 1886, maximum: 2100 } as const;
export const colour = { ...freeText, maxLength: 40, description: "1999/37/EC code R" } as const;
export const typeApprovalNumber = { ...reference, description: "1999/37/EC code K" } as const;

/** The envelope that every schema shares, beside its fields. */
export function recordSchema<Name extends RecordKindName>(name: Name) {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: documentType(name),
    title: name,
    type: "object",
    additionalProperties: false,
  } as const;
}

function orgIdRule(scheme: string, pattern: string) {
  return {
    if: { type: "object", properties: { scheme: { const: scheme } } },
    // oxlint-disable-next-line unicorn/no-thenable -- a JSON Schema keyword
    then: { type: "object", properties: { value: { type: "string", pattern } } },
  };
}
