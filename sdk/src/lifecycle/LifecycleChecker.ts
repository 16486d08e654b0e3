import { KIND_WRITERS, LOCKS } from "../consortium/authority.js";
import type { MemberClass, RoleName } from "../consortium/roles.js";
import { RECORD_KINDS } from "../documents/kinds.js";
import type { DocumentKindName } from "../documents/schemas/index.js";
import { applyRecord, EMPTY_RECORD_STATE } from "../history/applyRecord.js";
import type { RecordState } from "../history/types.js";
import { validateVin } from "../vin/validateVin.js";
import { VinError } from "../vin/VinError.js";
import { eventKind, isRecordEvent, kindNumber } from "./eventKind.js";
import { eventTime } from "./eventTime.js";
import type {
  KeyBound,
  LifecycleEvent,
  RecordAppended,
  RecordCorrected,
  RecordEvent,
  TitleLockChanged,
} from "./events.js";
import type { LifecycleProblemCode } from "./LifecycleError.js";
import { documentProblems, type FieldProblem } from "./schemaProblems.js";

/** What the rules have to remember of a vehicle. */
interface VehicleState {
  lastAt: number;
  lastLine: number;
  holder: string;
  issuer: string;
  status: "active" | "exported" | "destroyed";
  locks: Map<string, number>;
  hasKey: boolean;
  /** The last time that the vehicle's key signed, Unix seconds. */
  lastSignedAt: number;
  /** What the contract will make of the records so far. */
  records: RecordState;
}

/** What the rules have to remember of a line that other lines may refer to. */
interface RecordLine {
  vin: string;
  kind: DocumentKindName;
  author: string;
}

interface MemberState {
  classes: Set<MemberClass>;
  admittedAt: number;
}

/**
 * The rules that hold between lines: ids, order, who is a member of what, what state a vehicle is in. It looks at one
 * line after the other and keeps of each only what later lines can refer to.
 */
export class LifecycleChecker {
  readonly #now: number;
  readonly #vehicles = new Map<string, VehicleState>();
  readonly #members = new Map<string, MemberState>();
  /** Every id; with what a correction or erasure has to know where the line holds a document. */
  readonly #ids = new Map<string, { line: number; record?: RecordLine }>();
  /** VINs, aliases and ids of lines that could not be taken in. */
  readonly #skipped = new Set<string>();
  #problems: FieldProblem[] = [];

  /** @param now Unix seconds; nothing may happen later. */
  constructor(now: number) {
    this.#now = now;
  }

  /**
   * Takes note of a line whose own fields are wrong, so that lines that refer to it are not called wrong as well.
   *
   * @param value What the line holds.
   */
  skip(value: Record<string, unknown>): void {
    for (const name of [value.vin, value.member, value.id])
      if (typeof name === "string") this.#skipped.add(name);
  }

  get vehicleCount(): number {
    return this.#vehicles.size;
  }

  /** Takes a line whose own fields are right. Returns what is wrong with it in the light of the lines before it. */
  check(event: LifecycleEvent, line: number): FieldProblem[] {
    this.#problems = [];
    const time = this.#checkTime(event);
    const earlier = this.#ids.get(event.id);
    if (earlier) {
      this.#report(
        "ID_DUPLICATE",
        "/id",
        `line ${earlier.line} has this id already`,
        "give every line an id of its own",
      );
    }
    const record = this.#apply(event, line, time);
    if (!earlier) this.#ids.set(event.id, { line, record });
    return this.#problems;
  }

  #apply(event: LifecycleEvent, line: number, time: number): RecordLine | undefined {
    switch (event.type) {
      case "member.admitted":
        this.#admit(event.member, event.class, time);
        return undefined;
      case "member.expelled":
        this.#requireMember(event.member, undefined, time, "/member");
        this.#members.delete(event.member);
        return undefined;
      case "vehicle.registered":
        this.#requireMember(event.member, event.class, time, "/member");
        this.#register(event, line, time);
        break;
      default: {
        const state = this.#requireVehicle(event.vin, line, time);
        this.#applyToVehicle(event, state, time);
      }
    }
    return isRecordEvent(event) ? this.#checkRecord(event, time) : undefined;
  }

  #applyToVehicle(
    event: Exclude<LifecycleEvent, { type: "member.admitted" | "member.expelled" | "vehicle.registered" }>,
    state: VehicleState | undefined,
    time: number,
  ): void {
    switch (event.type) {
      case "record.appended":
        this.#checkAuthor(event, state, time);
        return;
      case "record.corrected":
        this.#requireMember(event.author, event.class, time, "/author");
        this.#checkCorrection(event);
        return;
      case "record.erased": {
        const target = this.#ids.get(event.record)?.record;
        if (target?.vin !== event.vin) this.#unknownReference("/record", event.record, event.vin);
        return;
      }
      case "title.transferred":
        if (!state) return;
        this.#requireAlive(state);
        this.#requireUnlocked(state);
        state.holder = event.to;
        return;
      case "title.locked":
      case "title.unlocked":
        this.#requireMember(event.member, LOCKS[event.lock].controller, time, "/member");
        if (state) this.#changeLock(event, state);
        return;
      case "vehicle.exported":
      case "vehicle.imported": {
        this.#requireMember(event.member, "registrar", time, "/member");
        if (!state) return;
        this.#requireAlive(state);
        const [from, to] =
          event.type === "vehicle.exported"
            ? (["active", "exported"] as const)
            : (["exported", "active"] as const);
        if (state.status !== "destroyed" && state.status !== from) {
          this.#report(
            "VEHICLE_STATUS",
            "/type",
            `the vehicle is ${state.status}`,
            `it has to be ${from} before this`,
          );
        }
        if (state.status !== "destroyed") state.status = to;
        return;
      }
      case "vehicle.destroyed":
        this.#requireMember(event.member, "recycler", time, "/member");
        if (!state) return;
        this.#requireAlive(state);
        this.#requireUnlocked(state);
        state.status = "destroyed";
        return;
      case "key.bound":
        this.#requireMember(event.member, event.class, time, "/member");
        if (state) this.#bindKey(event, state, time);
    }
  }

  #checkTime(event: LifecycleEvent): number {
    const time = eventTime(event.at);
    if (time === undefined) {
      this.#report(
        "TIME_INVALID",
        "/at",
        `there is no such time as ${event.at}`,
        "give a date or a date-time since 1970",
      );
      return 0;
    }
    if (time > this.#now) {
      this.#report("TIME_FUTURE", "/at", "the time lies in the future", "state only what has happened");
    }
    return time;
  }

  #admit(member: string, memberClass: MemberClass, time: number): void {
    const known = this.#members.get(member);
    if (known?.classes.has(memberClass)) {
      this.#report("MEMBER_DUPLICATE", "/member", `${member} is a ${memberClass} already`, "remove the line");
    }
    if (known) known.classes.add(memberClass);
    else this.#members.set(member, { classes: new Set([memberClass]), admittedAt: time });
  }

  #requireMember(member: string, memberClass: RoleName | undefined, time: number, field: string): void {
    const known = this.#members.get(member);
    if (!known) {
      if (this.#skipped.has(member)) return;
      this.#report(
        "MEMBER_UNKNOWN",
        field,
        `${member} is no member here`,
        "admit it in an earlier line, or check the alias",
      );
      return;
    }
    if (memberClass !== undefined && !known.classes.has(memberClass as MemberClass)) {
      const classes = [...known.classes].join(", ");
      this.#report(
        "MEMBER_CLASS",
        field,
        `${member} is no ${memberClass} but ${classes}`,
        `name a ${memberClass}`,
      );
    }
    if (time !== 0 && time < known.admittedAt) {
      this.#report(
        "OUT_OF_ORDER",
        "/at",
        `${member} was admitted after this`,
        "correct the time, or the admission's",
      );
    }
  }

  #register(
    event: Extract<LifecycleEvent, { type: "vehicle.registered" }>,
    line: number,
    time: number,
  ): void {
    try {
      validateVin(event.vin, { market: event.market });
    } catch (error) {
      if (!(error instanceof VinError)) throw error;
      const where = error.where === undefined ? "" : ` (${error.where})`;
      this.#report("VIN_INVALID", "/vin", `${error.problem}${where}`, error.fix ?? "correct the VIN");
    }
    if (this.#vehicles.has(event.vin)) {
      this.#report(
        "VEHICLE_DUPLICATE",
        "/vin",
        "the vehicle is registered already",
        "a VIN has one title, for ever",
      );
      return;
    }
    for (const [field, value] of [
      ["vin", event.vin],
      ["market", event.market],
    ] as const) {
      if (event.document[field] !== undefined && event.document[field] !== value) {
        const message = `the document's ${field} is not that of the line`;
        this.#report("DOCUMENT_INVALID", `/document/${field}`, message, `use ${value} in both`);
      }
    }
    this.#vehicles.set(event.vin, {
      lastAt: time,
      lastLine: line,
      holder: event.holder,
      issuer: event.member,
      status: "active",
      locks: new Map(),
      hasKey: false,
      lastSignedAt: 0,
      records: EMPTY_RECORD_STATE,
    });
  }

  #requireVehicle(vin: string, line: number, time: number): VehicleState | undefined {
    const state = this.#vehicles.get(vin);
    if (!state) {
      if (this.#skipped.has(vin)) return undefined;
      let message = "no earlier line registers this vehicle";
      try {
        validateVin(vin);
      } catch (error) {
        if (!(error instanceof VinError)) throw error;
        message = `${message}, and ${error.problem}`;
      }
      this.#report("VEHICLE_UNKNOWN", "/vin", message, "register it first, or correct the VIN");
      return undefined;
    }
    if (time !== 0 && time < state.lastAt) {
      const message = `line ${state.lastLine} of the same vehicle is later than this`;
      this.#report("OUT_OF_ORDER", "/at", message, "sort the lines of a vehicle by time");
    } else {
      state.lastAt = time;
      state.lastLine = line;
    }
    return state;
  }

  #requireAlive(state: VehicleState): void {
    if (state.status === "destroyed") {
      this.#report("VEHICLE_DESTROYED", "/vin", "the vehicle is destroyed", "its title never changes again");
    }
  }

  #requireUnlocked(state: VehicleState): void {
    const [lock] = state.locks;
    if (lock) {
      this.#report(
        "LOCK_STATE",
        "/type",
        `the ${lock[0]} lock stops this`,
        "clear the lock in an earlier line",
      );
    }
  }

  #changeLock(event: TitleLockChanged, state: VehicleState): void {
    this.#requireAlive(state);
    const isSet = state.locks.has(event.lock);
    if (isSet === (event.type === "title.locked")) {
      const message = `the ${event.lock} lock is ${isSet ? "set" : "clear"} already`;
      this.#report("LOCK_STATE", "/lock", message, "remove the line");
    }
    if (event.type === "title.locked") state.locks.set(event.lock, 1);
    else state.locks.delete(event.lock);
  }

  #bindKey(event: KeyBound, state: VehicleState, time: number): void {
    this.#requireAlive(state);
    if (event.class === "manufacturer" && event.member !== state.issuer) {
      const message = `${state.issuer} issued this vehicle`;
      this.#report(
        "MEMBER_CLASS",
        "/member",
        message,
        "a manufacturer binds keys to its own vehicles; others ask a registrar",
      );
    }
    state.hasKey = true;
    state.lastSignedAt = 0;
  }

  #checkAuthor(event: RecordAppended, state: VehicleState | undefined, time: number): void {
    const isMember = event.author !== "holder" && event.author !== "vehicle";
    if (!isMember && event.class !== undefined) {
      this.#report("FIELD_UNKNOWN", "/class", `the ${event.author} acts in no class`, "remove it");
    }
    if (isMember && event.class === undefined) {
      this.#report("FIELD_MISSING", "/class", "a member acts in a class", "add it");
    } else if (isMember) {
      this.#requireMember(event.author, event.class, time, "/author");
    }
    if (event.author === "vehicle" && state) {
      if (!state.hasKey) {
        this.#report(
          "KEY_MISSING",
          "/author",
          "the vehicle has no key to sign with",
          "bind one in an earlier line",
        );
      } else if (time !== 0 && time <= state.lastSignedAt) {
        const message = "the vehicle's key has signed a record of this time already";
        this.#report("OUT_OF_ORDER", "/at", message, "give records of one key times that rise");
      }
      state.lastSignedAt = Math.max(time, state.lastSignedAt);
    }
  }

  #checkCorrection(event: RecordCorrected): void {
    const target = this.#ids.get(event.corrects)?.record;
    if (target?.vin !== event.vin) {
      this.#unknownReference("/corrects", event.corrects, event.vin);
    } else if (target.author !== event.author && event.class !== "registrar") {
      const message = `${target.author} wrote that record`;
      this.#report("CORRECTION_FOREIGN", "/author", message, "its author corrects it, or a registrar does");
    }
  }

  #unknownReference(field: string, id: string, vin: string): void {
    if (this.#skipped.has(id)) return;
    this.#report(
      "REFERENCE_UNKNOWN",
      field,
      `no earlier line ${id} holds a record of ${vin}`,
      "name the id of such a line",
    );
  }

  /** The rules of records: who writes what, and that the document is one of its kind. */
  #checkRecord(event: RecordEvent, time: number): RecordLine | undefined {
    let corrected: DocumentKindName | undefined;
    if (event.type === "record.corrected") {
      corrected = this.#ids.get(event.corrects)?.record?.kind;
      if (corrected === undefined) return undefined;
    }
    const kind = eventKind(event, corrected);
    const author = "author" in event ? event.author : event.member;
    const role = this.#roleOf(event);
    if (role !== undefined && !(KIND_WRITERS[kindNumber(kind)] ?? []).includes(role)) {
      const writers = (KIND_WRITERS[kindNumber(kind)] ?? [])
        .filter((name) => name !== "recordController")
        .join(", ");
      const field = event.type === "record.appended" && event.class === undefined ? "/author" : "/class";
      this.#report(
        "WRITER_NOT_ALLOWED",
        field,
        `${role} may not write records of kind ${kind}`,
        `it takes one of ${writers}`,
      );
    }
    this.#problems.push(...documentProblems(kind, event.document));

    const brandCode = "brandCode" in event ? event.brandCode : undefined;
    if (kind === "brand" && brandCode === undefined) {
      this.#report(
        "BRAND_CODE",
        "/brandCode",
        "a brand record needs a brand code",
        "give the ANSI D20 code of its document",
      );
    } else if (kind === "brand" && brandCode !== event.document.brandCode) {
      this.#report(
        "BRAND_CODE",
        "/brandCode",
        "the document names another brand",
        "use the same code in both",
      );
    } else if (kind !== "brand" && brandCode !== undefined) {
      this.#report("BRAND_CODE", "/brandCode", `a record of kind ${kind} has no brand code`, "remove it");
    }
    if ((kind === "odometerResolution" || kind === "odometerReading") && event.odometer === undefined) {
      this.#report("ODOMETER_MISSING", "/odometer", `a record of kind ${kind} needs a reading`, "add it");
    }
    this.#follow(event, kindNumber(kind), time);
    return { vin: event.vin, kind, author };
  }

  /** Follows the vehicle's state as the contract will: a resolution needs an anomaly. */
  #follow(event: RecordEvent, kind: number, time: number): void {
    const state = this.#vehicles.get(event.vin);
    if (!state) return;
    if (kind === RECORD_KINDS.odometerResolution && state.records.anomalies === 0) {
      const message = "no reading before this contradicts the past";
      this.#report(
        "NOTHING_TO_RESOLVE",
        "/kind",
        message,
        "remove the line, or state the reading as odometerReading",
      );
    }
    const code = ("brandCode" in event && event.brandCode) || 0;
    state.records = applyRecord(state.records, {
      kind,
      code,
      odometer: event.odometer,
      observedAt: time,
    }).state;
  }

  #roleOf(event: RecordEvent): RoleName | undefined {
    switch (event.type) {
      case "vehicle.registered":
      case "record.corrected":
        return event.class;
      case "record.appended":
        return event.author === "holder" || event.author === "vehicle" ? event.author : event.class;
      case "vehicle.exported":
      case "vehicle.imported":
        return "registrar";
      case "vehicle.destroyed":
        return "recycler";
    }
  }

  #report(code: LifecycleProblemCode, field: string, message: string, fix: string): void {
    this.#problems.push({ code, field, message, fix });
  }
}
