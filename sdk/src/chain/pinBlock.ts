import { ChainError } from "./ChainError.js";
import type { Deployment, RpcProvider } from "./deployment.js";
import { readBlock, type BlockRef } from "./readBlock.js";

/**
 * Chooses the block that everything read together is read at.
 *
 * @param atBlock The block's number; the newest when left out.
 * @throws {ChainError} `CHAIN_RESET` when the chain does not reach it, or the deployment.
 * @example
 * const block = await pinBlock(rpc, deployment);
 */
export async function pinBlock(
  rpc: RpcProvider,
  deployment: Pick<Deployment, "fromBlock">,
  atBlock?: number,
): Promise<BlockRef> {
  const block = await readBlock(rpc, atBlock ?? "latest");
  if (!block || block.number < deployment.fromBlock) {
    const asked =
      atBlock === undefined ? `block ${deployment.fromBlock} of the deployment` : `block ${atBlock}`;
    throw new ChainError("CHAIN_RESET", `the chain does not reach ${asked}`, {
      fix: "the chain was reset, or the node is still catching up: check the node, then deploy or read again",
    });
  }
  return block;
}

/**
 * Checks, after reading, that the block which all was pinned to still stands.
 *
 * @throws {ChainError} `CHAIN_RESET` when another block stands there now.
 */
export async function checkPinned(rpc: RpcProvider, block: BlockRef): Promise<void> {
  const after = await readBlock(rpc, block.number);
  if (after?.hash === block.hash) return;
  throw new ChainError("CHAIN_RESET", `block ${block.number} is not the one it was when reading began`, {
    fix: "the chain was reset or reorganised meanwhile: read again",
  });
}
