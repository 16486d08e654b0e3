const BEGIN = "<!-- measured: written by scripts/generate-docs.ts -->";
const END = "<!-- end of measured -->";

/**
 * Puts the table of measured operations between its two marks.
 *
 * @param text The document.
 * @param snapshot Gas by operation.
 * @throws when the document has no such marks.
 */
export function replaceMeasured(text: string, snapshot: Record<string, number>): string {
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`the document lacks ${BEGIN} or ${END}`);
  const rows = Object.entries(snapshot).map(
    ([operation, gas]) => `| \`${operation}\` | ${gas.toLocaleString("en-US")} |`,
  );
  return [before + BEGIN, "", "| operation | gas |", "| --- | ---: |", ...rows, "", END + after].join("\n");
}
