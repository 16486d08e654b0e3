/** Says what happens: one line for people, or one JSON object a line for programs. */
export type Log = (event: string, facts: Record<string, unknown>, words: string) => void;

/** @param isJson JSON lines, with the time in milliseconds. */
export function logLines(isJson: boolean): Log {
  return (event, facts, words) => {
    if (!isJson) {
      console.log(words);
      return;
    }
    const line = { at: Date.now(), event, ...facts };
    console.log(
      JSON.stringify(line, (_, value: unknown) => {
        if (typeof value === "bigint") return String(value);
        return value instanceof Error ? value.message : value;
      }),
    );
  };
}
