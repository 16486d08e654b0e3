import { ChargingError } from "./ChargingError.js";
import type { MeterReading, ReadingReason, VerifiedMeterReading } from "./ocmfTypes.js";

export interface MeteredEnergy {
  energyWh: bigint;
  /** In s since 1970 UTC, by the meter's clock. */
  startedAt: number;
  /** In s since 1970 UTC, by the meter's clock. */
  endedAt: number;
  /** Whether the clock was synchronised at both ends. If not, energy can be billed, time cannot. */
  isTimeSynchronised: boolean;
  /** What a reader should know, in words. */
  warnings: string[];
}

/** E, and the codes that say more precisely why a session ended. */
const ENDS: ReadonlySet<ReadingReason | undefined> = new Set(["E", "L", "R", "A", "P"] as const);

/**
 * The energy of a session, from the signed data sets of its beginning and its end. Both have to be of one meter and one
 * user, and every data set in between has to be at hand: a gap could hide the end of one session and the beginning of
 * another.
 *
 * @param start The data set with the reading B.
 * @param end The data set with the reading E (or L, R, A, P); the same as `start` if both are in one.
 * @param between The data sets in between, in order.
 * @throws {ChargingError} `OCMF_MISMATCH`.
 * @example
 * const energy = meteredEnergy(await verifyMeterReading(first, key), await verifyMeterReading(last, key));
 * energy.energyWh; // 15_342n
 */
export function meteredEnergy(
  start: VerifiedMeterReading,
  end: VerifiedMeterReading,
  between: readonly VerifiedMeterReading[] = [],
): MeteredEnergy {
  const sets = start.ocmf === end.ocmf ? [start] : [start, ...between, end];
  if (sets.length === 1 && between.length > 0) {
    refuse("start and end are one data set, and others are said to lie between", "leave them out");
  }
  for (const [index, set] of sets.entries()) checkContinues(sets[index - 1], set);

  const readings = sets.flatMap((set) => set.readings);
  const [first, last] = [readings[0], readings.at(-1)];
  if (first?.transaction !== "B") {
    refuse(`the first reading is ${nameOf(first)}, not B`, "begin with the data set of the session's start");
  }
  if (!last || !ENDS.has(last.transaction)) {
    refuse(`the last reading is ${nameOf(last)}, not E`, "end with the data set of the session's end");
  }
  for (const reading of readings.slice(1, -1)) {
    if (reading.transaction === "B" || ENDS.has(reading.transaction)) {
      refuse(`a reading ${nameOf(reading)} lies between beginning and end`, "separate the sessions");
    }
  }
  for (const [index, reading] of readings.entries()) {
    checkReading(reading, readings[index - 1], reading === first || reading === last);
  }

  const ends = [first, last];
  const isTimeSynchronised = ends.every(
    ({ timeStatus, errorFlags }) => timeStatus === "S" && !errorFlags.includes("t"),
  );
  const warnings: string[] = [];
  if (!isTimeSynchronised) {
    const states = ends.map(({ timeStatus }) => timeStatus).join(" and ");
    warnings.push(`the meter's clock was not synchronised (${states}): its times are not to be billed`);
  }
  if (last.transaction === "A") warnings.push("an error aborted the session");
  if (last.transaction === "P") warnings.push("a power failure ended the session");
  return {
    energyWh: last.valueWh - first.valueWh,
    startedAt: first.at,
    endedAt: last.at,
    isTimeSynchronised,
    warnings,
  };
}

function checkContinues(before: VerifiedMeterReading | undefined, set: VerifiedMeterReading): void {
  if (set.pagination.context !== "T") {
    refuse("a data set is from outside transactions", "use those whose pagination begins with T");
  }
  if (!before) return;
  const facts = [
    ["meter", before.meterSerial, set.meterSerial],
    ["gateway", before.gatewaySerial, set.gatewaySerial],
    ["charge point", before.chargePoint, set.chargePoint],
  ] as const;
  for (const [name, was, is] of facts) {
    if (was !== is)
      refuse(`the ${name} changes from ${was ?? "none"} to ${is ?? "none"}`, "use one session's data sets");
  }
  const [wasUser, isUser] = [before, set].map(({ identification: { type, data } }) => `${type}/${data}`);
  // The user may be identified only after the start; whoever is identified does not change.
  if (before.identification.isAssigned && wasUser !== isUser) {
    refuse("the data sets are of different users", "use one session's data sets");
  }
  const step = set.pagination.number - before.pagination.number;
  if (step === 1n) return;
  const pages = `T${before.pagination.number} and T${set.pagination.number}`;
  if (step > 1n) {
    refuse(
      `${step - 1n} data sets are missing between ${pages}`,
      "give them as well, or check that both are of one session",
    );
  }
  refuse(`${pages} are not in order`, "give the data sets from start to end");
}

function checkReading(reading: MeterReading, before: MeterReading | undefined, isEnd: boolean): void {
  if (isEnd && reading.status !== "G") {
    refuse(
      `the meter's status at reading ${nameOf(reading)} is ${reading.status}, not G`,
      "do not bill this energy",
    );
  }
  if (reading.transaction === "X" || reading.errorFlags.includes("E")) {
    refuse("the meter says that its energy is not to be relied on", "do not bill this energy");
  }
  if (!before) return;
  if (reading.register !== before.register) {
    refuse(
      `the register changes from ${before.register ?? "none"} to ${reading.register ?? "none"}`,
      "compare readings of one register",
    );
  }
  if (reading.valueWh < before.valueWh) {
    refuse(
      `the register fell from ${before.valueWh} to ${reading.valueWh} Wh`,
      "check the order of the readings",
    );
  }
  if (reading.at < before.at) {
    refuse(`the meter's clock went back by ${before.at - reading.at} s`, "check the order of the readings");
  }
}

function nameOf(reading: MeterReading | undefined): string {
  return reading?.transaction ?? "outside transactions";
}

function refuse(problem: string, fix: string): never {
  throw new ChargingError("OCMF_MISMATCH", problem, { fix });
}
