import * as c from "./common.js";

/** A recall campaign of this chain was carried out on the vehicle. */
export const campaignRemedySchema = {
  ...c.recordSchema("campaignRemedy"),
  required: ["campaignNumber", "remediedOn", "remedyType", "facility"],
  properties: {
    campaignNumber: c.campaignNumber,
    manufacturerCampaign: c.reference,
    remediedOn: c.day,
    remedyType: { enum: ["partReplaced", "softwareUpdated", "inspectedClear"] },
    facility: c.orgId,
    jobs: c.jobs,
    partFittedRecord: c.recordIndex,
    softwareVersion: c.reference,
  },
} as const;
