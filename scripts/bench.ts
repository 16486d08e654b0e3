/**
 * Measures off-chain speed as ratios against the plain way, side by side in one run.
 *
 * Usage: npm run bench [-- --json] [-- --records 10000] [-- --summaries 1000000]
 * `foldHistory`: re-folding a history and verifying its documents, against doing the same with ethers alone.
 * `recallReach`: finding every car that a recall reaches in an archive of logs, and that this is all, against the same with ethers.
 * `voucherVerify`: a payee's check of a voucher in full, from the terms to the signer, against `ethers.verifyTypedData`.
 * `voucherHash`: a voucher's EIP-712 digest, against `ethers.TypedDataEncoder.hash`; the bytes are the same.
 * `merkleRoot`: the root of signed summaries, from digests and key ids, against OpenZeppelin's `StandardMerkleTree`; same root.
 * `signatureCheck`: a summary's signature, from its fields to the key, against `ethers.verifyTypedData`.
 * Beside the ratios it prints how fast an operator takes vouchers over HTTP, how fast summaries go from vehicles over broker and
 * gateway to a root on chain, and what a gateway holds in memory; these depend on the machine and its disk.
 */
import { Command } from "commander";
import { isSignatureCheckNative } from "../sdk/src/documents/signature.js";
import { BlokError } from "../sdk/src/errors/BlokError.js";
import type { ChainLog } from "../sdk/src/history/types.js";
import { archiveLogs } from "../sdk/src/parts/logArchive.js";
import { gatherApart } from "./lib/bench/gatherApart.js";
import { makePairs, makeSummaries } from "./lib/bench/makeSummaries.js";
import { makeVouchers } from "./lib/bench/makeVouchers.js";
import { makeHistory } from "./lib/bench/makeHistory.js";
import { foldFast } from "./lib/bench/foldFast.js";
import { foldPlain } from "./lib/bench/foldPlain.js";
import { fleetArchive, planFleet } from "./lib/bench/makeLogArchive.js";
import { reachFast } from "./lib/bench/reachFast.js";
import { reachFleetApart } from "./lib/bench/reachFleetApart.js";
import { reachPlain } from "./lib/bench/reachPlain.js";
import { payOverHttp } from "./lib/bench/payOverHttp.js";
import { publishFleet } from "./lib/bench/publishFleet.js";
import { readLongLife } from "./lib/bench/readLongLife.js";
import { checkFast, rootFast } from "./lib/bench/summariesFast.js";
import { checkPlain, rootPlain, rootSimple } from "./lib/bench/summariesPlain.js";
import { hashFast, prepareAll, textOf, verifyFast } from "./lib/bench/vouchersFast.js";
import { hashPlain, verifyPlain } from "./lib/bench/vouchersPlain.js";
import { runScript } from "./lib/runScript.js";

const options = new Command("bench")
  .description("Measures the SDK's speed against the plain way.")
  .option("--json", "print the ratios as one flat object")
  .option("--records <count>", "records of the long life that is read and verified in one go", "10000")
  .option("--summaries <count>", "summaries that a gateway takes while its memory is watched", "100000")
  .parse()
  .opts<{ json?: boolean; records: string; summaries: string }>();

/** Enough for a steady figure, few enough for the plain way. */
const RECORDS = 200;
const FAST_TIMES = 20;
const SAMPLE = { cars: 1_000, unitsPerCar: 5, lots: 1 };
/** A recall as large as any. */
const FLEET = { cars: 200_000, unitsPerCar: 5, lots: 10 };
const VOUCHERS = 400;
const ROUNDS = 5;
/** Cars that pay tolls over HTTP at the same time, and how often each of them. */
const PAYERS = 32;
const PAYMENTS_EACH = 50;
/** Leaves of one root, and signatures that are checked. */
const LEAVES = 10_000;
const SIGNATURES = 300;
/** Vehicles that publish at the same time, and how often each of them. */
const PUBLISHERS = 400;
const TRIPS_EACH = 50;
/** How much more a gateway may hold at the end than at a tenth of the way, MiB: what its caches may still gain. */
const HEAP_GROWTH_MIB = 16;
const TRIPS_OF_A_VEHICLE = 100;

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
  const fold = await compare(
    () => foldFast(history),
    () => foldPlain(history),
  );
  say(`foldHistory: ${fold.ratio.toFixed(1)} times the plain ethers way`);
  say(
    `  ${perSecond(RECORDS, fold.fast)} against ${perSecond(RECORDS, fold.plain)} records per CPU second, folded and verified`,
  );

  const count = Number(options.records);
  const long = await readLongLife(count);
  say(`A life of ${count} records was read, folded and verified in ${long.seconds.toFixed(1)} s,`);
  say(
    `  complete: ${long.complete}, documents verified: ${long.verified}, peak memory ${Math.round(long.peakMiB)} MiB`,
  );
  if (!long.complete || long.verified !== count) throw new Error("the long life did not prove complete");

  const fleet = planFleet(SAMPLE);
  const archive: Uint8Array[] = [];
  for await (const chunk of fleetArchive(fleet, SAMPLE)) archive.push(chunk);
  const logs: ChainLog[] = [];
  for await (const log of archiveLogs(archive)) logs.push(log);
  const reach = await compare(
    async () => summary(await reachFast(fleet, archive)),
    async () => summary(reachPlain(fleet, logs)),
    FAST_TIMES,
  );
  say(`recallReach: ${reach.ratio.toFixed(1)} times the plain ethers way`);
  say(
    `  ${perSecond(fleet.units, reach.fast)} against ${perSecond(fleet.units, reach.plain)} fitted units per CPU second, found and added up`,
  );
  const large = await reachFleetApart(FLEET);
  say(`A recall of ${large.units} fitted units in ${large.vehicles} cars was found and proven complete`);
  say(
    `  in one pass over ${large.logs} logs (${Math.round(large.archiveMiB)} MiB on disk) in ${large.seconds.toFixed(1)} s:`,
  );
  say(
    `  ${perSecond(large.units, large.cpuSeconds)} units per CPU second, complete: ${large.complete}, ` +
      `peak memory ${Math.round(large.peakMiB)} MiB (${Math.round(large.beforeMiB)} MiB before)`,
  );
  if (!large.complete || large.units !== FLEET.cars * FLEET.unitsPerCar || large.vehicles !== FLEET.cars)
    throw new Error("the recall did not prove complete");

  const bench = await makeVouchers(VOUCHERS);
  const verify = await compare(
    () => verifyFast(bench),
    () => verifyPlain(bench),
    FAST_TIMES,
  );
  say(`voucherVerify: ${verify.ratio.toFixed(1)} times ethers.verifyTypedData`);
  say(
    `  ${perSecond(VOUCHERS, verify.fast)} against ${perSecond(VOUCHERS, verify.plain)} vouchers per CPU second, from terms to signer`,
  );
  const channels = prepareAll(bench);
  if (textOf(hashFast(bench, channels)) !== textOf(hashPlain(bench)))
    throw new Error("the digests are not those of ethers");
  const hash = await compare(
    async () => hashFast(bench, channels).length,
    async () => hashPlain(bench).length,
    FAST_TIMES * 10,
  );
  say(`voucherHash: ${hash.ratio.toFixed(1)} times ethers.TypedDataEncoder.hash`);
  say(
    `  ${perSecond(VOUCHERS, hash.fast)} against ${perSecond(VOUCHERS, hash.plain)} digests per CPU second`,
  );

  const http = await payOverHttp(PAYERS, PAYMENTS_EACH);
  say(
    `${http.vouchers} vouchers were taken over HTTP on loopback, each with its declaration on disk before the answer:`,
  );
  say(
    `  ${Math.round(http.perSecond)} vouchers/s from ${PAYERS} cars at a time, ` +
      `half of them within ${http.p50Ms.toFixed(1)} ms, 99 % within ${http.p99Ms.toFixed(1)} ms`,
  );

  const pairs = makePairs(LEAVES);
  const summaries = await makeSummaries(SIGNATURES);
  if ((await rootFast(pairs, summaries)) !== rootSimple(pairs, summaries))
    throw new Error("the root is not that of SimpleMerkleTree");
  const root = await compare(
    () => rootFast(pairs, summaries),
    () => rootPlain(pairs),
    FAST_TIMES,
  );
  say(`merkleRoot: ${root.ratio.toFixed(1)} times OpenZeppelin's StandardMerkleTree`);
  say(
    `  ${perSecond(LEAVES, root.fast)} against ${perSecond(LEAVES, root.plain)} leaves per CPU second, with the same root`,
  );
  const check = await compare(
    () => checkFast(summaries),
    () => checkPlain(summaries),
    FAST_TIMES,
  );
  say(`signatureCheck: ${check.ratio.toFixed(1)} times ethers.verifyTypedData`);
  say(
    `  ${perSecond(SIGNATURES, check.fast)} against ${perSecond(SIGNATURES, check.plain)} summaries per CPU second, from fields to key`,
  );
  const way = await publishFleet(PUBLISHERS, TRIPS_EACH);
  say(`${way.summaries} summaries went from ${PUBLISHERS} vehicles over MQTT to a gateway and to a chain:`);
  say(
    `  ${Math.round(way.acceptedPerSecond)} summaries/s verified, on disk and answered, half of them within ${way.p50Ms.toFixed(0)} ms, ` +
      `99 % within ${way.p99Ms.toFixed(0)} ms;`,
  );
  say(`  ${Math.round(way.anchoredPerSecond)} summaries/s until all were under ${way.roots} roots on chain`);
  const gathered = await gatherApart(
    Math.ceil(Number(options.summaries) / TRIPS_OF_A_VEHICLE),
    TRIPS_OF_A_VEHICLE,
  );
  say(
    `A gateway took ${gathered.summaries} summaries, ${Math.round(gathered.perSecond)} a second; after a tenth it held ` +
      `${gathered.heapEarlyMiB.toFixed(1)} MiB,`,
  );
  say(
    `  at the end ${gathered.heapLateMiB.toFixed(1)} MiB, resident ${Math.round(gathered.rssEarlyMiB)} MiB, at most ` +
      `${Math.round(gathered.rssPeakMiB)} MiB`,
  );
  if (gathered.heapLateMiB > gathered.heapEarlyMiB + HEAP_GROWTH_MIB)
    throw new Error("the gateway's memory grows");

  const round = (ratio: number): number => Math.round(ratio * 10) / 10;
  if (options.json)
    console.log(
      JSON.stringify({
        foldHistory: round(fold.ratio),
        recallReach: round(reach.ratio),
        voucherVerify: round(verify.ratio),
        voucherHash: round(hash.ratio),
        merkleRoot: round(root.ratio),
        signatureCheck: round(check.ratio),
      }),
    );
});

/**
 * Does the same work in two ways, in turns, so that whatever else the machine does meets both; it is the CPU's time and not
 * the clock's. The fast way is done several times in a row when once is too short to be measured well.
 *
 * @returns The median of the ratios, and the best time of each in seconds.
 */
async function compare<T>(
  fastWay: () => Promise<T>,
  plainWay: () => Promise<T>,
  times = 1,
): Promise<{ ratio: number; fast: number; plain: number }> {
  const ratios: number[] = [];
  const best = { fast: Number.POSITIVE_INFINITY, plain: Number.POSITIVE_INFINITY };
  for (let round = 0; round <= ROUNDS; round += 1) {
    const fast = await cpuSeconds(fastWay, times);
    const plain = await cpuSeconds(plainWay);
    if (fast.value !== plain.value)
      throw new Error(`the two ways disagree: ${String(fast.value)} and ${String(plain.value)}`);
    if (round === 0) continue; // the first warms up
    ratios.push(plain.seconds / fast.seconds);
    best.fast = Math.min(best.fast, fast.seconds);
    best.plain = Math.min(best.plain, plain.seconds);
  }
  return { ratio: median(ratios), ...best };
}

/** What both ways found, to be compared. */
function summary(units: ReadonlyMap<bigint, number>): string {
  return [...units].map(([vehicleId, count]) => `${vehicleId} ${count}`).join();
}

function perSecond(count: number, seconds: number): number {
  return Math.round(count / seconds);
}

async function cpuSeconds<T>(work: () => Promise<T>, times = 1): Promise<{ value: T; seconds: number }> {
  const before = process.cpuUsage();
  let value = await work();
  for (let i = 1; i < times; i += 1) value = await work();
  const { user, system } = process.cpuUsage(before);
  return { value, seconds: (user + system) / 1e6 / times };
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
