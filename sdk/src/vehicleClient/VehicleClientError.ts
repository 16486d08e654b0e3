import { BlokError } from "../errors/BlokError.js";
import type { Problem } from "../paymentHttp/types.js";

export type VehicleClientErrorCode =
  /** The operator did not answer, or cannot serve now. What was signed for the request stays in hand: asking again is safe. */
  | "OPERATOR_UNREACHABLE"
  /** The operator refused the request; `operatorProblem` says why. */
  | "OPERATOR_REFUSED"
  /** This program does not pay from the channel. */
  | "CLIENT_CHANNEL"
  /** The operator's terms are not those of the channel. */
  | "TERMS_FOREIGN"
  /** The operator asks for more than the policy allows, or than its own figures add up to. */
  | "DUE_TOO_HIGH"
  /** The operator says that more was charged before than its receipts do. */
  | "DUE_MISMATCH"
  /** The document is not the one that is to be named, or says something else than what is due. */
  | "DOCUMENT_WRONG"
  /** The receipt is not one for what was paid. */
  | "RECEIPT_WRONG"
  /** The name of the request was used for another one. */
  | "REQUEST_REUSED";

/** Why a request was not paid, or not served. */
export class VehicleClientError extends BlokError<VehicleClientErrorCode> {
  /** What the operator answered. */
  operatorProblem?: Problem;
}
