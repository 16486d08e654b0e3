import type { SessionDocument } from "../charging/sessionDocuments.js";
import type { PaymentDue, VisitSummary } from "../paymentHttp/types.js";
import type { Payer } from "../payments/Payer.js";
import type { PreparedDomain } from "../payments/prepareDomain.js";
import type { Hex, PaymentReceipt, PaymentStore } from "../payments/types.js";
import type { RecordStore } from "../recordStore/RecordStore.js";

/** What a car pays without asking its owner, beside the limits of its `Payer`. Base units of the channel's asset. */
export interface VehiclePolicy {
  /** For one request. */
  maxPrice: bigint;
  /** What may be signed ahead on one channel. */
  maxHold: bigint;
}

export interface VehicleClientInput {
  payer: Payer;
  domain: PreparedDomain;
  /** The payer's own store. */
  payments: PaymentStore;
  /** What was asked for, and what came of it. */
  records: RecordStore;
  policy: VehiclePolicy;
  /** How long to wait for one answer, milliseconds; 10,000 when left out. */
  timeoutMs?: number;
  /** How often a request is sent again that got no answer, or was told to come back; 6 when left out. */
  retries?: number;
  /** The wait before the first repetition, milliseconds; each further one waits about twice as long. 100 when left out. */
  retryDelayMs?: number;
  /** For tests and for proxies. */
  fetch?: typeof globalThis.fetch;
  /** From 0 to 1, spreads repetitions over time. */
  random?: () => number;
}

export interface PurchaseOptions {
  /** The channel that is paid from: one that the payer tracks. */
  channelId: Hex;
  /** What the operator is to know. */
  body?: Readonly<Record<string, unknown>>;
  /** The name of the request, a UUID; another one each time when left out. */
  requestId?: string;
  /** Less than the policy's, if this request is to cost less. */
  maxPrice?: bigint;
  /** The payer's own name for what belongs together, for the limit per session. */
  sessionId?: string;
  /**
   * Looks at the document before it is signed: what is wrong with it, or undefined. Amounts of toll declarations and parking tickets
   * are looked at in any case.
   */
  checkDocument?: (
    document: SessionDocument,
    due: PaymentDue,
  ) => string | undefined | Promise<string | undefined>;
}

/** What came of a request. */
export interface Purchase {
  requestId: string;
  url: string;
  /** Left out when nothing was due. */
  receipt?: PaymentReceipt;
  /** What was paid for. */
  document?: SessionDocument;
  visit?: VisitSummary;
}

/** A request as it is written down. Amounts are decimal text. */
export interface PurchaseRecord {
  requestId: string;
  url: string;
  body: Readonly<Record<string, unknown>>;
  channelId: Hex;
  epoch: number;
  status: "asked" | "signed" | "served" | "refused";
  maxPrice: string;
  sessionId?: string;
  /** What was, or is about to be, signed. */
  signed?: SignedStep;
  /** Of the operator, when it is served. */
  answer?: unknown;
  /** The code of the refusal. */
  refusal?: string;
}

/** A voucher's statement and what it pays for, so that the very same can be sent again. */
export interface SignedStep {
  quote?: string;
  /** What had been charged before. */
  charged: string;
  price: string;
  ceiling: string;
  delta: string;
  sessionHash?: Hex;
}
