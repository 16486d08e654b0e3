import { Interface, toUtf8String, type Result } from "ethers";
import { partCertificatesAbi } from "../abi/PartCertificates.js";
import { partCustodyAbi } from "../abi/PartCustody.js";
import { partTwinsAbi } from "../abi/PartTwins.js";
import { qualityNotificationsAbi } from "../abi/QualityNotifications.js";
import { recallsAbi } from "../abi/Recalls.js";
import type { ChainLog } from "../history/types.js";
import {
  ADVISORIES,
  CERTIFICATE_KINDS,
  LOT_FORMS,
  MATERIALS,
  NOTIFICATION_KINDS,
  NOTIFICATION_STATUSES,
  OUTCOMES,
  REMEDIES,
  REMEDY_STATUSES,
  SERVICE_STATUSES,
  type LotInput,
  type MaterialGrams,
  type PartAmount,
  type PartEventBody,
} from "./types.js";

/** The contracts whose events tell what happens to parts. */
export const PART_CONTRACTS = [
  "PartTwins",
  "PartCustody",
  "PartCertificates",
  "Recalls",
  "QualityNotifications",
] as const;
export type PartContract = (typeof PART_CONTRACTS)[number];

const INTERFACES = [
  partTwinsAbi,
  partCustodyAbi,
  partCertificatesAbi,
  recallsAbi,
  qualityNotificationsAbi,
].map((abi) => new Interface(abi));
const EVENTS = new Map(
  INTERFACES.flatMap((abi) =>
    abi.fragments.filter(({ type }) => type === "event").map((event) => [abi, event] as const),
  ).map(([abi, event]) => [abi.getEvent((event as { name?: string }).name ?? "")?.topicHash ?? "", abi]),
);

type Decoder = (args: Result) => PartEventBody;

const DECODERS: Record<string, Decoder> = {
  TransferSingle: (args) => ({
    type: "transferred",
    operator: args.operator,
    from: args.from,
    to: args.to,
    parts: [{ partId: args.id, quantity: args.value }],
  }),
  TransferBatch: (args) => ({
    type: "transferred",
    operator: args.operator,
    from: args.from,
    to: args.to,
    // by position: a Result has a method called values
    parts: amounts(args[3], args[4]),
  }),
  LotCommissioned: (args) => ({
    type: "lotCommissioned",
    lotId: args.lotId,
    maker: args.maker,
    lot: toLot(args.lot),
    inputsHash: args.inputsHash,
    lineage: args.lineage,
  }),
  LotsConsumed: (args) => ({
    type: "lotsConsumed",
    inputsHash: args.inputsHash,
    operator: args.operator,
    inputs: [...args.inputs].map(({ partId, quantity }) => ({ partId, quantity })),
    isRecovery: args.isRecovery,
  }),
  PartFitted: (args) => toFitting("partFitted", args),
  PartRemoved: (args) => toFitting("partRemoved", args),
  PartDecommissioned: (args) => ({
    type: "partDecommissioned",
    partId: args.partId,
    by: args.by,
    quantity: args.quantity,
    outcome: word(OUTCOMES, args.outcome),
    documentHash: args.documentHash,
  }),
  ServiceStatusChanged: (args) => ({
    type: "serviceChanged",
    partId: args.partId,
    by: args.by,
    status: word(SERVICE_STATUSES, args.status),
    documentHash: args.documentHash,
  }),
  PartTheftReported: (args) => ({
    type: "theftReported",
    partId: args.partId,
    holder: args.holder,
    isStolen: args.isStolen,
  }),
  PartsConsigned: (args) => ({
    type: "consigned",
    consignmentId: args.consignmentId,
    sender: args.sender,
    receiver: args.receiver,
    deadline: Number(args.consignment.deadline),
    parts: amounts(args.consignment.partIds, args.consignment.quantities),
    conditionHash: args.conditionHash,
  }),
  PartsAccepted: (args) => ({
    type: "accepted",
    consignmentId: args.consignmentId,
    receiver: args.receiver,
    conditionHash: args.conditionHash,
  }),
  PartsRejected: (args) => ({
    type: "rejected",
    consignmentId: args.consignmentId,
    receiver: args.receiver,
    conditionHash: args.conditionHash,
  }),
  PartsReturned: (args) => ({ type: "returned", consignmentId: args.consignmentId, sender: args.sender }),
  CertificateIssued: (args) => ({
    type: "certified",
    lotId: args.lotId,
    documentHash: args.documentHash,
    auditor: args.auditor,
    kind: word(CERTIFICATE_KINDS, args.kind),
    validTo: Number(args.validTo),
  }),
  CertificateRevoked: (args) => ({
    type: "certificateRevoked",
    lotId: args.lotId,
    documentHash: args.documentHash,
    auditor: args.auditor,
    reasonHash: args.reasonHash,
  }),
  RecallOpened: (args) => ({
    type: "recallOpened",
    campaignId: args.campaignId,
    maker: args.maker,
    by: args.by,
    number: toUtf8String(args.recall.number),
    status: word(REMEDY_STATUSES, args.recall.status),
    advisory: word(ADVISORIES, args.recall.advisory),
    evidenceHash: args.recall.evidenceHash,
    lots: [...args.recall.lots].map(({ lotNumber, fromSerial, toSerial }) => ({
      lotNumber,
      fromSerial: Number(fromSerial),
      toSerial: Number(toSerial),
    })),
    releases: [...args.recall.releases],
  }),
  RecallUpdated: (args) => ({
    type: "recallUpdated",
    campaignId: args.campaignId,
    by: args.by,
    status: word(REMEDY_STATUSES, args.status),
    advisory: word(ADVISORIES, args.advisory),
    evidenceHash: args.evidenceHash,
  }),
  VehicleEnrolled: (args) => ({
    type: "vehicleEnrolled",
    campaignId: args.campaignId,
    vehicleId: args.vehicleId,
  }),
  VehicleNotified: (args) => ({
    type: "vehicleNotified",
    campaignId: args.campaignId,
    vehicleId: args.vehicleId,
    by: args.by,
  }),
  VehicleRemedied: (args) => ({
    type: "vehicleRemedied",
    campaignId: args.campaignId,
    vehicleId: args.vehicleId,
    by: args.by,
    remedy: word(REMEDIES, args.remedy),
  }),
  SafetyStopChanged: (args) => ({
    type: "safetyStopChanged",
    campaignId: args.campaignId,
    vehicleId: args.vehicleId,
    isStopped: args.isStopped,
  }),
  NotificationSent: (args) => ({
    type: "notificationSent",
    notificationId: args.notificationId,
    sender: args.sender,
    receiver: args.receiver,
    kind: word(NOTIFICATION_KINDS, args.kind),
    lotId: args.lotId,
    parentId: args.parentId,
    documentHash: args.documentHash,
  }),
  NotificationAnswered: (args) => ({
    type: "notificationAnswered",
    notificationId: args.notificationId,
    by: args.by,
    status: word(NOTIFICATION_STATUSES, args.status),
    documentHash: args.documentHash,
  }),
};

/**
 * The topic of an event of the part domain, to filter logs with.
 *
 * @example
 * partTopic("PartFitted");
 */
export function partTopic(eventName: string): string {
  for (const abi of INTERFACES) {
    const event = abi.getEvent(eventName);
    if (event) return event.topicHash;
  }
  throw new Error(`the published ABIs have no event ${eventName}`);
}

/**
 * Reads an event of the part domain.
 *
 * @returns The event, or undefined for one that says nothing about parts: an approval, for instance.
 * @example
 * decodePartEvent(log)?.type; // "partFitted"
 */
export function decodePartEvent(log: Pick<ChainLog, "topics" | "data">): PartEventBody | undefined {
  const topics = [...log.topics];
  const event = EVENTS.get(topics[0] ?? "")?.parseLog({ topics, data: log.data });
  return event ? DECODERS[event.name]?.(event.args) : undefined;
}

function toFitting(type: "partFitted" | "partRemoved", args: Result): PartEventBody {
  return {
    type,
    lotId: args.lotId,
    serial: Number(args.serial),
    quantity: args.quantity,
    vehicleId: args.vehicleId,
    by: args.by,
  };
}

function toLot(lot: Result): LotInput {
  const { content } = lot;
  return {
    number: lot.number,
    form: word(LOT_FORMS, lot.form),
    material: word(MATERIALS, lot.material),
    quantity: lot.quantity,
    expiryDay: Number(lot.expiryDay),
    content: toGrams(content),
    documentHash: lot.documentHash,
  };
}

/** The grams of a `Materials` struct, by material. */
export function toGrams(materials: Result): MaterialGrams {
  return {
    cobalt: materials.cobaltG,
    lithium: materials.lithiumG,
    nickel: materials.nickelG,
    lead: materials.leadG,
    graphite: materials.graphiteG,
    rareEarths: materials.rareEarthsG,
  };
}

function amounts(partIds: Iterable<bigint>, quantities: Iterable<bigint>): PartAmount[] {
  const values = [...quantities];
  return [...partIds].map((partId, index) => ({ partId, quantity: values[index] ?? 0n }));
}

/** The word for an enumeration's number. */
function word<Word extends string>(words: readonly Word[], value: bigint): Word {
  const found = words[Number(value)];
  if (found === undefined) throw new RangeError(`there is no word for ${value} among ${words.join(", ")}`);
  return found;
}
