import { COUNTER_FIELDS, type TripCounters } from "../telemetry/types.js";
import { InsuranceError } from "./InsuranceError.js";
import type { PremiumRates } from "./types.js";

const BPS = 10_000n;
const SEVERE_WEIGHT = 3n;
const HARSH_DISTANCE_M = 100_000n;
const KM_BPS = 1_000n * BPS;
const DAY_S = 86_400n;
const HOUR_S = 3_600n;

/** What is billed: metres and seconds; each severe event counts as three harsh ones. */
export interface PremiumPeriod {
  distanceM: bigint;
  coverS: bigint;
  drivingS: bigint;
  nightS: bigint;
  overLimitS: bigint;
  harshEvents: bigint;
}

/** What a bill is made of. */
export interface PremiumInput {
  rates: PremiumRates;
  /** The counters of the last summary that was billed. */
  from: TripCounters;
  /** Those of the one that is billed now. */
  to: TripCounters;
  /** Seconds of cover between them. */
  coverS: number;
  /** Seconds that were billed as silence since `from`; 0 if left out. */
  assumedS?: number;
  /** Whether the maximum factor is charged: the proof is late, or the life record contradicts it. */
  isMaximum?: boolean;
}

/** A bill. */
export interface Premium {
  /** Base units of the pool's token. */
  amount: bigint;
  factorBps: bigint;
  /** Metres, without those that were billed as silence. */
  distanceM: bigint;
}

/**
 * What driving between two states of the counters costs, exactly as the contract `Premiums` computes it.
 *
 * @throws {InsuranceError} `PREMIUM_COUNTERS_FALL`; `INSURANCE_ARGUMENT` for seconds below zero or not whole.
 * @example
 * premiumOf({ rates: quote.rates, from: last.counters, to: next.counters, coverS: 30 * 86_400 }).amount;
 */
export function premiumOf(input: PremiumInput): Premium {
  const { rates, isMaximum = false } = input;
  const { driven, billed } = periodsOf(input);
  const factorBps = isMaximum ? BigInt(rates.maxFactorBps) : factorOf(rates, driven);
  return { amount: priceOf(rates, billed, factorBps), factorBps, distanceM: billed.distanceM };
}

/**
 * What seconds cost of which nothing is proven: `maxDailyM` a day, without a stop, at the maximum factor.
 *
 * @throws {InsuranceError} `INSURANCE_ARGUMENT` for seconds below zero or not whole.
 */
export function silencePremiumOf(rates: PremiumRates, silentS: number): Premium {
  const period = silentPeriod(rates, seconds(silentS, "silentS"));
  const factorBps = BigInt(rates.maxFactorBps);
  return { amount: priceOf(rates, period, factorBps), factorBps, distanceM: period.distanceM };
}

/** What was driven, by which the factor goes, and what of it is still to be billed. */
export function periodsOf({ rates, from, to, coverS, assumedS = 0 }: PremiumInput): {
  driven: PremiumPeriod;
  billed: PremiumPeriod;
} {
  const driven = periodBetween(from, to, seconds(coverS, "coverS"));
  const assumed = silentPeriod(rates, seconds(assumedS, "assumedS"));
  const billed = {
    ...driven,
    distanceM: saturatingSub(driven.distanceM, assumed.distanceM),
    drivingS: saturatingSub(driven.drivingS, assumed.drivingS),
  };
  return { driven, billed };
}

/** The distance part at a factor, in base units. */
export function distancePrice({ perKm }: PremiumRates, distanceM: bigint, factorBps: bigint): bigint {
  return ceilDiv(perKm * distanceM * factorBps, KM_BPS);
}

/** The part for cover, whoever drives. */
export function coverPrice({ perDay }: PremiumRates, coverS: bigint): bigint {
  return ceilDiv(perDay * coverS, DAY_S);
}

/** The part for use. */
export function drivingPrice({ perDrivingHour }: PremiumRates, drivingS: bigint): bigint {
  return ceilDiv(perDrivingHour * drivingS, HOUR_S);
}

/** What a share of the driving time adds to the factor, in basis points. */
export function shareBps(bps: number, partS: bigint, drivingS: bigint): bigint {
  return ceilDiv(BigInt(bps) * partS, atLeastOne(drivingS));
}

/** What weighted harsh events add to the factor, in basis points. */
export function harshBps({ harshBps: bps }: PremiumRates, events: bigint, distanceM: bigint): bigint {
  return ceilDiv(BigInt(bps) * events * HARSH_DISTANCE_M, atLeastOne(distanceM));
}

/** Harsh and severe events as the factor counts them. */
export function weighted(harsh: number, severe: number): bigint {
  return BigInt(harsh) + SEVERE_WEIGHT * BigInt(severe);
}

function factorOf(rates: PremiumRates, period: PremiumPeriod): bigint {
  const factor =
    BigInt(rates.minFactorBps) +
    shareBps(rates.nightBps, period.nightS, period.drivingS) +
    shareBps(rates.overLimitBps, period.overLimitS, period.drivingS) +
    harshBps(rates, period.harshEvents, period.distanceM);
  const limit = BigInt(rates.maxFactorBps);
  return factor < limit ? factor : limit;
}

function priceOf(rates: PremiumRates, period: PremiumPeriod, factorBps: bigint): bigint {
  return (
    distancePrice(rates, period.distanceM, factorBps) +
    coverPrice(rates, period.coverS) +
    drivingPrice(rates, period.drivingS)
  );
}

function periodBetween(from: TripCounters, to: TripCounters, coverS: bigint): PremiumPeriod {
  for (const [name] of COUNTER_FIELDS) {
    if (to[name] < from[name])
      throw new InsuranceError("PREMIUM_COUNTERS_FALL", `${name} fell from ${from[name]} to ${to[name]}`, {
        fix: "give the earlier summary first",
      });
  }
  return {
    distanceM: to.distanceM - from.distanceM,
    coverS,
    drivingS: BigInt(to.drivingS - from.drivingS),
    nightS: BigInt(to.nightS - from.nightS),
    overLimitS: BigInt(to.overLimitS - from.overLimitS),
    harshEvents:
      weighted(to.harshBrakes - from.harshBrakes, to.severeBrakes - from.severeBrakes) +
      weighted(
        to.harshAccelerations - from.harshAccelerations,
        to.severeAccelerations - from.severeAccelerations,
      ) +
      weighted(to.harshCorners - from.harshCorners, to.severeCorners - from.severeCorners),
  };
}

function silentPeriod({ maxDailyM }: PremiumRates, silentS: bigint): PremiumPeriod {
  return {
    distanceM: ceilDiv(BigInt(maxDailyM) * silentS, DAY_S),
    coverS: silentS,
    drivingS: silentS,
    nightS: 0n,
    overLimitS: 0n,
    harshEvents: 0n,
  };
}

function seconds(value: number, where: string): bigint {
  if (Number.isSafeInteger(value) && value >= 0) return BigInt(value);
  throw new InsuranceError("INSURANCE_ARGUMENT", `${String(value)} is no number of whole seconds`, { where });
}

function saturatingSub(a: bigint, b: bigint): bigint {
  return a > b ? a - b : 0n;
}

function atLeastOne(value: bigint): bigint {
  return value > 0n ? value : 1n;
}

/** Of numbers that are not negative. */
function ceilDiv(a: bigint, b: bigint): bigint {
  return (a + b - 1n) / b;
}
