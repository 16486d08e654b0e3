import * as c from "./common.js";

/** Damage or a defect was repaired. */
export const repairSchema = {
  ...c.recordSchema("repair"),
  required: ["facility", "completedOn", "bizStep", "jobs", "structural"],
  properties: {
    facility: c.orgId,
    completedOn: c.day,
    bizStep: { enum: ["repairing", "replacing"], description: "EPCIS CBV 2.0" },
    jobs: c.jobs,
    partsReplaced: c.partsReplaced,
    structural: { type: "boolean" },
    airbagsReplaced: { type: "boolean" },
    assistanceSystemsCalibrated: { type: "boolean" },
    damageRecord: c.recordIndex,
    invoiceHash: c.digest,
  },
} as const;
