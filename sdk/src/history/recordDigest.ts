import { hexBuffer, toHex } from "./hexBytes.js";
import { loadKeccak } from "./keccak.js";
import { encodeRecord, RECORD_BYTES } from "./recordLayout.js";
import type { RecordFields } from "./types.js";

/**
 * Loads the function that computes what is folded for a record, from the record's fields alone.
 *
 * @returns A function from vehicle and record to the digest, hex with 0x. It throws a TypeError for fields that are no
 * numbers and hex of their width; reports and histories have none such.
 * @example
 * const digestOf = await recordDigest();
 * digestOf(vehicleId, record) === record.digest; // true
 */
export async function recordDigest(): Promise<(vehicleId: bigint, record: RecordFields) => string> {
  const keccak = await loadKeccak();
  const buffer = hexBuffer(RECORD_BYTES);
  return (vehicleId, record) => {
    if (!buffer.write(encodeRecord(vehicleId, record), 0, RECORD_BYTES)) {
      throw new TypeError(`record ${record.index} has a field that no record can have`);
    }
    return toHex(keccak(buffer.bytes));
  };
}
