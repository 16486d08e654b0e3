import {
  closed,
  count,
  countryCode,
  currency,
  dateTime,
  decimal,
  list,
  partyId,
  text,
  words,
} from "./schemaParts.js";
import { DAYS_OF_WEEK, TARIFF_DIMENSIONS, TARIFF_TYPES } from "./tariffTypes.js";

const timeOfDay = { type: "string", pattern: "^([01][0-9]|2[0-3]):[0-5][0-9]$" };
const date = { type: "string", pattern: "^[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$" };
const limit = closed({ before_taxes: decimal, after_taxes: decimal }, ["after_taxes"]);

const priceComponent = closed(
  { type: { enum: TARIFF_DIMENSIONS }, price: decimal, vat: decimal, step_size: { ...count, minimum: 1 } },
  ["vat"],
);

const restrictionFields = {
  start_time: timeOfDay,
  end_time: timeOfDay,
  start_date: date,
  end_date: date,
  min_kwh: decimal,
  max_kwh: decimal,
  min_current: decimal,
  max_current: decimal,
  min_power: decimal,
  max_power: decimal,
  min_duration: count,
  max_duration: count,
  day_of_week: list({ enum: DAYS_OF_WEEK }, 0, 7),
  reservation: { enum: ["RESERVATION", "RESERVATION_EXPIRES"] },
};

const element = closed(
  {
    price_components: list(priceComponent, 1, 4),
    restrictions: closed(restrictionFields, Object.keys(restrictionFields)),
  },
  ["restrictions"],
);

/** OCPI 2.3.0 Tariff, closed where a field more or less changes a price. */
export const TARIFF_SCHEMA = closed(
  {
    country_code: countryCode,
    party_id: partyId,
    id: text(36),
    currency,
    type: { enum: TARIFF_TYPES },
    tariff_alt_text: list(closed({ language: text(2, 2), text: words(512) }), 0, 50),
    tariff_alt_url: text(255),
    min_price: limit,
    max_price: limit,
    preauthorize_amount: decimal,
    elements: list(element, 1, 100),
    tax_included: { enum: ["YES", "NO", "N/A"] },
    start_date_time: dateTime,
    end_date_time: dateTime,
    energy_mix: { type: "object" },
    last_updated: dateTime,
  },
  [
    "type",
    "tariff_alt_text",
    "tariff_alt_url",
    "min_price",
    "max_price",
    "preauthorize_amount",
    "start_date_time",
    "end_date_time",
    "energy_mix",
  ],
);
