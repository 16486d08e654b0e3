import type { HistoryRecord, RecordFields } from "../history/types.js";
import type { ReportProblem, ReportRecord } from "./types.js";

const FIELDS = [
  "kind",
  "documentHash",
  "code",
  "odometer",
  "observedAt",
  "recordedAt",
  "role",
  "corrects",
] as const satisfies readonly (keyof RecordFields)[];

export interface CompareRecordsInput {
  /** The report's records, in its order. */
  told: readonly ReportRecord[];
  /** The chain's, complete and in order. */
  known: readonly HistoryRecord[];
  /** What a record of the report's vehicle folds to, computed from its fields. */
  digestOf: (record: RecordFields) => string;
}

/**
 * Compares a report's records with the chain's, one by one, by what they fold to: names every record that was left out, put in,
 * moved, altered, or given another author.
 *
 * @returns Problems by record; empty when all are the same.
 * @example
 * compareRecords({ told: report.records, known: history.records, digestOf });
 */
export function compareRecords({ told, known, digestOf }: CompareRecordsInput): ReportProblem[] {
  const problems: ReportProblem[] = [];
  const indexByDigest = new Map(known.map((record) => [record.digest, record.index]));
  const seen = new Set<number>();
  let last = 0;

  for (const record of told) {
    const { index } = record;
    const original = known[index - 1];
    const digest = digestOf(record);
    if (!original) {
      problems.push(foreign(index, `record ${index} is none of this vehicle's ${known.length} records`));
      continue;
    }
    if (seen.has(index)) {
      problems.push(foreign(index, `a second record ${index} was put in`));
      continue;
    }
    seen.add(index);
    if (index < last) {
      problems.push({
        code: "RECORD_REORDERED",
        index,
        message: `record ${index} stands behind record ${last}`,
      });
    }
    last = Math.max(last, index);
    if (digest === original.digest && record.digest === original.digest) continue;

    const elsewhere = indexByDigest.get(record.digest);
    if (digest === original.digest) {
      problems.push(altered(index, `record ${index} states another digest than its fields have`));
    } else if (elsewhere !== undefined && elsewhere !== index) {
      problems.push({
        code: "RECORD_REORDERED",
        index,
        message: `what stands as record ${index} is record ${elsewhere}`,
      });
    } else {
      problems.push(...describe(record, original));
    }
  }
  for (const { index } of known) {
    if (!seen.has(index)) {
      problems.push({
        code: "RECORD_MISSING",
        index,
        message: `record ${index} of ${known.length} was left out`,
      });
    }
  }
  return problems;
}

function describe(told: ReportRecord, known: HistoryRecord): ReportProblem[] {
  const { index } = known;
  const problems: ReportProblem[] = [];
  if (told.author.toLowerCase() !== known.author.toLowerCase()) {
    problems.push({
      code: "AUTHOR_SWAPPED",
      index,
      message: `record ${index} was written by ${known.author}, not by ${told.author}`,
    });
  }
  const changed = FIELDS.filter((field) => JSON.stringify(told[field]) !== JSON.stringify(known[field]));
  if (changed.length > 0) {
    const list = changed
      .map((field) => `${field} is ${show(known[field])}, not ${show(told[field])}`)
      .join("; ");
    problems.push(altered(index, `record ${index} was altered: ${list}`));
  }
  // FIELDS and the author are all that is folded; should that ever change, nothing may pass in silence.
  return problems.length > 0 ? problems : [altered(index, `record ${index} folds to something else`)];
}

function altered(index: number, message: string): ReportProblem {
  return { code: "RECORD_ALTERED", index, message };
}

function foreign(index: number, message: string): ReportProblem {
  return { code: "RECORD_FOREIGN", index, message };
}

function show(value: unknown): string {
  return value === undefined ? "absent" : JSON.stringify(value);
}
