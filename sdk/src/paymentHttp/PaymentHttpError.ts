import { BlokError } from "../errors/BlokError.js";

export type PaymentHttpErrorCode =
  /** A header of the payment protocol is missing, too long, or not what its name says. */
  | "HEADER_MALFORMED"
  /** An answer of an operator is not what the protocol says. */
  | "ANSWER_MALFORMED";

/** A message of the payment protocol that cannot be read. */
export class PaymentHttpError extends BlokError<PaymentHttpErrorCode> {}
