import { toHex } from "../history/hexBytes.js";
import { PaymentError } from "./PaymentError.js";
import type { PreparedChannel } from "./prepareChannel.js";
import type { Hex, Voucher, VoucherKey, VoucherStatement } from "./types.js";
import { ZERO_HASH } from "./words.js";

/**
 * Signs a voucher with the channel's machine key, and checks what came back. It remembers nothing: programs that pay use a
 * `Payer`, which never signs what it cannot stand by.
 *
 * @param statement Epoch, ceiling in base units and, for a session, its hash.
 * @throws {PaymentError} `PAYMENT_ARGUMENT` for what no voucher can say; `PAYMENT_KEY` when the key is not the channel's, or
 * its signature does not hold.
 * @example
 * const voucher = await signVoucher(key, channel, { epoch: 0, ceiling: 2_500_000n });
 */
export async function signVoucher(
  key: VoucherKey,
  channel: PreparedChannel,
  statement: Omit<VoucherStatement, "channelId">,
): Promise<Voucher> {
  const { epoch, ceiling } = statement;
  const sessionHash = normalSession(statement.sessionHash);
  if (key.signer.toLowerCase() !== channel.terms.signer.toLowerCase()) {
    throw new PaymentError("PAYMENT_KEY", "the key is not the one of the channel's terms", {
      where: `channel ${channel.id}`,
    });
  }
  const signature = toHex(await key.sign(channel.digest(epoch, ceiling, sessionHash))) as Hex;
  const voucher: Voucher = {
    channelId: channel.id,
    epoch,
    ceiling,
    ...(sessionHash !== undefined && { sessionHash }),
    signature,
  };
  if (channel.verify(voucher) === "valid") return voucher;
  throw new PaymentError("PAYMENT_KEY", "the key returned a signature that it did not make", {
    where: `channel ${channel.id}`,
    fix: "sign the 32 bytes as they are, with the lower s: no hashing, no message prefix",
  });
}

/** A session's hash in lower case; undefined for a plain voucher. */
export function normalSession(sessionHash: Hex | undefined): Hex | undefined {
  if (sessionHash === undefined || sessionHash === ZERO_HASH) return undefined;
  return typeof sessionHash === "string" ? (sessionHash.toLowerCase() as Hex) : sessionHash;
}
