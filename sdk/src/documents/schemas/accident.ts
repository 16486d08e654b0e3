import * as c from "./common.js";

/** The vehicle was in an accident. Neither place nor persons are named. */
export const accidentSchema = {
  ...c.recordSchema("accident"),
  required: ["occurredOn", "severity", "zones", "airbagsDeployed", "policeReported", "driveable"],
  properties: {
    occurredOn: c.day,
    severity: { enum: ["minor", "moderate", "severe"] },
    zones: c.zones,
    airbagsDeployed: { type: "boolean" },
    policeReported: { type: "boolean" },
    driveable: { type: "boolean" },
    automaticActivation: { type: "boolean", description: "EN 15722: eCall was triggered by the vehicle" },
    jurisdiction: c.jurisdiction,
    reportedBy: c.orgId,
    evidenceHash: c.digest,
  },
} as const;
