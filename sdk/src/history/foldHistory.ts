import { applyRecord, EMPTY_RECORD_STATE } from "./applyRecord.js";
import { hexBuffer, toHex } from "./hexBytes.js";
import { loadKeccak } from "./keccak.js";
import {
  decodeRecord,
  RECORD_APPENDED_TOPIC,
  RECORD_BYTES,
  RECORD_DATA_AT,
  RECORD_DATA_BYTES,
} from "./recordLayout.js";
import type { HistoryProblem, HistoryRecord, RecordState } from "./types.js";

/** Where a fold begins. */
export interface FoldOrigin {
  chainId: number | bigint;
  /** The records contract. */
  recordsAddress: string;
  vehicleId: bigint;
}

/** What is needed of a log to fold it; where it stands is only passed on. */
export interface FoldLog {
  topics: readonly string[];
  data: string;
  blockNumber?: number;
  logIndex?: number;
  transactionHash?: string;
}

/** A fold in progress. */
export interface RecordFold {
  /**
   * Folds the next log.
   * @returns The record, or undefined when the log is no record of this vehicle; `problems` then says why.
   */
  push(log: FoldLog): HistoryRecord | undefined;
  /** The head after all records so far. */
  readonly head: string;
  /** What the records so far amount to. */
  readonly state: RecordState;
  /** Foreign, malformed, repeated or reordered logs. Gaps are for `completeness` to find, at the end. */
  readonly problems: HistoryProblem[];
}

/** What a list of logs folds to. */
export interface FoldResult {
  head: string;
  state: RecordState;
  records: HistoryRecord[];
  problems: HistoryProblem[];
}

/**
 * Folds the logs of a vehicle's records into its head, in one pass and without decoding libraries.
 *
 * head(0) = keccak256(chain id, records contract, vehicle id); head(n) = keccak256(head(n - 1), digest(n)), where a
 * digest is the keccak256 of a log's topics after the first and its data.
 *
 * @param logs `RecordAppended` logs in the order of the chain.
 * @returns The head, the records, the state they lead to, and what was wrong with the logs.
 * @example
 * const { head } = await foldHistory(logs, { chainId: 31337, recordsAddress, vehicleId });
 * head === (await records.headOf(vehicleId)); // nothing was left out
 */
export async function foldHistory(logs: Iterable<FoldLog>, origin: FoldOrigin): Promise<FoldResult> {
  const fold = await startFold(origin);
  const records: HistoryRecord[] = [];
  for (const log of logs) {
    const record = fold.push(log);
    if (record) records.push(record);
  }
  return { head: fold.head, state: fold.state, records, problems: fold.problems };
}

/**
 * Starts a fold to which logs are given one by one, as they arrive in pages. It keeps the head and the state, not the logs.
 *
 * @example
 * const fold = await startFold(origin);
 * for await (const page of readLogs(query)) for (const log of page.logs) fold.push(log);
 */
export async function startFold(origin: FoldOrigin): Promise<RecordFold> {
  const keccak = await loadKeccak();
  const record = hexBuffer(RECORD_BYTES);
  const pair = new Uint8Array(64);
  const vehicleTopic = `0x${origin.vehicleId.toString(16).padStart(64, "0")}`;
  const problems: HistoryProblem[] = [];
  const seen = new Set<number>();

  let headHex = toHex(keccak(genesis(origin)));
  let head = keccak(genesis(origin));
  let state = EMPTY_RECORD_STATE;
  let highest = 0;

  const refuse = (code: HistoryProblem["code"], message: string): undefined => {
    problems.push({ code, message });
    return undefined;
  };

  return {
    get head() {
      return headHex;
    },
    get state() {
      return state;
    },
    problems,
    push(log) {
      const [topic, vehicle = "", author = "", kind = ""] = log.topics;
      if (topic !== RECORD_APPENDED_TOPIC || log.topics.length !== 4) {
        return refuse("RECORD_MALFORMED", `${placeOf(log)} is no record`);
      }
      if (vehicle.toLowerCase() !== vehicleTopic) {
        return refuse("RECORD_FOREIGN", `${placeOf(log)} is a record of vehicle ${vehicle}`);
      }
      const fits =
        record.write(vehicle, 0, 32) &&
        record.write(author, 32, 32) &&
        record.write(kind, 64, 32) &&
        record.write(log.data, RECORD_DATA_AT, RECORD_DATA_BYTES);
      if (!fits) return refuse("RECORD_MALFORMED", `${placeOf(log)} is not laid out as a record`);

      const decoded = decodeRecord(
        record.bytes,
        `0x${author.slice(26).toLowerCase()}`,
        `0x${log.data.slice(66, 130).toLowerCase()}`,
      );
      const { index } = decoded;
      if (seen.has(index)) {
        problems.push({ code: "RECORD_DUPLICATED", index, message: `record ${index} occurs twice` });
      } else if (index < highest) {
        problems.push({
          code: "RECORD_REORDERED",
          index,
          message: `record ${index} stands behind record ${highest}`,
        });
      }
      seen.add(index);
      highest = Math.max(highest, index);

      const digest = keccak(record.bytes);
      const headBefore = headHex;
      pair.set(head, 0);
      pair.set(digest, 32);
      head = keccak(pair);
      headHex = toHex(head);

      const applied = applyRecord(state, decoded);
      state = applied.state;
      return {
        ...decoded,
        digest: toHex(digest),
        headBefore,
        anomaly: applied.anomaly,
        blockNumber: log.blockNumber ?? 0,
        logIndex: log.logIndex ?? 0,
        transactionHash: log.transactionHash ?? "",
      };
    },
  };
}

function genesis({ chainId, recordsAddress, vehicleId }: FoldOrigin): Uint8Array {
  const buffer = hexBuffer(96);
  const words = [BigInt(chainId), BigInt(recordsAddress), vehicleId];
  words.forEach((word, i) => buffer.write(`0x${word.toString(16).padStart(64, "0")}`, 32 * i, 32));
  return buffer.bytes;
}

function placeOf(log: FoldLog): string {
  return log.transactionHash ? `log ${log.logIndex ?? "?"} of transaction ${log.transactionHash}` : "a log";
}
