import type { Decimal } from "./parseDecimal.js";
import type { Tariff } from "./tariffTypes.js";

/** OCPI 2.3.0 Price: an amount in the currency of the record. */
export interface Price {
  before_taxes: Decimal;
  taxes?: { name: string; account_number?: string; percentage?: Decimal; amount: Decimal }[];
}

export const CDR_DIMENSIONS = [
  "ENERGY",
  "MAX_CURRENT",
  "MIN_CURRENT",
  "MAX_POWER",
  "MIN_POWER",
  "PARKING_TIME",
  "RESERVATION_TIME",
  "TIME",
] as const;

/** A stretch of the session: it ends where the next one begins, the last with the session. */
export interface ChargingPeriod {
  start_date_time: string;
  /** Energy in kWh, times in hours, currents in A, powers in kW. */
  dimensions: { type: (typeof CDR_DIMENSIONS)[number]; volume: Decimal }[];
  tariff_id?: string;
}

export interface SignedValue {
  nature: "Start" | "Intermediate" | "End";
  /** The OCMF payload. */
  plain_data: string;
  /** The whole OCMF text, base64. */
  signed_data: string;
}

export interface SignedData {
  encoding_method: "OCMF";
  encoding_method_version?: number;
  /** SubjectPublicKeyInfo in DER, base64. */
  public_key?: string;
  signed_values: SignedValue[];
  url?: string;
}

export interface CdrToken {
  country_code: string;
  party_id: string;
  uid: string;
  type: "AD_HOC_USER" | "APP_USER" | "EMAID" | "OTHER" | "RFID";
  contract_id: string;
}

export interface CdrLocation {
  id: string;
  name?: string;
  address: string;
  city: string;
  postal_code?: string;
  state?: string;
  /** ISO 3166-1 alpha-3. */
  country: string;
  coordinates: { latitude: string; longitude: string };
  evse_uid: string;
  evse_id: string;
  connector_id: string;
  connector_standard: string;
  connector_format: "SOCKET" | "CABLE";
  connector_power_type: "AC_1_PHASE" | "AC_2_PHASE" | "AC_2_PHASE_SPLIT" | "AC_3_PHASE" | "DC";
}

/**
 * OCPI 2.3.0 charge detail record. It holds personal data (token, place, meter values) and stays off chain; a voucher
 * carries its hash. A record is never changed: it is credited, and another one is made.
 */
export interface Cdr {
  country_code: string;
  party_id: string;
  id: string;
  start_date_time: string;
  end_date_time: string;
  session_id?: string;
  cdr_token: CdrToken;
  auth_method: "AUTH_REQUEST" | "COMMAND" | "WHITELIST";
  authorization_reference?: string;
  cdr_location: CdrLocation;
  meter_id?: string;
  currency: string;
  tariffs?: Tariff[];
  charging_periods: ChargingPeriod[];
  signed_data?: SignedData;
  total_cost: Price;
  total_fixed_cost?: Price;
  /** In kWh. */
  total_energy: Decimal;
  total_energy_cost?: Price;
  /** In hours, to four decimals. */
  total_time: Decimal;
  total_time_cost?: Price;
  /** In hours, to four decimals. */
  total_parking_time?: Decimal;
  total_parking_cost?: Price;
  total_reservation_cost?: Price;
  remark?: string;
  invoice_reference_id?: string;
  credit?: boolean;
  credit_reference_id?: string;
  home_charging_compensation?: boolean;
  last_updated: string;
}
