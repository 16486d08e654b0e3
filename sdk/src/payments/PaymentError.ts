import { BlokError } from "../errors/BlokError.js";

export type PaymentErrorCode =
  /** Terms, amounts or hashes are not numbers and hex of their width. */
  | "PAYMENT_ARGUMENT"
  /** The machine key is none, or returned a signature that it did not make. */
  | "PAYMENT_KEY"
  /** The payee is not on the list. */
  | "PAYEE_NOT_LISTED";

/** What is said of a channel, a voucher or a mandate cannot be so. */
export class PaymentError extends BlokError<PaymentErrorCode> {}

export type PayerErrorCode =
  /** The channel, or its present epoch, is not one that this program pays from. */
  | "PAYER_CHANNEL"
  /** The payee speaks of another epoch than the chain. */
  | "PAYER_EPOCH"
  /** The total is not what was paid before plus what was expected. */
  | "PAYER_TOTAL"
  /** A voucher for this total exists, and says something else. */
  | "PAYER_CONFLICT"
  /** The channel does not hold that much. */
  | "PAYER_DEPOSIT"
  /** The channel is closing. */
  | "PAYER_CLOSING"
  /** The owner's limit for one payment, session or day would be exceeded. */
  | "PAYER_LIMIT"
  /** Another program writes to the same store all the time. */
  | "PAYER_BUSY";

/** Why a payer's program does not sign. */
export class PayerError extends BlokError<PayerErrorCode> {}

export type PayeeErrorCode =
  /** The voucher is not made of numbers and hex of their width. */
  | "VOUCHER_MALFORMED"
  /** It speaks of other terms, another chain, or pays somebody else. */
  | "CHANNEL_FOREIGN"
  /** The channel's machine key did not sign it. */
  | "VOUCHER_FORGED"
  /** It is of an epoch that is over, or has not begun. */
  | "VOUCHER_EPOCH"
  /** It allows no more than was accepted before: it is no payment. */
  | "VOUCHER_STALE"
  /** It allows less than the price: nothing was taken, nothing may be delivered. */
  | "VOUCHER_UNDERPAID"
  /** The channel is not open, or its opening is not deep enough in the chain yet. */
  | "CHANNEL_UNCONFIRMED"
  /** It allows more than is deposited and confirmed. */
  | "CHANNEL_DEPOSIT"
  /** The payer asked to close. */
  | "CHANNEL_CLOSING"
  /** The request was accepted before, for another voucher or price. */
  | "REQUEST_CONFLICT"
  /** The price is not an amount. */
  | "PRICE_INVALID"
  /** Another program writes to the same store all the time. */
  | "PAYEE_BUSY";

/** Why a payee's program does not take a payment. */
export class PayeeError extends BlokError<PayeeErrorCode> {
  /** The least ceiling that would have been enough, in base units, where that is the problem. */
  neededCeiling?: bigint;
}

export type PaymentStoreErrorCode =
  /** The file is not a payment store. */
  | "PAYMENT_STORE_FOREIGN"
  /** The file was written by a newer version of this program. */
  | "PAYMENT_STORE_VERSION"
  /** The file is damaged. */
  | "PAYMENT_STORE_CORRUPT"
  /** The file cannot be opened or written. */
  | "PAYMENT_STORE_FAILED";

/** A payment store that cannot be used, or whose file is not as it left it. */
export class PaymentStoreError extends BlokError<PaymentStoreErrorCode> {}

export type SettlementErrorCode =
  /** The transaction was not included in time. */
  | "SETTLEMENT_LATE"
  /** The contract refused the batch. */
  | "SETTLEMENT_REFUSED"
  /** No transaction holds the batch. */
  | "SETTLEMENT_TOO_LARGE";

/** Why claims were not settled. */
export class SettlementError extends BlokError<SettlementErrorCode> {}
