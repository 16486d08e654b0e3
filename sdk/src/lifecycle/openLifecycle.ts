import { createReadStream } from "node:fs";
import type { LifecycleEvent } from "./events.js";
import {
  checkLifecycle,
  readLifecycle,
  type LifecycleSummary,
  type ParseLifecycleOptions,
} from "./parseLifecycle.js";

/** A file that was found right, and can be read as often as needed without being held in memory. */
export interface LifecycleFile extends AsyncIterable<LifecycleEvent> {
  readonly summary: LifecycleSummary;
}

/**
 * Checks a lifecycle file of any length.
 *
 * @throws {LifecycleError} With all problems of the file.
 * @example
 * const events = await openLifecycle("examples/lifecycle.jsonl");
 * await importLifecycle({ events, … });
 */
export async function openLifecycle(
  path: string,
  options: ParseLifecycleOptions = {},
): Promise<LifecycleFile> {
  const summary = await checkLifecycle(createReadStream(path), { where: path, ...options });
  return { summary, [Symbol.asyncIterator]: () => readLifecycle(createReadStream(path)) };
}
