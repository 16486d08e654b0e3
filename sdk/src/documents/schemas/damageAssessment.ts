import * as c from "./common.js";

/** An assessor judged damage. */
export const damageAssessmentSchema = {
  ...c.recordSchema("damageAssessment"),
  required: ["assessedOn", "assessor", "zones", "outcome", "structuralDamage"],
  properties: {
    assessedOn: c.day,
    assessor: c.orgId,
    zones: c.zones,
    outcome: { enum: ["repairable", "economicTotalLoss", "technicalTotalLoss"] },
    structuralDamage: { type: "boolean" },
    batteryDamage: { type: "boolean" },
    estimatedCost: c.amount,
    accidentRecord: c.recordIndex,
    evidenceHash: c.digest,
  },
} as const;
