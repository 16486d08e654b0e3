import { decodeVoucher, encodeHeader, isRequestId } from "../paymentHttp/headers.js";
import { PAYMENT_HEADERS, type ServedBody } from "../paymentHttp/types.js";
import type { Voucher } from "../payments/types.js";
import { ProblemError } from "./ProblemError.js";
import type { HttpAnswer, HttpRequest } from "./routes.js";

/** A header of the protocol, as it came. */
export function headerOf({ headers }: HttpRequest, name: keyof typeof PAYMENT_HEADERS): string | undefined {
  const value = headers[PAYMENT_HEADERS[name]];
  return Array.isArray(value) ? value.join() : value;
}

/** @throws {ProblemError} `REQUEST_ID` */
export function requestIdOf(request: HttpRequest): string {
  const requestId = headerOf(request, "requestId");
  if (isRequestId(requestId)) return requestId.toLowerCase();
  throw new ProblemError(400, "REQUEST_ID", "the request has no name", {
    where: "Idempotency-Key",
    fix: "send a UUID of your own, and the same one when you send the request again",
  });
}

/** @throws {PaymentHttpError} `HEADER_MALFORMED` */
export function voucherOf(request: HttpRequest): Voucher | undefined {
  const header = headerOf(request, "voucher");
  return header === undefined ? undefined : decodeVoucher(header);
}

/**
 * A field of the body that is one of several words.
 *
 * @throws {ProblemError} `SERVICE_INVALID`
 */
export function choiceOf(body: Record<string, unknown>, name: string, allowed: readonly string[]): string {
  const value = body[name];
  if (typeof value === "string" && allowed.includes(value)) return value;
  throw new ProblemError(422, "SERVICE_INVALID", `${name} is none that is served here`, {
    where: `body, ${name}`,
    fix: `use one of ${allowed.slice(0, 20).join(", ")}`,
  });
}

/** The answer to a request that was served; its receipt is in a header as well. */
export function servedAnswer(body: ServedBody, status = 200): HttpAnswer {
  const { receipt } = body;
  return { status, body, headers: receipt ? { [PAYMENT_HEADERS.receipt]: encodeHeader(receipt) } : {} };
}
