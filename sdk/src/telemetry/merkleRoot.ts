import { toHex } from "../history/hexBytes.js";
import { loadKeccak } from "../history/keccak.js";
import { buildNodes, packLeaves, type MerkleLeaves } from "./merkleTree.js";

/**
 * The root of leaves, that of OpenZeppelin's `SimpleMerkleTree`.
 *
 * @param leaves In any order, as bytes one after the other or as hex.
 * @returns Hex with 0x.
 * @throws {TelemetryError} `MERKLE_EMPTY`, `MERKLE_LEAF`, `MERKLE_DUPLICATE`.
 * @example
 * await anchors.anchorRoot(await merkleRoot(leaves), leaves.length, periodStart, periodEnd);
 */
export async function merkleRoot(leaves: MerkleLeaves): Promise<string> {
  return toHex(buildNodes(packLeaves(leaves), await loadKeccak()).subarray(0, 32));
}
