import { fraction, type Fraction } from "../parts/fraction.js";
import { ChargingError } from "./ChargingError.js";
import type { CompiledRestrictions, CompiledTariff, Range } from "./compileTariff.js";
import type { SessionPeriod } from "./sessionTypes.js";
import type { LocalTime, ZoneClock } from "./zoneClock.js";

/** A piece of a period in which every restriction holds or does not hold throughout. */
export interface Segment {
  dimension: "TIME" | "PARKING_TIME";
  seconds: Fraction;
  energyWh: Fraction;
  matches(restrictions: CompiledRestrictions): boolean;
}

/** Where a period stands in its session. */
interface Stretch {
  period: SessionPeriod;
  index: number;
  /** Seconds of the session before it. */
  secondsBefore: bigint;
  /** Wh of the session before it. */
  energyBefore: bigint;
  seconds: bigint;
  energyWh: bigint;
}

/** About 2,500 years from 1970, and far from where numbers stop being exact. */
const LATEST = 80_000_000_000;

/**
 * Splits periods where the restrictions of a tariff begin or end to hold.
 *
 * A period of T s and E Wh is cut on a grid of T·E ticks, of which each second and each Wh is a whole number. So every
 * cut is an integer, whether a clock or the meter calls for it.
 *
 * @throws {ChargingError} `PERIOD_INVALID`.
 */
export function splitPeriods(
  tariff: CompiledTariff,
  periods: readonly SessionPeriod[],
  clock: ZoneClock,
): Segment[] {
  const segments: Segment[] = [];
  let [secondsBefore, energyBefore] = [0n, 0n];
  let end: number | undefined;
  if (periods.length === 0) refuse("a session has no periods", "periods", "give at least one");
  for (const [index, period] of periods.entries()) {
    checkPeriod(period, index, end);
    end = period.startedAt + period.durationSeconds;
    const [seconds, energyWh] = [BigInt(period.durationSeconds), BigInt(period.energyWh)];
    segments.push(
      ...splitOne({ period, index, secondsBefore, energyBefore, seconds, energyWh }, tariff, clock),
    );
    secondsBefore += seconds;
    energyBefore += energyWh;
  }
  return segments;
}

function splitOne(stretch: Stretch, tariff: CompiledTariff, clock: ZoneClock): Segment[] {
  const { period, seconds, energyWh } = stretch;
  const perSecond = energyWh === 0n ? 1n : energyWh;
  const perWh = seconds === 0n ? 1n : seconds;
  const ticks = perSecond * perWh;
  const cuts = new Set<bigint>([0n, ticks]);
  function cutAt(offset: bigint, length: bigint, ticksEach: bigint): void {
    if (offset > 0n && offset < length) cuts.add(offset * ticksEach);
  }
  for (const duration of tariff.durationsSeconds) {
    cutAt(duration - stretch.secondsBefore, seconds, perSecond);
  }
  for (const energy of tariff.energiesWh) cutAt(energy - stretch.energyBefore, energyWh, perWh);
  if (tariff.minutes.length > 0) {
    const end = period.startedAt + period.durationSeconds;
    for (const moment of clock.boundaries(period.startedAt, end, tariff.minutes)) {
      cutAt(BigInt(moment - period.startedAt), seconds, perSecond);
    }
  }
  const sorted = [...cuts].sort((a, b) => (a < b ? -1 : 1));
  return sorted.slice(1).map((to, position) => {
    const from = sorted[position] ?? 0n;
    const share = to - from;
    return {
      dimension: period.dimension,
      seconds: fraction(seconds * share, ticks),
      energyWh: fraction(energyWh * share, ticks),
      matches: matcherAt(stretch, from, ticks, clock),
    };
  });
}

/** What holds at a tick, and so until the next cut. */
function matcherAt(
  { period, index, secondsBefore, energyBefore, seconds, energyWh }: Stretch,
  tick: bigint,
  ticks: bigint,
  clock: ZoneClock,
): Segment["matches"] {
  const elapsed = fraction(secondsBefore * ticks + seconds * tick, ticks);
  const consumed = fraction(energyBefore * ticks + energyWh * tick, ticks);
  let local: LocalTime | undefined;
  const localTime = (): LocalTime =>
    (local ??= clock.at(period.startedAt + Number((seconds * tick) / ticks)));
  return ({ window, date, days, energyWh: energies, durationSeconds, powerW, currentA }) => {
    if (!within(elapsed, wholeRange(durationSeconds)) || !within(consumed, wholeRange(energies)))
      return false;
    if (isBounded(powerW) && !within(powerOf(period), powerW)) return false;
    if (isBounded(currentA) && !within(currentOf(period, index), currentA)) return false;
    if (window && !isInWindow(localTime().minutes, window)) return false;
    if (days && !days.has(localTime().weekday)) return false;
    if (date.min !== undefined && localTime().date < date.min) return false;
    return date.max === undefined || localTime().date < date.max;
  };
}

function isInWindow(minutes: number, { start, end }: { start: number; end: number }): boolean {
  // An end of 0, the end of the day, is below any start: nothing of the next day is left to be in.
  return start < end ? minutes >= start && minutes < end : minutes >= start || minutes < end;
}

function within(value: Fraction, { min, max }: Range<Fraction>): boolean {
  return !(min && isBelow(value, min)) && !(max && !isBelow(value, max));
}

function isBelow(a: Fraction, b: Fraction): boolean {
  return a.numerator * b.denominator < b.numerator * a.denominator;
}

function isBounded({ min, max }: Range<Fraction>): boolean {
  return min !== undefined || max !== undefined;
}

function wholeRange({ min, max }: Range<bigint>): Range<Fraction> {
  return {
    ...(min !== undefined && { min: { numerator: min, denominator: 1n } }),
    ...(max !== undefined && { max: { numerator: max, denominator: 1n } }),
  };
}

function powerOf({ powerW, energyWh, durationSeconds }: SessionPeriod): Fraction {
  if (powerW !== undefined) return fraction(BigInt(powerW));
  return durationSeconds === 0 ? fraction(0n) : fraction(BigInt(energyWh) * 3600n, BigInt(durationSeconds));
}

function currentOf({ currentMa, dimension }: SessionPeriod, index: number): Fraction {
  if (currentMa !== undefined) return fraction(BigInt(currentMa), 1000n);
  if (dimension === "PARKING_TIME") return fraction(0n);
  return refuse(
    "the tariff depends on the current, and it is not known",
    at(index, "currentMa"),
    "measure it",
  );
}

function checkPeriod(period: SessionPeriod, index: number, end: number | undefined): void {
  const { startedAt, durationSeconds, dimension, energyWh, powerW = 0, currentMa = 0 } = period;
  if (!Number.isInteger(startedAt) || startedAt < 0 || startedAt > LATEST) {
    refuse(`${startedAt} is no time`, at(index, "startedAt"), "use whole seconds since 1970 UTC");
  }
  if (!Number.isInteger(durationSeconds) || durationSeconds < 0 || startedAt + durationSeconds > LATEST) {
    refuse(`${durationSeconds} is no duration`, at(index, "durationSeconds"), "use whole seconds");
  }
  for (const [name, value] of Object.entries({ energyWh, powerW, currentMa })) {
    const isWhole = typeof value === "bigint" || Number.isSafeInteger(value);
    if (!isWhole || value < 0) {
      refuse(`${value} is no measured value`, at(index, name), "use a whole number that is not negative");
    }
  }
  if (dimension !== "TIME" && dimension !== "PARKING_TIME") {
    refuse(`${String(dimension)} is no kind of time`, at(index, "dimension"), "use TIME or PARKING_TIME");
  }
  if (end !== undefined && startedAt !== end) {
    const apart = startedAt - end;
    refuse(
      apart > 0
        ? `${apart} s are missing before this period`
        : `this period overlaps the last by ${-apart} s`,
      at(index, "startedAt"),
      "let each period begin where the one before ends",
    );
  }
}

function at(index: number, field: string): string {
  return `periods[${index}].${field}`;
}

function refuse(problem: string, where: string, fix: string): never {
  throw new ChargingError("PERIOD_INVALID", problem, { where, fix });
}
