import { TRANSACTION_GAS_CAP } from "../lifecycle/TransactionSender.js";
import { encodeClaim } from "./encodeClaim.js";
import type { Claim, Hex, PayeeChannel, PayeeGroup } from "./types.js";

/** Claims that go into one transaction. */
export interface ClaimBatch {
  to: PayeeGroup;
  claims: Claim[];
  /** What each claim is of, in the same order. */
  channels: { channelId: Hex; epoch: number; newSettled: bigint }[];
  /** Base units, if all claims are settled. */
  amount: bigint;
  /** The first close deadline among the channels, Unix seconds; 0 when none is closing. */
  deadline: number;
}

/** How much gas claims are reckoned with. */
export interface ClaimGas {
  /** What one transaction may use (EIP-7825). */
  cap: number;
  /** What a batch uses apart from its claims. */
  base: number;
  secp256k1: number;
  /** On chains without P256VERIFY, where the curve is computed in Solidity. */
  p256: number;
}

/** Measured, rounded up generously: a batch that does not fit cannot be sent at all. */
export const CLAIM_GAS: ClaimGas = {
  cap: TRANSACTION_GAS_CAP,
  base: 400_000,
  secp256k1: 30_000,
  p256: 450_000,
};

/** 128 bytes and more, in hex. */
const P256_TEXT = 2 + 2 * 128;

/**
 * What a channel's payee may claim now and has not had, base units: nothing when the channel was closed, or its close deadline
 * is over.
 *
 * @param now Unix seconds.
 */
export function claimable(channel: PayeeChannel, now: number): bigint {
  const { charged, settled, voucher, closeDeadline, isOver } = channel;
  if (isOver || !voucher || charged <= settled) return 0n;
  return closeDeadline !== 0 && now >= closeDeadline ? 0n : charged - settled;
}

/**
 * Plans the claims of a payee: what was charged, under the highest voucher of each channel. Channels that are closing come
 * first, then the largest amounts.
 *
 * @param channels All of one group, with something claimable.
 * @param now Unix seconds.
 * @example
 * for (const { to, claims } of planClaims(group, channels, now)) await contract.settle(to, claims, false);
 */
export function planClaims(
  to: PayeeGroup,
  channels: readonly PayeeChannel[],
  now: number,
  gas: ClaimGas = CLAIM_GAS,
): ClaimBatch[] {
  const batches: ClaimBatch[] = [];
  let room = 0;
  for (const channel of [...channels].sort((a, b) => byUrgency(a, b, now))) {
    const { terms, voucher, charged, channelId, epoch, closeDeadline } = channel;
    const amount = claimable(channel, now);
    if (!voucher || amount === 0n) continue;
    const need = voucher.signature.length >= P256_TEXT ? gas.p256 : gas.secp256k1;
    let batch = batches.at(-1);
    if (!batch || room < need) {
      batch = { to, claims: [], channels: [], amount: 0n, deadline: 0 };
      batches.push(batch);
      room = gas.cap - gas.base;
    }
    room -= need;
    batch.claims.push(encodeClaim(terms, voucher, charged));
    batch.channels.push({ channelId, epoch, newSettled: charged });
    batch.amount += amount;
    if (closeDeadline !== 0 && (batch.deadline === 0 || closeDeadline < batch.deadline))
      batch.deadline = closeDeadline;
  }
  return batches;
}

function byUrgency(a: PayeeChannel, b: PayeeChannel, now: number): number {
  const deadlineOf = ({ closeDeadline }: PayeeChannel): number =>
    closeDeadline === 0 ? Number.MAX_SAFE_INTEGER : closeDeadline;
  const byDeadline = deadlineOf(a) - deadlineOf(b);
  if (byDeadline !== 0) return byDeadline;
  const difference = claimable(b, now) - claimable(a, now);
  return difference > 0n ? 1 : difference < 0n ? -1 : 0;
}
