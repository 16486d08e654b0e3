import { OdometerUnit } from "../brands/odometer.js";
import type { DocumentContent, DocumentKind } from "../documents/contentTypes.js";
import { issueDocument } from "../documents/issueDocument.js";
import { recordKindName } from "../documents/kinds.js";
import type { DocumentKindName } from "../documents/schemas/index.js";
import type { IssuedDocument } from "../documents/signContent.js";
import { proofOf, type RecordProof } from "../history/proofOf.js";
import { readHistory } from "../history/readHistory.js";
import type { ImportAccount, ImportAccounts } from "./deriveAccounts.js";
import { eventKind, isRecordEvent, kindNumber } from "./eventKind.js";
import type { LifecycleEvent, RecordEvent } from "./events.js";
import { keyOf, timeOf, vehicleIdOf, type ImportContext } from "./ImportContext.js";
import { ImportError } from "./ImportError.js";
import type { PlannedEvent } from "./planBatches.js";

/** The document of a record that is about to be written. */
export interface PreparedDocument {
  documentHash: string;
  /** Absent when the store has the document already, from an import that was interrupted. */
  compact?: string;
}

/** A record as the contracts take it. */
export interface RecordInput {
  vehicleId: bigint;
  documentHash: string;
  kind: number;
  code: number;
  odometer: number;
  odometerUnit: number;
  observedAt: number;
}

/** A record that is ready to be written. */
export interface PreparedRecord {
  input: RecordInput;
  document: PreparedDocument;
  /** Who states it; for a vehicle's own record, who bound its key. */
  author: ImportAccount;
  /** For a correction: where the corrected record stands. */
  proof?: RecordProof;
}

/**
 * Makes the document of a record, and what the contracts are told of it.
 *
 * @throws {ImportError} `DOCUMENT_MISSING` when the record that is corrected is not on chain.
 */
export async function prepareRecord(item: PlannedEvent, context: ImportContext): Promise<PreparedRecord> {
  const { event } = item;
  if (!isRecordEvent(event)) throw new TypeError(`${event.id} writes no record`);
  const { accounts } = context;
  const vehicleId = vehicleIdOf(event.vin, context);
  const proof =
    event.type === "record.corrected"
      ? await findProof(event.corrects, event.vin, vehicleId, context)
      : undefined;
  const kind = kindNumber(eventKind(event, proof && (recordKindName(proof.kind) as DocumentKindName)));
  const author = authorOf(item, event, accounts);
  const key = event.type === "record.appended" && event.author === "vehicle" ? item.key : undefined;
  const signer = (key && keyOf(key, context).documentSigner) ?? author;

  const document = await documentOf(event, context, async () =>
    issueDocument({
      kind: kind as DocumentKind,
      vehicleId,
      observedAt: timeOf(event),
      odometer: event.odometer,
      corrects: proof?.record.index,
      content: event.document as DocumentContent,
      chainId: context.deployment.chainId,
      signer,
    }),
  );
  const input = {
    vehicleId,
    documentHash: document.documentHash,
    kind,
    code: ("brandCode" in event && event.brandCode) || 0,
    odometer: event.odometer?.value ?? 0,
    odometerUnit:
      event.odometer === undefined
        ? OdometerUnit.None
        : event.odometer.unit === "km"
          ? OdometerUnit.Km
          : OdometerUnit.Mi,
    observedAt: timeOf(event),
  };
  return { input, document, author, proof };
}

/** A document that an interrupted import has stored is used again: it may stand on chain already. */
export async function documentOf(
  event: LifecycleEvent,
  { progress, store }: ImportContext,
  issue: () => Promise<IssuedDocument>,
): Promise<PreparedDocument> {
  const planned = progress.documentOf(event.id);
  if (planned !== undefined && (await store.get(planned)).status === "present")
    return { documentHash: planned };
  const { documentHash, compact } = await issue();
  return { documentHash, compact };
}

function authorOf(item: PlannedEvent, event: RecordEvent, accounts: ImportAccounts): ImportAccount {
  if (event.type === "record.appended" && event.author === "holder")
    return accounts.accountOf(item.holder ?? "");
  if (event.type === "record.appended" && event.author === "vehicle")
    return accounts.accountOf(item.key?.member ?? "");
  return accounts.accountOf("author" in event ? event.author : event.member);
}

async function findProof(
  id: string,
  vin: string,
  vehicleId: bigint,
  context: ImportContext,
): Promise<RecordProof> {
  const { rpc, deployment, progress } = context;
  const documentHash = progress.documentOf(id);
  const history = await readHistory({ rpc, deployment, vehicleId });
  const record = history.records.find((each) => each.documentHash === documentHash);
  if (!record) {
    throw new ImportError("DOCUMENT_MISSING", `the record of line ${id} is not on chain`, {
      where: vin,
      fix: "import the whole file into one deployment, with one journal",
    });
  }
  return proofOf(history, record.index);
}
