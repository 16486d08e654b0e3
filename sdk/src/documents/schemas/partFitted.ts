import * as c from "./common.js";

/** A part was fitted to the vehicle (EPCIS AssociationEvent ADD; part names of Catena-X SerialPart). */
export const partFittedSchema = {
  ...c.recordSchema("partFitted"),
  required: ["fittedOn", "bizStep", "part", "facility"],
  properties: {
    fittedOn: c.day,
    bizStep: { enum: ["installing", "assembling", "replacing"], description: "EPCIS CBV 2.0" },
    part: c.partIdentity,
    facility: c.orgId,
    jobs: c.jobs,
    partRemovedRecord: c.recordIndex,
    serviceStatus: c.serviceStatus,
  },
} as const;
