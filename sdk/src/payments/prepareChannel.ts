import { hexBuffer, toHex } from "../history/hexBytes.js";
import { channelIdBytes } from "./channelIdOf.js";
import { isSignedBy } from "./isSignedBy.js";
import { PaymentError } from "./PaymentError.js";
import type { PreparedDomain } from "./prepareDomain.js";
import type { ChannelTerms, Hex, Voucher, VoucherVerdict } from "./types.js";
import { ZERO_HASH } from "./words.js";

/** A channel with everything computed that its vouchers have in common. */
export interface PreparedChannel {
  readonly id: Hex;
  readonly terms: Readonly<ChannelTerms>;
  readonly domain: PreparedDomain;
  /**
   * The EIP-712 digest of a voucher, 32 bytes; of a plain one if `sessionHash` is left out or zero.
   * @throws {PaymentError} `PAYMENT_ARGUMENT`
   */
  digest(epoch: number, ceiling: bigint, sessionHash?: Hex): Uint8Array;
  /** What a voucher is worth. Says nothing of what the chain holds. */
  verify(voucher: Voucher): VoucherVerdict;
}

/**
 * Computes once what all vouchers of a channel have in common: its id and its signer.
 *
 * @throws {PaymentError} `PAYMENT_ARGUMENT`, naming the field of the terms that is not of its form.
 * @example
 * const channel = prepareChannel(terms, domain);
 * channel.verify(voucher) === "valid";
 */
export function prepareChannel(terms: ChannelTerms, domain: PreparedDomain): PreparedChannel {
  const idBytes = channelIdBytes(terms, domain);
  const id = toHex(idBytes) as Hex;
  const signer = hexBuffer(32);
  signer.write(terms.signer, 0, 32);
  return {
    id,
    terms: { ...terms },
    domain,
    digest(epoch, ceiling, sessionHash) {
      const digest = domain.hash(idBytes, epoch, ceiling, sessionHash);
      if (digest) return digest;
      throw new PaymentError(
        "PAYMENT_ARGUMENT",
        `no voucher has epoch ${epoch}, ceiling ${ceiling} and session ${sessionHash ?? "none"}`,
      );
    },
    verify({ channelId, epoch, ceiling, sessionHash, signature }) {
      if (typeof channelId !== "string" || typeof signature !== "string") return "malformed";
      if (channelId !== id && channelId.toLowerCase() !== id) return "foreignChannel";
      const digest = domain.hash(idBytes, epoch, ceiling, sessionHash);
      if (!digest) return "malformed";
      // The proof of a claim is split by its length, which leaves no room for r, s and v beside a session.
      const isSession = sessionHash !== undefined && sessionHash !== ZERO_HASH;
      return isSignedBy(digest, signature, signer.bytes, domain, isSession) ? "valid" : "signatureInvalid";
    },
  };
}
