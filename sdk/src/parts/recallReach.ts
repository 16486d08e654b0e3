import { checkPinned, pinBlock } from "../chain/pinBlock.js";
import type { RpcProvider } from "../chain/deployment.js";
import type { BlockRef } from "../chain/readBlock.js";
import { readLogs } from "../history/readLogs.js";
import type { ChainLog } from "../history/types.js";
import { checkReach } from "./checkReach.js";
import { PartError } from "./PartError.js";
import { ReachLedger, reachFilters } from "./ReachLedger.js";
import { readCampaign, type Campaign } from "./readCampaign.js";
import type { CheckedReach, ReachDeployment } from "./reachTypes.js";
import { checkParts } from "./readLineage.js";
import { RecallScopes } from "./RecallScopes.js";

export interface RecallReachInput {
  /** Where the contracts are asked; also for the logs, unless `logs` are given. */
  rpc: RpcProvider;
  deployment: ReachDeployment;
  campaignId: bigint;
  /** The block to read at; the newest when left out. An older one needs a node that keeps old states. */
  atBlock?: number;
  /** How many blocks to ask for at first. */
  pageBlocks?: number;
  /**
   * Logs from elsewhere, an archive for instance, in any order; those beyond the block are passed over. They need not be
   * trusted: what they leave out is noticed.
   */
  logs?: AsyncIterable<ChainLog> | Iterable<ChainLog>;
}

/** Everything that a campaign reaches, and whether that is all. */
export interface RecallReach extends CheckedReach {
  chainId: number;
  atBlock: BlockRef;
  campaign: Campaign;
  /** Whether it is proven that nothing is left out. */
  complete: boolean;
}

/**
 * Finds every vehicle that carries what a campaign recalls, and every recalled unit in stock, on its way, ended or used up.
 * All of it is found in logs and then asked of the contracts, at one block: what vehicles carry adds up to what the lot
 * counts as fitted, and what accounts hold to what is left of the lot. Balances are never negative, so that a sum which
 * is right leaves nobody out.
 *
 * @returns The reach. When something does not add up, `complete` is false and `problems` name lot and numbers.
 * @throws {PartError} `CAMPAIGN_UNKNOWN`.
 * @throws {ChainError} `CHAIN_MISMATCH`, `CONTRACT_MISSING`, `LOGS_REFUSED`, `CHAIN_RESET`, or whatever the provider throws.
 * @example
 * const campaignId = campaignIdOf(maker, "26V000001");
 * const reach = requireComplete(await recallReach({ rpc: httpRpc(url), deployment, campaignId }));
 * reach.vehicles.filter(({ isAffected }) => isAffected).length;
 */
export async function recallReach(input: RecallReachInput): Promise<RecallReach> {
  const { rpc, deployment, campaignId, pageBlocks } = input;
  await checkParts(rpc, deployment);
  const atBlock = await pinBlock(rpc, deployment, input.atBlock);
  const campaign = await readCampaign(rpc, deployment, campaignId, atBlock.number);
  const scopes = new RecallScopes(campaign.maker, campaign.scopes);
  const ledger = new ReachLedger(deployment, scopes, campaignId);
  if (input.logs) {
    for await (const log of input.logs) if (log.blockNumber <= atBlock.number) ledger.push(log);
  } else {
    const filters = reachFilters(deployment, scopes, campaignId);
    const { fromBlock } = deployment;
    const query = { filters, fromBlock, toBlock: atBlock.number, pageBlocks };
    for await (const { logs } of readLogs(rpc, query)) for (const log of logs) ledger.push(log);
  }
  const checked = await checkReach({ rpc, deployment, campaign, scopes, ledger, block: atBlock.number });
  await checkPinned(rpc, atBlock);
  return {
    chainId: deployment.chainId,
    atBlock,
    campaign,
    complete: checked.problems.length === 0,
    ...checked,
  };
}

/**
 * Insists on completeness.
 *
 * @returns The reach itself.
 * @throws {PartError} `PART_MISMATCH`, which names the first lot that does not add up and the numbers.
 */
export function requireComplete<Reach extends Pick<RecallReach, "complete" | "problems">>(
  reach: Reach,
): Reach {
  if (reach.complete) return reach;
  const [first] = reach.problems;
  const more = reach.problems.length - 1;
  throw new PartError(
    "PART_MISMATCH",
    `${first?.message ?? "the reach is not complete"}${more > 0 ? `, and ${more} more` : ""}`,
    {
      where: first?.code,
      fix: "read again from another node; until then, nobody knows whom else this concerns",
    },
  );
}
