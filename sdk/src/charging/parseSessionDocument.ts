import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { ChargingError } from "./ChargingError.js";
import { checkSchema } from "./checkSchema.js";
import { parseCdr } from "./parseCdr.js";
import { readJson } from "./readJson.js";
import { baseUnits, chargerId, closed, count, currency, hash, second, text } from "./schemaParts.js";
import {
  PARKING_TICKET_FORMAT,
  TOLL_DECLARATION_FORMAT,
  type ParkingTicket,
  type SessionDocument,
  type TollDeclaration,
} from "./sessionDocuments.js";

const tokenDecimals = { ...count, maximum: 36 };

const TOLL_DECLARATION_SCHEMA = closed({
  format: { const: TOLL_DECLARATION_FORMAT },
  chargerId,
  contextVersion: count,
  stationHash: hash,
  tariffClass: text(8),
  tariffId: text(36),
  currency,
  decimals: tokenDecimals,
  amount: baseUnits,
  sessionTime: second,
  salt: hash,
});

const PARKING_TICKET_SCHEMA = closed({
  format: { const: PARKING_TICKET_FORMAT },
  operatorId: chargerId,
  locationHash: hash,
  tariffId: text(36),
  currency,
  decimals: tokenDecimals,
  amount: baseUnits,
  startedAt: second,
  endedAt: second,
  salt: hash,
});

const compiled = new Map<object, ValidateFunction>();

/**
 * A toll declaration from JSON. It has no field for a plate, a position or free text, and takes none.
 *
 * @throws {ChargingError} `JSON_MALFORMED`, `SESSION_DOCUMENT`, with the path of the field.
 * @example
 * parseTollDeclaration(await readFile("declaration.json", "utf8"), "declaration.json").amount; // "9080000"
 */
export function parseTollDeclaration(input: unknown, source = "the toll declaration"): TollDeclaration {
  const declaration = parse<TollDeclaration>(input, TOLL_DECLARATION_SCHEMA, source);
  checkTime(declaration.sessionTime, `${source}, sessionTime`);
  return declaration;
}

/**
 * A parking ticket from JSON. It has no field for a plate, a position or free text, and takes none.
 *
 * @throws {ChargingError} `JSON_MALFORMED`, `SESSION_DOCUMENT`, with the path of the field.
 * @example
 * parseParkingTicket(await readFile("ticket.json", "utf8"), "ticket.json").amount; // "3375000"
 */
export function parseParkingTicket(input: unknown, source = "the parking ticket"): ParkingTicket {
  const ticket = parse<ParkingTicket>(input, PARKING_TICKET_SCHEMA, source);
  checkTime(ticket.startedAt, `${source}, startedAt`);
  checkTime(ticket.endedAt, `${source}, endedAt`);
  if (ticket.endedAt < ticket.startedAt) {
    throw new ChargingError("SESSION_DOCUMENT", "the stay ends before it begins", {
      where: `${source}, endedAt`,
      fix: "swap the times",
    });
  }
  return ticket;
}

/**
 * A document that a voucher can pay for, of any kind, from JSON. What names no format is taken for a charge detail record.
 *
 * @throws {ChargingError} as {@link parseTollDeclaration}, {@link parseParkingTicket} and {@link parseCdr} do.
 * @example
 * const sessionHash = hashSessionDocument(parseSessionDocument(json));
 */
export function parseSessionDocument(input: unknown, source = "the document"): SessionDocument {
  const value = typeof input === "string" ? readJson(input, source) : input;
  const format = typeof value === "object" && value !== null && "format" in value ? value.format : undefined;
  if (format === undefined) return parseCdr(value, source);
  if (format === PARKING_TICKET_FORMAT) return parseParkingTicket(value, source);
  return parseTollDeclaration(value, source);
}

function parse<T>(input: unknown, schema: object, source: string): T {
  const value = typeof input === "string" ? readJson(input, source) : input;
  const validate = compiled.get(schema) ?? new Ajv2020().compile(schema);
  compiled.set(schema, validate);
  checkSchema(validate, value, source, "SESSION_DOCUMENT");
  return value as T;
}

function checkTime(time: string, where: string): void {
  if (!Number.isNaN(Date.parse(time))) return;
  throw new ChargingError("SESSION_DOCUMENT", `${time} is no point in time`, {
    where,
    fix: "write it as in 2026-03-01T00:00:00Z",
  });
}
