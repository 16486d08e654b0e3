import type { RpcProvider } from "../chain/deployment.js";
import { readLogs, type LogFilter } from "../history/readLogs.js";
import { CERTIFICATE_TOPICS, LOT_TOPICS, LotBook } from "./LotBook.js";
import type { PartDeployment } from "./readPartEvents.js";

/** The filters that find what a lot book is made of. */
export function lotFilters({ contracts }: PartDeployment): LogFilter[] {
  return [
    { address: contracts.PartTwins, topics: [LOT_TOPICS] },
    { address: contracts.PartCertificates, topics: [CERTIFICATE_TOPICS] },
  ];
}

/**
 * Reads all lots of a deployment up to a block, in one pass over the logs. What was made of a lot can only be found so: the
 * inputs of an event are not indexed.
 */
export async function readLotBook(input: {
  rpc: RpcProvider;
  deployment: PartDeployment;
  toBlock: number;
  pageBlocks?: number;
}): Promise<LotBook> {
  const { rpc, deployment, toBlock, pageBlocks } = input;
  const book = new LotBook();
  const { fromBlock } = deployment;
  const query = { filters: lotFilters(deployment), fromBlock, toBlock, pageBlocks };
  for await (const { logs } of readLogs(rpc, query)) for (const log of logs) book.push(log);
  return book;
}
