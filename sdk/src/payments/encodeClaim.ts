import { concat } from "ethers";
import { PaymentError } from "./PaymentError.js";
import { normalSession } from "./signVoucher.js";
import type { ChannelTerms, Claim, Hex, Voucher } from "./types.js";
import { isAmount } from "./words.js";

const AMOUNT_BITS = 96n;
const DELAY_BITS = 32n;

/**
 * A new total and the ceiling that allows it, in one word, as `settle` and `closeChannel` take it.
 *
 * @param newSettled What the payee will have had in all, base units.
 * @throws {PaymentError} `PAYMENT_ARGUMENT`
 * @example
 * await channels.closeChannel(terms, claimAmounts(120n, voucher.ceiling), claimProof(voucher));
 */
export function claimAmounts(newSettled: bigint, ceiling: bigint): bigint {
  if (!isAmount(newSettled) || !isAmount(ceiling) || newSettled > ceiling) {
    throw new PaymentError(
      "PAYMENT_ARGUMENT",
      `${newSettled} cannot be claimed under a ceiling of ${ceiling}`,
    );
  }
  return (newSettled << AMOUNT_BITS) | ceiling;
}

/**
 * The proof of a claim: the voucher's signature and, after it, the session's hash, if any.
 *
 * @example
 * claimProof(voucher); // "0x…", 64 bytes for a plain voucher of secp256k1
 */
export function claimProof(voucher: Pick<Voucher, "signature" | "sessionHash">): Hex {
  const sessionHash = normalSession(voucher.sessionHash);
  return sessionHash === undefined ? voucher.signature : (concat([voucher.signature, sessionHash]) as Hex);
}

/**
 * One claim of a batch, as `PaymentChannels.settle` takes it.
 *
 * @param newSettled What the payee will have had in all; up to the voucher's ceiling. Base units.
 * @throws {PaymentError} `PAYMENT_ARGUMENT`
 * @example
 * const { payee, operator, asset } = terms;
 * await channels.settle({ payee, operator, asset }, [encodeClaim(terms, voucher, 120n)], false);
 */
export function encodeClaim(terms: ChannelTerms, voucher: Voucher, newSettled: bigint): Claim {
  return {
    payer: terms.payer,
    signer: terms.signer,
    closing: (terms.salt << DELAY_BITS) | BigInt(terms.closeDelaySeconds),
    amounts: claimAmounts(newSettled, voucher.ceiling),
    proof: claimProof(voucher),
  };
}
