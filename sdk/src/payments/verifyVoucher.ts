import type { PreparedDomain } from "./prepareDomain.js";
import { prepareChannel, type PreparedChannel } from "./prepareChannel.js";
import type { ChannelTerms, Voucher, VoucherVerdict } from "./types.js";

/**
 * Verifies a voucher in full: the channel's id from its terms, the digest, the signature and the signer. What the chain holds
 * is another question; a `Payee` asks both.
 *
 * @param terms As somebody says they are: with others the voucher is of a foreign channel.
 * @returns A verdict; nothing that a voucher or terms may hold makes this throw.
 * @example
 * verifyVoucher(voucher, terms, domain) === "valid";
 */
export function verifyVoucher(voucher: Voucher, terms: ChannelTerms, domain: PreparedDomain): VoucherVerdict {
  let channel: PreparedChannel;
  try {
    channel = prepareChannel(terms, domain);
  } catch {
    return "malformed";
  }
  return channel.verify(voucher);
}
