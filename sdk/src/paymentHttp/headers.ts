import { decodeBase64UrlText, encodeBase64Url } from "../documents/encoding.js";
import type { ChannelTerms, Hex, PaymentReceipt, Voucher } from "../payments/types.js";
import { PaymentHttpError } from "./PaymentHttpError.js";
import { PAYMENT_PROTOCOL_VERSION, type ChannelClaim } from "./types.js";

/** Longer headers of the protocol are not looked at, in characters. */
export const PAYMENT_HEADER_LIMIT = 4096;

const AMOUNT = /^(0|[1-9][0-9]{0,28})$/;
const HEX = /^0x([0-9a-fA-F]{2})+$/;
const REQUEST_ID = /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;

/** JSON of the protocol: amounts are decimal text. */
export function encodeJson(value: object): string {
  return JSON.stringify(value, (_, field: unknown) => (typeof field === "bigint" ? String(field) : field));
}

/**
 * A value as a header carries it: base64url of its JSON, with the protocol's version.
 *
 * @example
 * const headers = { [PAYMENT_HEADERS.voucher]: encodeHeader(voucher) };
 */
export function encodeHeader(value: object): string {
  const json = encodeJson({ version: PAYMENT_PROTOCOL_VERSION, ...value });
  return encodeBase64Url(new TextEncoder().encode(json));
}

/**
 * Reads `Payment-Channel`: the terms of a channel, and its epoch.
 *
 * @throws {PaymentHttpError} `HEADER_MALFORMED`
 */
export function decodeChannel(header: string): ChannelClaim {
  const fields = decodeHeader(header, "Payment-Channel");
  return { terms: readTerms(fields.object("terms")), epoch: fields.count("epoch") };
}

/**
 * Reads `Payment-Voucher`. Says nothing of what it is worth.
 *
 * @throws {PaymentHttpError} `HEADER_MALFORMED`
 * @example
 * const voucher = decodeVoucher(encodeHeader(await payer.pay(channelId, total, { expectedDelta })));
 */
export function decodeVoucher(header: string): Voucher {
  const fields = decodeHeader(header, "Payment-Voucher");
  const sessionHash = fields.optional("sessionHash", (name) => fields.hex(name, 32));
  return {
    channelId: fields.hex("channelId", 32),
    epoch: fields.count("epoch"),
    ceiling: fields.amount("ceiling"),
    ...(sessionHash !== undefined && { sessionHash }),
    signature: fields.hex("signature"),
  };
}

/**
 * Reads `Payment-Receipt`.
 *
 * @throws {PaymentHttpError} `HEADER_MALFORMED`
 */
export function decodeReceipt(header: string): PaymentReceipt {
  return readReceipt(decodeHeader(header, "Payment-Receipt"));
}

/** A receipt out of the fields of an object. */
export function readReceipt(fields: Fields): PaymentReceipt {
  const sessionHash = fields.optional("sessionHash", (name) => fields.hex(name, 32));
  const signature = fields.optional("signature", (name) => fields.hex(name));
  return {
    channelId: fields.hex("channelId", 32),
    epoch: fields.count("epoch"),
    requestId: fields.text("requestId"),
    price: fields.amount("price"),
    increment: fields.amount("increment"),
    ceiling: fields.amount("ceiling"),
    charged: fields.amount("charged"),
    ...(sessionHash !== undefined && { sessionHash }),
    ...(signature !== undefined && { signature }),
    acceptedAt: fields.count("acceptedAt"),
  };
}

/** Whether a text is the UUID that a request is named by. */
export function isRequestId(text: unknown): text is string {
  return typeof text === "string" && REQUEST_ID.test(text);
}

function readTerms(fields: Fields): ChannelTerms {
  return {
    payer: fields.hex("payer", 20),
    signer: fields.hex("signer", 32),
    payee: fields.hex("payee", 20),
    operator: fields.hex("operator", 20),
    asset: fields.hex("asset", 20),
    closeDelaySeconds: fields.count("closeDelaySeconds"),
    salt: fields.amount("salt"),
  };
}

function decodeHeader(header: string, name: string): Fields {
  const refuse = (problem: string): never => {
    throw new PaymentHttpError("HEADER_MALFORMED", problem, {
      where: name,
      fix: `send base64url of JSON, without padding, at most ${PAYMENT_HEADER_LIMIT} characters`,
    });
  };
  if (header.length > PAYMENT_HEADER_LIMIT) refuse(`the header has ${header.length} characters`);
  if (!/^[A-Za-z0-9_-]+$/.test(header)) refuse("the header is not base64url");
  let value: unknown;
  try {
    value = JSON.parse(decodeBase64UrlText(header));
  } catch {
    refuse("the header is not JSON");
  }
  const fields = new Fields(value, name, "HEADER_MALFORMED");
  const version = fields.count("version");
  if (version !== PAYMENT_PROTOCOL_VERSION) {
    throw new PaymentHttpError("HEADER_MALFORMED", `the header is of version ${version}`, {
      where: name,
      fix: `use version ${PAYMENT_PROTOCOL_VERSION}`,
    });
  }
  return fields;
}

/** An object whose fields are read one by one, each in its form or not at all. */
export class Fields {
  readonly #value: Record<string, unknown>;
  readonly #where: string;
  readonly #code: PaymentHttpError["code"];

  /** @throws {PaymentHttpError} With the code that is given, when the value is no object. */
  constructor(value: unknown, where: string, code: PaymentHttpError["code"]) {
    this.#where = where;
    this.#code = code;
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw this.#error("this is no object");
    this.#value = value as Record<string, unknown>;
  }

  amount(name: string): bigint {
    return BigInt(this.#matching(name, AMOUNT, "an amount in base units, as decimal text"));
  }

  count(name: string): number {
    const value = this.#value[name];
    if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
    throw this.#error(`${name} is not a whole number`);
  }

  text(name: string): string {
    const value = this.#value[name];
    if (typeof value === "string" && value !== "") return value;
    throw this.#error(`${name} is not a text`);
  }

  /** Hex with 0x, of so many bytes if that is given; in lower case. */
  hex(name: string, bytes?: number): Hex {
    const value = this.#matching(name, HEX, "hex with 0x");
    if (bytes !== undefined && value.length !== 2 + 2 * bytes)
      throw this.#error(`${name} is not of ${bytes} bytes`);
    return value.toLowerCase() as Hex;
  }

  object(name: string): Fields {
    return new Fields(this.#value[name], `${this.#where}, ${name}`, this.#code);
  }

  optional<T>(name: string, read: (name: string) => T): T | undefined {
    const value = this.#value[name];
    return value === undefined || value === null ? undefined : read(name);
  }

  /** The value as it came. */
  raw(name: string): unknown {
    return this.#value[name];
  }

  #matching(name: string, pattern: RegExp, what: string): string {
    const value = this.#value[name];
    if (typeof value === "string" && pattern.test(value)) return value;
    throw this.#error(`${name} is not ${what}`);
  }

  #error(problem: string): PaymentHttpError {
    return new PaymentHttpError(this.#code, problem, { where: this.#where });
  }
}
