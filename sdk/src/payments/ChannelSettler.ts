import { explainError } from "../errors/explainError.js";
import { SettlementError } from "./PaymentError.js";
import type { ClaimBatch } from "./planClaims.js";
import type { SentSettlement, SettlementResult, SettleTransport } from "./settleTransport.js";

export interface ChannelSettlerOptions {
  /** How long to wait for a transaction before it is sent again for a higher fee, in milliseconds. */
  includeTimeoutMs?: number;
  /** The wait after the first failure, in milliseconds; each further one waits twice as long, up to a minute. */
  retryDelayMs?: number;
  /** How long to try a batch that has no close deadline, in seconds. */
  giveUpSeconds?: number;
  /** Told of every failure that is not the last. */
  onRetry?: (error: unknown, batch: ClaimBatch) => void;
  /** Unix seconds. */
  now?: () => number;
  sleep?: (milliseconds: number) => Promise<void>;
}

const MAX_RETRY_DELAY_MS = 60_000;

/**
 * Settles batches of claims, and does not give up before the first close deadline in the batch: what the node loses or refuses for a
 * time is sent again, what is not included is replaced for a higher fee, what is too large is split. Sending a claim twice pays it
 * once; the contract sees to that.
 *
 * @example
 * const settler = new ChannelSettler(ethersTransport(operator, deployment.contracts.PaymentChannels));
 * for (const batch of await payee.allClaims()) console.log(await settler.settle(batch));
 */
export class ChannelSettler {
  readonly #transport: SettleTransport;
  readonly #options: Required<Omit<ChannelSettlerOptions, "onRetry">> &
    Pick<ChannelSettlerOptions, "onRetry">;

  constructor(transport: SettleTransport, options: ChannelSettlerOptions = {}) {
    this.#transport = transport;
    this.#options = {
      includeTimeoutMs: 60_000,
      retryDelayMs: 1_000,
      giveUpSeconds: 600,
      now: () => Math.floor(Date.now() / 1000),
      sleep: (milliseconds) =>
        new Promise((resolve) => {
          setTimeout(resolve, milliseconds);
        }),
      ...options,
    };
  }

  /**
   * Settles a batch.
   *
   * @returns What became of it, one result for each transaction; none when there is nothing to settle any more.
   * @throws {SettlementError} `SETTLEMENT_REFUSED` when the contract refuses the caller or the call, `SETTLEMENT_LATE` when time is up.
   */
  async settle(batch: ClaimBatch): Promise<SettlementResult[]> {
    const { now, sleep, giveUpSeconds, retryDelayMs, includeTimeoutMs, onRetry } = this.#options;
    const giveUpAt = batch.deadline === 0 ? now() + giveUpSeconds : batch.deadline;
    let sent: SentSettlement | undefined;
    let delayMs = retryDelayMs;
    for (;;) {
      let failure: unknown;
      try {
        if (!sent && (await this.#transport.preview(batch)) === 0n) return [];
        sent = await this.#transport.send(batch, sent);
        const result = await sent.wait(includeTimeoutMs);
        if (result) return [result];
        failure = new SettlementError("SETTLEMENT_LATE", "the transaction is not included yet");
      } catch (error) {
        // What was sent before may have been included meanwhile, so that nothing is left to replace.
        const earlier = await this.#lookFor(sent);
        if (earlier) return [earlier];
        if (isTooLarge(error) && batch.claims.length > 1) return this.#settleHalves(batch);
        if (isFinal(error)) throw refused(error);
        if (error instanceof SettlementError) sent = undefined;
        failure = error;
      }
      if (now() >= giveUpAt) {
        throw new SettlementError(
          "SETTLEMENT_LATE",
          `${batch.claims.length} claims could not be settled in time`,
          {
            where: `payee ${batch.to.payee}`,
            fix: "check the node and the account's funds; what was sent may still be included",
            cause: failure,
          },
        );
      }
      onRetry?.(failure, batch);
      await sleep(delayMs);
      delayMs = Math.min(delayMs * 2, MAX_RETRY_DELAY_MS);
    }
  }

  async #lookFor(sent: SentSettlement | undefined): Promise<SettlementResult | undefined> {
    try {
      return await sent?.wait(0);
    } catch {
      return undefined;
    }
  }

  async #settleHalves(batch: ClaimBatch): Promise<SettlementResult[]> {
    const middle = Math.ceil(batch.claims.length / 2);
    const results: SettlementResult[] = [];
    for (const [from, to] of [
      [0, middle],
      [middle, batch.claims.length],
    ] as const) {
      // Amount and deadline are those of the whole: a bound for either half.
      const half = {
        ...batch,
        claims: batch.claims.slice(from, to),
        channels: batch.channels.slice(from, to),
      };
      results.push(...(await this.settle(half)));
    }
    return results;
  }
}

function isTooLarge(error: unknown): boolean {
  return error instanceof SettlementError && error.code === "SETTLEMENT_TOO_LARGE";
}

/** Whether trying again is of no use: the contract gave a reason. */
function isFinal(error: unknown): boolean {
  return isTooLarge(error) || explainError(error) !== undefined;
}

function refused(error: unknown): SettlementError {
  const explained = explainError(error);
  if (!explained) return error as SettlementError;
  return new SettlementError("SETTLEMENT_REFUSED", explained.message, { fix: explained.fix, cause: error });
}
