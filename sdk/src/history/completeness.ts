import { sameState } from "./sameState.js";
import { toHex32 } from "./toHex32.js";
import type { History, HistoryProblem } from "./types.js";

export interface Completeness {
  /** Whether the records are the vehicle's whole life, unaltered and in order. */
  complete: boolean;
  /** Numbers of the records that were not found. */
  missing: number[];
  /** Everything that does not agree, also about the title; empty when all does. */
  problems: HistoryProblem[];
}

const NAMED_AT_MOST = 20;

/**
 * Says whether a history is complete: whether its records fold to the head that the contract keeps, and, if not, which
 * record is missing or out of place. Records are numbered without gap, so that a gap names the missing one.
 *
 * @example
 * const { complete, missing } = completeness(history);
 * if (!complete) console.log(`records missing: ${missing.join(", ")}`);
 */
export function completeness(history: History): Completeness {
  const problems: HistoryProblem[] = [...history.foldProblems];
  const isKnown = history.count > 0 || history.head !== toHex32(0n);
  if (!isKnown && history.records.length === 0) {
    return {
      complete: false,
      missing: [],
      problems: [
        { code: "VEHICLE_UNKNOWN", message: "no vehicle with this id is registered in this deployment" },
      ],
    };
  }

  const missing = missingOf(history);
  for (const index of missing.slice(0, NAMED_AT_MOST)) {
    problems.push({
      code: "RECORD_MISSING",
      index,
      message: `record ${index} of ${history.count} is missing`,
    });
  }
  if (missing.length > NAMED_AT_MOST) {
    problems.push({
      code: "RECORD_MISSING",
      message: `${missing.length - NAMED_AT_MOST} more records are missing`,
    });
  }
  if (history.foldedHead !== history.head) {
    const reason =
      problems.length > 0
        ? ""
        : ": all numbers are there, but a record is not the one that the contract folded";
    problems.push({
      code: "HEAD_MISMATCH",
      message: `the records fold to ${history.foldedHead}, the contract keeps ${history.head}${reason}`,
    });
  }
  const complete = problems.length === 0;
  if (complete && !sameState(history.state, history.replayedState)) {
    problems.push({
      code: "STATE_MISMATCH",
      message: "the records do not lead to the state that the contract keeps",
    });
  }
  problems.push(...titleProblems(history));
  return { complete, missing, problems };
}

function missingOf({ records, count }: History): number[] {
  const present = new Set(records.map((record) => record.index));
  const highest = records.reduce((most, record) => Math.max(most, record.index), count);
  const missing: number[] = [];
  for (let index = 1; index <= highest; index++) if (!present.has(index)) missing.push(index);
  return missing;
}

function titleProblems({ title, replayedTitle: replayed }: History): HistoryProblem[] {
  const problems: HistoryProblem[] = [];
  if (title.holderCount !== replayed.holderCount) {
    problems.push({
      code: "HOLDERS_MISMATCH",
      message: `the transfers show ${replayed.holderCount} holders, the title counts ${title.holderCount}`,
    });
  }
  for (const field of ["holder", "issuer", "status", "locks", "grantEpoch", "registeredDay"] as const) {
    if (title[field] === replayed[field]) continue;
    problems.push({
      code: "TITLE_MISMATCH",
      message: `the title's events lead to ${field} ${replayed[field]}, the title says ${title[field]}`,
    });
  }
  return problems;
}
