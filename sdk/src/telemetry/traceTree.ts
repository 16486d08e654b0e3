import { hexBuffer, toHex } from "../history/hexBytes.js";
import type { Keccak } from "../history/keccak.js";
import { nodeHash } from "./nodeHash.js";
import { SAMPLE_BYTES, sampleBytes } from "./sampleBytes.js";
import { TelemetryError } from "./TelemetryError.js";
import type { Sample } from "./types.js";

export const SALT_BYTES = 32;
const INDEX_BYTES = 4;

/**
 * The salt of one sample. It is shown with the sample; from it neither the trip's salt nor that of another sample follows.
 *
 * @param salt The trip's, 32 bytes.
 */
export function sampleSalt(salt: Uint8Array, index: number, keccak: Keccak): Uint8Array {
  const bytes = new Uint8Array(SALT_BYTES + INDEX_BYTES);
  bytes.set(salt);
  new DataView(bytes.buffer).setUint32(SALT_BYTES, index);
  return keccak(bytes);
}

/**
 * The leaf of a sample: its salt, its index and its bytes, hashed. The index says where it stands, for the tree's inner
 * hashes do not; no inner node has as many bytes.
 *
 * @param salt The sample's.
 */
export function sampleLeaf(sample: Sample, index: number, salt: Uint8Array, keccak: Keccak): Uint8Array {
  const bytes = new Uint8Array(SALT_BYTES + INDEX_BYTES + SAMPLE_BYTES);
  bytes.set(salt);
  new DataView(bytes.buffer).setUint32(SALT_BYTES, index);
  bytes.set(sampleBytes(sample), SALT_BYTES + INDEX_BYTES);
  return keccak(bytes);
}

/**
 * A trace's tree while it grows: leaves in the order of time, each subtree on the left as large as it can be. Of all that came
 * before, only the roots of full subtrees are kept, so that a trip of any length fits in a recorder.
 */
export class TraceTree {
  readonly #keccak: Keccak;
  readonly #salt: Uint8Array;
  readonly #peaks: Uint8Array[];
  #count: number;

  /** @param peaks Hex, as {@link TraceTree.peaks} gave them. */
  constructor(keccak: Keccak, salt: string, count = 0, peaks: readonly string[] = []) {
    this.#keccak = keccak;
    this.#salt = saltBytes(salt);
    this.#count = count;
    this.#peaks = peaks.map((peak) => saltBytes(peak));
  }

  get count(): number {
    return this.#count;
  }

  /** Roots of full subtrees, the largest first, hex. */
  get peaks(): string[] {
    return this.#peaks.map((peak) => toHex(peak));
  }

  append(sample: Sample): void {
    const index = this.#count;
    let hash = sampleLeaf(sample, index, sampleSalt(this.#salt, index, this.#keccak), this.#keccak);
    // As many subtrees become full as the number has ones at its end.
    for (let rest = index; rest % 2 === 1; rest = Math.floor(rest / 2)) {
      hash = nodeHash(this.#peaks.pop() as Uint8Array, hash, this.#keccak);
    }
    this.#peaks.push(hash);
    this.#count += 1;
  }

  root(): string {
    const [last, ...before] = this.#peaks.toReversed();
    if (!last) throw new TelemetryError("TRIP_EMPTY", "a trace without samples has no root");
    return toHex(before.reduce((hash, peak) => nodeHash(peak, hash, this.#keccak), last));
  }
}

/** How many leaves stand in the left of the two subtrees. */
export function leftLeaves(count: number): number {
  let left = 1;
  while (left * 2 < count) left *= 2;
  return left;
}

/** 32 bytes from hex. */
export function saltBytes(hex: string): Uint8Array {
  const buffer = hexBuffer(SALT_BYTES);
  if (typeof hex === "string" && hex.startsWith("0x") && buffer.write(hex, 0, SALT_BYTES))
    return buffer.bytes;
  throw new TelemetryError("RECORDER_STATE", "a salt or a hash of a trace is 0x and 64 hex digits");
}
