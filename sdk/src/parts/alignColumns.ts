/**
 * Lines of columns, each as wide as its widest entry.
 *
 * @param leftAligned How many of the first columns are words; the others are numbers and end together.
 * @example
 * alignColumns([["lot", "units"], ["7", "1200"]], 1);
 */
export function alignColumns(rows: readonly (readonly string[])[], leftAligned: number): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((entry, i) => (widths[i] = Math.max(widths[i] ?? 0, entry.length)));
  return rows
    .map((row) =>
      row
        .map((entry, i) => (i < leftAligned ? entry.padEnd(widths[i] ?? 0) : entry.padStart(widths[i] ?? 0)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
