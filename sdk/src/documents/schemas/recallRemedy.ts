import * as c from "./common.js";

/** A recall campaign that this chain does not keep was carried out on the vehicle. */
export const recallRemedySchema = {
  ...c.recordSchema("recallRemedy"),
  required: ["remediedOn", "remedyType", "remedyStatus", "facility"],
  anyOf: [
    { type: "object", required: ["campaignNumber"], properties: { campaignNumber: {} } },
    { type: "object", required: ["manufacturerCampaign"], properties: { manufacturerCampaign: {} } },
  ],
  properties: {
    campaignNumber: c.campaignNumber,
    manufacturerCampaign: c.reference,
    remediedOn: c.day,
    remedyType: { enum: ["inspection", "repair", "replacement", "softwareUpdate"] },
    remedyStatus: { enum: ["interim", "completed"] },
    facility: c.orgId,
    jobs: c.jobs,
    partsReplaced: c.partsReplaced,
    softwareVersion: c.reference,
  },
} as const;
