import { findBrand, type Brand } from "../brands/brandTable.js";
import { brandsFromBitmap } from "../brands/brandsFromBitmap.js";
import { ROLES } from "../consortium/roles.js";
import { RECORD_KINDS } from "../documents/kinds.js";
import { ANOMALY_BITS } from "../history/applyRecord.js";
import { completeness } from "../history/completeness.js";
import { lockName } from "../history/decodeTitleEvent.js";
import { toHex32 } from "../history/toHex32.js";
import type { AnomalyName, History, HistoryRecord } from "../history/types.js";
import { checkDocument } from "./checkDocument.js";
import { membershipOf } from "./membershipOf.js";
import {
  REPORT_FORMAT,
  REPORT_VERSION,
  type Membership,
  type OdometerPoint,
  type Report,
  type ReportBrand,
  type ReportDocument,
  type ReportRecord,
} from "./types.js";

/** What is given of a record's document, before it is checked. */
export type GivenDocument =
  | { status: "present"; presentation: string }
  | { status: "erased"; erasedAt: number }
  | { status: "withheld" }
  | { status: "missing" };

export interface AssembleReportInput {
  history: History;
  members: readonly Membership[];
  /** What is given of the document of a record. */
  documentOf(record: HistoryRecord): GivenDocument;
}

const LOCK_BITS = 16;

/**
 * Puts a report together from what the chain says and from the documents given. Everything in a report follows from these
 * two, so that whoever verifies one assembles it anew and compares.
 *
 * @returns Plain JSON: no undefined fields, no bigint.
 * @example
 * const report = assembleReport({ history, members, documentOf: () => ({ status: "withheld" }) });
 */
export function assembleReport(input: AssembleReportInput): Report {
  const { history, members, documentOf } = input;
  const links = linksOf(history.records);
  const records = history.records.map((record): ReportRecord => {
    const membership = membershipOf(record, members);
    const brand = record.kind === RECORD_KINDS.brand ? findBrand(record.code) : undefined;
    return {
      ...record,
      resolvedBy: links.resolvedBy.get(record.index),
      correctedBy: links.correctedBy.get(record.index) ?? [],
      brand: brand && toReportBrand(brand),
      wasMember: isMemberRole(record.role) ? membership !== undefined : null,
      organisation: membership?.organisation,
      document: toDocument(documentOf(record), record, history),
    };
  });
  const { title } = history;
  const report: Report = {
    format: REPORT_FORMAT,
    version: REPORT_VERSION,
    chain: {
      chainId: history.chainId,
      contracts: history.contracts,
      fromBlock: history.fromBlock,
      atBlock: history.atBlock,
    },
    vehicle: { vehicleId: toHex32(history.vehicleId), ...identityOf(records) },
    head: history.head,
    count: history.count,
    state: {
      odometer: history.state.odometer,
      odometerAt: history.state.odometerAt,
      anomalies: (Object.keys(ANOMALY_BITS) as AnomalyName[]).filter(
        (name) => (history.state.anomalies & ANOMALY_BITS[name]) !== 0,
      ),
      brands: brandsFromBitmap(history.state.brands).map((brand) => brand.code),
      bornAt: history.state.bornAt,
    },
    title: { ...title, locks: lockNames(title.locks) },
    summary: summaryOf(history, records),
    odometer: curveOf(records),
    records,
    titleEvents: history.titleEvents,
    members: [...members],
  };
  return JSON.parse(JSON.stringify(report)) as Report;
}

/** Which records correct and resolve which. */
function linksOf(records: readonly HistoryRecord[]) {
  const correctedBy = new Map<number, number[]>();
  const resolvedBy = new Map<number, number>();
  let open: number[] = [];
  for (const record of records) {
    if (record.corrects > 0) {
      correctedBy.set(record.corrects, [...(correctedBy.get(record.corrects) ?? []), record.index]);
    }
    if (record.kind === RECORD_KINDS.odometerResolution) {
      for (const index of open) resolvedBy.set(index, record.index);
      open = [];
    } else if (record.anomaly) {
      open.push(record.index);
    }
  }
  return { correctedBy, resolvedBy };
}

function toDocument(given: GivenDocument, record: HistoryRecord, history: History): ReportDocument {
  if (given.status !== "present") return given;
  const { presentation } = given;
  const { vehicleId, chainId, titleEvents } = history;
  return {
    status: "present",
    presentation,
    ...checkDocument({ presentation, record, vehicleId, chainId, titleEvents }),
  };
}

/** What the birth document proves about the vehicle. */
function identityOf(records: readonly ReportRecord[]): Omit<Report["vehicle"], "vehicleId"> {
  const birth = records.find((record) => record.index === 1)?.document;
  if (birth?.status !== "present" || !birth.ok) return {};
  const { vin, make, model, modelYear } = birth.disclosed;
  return {
    ...(typeof vin === "string" && { vin }),
    ...(typeof make === "string" && { make }),
    ...(typeof model === "string" && { model }),
    ...(typeof modelYear === "number" && { modelYear }),
  };
}

function summaryOf(history: History, records: readonly ReportRecord[]): Report["summary"] {
  const { complete, missing, problems } = completeness(history);
  const count = (matches: (document: ReportDocument) => boolean): number =>
    records.filter((record) => matches(record.document)).length;
  const anomalies = records.filter((record) => record.anomaly);
  return {
    complete,
    missing,
    problems,
    documents: {
      verified: count((document) => document.status === "present" && document.ok),
      failed: count((document) => document.status === "present" && !document.ok),
      erased: count((document) => document.status === "erased"),
      withheld: count((document) => document.status === "withheld"),
      missing: count((document) => document.status === "missing"),
      total: history.count,
    },
    anomalies: {
      found: anomalies.length,
      open: anomalies.filter((record) => record.resolvedBy === undefined).length,
    },
    brands: brandsFromBitmap(history.state.brands).map(toReportBrand),
    owners: history.replayedTitle.holderCount,
  };
}

function curveOf(records: readonly ReportRecord[]): OdometerPoint[] {
  return records.flatMap((record): OdometerPoint[] => {
    const { index, observedAt: at, odometer: reading, anomaly, kind } = record;
    if (!reading) return [];
    const status = anomaly
      ? "quarantined"
      : kind === RECORD_KINDS.odometerResolution
        ? "resolution"
        : "accepted";
    return [{ index, at, reading, status, anomaly, corrected: record.correctedBy.length > 0 }];
  });
}

function toReportBrand({ code, name, class: brandClass }: Brand): ReportBrand {
  return { code, name, class: brandClass };
}

function isMemberRole(role: number): boolean {
  return role !== ROLES.holder && role !== ROLES.vehicle;
}

function lockNames(locks: number): string[] {
  return Array.from({ length: LOCK_BITS }, (_, bit) => bit)
    .filter((bit) => ((locks >> bit) & 1) === 1)
    .map(lockName);
}
