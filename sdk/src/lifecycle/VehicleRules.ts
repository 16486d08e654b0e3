import { ROLES } from "../consortium/roles.js";
import { RECORD_KINDS } from "../documents/kinds.js";
import { applyRecord, EMPTY_RECORD_STATE } from "../history/applyRecord.js";
import type { RecordState } from "../history/types.js";
import { validateVin } from "../vin/validateVin.js";
import { VinError } from "../vin/VinError.js";
import type {
  KeyBound,
  RecordEvent,
  TitleLockChanged,
  TitleTransferred,
  VehicleDestroyed,
  VehicleMoved,
  VehicleRegistered,
} from "./events.js";
import type { Report } from "./schemaProblems.js";

/** What the rules have to remember of a vehicle. */
export interface VehicleState {
  lastAt: number;
  lastLine: number;
  issuer: string;
  holder: string;
  /** How often the title has changed hands: what one holder allowed ends with the next. */
  grants: number;
  /** The recycler that destroyed it. */
  destroyedBy?: string;
  status: "active" | "exported" | "destroyed";
  locks: Set<string>;
  hasKey: boolean;
  /** The last time that the vehicle's key signed, Unix seconds. */
  lastSignedAt: number;
  /** What the contract will make of the records so far. */
  records: RecordState;
}

/** What state each vehicle is in, line after line. */
export class VehicleRules {
  readonly #vehicles = new Map<string, VehicleState>();
  readonly #report: Report;
  readonly #skipped: ReadonlySet<string>;

  /** @param skipped Names of lines that could not be taken in: what they would have said is not known. */
  constructor(report: Report, skipped: ReadonlySet<string>) {
    this.#report = report;
    this.#skipped = skipped;
  }

  get count(): number {
    return this.#vehicles.size;
  }

  register(event: VehicleRegistered, line: number, time: number): void {
    const { vin, market } = event;
    try {
      validateVin(vin, { market });
    } catch (error) {
      if (!(error instanceof VinError)) throw error;
      const where = error.where === undefined ? "" : ` (${error.where})`;
      this.#report("VIN_INVALID", "/vin", `${error.problem}${where}`, error.fix ?? "correct the VIN");
    }
    if (this.#vehicles.has(vin)) {
      const fix = "a VIN has one title, for ever";
      this.#report("VEHICLE_DUPLICATE", "/vin", "the vehicle is registered already", fix);
      return;
    }
    for (const [field, value] of Object.entries({ vin, market })) {
      if (event.document[field] === undefined || event.document[field] === value) continue;
      const message = `the document's ${field} is not that of the line`;
      this.#report("DOCUMENT_INVALID", `/document/${field}`, message, `use ${value} in both`);
    }
    this.#vehicles.set(vin, {
      lastAt: time,
      lastLine: line,
      issuer: event.member,
      holder: event.holder,
      grants: 0,
      status: "active",
      locks: new Set(),
      hasKey: false,
      lastSignedAt: 0,
      records: EMPTY_RECORD_STATE,
    });
  }

  /** The state of a vehicle to which something happens. */
  require(vin: string, line: number, time: number): VehicleState | undefined {
    const state = this.#vehicles.get(vin);
    if (!state) {
      if (!this.#skipped.has(vin)) {
        const message = `no earlier line registers this vehicle${vinProblem(vin)}`;
        this.#report("VEHICLE_UNKNOWN", "/vin", message, "register it first, or correct the VIN");
      }
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

  transfer(event: TitleTransferred, state: VehicleState): void {
    this.#requireAlive(state);
    this.#requireUnlocked(state);
    state.holder = event.to;
    state.grants++;
  }

  destroy(event: VehicleDestroyed, state: VehicleState): void {
    this.#requireAlive(state);
    this.#requireUnlocked(state);
    state.status = "destroyed";
    state.destroyedBy ??= event.member;
  }

  move(event: VehicleMoved, state: VehicleState): void {
    this.#requireAlive(state);
    if (state.status === "destroyed") return;
    const isExport = event.type === "vehicle.exported";
    const from = isExport ? "active" : "exported";
    if (state.status !== from) {
      const fix = `it has to be ${from} before this`;
      this.#report("VEHICLE_STATUS", "/type", `the vehicle is ${state.status}`, fix);
    }
    state.status = isExport ? "exported" : "active";
  }

  changeLock(event: TitleLockChanged, state: VehicleState): void {
    this.#requireAlive(state);
    const isSet = state.locks.has(event.lock);
    if (isSet === (event.type === "title.locked")) {
      const message = `the ${event.lock} lock is ${isSet ? "set" : "clear"} already`;
      this.#report("LOCK_STATE", "/lock", message, "remove the line");
    }
    if (event.type === "title.locked") state.locks.add(event.lock);
    else state.locks.delete(event.lock);
  }

  bindKey(event: KeyBound, state: VehicleState): void {
    this.#requireAlive(state);
    if (event.class === "manufacturer" && event.member !== state.issuer) {
      const fix = "a manufacturer binds keys to its own vehicles; others ask a registrar";
      this.#report("MEMBER_CLASS", "/member", `${state.issuer} issued this vehicle`, fix);
    }
    state.hasKey = true;
    state.lastSignedAt = 0;
  }

  /** The vehicle signs a record itself. */
  sign(state: VehicleState, time: number): void {
    if (!state.hasKey) {
      const fix = "bind one in an earlier line";
      this.#report("KEY_MISSING", "/author", "the vehicle has no key to sign with", fix);
    } else if (time !== 0 && time <= state.lastSignedAt) {
      const message = "the vehicle's key has signed a record of this time already";
      this.#report("OUT_OF_ORDER", "/at", message, "give records of one key times that rise");
    }
    state.lastSignedAt = Math.max(time, state.lastSignedAt);
  }

  /** Follows the record state as the contract will: a resolution needs an anomaly. */
  follow(event: RecordEvent, kind: number, time: number): void {
    const state = this.#vehicles.get(event.vin);
    if (!state) return;
    if (kind === RECORD_KINDS.odometerResolution && state.records.anomalies === 0) {
      const fix = "remove the line, or state the reading as odometerReading";
      this.#report("NOTHING_TO_RESOLVE", "/kind", "no reading before this contradicts the past", fix);
    }
    const code = ("brandCode" in event && event.brandCode) || 0;
    // Of the classes only a holder's matters to the state.
    const role = "author" in event && event.author === "holder" ? ROLES.holder : ROLES.council;
    const record = { kind, code, odometer: event.odometer, observedAt: time, role };
    state.records = applyRecord(state.records, record).state;
  }

  #requireAlive(state: VehicleState): void {
    if (state.status !== "destroyed") return;
    this.#report("VEHICLE_DESTROYED", "/vin", "the vehicle is destroyed", "its title never changes again");
  }

  #requireUnlocked(state: VehicleState): void {
    const [lock] = state.locks;
    if (lock === undefined) return;
    this.#report("LOCK_STATE", "/type", `the ${lock} lock stops this`, "clear the lock in an earlier line");
  }
}

/** What is wrong with a VIN whose market is not known. */
function vinProblem(vin: string): string {
  try {
    validateVin(vin);
    return "";
  } catch (error) {
    if (!(error instanceof VinError)) throw error;
    return `, and ${error.problem}`;
  }
}
