import { expect } from "chai";
import type { RpcProvider } from "../../sdk/src/chain/deployment.js";
import { ROLES } from "../../sdk/src/consortium/roles.js";
import { RECORD_KINDS } from "../../sdk/src/documents/kinds.js";
import { completeness } from "../../sdk/src/history/completeness.js";
import { readHistory } from "../../sdk/src/history/readHistory.js";
import { deriveAccounts } from "../../sdk/src/lifecycle/deriveAccounts.js";
import { ImportError } from "../../sdk/src/lifecycle/ImportError.js";
import { importLifecycle } from "../../sdk/src/lifecycle/importLifecycle.js";
import { MemoryJournal } from "../../sdk/src/lifecycle/ImportJournal.js";
import { openLifecycle } from "../../sdk/src/lifecycle/openLifecycle.js";
import { campaignIdOf, lotIdOf, partIdOf } from "../../sdk/src/parts/partId.js";
import { readPartEvents } from "../../sdk/src/parts/readPartEvents.js";
import type { PartEvent } from "../../sdk/src/parts/types.js";
import { verifyPartDocument } from "../../sdk/src/parts/verifyPartDocument.js";
import { MemoryDocumentStore } from "../../sdk/src/store/MemoryDocumentStore.js";
import { createChain } from "../helpers/fixture.js";

const FILE = "examples/parts.jsonl";
const DAY = 86_400;
/** Before the first event of the file. */
const BEGINS = "2018-01-01T00:00:00Z";
const accounts = deriveAccounts({ chainId: 31_337 });
const registryKey = new Uint8Array(32).fill(7);
const { networkHelpers, deployFixture } = await createChain({ initialDate: BEGINS });

/** A node that has forgotten every transaction: what is written has to be looked up in the contracts. */
function forgetful(rpc: RpcProvider): RpcProvider {
  return {
    request: async (call) => (call.method === "eth_getTransactionByHash" ? null : rpc.request(call)),
  };
}

/** A node whose clock nobody can move. */
function fixedClock(rpc: RpcProvider): RpcProvider {
  return {
    request: async (call) => {
      if (call.method.startsWith("evm_")) throw new Error("there is no such method");
      return rpc.request(call);
    },
  };
}

async function failure(work: Promise<unknown>): Promise<ImportError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ImportError) return error;
  throw new Error(`expected an ImportError, got ${String(error)}`);
}

describe("importLifecycle: parts, custody, recalls", () => {
  async function importedFixture() {
    const system = await deployFixture();
    const { rpc, deployment } = system;
    const events = await openLifecycle(FILE);
    const store = new MemoryDocumentStore();
    const journal = new MemoryJournal();
    const input = { events, rpc, deployment, store, registryKey, journal, accounts, followsClock: true };
    const result = await importLifecycle(input);
    const told: PartEvent[] = [];
    for await (const event of readPartEvents({ rpc, deployment })) told.push(event);
    return { ...system, input, result, store, told };
  }
  const load = () => networkHelpers.loadFixture(importedFixture);
  const addressOf = (alias: string) => accounts.accountOf(alias).address;
  const maker = addressOf("manufacturer-us-1");
  const pack = (lot: number, serial: number) => partIdOf(lotIdOf(maker, lot), serial);
  const campaignId = campaignIdOf(maker, "21V650000");

  it("writes every record, and the histories are complete", async () => {
    const { result, rpc, deployment } = await load();
    expect(result.vehicles).to.have.length(5);
    let records = 0;
    for (const { vehicleId } of result.vehicles) {
      const history = await readHistory({ rpc, deployment, vehicleId });
      expect(completeness(history)).to.deep.equal({ complete: true, missing: [], problems: [] });
      records += history.count;
    }
    expect(records).to.equal(result.records);
    expect(result).to.deep.include({ partsFitted: 7, partsRemoved: 3, recalls: 1, remedies: 3 });
  });

  it("leaves lots, units and content as the file says", async () => {
    const { parts, result } = await load();
    const [a, , , d] = result.vehicles.map(({ vehicleId }) => vehicleId);
    const state = await parts.lotStateOf(lotIdOf(maker, 31));
    expect([state.quantity, state.fitted, state.decommissioned, state.unserialised]).to.deep.equal([
      6n,
      1n,
      3n,
      0n,
    ]);
    expect(await parts.fittedOf(a!, lotIdOf(maker, 32))).to.equal(1n);
    expect(await parts.fittedOf(d!, lotIdOf(maker, 32))).to.equal(0n);
    expect((await parts.unitOf(pack(32, 1))).state).to.equal(4n);
    expect((await parts.unitOf(pack(31, 5))).holder).to.equal(maker);
    expect((await parts.contentOf(lotIdOf(maker, 33))).cobaltG).to.equal(28_224n);
    const recovered = lotIdOf(addressOf("recycler-us-1"), 901);
    expect((await parts.contentOf(recovered)).cobaltG).to.equal(40_219n);
  });

  it("keeps the times of the file, so that units dwell as long as it says", async () => {
    const { told } = await load();
    const consigned = told.flatMap((event) => (event.type === "consigned" ? [event] : []));
    const accepted = told.flatMap((event) => (event.type === "accepted" ? [event] : []));
    const [first] = consigned;
    const end = accepted.find((event) => event.consignmentId === first?.consignmentId);
    const sent = Date.parse("2018-10-05T06:00:00Z") / 1000;
    const arrived = Date.parse("2018-12-03T09:00:00Z") / 1000;
    expect(first?.at).to.be.within(sent, sent + 60);
    expect(end?.at).to.be.within(arrived, arrived + 60);
    expect(told.filter((event) => event.type === "rejected")).to.have.length(1);
    expect(told.filter((event) => event.type === "returned")).to.have.length(1);
    expect(consigned).to.have.length(accepted.length + 2);
    expect(first?.deadline).to.equal(Date.parse("2019-01-31") / 1000);
  });

  it("finds the certificate that was revoked", async () => {
    const { certificates, told } = await load();
    const revoked = told.filter((event) => event.type === "certificateRevoked");
    expect(revoked).to.have.length(1);
    const lotId = lotIdOf(addressOf("mine-cd-2"), 1);
    expect(revoked[0]).to.include({ lotId, auditor: addressOf("auditor-gb-1") });
    expect(await certificates.isValid(lotId, revoked[0]!.documentHash)).to.equal(false);
  });

  it("remedies every car that the campaign affects, and no car is stopped any more", async () => {
    const { recalls, parts, title, result, rpc, deployment } = await load();
    const campaign = await recalls.campaignOf(campaignId);
    expect([campaign.enrolled, campaign.remedied]).to.deep.equal([3n, 3n]);
    const kinds: number[][] = [];
    for (const { vehicleId } of result.vehicles) {
      expect(await recalls.isAffected(vehicleId, campaignId)).to.equal(false);
      expect((await title.stateOf(vehicleId)).locks).to.equal(0n);
      const { records } = await readHistory({ rpc, deployment, vehicleId });
      kinds.push(records.map(({ kind }) => kind).filter((kind) => kind >= RECORD_KINDS.partFitted));
    }
    expect(kinds).to.deep.equal([[17, 21, 18, 17, 22], [17, 21, 18, 17, 22], [17, 21, 22], [17, 18], [17]]);
    expect(await parts.isHeld(pack(31, 4))).to.equal(true);
    expect(await parts.isHeld(pack(32, 4))).to.equal(false);
  });

  it("stores a signed document for everything that has one", async () => {
    const { told, store, result } = await load();
    const hashes = told.flatMap((event) => {
      if (event.type === "lotCommissioned") return [event.lot.documentHash];
      if ("conditionHash" in event) return [event.conditionHash];
      if ("evidenceHash" in event) return [event.evidenceHash];
      if ("reasonHash" in event) return [event.reasonHash, event.documentHash];
      return "documentHash" in event ? [event.documentHash] : [];
    });
    for (const hash of new Set(hashes)) expect((await store.get(hash)).status, hash).to.equal("present");
    for (const event of told) {
      if (event.type !== "lotCommissioned") continue;
      const { documentHash } = event.lot;
      const stored = await store.get(documentHash);
      const expected = {
        type: "lot" as const,
        documentHash,
        author: event.maker,
        chainId: 31_337,
        about: event.lotId,
      };
      const compact = stored.status === "present" ? stored.compact : "";
      expect(verifyPartDocument({ compact, expected }).problems).to.deep.equal([]);
    }
    expect(await store.list()).to.have.length(new Set(hashes).size + result.records);
  });

  it("run again, writes nothing", async () => {
    const { input, result, rpc } = await load();
    const before = await rpc.request({ method: "eth_blockNumber" });
    const again = await importLifecycle(input);
    expect(again).to.deep.include({ transactions: 0, resumed: result.events });
    expect(await rpc.request({ method: "eth_blockNumber" })).to.equal(before);
  });

  for (const [node, wrap] of [
    ["a node that knows its transactions", (rpc: RpcProvider) => rpc],
    ["a node that has forgotten them", forgetful],
  ] as const) {
    it(`goes on from any place in the middle, and writes nothing twice, with ${node}`, async () => {
      const system = await networkHelpers.loadFixture(deployFixture);
      const { deployment } = system;
      const rpc = wrap(system.rpc);
      const events = await openLifecycle(FILE);
      const store = new MemoryDocumentStore();
      const journal = new MemoryJournal();
      const input = { events, rpc, deployment, store, registryKey, journal, accounts, followsClock: true };
      const killed = new Set<string>();
      /** The first event of each operation is interrupted at each of its stages. */
      const onProgress = ({ stage, what }: { stage: string; what: string }) => {
        const place = `${stage} ${what.split(" ")[0]}`;
        if (killed.has(place)) return;
        killed.add(place);
        throw new Error(`killed ${place}`);
      };
      let result: Awaited<ReturnType<typeof importLifecycle>> | undefined;
      while (!result) {
        result = await importLifecycle({ ...input, onProgress }).catch((error: unknown) => {
          if (error instanceof Error && error.message.startsWith("killed ")) return undefined;
          throw error;
        });
      }
      expect(killed.size).to.be.greaterThan(80);
      const told: PartEvent[] = [];
      for await (const event of readPartEvents({ rpc, deployment })) told.push(event);
      const orders = await system.workOrders.queryFilter(system.workOrders.filters.WorkOrderGiven());
      expect(orders).to.have.length(2);
      const { told: whole } = await load();
      const counts = (list: PartEvent[]) => {
        const by: Record<string, number> = {};
        for (const { type } of list) by[type] = (by[type] ?? 0) + 1;
        return by;
      };
      expect(counts(told)).to.deep.equal(counts(whole));
    });
  }

  it("follows no clock that cannot be moved", async () => {
    // On a chain of its own: a clock that was moved is not set back with the blocks.
    const { networkHelpers: helpers, deployFixture: deploy } = await createChain({ initialDate: BEGINS });
    const { rpc, deployment } = await helpers.loadFixture(deploy);
    const input = {
      events: await openLifecycle(FILE),
      rpc: fixedClock(rpc),
      deployment,
      store: new MemoryDocumentStore(),
      registryKey,
      journal: new MemoryJournal(),
      accounts,
      followsClock: true,
    };
    expect((await failure(importLifecycle(input))).code).to.equal("ADMISSION_PENDING");
    await helpers.time.increase(DAY);
    expect((await failure(importLifecycle(input))).code).to.equal("CLOCK_FIXED");
  });
});

describe("importLifecycle: parts on a chain of today", () => {
  it("writes what ran out long ago as well, in fewer transactions", async () => {
    const { networkHelpers: helpers, deployFixture: deploy } = await createChain();
    const { rpc, deployment, recalls, consortium } = await helpers.loadFixture(deploy);
    const store = new MemoryDocumentStore();
    const events = await openLifecycle(FILE);
    const result = await importLifecycle({
      events,
      rpc,
      deployment,
      store,
      registryKey,
      journal: new MemoryJournal(),
      accounts,
    });
    expect(result.transactions).to.be.lessThan(result.events);
    expect((await recalls.campaignOf(campaignIdOf(addressOf(), "21V650000"))).remedied).to.equal(3n);
    const [isMember] = await consortium.hasRole(ROLES.recycler, accounts.accountOf("recycler-us-1").address);
    expect(isMember).to.equal(true);
    const certified = await certifiedUntil(rpc, deployment);
    expect(Math.min(...certified)).to.be.greaterThan((await helpers.time.latest()) - 30 * DAY);
  });

  it("says from when on it can go on, where the clock is not its own", async () => {
    const { networkHelpers: helpers, deployFixture: deploy } = await createChain();
    const { rpc, deployment } = await helpers.loadFixture(deploy);
    const input = {
      events: await openLifecycle(FILE),
      rpc: fixedClock(rpc),
      deployment,
      store: new MemoryDocumentStore(),
      registryKey,
      journal: new MemoryJournal(),
      accounts,
    };
    expect((await failure(importLifecycle(input))).code).to.equal("ADMISSION_PENDING");
    await helpers.time.increase(DAY);
    const error = await failure(importLifecycle(input));
    expect(error.code).to.equal("DEADLINE_PENDING");
    expect(error.message).to.match(
      /may accept pack-31-5-spare-consigned until 20\d\d-.*run the import again then/,
    );
    await helpers.time.increase(7 * DAY);
    const { resumed, events } = await importLifecycle(input);
    expect(resumed).to.be.greaterThan(60).and.lessThan(events);
  });

  const addressOf = () => accounts.accountOf("manufacturer-us-1").address;

  async function certifiedUntil(
    rpc: Parameters<typeof readPartEvents>[0]["rpc"],
    deployment: Parameters<typeof readPartEvents>[0]["deployment"],
  ): Promise<number[]> {
    const times: number[] = [];
    for await (const event of readPartEvents({ rpc, deployment })) {
      if (event.type === "certified") times.push(event.validTo);
    }
    return times;
  }
});
