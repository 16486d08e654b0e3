import { OdometerCertification } from "../../brands/odometer.js";
import * as c from "./common.js";

/** An inspector resolved an odometer anomaly. */
export const odometerResolutionSchema = {
  ...c.recordSchema("odometerResolution"),
  required: ["resolution", "method", "certification", "inspector"],
  properties: {
    resolution: { enum: ["readingConfirmed", "clericalError", "instrumentReplaced", "tamperingVerified"] },
    method: { enum: ["instrumentInspection", "controlUnitReadout", "documentReview"] },
    certification: {
      enum: [
        OdometerCertification.Actual,
        OdometerCertification.NotActual,
        OdometerCertification.Exempt,
        OdometerCertification.ExceedsMechanicalLimits,
      ],
      description: "49 CFR 580.5, as ANSI D20 codes",
    },
    resolvedRecord: c.recordIndex,
    inspector: c.orgId,
    evidenceHash: c.digest,
  },
} as const;
