import { ChainError } from "../chain/ChainError.js";
import { PaymentHttpError } from "../paymentHttp/PaymentHttpError.js";
import { PayeeError, PaymentError, type PayeeErrorCode } from "../payments/PaymentError.js";
import { ProblemError } from "./ProblemError.js";

const STATUS: Record<PayeeErrorCode, number> = {
  VOUCHER_MALFORMED: 400,
  CHANNEL_FOREIGN: 422,
  VOUCHER_FORGED: 403,
  VOUCHER_EPOCH: 409,
  VOUCHER_STALE: 409,
  VOUCHER_UNDERPAID: 402,
  CHANNEL_UNCONFIRMED: 409,
  CHANNEL_DEPOSIT: 409,
  CHANNEL_CLOSING: 409,
  REQUEST_CONFLICT: 422,
  PRICE_INVALID: 500,
  PAYEE_BUSY: 503,
};
/** What was deposited is confirmed within some blocks. */
const CONFIRMATION_SECONDS = 1;

/**
 * What a failed request is answered with. What nobody threw on purpose is an internal error, and says nothing of the inside.
 *
 * @example
 * const { status } = toProblem(new PayeeError("VOUCHER_STALE", "…")); // 409
 */
export function toProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof PayeeError) {
    const { code, problem, where, fix } = error;
    const retryAfterSeconds =
      code === "CHANNEL_UNCONFIRMED" || code === "CHANNEL_DEPOSIT"
        ? CONFIRMATION_SECONDS
        : code === "PAYEE_BUSY"
          ? 1
          : undefined;
    return new ProblemError(STATUS[code], code, problem, {
      where,
      fix,
      cause: error,
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    });
  }
  if (error instanceof PaymentHttpError || error instanceof PaymentError) {
    const { code, problem, where, fix } = error;
    return new ProblemError(error instanceof PaymentHttpError ? 400 : 422, code, problem, {
      where,
      fix,
      cause: error,
    });
  }
  if (error instanceof ChainError) {
    // Where the node stands is nobody's business.
    return new ProblemError(503, "CHAIN_UNREACHABLE", "the chain cannot be read now", {
      retryAfterSeconds: 1,
      cause: error,
    });
  }
  return new ProblemError(500, "INTERNAL", "the request could not be served", {
    fix: "send the same request again; it will not be charged twice",
    cause: error,
  });
}
