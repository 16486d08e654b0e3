/**
 * Measures off-chain speed as ratios against the plain way, side by side in one run.
 *
 * Usage: npm run bench [-- --json] [-- --records 10000]
 * `foldHistory`: re-folding a history and verifying its documents, against doing the same with ethers alone.
 */
import { Command } from "commander";
import { isSignatureCheckNative } from "../sdk/src/documents/signature.js";
import { BlokError } from "../sdk/src/errors/BlokError.js";
import { makeHistory } from "./lib/bench/makeHistory.js";
import { foldFast } from "./lib/bench/foldFast.js";
import { foldPlain } from "./lib/bench/foldPlain.js";
import { readLongLife } from "./lib/bench/readLongLife.js";
import { runScript } from "./lib/runScript.js";

const options = new Command("bench")
  .description("Measures the SDK's speed against the plain way.")
  .option("--json", "print the ratios as one flat object")
  .option("--records <count>", "records of the long life that is read and verified in one go", "10000")
  .parse()
  .opts<{ json?: boolean; records: string }>();

/** Enough for a steady figure, few enough for the plain way. */
const RECORDS = 200;
const ROUNDS = 5;

await runScript(async () => {
  if (!isSignatureCheckNative) {
    throw new BlokError("BENCH_NATIVE", "the native secp256k1 module did not load", {
      fix: "install again with: node scripts/setup.mjs",
    });
  }
  const history = await makeHistory(RECORDS);
  const say = (line: string): void => {
    if (!options.json) console.log(line);
  };
  const ratios: number[] = [];
  const perSecond = { fast: 0, plain: 0 };
  // In turns, so that whatever else the machine does meets both; the CPU's time and not the clock's.
  for (let round = 0; round <= ROUNDS; round += 1) {
    const fast = await cpuSeconds(() => foldFast(history));
    const plain = await cpuSeconds(() => foldPlain(history));
    if (fast.value !== plain.value)
      throw new Error(`the two ways disagree: ${fast.value} and ${plain.value}`);
    if (round === 0) continue; // the first warms up
    ratios.push(plain.seconds / fast.seconds);
    perSecond.fast = Math.max(perSecond.fast, RECORDS / fast.seconds);
    perSecond.plain = Math.max(perSecond.plain, RECORDS / plain.seconds);
  }
  const foldHistory = median(ratios);
  say(`foldHistory: ${foldHistory.toFixed(1)} times the plain ethers way`);
  say(
    `  ${Math.round(perSecond.fast)} against ${Math.round(perSecond.plain)} records per CPU second, folded and verified`,
  );

  const count = Number(options.records);
  const long = await readLongLife(count);
  say(`A life of ${count} records was read, folded and verified in ${long.seconds.toFixed(1)} s,`);
  say(
    `  complete: ${long.complete}, documents verified: ${long.verified}, peak memory ${Math.round(long.peakMiB)} MiB`,
  );
  if (!long.complete || long.verified !== count) throw new Error("the long life did not prove complete");
  if (options.json) console.log(JSON.stringify({ foldHistory: Math.round(foldHistory * 10) / 10 }));
});

async function cpuSeconds<T>(work: () => Promise<T>): Promise<{ value: T; seconds: number }> {
  const before = process.cpuUsage();
  const value = await work();
  const { user, system } = process.cpuUsage(before);
  return { value, seconds: (user + system) / 1e6 };
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
