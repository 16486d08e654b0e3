import { ODOMETER_SOURCES, OdometerCertification } from "../../brands/odometer.js";
import * as c from "./common.js";

/** Somebody read the odometer. The reading itself is an open claim of the document. */
export const odometerReadingSchema = {
  ...c.recordSchema("odometerReading"),
  required: ["source", "certification"],
  properties: {
    source: { enum: ODOMETER_SOURCES },
    certification: {
      enum: [
        OdometerCertification.Actual,
        OdometerCertification.NotActual,
        OdometerCertification.Exempt,
        OdometerCertification.ExceedsMechanicalLimits,
      ],
      description: "49 CFR 580.5, as ANSI D20 codes",
    },
    reason: { enum: ["transfer", "service", "inspection", "periodic", "claim", "instrumentReplaced"] },
    instrumentReplaced: { type: "boolean" },
    readBy: c.orgId,
  },
} as const;
