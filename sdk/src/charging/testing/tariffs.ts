import type { Amount, PriceOptions, SessionPeriod } from "../sessionTypes.js";
import type { PriceComponent, Tariff, TariffElement, TariffRestrictions } from "../tariffTypes.js";

export const EURO_CENTS: PriceOptions = { decimals: 6, timeZone: "Europe/Amsterdam" };

/** A tariff without VAT in its prices, of these elements. */
export function tariffOf(elements: TariffElement[], fields: Partial<Tariff> = {}): Tariff {
  return {
    country_code: "NL",
    party_id: "CPO",
    id: "TEST",
    currency: "EUR",
    elements,
    tax_included: "NO",
    last_updated: "2026-01-01T00:00:00Z",
    ...fields,
  };
}

export function element(components: PriceComponent[], restrictions?: TariffRestrictions): TariffElement {
  return { price_components: components, ...(restrictions && { restrictions }) };
}

export function price(
  type: PriceComponent["type"],
  amount: string,
  vat?: string,
  stepSize = 1,
): PriceComponent {
  return { type, price: amount, ...(vat !== undefined && { vat }), step_size: stepSize };
}

/** Periods one after the other from a moment on, each of minutes and Wh. */
export function periodsFrom(
  start: string,
  ...parts: {
    minutes: number;
    energyWh?: number;
    parking?: boolean;
    powerW?: number;
    currentMa?: number;
  }[]
): SessionPeriod[] {
  let startedAt = Date.parse(start) / 1000;
  return parts.map(({ minutes, energyWh = 0, parking = false, ...measured }) => {
    const period: SessionPeriod = {
      startedAt,
      durationSeconds: minutes * 60,
      dimension: parking ? "PARKING_TIME" : "TIME",
      energyWh,
      ...measured,
    };
    startedAt += minutes * 60;
    return period;
  });
}

/** An amount with six decimals as text, "before/after". */
export function show({ before_taxes: before, after_taxes: after }: Amount): string {
  return `${decimals(before)}/${decimals(after)}`;
}

function decimals(value: bigint): string {
  const digits = String(value < 0n ? -value : value).padStart(7, "0");
  const text = `${digits.slice(0, -6)}.${digits.slice(-6)}`.replace(/\.?0+$/, "");
  return value < 0n ? `-${text}` : text;
}
