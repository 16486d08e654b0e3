import type { RpcProvider } from "../chain/deployment.js";
import { openFields } from "./openFields.js";
import type { RecordKindName } from "../documents/kinds.js";
import { presentDocument } from "../documents/presentDocument.js";
import { completeness } from "../history/completeness.js";
import { HistoryError } from "../history/HistoryError.js";
import type { History, HistoryRecord } from "../history/types.js";
import type { StoredDocument } from "../store/DocumentStore.js";
import { assembleReport, type GivenDocument } from "./assembleReport.js";
import { readMembers } from "./readMembers.js";
import { ReportError } from "./ReportError.js";
import type { Report } from "./types.js";

/**
 * What is shown of the documents of a kind: everything, some fields, no field (the document still proves that it exists and who
 * signed it), or not even that.
 */
export type Reveal = "all" | "none" | "withhold" | readonly string[];

export interface BuildReportInput {
  /** For the authors' memberships. */
  rpc: RpcProvider;
  /** As `readHistory` returns it. */
  history: History;
  /** Looks a document up by its hash, for instance in a `DocumentStore`. */
  documents: (documentHash: string) => Promise<StoredDocument> | StoredDocument;
  /** What is shown, by kind; `default` for the kinds not named. Everything when left out. */
  reveal?: Partial<Record<RecordKindName | "default", Reveal>>;
  /** The VIN by which the report was asked for: compared with what the birth document discloses. */
  vin?: string;
  pageBlocks?: number;
}

/**
 * Makes the report of a vehicle: what the chain says, what the holder shows of the documents, and whether it is the
 * whole life. A report that is not complete says so, and which record is missing.
 *
 * @throws {HistoryError} `VEHICLE_UNKNOWN`.
 * @throws {ReportError} `REPORT_VIN` when the birth document names another VIN.
 * @throws {ChainError} When the authors' memberships cannot be read.
 * @example
 * const report = await buildReport({
 *   rpc,
 *   history: await readHistory({ rpc, deployment, vehicleId }),
 *   documents: (hash) => store.get(hash),
 *   reveal: { manufactured: ["make", "model", "modelYear"], default: "all" },
 * });
 */
export async function buildReport(input: BuildReportInput): Promise<Report> {
  const { rpc, history, documents, reveal = {}, vin, pageBlocks } = input;
  const unknown = completeness(history).problems.find((problem) => problem.code === "VEHICLE_UNKNOWN");
  if (unknown) {
    throw new HistoryError("VEHICLE_UNKNOWN", unknown.message, {
      where: `chain ${history.chainId}, records contract ${history.contracts.VehicleRecords}`,
      fix: "check the VIN, the registry key and the deployment",
    });
  }
  const given = new Map<HistoryRecord, GivenDocument>();
  for (const record of history.records) {
    const choice = reveal[record.kindName as RecordKindName] ?? reveal.default ?? "all";
    given.set(record, await present(await documents(record.documentHash), choice));
  }
  const members = await readMembers({
    rpc,
    consortium: history.contracts.Consortium,
    fromBlock: history.fromBlock,
    toBlock: history.atBlock.number,
    accounts: history.records.map((record) => record.author),
    pageBlocks,
  });
  const report = assembleReport({
    history,
    members,
    documentOf: (record) => given.get(record) ?? { status: "missing" },
  });
  if (vin !== undefined && report.vehicle.vin !== undefined && report.vehicle.vin !== vin) {
    throw new ReportError(
      "REPORT_VIN",
      "the vehicle's birth document names another VIN than the one asked for",
      {
        fix: "check the registry key: the wrong one leads to a wrong vehicle",
      },
    );
  }
  return report;
}

async function present(stored: StoredDocument, choice: Reveal): Promise<GivenDocument> {
  if (stored.status !== "present") return stored;
  if (choice === "withhold") return { status: "withheld" };
  if (choice === "all") return { status: "present", presentation: stored.compact };
  try {
    const fields =
      choice === "none" ? [] : openFields(stored.compact).filter((field) => choice.includes(field));
    return { status: "present", presentation: await presentDocument(stored.compact, fields) };
  } catch {
    // It is no document at all: the report shows it as it is, and that it does not hold.
    return { status: "present", presentation: stored.compact };
  }
}
