import { createSHA256 } from "hash-wasm";
import { isRecordEvent } from "./eventKind.js";
import type { LifecycleEvent } from "./events.js";
import { FirstAdmissions } from "./planBatches.js";

/** What a file says of a vehicle as a whole. */
export interface SurveyedVehicle {
  vin: string;
  /** The alias of whoever holds the title in the end. */
  holder: string;
}

/** How many events of each sort a file has. */
export interface LifecycleCounts {
  events: number;
  members: number;
  expulsions: number;
  /** With birth records, corrections, exports, imports and destructions. */
  records: number;
  corrections: number;
  erasures: number;
  transfers: number;
  /** Set and cleared. */
  locks: number;
  keys: number;
  lots: number;
  consignments: number;
  certificates: number;
  partsFitted: number;
  /** Rows of removals and releases. */
  partsRemoved: number;
  recalls: number;
  recallNotices: number;
  remedies: number;
}

export interface LifecycleSurvey {
  /** SHA-256 of the events, hex with 0x; the same however the file is formatted. */
  hash: string;
  counts: LifecycleCounts;
  vehicles: SurveyedVehicle[];
  /** See `planBatches`. */
  admissions: LifecycleEvent[];
}

/**
 * Reads all events once, before any is written.
 *
 * @example
 * const { counts } = await surveyLifecycle(events);
 */
export async function surveyLifecycle(
  events: Iterable<LifecycleEvent> | AsyncIterable<LifecycleEvent>,
): Promise<LifecycleSurvey> {
  const hasher = await createSHA256();
  const admissions = new FirstAdmissions();
  const vehicles = new Map<string, SurveyedVehicle>();
  const counts: LifecycleCounts = {
    events: 0,
    members: 0,
    expulsions: 0,
    records: 0,
    corrections: 0,
    erasures: 0,
    transfers: 0,
    locks: 0,
    keys: 0,
    lots: 0,
    consignments: 0,
    certificates: 0,
    partsFitted: 0,
    partsRemoved: 0,
    recalls: 0,
    recallNotices: 0,
    remedies: 0,
  };
  for await (const event of events) {
    hasher.update(`${JSON.stringify(event)}\n`);
    admissions.add(event);
    count(counts, event);
    if (event.type === "vehicle.registered")
      vehicles.set(event.vin, { vin: event.vin, holder: event.holder });
    const vehicle = event.type === "title.transferred" ? vehicles.get(event.vin) : undefined;
    if (vehicle && event.type === "title.transferred") vehicle.holder = event.to;
  }
  const hash = `0x${hasher.digest("hex")}`;
  return { hash, counts, vehicles: [...vehicles.values()], admissions: admissions.events };
}

function count(counts: LifecycleCounts, event: LifecycleEvent): void {
  counts.events++;
  if (isRecordEvent(event)) counts.records++;
  switch (event.type) {
    case "member.admitted":
      counts.members++;
      return;
    case "member.expelled":
      counts.expulsions++;
      return;
    case "record.corrected":
      counts.corrections++;
      return;
    case "record.erased":
      counts.erasures++;
      return;
    case "title.transferred":
      counts.transfers++;
      return;
    case "title.locked":
    case "title.unlocked":
      counts.locks++;
      return;
    case "key.bound":
      counts.keys++;
      return;
    case "lot.commissioned":
      counts.lots++;
      return;
    case "lot.transformed":
      counts.lots += event.outputs.length;
      return;
    case "parts.consigned":
      counts.consignments++;
      return;
    case "certificate.issued":
      counts.certificates++;
      return;
    case "part.fitted":
      counts.partsFitted++;
      return;
    case "part.removed":
      counts.partsRemoved++;
      return;
    case "parts.released":
      counts.partsRemoved += event.parts.length;
      return;
    case "recall.opened":
      counts.recalls++;
      return;
    case "recall.notified":
      counts.recallNotices++;
      return;
    case "recall.remedied":
      counts.remedies++;
  }
}
