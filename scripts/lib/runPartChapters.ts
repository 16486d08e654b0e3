import { BrowserProvider } from "ethers";
import type { Deployment, RpcProvider } from "../../sdk/src/chain/deployment.js";
import { readBlock } from "../../sdk/src/chain/readBlock.js";
import { toQuantity } from "../../sdk/src/chain/quantity.js";
import type { ImportAccounts } from "../../sdk/src/lifecycle/deriveAccounts.js";
import { importLifecycle, type ImportResult } from "../../sdk/src/lifecycle/importLifecycle.js";
import { MemoryJournal } from "../../sdk/src/lifecycle/ImportJournal.js";
import type { LifecycleFile } from "../../sdk/src/lifecycle/openLifecycle.js";
import { bottlenecks, type DwellStep } from "../../sdk/src/parts/bottlenecks.js";
import { materialStatement } from "../../sdk/src/parts/materialStatement.js";
import { partTopic } from "../../sdk/src/parts/decodePartEvent.js";
import { campaignIdOf, lotIdOf, parsePartId, partIdOf } from "../../sdk/src/parts/partId.js";
import { readLineage } from "../../sdk/src/parts/readLineage.js";
import { readPartEvents } from "../../sdk/src/parts/readPartEvents.js";
import { recallReach } from "../../sdk/src/parts/recallReach.js";
import type { DocumentStore } from "../../sdk/src/store/DocumentStore.js";
import { tryCounterfeits } from "./counterfeits.js";
import type { DemoDwell, DemoLot, DemoPartDetails, DemoParts, DemoReach } from "./demoTypes.js";

export interface PartScene {
  rpc: RpcProvider;
  deployment: Deployment;
  store: DocumentStore;
  registryKey: Uint8Array;
  accounts: ImportAccounts;
  say: (line: string) => void;
}

/** What of examples/parts.jsonl the chapters are about: who made the packs, and which of them. */
const MAKER = "manufacturer-us-1";
const CAMPAIGN = "21V650000";
const REPLACEMENT = { lot: 32, serial: 2 };

/** Imports the parts at the times of their file, and leaves the chain's clock at today's. */
export async function importParts(
  events: LifecycleFile,
  scene: PartScene,
  onProgress?: (done: number, total: number) => void,
): Promise<ImportResult> {
  const { rpc } = scene;
  const imported = await importLifecycle({
    ...scene,
    events,
    journal: new MemoryJournal(),
    followsClock: true,
    onProgress: ({ done, total }) => onProgress?.(done, total),
  });
  const now = (await readBlock(rpc, "latest"))?.timestamp ?? 0;
  const gone = Math.floor(Date.now() / 1000) - now;
  if (gone > 0) {
    await rpc.request({ method: "evm_increaseTime", params: [toQuantity(gone)] });
    await rpc.request({ method: "evm_mine", params: [] });
  }
  return imported;
}

/** Cobalt from the mine to the car and back, counterfeits, and a recall that provably reaches every car. */
export async function runPartChapters(
  imported: ImportResult,
  scene: PartScene,
): Promise<DemoParts & { details: DemoPartDetails }> {
  const { rpc, deployment, accounts, say } = scene;
  const nameOf = aliasesOf(accounts);
  const maker = accounts.accountOf(MAKER).address;
  const [a, , c, , e] = imported.vehicles.map(({ vehicleId }) => vehicleId);
  if (a === undefined || c === undefined || e === undefined) throw new Error("the file has fewer cars");

  const partId = partIdOf(lotIdOf(maker, REPLACEMENT.lot), REPLACEMENT.serial);
  const lineage = await showLineage(partId, nameOf, scene);
  say(`Followed a battery pack back to ${lineage.filter(({ what }) => what !== "pieces").length} mines.`);

  const campaignId = campaignIdOf(maker, CAMPAIGN);
  const opened = await lastBlockOf("RecallOpened", scene);
  const told = await lastBlockOf("VehicleNotified", scene);
  const now = Number(await rpc.request({ method: "eth_blockNumber" }));
  const before = await showReach("when it was opened", campaignId, opened, scene);
  const stopped = await showReach("when the owners were told", campaignId, told, scene);
  const after = await showReach("now", campaignId, now, scene);
  say(`Recall ${CAMPAIGN} reached ${before.affected} cars of ${before.owners} owners, and no other is left.`);

  const provider = new BrowserProvider({
    request: ({ method, params }) => rpc.request({ method, params: params as unknown[] }),
  });
  const time = (await readBlock(rpc, "latest"))?.timestamp ?? 0;
  const counterfeits = await tryCounterfeits({ ...scene, provider, cars: { a, c, e }, now: time });
  const refused = counterfeits.filter(({ refused: isRefused }) => isRefused).length;
  say(`Tried ${counterfeits.length} counterfeits; the contracts refused ${refused}.`);

  const { materials, verified } = await materialStatement({ rpc, deployment, vehicleId: e });
  const cobalt = materials.find(({ material }) => material === "cobalt");
  const recoveredCobaltG = verified && cobalt ? whole(cobalt.recoveredGrams) : 0;
  say(
    `The newest car's pack contains ${recoveredCobaltG} g of cobalt that was recovered from scrapped packs.`,
  );

  return {
    lots: imported.lots,
    partsFitted: imported.partsFitted,
    counterfeits: counterfeits.length,
    counterfeitsRefused: refused,
    recallReached: before.affected,
    recallComplete: before.complete && stopped.complete && after.complete && after.affected === 0,
    remedied: after.remedied,
    recoveredCobaltG,
    details: {
      lineage,
      reach: [before, stopped, after],
      counterfeits,
      dwell: await showDwell(nameOf, scene),
      cobalt: (cobalt?.origins ?? []).map(({ lotId, grams, isRecovered, status }) => ({
        origin: nameLot(lotId, nameOf),
        grams: whole(grams),
        kind: isRecovered ? "recovered" : `mined, ${status}`,
      })),
    },
  };
}

async function showLineage(
  partId: bigint,
  nameOf: (address: string) => string,
  { rpc, deployment }: PartScene,
): Promise<DemoLot[]> {
  const { lots } = await readLineage({ rpc, deployment, partId });
  return lots
    .filter(({ relation }) => relation !== "descendant")
    .sort((one, other) => (other.commissioned?.at ?? 0) - (one.commissioned?.at ?? 0))
    .map(({ lotId, lot, status, certificates }) => {
      const isMaterial = lot?.form === "material";
      const cobaltG = isMaterial && lot.material === "cobalt" ? lot.quantity : lot?.content.cobalt;
      return {
        lot: nameLot(lotId, nameOf),
        what: isMaterial ? lot.material : "pieces",
        quantity: lot === undefined ? "?" : `${lot.quantity}${isMaterial ? " g" : ""}`,
        cobaltG: String(cobaltG ?? 0n),
        certificates: certificates.map(({ kind, state }) => `${kind}: ${state}`).join(", "),
        verified: status === "verified",
      };
    });
}

async function showReach(
  when: string,
  campaignId: bigint,
  atBlock: number,
  { rpc, deployment }: PartScene,
): Promise<DemoReach> {
  const reach = await recallReach({ rpc, deployment, campaignId, atBlock });
  const affected = reach.vehicles.filter(({ isAffected }) => isAffected);
  return {
    when,
    affected: affected.length,
    owners: new Set(affected.map(({ holder }) => holder)).size,
    stopped: reach.vehicles.filter(({ isStopped }) => isStopped).length,
    remedied: reach.vehicles.filter(({ remedy }) => remedy !== "none").length,
    stock: reach.stock.length,
    transit: reach.transit.length,
    ended: reach.decommissioned.length,
    complete: reach.complete,
  };
}

async function showDwell(
  nameOf: (address: string) => string,
  { rpc, deployment }: PartScene,
): Promise<DemoDwell[]> {
  const table = await bottlenecks(readPartEvents({ rpc, deployment }));
  const days = (seconds: number): number => Math.round(seconds / 86_400);
  return table
    .filter(({ count }) => count > 0)
    .slice(0, 8)
    .map(({ step, party, count, medianSeconds, maxSeconds }) => ({
      step: DWELL_WORDS[step],
      party: nameOf(party),
      count,
      medianDays: days(medianSeconds),
      maxDays: days(maxSeconds),
    }));
}

async function lastBlockOf(event: string, { rpc, deployment }: PartScene): Promise<number> {
  let last: number | undefined;
  for await (const { blockNumber } of readPartEvents({ rpc, deployment, topics: [partTopic(event)] })) {
    last = blockNumber;
  }
  if (last === undefined) throw new Error(`the file has no ${event}`);
  return last;
}

/** Names the accounts of the example; an address that is none of theirs stays one. */
function aliasesOf(accounts: ImportAccounts): (address: string) => string {
  const aliases = new Map(PARTIES.map((alias) => [accounts.accountOf(alias).address, alias]));
  return (address) => aliases.get(address) ?? address;
}

const DWELL_WORDS: Record<DwellStep, string> = {
  inTransit: "on the way to",
  sentBack: "there and back from",
  atParty: "with",
};

const PARTIES = [
  MAKER,
  "mine-cd-1",
  "mine-cd-2",
  "nickel-ca-1",
  "lithium-cl-1",
  "graphite-mz-1",
  "cathode-kr-1",
  "cellmaker-kr-1",
  "recycler-us-1",
  "workshop-austin-1",
  "workshop-sacramento-1",
];

function nameLot(lotId: bigint, nameOf: (address: string) => string): string {
  const { maker, lotNumber } = parsePartId(partIdOf(lotId));
  return `lot ${lotNumber} of ${nameOf(maker)}`;
}

function whole({ numerator, denominator }: { numerator: bigint; denominator: bigint }): number {
  return Number(numerator / denominator);
}
