import { hexBuffer, toHex } from "./hexBytes.js";
import { loadKeccak } from "./keccak.js";
import { encodeRecord, RECORD_BYTES } from "./recordLayout.js";
import type { RecordFields } from "./types.js";

/**
 * Loads the function that computes what is folded for a record, from the record's fields alone.
 *
 * @returns A function from vehicle and record to the digest, hex with 0x.
 * @example
 * const digestOf = await recordDigest();
 * digestOf(vehicleId, record) === record.digest; // true
 */
export async function recordDigest(): Promise<(vehicleId: bigint, record: RecordFields) => string> {
  const keccak = await loadKeccak();
  const { bytes } = hexBuffer(RECORD_BYTES);
  return (vehicleId, record) => {
    encodeRecord(bytes, vehicleId, record);
    return toHex(keccak(bytes));
  };
}
