/**
 * Vehicles in a process of their own: signs their summaries, says "ready", publishes when it reads a line, prints how fast.
 * Usage: runFleetOfVehicles.ts <broker> <vehicles> <summaries of each> '{"chainId":…,"contract":"0x…","p256Verifier":"0x…"}'
 */
import { once } from "node:events";
import { id } from "ethers";
import { SummaryPublisher } from "../../../sdk/src/telemetry/mqtt/SummaryPublisher.js";
import { signSummary } from "../../../sdk/src/telemetry/signSummary.js";
import { telemetryDomain, type TelemetryDomainInput } from "../../../sdk/src/telemetry/telemetryDomain.js";
import { fleetVehicle, quickKey, tripOf } from "../../../sdk/src/telemetry/testing/fleet.js";
import type { SignedSummary } from "../../../sdk/src/telemetry/types.js";

const [url = "", vehicles = "", each = "", input = ""] = process.argv.slice(2);
const domain = await telemetryDomain(JSON.parse(input) as TelemetryDomainInput);
const fleet: SignedSummary[][] = [];
for (let number = 0; number < Number(vehicles); number += 1) {
  const { vehicleId } = fleetVehicle(number, domain);
  const key = quickKey(id(`key of vehicle ${number}`));
  const signed: SignedSummary[] = [];
  for (let sequence = 1; sequence <= Number(each); sequence += 1)
    signed.push(await signSummary(tripOf(vehicleId, sequence), key, domain));
  fleet.push(signed);
}
const publisher = await SummaryPublisher.connect({ url, onError: console.error });
console.log("ready");
await once(process.stdin, "data");
const latencies: number[] = [];
const started = performance.now();
await Promise.all(
  fleet.map(async (summaries) => {
    for (const signed of summaries) {
      const sent = performance.now();
      const outcome = await publisher.publish(signed);
      latencies.push(performance.now() - sent);
      if (outcome.status !== "accepted") throw new Error(JSON.stringify(outcome));
    }
  }),
);
const seconds = (performance.now() - started) / 1_000;
latencies.sort((a, b) => a - b);
const quantile = (share: number): number => latencies[Math.ceil(latencies.length * share) - 1] ?? Number.NaN;
console.log(JSON.stringify({ seconds, p50Ms: quantile(0.5), p99Ms: quantile(0.99) }));
await publisher.close();
process.exit();
