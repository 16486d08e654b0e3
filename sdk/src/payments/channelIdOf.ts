import { hexBuffer, toHex } from "../history/hexBytes.js";
import { PaymentError } from "./PaymentError.js";
import type { PreparedDomain } from "./prepareDomain.js";
import type { ChannelTerms, Hex } from "./types.js";
import { DELAY_MAX, isHexOf, isUint, SALT_MAX, writeUint32 } from "./words.js";

const WORDS = 8;
const buffer = hexBuffer(32 * WORDS);
const view = new DataView(buffer.bytes.buffer);

/**
 * The id of the channel with these terms, as `PaymentChannels.channelIdOf` computes it.
 *
 * @throws {PaymentError} `PAYMENT_ARGUMENT`, naming the field that is not of its form.
 * @example
 * channelIdOf(terms, domain); // "0x…", 32 bytes
 */
export function channelIdOf(terms: ChannelTerms, domain: PreparedDomain): Hex {
  return toHex(channelIdBytes(terms, domain)) as Hex;
}

/** {@link channelIdOf} as 32 bytes. */
export function channelIdBytes(terms: ChannelTerms, domain: PreparedDomain): Uint8Array {
  view.setBigUint64(24, BigInt(domain.chainId));
  buffer.write(domain.contract, 32 + 12, 20);
  writeAddress(terms, "payer", 2);
  const { signer } = terms;
  if (!isHexOf(signer, 32) || !buffer.write(signer, 32 * 3, 32)) throw invalid("signer", signer);
  writeAddress(terms, "payee", 4);
  writeAddress(terms, "operator", 5);
  writeAddress(terms, "asset", 6);
  const { salt, closeDelaySeconds } = terms;
  if (typeof salt !== "bigint" || salt < 0n || salt > SALT_MAX) throw invalid("salt", salt);
  if (!isUint(closeDelaySeconds, DELAY_MAX)) throw invalid("closeDelaySeconds", closeDelaySeconds);
  // closing: salt << 32 | closeDelaySeconds
  view.setBigUint64(32 * 7 + 20, salt);
  writeUint32(view, 32 * 7, closeDelaySeconds);
  return domain.keccak(buffer.bytes);
}

function writeAddress(
  terms: ChannelTerms,
  field: "payer" | "payee" | "operator" | "asset",
  word: number,
): void {
  const address = terms[field];
  if (!isHexOf(address, 20) || !buffer.write(address, 32 * word + 12, 20)) throw invalid(field, address);
}

function invalid(field: keyof ChannelTerms, value: unknown): PaymentError {
  return new PaymentError("PAYMENT_ARGUMENT", `the channel's ${field} cannot be ${String(value)}`);
}
