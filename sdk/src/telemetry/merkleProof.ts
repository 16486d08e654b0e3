import { merkleTree, type MerkleLeaves } from "./merkleTree.js";

/**
 * The proof that a leaf is under the root of leaves. For many proofs of one tree, {@link merkleTree} is faster.
 *
 * @param leaf Hex with 0x.
 * @returns Hex with 0x, from the bottom up.
 * @throws {TelemetryError} `MERKLE_LEAF` when the leaf is not among them, `MERKLE_EMPTY`, `MERKLE_DUPLICATE`.
 * @example
 * await anchors.requireAnchored({ ...signed, root, proof: await merkleProof(leaves, leaf) });
 */
export async function merkleProof(leaves: MerkleLeaves, leaf: string): Promise<string[]> {
  return (await merkleTree(leaves)).proofOf(leaf);
}
