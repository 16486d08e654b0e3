import {
  PartCertificates__factory,
  PartCustody__factory,
  PartTwins__factory,
  Recalls__factory,
  WorkOrders__factory,
} from "../chain/contracts.js";
import { readBlock } from "../chain/readBlock.js";
import { readContract } from "../chain/readContract.js";
import { readLogs } from "../history/readLogs.js";
import { toHex32 } from "../history/toHex32.js";
import { chainTime } from "./chainClock.js";
import { eventTime } from "./eventTime.js";
import { lookUpConsignment } from "./findConsignment.js";
import { vehicleIdOf, type ImportContext } from "./ImportContext.js";
import { campaignIdFor, lotIdFor, partIdFor } from "./partIds.js";
import type { PlannedEvent } from "./planBatches.js";

const parts = PartTwins__factory.createInterface();
const custody = PartCustody__factory.createInterface();
const certificates = PartCertificates__factory.createInterface();
const recalls = Recalls__factory.createInterface();
const workOrders = WorkOrders__factory.createInterface();

const OPEN = 1n;

/** Looks on chain whether an event about parts that is no record has been written. */
export async function isPartWritten(item: PlannedEvent, context: ImportContext): Promise<boolean> {
  const { event, origin } = item;
  const { rpc, deployment, accounts, progress } = context;
  const { PartTwins, PartCustody, PartCertificates, Recalls, WorkOrders } = deployment.contracts;
  const block = (await readBlock(rpc, "latest"))?.number ?? 0;
  const documentHash = progress.documentOf(event.id);
  const isMade = async (lotId: bigint) => {
    const [lineage] = await readContract(rpc, {
      address: PartTwins,
      contract: parts,
      view: "lineageOf",
      args: [lotId],
      block,
    });
    return BigInt(lineage) !== 0n;
  };
  /** Whether an event with this document has been emitted about something. */
  const isTold = async (address: string, topic: string, about: bigint): Promise<boolean> => {
    if (documentHash === undefined) return false;
    const filters = [{ address, topics: [topic, toHex32(about)] }];
    for await (const { logs } of readLogs(rpc, {
      filters,
      fromBlock: deployment.fromBlock,
      toBlock: block,
    })) {
      const hash = documentHash.slice(2);
      if (logs.some((log) => log.data.includes(hash) || log.topics.includes(documentHash))) return true;
    }
    return false;
  };

  switch (event.type) {
    case "lot.commissioned":
      return isMade(lotIdFor(event.member, event.lot, context));
    case "lot.transformed":
      return isMade(lotIdFor(event.member, event.outputs[0]?.lot ?? 0, context));
    case "units.serialised": {
      const part = { maker: event.member, lot: event.lot, serial: event.fromSerial };
      const [exists] = await readContract(rpc, {
        address: PartTwins,
        contract: parts,
        view: "exists",
        args: [partIdFor(part, context)],
        block,
      });
      return Boolean(exists);
    }
    case "parts.consigned":
      return (await lookUpConsignment(event, context)) !== undefined;
    case "parts.accepted":
    case "parts.rejected":
    case "parts.returned": {
      const consignment =
        origin?.type === "parts.consigned" ? await lookUpConsignment(origin, context) : undefined;
      if (!consignment) return false;
      const args = [consignment.id];
      const [status] = await readContract(rpc, {
        address: PartCustody,
        contract: custody,
        view: "statusOf",
        args,
        block,
      });
      return BigInt(status) > OPEN;
    }
    case "certificate.issued": {
      const topic = certificates.getEvent("CertificateIssued").topicHash;
      return isTold(PartCertificates, topic, lotIdFor(event.maker, event.lot, context));
    }
    case "certificate.revoked": {
      if (origin?.type !== "certificate.issued") return false;
      const topic = certificates.getEvent("CertificateRevoked").topicHash;
      return isTold(PartCertificates, topic, lotIdFor(origin.maker, origin.lot, context));
    }
    case "workOrder.given": {
      const args = [vehicleIdOf(event.vin, context), accounts.accountOf(event.workshop).address];
      const [order] = await readContract(rpc, {
        address: WorkOrders,
        contract: workOrders,
        view: "workOrderOf",
        args,
        block,
      });
      // What ran out in the file holds a while longer on chain; an order that stands need not be given again.
      const until = Math.max(eventTime(event.until) ?? 0, await chainTime(context));
      return Number(order.expiresAt) >= until;
    }
    case "parts.decommissioned": {
      const [part] = event.parts;
      const topic = parts.getEvent("PartDecommissioned").topicHash;
      return part !== undefined && isTold(PartTwins, topic, partIdFor(part, context));
    }
    case "part.serviceChanged": {
      const topic = parts.getEvent("ServiceStatusChanged").topicHash;
      return isTold(PartTwins, topic, partIdFor(event.part, context));
    }
    case "recall.opened":
      return isTold(Recalls, recalls.getEvent("RecallOpened").topicHash, campaignIdFor(event, context));
    case "recall.updated": {
      if (origin?.type !== "recall.opened") return false;
      const topic = recalls.getEvent("RecallUpdated").topicHash;
      return isTold(Recalls, topic, campaignIdFor(origin, context));
    }
    default:
      return false;
  }
}
