import * as c from "./common.js";

/** Parts came off the vehicle (EPCIS AssociationEvent DELETE; condition words of Catena-X eol_story). */
export const partRemovedSchema = {
  ...c.recordSchema("partRemoved"),
  required: ["removedOn", "bizStep", "parts", "reason", "facility"],
  properties: {
    removedOn: c.day,
    bizStep: { enum: ["removing", "replacing", "disassembling"], description: "EPCIS CBV 2.0" },
    parts: { type: "array", minItems: 1, maxItems: 100, items: c.partIdentity },
    reason: { enum: ["recall", "defect", "wear", "accident", "upgrade", "endOfLife", "other"] },
    condition: {
      enum: ["inRunningCondition", "repairRequired", "broken", "notTested", "incomplete"],
      description: "Catena-X eol_story",
    },
    facility: c.orgId,
    jobs: c.jobs,
    campaignNumber: c.campaignNumber,
  },
} as const;
