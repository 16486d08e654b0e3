/**
 * Runs all tests: those of contracts, of flows over several of them, and of the SDK. Suites run side by side, as many at
 * a time as the machine has cores, and print when they are done; any argument picks the suites whose name contains it.
 *
 * Usage: npm test [-- solidity | integration | sdk]
 * Variables: BLOK_TEST_DEPTH, how deep the Solidity tests dig: quick, ci or deep.
 */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";

interface Suite {
  name: string;
  command: string[];
}

const ROOT = new URL("..", import.meta.url).pathname;
const FLOWS = "test/integration";
/** Flows are shared out among so many processes: each of them starts a chain of its own for every file. */
const FLOW_SHARES = 3;

const wanted = process.argv.slice(2);
const suites = [
  { name: "solidity", command: ["hardhat", "test", "solidity"] },
  ...shares(readdirSync(`${ROOT}${FLOWS}`).filter((file) => file.endsWith(".test.ts"))).map(
    (files, index) => ({
      name: `integration ${index + 1}`,
      command: ["hardhat", "test", "mocha", "--no-compile", ...files.map((file) => `${FLOWS}/${file}`)],
    }),
  ),
  { name: "sdk", command: ["npm", "run", "--silent", "test:sdk"] },
].filter(({ name }) => wanted.length === 0 || wanted.some((word) => name.includes(word)));

const failed: string[] = [];
if (suites.length === 0) {
  console.error(`no suite is called ${wanted.join(" or ")}: say solidity, integration or sdk`);
  process.exitCode = 1;
} else if (
  (await run(["hardhat", "build", "--no-tests", "--quiet"], (text) => process.stdout.write(text))) !== 0
) {
  process.exitCode = 1;
} else {
  const queue = [...suites];
  await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, () => work(queue)));
  console.log(`${suites.length - failed.length} passed, ${failed.length} failed`);
  if (failed.length > 0) {
    console.error(`suites that failed: ${failed.join(", ")}`);
    process.exitCode = 1;
  }
}

async function work(queue: Suite[]): Promise<void> {
  for (let suite = queue.shift(); suite !== undefined; suite = queue.shift()) {
    const started = Date.now();
    const output: string[] = [];
    const code = await run(suite.command, (text) => output.push(text));
    const seconds = Math.round((Date.now() - started) / 1_000);
    console.log(`\n== ${suite.name}, ${seconds} s\n${output.join("")}`);
    if (code !== 0) failed.push(suite.name);
  }
}

function run([program = "", ...args]: string[], hear: (text: string) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (data: Buffer) => hear(data.toString()));
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
}

/** Deals files out like cards, so that neighbours, which are alike, go to different hands. */
function shares(files: string[]): string[][] {
  const hands = Array.from({ length: FLOW_SHARES }, (): string[] => []);
  files.sort().forEach((file, index) => hands[index % FLOW_SHARES]?.push(file));
  return hands;
}
