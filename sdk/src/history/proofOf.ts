import { HistoryError } from "./HistoryError.js";
import { unitNumber } from "./recordLayout.js";
import type { History } from "./types.js";

/** Shows that a record stands in a vehicle's life; the argument of `appendCorrection`. */
export interface RecordProof {
  previousHead: string;
  author: string;
  kind: number;
  record: {
    index: number;
    documentHash: string;
    code: number;
    odometer: number;
    odometerUnit: number;
    observedAt: number;
    recordedAt: number;
    role: number;
    corrects: number;
  };
  laterDigests: string[];
}

/**
 * Makes the proof that a correction needs: the head before the record, the record, and the digests of all records
 * after it. It holds until the vehicle gets another record.
 *
 * @param index The number of the record to correct.
 * @throws {HistoryError} `RECORD_UNKNOWN`, or `HISTORY_INCOMPLETE` when the records do not fold to the head.
 * @example
 * await records.appendCorrection(input, ROLES.workshop, proofOf(history, 3));
 */
export function proofOf(
  history: Pick<History, "records" | "head" | "foldedHead">,
  index: number,
): RecordProof {
  if (history.foldedHead !== history.head) {
    throw new HistoryError("HISTORY_INCOMPLETE", "the records do not fold to the vehicle's head", {
      fix: "read the history from another node",
    });
  }
  const { records } = history;
  const record = records[index - 1];
  if (!record) {
    throw new HistoryError("RECORD_UNKNOWN", `the vehicle has no record ${index}`, {
      fix: `choose one from 1 to ${records.length}`,
    });
  }
  return {
    previousHead: record.headBefore,
    author: record.author,
    kind: record.kind,
    record: {
      index: record.index,
      documentHash: record.documentHash,
      code: record.code,
      odometer: record.odometer?.value ?? 0,
      odometerUnit: unitNumber(record),
      observedAt: record.observedAt,
      recordedAt: record.recordedAt,
      role: record.role,
      corrects: record.corrects,
    },
    laterDigests: records.slice(index).map((later) => later.digest),
  };
}
