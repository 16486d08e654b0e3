import { toHex } from "../history/hexBytes.js";
import { compareWords } from "./nodeHash.js";
import { TelemetryError } from "./TelemetryError.js";

const WORD = 32;
/** Whole numbers up to here are exact. */
const EXACT_BITS = 53;

/**
 * The order of leaves. Numbers are sorted many times faster than bytes are compared, so each leaf is first a number: its
 * leading bits and, below them, its index. Only leaves whose leading bits agree are compared in full.
 *
 * @returns Indexes of the leaves, the lowest leaf first.
 * @throws {TelemetryError} `MERKLE_DUPLICATE` when two are the same.
 */
export function sortLeaves(leaves: Uint8Array): Uint32Array {
  const size = leaves.length / WORD;
  const view = new DataView(leaves.buffer, leaves.byteOffset, leaves.length);
  const scale = 2 ** Math.ceil(Math.log2(Math.max(size, 2)));
  const leading = Math.min(32, EXACT_BITS - Math.log2(scale));
  const keys = new Float64Array(size);
  for (let i = 0; i < size; i++) keys[i] = (view.getUint32(i * WORD) >>> (32 - leading)) * scale + i;
  keys.sort();

  const order = new Uint32Array(size);
  for (let i = 0; i < size; i++) order[i] = (keys[i] as number) % scale;
  let start = 0;
  for (let end = 1; end <= size; end++) {
    if (
      end < size &&
      Math.floor((keys[end] as number) / scale) === Math.floor((keys[start] as number) / scale)
    )
      continue;
    if (end - start > 1) {
      order.subarray(start, end).sort((a, b) => compareWords(leaves, a * WORD, leaves, b * WORD));
      for (let i = start + 1; i < end; i++) refuseSame(leaves, order[i - 1] as number, order[i] as number);
    }
    start = end;
  }
  return order;
}

function refuseSame(leaves: Uint8Array, a: number, b: number): void {
  if (compareWords(leaves, a * WORD, leaves, b * WORD) !== 0) return;
  throw new TelemetryError("MERKLE_DUPLICATE", "two leaves are the same", {
    where: `leaf ${toHex(leaves.subarray(a * WORD, a * WORD + WORD))}`,
    fix: "put each summary into a tree once",
  });
}
