import type { KeyBound, LifecycleEvent } from "./events.js";
import type { CertificateIssued, PartLine, PartsConsigned, RecallOpened } from "./partEvents.js";

/** What a batch does with events about parts. */
const PART_OPERATIONS = {
  "lot.commissioned": "commission",
  "lot.transformed": "transform",
  "units.serialised": "serialise",
  "parts.consigned": "consign",
  "parts.accepted": "accept",
  "parts.rejected": "reject",
  "parts.returned": "return",
  "certificate.issued": "certify",
  "certificate.revoked": "revokeCertificate",
  "workOrder.given": "giveWorkOrder",
  "part.fitted": "fit",
  "part.removed": "remove",
  "parts.released": "release",
  "parts.decommissioned": "decommission",
  "part.serviceChanged": "changeService",
  "recall.opened": "openRecall",
  "recall.updated": "updateRecall",
  "recall.notified": "notify",
  "recall.remedied": "remedy",
} as const satisfies Record<PartLine["type"], string>;
type PartOperation = (typeof PART_OPERATIONS)[PartLine["type"]];

/** What a batch does with its events. Those that can be many in one transaction come first. */
export type BatchOperation =
  | "admit"
  | "register"
  | "appendRecords"
  | "expel"
  | "reportAsHolder"
  | "appendSignedRecord"
  | "appendCorrection"
  | "erase"
  | "transfer"
  | "lock"
  | "changeStatus"
  | "destroy"
  | "bindKey"
  | PartOperation;

/** An event with what the lines before it say about its vehicle. */
export interface PlannedEvent {
  event: LifecycleEvent;
  /** Who holds the title when the event happens. */
  holder?: string;
  /** The line that bound the vehicle's newest key. */
  key?: KeyBound;
  /** The earlier line that the event names: what it receives, revokes, or acts upon. */
  origin?: OriginLine;
}

/** A line that later ones refer to by its id. */
export type OriginLine = PartsConsigned | CertificateIssued | RecallOpened;

/** Events that are written together; more than one only where one transaction can hold them. */
export interface Batch {
  operation: BatchOperation;
  items: PlannedEvent[];
}

/** The most events that one transaction takes, by operation; 1 for all others. */
export const BATCH_LIMITS: BatchLimits = {
  admit: 100,
  register: 100,
  appendRecords: 500,
  notify: 50,
};

/** Limits that keep events apart, for chains whose clock follows them. Admissions are written first in any case. */
export const ONE_BY_ONE: BatchLimits = { admit: 100 };

export type BatchLimits = Partial<Record<BatchOperation, number>>;

/** How many events are planned at a time. */
export const PLAN_WINDOW = 5_000;

interface VehicleTrace {
  holder: string;
  key?: KeyBound;
  /** The number of the vehicle's last batch. */
  batch: number;
}

/**
 * Plans in which transactions events are written. What belongs to one vehicle keeps its order; what belongs to several
 * may change places, so that a file sorted by time, where every line is another workshop's, still makes full batches.
 * The plan depends on the events alone: planned again, it is the same.
 *
 * Admissions are written first: each has to wait, and so they wait together. An admission after an expulsion keeps its
 * place.
 *
 * @param admissions The first admissions of every member, from a first reading of the file.
 * @param events All events, these included.
 * @param limits The most events of one batch, by operation.
 * @example
 * for await (const batch of planBatches([], events)) console.log(batch.operation, batch.items.length);
 */
export async function* planBatches(
  admissions: readonly LifecycleEvent[],
  events: Iterable<LifecycleEvent> | AsyncIterable<LifecycleEvent>,
  limits: BatchLimits = BATCH_LIMITS,
): AsyncGenerator<Batch> {
  const vehicles = new Map<string, VehicleTrace>();
  const origins = new Map<string, OriginLine>();
  const begin = () => new Plan(vehicles, origins, limits);
  const hoisted = new Set(admissions.map((event) => event.id));
  yield* chunks(admissions);

  let plan = begin();
  for await (const event of events) {
    if (hoisted.has(event.id)) continue;
    plan.add(event);
    if (plan.size >= PLAN_WINDOW) {
      yield* plan.batches;
      plan = begin();
    }
  }
  yield* plan.batches;
}

/** The admissions that can be written before everything else: those of members that were not expelled before. */
export class FirstAdmissions {
  readonly events: LifecycleEvent[] = [];
  readonly #expelled = new Set<string>();

  add(event: LifecycleEvent): void {
    if (event.type === "member.expelled") this.#expelled.add(event.member);
    if (event.type === "member.admitted" && !this.#expelled.has(event.member)) this.events.push(event);
  }
}

function* chunks(admissions: readonly LifecycleEvent[]): Generator<Batch> {
  const limit = BATCH_LIMITS.admit ?? 1;
  for (let start = 0; start < admissions.length; start += limit) {
    yield { operation: "admit", items: admissions.slice(start, start + limit).map((event) => ({ event })) };
  }
}

/** The batches of one window. Batches of earlier windows are all before them. */
class Plan {
  readonly batches: Batch[] = [];
  size = 0;
  readonly #vehicles: Map<string, VehicleTrace>;
  readonly #origins: Map<string, OriginLine>;
  readonly #limits: BatchLimits;
  /** The last batch about parts: what happens to them keeps its order, whichever lots and vehicles it is about. */
  #lastOfParts = 0;
  readonly #inThisPlan = new Set<string>();
  /** The newest batch with room, by operation and who sends it. */
  readonly #open = new Map<string, number>();
  /** The batch before which a member's events must not come: its admission or expulsion. */
  readonly #memberSince = new Map<string, number>();

  constructor(vehicles: Map<string, VehicleTrace>, origins: Map<string, OriginLine>, limits: BatchLimits) {
    this.#vehicles = vehicles;
    this.#origins = origins;
    this.#limits = limits;
  }

  add(event: LifecycleEvent): void {
    this.size++;
    const operation = operationOf(event);
    const trace = "vin" in event ? this.#trace(event) : undefined;
    const member = memberOf(event);
    const isOfParts = isPartLine(event);
    const earliest = Math.max(
      trace?.batch ?? 0,
      this.#memberSince.get(member ?? "") ?? 0,
      isOfParts ? this.#lastOfParts : 0,
    );
    const origin = this.#origins.get(originOf(event) ?? "");
    const item: PlannedEvent = { event, holder: trace?.holder, key: trace?.key, ...(origin && { origin }) };
    const batch = this.#place(operation, groupOf(operation, event), earliest, item);

    if (isOfParts) this.#lastOfParts = batch;
    if (isOrigin(event)) this.#origins.set(event.id, event);
    if (operation === "admit" || operation === "expel") this.#memberSince.set(member ?? "", batch);
    if (!trace) return;
    trace.batch = batch;
    if (event.type === "title.transferred") trace.holder = event.to;
    if (event.type === "key.bound") trace.key = event;
  }

  #trace(event: Extract<LifecycleEvent, { vin: string }>): VehicleTrace {
    let trace = this.#vehicles.get(event.vin);
    if (!trace) {
      trace = { holder: event.type === "vehicle.registered" ? event.holder : "", batch: 0 };
      this.#vehicles.set(event.vin, trace);
    }
    // Numbers of batches count within a window.
    if (!this.#inThisPlan.has(event.vin)) trace.batch = 0;
    this.#inThisPlan.add(event.vin);
    return trace;
  }

  #place(operation: BatchOperation, group: string, earliest: number, item: PlannedEvent): number {
    const limit = this.#limits[operation] ?? 1;
    const number = this.#open.get(group);
    const open = number === undefined ? undefined : this.batches[number];
    if (number !== undefined && open && number >= earliest && open.items.length < limit) {
      open.items.push(item);
      return number;
    }
    this.batches.push({ operation, items: [item] });
    const added = this.batches.length - 1;
    if (limit > 1) this.#open.set(group, added);
    return added;
  }
}

function isPartLine(event: LifecycleEvent): event is PartLine {
  return Object.hasOwn(PART_OPERATIONS, event.type);
}

function isOrigin(event: LifecycleEvent): event is OriginLine {
  return (
    event.type === "parts.consigned" || event.type === "certificate.issued" || event.type === "recall.opened"
  );
}

/** The id of the line that an event names. */
function originOf(event: LifecycleEvent): string | undefined {
  if ("consignment" in event) return event.consignment;
  if ("certificate" in event) return event.certificate;
  return "recall" in event ? event.recall : undefined;
}

function operationOf(event: LifecycleEvent): BatchOperation {
  if (isPartLine(event)) return PART_OPERATIONS[event.type];
  switch (event.type) {
    case "member.admitted":
      return "admit";
    case "member.expelled":
      return "expel";
    case "vehicle.registered":
      return "register";
    case "record.appended":
      if (event.author === "holder") return "reportAsHolder";
      return event.author === "vehicle" ? "appendSignedRecord" : "appendRecords";
    case "record.corrected":
      return "appendCorrection";
    case "record.erased":
      return "erase";
    case "title.transferred":
      return "transfer";
    case "title.locked":
    case "title.unlocked":
      return "lock";
    case "vehicle.exported":
    case "vehicle.imported":
      return "changeStatus";
    case "vehicle.destroyed":
      return "destroy";
    case "key.bound":
      return "bindKey";
  }
}

/** Whose membership an event depends on. */
function memberOf(event: LifecycleEvent): string | undefined {
  if ("member" in event) return event.member;
  return "author" in event ? event.author : undefined;
}

function groupOf(operation: BatchOperation, event: LifecycleEvent): string {
  const role = "class" in event ? event.class : "";
  if (operation === "admit") return operation;
  return [operation, memberOf(event) ?? "", role ?? "", originOf(event) ?? ""].join("/");
}
