import type { Report, ReportRecord } from "./types.js";

/** A row of the list of records: a record, or the place where one is missing. */
export type RecordRow = { record: ReportRecord } | { missing: number };

/**
 * A report's records with the missing ones in their places, so that no reader overlooks a gap.
 *
 * @example
 * withGaps(report).filter((row) => "missing" in row).length;
 */
export function withGaps(report: Pick<Report, "records" | "summary">): RecordRow[] {
  const rows: RecordRow[] = [];
  const missing = [...report.summary.missing];
  for (const record of report.records) {
    while (missing[0] !== undefined && missing[0] < record.index)
      rows.push({ missing: missing.shift() ?? 0 });
    rows.push({ record });
  }
  return [...rows, ...missing.map((index) => ({ missing: index }))];
}
