import assert from "node:assert/strict";
import { LifecycleError, type LifecycleProblem } from "../LifecycleError.js";
import { parseLifecycle } from "../parseLifecycle.js";
import { file, HEAD_LINES, NOW, type Line } from "./sample.js";

/** What is wrong with a file, or with lines. */
export async function problemsOf(source: string | Line[]): Promise<readonly LifecycleProblem[]> {
  try {
    await parseLifecycle(typeof source === "string" ? source : file(source), { now: NOW });
  } catch (error) {
    assert.ok(error instanceof LifecycleError, String(error));
    return error.problems;
  }
  return [];
}

/** The lines are right but for one, which is wrong in one way. */
export async function refuses(
  lines: Line[],
  code: string,
  field: string,
  says: RegExp,
  line = HEAD_LINES.length + lines.length,
) {
  const problems = await problemsOf([...HEAD_LINES, ...lines]);
  assert.deepEqual(
    problems.map((problem) => [problem.code, problem.line, problem.field]),
    [[code, line, field]],
  );
  assert.match(`${problems[0]?.message}; ${problems[0]?.fix}`, says);
}

/** The lines are right. */
export const accepts = async (lines: Line[]) =>
  assert.deepEqual(await problemsOf([...HEAD_LINES, ...lines]), []);
