import { ChargingError } from "./ChargingError.js";
import { priceSession } from "./priceSession.js";
import type { PriceOptions, SessionCost, SessionPeriod } from "./sessionTypes.js";
import type { Tariff } from "./tariffTypes.js";

/** OCPI SessionStatus, without RESERVATION, which is no session yet. */
export type SessionStatus = "PENDING" | "ACTIVE" | "COMPLETED" | "INVALID";

/** What the meter showed, and when. */
export interface RegisterReading {
  /** In s since 1970 UTC. */
  at: number;
  /** The energy register in Wh. */
  registerWh: bigint | number;
  /** Power in W since the reading before, for tariffs that ask for it. Absent: the mean. */
  powerW?: bigint | number;
  /** Current in mA since the reading before, for tariffs that ask for it. */
  currentMa?: bigint | number;
}

export interface ChargingSessionTerms extends Omit<PriceOptions, "isRunning"> {
  tariff: Tariff;
}

/**
 * A charging session from plugging in to leaving, as the payee keeps it: readings go in, charging periods and the cost
 * so far come out.
 *
 * `PENDING` → `start` → `ACTIVE` → `stop` → `COMPLETED`; `invalidate` leads from the first two to `INVALID`. While it is
 * active, `suspend` and `resume` tell charging from parking.
 *
 * @example
 * const session = new ChargingSession({ tariff, decimals: 6, timeZone: "Europe/Amsterdam" });
 * session.start({ at: 1_772_442_000, registerWh: 2_935_600n });
 * session.read({ at: 1_772_442_900, registerWh: 2_941_100n });
 * session.cost().total_cost.after_taxes; // ask for a voucher of this ceiling
 */
export class ChargingSession {
  readonly terms: ChargingSessionTerms;
  #status: SessionStatus = "PENDING";
  #dimension: SessionPeriod["dimension"] = "TIME";
  #last: { at: number; registerWh: bigint } | undefined;
  #periods: SessionPeriod[] = [];

  constructor(terms: ChargingSessionTerms) {
    this.terms = terms;
  }

  get status(): SessionStatus {
    return this.#status;
  }

  /** Whether an active session is charging; otherwise its time is parking time. */
  get isCharging(): boolean {
    return this.#status === "ACTIVE" && this.#dimension === "TIME";
  }

  /**
   * Begins the session with the meter's first reading.
   *
   * @throws {ChargingError} `SESSION_STATUS` unless it is pending; `METER_READING` for a reading that is none.
   */
  start(reading: RegisterReading): void {
    this.#expect("PENDING", "start");
    this.#last = { at: timeOf(reading), registerWh: registerOf(reading) };
    this.#status = "ACTIVE";
  }

  /**
   * Takes a reading on the way.
   *
   * @throws {ChargingError} `SESSION_STATUS` unless it is active; `METER_READING` for one that lies before the last.
   */
  read(reading: RegisterReading): void {
    this.#expect("ACTIVE", "take a reading");
    this.#append(reading);
  }

  /**
   * From now on the vehicle does not charge: time is parking time.
   *
   * @throws {ChargingError} `SESSION_STATUS` unless it charges; `METER_READING`.
   */
  suspend(reading: RegisterReading): void {
    this.#expect("ACTIVE", "suspend charging");
    if (this.#dimension !== "TIME") refuseStep("charging is suspended already", "resume it first");
    this.#append(reading);
    this.#dimension = "PARKING_TIME";
  }

  /**
   * From now on the vehicle charges again.
   *
   * @throws {ChargingError} `SESSION_STATUS` unless charging is suspended; `METER_READING`.
   */
  resume(reading: RegisterReading): void {
    this.#expect("ACTIVE", "resume charging");
    if (this.#dimension === "TIME") refuseStep("the vehicle is charging already", "suspend it first");
    this.#append(reading);
    this.#dimension = "TIME";
  }

  /**
   * Ends the session with the meter's last reading.
   *
   * @throws {ChargingError} `SESSION_STATUS` unless it is active; `METER_READING`.
   */
  stop(reading: RegisterReading): void {
    this.#expect("ACTIVE", "stop");
    this.#append(reading);
    this.#status = "COMPLETED";
  }

  /**
   * Gives the session up: it is not billed.
   *
   * @throws {ChargingError} `SESSION_STATUS` when it is over.
   */
  invalidate(): void {
    if (this.#status !== "PENDING" && this.#status !== "ACTIVE") {
      refuseStep(
        `a session that is ${this.#status} cannot become INVALID`,
        "credit its charge detail record",
      );
    }
    this.#status = "INVALID";
  }

  /**
   * The periods so far, one between any two readings, without those in which nothing happened.
   *
   * @throws {ChargingError} `SESSION_STATUS` while it is pending.
   */
  periods(): SessionPeriod[] {
    if (!this.#last) refuseStep("a session that has not started has no periods", "start it");
    if (this.#periods.length > 0) return this.#periods.map((period) => ({ ...period }));
    return [{ startedAt: this.#last.at, durationSeconds: 0, dimension: "TIME", energyWh: 0n }];
  }

  /**
   * What the session costs: so far, without steps, while it is active, so that what was asked for is never more than what
   * is due in the end; for good once it is completed.
   *
   * @throws {ChargingError} `SESSION_STATUS` when it is pending or invalid; those of {@link priceSession}.
   */
  cost(): SessionCost {
    if (this.#status === "INVALID") refuseStep("an INVALID session costs nothing", "do not bill it");
    const { tariff, ...options } = this.terms;
    return priceSession(tariff, this.periods(), { ...options, isRunning: this.#status === "ACTIVE" });
  }

  #append(reading: RegisterReading): void {
    const [at, registerWh] = [timeOf(reading), registerOf(reading)];
    const last = this.#last ?? { at, registerWh };
    if (at < last.at) {
      refuseReading(`this reading is ${last.at - at} s older than the last`, "at", "give readings in order");
    }
    if (registerWh < last.registerWh) {
      refuseReading(
        `the register fell from ${last.registerWh} to ${registerWh} Wh`,
        "registerWh",
        "check whether it is the same meter; end the session as INVALID if it is",
      );
    }
    if (at === last.at && registerWh !== last.registerWh) {
      refuseReading(
        `two readings at ${at} differ: ${last.registerWh} and ${registerWh} Wh`,
        "registerWh",
        "keep one of them",
      );
    }
    this.#last = { at, registerWh };
    if (at === last.at) return;
    const { powerW, currentMa } = reading;
    this.#periods.push({
      startedAt: last.at,
      durationSeconds: at - last.at,
      dimension: this.#dimension,
      energyWh: registerWh - last.registerWh,
      ...(powerW !== undefined && { powerW }),
      ...(currentMa !== undefined && { currentMa }),
    });
  }

  #expect(status: SessionStatus, step: string): void {
    if (this.#status === status) return;
    refuseStep(
      `a session that is ${this.#status} cannot ${step}`,
      this.#status === "PENDING" ? "start it first" : "begin a new session",
    );
  }
}

function timeOf({ at }: RegisterReading): number {
  if (!Number.isSafeInteger(at) || at < 0) {
    refuseReading(`${at} is no time`, "at", "use whole seconds since 1970 UTC");
  }
  return at;
}

function registerOf({ registerWh }: RegisterReading): bigint {
  const isWhole = typeof registerWh === "bigint" || Number.isSafeInteger(registerWh);
  if (!isWhole || registerWh < 0) {
    refuseReading(`${registerWh} Wh is no state of a register`, "registerWh", "use whole Wh, not negative");
  }
  return BigInt(registerWh);
}

function refuseStep(problem: string, fix: string): never {
  throw new ChargingError("SESSION_STATUS", problem, { fix });
}

function refuseReading(problem: string, where: string, fix: string): never {
  throw new ChargingError("METER_READING", problem, { where, fix });
}
