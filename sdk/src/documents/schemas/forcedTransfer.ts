import * as c from "./common.js";

/** The title was moved without its holder. */
export const forcedTransferSchema = {
  ...c.recordSchema("forcedTransfer"),
  required: ["ground", "authority", "orderDate", "orderReference", "jurisdiction", "evidenceHash"],
  properties: {
    ground: {
      enum: ["courtOrder", "repossession", "insolvency", "confiscation", "inheritance", "keyRecovery"],
    },
    authority: c.orgId,
    orderDate: c.day,
    orderReference: c.reference,
    jurisdiction: c.jurisdiction,
    evidenceHash: c.digest,
  },
} as const;
