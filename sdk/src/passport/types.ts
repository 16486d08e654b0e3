import type { CertificateKind, CriticalMaterial, ServiceStatus } from "../parts/types.js";
import type { PassportFile } from "./passportFile.js";
import type { PassportEnd } from "./passportFacts.js";
import type { PassportFields, PassportTier } from "./tiers.js";

/** `approved` is the passport that holds; `expired` one that another came after; `invalid` that of a battery that ended. */
export type PassportStatus = "approved" | "expired" | "invalid";

/** One passport of the chain of passports that a battery has in its life. */
export interface PassportLink {
  batteryPassportIdentifier: string;
  documentHash: string;
  batteryStatus: ServiceStatus;
  passportStatus: PassportStatus;
  /** Unix seconds. */
  since: number;
  by: string;
  /** Whether its document names the passport before it; undefined when the document is not at hand or there is none before. */
  isLinked?: boolean;
}

/** Something that does not fit: what the document says and what the chain says. */
export interface PassportProblem {
  code:
    | "PASSPORT_DOCUMENT_MISSING"
    | "PASSPORT_LINK_BROKEN"
    | "PASSPORT_STATUS_DIFFERS"
    | "PASSPORT_SUPERSEDED"
    | "PASSPORT_DEPLOYMENT"
    | "PASSPORT_DIFFERS"
    | "PASSPORT_NODE";
  message: string;
}

/** A battery passport as shown to the readers of a tier: plain JSON, which `verifyBatteryPassport` checks against a chain. */
export interface BatteryPassport {
  format: "blok-auto/battery-passport-view/1";
  tier: PassportTier;
  batteryPassportIdentifier: string;
  passportStatus: PassportStatus;
  batteryStatus: ServiceStatus;
  chain: {
    chainId: number;
    partTwins: string;
    /** In hex. Serial 0 stands for the lot. */
    partId: string;
    /** The last block that was read, and its time in Unix seconds. */
    block: number;
    at: number;
  };
  /** Set when the battery ended. One that was recycled has no passport any more: what is left is this and the links. */
  end?: PassportEnd;
  /** Whether the content is the document whose hash the chain holds. */
  isVerified: boolean;
  content: PassportFields;
  /** By the mass balance on the chain. Grams in one piece; the share of it that was recycled before, in percent, if known. */
  criticalRawMaterials: { material: CriticalMaterial; grams: number; recycledShare?: number }[];
  certificates: {
    kind: CertificateKind;
    documentHash: string;
    auditor: string;
    validTo: number;
    state: "valid" | "expired" | "revoked";
  }[];
  /** From the original passport on. */
  passports: PassportLink[];
  /** The documents that this view rests on, without the sections that its readers may not read. */
  documents: PassportFile[];
  problems: PassportProblem[];
}
