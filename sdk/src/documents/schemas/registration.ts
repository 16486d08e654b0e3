import * as c from "./common.js";

/** A registration began, changed or ended. Neither plate nor holder is named. */
export const registrationSchema = {
  ...c.recordSchema("registration"),
  required: ["event", "jurisdiction", "registrationDate", "registrar"],
  properties: {
    event: { enum: ["registered", "renewed", "holderChanged", "dataChanged", "suspended", "deregistered"] },
    jurisdiction: c.jurisdiction,
    registrationDate: { ...c.day, description: "1999/37/EC code I" },
    validUntil: { ...c.day, description: "1999/37/EC code H" },
    usage: { enum: ["private", "commercial", "taxi", "rental", "police", "driverTraining", "agricultural"] },
    colour: c.colour,
    emissionsClass: { ...c.reference, description: "1999/37/EC code V.9" },
    registrar: c.orgId,
  },
} as const;
