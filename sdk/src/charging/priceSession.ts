import {
  addFractions,
  divideFractions,
  fraction,
  multiplyFractions,
  ZERO,
  type Fraction,
} from "../parts/fraction.js";
import { ChargingError } from "./ChargingError.js";
import { compileTariff, type CompiledComponent, type CompiledTariff } from "./compileTariff.js";
import { splitPeriods, type Segment } from "./splitPeriods.js";
import type { Amount, PriceLine, PriceOptions, SessionCost, SessionPeriod } from "./sessionTypes.js";
import type { Tariff, TariffDimensionType } from "./tariffTypes.js";
import { zoneClock } from "./zoneClock.js";

interface Used {
  component: CompiledComponent;
  volume: Fraction;
  billedVolume: Fraction;
}

/**
 * What a session costs under a tariff, in the token's base units. Fractions of integers throughout, no floating point.
 *
 * The rules are OCPI's:
 * - For each dimension the first element that matches at a moment prices it; where none does, it costs nothing. Periods
 *   are split where a restriction begins or ends to hold, energy and time in proportion.
 * - A FLAT price is due once a session, by the first element that matches at the earliest moment at which one does.
 * - Steps count once for ENERGY and once for TIME and PARKING_TIME together: the priced volume of the dimension that was
 *   used last is rounded up to the step of the component that was used last, at that component's price.
 * - `min_price` and `max_price` hold for the whole session, before and after taxes.
 *
 * The one rounding: the exact cost of each dimension, before taxes and after taxes, is rounded half up to the base unit (or
 * to `amountDecimals`). Totals are sums of what was rounded.
 *
 * @param periods In order and without gaps. A period of 0 s without energy is a passage, as at a toll gate.
 * @throws {ChargingError} `PERIOD_INVALID`, `TARIFF_NOT_APPLICABLE`, `ZONE_UNKNOWN`, and those of `parseTariff` for a
 * tariff that did not go through it.
 * @example
 * const period = { startedAt: 1_772_442_000, durationSeconds: 3600, dimension: "TIME", energyWh: 20_000n } as const;
 * priceSession(tariff, [period], { decimals: 6, timeZone: "Europe/Amsterdam" }).total_cost.after_taxes; // 5_500_000n
 */
export function priceSession(
  tariff: Tariff,
  periods: readonly SessionPeriod[],
  options: PriceOptions,
): SessionCost {
  const unit = unitOf(options);
  const compiled = compileTariff(tariff);
  const segments = splitPeriods(compiled, periods, zoneClock(options.timeZone));
  checkInForce(tariff, periods[0]?.startedAt ?? 0);
  const { used, lastEnergy, lastTime } = apply(compiled, segments);
  if (options.isRunning !== true) {
    addStep(used, lastEnergy);
    addStep(used, lastTime);
  }
  const cost = (type: TariffDimensionType): Amount => costOf(used, type, tariff, unit);
  const costs = {
    total_energy_cost: cost("ENERGY"),
    total_time_cost: cost("TIME"),
    total_parking_cost: cost("PARKING_TIME"),
    total_fixed_cost: cost("FLAT"),
  };
  const sum = Object.values(costs).reduce(addAmounts);
  const total = limited(sum, compiled, unit);
  return {
    total_cost: total,
    ...costs,
    limit_adjustment: {
      before_taxes: total.before_taxes - sum.before_taxes,
      after_taxes: total.after_taxes - sum.after_taxes,
    },
    total_energy: periods.reduce((energy, period) => energy + BigInt(period.energyWh), 0n),
    total_time: periods.reduce((seconds, period) => seconds + period.durationSeconds, 0),
    total_parking_time: periods.reduce(
      (seconds, { dimension, durationSeconds }) =>
        dimension === "PARKING_TIME" ? seconds + durationSeconds : seconds,
      0,
    ),
    lines: [...used.values()].map(lineOf),
  };
}

/** Volumes of each component over all segments, and which component was used last. */
function apply(tariff: CompiledTariff, segments: Iterable<Segment>) {
  const used = new Map<CompiledComponent, Used>();
  let flat: CompiledComponent | undefined;
  let lastEnergy: CompiledComponent | undefined;
  let lastTime: CompiledComponent | undefined;
  function use(component: CompiledComponent, volume: Fraction): void {
    const before = used.get(component)?.volume ?? ZERO;
    const after = addFractions(before, volume);
    used.set(component, { component, volume: after, billedVolume: after });
  }
  for (const segment of segments) {
    const first = (type: TariffDimensionType): CompiledComponent | undefined =>
      tariff.components[type].find(({ restrictions }) => segment.matches(restrictions));
    if (!flat) {
      flat = first("FLAT");
      if (flat) use(flat, fraction(1n));
    }
    const energy = segment.energyWh.numerator > 0n ? first("ENERGY") : undefined;
    if (energy) {
      use(energy, segment.energyWh);
      lastEnergy = energy;
    }
    const time = segment.seconds.numerator > 0n ? first(segment.dimension) : undefined;
    if (time) {
      use(time, segment.seconds);
      lastTime = time;
    }
  }
  return { used, lastEnergy, lastTime };
}

/** Rounds the volume of a dimension up to the step of the component that was used last. */
function addStep(used: Map<CompiledComponent, Used>, last: CompiledComponent | undefined): void {
  const entry = last && used.get(last);
  if (!entry) return;
  const total = [...used.values()]
    .filter(({ component }) => component.source.type === last.source.type)
    .reduce((sum, { volume }) => addFractions(sum, volume), ZERO);
  const stepSize = last.step * total.denominator;
  const steps = (total.numerator + stepSize - 1n) / stepSize;
  const extra = addFractions(fraction(steps * last.step), { ...total, numerator: -total.numerator });
  used.set(last, { ...entry, billedVolume: addFractions(entry.billedVolume, extra) });
}

function costOf(
  used: Map<CompiledComponent, Used>,
  type: TariffDimensionType,
  tariff: Tariff,
  unit: (amount: Fraction) => bigint,
): Amount {
  let [before, after] = [ZERO, ZERO];
  for (const { component, billedVolume } of used.values()) {
    if (component.source.type !== type) continue;
    const stated = multiplyFractions(component.unitPrice, billedVolume);
    const isIncluded = tariff.tax_included === "YES";
    before = addFractions(before, isIncluded ? divideFractions(stated, component.taxFactor) : stated);
    after = addFractions(after, isIncluded ? stated : multiplyFractions(stated, component.taxFactor));
  }
  return { before_taxes: unit(before), after_taxes: unit(after) };
}

function limited(sum: Amount, { min, max }: CompiledTariff, unit: (amount: Fraction) => bigint): Amount {
  const clamp = (value: bigint, low: Fraction | undefined, high: Fraction | undefined): bigint => {
    const raised = low && unit(low) > value ? unit(low) : value;
    return high && unit(high) < raised ? unit(high) : raised;
  };
  return {
    before_taxes: clamp(sum.before_taxes, min?.beforeTaxes, max?.beforeTaxes),
    after_taxes: clamp(sum.after_taxes, min?.afterTaxes, max?.afterTaxes),
  };
}

/** Currency units to base units, rounded half up once. */
function unitOf({ decimals, amountDecimals = decimals }: PriceOptions): (amount: Fraction) => bigint {
  if (!isDecimals(decimals) || !isDecimals(amountDecimals) || amountDecimals > decimals) {
    throw new ChargingError(
      "TARIFF_NOT_APPLICABLE",
      `amounts with ${amountDecimals} decimals do not fit a token with ${decimals}`,
      { fix: "use whole numbers from 0 to 36, amountDecimals not above decimals" },
    );
  }
  const scale = 10n ** BigInt(amountDecimals);
  const rest = 10n ** BigInt(decimals - amountDecimals);
  return ({ numerator, denominator }) => ((2n * numerator * scale + denominator) / (2n * denominator)) * rest;
}

function isDecimals(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 36;
}

/** A driver accepts the tariff that is in force when the session begins. */
function checkInForce(tariff: Tariff, startedAt: number): void {
  const from = tariff.start_date_time === undefined ? -Infinity : timeOf(tariff.start_date_time);
  const until = tariff.end_date_time === undefined ? Infinity : timeOf(tariff.end_date_time);
  if (startedAt * 1000 >= from && startedAt * 1000 < until) return;
  throw new ChargingError(
    "TARIFF_NOT_APPLICABLE",
    `tariff ${tariff.id} is not in force at ${new Date(startedAt * 1000).toISOString()}`,
    { where: "start_date_time, end_date_time", fix: "price with the tariff that was in force at the start" },
  );
}

/** OCPI leaves the Z out at times; its times are UTC all the same. */
function timeOf(dateTime: string): number {
  return Date.parse(dateTime.endsWith("Z") ? dateTime : `${dateTime}Z`);
}

function addAmounts(a: Amount, b: Amount): Amount {
  return { before_taxes: a.before_taxes + b.before_taxes, after_taxes: a.after_taxes + b.after_taxes };
}

function lineOf({ component, volume, billedVolume }: Used): PriceLine {
  const { source, elementIndex } = component;
  return { type: source.type, elementIndex, price: String(source.price), volume, billedVolume };
}
