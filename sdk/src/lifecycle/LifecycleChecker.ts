import { LOCKS } from "../consortium/authority.js";
import type { DocumentKindName } from "../documents/schemas/index.js";
import { actingMember } from "./actingMember.js";
import { eventKind, isRecordEvent, kindNumber } from "./eventKind.js";
import { eventTime } from "./eventTime.js";
import type { LifecycleEvent, RecordAppended, RecordCorrected, RecordEvent } from "./events.js";
import { MemberRules } from "./MemberRules.js";
import { hasPartDocument, PART_EVENT_DOCUMENTS } from "./partDocumentOf.js";
import type { PartRecordEvent } from "./partEvents.js";
import { PartRules, type LinePlace } from "./PartRules.js";
import { lotKey, PartStock } from "./PartStock.js";
import { RecallRules } from "./RecallRules.js";
import { checkRecord } from "./recordRules.js";
import { partDocumentProblems, type FieldProblem, type Report } from "./schemaProblems.js";
import { VehicleRules, type VehicleState } from "./VehicleRules.js";

/** What the rules have to remember of a line that other lines may refer to. */
interface RecordLine {
  vin: string;
  kind: DocumentKindName;
  author: string;
}

/** An event of a vehicle that is registered already. */
type LaterEvent = Exclude<Extract<LifecycleEvent, { vin: string }>, { type: "vehicle.registered" }>;

/** An event of parts that are on no vehicle, or of a campaign as a whole. */
type StockEvent = Exclude<LifecycleEvent, { vin: string } | { type: "member.admitted" | "member.expelled" }>;

/**
 * The rules that hold between lines: ids, order, who is a member of what, what state a vehicle is in. It looks at one
 * line after the other and keeps of each only what later lines can refer to.
 */
export class LifecycleChecker {
  readonly #now: number;
  /** Every id; with what a correction or erasure has to know where the line holds a document. */
  readonly #ids = new Map<string, { line: number; record?: RecordLine }>();
  /** VINs, aliases and ids of lines that could not be taken in. */
  readonly #skipped = new Set<string>();
  readonly #members: MemberRules;
  readonly #vehicles: VehicleRules;
  readonly #parts: PartRules;
  readonly #recalls: RecallRules;
  #problems: FieldProblem[] = [];

  /** @param now Unix seconds; nothing may happen later. */
  constructor(now: number) {
    this.#now = now;
    this.#members = new MemberRules(this.#report, this.#skipped);
    this.#vehicles = new VehicleRules(this.#report, this.#skipped);
    const stock = new PartStock();
    this.#parts = new PartRules(stock, this.#report, this.#skipped);
    this.#recalls = new RecallRules(stock, this.#report, this.#skipped);
  }

  get vehicleCount(): number {
    return this.#vehicles.count;
  }

  /**
   * Takes note of a line whose own fields are wrong, so that lines that refer to it are not called wrong as well.
   *
   * @param value What the line holds.
   */
  skip(value: Record<string, unknown>): void {
    for (const name of [value.vin, value.member, value.id]) {
      if (typeof name === "string") this.#skipped.add(name);
    }
    const lots: unknown[] = Array.isArray(value.outputs) ? value.outputs : [value];
    for (const fields of lots) {
      const number = (fields as { lot?: unknown } | null)?.lot;
      if (typeof number === "number") this.#skipped.add(lotKey(String(value.member), number));
    }
  }

  /** Takes a line whose own fields are right. Returns what is wrong with it in the light of the lines before it. */
  check(event: LifecycleEvent, line: number): FieldProblem[] {
    this.#problems = [];
    const time = this.#checkTime(event);
    const earlier = this.#ids.get(event.id);
    if (earlier) {
      const message = `line ${earlier.line} has this id already`;
      this.#report("ID_DUPLICATE", "/id", message, "give every line an id of its own");
    }
    const record = this.#apply(event, line, time);
    if (!earlier) this.#ids.set(event.id, { line, record });
    return this.#problems;
  }

  readonly #report: Report = (code, field, message, fix) => {
    this.#problems.push({ code, field, message, fix });
  };

  #checkTime(event: LifecycleEvent): number {
    const time = eventTime(event.at);
    if (time === undefined) {
      const fix = "give a date or a date-time since 1970";
      this.#report("TIME_INVALID", "/at", `there is no such time as ${event.at}`, fix);
      return 0;
    }
    if (time > this.#now) {
      this.#report("TIME_FUTURE", "/at", "the time lies in the future", "state only what has happened");
    }
    return time;
  }

  #apply(event: LifecycleEvent, line: number, time: number): RecordLine | undefined {
    switch (event.type) {
      case "member.admitted":
        this.#members.admit(event, time);
        return undefined;
      case "member.expelled":
        this.#members.expel(event, time);
        return undefined;
      case "vehicle.registered":
        this.#members.require(event.member, event.class, time, "/member");
        this.#vehicles.register(event, line, time);
        break;
      default:
        if ("vin" in event) {
          this.#applyLater(event, this.#vehicles.require(event.vin, line, time), { line, time });
        } else {
          this.#applyToStock(event, { line, time });
        }
    }
    return isRecordEvent(event) ? this.#takeRecord(event, time) : undefined;
  }

  #applyToStock(event: StockEvent, place: LinePlace): void {
    const acting = actingMember(event);
    if (acting) this.#members.require(acting.member, acting.class, place.time, "/member");
    if (hasPartDocument(event)) {
      const type = PART_EVENT_DOCUMENTS[event.type];
      this.#problems.push(...partDocumentProblems(type, event.document));
    }
    switch (event.type) {
      case "lot.commissioned":
        return this.#parts.commission(event, place);
      case "lot.transformed":
        return this.#parts.transform(event, place);
      case "units.serialised":
        return this.#parts.serialise(event, place);
      case "parts.consigned":
        return this.#parts.consign(event, place);
      case "parts.accepted":
      case "parts.rejected":
      case "parts.returned":
        return this.#parts.receive(event, place);
      case "certificate.issued":
        return this.#parts.certify(event, place);
      case "certificate.revoked":
        return this.#parts.revoke(event, place);
      case "parts.decommissioned":
        return this.#parts.decommission(event, place);
      case "part.serviceChanged":
        return this.#parts.changeService(event, place);
      case "recall.opened":
        return this.#recalls.open(event);
      case "recall.updated":
        return this.#recalls.update(event);
    }
  }

  #applyLater(event: LaterEvent, state: VehicleState | undefined, place: LinePlace): void {
    const { time } = place;
    switch (event.type) {
      case "record.appended":
        this.#checkAuthor(event, time);
        if (event.author === "vehicle" && state) this.#vehicles.sign(state, time);
        return;
      case "record.corrected":
        this.#members.require(event.author, event.class, time, "/author");
        this.#checkCorrection(event);
        return;
      case "record.erased":
        this.#findRecord(event.record, event.vin, "/record");
        return;
      case "title.transferred":
        if (state) this.#vehicles.transfer(event, state);
        return;
      case "title.locked":
      case "title.unlocked":
        this.#members.require(event.member, LOCKS[event.lock].controller, time, "/member");
        if (state) this.#vehicles.changeLock(event, state);
        return;
      case "vehicle.exported":
      case "vehicle.imported":
        this.#members.require(event.member, "registrar", time, "/member");
        if (state) this.#vehicles.move(event, state);
        return;
      case "vehicle.destroyed":
        this.#members.require(event.member, "recycler", time, "/member");
        if (state) this.#vehicles.destroy(event, state);
        return;
      case "key.bound":
        this.#members.require(event.member, event.class, time, "/member");
        if (state) this.#vehicles.bindKey(event, state);
        return;
      case "workOrder.given":
        this.#parts.giveOrder(event, state);
        return;
      default: {
        const acting = actingMember(event);
        if (acting) this.#members.require(acting.member, acting.class, time, "/member");
        this.#applyPart(event, state, place);
      }
    }
  }

  #applyPart(event: PartRecordEvent, state: VehicleState | undefined, place: LinePlace): void {
    switch (event.type) {
      case "part.fitted":
        return this.#parts.fit(event, state, place);
      case "part.removed":
        return this.#parts.remove(event, state, place);
      case "parts.released":
        return this.#parts.release(event, state, place);
      case "recall.notified":
        return this.#recalls.notify(event);
      case "recall.remedied":
        return this.#recalls.remedy(event);
    }
  }

  #checkAuthor(event: RecordAppended, time: number): void {
    if (event.author === "holder" || event.author === "vehicle") {
      if (event.class === undefined) return;
      this.#report("FIELD_UNKNOWN", "/class", `the ${event.author} acts in no class`, "remove it");
    } else if (event.class === undefined) {
      this.#report("FIELD_MISSING", "/class", "a member acts in a class", "add it");
    } else {
      this.#members.require(event.author, event.class, time, "/author");
    }
  }

  #checkCorrection(event: RecordCorrected): void {
    const target = this.#findRecord(event.corrects, event.vin, "/corrects");
    if (!target || target.author === event.author || event.class === "registrar") return;
    const fix = "its author corrects it, or a registrar does";
    this.#report("CORRECTION_FOREIGN", "/author", `${target.author} wrote that record`, fix);
  }

  #findRecord(id: string, vin: string, field: string): RecordLine | undefined {
    const record = this.#ids.get(id)?.record;
    if (record?.vin === vin) return record;
    if (!this.#skipped.has(id)) {
      const message = `no earlier line ${id} holds a record of ${vin}`;
      this.#report("REFERENCE_UNKNOWN", field, message, "name the id of such a line");
    }
    return undefined;
  }

  #takeRecord(event: RecordEvent, time: number): RecordLine | undefined {
    const corrected =
      event.type === "record.corrected" ? this.#ids.get(event.corrects)?.record?.kind : undefined;
    // Of which kind a correction of nothing is cannot be said.
    if (event.type === "record.corrected" && corrected === undefined) return undefined;
    const kind = eventKind(event, corrected);
    this.#problems.push(...checkRecord(event, kind, this.#report));
    this.#vehicles.follow(event, kindNumber(kind), time);
    return { vin: event.vin, kind, author: "author" in event ? event.author : event.member };
  }
}
