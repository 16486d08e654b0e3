import { fraction, multiplyFractions, type Fraction } from "../parts/fraction.js";
import { ChargingError } from "./ChargingError.js";
import { parseDecimal, type Decimal } from "./parseDecimal.js";
import {
  DAYS_OF_WEEK,
  type PriceComponent,
  type PriceLimit,
  type Tariff,
  type TariffDimensionType,
  type TariffRestrictions,
} from "./tariffTypes.js";

/** A range whose lower end is in it and whose upper end is not. */
export interface Range<T> {
  min?: T;
  max?: T;
}

export interface CompiledRestrictions {
  /** Minutes of the local day. `end` below or at `start`: over midnight. */
  window?: { start: number; end: number };
  date: Range<string>;
  /** 0 is Monday. */
  days?: ReadonlySet<number>;
  energyWh: Range<bigint>;
  durationSeconds: Range<bigint>;
  powerW: Range<Fraction>;
  currentA: Range<Fraction>;
}

/** A price component with what it takes to price with it. */
export interface CompiledComponent {
  source: PriceComponent;
  elementIndex: number;
  /** In currency units per Wh, per second, or once. */
  unitPrice: Fraction;
  /** 1 + VAT. */
  taxFactor: Fraction;
  step: bigint;
  restrictions: CompiledRestrictions;
}

export interface CompiledTariff {
  /** The components of each dimension, in the order in which they are tried. */
  components: Record<TariffDimensionType, CompiledComponent[]>;
  /** Minutes of the local day at which some restriction begins or ends to hold. */
  minutes: number[];
  /** Energy of the session so far at which some restriction begins or ends to hold. */
  energiesWh: bigint[];
  /** Seconds since the session began at which some restriction begins or ends to hold. */
  durationsSeconds: bigint[];
  min?: CompiledLimit;
  max?: CompiledLimit;
}

export interface CompiledLimit {
  beforeTaxes: Fraction;
  afterTaxes: Fraction;
}

const PER_UNIT: Record<TariffDimensionType, Fraction> = {
  // A kWh has 1000 Wh, an hour 3600 s.
  ENERGY: fraction(1n, 1000n),
  FLAT: fraction(1n),
  PARKING_TIME: fraction(1n, 3600n),
  TIME: fraction(1n, 3600n),
};

/**
 * Brings a tariff into the form that sessions are priced with. Elements for reservations are left out: they price the
 * time before a session.
 *
 * @throws {ChargingError} `DECIMAL_INEXACT`, and `TARIFF_INVALID` for a threshold between two Wh.
 */
export function compileTariff(tariff: Tariff, source = "the tariff"): CompiledTariff {
  const components: CompiledTariff["components"] = { ENERGY: [], FLAT: [], PARKING_TIME: [], TIME: [] };
  const minutes = new Set<number>();
  const energiesWh = new Set<bigint>();
  const durationsSeconds = new Set<bigint>();
  tariff.elements.forEach((element, elementIndex) => {
    if (element.restrictions?.reservation !== undefined) return;
    const where = `${source}, elements[${elementIndex}]`;
    const restrictions = compileRestrictions(element.restrictions ?? {}, `${where}.restrictions`);
    for (const component of element.price_components) {
      components[component.type].push({
        source: component,
        elementIndex,
        unitPrice: multiplyFractions(parseDecimal(component.price, where), PER_UNIT[component.type]),
        taxFactor: taxFactorOf(component, where),
        step: BigInt(component.step_size),
        restrictions,
      });
    }
    const { window, date, days, energyWh, durationSeconds } = restrictions;
    if (window) minutes.add(window.start).add(window.end);
    if (window || days || date.min !== undefined || date.max !== undefined) minutes.add(0);
    for (const value of [energyWh.min, energyWh.max]) if (value !== undefined) energiesWh.add(value);
    for (const value of [durationSeconds.min, durationSeconds.max]) {
      if (value !== undefined) durationsSeconds.add(value);
    }
  });
  return {
    components,
    minutes: [...minutes],
    energiesWh: [...energiesWh],
    durationsSeconds: [...durationsSeconds],
    ...(tariff.min_price && { min: compileLimit(tariff.min_price, `${source}, min_price`) }),
    ...(tariff.max_price && { max: compileLimit(tariff.max_price, `${source}, max_price`) }),
  };
}

function compileRestrictions(restrictions: TariffRestrictions, where: string): CompiledRestrictions {
  const { start_time: start, end_time: end, day_of_week: days } = restrictions;
  return {
    ...((start !== undefined || end !== undefined) && {
      window: { start: minutesOf(start ?? "00:00"), end: minutesOf(end ?? "00:00") },
    }),
    date: range(restrictions.start_date, restrictions.end_date),
    ...(days !== undefined &&
      days.length > 0 && { days: new Set(days.map((day) => DAYS_OF_WEEK.indexOf(day))) }),
    energyWh: range(
      wattHours(restrictions.min_kwh, `${where}.min_kwh`),
      wattHours(restrictions.max_kwh, `${where}.max_kwh`),
    ),
    durationSeconds: range(whole(restrictions.min_duration), whole(restrictions.max_duration)),
    powerW: range(
      thousandfold(restrictions.min_power, `${where}.min_power`),
      thousandfold(restrictions.max_power, `${where}.max_power`),
    ),
    currentA: range(
      exact(restrictions.min_current, `${where}.min_current`),
      exact(restrictions.max_current, `${where}.max_current`),
    ),
  };
}

function compileLimit(limit: PriceLimit, where: string): CompiledLimit {
  return {
    beforeTaxes: parseDecimal(limit.before_taxes, where),
    afterTaxes: parseDecimal(limit.after_taxes ?? limit.before_taxes, where),
  };
}

function taxFactorOf(component: PriceComponent, where: string): Fraction {
  const vat = parseDecimal(component.vat ?? 0, where);
  return fraction(100n * vat.denominator + vat.numerator, 100n * vat.denominator);
}

function range<T>(min: T | undefined, max: T | undefined): Range<T> {
  return { ...(min !== undefined && { min }), ...(max !== undefined && { max }) };
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

function whole(value: number | undefined): bigint | undefined {
  return value === undefined ? undefined : BigInt(value);
}

function exact(value: Decimal | undefined, where: string): Fraction | undefined {
  return value === undefined ? undefined : parseDecimal(value, where);
}

function thousandfold(value: Decimal | undefined, where: string): Fraction | undefined {
  const parsed = exact(value, where);
  return parsed && multiplyFractions(parsed, fraction(1000n));
}

function wattHours(kwh: Decimal | undefined, where: string): bigint | undefined {
  const parsed = thousandfold(kwh, where);
  if (parsed && parsed.denominator !== 1n) {
    throw new ChargingError("TARIFF_INVALID", `${String(kwh)} kWh is not a whole number of Wh`, {
      where,
      fix: "use at most three decimals",
    });
  }
  return parsed?.numerator;
}
