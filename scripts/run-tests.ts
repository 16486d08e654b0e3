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
  /** Reads the artifacts of the default build; the Solidity tests make a build of their own. */
  needsBuild: boolean;
  env?: NodeJS.ProcessEnv;
}

const ROOT = new URL("..", import.meta.url).pathname;
const FLOWS = "test/integration";
/** Flows are shared out among so many processes: each of them starts a chain of its own for every file. */
const FLOW_SHARES = 2;

const wanted = process.argv.slice(2);
const suites = [
  {
    name: "solidity",
    command: ["hardhat", "test", "solidity"],
    needsBuild: false,
    env: { BLOK_BUILD: "tests" },
  },
  ...shares(readdirSync(`${ROOT}${FLOWS}`).filter((file) => file.endsWith(".test.ts"))).map(
    (files, index) => ({
      name: `integration ${index + 1}`,
      command: ["hardhat", "test", "mocha", "--no-compile", ...files.map((file) => `${FLOWS}/${file}`)],
      needsBuild: true,
    }),
  ),
  { name: "sdk", command: ["npm", "run", "--silent", "test:sdk"], needsBuild: true },
].filter(({ name }) => wanted.length === 0 || wanted.some((word) => name.includes(word)));

const failed: string[] = [];
if (suites.length === 0) {
  console.error(`no suite is called ${wanted.join(" or ")}: say solidity, integration or sdk`);
  process.exitCode = 1;
} else {
  const built = suites.some(({ needsBuild }) => needsBuild)
    ? run(
        { name: "build", command: ["hardhat", "build", "--no-tests", "--quiet"], needsBuild: false },
        (text) => process.stdout.write(text),
      ).then((code) => code === 0)
    : Promise.resolve(true);
  const queue = [...suites];
  await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, () => work(queue, built)));
  console.log(`${suites.length - failed.length} passed, ${failed.length} failed`);
  if (failed.length > 0) {
    console.error(`suites that failed: ${failed.join(", ")}`);
    process.exitCode = 1;
  }
}

async function work(queue: Suite[], built: Promise<boolean>): Promise<void> {
  for (let suite = queue.shift(); suite !== undefined; suite = queue.shift()) {
    if (suite.needsBuild && !(await built)) {
      failed.push(suite.name);
      continue;
    }
    const started = Date.now();
    const output: string[] = [];
    const code = await run(suite, (text) => output.push(text));
    const seconds = Math.round((Date.now() - started) / 1_000);
    console.log(`\n== ${suite.name}, ${seconds} s\n${output.join("")}`);
    if (code !== 0) failed.push(suite.name);
  }
}

function run({ command, env }: Suite, hear: (text: string) => void): Promise<number> {
  const [program = "", ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
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
