import type { Hex, PayeeChannel, PayerChannel, PayerPayment, PaymentReceipt } from "./types.js";

/** What a payment store keeps. */
export interface StoreRecords {
  payerChannel: PayerChannel;
  payerPayment: PayerPayment;
  payeeChannel: PayeeChannel;
  receipt: PaymentReceipt;
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isTruth: Check = (value) => typeof value === "boolean";
const isNumber: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isBig: Check = (value) => typeof value === "bigint" && value >= 0n;
const maybe =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const shape =
  (fields: Record<string, Check>): Check =>
  (value) =>
    typeof value === "object" &&
    value !== null &&
    Object.entries(fields).every(([name, check]) => check((value as Record<string, unknown>)[name]));

const isTerms = shape({
  payer: isText,
  signer: isText,
  payee: isText,
  operator: isText,
  asset: isText,
  closeDelaySeconds: isNumber,
  salt: isBig,
});
const place = { channelId: isText, epoch: isNumber };
const isVoucher = shape({ ...place, ceiling: isBig, sessionHash: maybe(isText), signature: isText });

const SHAPES: Record<keyof StoreRecords, Check> = {
  payerChannel: shape({ ...place, terms: isTerms, deposited: isBig, ceiling: isBig }),
  payerPayment: shape({
    ...place,
    ceiling: isBig,
    amount: isBig,
    asset: isText,
    sessionHash: maybe(isText),
    sessionId: maybe(isText),
    decidedAt: isNumber,
    isAcknowledged: isTruth,
  }),
  payeeChannel: shape({
    ...place,
    terms: isTerms,
    ceiling: isBig,
    voucher: maybe(isVoucher),
    charged: isBig,
    carried: isBig,
    settled: isBig,
    closeDeadline: isNumber,
    unsettledSince: isNumber,
    isOver: isTruth,
  }),
  receipt: shape({
    ...place,
    requestId: isText,
    price: isBig,
    increment: isBig,
    ceiling: isBig,
    charged: isBig,
    sessionHash: maybe(isText),
    signature: maybe(isText),
    acceptedAt: isNumber,
  }),
};

/** The names of the fields that are bigint, wherever they stand; JSON has them as decimal text. */
const BIG_FIELDS = new Set([
  "amount",
  "carried",
  "ceiling",
  "charged",
  "deposited",
  "increment",
  "price",
  "salt",
  "settled",
]);

/** A record as text. */
export function encodeRecord<Kind extends keyof StoreRecords>(
  _kind: Kind,
  record: StoreRecords[Kind],
): string {
  return JSON.stringify(record, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
}

/** A record from its text; undefined when it is none, or of another channel or epoch. */
export function decodeRecord<Kind extends keyof StoreRecords>(
  kind: Kind,
  text: string,
  at: { channelId: Hex; epoch: number },
): StoreRecords[Kind] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text, (name, field: unknown) =>
      BIG_FIELDS.has(name) && typeof field === "string" && /^\d{1,78}$/.test(field) ? BigInt(field) : field,
    );
  } catch {
    return undefined;
  }
  if (!SHAPES[kind](value)) return undefined;
  const record = value as StoreRecords[Kind];
  return record.channelId === at.channelId && record.epoch === at.epoch ? record : undefined;
}
