import type { BrandClass } from "../brands/brandTable.js";
import type { OdometerReading } from "../brands/odometer.js";
import type { BlockRef } from "../chain/readBlock.js";
import type { DocumentProblem } from "../documents/verifyDocument.js";
import type {
  AnomalyName,
  HistoryContracts,
  HistoryProblem,
  HistoryRecord,
  TitleEvent,
} from "../history/types.js";

export const REPORT_FORMAT = "blok-auto-history-report";
export const REPORT_VERSION = 1;

/** A brand in words. */
export interface ReportBrand {
  /** ANSI D20. */
  code: number;
  name: string;
  class: BrandClass;
}

/** A class that an account was admitted to, and for how long. */
export interface Membership {
  account: string;
  role: number;
  roleName: string;
  /** Commitment to the organisation's identifier; absent when the council granted the role without one. */
  organisation?: string;
  /** When the membership becomes active, Unix seconds. */
  since: number;
  grantedIn: ChainPlace;
  /** Absent while it lasts. */
  ended?: ChainPlace & { at: number };
}

export interface ChainPlace {
  blockNumber: number;
  logIndex: number;
}

/** What a report shows of a record's document. */
export type ReportDocument =
  | {
      status: "present";
      /** SD-JWT with the disclosures that the holder chose. */
      presentation: string;
      /** Whether it is the record's document in every respect. */
      ok: boolean;
      disclosed: Record<string, unknown>;
      undisclosedCount: number;
      problems: DocumentProblem[];
    }
  /** Document, salts and key were destroyed; the record stands all the same. */
  | { status: "erased"; erasedAt: number }
  /** The holder does not show it. */
  | { status: "withheld" }
  /** Whoever made the report does not have it. */
  | { status: "missing" };

/** A record in a report: what the chain says, who its author was, and what is shown of its document. */
export type ReportRecord = Omit<HistoryRecord, "kindName" | "roleName" | "gradeName" | "anomaly"> & {
  kindName: string;
  roleName: string;
  gradeName: string;
  anomaly?: AnomalyName;
  /** The inspector's resolution that settled the anomaly. */
  resolvedBy?: number;
  /** Numbers of later records that correct this one. */
  correctedBy: number[];
  brand?: ReportBrand;
  /** Whether the author was a member of its class when it wrote; null for a holder and for the vehicle itself. */
  wasMember: boolean | null;
  /** Commitment to the author's organisation. */
  organisation?: string;
  document: ReportDocument;
};

/** A reading in the odometer curve. */
export interface OdometerPoint {
  /** The record's number. */
  index: number;
  /** Unix seconds. */
  at: number;
  reading: OdometerReading;
  status: "accepted" | "quarantined" | "resolution";
  anomaly?: AnomalyName;
  /** A later record corrects this one. */
  corrected: boolean;
}

export interface ReportSummary {
  /** Whether the records are the vehicle's whole life, unaltered and in order. */
  complete: boolean;
  /** Numbers of the records that are missing. */
  missing: number[];
  problems: HistoryProblem[];
  documents: {
    /** Documents that were shown and hold. */
    verified: number;
    /** Documents that were shown and do not hold. */
    failed: number;
    erased: number;
    withheld: number;
    missing: number;
    /** Of so many records. */
    total: number;
  };
  anomalies: { found: number; open: number };
  brands: ReportBrand[];
  owners: number;
}

/** A vehicle's history report: what the chain says, what the holder shows, and whether the two agree. */
export interface Report {
  format: typeof REPORT_FORMAT;
  version: typeof REPORT_VERSION;
  chain: {
    chainId: number;
    contracts: HistoryContracts;
    /** The first block that was read. */
    fromBlock: number;
    /** The block that the report speaks of. */
    atBlock: BlockRef;
  };
  vehicle: {
    /** Hex with 0x. */
    vehicleId: string;
    /** Only as far as the birth document discloses it: a report says nothing of these that it cannot prove. */
    vin?: string;
    make?: string;
    model?: string;
    modelYear?: number;
  };
  head: string;
  count: number;
  state: {
    odometer?: OdometerReading;
    odometerAt: number;
    anomalies: AnomalyName[];
    /** ANSI D20 codes. */
    brands: number[];
    bornAt: number;
  };
  title: {
    holder: string;
    issuer: string;
    status: string;
    /** Names of the locks in force. */
    locks: string[];
    holderCount: number;
    grantEpoch: number;
    registeredDay: number;
  };
  summary: ReportSummary;
  odometer: OdometerPoint[];
  records: ReportRecord[];
  titleEvents: TitleEvent[];
  members: Membership[];
}

export type ReportProblemCode =
  | "CHAIN_MISMATCH"
  | "CHAIN_RESET"
  | "CHAIN_INCOMPLETE"
  | "CONTRACTS_MISMATCH"
  | "VEHICLE_UNKNOWN"
  | "RECORD_MISSING"
  | "RECORD_ALTERED"
  | "RECORD_REORDERED"
  | "RECORD_FOREIGN"
  | "AUTHOR_SWAPPED"
  | "DOCUMENT_CHANGED"
  | "HEAD_MISMATCH"
  | "STATE_MISMATCH"
  | "HOLDERS_MISMATCH"
  | "CONTENT_MISMATCH"
  | "PAGE_ALTERED";

/** What is wrong with a report. */
export interface ReportProblem {
  code: ReportProblemCode;
  /** The number of the record concerned. */
  index?: number;
  message: string;
}
