import type { LifecycleEvent } from "./events.js";
import { LifecycleChecker } from "./LifecycleChecker.js";
import { LifecycleError, PROBLEMS_KEPT, type LifecycleProblem } from "./LifecycleError.js";
import { LINE_LIMIT_BYTES, readLines, type LifecycleSource, type SourceLine } from "./readLines.js";
import { isLineType, lineProblems, type FieldProblem } from "./schemaProblems.js";

export interface ParseLifecycleOptions {
  /** Unix seconds; nothing in the file may be later. Now, when left out. */
  now?: number;
  /** Named in the error: the file, for instance. */
  where?: string;
}

/** What a lifecycle file amounts to. */
export interface LifecycleSummary {
  events: number;
  vehicles: number;
}

/**
 * Checks a lifecycle file as a whole and returns its events. Everything is checked before anything is returned: JSON,
 * the fields of every line, VINs by the rules of their market, references, order, who may write what, and every
 * document against the schema of its kind.
 *
 * @throws {LifecycleError} With all problems, each naming line, field and what to do.
 * @example
 * const events = await parseLifecycle(await readFile("events.jsonl", "utf8"));
 */
export async function parseLifecycle(
  source: LifecycleSource,
  options: ParseLifecycleOptions = {},
): Promise<LifecycleEvent[]> {
  const events: LifecycleEvent[] = [];
  await walk(source, options, (event) => events.push(event));
  return events;
}

/**
 * {@link parseLifecycle} for files of any length: checks everything and keeps no event.
 *
 * @throws {LifecycleError} With all problems.
 * @example
 * const { events, vehicles } = await checkLifecycle(createReadStream("events.jsonl"));
 */
export async function checkLifecycle(
  source: LifecycleSource,
  options: ParseLifecycleOptions = {},
): Promise<LifecycleSummary> {
  let events = 0;
  const { vehicleCount } = await walk(source, options, () => events++);
  return { events, vehicles: vehicleCount };
}

/**
 * Reads the events of a file that `checkLifecycle` has found right, one at a time.
 *
 * @throws {LifecycleError} When a line cannot be read after all: the file was changed in between.
 * @example
 * for await (const event of readLifecycle(createReadStream("events.jsonl"))) console.log(event.id);
 */
export async function* readLifecycle(source: LifecycleSource): AsyncGenerator<LifecycleEvent> {
  for await (const line of readLines(source)) {
    const { event, problems } = readEvent(line);
    if (!event) throw new LifecycleError(problems.map((problem) => ({ ...problem, line: line.number })));
    yield event;
  }
}

async function walk(
  source: LifecycleSource,
  options: ParseLifecycleOptions,
  accept: (event: LifecycleEvent) => void,
): Promise<LifecycleChecker> {
  const checker = new LifecycleChecker(options.now ?? Math.floor(Date.now() / 1000));
  const kept: LifecycleProblem[] = [];
  let count = 0;
  for await (const line of readLines(source)) {
    const { event, fields, problems } = readEvent(line);
    if (event) problems.push(...checker.check(event, line.number));
    else if (fields) checker.skip(fields);
    count += problems.length;
    for (const problem of problems.slice(0, PROBLEMS_KEPT - kept.length))
      kept.push({ line: line.number, ...problem });
    if (event && count === 0) accept(event);
  }
  if (count > 0) throw new LifecycleError(kept, count, options.where);
  return checker;
}

/** A line by itself. Its event is absent when its own fields are wrong: other rules would only repeat that. */
function readEvent(line: SourceLine): {
  event?: LifecycleEvent;
  fields?: Record<string, unknown>;
  problems: FieldProblem[];
} {
  const refuse = (code: FieldProblem["code"], message: string, fix: string, field = "") => ({
    problems: [{ code, field, message, fix }],
  });
  if (line.problem === "LINE_TOO_LONG") {
    return refuse(
      "LINE_TOO_LONG",
      `the line has more than ${LINE_LIMIT_BYTES} bytes`,
      "put every event on a line of its own",
    );
  }
  if (line.text === undefined)
    return refuse("LINE_NOT_UTF8", "the line is not UTF-8", "save the file as UTF-8");
  let value: unknown;
  try {
    value = JSON.parse(line.text);
  } catch (error) {
    const detail =
      error instanceof SyntaxError ? `: ${error.message.replace(/ \(line .*\)$/, "").slice(0, 120)}` : "";
    return refuse("LINE_NOT_JSON", `the line is not JSON${detail}`, "write one JSON object on every line");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return refuse("LINE_NOT_OBJECT", "the line is not a JSON object", "write one JSON object on every line");
  }
  const fields = value as Record<string, unknown>;
  const { type } = fields;
  if (!isLineType(type)) {
    const fix = "see examples/lifecycle.schema.json for the types";
    return { ...refuse("TYPE_UNKNOWN", "there is no such type of line", fix, "/type"), fields };
  }
  const problems = lineProblems(type, value);
  return problems.length > 0 ? { fields, problems } : { event: value as LifecycleEvent, problems };
}
