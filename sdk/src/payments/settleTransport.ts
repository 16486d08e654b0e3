import { Interface, type Log, type Overrides, type Signer, type TransactionReceipt } from "ethers";
import { paymentChannelsAbi } from "../abi/PaymentChannels.js";
import { PaymentChannels__factory } from "../chain/contracts.js";
import { TRANSACTION_GAS_CAP } from "../lifecycle/TransactionSender.js";
import { SettlementError } from "./PaymentError.js";
import type { ClaimBatch } from "./planClaims.js";
import { CLAIM_OUTCOMES, type ClaimOutcome, type Hex } from "./types.js";

/** What became of one claim. */
export interface ClaimResult {
  channelId: Hex;
  epoch: number;
  outcome: ClaimOutcome;
  /** What the payee had asked to have had in all, base units. */
  newSettled: bigint;
}

/** What became of a batch. */
export interface SettlementResult {
  transactionHash: string;
  blockNumber: number;
  /** Base units, of the claims that were settled. */
  amount: bigint;
  /** In the order of the batch. */
  claims: ClaimResult[];
}

/** A transaction on its way. */
export interface SentSettlement {
  /** Waits until it, or one that it replaced, is included; undefined when that takes longer. */
  wait(timeoutMs: number): Promise<SettlementResult | undefined>;
}

/** How batches get to the contract. */
export interface SettleTransport {
  /** What the contract would pay now, base units. */
  preview(batch: ClaimBatch): Promise<bigint>;
  /**
   * Sends a batch; with `replaced`, the same again for a higher fee, so that only one of both is included.
   * @throws {SettlementError} `SETTLEMENT_TOO_LARGE`
   */
  send(batch: ClaimBatch, replaced?: SentSettlement): Promise<SentSettlement>;
}

export interface EthersTransportOptions {
  /** Leaves the money in the contract, to be collected, instead of sending it. */
  isCredit?: boolean;
  /** How often to look for a receipt, in milliseconds. */
  pollMs?: number;
}

const CONTRACT = new Interface(paymentChannelsAbi);
/** A transaction that replaces another has to pay a tenth more at least. */
const FEE_RISE_PERCENT = 125n;
/** Beyond the estimate: for a payout that costs more than when it was estimated. */
const SPARE_GAS = 100_000n;

/**
 * Sends batches as transactions of the payee or its operator.
 *
 * @param signer With a provider.
 * @param address `PaymentChannels`.
 * @example
 * const settler = new ChannelSettler(ethersTransport(operator, deployment.contracts.PaymentChannels));
 */
export function ethersTransport(
  signer: Signer,
  address: string,
  { isCredit = false, pollMs = 1_000 }: EthersTransportOptions = {},
): SettleTransport {
  const contract = PaymentChannels__factory.connect(address, signer);
  return {
    preview: ({ to, claims }) => contract.settle.staticCall(to, claims, isCredit),
    async send(batch, replaced) {
      const { to, claims } = batch;
      const estimate = await contract.settle.estimateGas(to, claims, isCredit);
      if (estimate > BigInt(TRANSACTION_GAS_CAP)) {
        throw new SettlementError("SETTLEMENT_TOO_LARGE", `the batch needs ${estimate} gas`);
      }
      const withSpare = (estimate * 11n) / 10n + SPARE_GAS;
      const overrides: Overrides = {
        gasLimit: withSpare < BigInt(TRANSACTION_GAS_CAP) ? withSpare : BigInt(TRANSACTION_GAS_CAP),
        ...(replaced instanceof EthersSettlement && replaced.replacement()),
      };
      const sent = await contract.settle(to, claims, isCredit, overrides);
      const hashes = replaced instanceof EthersSettlement ? replaced.hashes : [];
      return new EthersSettlement(signer, batch, [...hashes, sent.hash], sent, pollMs);
    },
  };
}

interface Fees {
  nonce: number;
  gasPrice?: bigint | null;
  maxFeePerGas?: bigint | null;
  maxPriorityFeePerGas?: bigint | null;
}

class EthersSettlement implements SentSettlement {
  readonly hashes: readonly string[];
  readonly #signer: Signer;
  readonly #batch: ClaimBatch;
  readonly #fees: Fees;
  readonly #pollMs: number;

  constructor(signer: Signer, batch: ClaimBatch, hashes: readonly string[], fees: Fees, pollMs: number) {
    this.#signer = signer;
    this.#batch = batch;
    this.hashes = hashes;
    this.#fees = fees;
    this.#pollMs = pollMs;
  }

  /** The same place among the account's transactions, and a higher fee. */
  replacement(): Overrides {
    const { nonce, gasPrice, maxFeePerGas, maxPriorityFeePerGas } = this.#fees;
    const raise = (fee: bigint): bigint => (fee * FEE_RISE_PERCENT) / 100n + 1n;
    return typeof maxFeePerGas === "bigint" && typeof maxPriorityFeePerGas === "bigint"
      ? { nonce, maxFeePerGas: raise(maxFeePerGas), maxPriorityFeePerGas: raise(maxPriorityFeePerGas) }
      : { nonce, ...(typeof gasPrice === "bigint" && gasPrice > 0n && { gasPrice: raise(gasPrice) }) };
  }

  async wait(timeoutMs: number): Promise<SettlementResult | undefined> {
    const { provider } = this.#signer;
    const until = Date.now() + timeoutMs;
    for (;;) {
      for (const hash of this.hashes) {
        const receipt = await provider?.getTransactionReceipt(hash);
        if (receipt) return resultOf(receipt, this.#batch);
      }
      if (Date.now() >= until) return undefined;
      await new Promise((resolve) => setTimeout(resolve, this.#pollMs));
    }
  }
}

function resultOf(receipt: TransactionReceipt, batch: ClaimBatch): SettlementResult {
  const { hash, blockNumber, status, logs } = receipt;
  if (status !== 1) {
    throw new SettlementError("SETTLEMENT_REFUSED", "the transaction was included, and failed", {
      where: hash,
    });
  }
  let amount = 0n;
  const outcomes = new Map<string, ClaimOutcome>();
  for (const event of logs.map((log: Log) => CONTRACT.parseLog(log))) {
    const channelId = String(event?.args.channelId);
    if (event?.name === "ChannelSettled") {
      outcomes.set(channelId, "settled");
      amount += event.args.amount;
    }
    if (event?.name === "ClaimSkipped") {
      outcomes.set(channelId, CLAIM_OUTCOMES[Number(event.args.outcome)] ?? "signatureInvalid");
    }
  }
  return {
    transactionHash: hash,
    blockNumber,
    amount,
    claims: batch.channels.map(({ channelId, epoch, newSettled }) => ({
      channelId,
      epoch,
      newSettled,
      outcome: outcomes.get(channelId) ?? "notOpen",
    })),
  };
}
