import { BlokError, type BlokErrorDetails } from "../errors/BlokError.js";
import type { Problem } from "../paymentHttp/types.js";

export type ProblemCode =
  /** Nothing was paid yet; the body says what is due. */
  | "PAYMENT_REQUIRED"
  | "BODY_MALFORMED"
  | "BODY_TOO_LARGE"
  | "BODY_LATE"
  | "CONTENT_TYPE"
  | "REQUEST_ID"
  | "HEADER_MALFORMED"
  /** The same name was used for another request. */
  | "REQUEST_CONFLICT"
  /** The quote is not this operator's, or was given for something else. */
  | "QUOTE_FOREIGN"
  | "QUOTE_EXPIRED"
  /** The voucher does not name the document that it is to pay for. */
  | "VOUCHER_SESSION"
  | "NOT_FOUND"
  | "METHOD"
  | "EVSE_OCCUPIED"
  /** The visit is over. */
  | "VISIT_OVER"
  | "SERVICE_INVALID"
  | "CHAIN_UNREACHABLE"
  | "OVERLOADED"
  | "ANSWER_LATE"
  | "INTERNAL";

/** Why a request is not served, as RFC 9457 tells it. Codes of `PayeeError` are passed on as they are. */
export class ProblemError extends BlokError {
  readonly status: number;
  /** Further members of the problem. */
  readonly members: Readonly<Record<string, unknown>>;
  /** Seconds after which it may be worth trying again. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    status: number,
    code: ProblemCode | (string & {}),
    message: string,
    details: { [Key in keyof BlokErrorDetails]: BlokErrorDetails[Key] | undefined } & {
      members?: Record<string, unknown>;
      retryAfterSeconds?: number;
    } = {},
  ) {
    super(code, message, details);
    this.status = status;
    this.members = details.members ?? {};
    this.retryAfterSeconds = details.retryAfterSeconds;
  }

  /** The body. */
  toProblem(): Problem & Record<string, unknown> {
    return {
      type: `urn:blok-auto:problem:${this.code.toLowerCase().replaceAll("_", "-")}`,
      title: TITLES[this.status] ?? "Error",
      status: this.status,
      code: this.code,
      detail: this.where === undefined ? this.problem : `${this.problem} (${this.where})`,
      ...(this.fix !== undefined && { fix: this.fix }),
      ...this.members,
    };
  }
}

const TITLES: Record<number, string> = {
  400: "Bad request",
  402: "Payment required",
  403: "Forbidden",
  404: "Not found",
  405: "Method not allowed",
  408: "Request timeout",
  409: "Conflict",
  413: "Content too large",
  415: "Unsupported media type",
  422: "Unprocessable content",
  431: "Request header fields too large",
  500: "Internal error",
  503: "Service unavailable",
  504: "Answer too late",
};
