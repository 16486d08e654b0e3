import { ChainError } from "./ChainError.js";
import type { RpcProvider } from "./deployment.js";
import { fromQuantity, toQuantity } from "./quantity.js";

/** A block of a chain. Number and hash together pin what was read to it. */
export interface BlockRef {
  number: number;
  hash: string;
  /** Unix seconds. */
  timestamp: number;
}

/**
 * Reads which block stands at a height.
 *
 * @param block A number, or `"latest"`.
 * @returns The block, or undefined when the chain has none at this height.
 * @throws {ChainError} `RPC_MALFORMED`, or whatever the provider throws.
 * @example
 * const head = await readBlock(rpc, "latest");
 */
export async function readBlock(rpc: RpcProvider, block: number | "latest"): Promise<BlockRef | undefined> {
  const tag = block === "latest" ? block : toQuantity(block);
  const answer = await rpc.request({ method: "eth_getBlockByNumber", params: [tag, false] });
  if (answer === null || answer === undefined) return undefined;
  const { number, hash, timestamp } = answer as Record<string, unknown>;
  if (typeof hash !== "string" || !/^0x[0-9a-fA-F]{64}$/.test(hash)) {
    throw new ChainError("RPC_MALFORMED", "the node's block has no hash");
  }
  return {
    number: fromQuantity(number, "block number"),
    hash: hash.toLowerCase(),
    timestamp: fromQuantity(timestamp, "block time"),
  };
}
