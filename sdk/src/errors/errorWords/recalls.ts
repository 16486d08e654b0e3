import { campaign, campaignNumber, lot, oneOf, role, tag, text, time } from "./formats.js";
import type { ErrorWords } from "./formats.js";

const remedyStatus = oneOf("not available yet", "interim", "available", "completed", "withdrawn");
const notificationStatus = oneOf("not sent", "sent", "acknowledged", "accepted", "declined", "closed");

/** Of recalls, and of what else is said of lots: quality notifications and certificates. */
export const RECALL_WORDS: Record<string, ErrorWords> = {
  RecallsAlreadyNotified: {
    says: (v) =>
      `the holder of vehicle ${tag(v.vehicleId)} was notified of ${campaign(v.campaignId)} already`,
    fix: "Leave the vehicle out: one notice per campaign stands in its life.",
  },
  RecallsAlreadyRemedied: {
    says: (v) => `vehicle ${tag(v.vehicleId)} is remedied under ${campaign(v.campaignId)} already`,
    fix: "Nothing is left to do.",
  },
  RecallsBatchLength: {
    says: (v) => `the list has ${text(v.length)} vehicles, and may have 1 to ${text(v.limit)}`,
    fix: "Send at least one vehicle, and split what is longer.",
  },
  RecallsEvidenceMissing: {
    says: () => "the recall has no evidence",
    fix: "Pass the SHA-256 of the report.",
  },
  RecallsExists: {
    says: (v) => `there is ${campaign(v.campaignId)} already`,
    fix: "A number is used once for each maker. Update that campaign, or take another number.",
  },
  RecallsForeignCampaign: {
    says: (v) => `${campaign(v.campaignId)} is not ${text(v.caller)}'s to change`,
    fix: "An authority changes what an authority opened, acting as a registrar; a maker what it opened itself.",
  },
  RecallsForeignMaker: {
    says: (v) => `${text(v.caller)} cannot recall what ${text(v.maker)} made`,
    fix: "Recall what you made yourself; an authority recalls anybody's parts, acting as a registrar.",
  },
  RecallsHoldsReserved: {
    says: (v) =>
      `a lot of ${text(v.maker)} would have more than ${text(v.limit)} holds; the rest is for authorities`,
    fix: "Withdraw campaigns that are over, or have an authority open this one.",
  },
  RecallsNoticeWithReading: {
    says: (v) => `the notice about vehicle ${tag(v.vehicleId)} carries an odometer reading`,
    fix: "Leave the reading out: whoever sends a notice has not seen the vehicle.",
  },
  RecallsNotAffected: {
    says: (v) => `${campaign(v.campaignId)} does not affect vehicle ${tag(v.vehicleId)}`,
    fix: "Ask isAffected; a vehicle whose part was replaced counts when it was enrolled before.",
  },
  RecallsNumberMalformed: {
    says: (v) => `${campaignNumber(v.number)} is no campaign number`,
    fix: 'Give two digits, one of V E T C, and six digits, such as "21V554000".',
  },
  RecallsPartStillFitted: {
    says: (v) => `vehicle ${tag(v.vehicleId)} still carries a part that ${campaign(v.campaignId)} recalls`,
    fix: "Remove the part with removePart and fit another, then note the remedy.",
  },
  RecallsRecordKind: {
    says: (v) => `the record is of kind ${text(v.kind)}, and this step writes kind ${text(v.expected)}`,
    fix: "Use kind 21 for a notice, 22 for a remedy.",
  },
  RecallsReleaseForeign: {
    says: (v) => `release ${tag(v.release)} was published by ${text(v.publisher)}, not by the recalled maker`,
    fix: "Recall releases of that maker alone; the zero address means that nobody published it.",
  },
  RecallsReleaseStillInstalled: {
    says: (v) => `vehicle ${tag(v.vehicleId)} still runs a release that ${campaign(v.campaignId)} recalls`,
    fix: "Install another release, have the vehicle report it, then note the remedy.",
  },
  RecallsRemedyMissing: {
    says: (v) =>
      `the remedy of vehicle ${tag(v.vehicleId)} under ${campaign(v.campaignId)} does not say what was done`,
    fix: "Give remedy 1 (part replaced), 2 (software updated) or 3 (inspected and clear).",
  },
  RecallsRemedyNotAvailable: {
    says: (v) => `the remedy of ${campaign(v.campaignId)} is ${remedyStatus(v.status)}`,
    fix: "Inspect the vehicle, or wait until the campaign's owner states that there is a remedy.",
  },
  RecallsRoleNotAllowed: {
    says: (v) => `class ${role(v.role)} opens and changes no campaigns`,
    fix: "Act as the manufacturer or supplier of the parts, or as a registrar.",
  },
  RecallsScopeLength: {
    says: (v) =>
      `the campaign is over ${text(v.length)} ranges and releases, and may be over 1 to ${text(v.limit)}`,
    fix: "Name at least one, and open a second campaign for what is more.",
  },
  RecallsStatusInvalid: {
    says: (v) => `${campaign(v.campaignId)} cannot do this while it is ${remedyStatus(v.status)}`,
    fix: "A campaign begins before its remedy is complete, and nothing changes once it is withdrawn.",
  },
  RecallsUnknown: {
    says: (v) => `there is no ${campaign(v.campaignId)}`,
    fix: "Check maker and number, or open the campaign first.",
  },
  /* quality notifications */
  NotificationsExists: {
    says: (v) => `notification ${tag(v.notificationId)} was sent already`,
    fix: "Nothing to do; to say more, send another document.",
  },
  NotificationsForeign: {
    says: (v) => `this step of notification ${tag(v.notificationId)} is not ${text(v.caller)}'s`,
    fix: "The receiver acknowledges, accepts and declines; the sender closes.",
  },
  NotificationsInvalid: {
    says: (v) =>
      `a notification to ${text(v.receiver)} about ${lot(v.lotId)} with document ${tag(v.documentHash)} cannot be sent`,
    fix: "Name a receiver other than yourself, a lot that exists, and the SHA-256 of the document.",
  },
  NotificationsParent: {
    says: (v) => `${text(v.caller)} cannot pass on notification ${tag(v.parentId)}`,
    fix: "Pass on what you received and acknowledged, as the same kind of notification.",
  },
  NotificationsRoleNotAllowed: {
    says: (v) => `class ${role(v.role)} sends no notifications`,
    fix: "Act as a supplier, manufacturer, workshop, recycler or registrar.",
  },
  NotificationsStatus: {
    says: (v) =>
      `notification ${tag(v.notificationId)} is ${notificationStatus(v.status)} and cannot become ${notificationStatus(v.wanted)} now`,
    fix: "Acknowledge first, then accept or decline; a closed one stays closed.",
  },
  /* certificates */
  CertificatesExists: {
    says: (v) => `${lot(v.lotId)} has certificate ${tag(v.documentHash)} already, perhaps a revoked one`,
    fix: "Issue another document; a revoked certificate stays to be seen.",
  },
  CertificatesForeign: {
    says: (v) =>
      `certificate ${tag(v.documentHash)} on ${lot(v.lotId)} is ${text(v.auditor)}'s, not ${text(v.caller)}'s`,
    fix: "Only the auditor that issued it takes it back.",
  },
  CertificatesInvalid: {
    says: (v) =>
      `a certificate on ${lot(v.lotId)} with document ${tag(v.documentHash)} until ${time(v.validTo)} cannot be issued`,
    fix: "Pass the SHA-256 of the document, and an end that is not over.",
  },
  CertificatesLotUnknown: {
    says: (v) => `there is no ${lot(v.lotId)} to certify`,
    fix: "Check maker and lot number.",
  },
  CertificatesNotStanding: {
    says: (v) => `no certificate ${tag(v.documentHash)} stands on ${lot(v.lotId)}`,
    fix: "Check lot and document; it may have been revoked already.",
  },
  CertificatesReasonMissing: {
    says: (v) => `there is no reason for revoking the certificate on ${lot(v.lotId)}`,
    fix: "Pass the SHA-256 of the reasons.",
  },
};
