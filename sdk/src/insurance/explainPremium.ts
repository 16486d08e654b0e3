import type { ManoeuvreKind, TripCounters } from "../telemetry/types.js";
import { InsuranceError } from "./InsuranceError.js";
import {
  coverPrice,
  distancePrice,
  drivingPrice,
  harshBps,
  periodsOf,
  premiumOf,
  shareBps,
  weighted,
  type Premium,
  type PremiumInput,
} from "./premium.js";

/** What a line of a bill is for. */
export type PremiumLineKind =
  "distance" | "night" | "overLimit" | ManoeuvreKind | "maximum" | "cover" | "driving";

/** A line of a bill. */
export interface PremiumLine {
  kind: PremiumLineKind;
  /** What it is charged for, with its unit. */
  quantity: bigint;
  unit: "m" | "s" | "events";
  /** What it adds to the factor; the minimum factor on the line of the distance, 0 where no factor counts. */
  bps: bigint;
  /** Base units. */
  amount: bigint;
  text: string;
}

/** A bill with what it is made of: the amounts of the lines add up to that of the bill, to the unit. */
export interface ExplainedPremium extends Premium {
  lines: PremiumLine[];
}

/** An event that its driver disputes. */
export type DisputedEvent =
  | { kind: ManoeuvreKind; severity: "harsh" | "severe" }
  /** Whole seconds above the limit. */
  | { kind: "overLimit"; seconds: number };

const MANOEUVRES = [
  ["brake", "harshBrakes", "severeBrakes", "harsh braking"],
  ["acceleration", "harshAccelerations", "severeAccelerations", "harsh acceleration"],
  ["corner", "harshCorners", "severeCorners", "harsh cornering"],
] as const;

/**
 * A bill line by line: the distance at the minimum factor, what each kind of driving adds (or the maximum
 * does), then time and use. A line's amount is what the bill rises by when it is added to those before it, so that
 * roundings and the upper limit of the factor are in it.
 *
 * @throws {InsuranceError} As {@link premiumOf}.
 * @example
 * for (const { text, amount } of explainPremium(input).lines) console.log(text, amount);
 */
export function explainPremium(input: PremiumInput): ExplainedPremium {
  const { rates, from, to, isMaximum = false } = input;
  const premium = premiumOf(input);
  const { driven, billed } = periodsOf(input);
  const limit = BigInt(rates.maxFactorBps);
  const lines: PremiumLine[] = [];
  let sum = 0n;
  let factor = 0n;
  let price = 0n;
  const weigh = (line: Pick<PremiumLine, "kind" | "quantity" | "unit" | "text">, reached: bigint): void => {
    const next = reached < limit ? reached : limit;
    const nextPrice = distancePrice(rates, billed.distanceM, next);
    lines.push({ ...line, bps: next - factor, amount: nextPrice - price });
    [factor, price] = [next, nextPrice];
  };

  sum += BigInt(rates.minFactorBps);
  const km = `${billed.distanceM} m at ${rates.perKm} per km, times ${percent(sum < limit ? sum : limit)}`;
  weigh({ kind: "distance", quantity: billed.distanceM, unit: "m", text: km }, sum);
  if (isMaximum) {
    const text = `no proof in time, or one that the life record contradicts: maximum factor ${percent(limit)}`;
    weigh({ kind: "maximum", quantity: billed.distanceM, unit: "m", text }, limit);
  } else {
    sum += shareBps(rates.nightBps, driven.nightS, driven.drivingS);
    const night = `${driven.nightS} s of ${driven.drivingS} s driven at night`;
    weigh({ kind: "night", quantity: driven.nightS, unit: "s", text: night }, sum);
    sum += shareBps(rates.overLimitBps, driven.overLimitS, driven.drivingS);
    const over = `${driven.overLimitS} s of ${driven.drivingS} s driven above the limit`;
    weigh({ kind: "overLimit", quantity: driven.overLimitS, unit: "s", text: over }, sum);
    let events = 0n;
    for (const [kind, harsh, severe, name] of MANOEUVRES) {
      const [harshCount, severeCount] = [to[harsh] - from[harsh], to[severe] - from[severe]];
      const quantity = weighted(harshCount, severeCount);
      events += quantity;
      const text = `${name}: ${harshCount} harsh, ${severeCount} severe (each counts three times)`;
      weigh({ kind, quantity, unit: "events", text }, sum + harshBps(rates, events, driven.distanceM));
    }
  }
  lines.push(
    {
      kind: "cover",
      quantity: billed.coverS,
      unit: "s",
      bps: 0n,
      amount: coverPrice(rates, billed.coverS),
      text: `${billed.coverS} s of cover at ${rates.perDay} a day`,
    },
    {
      kind: "driving",
      quantity: billed.drivingS,
      unit: "s",
      bps: 0n,
      amount: drivingPrice(rates, billed.drivingS),
      text: `${billed.drivingS} s driven at ${rates.perDrivingHour} an hour`,
    },
  );
  return { ...premium, lines };
}

/**
 * What a bill would be without one event, and what its driver would save. At the maximum factor, or above it, that is nothing.
 *
 * @throws {InsuranceError} `PREMIUM_EVENT_UNKNOWN` when nothing of the kind lies between the summaries; as {@link premiumOf}.
 * @example
 * premiumWithout(input, { kind: "brake", severity: "severe" }).saved;
 */
export function premiumWithout(input: PremiumInput, event: DisputedEvent): Premium & { saved: bigint } {
  const [counter, count] = counterOf(event);
  const left = input.to[counter] - count;
  if (!Number.isSafeInteger(count) || count <= 0 || left < input.from[counter])
    throw new InsuranceError("PREMIUM_EVENT_UNKNOWN", `${counter} rose by less than ${count}`, {
      where: event.kind,
    });
  const without = premiumOf({ ...input, to: { ...input.to, [counter]: left } });
  return { ...without, saved: premiumOf(input).amount - without.amount };
}

function counterOf(
  event: DisputedEvent,
): [Exclude<keyof TripCounters, "distanceM" | "chargedWh" | "dischargedWh">, number] {
  if (event.kind === "overLimit") return ["overLimitS", event.seconds];
  const found = MANOEUVRES.find(([kind]) => kind === event.kind);
  if (!found) throw new InsuranceError("INSURANCE_ARGUMENT", `${String(event.kind)} is no kind of event`);
  return [event.severity === "severe" ? found[2] : found[1], 1];
}

function percent(bps: bigint): string {
  return `${Number(bps) / 100} %`;
}
