import { sha256, toUtf8Bytes } from "ethers";
import {
  Consortium__factory,
  VehicleKeys__factory,
  VehicleRecords__factory,
  VehicleTitle__factory,
} from "../chain/contracts.js";
import { LOCKS } from "../consortium/authority.js";
import { ROLES } from "../consortium/roles.js";
import { roleOf } from "./actingMember.js";
import type { ImportAccount, ImportAccounts } from "./deriveAccounts.js";
import type { KeyBound, LifecycleEvent, MemberExpelled } from "./events.js";
import { keyOf, timeOf, vehicleIdOf, type ImportContext } from "./ImportContext.js";
import { ImportError } from "./ImportError.js";
import { organisationCommitment } from "./organisationCommitment.js";
import type { Batch } from "./planBatches.js";
import { preparePartBatch } from "./preparePartBatch.js";
import { prepareRecord, type PreparedDocument } from "./prepareRecord.js";
import type { Call } from "./TransactionSender.js";
import { vehicleKeyDigest } from "./vehicleKey.js";

/** A batch that is ready to be sent. */
export interface PreparedBatch {
  call: Call;
  /** The documents of the batch's records, in the order of its events; empty when it has none. */
  documents: PreparedDocument[];
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
    case "register":
    case "appendRecords":
    case "reportAsHolder":
    case "appendSignedRecord":
    case "appendCorrection":
    case "changeStatus":
    case "destroy": {
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
      break;
    }
    default: {
      const { from, to, data, documents } = await preparePartBatch(batch, context);
      return { call: { from, to, data, what }, documents };
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
