import type { RpcProvider, Deployment } from "../chain/deployment.js";
import {
  Consortium__factory,
  VehicleKeys__factory,
  VehicleRecords__factory,
  VehicleTitle__factory,
} from "../chain/contracts.js";
import { OdometerUnit } from "../brands/odometer.js";
import { LOCKS } from "../consortium/authority.js";
import { ROLES, type MemberClass } from "../consortium/roles.js";
import { issueDocument, type IssuedDocument } from "../documents/issueDocument.js";
import type { DocumentKind, DocumentContent } from "../documents/contentTypes.js";
import { recordKindName } from "../documents/kinds.js";
import type { DocumentKindName } from "../documents/schemas/index.js";
import { proofOf, type RecordProof } from "../history/proofOf.js";
import { readHistory } from "../history/readHistory.js";
import type { DocumentStore } from "../store/DocumentStore.js";
import { vehicleTag } from "../vin/vehicleTag.js";
import { sha256, toUtf8Bytes } from "ethers";
import type { ImportAccount, ImportAccounts } from "./deriveAccounts.js";
import { eventKind, isRecordEvent, kindNumber } from "./eventKind.js";
import { eventTime } from "./eventTime.js";
import type { KeyBound, LifecycleEvent, MemberExpelled, RecordEvent } from "./events.js";
import { ImportError } from "./ImportError.js";
import type { ImportProgress } from "./ImportProgress.js";
import { organisationCommitment } from "./organisationCommitment.js";
import type { Batch, PlannedEvent } from "./planBatches.js";
import type { Call } from "./TransactionSender.js";
import { vehicleKey, vehicleKeyDigest, type VehicleKey } from "./vehicleKey.js";

/** What the steps of an import share. */
export interface ImportContext {
  rpc: RpcProvider;
  deployment: Deployment;
  store: DocumentStore;
  registryKey: Uint8Array;
  accounts: ImportAccounts;
  progress: ImportProgress;
}

/** A batch that is ready to be sent. */
export interface PreparedBatch {
  call: Call;
  /** The documents of the batch's records, in the order of its events; empty when it has none. */
  documents: PreparedDocument[];
}

export interface PreparedDocument {
  documentHash: string;
  /** Absent when the store has the document already, from an import that was interrupted. */
  compact?: string;
}

/** A record as the contracts take it. */
interface RecordInput {
  vehicleId: bigint;
  documentHash: string;
  kind: number;
  code: number;
  odometer: number;
  odometerUnit: number;
  observedAt: number;
}

const consortium = Consortium__factory.createInterface();
const records = VehicleRecords__factory.createInterface();
const title = VehicleTitle__factory.createInterface();
const keys = VehicleKeys__factory.createInterface();

const NO_END = 2n ** 40n - 1n;

/**
 * Makes the documents and the call of a batch. Nothing is written yet.
 *
 * @throws {ImportError} `SIGNER_MISSING`, or `DOCUMENT_MISSING` when a corrected record cannot be found.
 */
export async function prepareBatch(batch: Batch, context: ImportContext): Promise<PreparedBatch> {
  const { accounts, deployment } = context;
  const { Consortium, VehicleRecords, VehicleTitle, VehicleKeys } = deployment.contracts;
  const [first] = batch.items;
  if (!first) throw new TypeError("a batch is never empty");
  const { event } = first;
  const what = describeBatch(batch);
  const plain = (from: ImportAccount, to: string, data: string): PreparedBatch => ({
    call: { from, to, data, what },
    documents: [],
  });

  switch (batch.operation) {
    case "admit":
      return plain(requireOffice(accounts), Consortium, admissionsCall(batch, accounts));
    case "expel": {
      const { member } = event as MemberExpelled;
      const reasonHash = sha256(toUtf8Bytes(JSON.stringify(event)));
      const data = consortium.encodeFunctionData("expelMember", [
        accounts.accountOf(member).address,
        reasonHash,
      ]);
      return plain(requireOffice(accounts), Consortium, data);
    }
    case "transfer": {
      if (event.type !== "title.transferred") break;
      const holder = accounts.accountOf(first.holder ?? "");
      const data = title.encodeFunctionData("safeTransferFrom(address,address,uint256)", [
        holder.address,
        accounts.accountOf(event.to).address,
        vehicleIdOf(event.vin, context),
      ]);
      return plain(holder, VehicleTitle, data);
    }
    case "lock": {
      if (event.type !== "title.locked" && event.type !== "title.unlocked") break;
      const args: [bigint, number] = [vehicleIdOf(event.vin, context), LOCKS[event.lock].bit];
      const data =
        event.type === "title.locked"
          ? title.encodeFunctionData("lockTitle", args)
          : title.encodeFunctionData("unlockTitle", args);
      return plain(accounts.accountOf(event.member), VehicleTitle, data);
    }
    case "bindKey":
      if (event.type !== "key.bound") break;
      return plain(accounts.accountOf(event.member), VehicleKeys, bindCall(event, context));
    case "erase":
      break;
    default: {
      const written = await Promise.all(batch.items.map((item) => prepareRecord(item, context)));
      const [record] = written;
      if (!record) break;
      const inputs = written.map(({ input }) => input);
      const documents = written.map(({ document }) => document);
      const call = (from: ImportAccount, to: string, data: string): PreparedBatch => ({
        call: { from, to, data, what },
        documents,
      });
      switch (batch.operation) {
        case "register": {
          const holders = batch.items.map((item) => accounts.accountOf(holderOf(item.event)).address);
          return call(
            record.author,
            VehicleTitle,
            title.encodeFunctionData("registerVehicles", [holders, inputs, roleOf(event)]),
          );
        }
        case "appendRecords":
          return call(
            record.author,
            VehicleRecords,
            records.encodeFunctionData("appendRecords", [inputs, roleOf(event)]),
          );
        case "reportAsHolder":
          return call(
            record.author,
            VehicleTitle,
            title.encodeFunctionData("reportAsHolder", [record.input]),
          );
        case "appendSignedRecord": {
          if (!first.key) break;
          const key = keyOf(first.key, context);
          const signature = key.sign(vehicleKeyDigest(deployment, "VehicleRecord", { ...record.input }));
          // Anybody may submit what a vehicle has signed; here whoever bound the key pays for it.
          return call(
            accounts.accountOf(first.key.member),
            VehicleKeys,
            keys.encodeFunctionData("appendSignedRecord", [record.input, key.signer, signature]),
          );
        }
        case "appendCorrection": {
          const proof = record.proof;
          if (!proof) break;
          return call(
            record.author,
            VehicleRecords,
            records.encodeFunctionData("appendCorrection", [record.input, roleOf(event), proof]),
          );
        }
        case "changeStatus":
          return call(record.author, VehicleTitle, title.encodeFunctionData("changeStatus", [record.input]));
        case "destroy":
          return call(
            record.author,
            VehicleTitle,
            title.encodeFunctionData("destroyVehicle", [record.input]),
          );
      }
    }
  }
  throw new TypeError(`an event of type ${event.type} is not written by ${batch.operation}`);
}

/** What a batch is called in errors and progress. */
export function describeBatch(batch: Batch): string {
  const [first] = batch.items;
  const last = batch.items.at(-1);
  const range = first === last ? first?.event.id : `${first?.event.id} to ${last?.event.id}`;
  return `${batch.operation} ${range ?? ""}`;
}

/** The vehicle id of a VIN. */
export function vehicleIdOf(vin: string, { registryKey }: Pick<ImportContext, "registryKey">): bigint {
  return vehicleTag(vin, registryKey);
}

/** The class in which the author of an event acts, as on chain. */
export function roleOf(event: LifecycleEvent): number {
  if ("class" in event && event.class) return ROLES[event.class];
  if (event.type === "vehicle.destroyed") return ROLES.recycler;
  return ROLES.registrar;
}

/** The member on whose behalf an event is written, with its class; undefined for holders, vehicles and offices. */
export function actingMember(event: LifecycleEvent): { member: string; class: MemberClass } | undefined {
  switch (event.type) {
    case "vehicle.registered":
    case "key.bound":
      return { member: event.member, class: event.class };
    case "record.appended":
      return event.class && { member: event.author, class: event.class };
    case "record.corrected":
      return { member: event.author, class: event.class };
    case "title.locked":
    case "title.unlocked":
      return { member: event.member, class: event.lock === "court" ? "court" : "registrar" };
    case "vehicle.exported":
    case "vehicle.imported":
      return { member: event.member, class: "registrar" };
    case "vehicle.destroyed":
      return { member: event.member, class: "recycler" };
    default:
      return undefined;
  }
}

function holderOf(event: LifecycleEvent): string {
  return event.type === "vehicle.registered" ? event.holder : "";
}

function requireOffice({ admissions }: ImportAccounts): ImportAccount {
  if (admissions) return admissions;
  throw new ImportError(
    "SIGNER_MISSING",
    "the file admits or expels members, and the admissions office's key is not here",
    {
      fix: "set BLOK_ADMISSIONS_KEY, or have the office admit the members first",
    },
  );
}

function admissionsCall(batch: Batch, accounts: ImportAccounts): string {
  const calls = batch.items.map(({ event }) => {
    if (event.type !== "member.admitted") throw new TypeError(`${event.id} is no admission`);
    const { address } = accounts.accountOf(event.member);
    const role = ROLES[event.class];
    return consortium.encodeFunctionData("admitMember", [
      address,
      role,
      organisationCommitment(event.organisation),
    ]);
  });
  return consortium.encodeFunctionData("multicall", [calls]);
}

function bindCall(event: KeyBound, context: ImportContext): string {
  const key = keyOf(event, context);
  const vehicleId = vehicleIdOf(event.vin, context);
  const validFrom = timeOf(event);
  const binder = context.accounts.accountOf(event.member).address;
  const signature = key.sign(
    vehicleKeyDigest(context.deployment, "BindKey", {
      vehicleId,
      keyId: key.keyId,
      validFrom,
      validTo: NO_END,
      binder,
    }),
  );
  return keys.encodeFunctionData("bindVehicleKey", [
    vehicleId,
    key.signer,
    validFrom,
    NO_END,
    roleOf(event),
    signature,
  ]);
}

/** The key that a line binds. */
export function keyOf(
  event: KeyBound,
  { accounts, deployment }: Pick<ImportContext, "accounts" | "deployment">,
): VehicleKey {
  const secret = accounts.vehicleSecretOf(event.vin, event.curve, event.id);
  return vehicleKey(event.curve, secret, deployment.contracts.ERC7913P256Verifier);
}

async function prepareRecord(
  item: PlannedEvent,
  context: ImportContext,
): Promise<{ input: RecordInput; document: PreparedDocument; author: ImportAccount; proof?: RecordProof }> {
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
async function documentOf(
  event: RecordEvent,
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

function timeOf(event: LifecycleEvent): number {
  const time = eventTime(event.at);
  if (time === undefined) throw new TypeError(`${event.id} has no time`);
  return time;
}
