import * as c from "./common.js";

/** A workshop serviced the vehicle. */
export const serviceSchema = {
  ...c.recordSchema("service"),
  required: ["facility", "serviceType", "jobs"],
  properties: {
    facility: c.orgId,
    serviceType: { enum: ["predelivery", "scheduled", "unscheduled", "warranty"] },
    jobs: c.jobs,
    partsReplaced: c.partsReplaced,
    nextDueAt: c.day,
    nextDueOdometer: c.odometer,
    batteryStateOfHealthPercent: { type: "integer", minimum: 0, maximum: 100 },
    invoiceHash: c.digest,
  },
} as const;
