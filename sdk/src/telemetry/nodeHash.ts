import type { Keccak } from "../history/keccak.js";

const both = new Uint8Array(64);

/** The hash of two nodes, the lower first: as OpenZeppelin's `MerkleProof` has it, which need not know left from right. */
export function nodeHash(a: Uint8Array, b: Uint8Array, keccak: Keccak): Uint8Array {
  const isSwapped = compareWords(a, 0, b, 0) > 0;
  both.set(isSwapped ? b : a);
  both.set(isSwapped ? a : b, 32);
  return keccak(both);
}

/** Compares 32 bytes in each of two buffers, as numbers. */
export function compareWords(a: Uint8Array, atA: number, b: Uint8Array, atB: number): number {
  for (let i = 0; i < 32; i++) {
    const difference = (a[atA + i] as number) - (b[atB + i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}
