import {
  PartCertificates__factory,
  PartCustody__factory,
  PartTwins__factory,
  Recalls__factory,
  WorkOrders__factory,
} from "../chain/contracts.js";
import { readBlock } from "../chain/readBlock.js";
import { readContract } from "../chain/readContract.js";
import { RECORD_KINDS } from "../documents/kinds.js";
import { proofOf } from "../history/proofOf.js";
import { readHistory } from "../history/readHistory.js";
import { issuePartDocument } from "../parts/issuePartDocument.js";
import { campaignNumberBytes, lotIdOf } from "../parts/partId.js";
import {
  ADVISORIES,
  CERTIFICATE_KINDS,
  LOT_FORMS,
  MATERIALS,
  OUTCOMES,
  REMEDIES,
  REMEDY_STATUSES,
  SERVICE_STATUSES,
} from "../parts/types.js";
import { roleOf } from "./actingMember.js";
import { liveUntil } from "./chainClock.js";
import type { ImportAccount } from "./deriveAccounts.js";
import { eventTime } from "./eventTime.js";
import { isRecordEvent } from "./eventKind.js";
import { findConsignment } from "./findConsignment.js";
import { timeOf, vehicleIdOf, type ImportContext } from "./ImportContext.js";
import { ImportError } from "./ImportError.js";
import { hasPartDocument, PART_EVENT_DOCUMENTS } from "./partDocumentOf.js";
import type {
  ContentGrams,
  LotFields,
  PartDocumentEvent,
  PartReference,
  PartsReleased,
  RecallOpened,
} from "./partEvents.js";
import { campaignIdFor, consignmentSalt, lotIdFor, partIdFor } from "./partIds.js";
import type { Batch, PlannedEvent } from "./planBatches.js";
import { documentOf, prepareRecord, type PreparedDocument, type RecordInput } from "./prepareRecord.js";

/** The call and the documents of a batch about parts. */
export interface PreparedPartBatch {
  from: ImportAccount;
  to: string;
  data: string;
  documents: PreparedDocument[];
}

/** What is fitted or removed, how many, the record and the class. */
type Fitting = [partId: bigint, quantity: number, record: RecordInput, role: number];

const parts = PartTwins__factory.createInterface();
const custody = PartCustody__factory.createInterface();
const certificates = PartCertificates__factory.createInterface();
const recalls = Recalls__factory.createInterface();
const workOrders = WorkOrders__factory.createInterface();

const DAY_SECONDS = 86_400;

/** Makes the documents and the call of a batch about parts, custody, certificates or recalls. Nothing is written yet. */
export async function preparePartBatch(batch: Batch, context: ImportContext): Promise<PreparedPartBatch> {
  const [first] = batch.items;
  if (!first) throw new TypeError("a batch is never empty");
  const { event } = first;
  if (isRecordEvent(event)) return prepareWithRecords(batch.items, context);
  if (hasPartDocument(event)) return prepareWithDocument(first, event, context);

  const { accounts, deployment } = context;
  switch (event.type) {
    case "units.serialised": {
      const serials = Array.from(
        { length: event.toSerial - event.fromSerial + 1 },
        (_, index) => event.fromSerial + index,
      );
      return {
        from: accounts.accountOf(event.member),
        to: deployment.contracts.PartTwins,
        data: parts.encodeFunctionData("serialiseUnits", [event.lot, serials, roleOf(event)]),
        documents: [],
      };
    }
    case "parts.returned": {
      const consignment = await consignmentOf(first, context);
      return {
        // Anybody may; here the sender, whose units they are.
        from: accounts.accountOf(consignment.alias),
        to: deployment.contracts.PartCustody,
        data: custody.encodeFunctionData("returnExpired", [consignment.terms]),
        documents: [],
      };
    }
    case "workOrder.given": {
      const expiresAt = await liveUntil(timeFrom(event.until), context);
      return {
        from: accounts.accountOf(first.holder ?? ""),
        to: deployment.contracts.WorkOrders,
        data: workOrders.encodeFunctionData("giveWorkOrder", [
          vehicleIdOf(event.vin, context),
          accounts.accountOf(event.workshop).address,
          expiresAt,
        ]),
        documents: [],
      };
    }
    default:
      throw new TypeError(`an event of type ${event.type} is not about parts`);
  }
}

/** What puts a record into a vehicle's life by way of its parts. */
async function prepareWithRecords(
  items: readonly PlannedEvent[],
  context: ImportContext,
): Promise<PreparedPartBatch> {
  const { deployment } = context;
  const written = await Promise.all(items.map((item) => prepareRecord(item, context)));
  const [first] = items;
  const [record] = written;
  if (!first || !record) throw new TypeError("a batch is never empty");
  const { event } = first;
  const documents = written.map(({ document }) => document);
  const call = (to: string, data: string): PreparedPartBatch => ({
    from: record.author,
    to,
    data,
    documents,
  });
  switch (event.type) {
    case "part.fitted":
    case "part.removed": {
      const { quantity = 1 } = event.part;
      const partId = partIdFor(event.part, context);
      const args: Fitting = [partId, quantity, record.input, roleOf(event)];
      const data =
        event.type === "part.fitted"
          ? parts.encodeFunctionData("fitPart", args)
          : parts.encodeFunctionData("removePart", args);
      return call(deployment.contracts.PartTwins, data);
    }
    case "parts.released": {
      const rows = amountsOf(event.parts, context);
      const proof = await destructionOf(event, context);
      const data = parts.encodeFunctionData("releaseParts", [rows, record.input, proof]);
      return call(deployment.contracts.PartTwins, data);
    }
    case "recall.notified": {
      const inputs = written.map(({ input }) => input);
      const data = recalls.encodeFunctionData("notifyVehicles", [
        campaignOf(first, context),
        inputs,
        roleOf(event),
      ]);
      return call(deployment.contracts.Recalls, data);
    }
    case "recall.remedied": {
      const remedy = REMEDIES.indexOf(event.remedy);
      const data = recalls.encodeFunctionData("remedyVehicle", [
        campaignOf(first, context),
        remedy,
        record.input,
        roleOf(event),
      ]);
      return call(deployment.contracts.Recalls, data);
    }
    default:
      throw new TypeError(`an event of type ${event.type} is not about parts`);
  }
}

/** What has a document that is no record. */
async function prepareWithDocument(
  item: PlannedEvent,
  event: PartDocumentEvent,
  context: ImportContext,
): Promise<PreparedPartBatch> {
  const { accounts, deployment } = context;
  const { PartTwins, PartCustody, PartCertificates, Recalls } = deployment.contracts;
  const from = accounts.accountOf(authorOf(item, event));
  const document = await documentOf(event, context, () =>
    issuePartDocument({
      type: PART_EVENT_DOCUMENTS[event.type],
      about: aboutOf(item, event, context),
      observedAt: timeOf(event),
      content: event.document,
      chainId: deployment.chainId,
      signer: from,
    }),
  );
  const { documentHash } = document;
  const call = (to: string, data: string): PreparedPartBatch => ({ from, to, data, documents: [document] });

  switch (event.type) {
    case "lot.commissioned":
      return call(
        PartTwins,
        parts.encodeFunctionData("commissionLot", [lotInput(event, documentHash), roleOf(event)]),
      );
    case "lot.transformed": {
      const inputs = amountsOf(event.inputs, context);
      const outputs = event.outputs.map((fields) => lotInput(fields, documentHash));
      return call(PartTwins, parts.encodeFunctionData("transformLots", [inputs, outputs, roleOf(event)]));
    }
    case "parts.consigned": {
      const rows = amountsOf(event.parts, context);
      const consignment = {
        sender: from.address,
        receiver: accounts.accountOf(event.to).address,
        deadline: await liveUntil(timeFrom(event.deadline), context),
        salt: consignmentSalt(event.id, context),
        partIds: rows.map(({ partId }) => partId),
        quantities: rows.map(({ quantity }) => quantity),
      };
      return call(PartCustody, custody.encodeFunctionData("consign", [consignment, documentHash]));
    }
    case "parts.accepted": {
      const { terms } = await consignmentOf(item, context);
      return call(PartCustody, custody.encodeFunctionData("accept", [terms, documentHash]));
    }
    case "parts.rejected": {
      const { terms } = await consignmentOf(item, context);
      return call(PartCustody, custody.encodeFunctionData("reject", [terms, documentHash]));
    }
    case "certificate.issued":
      return call(
        PartCertificates,
        certificates.encodeFunctionData("issueCertificate", [
          lotIdFor(event.maker, event.lot, context),
          CERTIFICATE_KINDS.indexOf(event.kind),
          await liveUntil(timeFrom(event.validUntil), context),
          documentHash,
        ]),
      );
    case "certificate.revoked": {
      const { lotId, certificate } = certificateOf(item, context);
      return call(
        PartCertificates,
        certificates.encodeFunctionData("revokeCertificate", [lotId, certificate, documentHash]),
      );
    }
    case "parts.decommissioned":
      return call(
        PartTwins,
        parts.encodeFunctionData("decommissionParts", [
          amountsOf(event.parts, context),
          OUTCOMES.indexOf(event.outcome),
          documentHash,
          roleOf(event),
        ]),
      );
    case "part.serviceChanged":
      return call(
        PartTwins,
        parts.encodeFunctionData("changeService", [
          partIdFor(event.part, context),
          SERVICE_STATUSES.indexOf(event.status),
          documentHash,
          roleOf(event),
        ]),
      );
    case "recall.opened": {
      const recall = {
        maker: accounts.accountOf(event.maker).address,
        number: campaignNumberBytes(event.campaignNumber),
        status: REMEDY_STATUSES.indexOf(event.remedyStatus),
        advisory: ADVISORIES.indexOf(event.advisory),
        evidenceHash: documentHash,
        lots: await scopesOf(event, context),
        releases: [],
      };
      return call(Recalls, recalls.encodeFunctionData("openRecall", [recall, roleOf(event)]));
    }
    case "recall.updated":
      return call(
        Recalls,
        recalls.encodeFunctionData("updateRecall", [
          campaignOf(item, context),
          REMEDY_STATUSES.indexOf(event.remedyStatus),
          ADVISORIES.indexOf(event.advisory),
          documentHash,
          roleOf(event),
        ]),
      );
  }
}

function authorOf({ origin }: PlannedEvent, event: PartDocumentEvent): string {
  if ("member" in event) return event.member;
  if ("from" in event) return event.from;
  return origin?.type === "parts.consigned" ? origin.to : "";
}

/** The ids on chain of what a document is about. */
function aboutOf(item: PlannedEvent, event: PartDocumentEvent, context: ImportContext): bigint[] {
  switch (event.type) {
    case "lot.commissioned":
      return [lotIdFor(event.member, event.lot, context)];
    case "lot.transformed":
      return event.outputs.map(({ lot }) => lotIdFor(event.member, lot, context));
    case "parts.consigned":
    case "parts.decommissioned":
      return event.parts.map((part) => partIdFor(part, context));
    case "parts.accepted":
    case "parts.rejected":
      return item.origin?.type === "parts.consigned"
        ? item.origin.parts.map((part) => partIdFor(part, context))
        : [];
    case "certificate.issued":
      return [lotIdFor(event.maker, event.lot, context)];
    case "certificate.revoked":
      return [certificateOf(item, context).lotId];
    case "part.serviceChanged":
      return [partIdFor(event.part, context)];
    case "recall.opened":
      return [campaignIdFor(event, context)];
    case "recall.updated":
      return [campaignOf(item, context)];
  }
}

function amountsOf(
  references: readonly PartReference[],
  context: ImportContext,
): { partId: bigint; quantity: number }[] {
  return references.map((part) => ({ partId: partIdFor(part, context), quantity: part.quantity ?? 1 }));
}

function lotInput(fields: LotFields, documentHash: string) {
  const { lot, form, material = "other", quantity, expiresOn, content } = fields;
  return {
    number: lot,
    form: LOT_FORMS.indexOf(form),
    material: MATERIALS.indexOf(material),
    quantity,
    expiryDay: expiresOn === undefined ? 0 : timeFrom(expiresOn) / DAY_SECONDS,
    content: { ...NO_CONTENT, ...content },
    documentHash,
  };
}

const NO_CONTENT: Required<ContentGrams> = {
  cobaltG: 0,
  lithiumG: 0,
  nickelG: 0,
  leadG: 0,
  graphiteG: 0,
  rareEarthsG: 0,
};

/** The scopes of a campaign; how many serials a whole lot has is read from the chain. */
async function scopesOf(event: RecallOpened, context: ImportContext) {
  const { rpc, deployment, accounts } = context;
  const block = (await readBlock(rpc, "latest"))?.number ?? 0;
  const maker = accounts.accountOf(event.maker).address;
  return Promise.all(
    event.scopes.map(async ({ lot, fromSerial, toSerial }) => {
      if (fromSerial !== undefined && toSerial !== undefined) return { lotNumber: lot, fromSerial, toSerial };
      const [state] = await readContract(rpc, {
        address: deployment.contracts.PartTwins,
        contract: parts,
        view: "lotStateOf",
        args: [lotIdOf(maker, lot)],
        block,
      });
      const isSerialised = LOT_FORMS[Number(state.form)] === "serialised";
      return {
        lotNumber: lot,
        fromSerial: isSerialised ? 1 : 0,
        toSerial: isSerialised ? Number(state.quantity) : 0,
      };
    }),
  );
}

async function consignmentOf({ event, origin }: PlannedEvent, context: ImportContext) {
  if (origin?.type !== "parts.consigned") throw new TypeError(`${event.id} names no consignment`);
  const { id: _, ...terms } = await findConsignment(origin, context);
  return { alias: origin.from, terms };
}

function certificateOf(
  { event, origin }: PlannedEvent,
  context: ImportContext,
): { lotId: bigint; certificate: string } {
  if (origin?.type !== "certificate.issued") throw new TypeError(`${event.id} names no certificate`);
  const certificate = context.progress.documentOf(origin.id);
  if (certificate === undefined) {
    throw new ImportError("DOCUMENT_MISSING", `the certificate of line ${origin.id} is not known`, {
      where: event.id,
      fix: "import the whole file with one journal",
    });
  }
  return { lotId: lotIdFor(origin.maker, origin.lot, context), certificate };
}

function campaignOf({ event, origin }: PlannedEvent, context: ImportContext): bigint {
  if (origin?.type !== "recall.opened") throw new TypeError(`${event.id} names no recall`);
  return campaignIdFor(origin, context);
}

/** Where the certificate of destruction stands in the vehicle's life. */
async function destructionOf(event: PartsReleased, context: ImportContext) {
  const { rpc, deployment, accounts } = context;
  const history = await readHistory({ rpc, deployment, vehicleId: vehicleIdOf(event.vin, context) });
  const { address } = accounts.accountOf(event.member);
  const record = history.records.findLast(
    ({ kind, author }) => kind === RECORD_KINDS.destruction && author === address,
  );
  if (record) return proofOf(history, record.index);
  throw new ImportError("DOCUMENT_MISSING", `${event.member} has destroyed no such vehicle`, {
    where: event.id,
    fix: "import the whole file into one deployment",
  });
}

function timeFrom(text: string): number {
  const time = eventTime(text);
  if (time === undefined) throw new TypeError(`there is no such time as ${text}`);
  return time;
}
