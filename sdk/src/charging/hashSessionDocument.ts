import { sha256Hex } from "../documents/encoding.js";
import { canonicalJson } from "./canonicalJson.js";
import type { SessionDocument } from "./sessionDocuments.js";

/**
 * The hash that a voucher carries as `sessionHash`: SHA-256 over the canonical JSON (RFC 8785) of what is paid for. It says
 * nothing about the document to whoever does not have it: signatures and salts cannot be guessed.
 *
 * @returns 32 bytes as hex with 0x.
 * @throws {ChargingError} `SESSION_DOCUMENT`.
 * @example
 * hashSessionDocument(cdr); // "0x5f1c..."
 */
export function hashSessionDocument(document: SessionDocument): string {
  return sha256Hex(canonicalJson(document));
}
