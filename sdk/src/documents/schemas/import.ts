import * as c from "./common.js";

/** The vehicle came into a country. */
export const importSchema = {
  ...c.recordSchema("import"),
  required: ["originCountry", "destinationCountry", "importDate", "declarant"],
  properties: {
    originCountry: c.country,
    destinationCountry: c.country,
    importDate: c.day,
    declarant: c.orgId,
    evidenceType: {
      enum: ["customsEntry", "paperTitle", "mvc", "mvrc"],
      description: "ISO/IEC TS 7367-2, EU mVRC",
    },
    evidenceHash: c.digest,
    originOdometer: c.odometer,
    originBrandCodes: {
      type: "array",
      uniqueItems: true,
      items: { type: "integer", minimum: 1, maximum: 78 },
      description: "ANSI D20 codes on the foreign title",
    },
  },
} as const;
