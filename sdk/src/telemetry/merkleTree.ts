import { hexBuffer, toHex } from "../history/hexBytes.js";
import { loadKeccak, type Keccak } from "../history/keccak.js";
import { compareWords } from "./nodeHash.js";
import { sortLeaves } from "./sortLeaves.js";
import { TelemetryError } from "./TelemetryError.js";

const WORD = 32;

/** Leaves of a tree: 32 bytes each, one after the other, or hex with 0x. */
export type MerkleLeaves = Uint8Array | readonly string[];

/** A Merkle tree, from which many proofs can be taken. */
export interface MerkleTree {
  /** Hex with 0x. */
  root: string;
  /** How many leaves it has. */
  size: number;
  /**
   * The hashes that lead from a leaf to the root, hex with 0x.
   * @throws {TelemetryError} `MERKLE_LEAF` when it is not in the tree.
   */
  proofOf(leaf: string): string[];
}

/**
 * Builds a Merkle tree as OpenZeppelin's `SimpleMerkleTree` does: leaves sorted, and of every two nodes the lower hashed first.
 *
 * @param leaves In any order. They must be hashes of something longer or shorter than 64 bytes.
 * @throws {TelemetryError} `MERKLE_EMPTY`, `MERKLE_LEAF` for what is not 32 bytes, `MERKLE_DUPLICATE`.
 * @example
 * const tree = await merkleTree(leaves);
 * tree.proofOf(leaves[0]); // ["0x…", …]
 */
export async function merkleTree(leaves: MerkleLeaves): Promise<MerkleTree> {
  const nodes = buildNodes(packLeaves(leaves), await loadKeccak());
  const count = nodes.length / WORD;
  const size = (count + 1) / 2;
  const wanted = hexBuffer(WORD);
  return {
    root: toHex(nodes.subarray(0, WORD)),
    size,
    proofOf: (leaf) => {
      const isHex = leaf.startsWith("0x") && wanted.write(leaf, 0, WORD);
      // Sorted leaves stand at the end, backwards.
      let low = 0;
      let high = isHex ? size : 0;
      while (low < high) {
        const middle = Math.floor((low + high) / 2);
        if (compareWords(nodes, (count - 1 - middle) * WORD, wanted.bytes, 0) < 0) low = middle + 1;
        else high = middle;
      }
      let index = count - 1 - low;
      if (!isHex || low === size || compareWords(nodes, index * WORD, wanted.bytes, 0) !== 0)
        throw new TelemetryError("MERKLE_LEAF", "the leaf is not in the tree", { where: leaf });
      const proof: string[] = [];
      for (; index > 0; index = (index - 1) >> 1) {
        const sibling = index % 2 === 0 ? index - 1 : index + 1;
        proof.push(toHex(nodes.subarray(sibling * WORD, sibling * WORD + WORD)));
      }
      return proof;
    },
  };
}

/** All nodes, the root first: the parents of 2i + 1 and 2i + 2 are i. */
export function buildNodes(leaves: Uint8Array, keccak: Keccak): Uint8Array {
  const size = leaves.length / WORD;
  const count = 2 * size - 1;
  const nodes = new Uint8Array(count * WORD);
  for (const [place, index] of sortLeaves(leaves).entries()) {
    nodes.set(leaves.subarray(index * WORD, index * WORD + WORD), (count - 1 - place) * WORD);
  }
  const both = new Uint8Array(2 * WORD);
  for (let index = count - size - 1; index >= 0; index--) {
    const left = (2 * index + 1) * WORD;
    const right = left + WORD;
    if (compareWords(nodes, left, nodes, right) <= 0) {
      both.set(nodes.subarray(left, right + WORD));
    } else {
      both.set(nodes.subarray(right, right + WORD));
      both.set(nodes.subarray(left, right), WORD);
    }
    nodes.set(keccak(both), index * WORD);
  }
  return nodes;
}

/** Leaves as bytes, one after the other. */
export function packLeaves(leaves: MerkleLeaves): Uint8Array {
  if (leaves.length === 0) throw new TelemetryError("MERKLE_EMPTY", "a tree needs a leaf");
  if (leaves instanceof Uint8Array) {
    if (leaves.length % WORD === 0) return leaves;
    throw new TelemetryError("MERKLE_LEAF", "leaves are 32 bytes each", { where: `${leaves.length} bytes` });
  }
  const packed = hexBuffer(leaves.length * WORD);
  for (const [index, leaf] of leaves.entries()) {
    if (typeof leaf !== "string" || !leaf.startsWith("0x") || !packed.write(leaf, index * WORD, WORD))
      throw new TelemetryError("MERKLE_LEAF", "a leaf is 0x and 64 hex digits", { where: `leaf ${index}` });
  }
  return packed.bytes;
}
