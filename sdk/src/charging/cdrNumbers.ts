import { addFractions, fraction, multiplyFractions, ZERO, type Fraction } from "../parts/fraction.js";
import type { ChargingPeriod, Price } from "./cdrTypes.js";
import { ChargingError } from "./ChargingError.js";
import { parseDecimal, toJsonNumber, type Decimal } from "./parseDecimal.js";
import type { Amount, SessionPeriod } from "./sessionTypes.js";

const THOUSAND = fraction(1000n);

/** An amount of base units as OCPI states it, in currency units and with the tax apart. */
export function toPrice(
  { before_taxes: before, after_taxes: after }: Amount,
  decimals: number,
  where: string,
): Price {
  const unit = 10n ** BigInt(decimals);
  const tax = after - before;
  return {
    before_taxes: toJsonNumber(fraction(before, unit), where),
    ...(tax !== 0n && { taxes: [{ name: "VAT", amount: toJsonNumber(fraction(tax, unit), where) }] }),
  };
}

/** What OCPI states, before and after taxes, in currency units. Amounts of credits are negative. */
export function readPrice(price: Price, where: string): { before_taxes: Fraction; after_taxes: Fraction } {
  const before = signed(price.before_taxes, `${where}.before_taxes`);
  const taxes = (price.taxes ?? []).map(({ amount }, index) =>
    signed(amount, `${where}.taxes[${index}].amount`),
  );
  return { before_taxes: before, after_taxes: taxes.reduce(addFractions, before) };
}

/** Seconds in hours, to the four decimals that OCPI gives its numbers, half up. */
export function toHours(seconds: number): number {
  return toJsonNumber(fraction((BigInt(seconds) * 20_000n + 3600n) / 7200n, 10_000n));
}

/** Wh in kWh. */
export function toKwh(energyWh: bigint, where: string): number {
  return toJsonNumber(fraction(energyWh, 1000n), where);
}

/** kWh in Wh, kW in W, A in mA. */
export function thousandfold(value: Decimal, where: string): bigint {
  const { numerator, denominator } = multiplyFractions(parseDecimal(value, where), THOUSAND);
  if (denominator === 1n) return numerator;
  throw new ChargingError("SESSION_DOCUMENT", `${value} has more than three decimals`, {
    where,
    fix: "state what the meter showed, in whole Wh, W or mA",
  });
}

/** Periods of a session as those of a charge detail record. */
export function toChargingPeriods(periods: readonly SessionPeriod[], tariffId: string): ChargingPeriod[] {
  return periods.map(({ startedAt, durationSeconds, dimension, energyWh, powerW, currentMa }, index) => {
    const where = `charging_periods[${index}]`;
    return {
      start_date_time: toDateTime(startedAt),
      dimensions: [
        { type: "ENERGY", volume: toKwh(BigInt(energyWh), where) },
        { type: dimension, volume: toHours(durationSeconds) },
        ...(powerW === undefined
          ? []
          : [{ type: "MAX_POWER" as const, volume: toKwh(BigInt(powerW), where) }]),
        ...(currentMa === undefined
          ? []
          : [{ type: "MAX_CURRENT" as const, volume: toKwh(BigInt(currentMa), where) }]),
      ],
      tariff_id: tariffId,
    };
  });
}

/** Periods of a charge detail record as those of a session: times from the clock, not from rounded hours. */
export function toSessionPeriods(periods: readonly ChargingPeriod[], endDateTime: string): SessionPeriod[] {
  return periods.map(({ start_date_time: start, dimensions }, index) => {
    const where = `charging_periods[${index}]`;
    const startedAt = toSeconds(start);
    const end = toSeconds(periods[index + 1]?.start_date_time ?? endDateTime);
    const volume = (type: string): bigint | undefined => {
      const found = dimensions.find((dimension) => dimension.type === type);
      return found && thousandfold(found.volume, `${where}, ${type}`);
    };
    const [powerW, currentMa] = [volume("MAX_POWER"), volume("MAX_CURRENT")];
    return {
      startedAt,
      durationSeconds: end - startedAt,
      dimension: dimensions.some(({ type }) => type === "PARKING_TIME") ? "PARKING_TIME" : "TIME",
      energyWh: volume("ENERGY") ?? 0n,
      ...(powerW !== undefined && { powerW }),
      ...(currentMa !== undefined && { currentMa }),
    };
  });
}

export function toDateTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}

export function toSeconds(dateTime: string): number {
  return Date.parse(dateTime) / 1000;
}

/** The same price with the opposite sign, as a credit states it. */
export function negatePrice(price: Price): Price {
  return {
    before_taxes: negate(price.before_taxes),
    ...(price.taxes && { taxes: price.taxes.map((tax) => ({ ...tax, amount: negate(tax.amount) })) }),
  };
}

function negate(value: Decimal): Decimal {
  if (typeof value === "number") return value === 0 ? 0 : -value;
  if (/^-?0*(\.0*)?$/.test(value)) return value;
  return value.startsWith("-") ? value.slice(1) : `-${value}`;
}

function signed(value: Decimal, where: string): Fraction {
  const text = typeof value === "string" && value.startsWith("-") ? value.slice(1) : undefined;
  if (typeof value === "number" ? value >= 0 : text === undefined) return parseDecimal(value, where);
  const { numerator, denominator } = parseDecimal(text ?? -(value as number), where);
  return numerator === 0n ? ZERO : { numerator: -numerator, denominator };
}
