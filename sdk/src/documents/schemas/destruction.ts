import * as c from "./common.js";

/** The vehicle was destroyed, against a certificate of destruction (Directive 2000/53/EC, Article 5(3)). */
export const destructionSchema = {
  ...c.recordSchema("destruction"),
  required: ["certificateNumber", "dismantlingDate", "bizStep", "reason", "facility", "country"],
  properties: {
    certificateNumber: c.reference,
    dismantlingDate: c.day,
    bizStep: { enum: ["decommissioning", "disassembling", "destroying"], description: "EPCIS CBV 2.0" },
    reason: { enum: ["endOfLife", "totalLoss", "abandoned", "safety"] },
    facility: c.orgId,
    permitAuthority: c.orgId,
    country: c.country,
    emptyMassKg: { type: "integer", minimum: 1, maximum: 100_000 },
    batteryRemoved: { type: "boolean" },
    certificateHash: c.digest,
  },
} as const;
