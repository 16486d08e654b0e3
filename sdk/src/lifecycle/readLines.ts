/** A lifecycle file: its text, or its bytes as they arrive. */
export type LifecycleSource = string | Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>;

/** A line of a source. `text` is absent when the line could not be read. */
export interface SourceLine {
  /** Counted from 1. */
  number: number;
  text?: string;
  problem?: "LINE_NOT_UTF8" | "LINE_TOO_LONG";
}

/** No honest line is longer; what is gets neither kept nor parsed. */
export const LINE_LIMIT_BYTES = 262_144;

const NEWLINE = 0x0a;
const encoder = new TextEncoder();

/**
 * Splits a source into lines, holding one line at a time. Blank lines are left out but counted; a byte order mark and
 * carriage returns at the ends of lines are dropped.
 *
 * @example
 * for await (const line of readLines(createReadStream("events.jsonl"))) console.log(line.number, line.text);
 */
export async function* readLines(source: LifecycleSource): AsyncGenerator<SourceLine> {
  const chunks = typeof source === "string" ? [source] : source;
  let parts: Uint8Array[] = [];
  let length = 0;
  let number = 0;

  for await (const chunk of chunks) {
    const bytes = typeof chunk === "string" ? encoder.encode(chunk) : chunk;
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      number++;
      const line = toLine(number, parts, length, bytes.subarray(start, end));
      if (line) yield line;
      parts = [];
      length = 0;
      start = end + 1;
    }
    const rest = bytes.subarray(start);
    length += rest.length;
    // A copy: streams may use a chunk's memory again.
    if (length <= LINE_LIMIT_BYTES && rest.length > 0) parts.push(rest.slice());
  }
  if (length > 0) {
    const line = toLine(number + 1, parts, length, new Uint8Array(0));
    if (line) yield line;
  }
}

function toLine(
  number: number,
  parts: Uint8Array[],
  length: number,
  last: Uint8Array,
): SourceLine | undefined {
  const total = length + last.length;
  if (total > LINE_LIMIT_BYTES) return { number, problem: "LINE_TOO_LONG" };
  let bytes = last;
  if (length > 0) {
    bytes = new Uint8Array(total);
    let offset = 0;
    for (const part of [...parts, last]) {
      bytes.set(part, offset);
      offset += part.length;
    }
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: number !== 1 }).decode(bytes);
  } catch {
    return { number, problem: "LINE_NOT_UTF8" };
  }
  return text.trim() === "" ? undefined : { number, text: text.endsWith("\r") ? text.slice(0, -1) : text };
}
