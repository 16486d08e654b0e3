import { lotOfPart, partIdOf } from "../parts/partId.js";
import type {
  PartAmount,
  PartEvent,
  PartEventOf,
  PartEventType,
  RecallScope,
  Remedy,
  RemedyStatus,
  ServiceStatus,
} from "../parts/types.js";
import type { EpcisContextOfEvents, EpcisObjects } from "./EpcisContextOfEvents.js";
import { documentUri, isUnit } from "./epcisIds.js";
import { lotMasterData } from "./lotMasterData.js";
import { isSource, MAX_LISTED_SERIALS } from "./selectPartEvents.js";
import type { EpcisAssociationEvent, EpcisObjectEvent, EpcisTransformationEvent } from "./types.js";

type Frame = "eventTime" | "recordTime" | "eventTimeZoneOffset" | "eventID";
/** What of an EPCIS event depends on more than when it happened and where it was logged. */
export type EpcisContent =
  Omit<EpcisObjectEvent, Frame> | Omit<EpcisTransformationEvent, Frame> | Omit<EpcisAssociationEvent, Frame>;

type Writer<Type extends PartEventType> = (
  event: PartEventOf<Type>,
  context: EpcisContextOfEvents,
) => EpcisContent[];

const ZERO_ACCOUNT = `0x${"0".repeat(40)}`;
/** What is done with a unit that goes on in another service, and how it is then. See docs/epcis.md for the reasons. */
const SERVICES: Record<ServiceStatus, { bizStep: string; disposition: string }> = {
  original: { bizStep: "inspecting", disposition: "active" },
  repurposed: { bizStep: "repackaging", disposition: "active" },
  "re-used": { bizStep: "inspecting", disposition: "active" },
  remanufactured: { bizStep: "repairing", disposition: "active" },
  waste: { bizStep: "holding", disposition: "non_sellable_other" },
};
const REMEDY_STEPS: Record<Remedy, string> = {
  none: "inspecting",
  partReplaced: "replacing",
  softwareUpdated: "repairing",
  inspectedClear: "inspecting",
};
const ENDED: ReadonlySet<RemedyStatus> = new Set(["completed", "withdrawn"]);

const WRITERS: { [Type in PartEventType]?: Writer<Type> } = {
  lotCommissioned: commissioning,
  lotsConsumed: (event, context) =>
    // One lot out of it: its commissioning tells the whole. Of several, each tells itself, and this what went in.
    context.outputsOf(event.inputsHash) === 1
      ? []
      : [transformation(event, context, inputsOf(event, context))],
  transferred: transfer,
  partFitted: (event, context) => [fitting(event, context, "ADD", "installing")],
  partRemoved: (event, context) => [fitting(event, context, "DELETE", "removing")],
  partDecommissioned: (event, context) => [
    {
      ...objects("DELETE", context.objectsOf([event])),
      bizStep: event.outcome === "destroyed" ? "destroying" : "decommissioning",
      disposition: event.outcome === "destroyed" ? "destroyed" : "inactive",
      "blok:outcome": event.outcome,
      "blok:document": documentUri(event.documentHash),
    },
  ],
  serviceChanged: (event, context) => [
    {
      ...objects("OBSERVE", context.objectsOf([{ partId: event.partId, quantity: 1n }])),
      ...SERVICES[event.status],
      "blok:serviceStatus": event.status,
      "blok:document": documentUri(event.documentHash),
    },
  ],
  theftReported: (event, context) => [
    {
      ...objects("OBSERVE", context.objectsOf([{ partId: event.partId, quantity: 1n }])),
      persistentDisposition: event.isStolen ? { set: ["stolen"] } : { unset: ["stolen"] },
    },
  ],
  consigned: (event, context) => [
    {
      ...handover(event, context, event.sender, event.receiver),
      bizStep: "shipping",
      disposition: "in_transit",
      "blok:deadline": new Date(event.deadline * 1000).toISOString(),
      "blok:conditionReport": documentUri(event.conditionHash),
    },
  ],
  accepted: (event, context) => {
    const consignment = context.consignmentOf(event);
    return [
      {
        ...handover(consignment, context, consignment.sender, event.receiver),
        bizStep: "accepting",
        disposition: "in_progress",
        "blok:conditionReport": documentUri(event.conditionHash),
      },
    ];
  },
  rejected: (event, context) => {
    const consignment = context.consignmentOf(event);
    return [
      {
        ...handover(consignment, context, event.receiver, consignment.sender),
        bizStep: "shipping",
        disposition: "returned",
        "blok:conditionReport": documentUri(event.conditionHash),
      },
    ];
  },
  returned: (event, context) => {
    const consignment = context.consignmentOf(event);
    return [
      {
        ...handover(consignment, context, consignment.receiver, event.sender),
        bizStep: "void_shipping",
        disposition: "returned",
      },
    ];
  },
  certified: (event, context) => [
    {
      ...certificate(event, context),
      disposition: "conformant",
      "blok:certificateKind": event.kind,
      "blok:validTo": new Date(event.validTo * 1000).toISOString(),
    },
  ],
  certificateRevoked: (event, context) => [
    {
      ...certificate(event, context),
      disposition: "unknown",
      "blok:reason": documentUri(event.reasonHash),
    },
  ],
  recallOpened: (event, context) => recall(event, event, context),
  recallUpdated: (event, context) => recall(event, context.campaignOf(event), context),
  vehicleEnrolled: (event, context) => [
    { ...vehicleRecall(event, context), persistentDisposition: { set: ["recalled"] } },
  ],
  vehicleRemedied: (event, context) => [
    {
      ...vehicleRecall(event, context),
      bizStep: REMEDY_STEPS[event.remedy],
      persistentDisposition: { unset: ["recalled"] },
      "blok:remedy": event.remedy,
    },
  ],
};

/** What an event of the chain is in EPCIS; nothing for one that is told by another, or that no object goes through. */
export function toEpcisEvents(event: PartEvent, context: EpcisContextOfEvents): EpcisContent[] {
  const write = WRITERS[event.type] as Writer<PartEventType> | undefined;
  return write?.(event, context) ?? [];
}

function commissioning(event: PartEventOf<"lotCommissioned">, context: EpcisContextOfEvents): EpcisContent[] {
  const output = context.quantityOf(event.lotId, event.lot.quantity);
  const consumption = context.consumptionOf(event.inputsHash);
  const ilmd = lotMasterData(event, consumption?.isRecovery ?? false);
  if (isSource(event)) {
    const made = objects("ADD", { epcs: [], quantities: [output] });
    return [{ ...made, bizStep: "commissioning", disposition: "active", ilmd }];
  }
  const isWhole = consumption !== undefined && context.outputsOf(event.inputsHash) === 1;
  const inputs = isWhole ? inputsOf(consumption, context) : {};
  return [transformation(consumption ?? event, context, { ...inputs, outputQuantityList: [output], ilmd })];
}

function transformation(
  event: PartEventOf<"lotsConsumed"> | PartEventOf<"lotCommissioned">,
  context: EpcisContextOfEvents,
  content: Partial<EpcisTransformationEvent>,
): EpcisContent {
  const isRecovery = event.type === "lotsConsumed" && event.isRecovery;
  return {
    ...content,
    type: "TransformationEvent",
    transformationID: context.ids.other("transformation", event.inputsHash),
    bizStep: isRecovery ? "disassembling" : "commissioning",
    disposition: "active",
  };
}

function inputsOf(
  event: PartEventOf<"lotsConsumed">,
  context: EpcisContextOfEvents,
): Pick<EpcisTransformationEvent, "inputEPCList" | "inputQuantityList"> {
  const { epcs, quantities } = context.objectsOf(event.inputs);
  return {
    ...(epcs.length === 0 ? {} : { inputEPCList: epcs }),
    ...(quantities.length === 0 ? {} : { inputQuantityList: quantities }),
  };
}

/** Units get their serials, or parts change hands without custody. Every other transfer has an event beside it. */
function transfer(event: PartEventOf<"transferred">, context: EpcisContextOfEvents): EpcisContent[] {
  const { from, to, parts } = event;
  if (from === ZERO_ACCOUNT) {
    const units = parts.filter(({ partId }) => isUnit(partId));
    if (units.length === 0) return [];
    const made = objects("ADD", context.objectsOf(units));
    return [{ ...made, bizStep: "commissioning", disposition: "active", "blok:lot": lotsOf(units, context) }];
  }
  if (to === ZERO_ACCOUNT || context.isKeeper(from) || context.isKeeper(to)) return [];
  return [
    {
      ...objects("OBSERVE", context.objectsOf(parts)),
      sourceList: [{ type: "owning_party", source: context.ids.party(from) }],
      destinationList: [{ type: "owning_party", destination: context.ids.party(to) }],
    },
  ];
}

function lotsOf(parts: readonly PartAmount[], context: EpcisContextOfEvents): string[] {
  return [...new Set(parts.map(({ partId }) => context.ids.lot(lotOfPart(partId))))];
}

function fitting(
  event: PartEventOf<"partFitted" | "partRemoved">,
  { ids }: EpcisContextOfEvents,
  action: "ADD" | "DELETE",
  bizStep: string,
): EpcisContent {
  const { lotId, serial, quantity, vehicleId, by } = event;
  return {
    type: "AssociationEvent",
    action,
    parentID: ids.vehicle(vehicleId),
    // only pieces are fitted: their quantity has no unit
    ...(serial === 0
      ? { childQuantityList: [{ epcClass: ids.lot(lotId), quantity: Number(quantity) }] }
      : { childEPCs: [ids.unit(partIdOf(lotId, serial))] }),
    bizStep,
    "blok:by": ids.party(by),
  };
}

function handover(
  { consignmentId, parts }: PartEventOf<"consigned">,
  context: EpcisContextOfEvents,
  from: string,
  to: string,
): Omit<EpcisObjectEvent, Frame> {
  return {
    ...objects("OBSERVE", context.objectsOf(parts)),
    bizTransactionList: [{ type: "desadv", bizTransaction: context.ids.other("consignment", consignmentId) }],
    sourceList: [{ type: "possessing_party", source: context.ids.party(from) }],
    destinationList: [{ type: "possessing_party", destination: context.ids.party(to) }],
  };
}

function certificate(
  event: PartEventOf<"certified"> | PartEventOf<"certificateRevoked">,
  { ids }: EpcisContextOfEvents,
): Omit<EpcisObjectEvent, Frame> {
  return {
    ...objects("OBSERVE", { epcs: [], quantities: [{ epcClass: ids.lot(event.lotId) }] }),
    bizStep: "inspecting",
    bizTransactionList: [{ type: "cert", bizTransaction: documentUri(event.documentHash) }],
    "blok:by": ids.party(event.auditor),
  };
}

/** A recall of software alone goes through no part: its vehicles tell of it. */
function recall(
  event: PartEventOf<"recallOpened"> | PartEventOf<"recallUpdated">,
  { maker, number, lots, campaignId }: PartEventOf<"recallOpened">,
  { ids }: EpcisContextOfEvents,
): EpcisContent[] {
  if (lots.length === 0) return [];
  const listed = lots.flatMap((scope) => recalledUnits(maker, scope));
  const whole = lots.filter((scope) => recalledUnits(maker, scope).length === 0);
  const isOver = event.type === "recallUpdated" && ENDED.has(event.status);
  const lotUri = ({ lotNumber }: RecallScope): string => ids.lot((BigInt(maker) << 64n) | lotNumber);
  return [
    {
      ...objects("OBSERVE", {
        epcs: [...new Set(listed.map((partId) => ids.unit(partId)))],
        quantities: [...new Set(whole.map(lotUri))].map((epcClass) => ({ epcClass })),
      }),
      bizTransactionList: [{ bizTransaction: ids.campaign(campaignId) }],
      persistentDisposition: isOver ? { unset: ["recalled"] } : { set: ["recalled"] },
      "blok:campaignNumber": number,
      "blok:remedyStatus": event.status,
      "blok:advisory": event.advisory,
      "blok:by": ids.party(event.by),
      "blok:document": documentUri(event.evidenceHash),
      "blok:scope": lots.map((scope) => `${lotUri(scope)} ${scope.fromSerial}-${scope.toSerial}`),
    },
  ];
}

function recalledUnits(maker: string, { lotNumber, fromSerial, toSerial }: RecallScope): bigint[] {
  const count = toSerial - fromSerial + 1;
  if (toSerial === 0 || count > MAX_LISTED_SERIALS) return [];
  const lotId = (BigInt(maker) << 64n) | lotNumber;
  return Array.from({ length: count }, (_, index) => partIdOf(lotId, fromSerial + index)).filter(isUnit);
}

function vehicleRecall(
  { vehicleId, campaignId }: PartEventOf<"vehicleEnrolled"> | PartEventOf<"vehicleRemedied">,
  { ids }: EpcisContextOfEvents,
): Omit<EpcisObjectEvent, Frame> {
  return {
    ...objects("OBSERVE", { epcs: [ids.vehicle(vehicleId)], quantities: [] }),
    bizTransactionList: [{ bizTransaction: ids.campaign(campaignId) }],
  };
}

function objects(
  action: EpcisObjectEvent["action"],
  { epcs, quantities }: EpcisObjects,
): Pick<EpcisObjectEvent, "type" | "action" | "epcList" | "quantityList"> {
  return {
    type: "ObjectEvent",
    action,
    ...(epcs.length === 0 ? {} : { epcList: epcs }),
    ...(quantities.length === 0 ? {} : { quantityList: quantities }),
  };
}
