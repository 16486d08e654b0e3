import { BRAND_CODES } from "../../brands/brandTable.js";
import * as c from "./common.js";

/** A jurisdiction branded the title. */
export const brandSchema = {
  ...c.recordSchema("brand"),
  required: ["brandCode", "jurisdiction", "brandDate", "issuer"],
  properties: {
    brandCode: { enum: BRAND_CODES, description: "ANSI D20" },
    jurisdiction: c.jurisdiction,
    brandDate: c.day,
    issuer: c.orgId,
    relatedRecord: c.recordIndex,
    evidenceHash: c.digest,
  },
} as const;
