import type { CdrLocation } from "../charging/cdrTypes.js";
import type { TollTariff } from "../charging/priceToll.js";
import type { SessionDocument } from "../charging/sessionDocuments.js";
import type { PriceOptions } from "../charging/sessionTypes.js";
import type { Tariff } from "../charging/tariffTypes.js";
import type { OperatorTerms } from "../paymentHttp/types.js";
import type { Payee } from "../payments/Payee.js";
import type { PreparedDomain } from "../payments/prepareDomain.js";
import type { PaymentStore } from "../payments/types.js";
import type { RecordStore } from "../recordStore/RecordStore.js";

/** What a meter shows and signs. */
export interface MeterSample {
  /** Unix seconds, by the meter's clock. */
  at: number;
  registerWh: bigint;
  /** The reading, signed (OCMF). */
  ocmf: string;
}

/** The meters of an operator's charge points. */
export interface ChargePoints {
  evses: readonly string[];
  /** SubjectPublicKeyInfo in DER, base64. */
  publicKey: string;
  /**
   * Reads and signs the energy register of a charge point.
   *
   * @param transaction B begins a session, E ends it.
   * @param page The number of the data set among those of this meter.
   */
  sign(evse: string, transaction: "B" | "E", page: number): Promise<MeterSample>;
  /** Reads the register without a signature, on the way. */
  read(evse: string): Promise<Omit<MeterSample, "ocmf">>;
}

export interface ChargingOffer {
  tariff: Tariff;
  /** What has to be signed ahead at any time, base units: the most that can be lost by a car that leaves. */
  hold: bigint;
  chargePoints: ChargePoints;
  location: Omit<CdrLocation, "evse_uid" | "evse_id">;
  /** What ids of charge points begin with, as in NL*CPO*E. */
  evsePrefix: string;
}

export interface TollOffer {
  tariff: TollTariff;
  gates: readonly string[];
}

export interface ParkingOffer {
  tariff: Tariff;
  /** What has to be signed ahead while the car is parked, base units. */
  hold: bigint;
  placeId: string;
}

/** What an operator needs to know. */
export interface OperatorInput {
  domain: PreparedDomain;
  payee: Payee;
  /** The payee's own store. */
  payments: PaymentStore;
  /** What is not money: visits, and the documents that were paid for. */
  records: RecordStore;
  terms: Pick<OperatorTerms, "payee" | "operator" | "asset" | "closeDelaySeconds" | "minimumDeposit">;
  prices: PriceOptions;
  charging?: ChargingOffer;
  tolls?: TollOffer;
  parking?: ParkingOffer;
  /** 32 bytes that outlive the process: quotes and the names of visits are made from it. */
  secret: Uint8Array;
  /** 32 bytes, hex with 0x: names of places in documents are hashed with it. */
  placeKey: string;
  /** How long a quote can be paid; an hour when left out. */
  quoteSeconds?: number;
  limits?: Partial<OperatorLimits>;
  /** Unix seconds. */
  now?: () => number;
  onEvent?: (event: OperatorEvent) => void;
}

/** How much an operator takes on. */
export interface OperatorLimits {
  /** Of a body; 16 KiB when left out. */
  bodyBytes: number;
  /** How long a body may take; 5,000 ms when left out. */
  bodyTimeoutMs: number;
  /** How long an answer may take; 30,000 ms when left out. */
  answerTimeoutMs: number;
  /** Requests that are served at a time; more are told to come back. 1,024 when left out. */
  concurrentRequests: number;
}

/** What an operator reports to its log. */
export interface OperatorEvent {
  event: "served" | "refused" | "failed";
  method: string;
  path: string;
  status: number;
  /** Of the refusal. */
  code?: string;
  channelId?: string;
  requestId?: string;
  /** Base units. */
  price?: bigint;
  charged?: bigint;
  durationMs: number;
  /** What went wrong inside; for the operator's eyes. */
  error?: unknown;
}

/** What a request costs, and for what. */
export interface Offer {
  /** Base units. */
  price: bigint;
  /** Base units. */
  hold: bigint;
  document?: SessionDocument;
}
