import { REFUSALS } from "../gateway/refusals.js";
import type { SummaryOutcome } from "../gateway/SummaryTransport.js";

const VERSION = 1;
const HASH_AT = 2;
const RECEIPT_BYTES = 34;
const STATUS = { accepted: 0, duplicate: 1 } as const;
const REFUSED_FROM = 16;

/**
 * What a gateway says of a message: version, status, and the hash of the message. Only who knows the message can say something
 * of it, so that nobody makes a vehicle forget a summary by sending nonsense in its name.
 *
 * @param hash keccak256 of the message, 32 bytes.
 */
export function encodeReceipt(outcome: SummaryOutcome, hash: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(RECEIPT_BYTES);
  bytes[0] = VERSION;
  bytes[1] =
    outcome.status === "refused" ? REFUSED_FROM + REFUSALS.indexOf(outcome.reason) : STATUS[outcome.status];
  bytes.set(hash, HASH_AT);
  return bytes;
}

/** Reads a receipt. @returns Undefined for what is none. */
export function decodeReceipt(bytes: Uint8Array): { outcome: SummaryOutcome; hash: Uint8Array } | undefined {
  const [version, status = 0] = bytes;
  if (bytes.length !== RECEIPT_BYTES || version !== VERSION) return undefined;
  const hash = bytes.slice(HASH_AT);
  if (status === STATUS.accepted) return { outcome: { status: "accepted" }, hash };
  if (status === STATUS.duplicate) return { outcome: { status: "duplicate" }, hash };
  const reason = REFUSALS[status - REFUSED_FROM];
  return reason && { outcome: { status: "refused", reason }, hash };
}
