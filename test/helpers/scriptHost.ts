/**
 * Runs scripts one after another, as the parent process asks for by messages, and tells it what they printed and ended
 * with. What they import is loaded once.
 */
import { pathToFileURL } from "node:url";
import type { Outcome } from "./runScriptFile.js";

export interface HostedRun {
  file: string;
  args: readonly string[];
  env: Record<string, string>;
}

class Exit extends Error {}

let runs = 0;

async function run({ file, args, env }: HostedRun): Promise<Outcome> {
  const before = { ...process.env };
  const { write: writeOut } = process.stdout;
  const { write: writeError } = process.stderr;
  const { argv, exit } = process;
  const outcome: Outcome = { code: 0, stdout: "", stderr: "" };
  process.argv = [process.execPath, file, ...args];
  process.exitCode = undefined;
  Object.assign(process.env, env);
  process.stdout.write = keep((text) => (outcome.stdout += text));
  process.stderr.write = keep((text) => (outcome.stderr += text));
  process.exit = (code) => {
    process.exitCode ??= code ?? 0;
    throw new Exit();
  };
  try {
    await import(`${pathToFileURL(file).href}?run=${(runs += 1)}`);
  } catch (error) {
    if (!(error instanceof Exit)) {
      outcome.stderr += error instanceof Error ? error.stack : String(error);
      process.exitCode = 1;
    }
  }
  outcome.code = Number(process.exitCode ?? 0);
  process.exitCode = undefined;
  Object.assign(process, { argv, exit, env: before });
  Object.assign(process.stdout, { write: writeOut });
  Object.assign(process.stderr, { write: writeError });
  return outcome;
}

/** A stream's `write` that hands on the text instead. */
function keep(hear: (text: string) => void): typeof process.stdout.write {
  return (chunk: string | Uint8Array, ...rest: unknown[]) => {
    hear(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString());
    const done = rest.find((argument) => typeof argument === "function") as (() => void) | undefined;
    done?.();
    return true;
  };
}

let last: Promise<unknown> = Promise.resolve();
process.on("message", ({ id, ...wanted }: HostedRun & { id: number }) => {
  last = last.then(async () => process.send?.({ id, outcome: await run(wanted) }));
});
