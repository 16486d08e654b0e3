import { lotOfPart, partIdOf } from "../parts/partId.js";
import type { LotInput, PartEvent, PartEventOf, RecallScope } from "../parts/types.js";
import { isUnit } from "./epcisIds.js";

/** Whose events to select: a lot's with all its units, one unit's with what was said of its lot, or a vehicle's. */
export type PartSubject = { lotId: bigint } | { partId: bigint } | { vehicleId: bigint };

/** The most serials of a recalled range that are looked at one by one. */
export const MAX_LISTED_SERIALS = 1000;

/**
 * The events that tell the life of a lot, a unit or a vehicle, in their order: also those that refer to one that names it,
 * such as the acceptance of its consignment. Events stay whole, so that each has the same EPCIS id in every selection.
 *
 * @example
 * const document = exportEpcis(selectPartEvents(events, { partId }), { deployment, lots: statedLots(events) });
 */
export function selectPartEvents(events: readonly PartEvent[], subject: PartSubject): PartEvent[] {
  const consignments = idsOf(events, "consigned", subject, ({ consignmentId }) => consignmentId);
  const campaigns = idsOf(events, "recallOpened", subject, ({ campaignId }) => campaignId);
  const transformations = new Set([
    ...idsOf(events, "lotsConsumed", subject, ({ inputsHash }) => inputsHash),
    ...idsOf(events, "lotCommissioned", subject, ({ inputsHash }) => inputsHash),
  ]);
  return events.filter((event) => {
    switch (event.type) {
      case "accepted":
      case "rejected":
      case "returned":
        return consignments.has(event.consignmentId);
      case "recallUpdated":
        return campaigns.has(event.campaignId);
      case "lotsConsumed":
        return transformations.has(event.inputsHash);
      case "lotCommissioned":
        return isNamed(event, subject) || (!isSource(event) && transformations.has(event.inputsHash));
      default:
        return isNamed(event, subject);
    }
  });
}

/**
 * What was stated of each lot, to give to `exportEpcis` beside a selection: a lot may be made of others whose own making is
 * not in it.
 */
export function statedLots(events: Iterable<PartEvent>): Map<bigint, LotInput> {
  const lots = new Map<bigint, LotInput>();
  for (const event of events) if (event.type === "lotCommissioned") lots.set(event.lotId, event.lot);
  return lots;
}

/** Whether a lot was made from nothing known. */
export function isSource({ inputsHash }: { inputsHash: string }): boolean {
  return /^0x0*$/.test(inputsHash);
}

function isNamed(event: PartEvent, subject: PartSubject): boolean {
  if ("vehicleId" in subject) return "vehicleId" in event && event.vehicleId === subject.vehicleId;
  const lotId = "lotId" in subject ? subject.lotId : lotOfPart(subject.partId);
  const isPart = (partId: bigint): boolean =>
    "partId" in subject ? partId === subject.partId : lotOfPart(partId) === lotId;
  switch (event.type) {
    case "transferred":
    case "consigned":
      return event.parts.some(({ partId }) => isPart(partId));
    case "lotsConsumed":
      return event.inputs.some(({ partId }) => isPart(partId));
    case "partFitted":
    case "partRemoved":
      return isPart(partIdOf(event.lotId, event.serial));
    case "recallOpened":
      return event.lots.some(
        (scope) =>
          ((BigInt(event.maker) << 64n) | scope.lotNumber) === lotId &&
          ("lotId" in subject || covers(scope, subject.partId)),
      );
    default:
      if ("partId" in event) return isPart(event.partId);
      return "lotId" in event && event.lotId === lotId;
  }
}

function covers({ fromSerial, toSerial }: RecallScope, partId: bigint): boolean {
  const serial = Number(partId & 0xffff_ffffn);
  return !isUnit(partId) || toSerial === 0 || (serial >= fromSerial && serial <= toSerial);
}

function idsOf<Type extends PartEvent["type"], Id>(
  events: readonly PartEvent[],
  type: Type,
  subject: PartSubject,
  idOf: (event: PartEventOf<Type>) => Id,
): Set<Id> {
  const found = events.filter(
    (event): event is PartEventOf<Type> & PartEvent => event.type === type && isNamed(event, subject),
  );
  return new Set(found.map(idOf));
}
