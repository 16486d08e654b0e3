import { getBytes } from "ethers";
import { toHex } from "../../history/hexBytes.js";
import { toHex32 } from "../../history/toHex32.js";
import { decodeSummary } from "../encodeSummary.js";
import { merkleTree, type MerkleTree } from "../merkleTree.js";
import type { AnchoredSummary } from "../types.js";
import type { StoredBatch, SummaryStore } from "./SummaryStore.js";

/**
 * Finds a summary in a gateway's store, with its proof.
 *
 * @param treeOf Where the tree of a batch comes from, when it is known already.
 * @returns Undefined when the store does not have it, or has it in no batch yet.
 * @example
 * const store = new SummaryStore("./gateway.db", { chainId, address });
 * const anchored = await findAnchoredSummary(store, vehicleId, 12);
 */
export async function findAnchoredSummary(
  store: SummaryStore,
  vehicleId: bigint,
  sequence: number,
  treeOf: (batch: StoredBatch) => Promise<MerkleTree> = (batch) => merkleTree(store.leavesOf(batch)),
): Promise<AnchoredSummary | undefined> {
  const stored = store.find(getBytes(toHex32(vehicleId)), sequence);
  const batch = stored && store.batchOf(stored.number);
  if (!stored || !batch) return undefined;
  const tree = await treeOf(batch);
  return { ...decodeSummary(stored.body), root: tree.root, proof: tree.proofOf(toHex(stored.leaf)) };
}
