import { hexBuffer, toHex } from "../history/hexBytes.js";
import { loadKeccak } from "../history/keccak.js";
import { nodeHash } from "./nodeHash.js";

/** No tree is as high. */
const HEIGHT_LIMIT = 64;

/**
 * Whether a leaf is under a root, as OpenZeppelin's `MerkleProof.verify` has it.
 *
 * @param leaf Hex with 0x, as all of them. What is none proves nothing, and does not throw.
 * @example
 * await verifyMerkleProof(root, leaf, proof); // true
 */
export async function verifyMerkleProof(
  root: string,
  leaf: string,
  proof: readonly string[],
): Promise<boolean> {
  const keccak = await loadKeccak();
  if (proof.length > HEIGHT_LIMIT) return false;
  let hash = bytesOf(leaf);
  for (const text of proof) {
    const sibling = bytesOf(text);
    if (!hash || !sibling) return false;
    hash = nodeHash(hash, sibling, keccak);
  }
  return hash !== undefined && toHex(hash) === root.toLowerCase();
}

function bytesOf(text: string): Uint8Array | undefined {
  const buffer = hexBuffer(32);
  return text.startsWith("0x") && buffer.write(text, 0, 32) ? buffer.bytes : undefined;
}
