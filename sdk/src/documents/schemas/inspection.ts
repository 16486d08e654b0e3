import * as c from "./common.js";

/** A periodic or special inspection took place. */
export const inspectionSchema = {
  ...c.recordSchema("inspection"),
  required: ["scheme", "inspectedOn", "result", "defects", "station"],
  properties: {
    scheme: {
      type: "string",
      pattern: "^[A-Z]{2}-[A-Z0-9]{2,12}$",
      description: "country and scheme, as GB-MOT",
    },
    inspectedOn: c.day,
    result: { enum: ["pass", "passWithDefects", "fail"] },
    defects: {
      type: "array",
      maxItems: 100,
      items: {
        type: "object",
        additionalProperties: false,
        required: ["code", "severity"],
        properties: {
          code: c.reference,
          severity: { enum: ["minor", "major", "dangerous"], description: "Directive 2014/45/EU" },
        },
      },
    },
    validUntil: c.day,
    emissionsPassed: { type: "boolean" },
    station: c.orgId,
    certificateHash: c.digest,
  },
} as const;
