import type { SessionDocument } from "../charging/sessionDocuments.js";
import type { ChannelTerms, Hex, PaymentReceipt } from "../payments/types.js";

/** The version of the protocol that this program speaks; every header names it. */
export const PAYMENT_PROTOCOL_VERSION = 1;

/**
 * The headers of the protocol. `channel`, `voucher` and `receipt` are base64url of JSON with `version`; amounts are decimal text
 * in base units.
 */
export const PAYMENT_HEADERS = {
  /** The payer's name for a request, a UUID: the same name gives the same receipt, and costs once. */
  requestId: "idempotency-key",
  /** The terms of the channel that is paid from, and its epoch. */
  channel: "payment-channel",
  /** The voucher. */
  voucher: "payment-voucher",
  /** The operator's own word for what it asked, sent back as it came. */
  quote: "payment-quote",
  /** The receipt, as in the body. */
  receipt: "payment-receipt",
} as const;

/** Which channel is paid from. */
export interface ChannelClaim {
  terms: ChannelTerms;
  epoch: number;
}

/** What an operator charges for. */
export interface OfferedServices {
  /** Charge points; prepaid by `hold` at any time, base units. */
  charging?: { tariffId: string; hold: string; evses: string[]; meterPublicKey: string };
  tolls?: { gates: string[]; tariffClasses: string[] };
  parking?: { tariffId: string; hold: string };
}

/** What an operator accepts: `GET /terms`, and part of every 402. */
export interface OperatorTerms {
  version: typeof PAYMENT_PROTOCOL_VERSION;
  chainId: number;
  /** `PaymentChannels`. */
  contract: string;
  p256Verifier: string;
  payee: string;
  /** Who settles for the payee, the zero address for none. */
  operator: string;
  /** An ERC-20 token, or the zero address for the native coin. */
  asset: string;
  /** Of the asset. */
  decimals: number;
  /** How long the payee wants to be able to settle after the payer asked to close. */
  closeDelaySeconds: { min: number; max: number };
  /** What a channel should hold at least, base units. */
  minimumDeposit: string;
  services: OfferedServices;
}

/** What is due now from one channel. All amounts in base units. */
export interface PaymentDue {
  channelId: Hex;
  epoch: number;
  /** What was charged in this epoch so far. */
  charged: bigint;
  /** What this request costs. */
  price: bigint;
  /** What has to be signed ahead for what is being delivered: it is charged only when it was, and else stays the payer's. */
  hold: bigint;
  /** What the voucher's ceiling must reach. `charged + price + hold`, or one more than was signed before, if that is more. */
  total: bigint;
  /** The hash of the document that the voucher has to name. */
  sessionHash?: Hex | undefined;
}

/** RFC 9457, `application/problem+json`. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  /** Stable, for programs. */
  code: string;
  /** What was wrong. */
  detail: string;
  /** What to do about it. */
  fix?: string | undefined;
}

/** The body of a 402. */
export interface PaymentRequired extends Problem {
  accepts: OperatorTerms;
  /** Left out when the request named no channel. */
  due?: PaymentDue | undefined;
  /** To be sent back with the voucher. */
  quote?: string | undefined;
  /** What the voucher is to name. */
  document?: SessionDocument | undefined;
}

/** A visit to a charge point or a car park, as its operator tells it. */
export interface VisitSummary {
  /** Names the visit in further requests. Whoever knows it can end the visit: it is not to be told to others. */
  visitId: string;
  kind: "charging" | "parking";
  status: "active" | "over";
  /** Unix seconds. */
  startedAt: number;
  /** What was charged for it so far, base units. */
  charged: bigint;
  /** Wh delivered, as last read; for charging. */
  energyWh?: bigint | undefined;
}

/** The body of an answer to a request that was served. */
export interface ServedBody {
  /** Left out when nothing was due. */
  receipt?: PaymentReceipt | undefined;
  /** What the payment was for, with the hash that the voucher names. */
  document?: SessionDocument | undefined;
  visit?: VisitSummary | undefined;
}
