import * as c from "./common.js";

/** The holder was notified of a recall campaign that affects the vehicle (fields of NHTSA's campaign data). */
export const recallNoticeSchema = {
  ...c.recordSchema("recallNotice"),
  required: ["campaignNumber", "noticeDate", "component", "remedyStatus", "advisory", "issuer"],
  properties: {
    campaignNumber: c.campaignNumber,
    manufacturerCampaign: c.reference,
    noticeDate: c.day,
    component: c.freeText,
    summary: c.freeText,
    consequence: c.freeText,
    remedy: c.freeText,
    remedyStatus: { enum: ["notAvailable", "interim", "available", "completed"] },
    advisory: { enum: ["none", "doNotDrive", "parkOutside"] },
    issuer: c.orgId,
  },
} as const;
