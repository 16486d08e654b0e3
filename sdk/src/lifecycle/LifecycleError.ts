import { BlokError } from "../errors/BlokError.js";

/** What can be wrong with a line. */
export type LifecycleProblemCode =
  | "LINE_NOT_UTF8"
  | "LINE_TOO_LONG"
  | "LINE_NOT_JSON"
  | "LINE_NOT_OBJECT"
  | "TYPE_UNKNOWN"
  | "FIELD_MISSING"
  | "FIELD_UNKNOWN"
  | "FIELD_INVALID"
  | "TIME_INVALID"
  | "TIME_FUTURE"
  | "OUT_OF_ORDER"
  | "ID_DUPLICATE"
  | "VIN_INVALID"
  | "VEHICLE_UNKNOWN"
  | "VEHICLE_DUPLICATE"
  | "VEHICLE_DESTROYED"
  | "VEHICLE_STATUS"
  | "MEMBER_UNKNOWN"
  | "MEMBER_CLASS"
  | "MEMBER_DUPLICATE"
  | "WRITER_NOT_ALLOWED"
  | "REFERENCE_UNKNOWN"
  | "CORRECTION_FOREIGN"
  | "DOCUMENT_INVALID"
  | "BRAND_CODE"
  | "ODOMETER_MISSING"
  | "NOTHING_TO_RESOLVE"
  | "LOCK_STATE"
  | "KEY_MISSING"
  | "LOT_UNKNOWN"
  | "LOT_DUPLICATE"
  | "LOT_INVALID"
  | "MASS_BALANCE"
  | "SERIAL_INVALID"
  | "SERIAL_TAKEN"
  | "QUANTITY_EXCEEDED"
  | "PART_REFERENCE"
  | "PART_NOT_HELD"
  | "PART_FITTED"
  | "PART_GONE"
  | "PART_STATE"
  | "PART_RECALLED"
  | "PART_EXPIRED"
  | "PART_WASTE"
  | "VEHICLE_FULL"
  | "NOT_FITTED"
  | "WORK_ORDER"
  | "RELEASE_FOREIGN"
  | "CONSIGNMENT_STATE"
  | "CERTIFICATE_STATE"
  | "RECALL_FOREIGN"
  | "RECALL_STATE"
  | "NOT_AFFECTED"
  | "REMEDY_NOT_DONE";

/** One thing that is wrong with a lifecycle file. */
export interface LifecycleProblem {
  code: LifecycleProblemCode;
  /** Counted from 1. */
  line: number;
  /** JSON Pointer (RFC 6901) to the field; empty for the whole line. */
  field: string;
  message: string;
  /** What to do about it. */
  fix: string;
}

/** How many problems an error's message spells out. */
export const PROBLEMS_SHOWN = 20;

/** How many problems are kept; the rest of a hopeless file is counted. */
export const PROBLEMS_KEPT = 1_000;

/** A lifecycle file that cannot be imported, with everything that is wrong with it. */
export class LifecycleError extends BlokError<"LIFECYCLE_INVALID"> {
  /** In the order of the lines; at most {@link PROBLEMS_KEPT}. */
  readonly problems: readonly LifecycleProblem[];
  /** How many problems there are in all. */
  readonly count: number;

  constructor(problems: readonly LifecycleProblem[], count = problems.length, where?: string) {
    const shown = problems.slice(0, PROBLEMS_SHOWN).map(describeProblem);
    const rest = count - shown.length;
    super(
      "LIFECYCLE_INVALID",
      `the lifecycle file has ${count} ${count === 1 ? "problem" : "problems"}:\n${shown.join("\n")}` +
        (rest > 0 ? `\n… and ${rest} more` : ""),
      { where },
    );
    this.problems = problems;
    this.count = count;
  }
}

/**
 * Says a problem in one line.
 *
 * @example
 * describeProblem(problem); // "line 3, field /vin: a VIN has 17 characters, this has 16; find the 1 missing"
 */
export function describeProblem(problem: LifecycleProblem): string {
  const field = problem.field === "" ? "" : `, field ${problem.field}`;
  return `line ${problem.line}${field}: ${problem.message}; ${problem.fix}`;
}
