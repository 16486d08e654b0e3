import { hexBuffer, toHex } from "../history/hexBytes.js";
import { PaymentError } from "./PaymentError.js";
import type { PreparedDomain } from "./prepareDomain.js";
import type { Hex, VoucherStatement } from "./types.js";
import { isHexOf, ZERO_HASH } from "./words.js";

/**
 * The EIP-712 digest of a voucher, as `PaymentChannels.voucherDigest` computes it; of a plain one if `sessionHash` is left
 * out or zero. For many vouchers of a channel, {@link prepareChannel} is faster.
 *
 * @throws {PaymentError} `PAYMENT_ARGUMENT` for what no voucher can say.
 * @example
 * voucherDigest({ channelId, epoch: 0, ceiling: 2_500_000n }, domain); // "0x…", 32 bytes
 */
export function voucherDigest(statement: VoucherStatement, domain: PreparedDomain): Hex {
  const { channelId, epoch, ceiling, sessionHash } = statement;
  const id = hexBuffer(32);
  const digest =
    isHexOf(channelId, 32) && id.write(channelId, 0, 32)
      ? domain.hash(id.bytes, epoch, ceiling, sessionHash)
      : undefined;
  if (digest) return toHex(digest) as Hex;
  throw new PaymentError("PAYMENT_ARGUMENT", "no voucher says this", {
    where: `channel ${channelId}, epoch ${epoch}, ceiling ${ceiling}, session ${sessionHash ?? "none"}`,
  });
}

/**
 * The EIP-712 digest of a voucher that names the document it pays for.
 *
 * @throws {PaymentError} `PAYMENT_ARGUMENT` for what no voucher can say; a session without a hash is none.
 * @example
 * sessionVoucherDigest({ channelId, epoch: 0, ceiling: 2_500_000n, sessionHash }, domain);
 */
export function sessionVoucherDigest(
  statement: VoucherStatement & { sessionHash: Hex },
  domain: PreparedDomain,
): Hex {
  if (statement.sessionHash === ZERO_HASH) {
    throw new PaymentError("PAYMENT_ARGUMENT", "a session's hash is not zero");
  }
  return voucherDigest(statement, domain);
}
