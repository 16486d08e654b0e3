import type { Decimal } from "./parseDecimal.js";

export const TARIFF_DIMENSIONS = ["ENERGY", "FLAT", "PARKING_TIME", "TIME"] as const;
export const TARIFF_TYPES = [
  "AD_HOC_PAYMENT",
  "PROFILE_CHEAP",
  "PROFILE_FAST",
  "PROFILE_GREEN",
  "REGULAR",
] as const;
export const DAYS_OF_WEEK = [
  "MONDAY",
  "TUESDAY",
  "WEDNESDAY",
  "THURSDAY",
  "FRIDAY",
  "SATURDAY",
  "SUNDAY",
] as const;

export type TariffDimensionType = (typeof TARIFF_DIMENSIONS)[number];
export type TariffType = (typeof TARIFF_TYPES)[number];
export type DayOfWeek = (typeof DAYS_OF_WEEK)[number];

/** A price for one dimension (OCPI PriceComponent). */
export interface PriceComponent {
  type: TariffDimensionType;
  /** Per kWh (ENERGY), per hour (TIME, PARKING_TIME) or once (FLAT), in the tariff's currency. */
  price: Decimal;
  /** Per cent. Absent: no VAT applies. */
  vat?: Decimal;
  /** Wh (ENERGY) or seconds (TIME, PARKING_TIME) that are billed as a block; 1 for FLAT. */
  step_size: number;
}

/** When a tariff element is active (OCPI TariffRestrictions). All that are given have to hold. */
export interface TariffRestrictions {
  /** Local time of day, HH:MM, included. Past `end_time` the window goes over midnight. */
  start_time?: string;
  /** Local time of day, HH:MM, excluded. 00:00 is the end of the day. */
  end_time?: string;
  /** Local date, YYYY-MM-DD, included. */
  start_date?: string;
  /** Local date, YYYY-MM-DD, excluded. */
  end_date?: string;
  /** Energy of the session so far, included. */
  min_kwh?: Decimal;
  /** Energy of the session so far, excluded. */
  max_kwh?: Decimal;
  /** Sum over all phases in A, included. */
  min_current?: Decimal;
  /** Sum over all phases in A, excluded. */
  max_current?: Decimal;
  /** kW, included. */
  min_power?: Decimal;
  /** kW, excluded. */
  max_power?: Decimal;
  /** Seconds since the session began, included. */
  min_duration?: number;
  /** Seconds since the session began, excluded. */
  max_duration?: number;
  /** The day at the moment itself, also in a window that began the evening before. */
  day_of_week?: DayOfWeek[];
  /** The element prices a reservation, not a session. */
  reservation?: "RESERVATION" | "RESERVATION_EXPIRES";
}

export interface TariffElement {
  price_components: PriceComponent[];
  restrictions?: TariffRestrictions;
}

/** What a session costs at least or at most (OCPI PriceLimit). */
export interface PriceLimit {
  before_taxes: Decimal;
  after_taxes?: Decimal;
}

export interface DisplayText {
  language: string;
  text: string;
}

/** OCPI 2.3.0 Tariff. Decimals are numbers or texts, see {@link Decimal}. */
export interface Tariff {
  country_code: string;
  party_id: string;
  id: string;
  /** ISO 4217. */
  currency: string;
  type?: TariffType;
  tariff_alt_text?: DisplayText[];
  tariff_alt_url?: string;
  min_price?: PriceLimit;
  max_price?: PriceLimit;
  preauthorize_amount?: Decimal;
  elements: TariffElement[];
  /** Whether prices include taxes. */
  tax_included: "YES" | "NO" | "N/A";
  start_date_time?: string;
  end_date_time?: string;
  energy_mix?: Record<string, unknown>;
  last_updated: string;
}
