import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const ROOT = new URL("../..", import.meta.url).pathname;

/** An event that a script printed with `--json`. */
export type ScriptEvent = Record<string, unknown> & { event: string };

/** A script that runs in a process of its own. */
export interface RunningScript {
  /** What it said so far. */
  events: ScriptEvent[];
  stderr(): string;
  isRunning(): boolean;
  /** Its exit code; null when it was killed. */
  ended: Promise<number | null>;
  /** @throws When the script ends first. */
  waitFor(event: string): Promise<ScriptEvent>;
  /** Ends it, and waits for that. */
  end(signal: "SIGKILL" | "SIGTERM"): Promise<void>;
}

/** Starts a script that prints JSON lines, and does not wait for it. */
export function startScript(
  script: string,
  args: readonly string[],
  env: Record<string, string> = {},
): RunningScript {
  const child = spawn(
    process.execPath,
    ["--import", "tsx", join(ROOT, "scripts", script), ...args, "--json"],
    {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const events: ScriptEvent[] = [];
  const waiting = new Map<string, (event: ScriptEvent) => void>();
  let stderr = "";
  child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
  createInterface({ input: child.stdout }).on("line", (line) => {
    const event = JSON.parse(line) as ScriptEvent;
    events.push(event);
    waiting.get(event.event)?.(event);
  });
  const ended = once(child, "close").then(([code]) => code as number | null);
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  return {
    events,
    stderr: () => stderr,
    isRunning,
    ended,
    async waitFor(name) {
      const known = events.find(({ event }) => event === name);
      if (known) return known;
      const seen = new Promise<ScriptEvent>((resolve) => waiting.set(name, resolve));
      const failed = ended.then((code) => {
        throw new Error(`${script} ended with ${code} before "${name}": ${stderr}`);
      });
      return Promise.race([seen, failed]);
    },
    async end(signal) {
      if (isRunning()) child.kill(signal);
      await ended;
    },
  };
}
