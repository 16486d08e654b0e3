import type { Deployment, RpcProvider } from "../chain/deployment.js";
import { readBlock } from "../chain/readBlock.js";
import { readLogs, type LogFilter } from "../history/readLogs.js";
import type { ChainLog } from "../history/types.js";
import { decodePartEvent, PART_CONTRACTS, type PartContract } from "./decodePartEvent.js";
import type { PartEvent } from "./types.js";

/** What of a deployment is needed to read parts. */
export type PartDeployment = Pick<Deployment, "chainId" | "fromBlock"> & {
  contracts: Pick<Deployment["contracts"], PartContract>;
};

export interface ReadPartEventsInput {
  rpc: RpcProvider;
  deployment: PartDeployment;
  /** The last block to read; the newest when left out. */
  atBlock?: number;
  /** Topics to filter by, as `eth_getLogs` takes them; all events of the part domain when left out. */
  topics?: LogFilter["topics"];
  /** How many blocks to ask for at first. */
  pageBlocks?: number;
}

/**
 * Reads what happened to parts from the logs of a node, in the order of the chain, page by page.
 *
 * @throws {ChainError} `LOGS_REFUSED`, or whatever the provider throws.
 * @example
 * for await (const event of readPartEvents({ rpc, deployment })) console.log(event.type);
 */
export async function* readPartEvents(
  input: ReadPartEventsInput,
): AsyncGenerator<PartEvent, void, undefined> {
  const { rpc, deployment, topics = [], pageBlocks } = input;
  const address = PART_CONTRACTS.map((name) => deployment.contracts[name]);
  const toBlock = input.atBlock ?? (await readBlock(rpc, "latest"))?.number ?? deployment.fromBlock;
  const times = new Map<number, number>();
  const query = { filters: [{ address, topics }], fromBlock: deployment.fromBlock, toBlock, pageBlocks };
  for await (const { logs } of readLogs(rpc, query)) {
    for (const log of logs) {
      const body = decodePartEvent(log);
      if (body === undefined) continue;
      const { blockNumber, logIndex, transactionHash } = log;
      yield { ...body, blockNumber, logIndex, transactionHash, at: await timeOf(rpc, log, times) };
    }
  }
}

async function timeOf(rpc: RpcProvider, log: ChainLog, times: Map<number, number>): Promise<number> {
  const known = log.blockTimestamp ?? times.get(log.blockNumber);
  if (known !== undefined) return known;
  const at = (await readBlock(rpc, log.blockNumber))?.timestamp ?? 0;
  times.clear(); // logs come in the order of the chain: an earlier block is not asked for again
  times.set(log.blockNumber, at);
  return at;
}
