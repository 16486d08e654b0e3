import { type ChildProcess, execFile, fork } from "node:child_process";
import { join } from "node:path";

const ROOT = new URL("../..", import.meta.url).pathname;

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a script as a user does, in a process of its own. */
export function runScriptFile(
  script: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Outcome> {
  const command = ["--import", "tsx", join(ROOT, "scripts", script), ...args];
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      command,
      { cwd: ROOT, env: { ...process.env, BLOK_REGISTRY_KEY: "", ...env }, maxBuffer: 2 ** 26 },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

/**
 * Runs scripts where most of their time would go into loading them: the first run of each is a process of its own, as a
 * user's; the others share one process, which `stop` ends.
 */
export function hostScripts(): { run: typeof runScriptFile; stop(): void } {
  const begun = new Set<string>();
  const waiting = new Map<number, (outcome: Outcome) => void>();
  let host: ChildProcess | undefined;
  let runs = 0;

  function start(): ChildProcess {
    const file = new URL("scriptHost.ts", import.meta.url).pathname;
    const child = fork(file, { cwd: ROOT, execArgv: ["--import", "tsx"] });
    child.on("message", ({ id, outcome }: { id: number; outcome: Outcome }) => waiting.get(id)?.(outcome));
    child.on("exit", (code) => {
      for (const answer of waiting.values())
        answer({ code: -1, stdout: "", stderr: `host ended with ${code}` });
    });
    return child;
  }

  return {
    async run(script, args, env = {}) {
      if (!begun.has(script)) {
        begun.add(script);
        return runScriptFile(script, args, env);
      }
      host ??= start();
      const id = (runs += 1);
      const outcome = new Promise<Outcome>((resolve) => waiting.set(id, resolve));
      host.send({
        id,
        file: join(ROOT, "scripts", script),
        args,
        env: { BLOK_REGISTRY_KEY: "", ...env },
      });
      return outcome.finally(() => waiting.delete(id));
    },
    stop() {
      host?.kill();
    },
  };
}
