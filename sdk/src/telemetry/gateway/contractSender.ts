import type { TelemetryAnchors } from "../../chain/contracts.js";
import { explainError } from "../../errors/explainError.js";
import { TelemetryError } from "../TelemetryError.js";
import type { AnchorSender } from "./AnchorSender.js";

export interface ContractSenderOptions {
  /** How many blocks, the transaction's own among them, make it certain. */
  confirmations?: number;
  /** How long to wait for a transaction, ms; it is looked for again later. */
  timeoutMs?: number;
  /** How often to look for it, ms. */
  pollMs?: number;
}

/**
 * Anchors roots with an account.
 *
 * @param anchors `TelemetryAnchors__factory.connect(address, signer)`; the signer is a meter operator.
 * @returns A sender that throws {@link TelemetryError} `GATEWAY_UNAVAILABLE` when node or contract refuse.
 * @example
 * const sender = contractSender(TelemetryAnchors__factory.connect(deployment.contracts.TelemetryAnchors, signer));
 */
export function contractSender(anchors: TelemetryAnchors, options: ContractSenderOptions = {}): AnchorSender {
  const { confirmations = 1, timeoutMs = 120_000, pollMs = 500 } = options;
  const provider = anchors.runner?.provider;
  if (!provider) {
    throw new TelemetryError(
      "GATEWAY_UNAVAILABLE",
      "the contract is not connected to an account on a chain",
      {
        fix: "connect it to a signer that has a provider",
      },
    );
  }
  return {
    anchoredAt: async (root) => {
      // As deep as a transaction is waited for: what a reorganisation may still undo is not anchored.
      const newest = await provider.getBlockNumber().catch(refuse);
      const blockTag = Math.max(0, newest - confirmations + 1);
      const { anchoredAt } = await anchors.anchorOf(root, { blockTag }).catch(refuse);
      return anchoredAt === 0n ? undefined : Number(anchoredAt);
    },
    send: async ({ root, leafCount, periodStart, periodEnd }) => {
      const transaction = await anchors.anchorRoot(root, leafCount, periodStart, periodEnd).catch(refuse);
      return transaction.hash;
    },
    wait: async (hash) => {
      // Asked for again and again: ethers' own wait goes by new blocks, and on a chain where none come it waits for ever.
      for (const until = Date.now() + timeoutMs; Date.now() < until; await pause(pollMs)) {
        const receipt = await provider.getTransactionReceipt(hash).catch(refuse);
        if (receipt && (await receipt.confirmations().catch(refuse)) >= confirmations)
          return receipt.status === 1;
        if (!receipt && !(await provider.getTransaction(hash).catch(refuse))) return undefined;
      }
      throw new TelemetryError("GATEWAY_UNAVAILABLE", `transaction ${hash} is not certain yet`, {
        where: "anchoring",
        fix: "it is looked for again at the next interval",
      });
    },
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function refuse(error: unknown): never {
  const explained = explainError(error);
  const message = error instanceof Error ? error.message : String(error);
  throw new TelemetryError("GATEWAY_UNAVAILABLE", explained?.message ?? message, {
    where: "anchoring",
    fix: explained?.fix,
    cause: error,
  });
}
