import { CDR_DIMENSIONS } from "./cdrTypes.js";
import {
  closed,
  countryCode,
  currency,
  dateTime,
  decimal,
  list,
  partyId,
  second,
  text,
  words,
} from "./schemaParts.js";

const price = closed(
  {
    before_taxes: decimal,
    taxes: list(
      closed({ name: words(100), account_number: words(100), percentage: decimal, amount: decimal }, [
        "account_number",
        "percentage",
      ]),
      0,
      20,
    ),
  },
  ["taxes"],
);

/** Where a session was. */
export const LOCATION_SCHEMA = closed(
  {
    id: text(36),
    name: words(255),
    address: words(45),
    city: words(45),
    postal_code: words(10),
    state: words(20),
    country: { type: "string", pattern: "^[A-Z]{3}$" },
    coordinates: closed({
      latitude: { type: "string", pattern: "^-?[0-9]{1,2}\\.[0-9]{5,7}$" },
      longitude: { type: "string", pattern: "^-?[0-9]{1,3}\\.[0-9]{5,7}$" },
    }),
    evse_uid: text(36),
    evse_id: text(48),
    connector_id: text(36),
    connector_standard: text(40),
    connector_format: { enum: ["SOCKET", "CABLE"] },
    connector_power_type: { enum: ["AC_1_PHASE", "AC_2_PHASE", "AC_2_PHASE_SPLIT", "AC_3_PHASE", "DC"] },
  },
  ["name", "postal_code", "state"],
);

const signedData = closed(
  {
    encoding_method: { const: "OCMF" },
    encoding_method_version: { type: "integer" },
    public_key: text(512),
    signed_values: list(
      closed({
        nature: { enum: ["Start", "Intermediate", "End"] },
        plain_data: words(512),
        signed_data: text(5000),
      }),
      1,
      1000,
    ),
    url: text(512),
  },
  ["encoding_method_version", "public_key", "url"],
);

const OPTIONAL = [
  "session_id",
  "authorization_reference",
  "meter_id",
  "tariffs",
  "signed_data",
  "total_fixed_cost",
  "total_energy_cost",
  "total_time_cost",
  "total_parking_time",
  "total_parking_cost",
  "total_reservation_cost",
  "remark",
  "invoice_reference_id",
  "credit",
  "credit_reference_id",
  "home_charging_compensation",
];

/** OCPI 2.3.0 CDR. Times of the session are whole seconds, so that durations are. */
export const CDR_SCHEMA = closed(
  {
    country_code: countryCode,
    party_id: partyId,
    id: text(39),
    start_date_time: second,
    end_date_time: second,
    session_id: text(36),
    cdr_token: closed({
      country_code: countryCode,
      party_id: partyId,
      uid: text(36),
      type: { enum: ["AD_HOC_USER", "APP_USER", "EMAID", "OTHER", "RFID"] },
      contract_id: text(36),
    }),
    auth_method: { enum: ["AUTH_REQUEST", "COMMAND", "WHITELIST"] },
    authorization_reference: text(36),
    cdr_location: LOCATION_SCHEMA,
    meter_id: words(255),
    currency,
    tariffs: list({ type: "object" }, 0, 20),
    charging_periods: list(
      closed(
        {
          start_date_time: second,
          dimensions: list(closed({ type: { enum: CDR_DIMENSIONS }, volume: decimal }), 1, 8),
          tariff_id: text(36),
        },
        ["tariff_id"],
      ),
      1,
      100_000,
    ),
    signed_data: signedData,
    total_cost: price,
    total_fixed_cost: price,
    total_energy: decimal,
    total_energy_cost: price,
    total_time: decimal,
    total_time_cost: price,
    total_parking_time: decimal,
    total_parking_cost: price,
    total_reservation_cost: price,
    remark: words(255),
    invoice_reference_id: text(39),
    credit: { type: "boolean" },
    credit_reference_id: text(39),
    home_charging_compensation: { type: "boolean" },
    last_updated: dateTime,
  },
  OPTIONAL,
);
