import * as c from "./common.js";

/** The vehicle left a country. */
export const exportSchema = {
  ...c.recordSchema("export"),
  required: ["originCountry", "destinationCountry", "exportDate", "declarant"],
  properties: {
    originCountry: c.country,
    destinationCountry: c.country,
    exportDate: c.day,
    declarant: c.orgId,
    deregistered: { type: "boolean" },
    evidenceType: {
      enum: ["customsEntry", "paperTitle", "mvc", "mvrc"],
      description: "ISO/IEC TS 7367-2, EU mVRC",
    },
    evidenceHash: c.digest,
  },
} as const;
