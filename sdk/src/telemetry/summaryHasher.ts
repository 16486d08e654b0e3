import { hexBuffer } from "../history/hexBytes.js";
import type { Keccak } from "../history/keccak.js";
import { checkSummary } from "./checkSummary.js";
import { COUNTER_FIELDS, type TripSummary } from "./types.js";

/** keccak256 of the type of `TripCounters`, as in `TelemetryLib`. */
const COUNTERS_TYPEHASH = "0x44e23418f4c8649413c4138e8d84896d9586fde0f97d85cd0e2c0fd515a3e5e6";
/** keccak256 of the type of `TripSummary` and, after it, that of `TripCounters`. */
const SUMMARY_TYPEHASH = "0x6a885b28bd8fb0329ac76743cd517e5da1ae3ee440b8683796627345b1a58127";

const WORD = 32;
// The summary's words: type, vehicle, sequence, start, end, trace, counters.
const VEHICLE_AT = WORD;
const SEQUENCE_AT = 2 * WORD;
const STARTED_AT = 3 * WORD;
const ENDED_AT = 4 * WORD;
const TRACE_AT = 5 * WORD;
const COUNTERS_AT = 6 * WORD;
// EIP-712: 0x1901, separator, struct hash.
const STRUCT_AT = 34;

/**
 * Makes the function that hashes summaries to one contract: the bytes are laid out once, and only numbers are written for each
 * summary.
 *
 * @param separator The EIP-712 domain separator.
 * @returns A function that throws a {@link TelemetryError} `SUMMARY_FIELD` for what no summary can say.
 */
export function summaryHasher(separator: string, keccak: Keccak): (summary: TripSummary) => Uint8Array {
  const counters = hexBuffer(WORD * (1 + COUNTER_FIELDS.length));
  counters.write(COUNTERS_TYPEHASH, 0, WORD);
  const countersView = new DataView(counters.bytes.buffer);
  const struct = hexBuffer(7 * WORD);
  struct.write(SUMMARY_TYPEHASH, 0, WORD);
  const structView = new DataView(struct.bytes.buffer);
  const outer = hexBuffer(STRUCT_AT + WORD);
  outer.write("0x1901", 0, 2);
  outer.write(separator, 2, WORD);

  return (summary) => {
    checkSummary(summary);
    for (let i = 0; i < COUNTER_FIELDS.length; i++) {
      const [name] = COUNTER_FIELDS[i] as (typeof COUNTER_FIELDS)[number];
      writeWord(countersView, WORD * (i + 1), summary.counters[name]);
    }
    for (let limb = 0; limb < 4; limb++)
      structView.setBigUint64(VEHICLE_AT + 8 * limb, summary.vehicleId >> BigInt(64 * (3 - limb)));
    writeWord(structView, SEQUENCE_AT, summary.sequence);
    writeWord(structView, STARTED_AT, summary.startedAt);
    writeWord(structView, ENDED_AT, summary.endedAt);
    struct.write(summary.traceRoot, TRACE_AT, WORD);
    struct.bytes.set(keccak(counters.bytes), COUNTERS_AT);
    outer.bytes.set(keccak(struct.bytes), STRUCT_AT);
    return keccak(outer.bytes);
  };
}

/** Writes a number into the last eight bytes of the word at an offset; the others are zero. */
function writeWord(view: DataView, offset: number, value: number | bigint): void {
  if (typeof value === "bigint") {
    view.setBigUint64(offset + 24, value);
  } else {
    view.setUint32(offset + 24, value / 2 ** 32);
    view.setUint32(offset + 28, value);
  }
}
