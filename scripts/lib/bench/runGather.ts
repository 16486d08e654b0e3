/**
 * A gateway in a process of its own that takes summaries of a fleet, trip after trip, checks every signature, keeps them on disk
 * and anchors them on a chain that only anchors; prints what it held in memory. Usage: runGather.ts <vehicles> <summaries of each>
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { id } from "ethers";
import { encodeSummary } from "../../../sdk/src/telemetry/encodeSummary.js";
import { cachedKeyReader } from "../../../sdk/src/telemetry/gateway/cachedKeyReader.js";
import { Gateway } from "../../../sdk/src/telemetry/gateway/Gateway.js";
import { signSummary } from "../../../sdk/src/telemetry/signSummary.js";
import { FakeAnchors } from "../../../sdk/src/telemetry/testing/FakeAnchors.js";
import { BEGAN, quickKey, testDomain, tripOf } from "../../../sdk/src/telemetry/testing/fleet.js";
import type { Gathered } from "./gatherApart.js";

const MIB = 2 ** 20;
/** As many at a time as come over MQTT. */
const AT_ONCE = 256;
const SECONDS_OF_A_TRIP = 660;
const [vehicles = 0, each = 0] = process.argv.slice(2).map(Number);
const domain = await testDomain();
const folder = await mkdtemp(join(tmpdir(), "blok-bench-"));
const period = { validFrom: 1, validTo: 2 ** 40 - 1, isRevoked: false };
let now = BEGAN;
const gateway = new Gateway({
  domain,
  keys: cachedKeyReader({ read: async () => ({ isVehicleKnown: true, period }) }),
  sender: new FakeAnchors(),
  storePath: join(folder, "gateway.db"),
  now: () => now,
});
const collect = (): { heap: number; rss: number } => {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  return { heap: heapUsed + arrayBuffers, rss };
};
const secretOf = (number: number): string => id(`key of vehicle ${number}`);
const fleet = Array.from({ length: vehicles }, (_, number) => ({
  vehicleId: BigInt(id(`vehicle ${number}`)),
  key: quickKey(secretOf(number)),
}));

let early = { heap: 0, rss: 0 };
let peak = 0;
let gatherMs = 0;
for (let sequence = 1; sequence <= each; sequence += 1) {
  now += SECONDS_OF_A_TRIP;
  for (let first = 0; first < vehicles; first += AT_ONCE) {
    const payloads = [];
    for (const { vehicleId, key } of fleet.slice(first, first + AT_ONCE))
      payloads.push({
        vehicleId,
        payload: encodeSummary(await signSummary(tripOf(vehicleId, sequence), key, domain)),
      });
    const started = performance.now();
    const outcomes = await Promise.all(payloads.map((message) => gateway.receive(message)));
    gatherMs += performance.now() - started;
    if (outcomes.some(({ status }) => status !== "accepted")) throw new Error(JSON.stringify(outcomes));
  }
  const started = performance.now();
  await gateway.runOnce();
  gatherMs += performance.now() - started;
  peak = Math.max(peak, process.memoryUsage().rss);
  if (sequence === Math.ceil(each / 10)) early = collect();
}
const late = collect();
const { summaries, batches, anchored } = gateway.stats();
if (batches !== anchored) throw new Error("not all batches were anchored");
await gateway.stop();
await rm(folder, { recursive: true });
const result: Gathered = {
  summaries,
  anchored,
  perSecond: summaries / (gatherMs / 1_000),
  heapEarlyMiB: early.heap / MIB,
  heapLateMiB: late.heap / MIB,
  rssEarlyMiB: early.rss / MIB,
  rssPeakMiB: peak / MIB,
};
console.log(JSON.stringify(result));
