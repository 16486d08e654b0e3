import { expect } from "chai";
import { Wallet } from "ethers";
import type { RpcProvider } from "../../sdk/src/chain/deployment.js";
import { completeness } from "../../sdk/src/history/completeness.js";
import { readHistory } from "../../sdk/src/history/readHistory.js";
import { deriveAccounts } from "../../sdk/src/lifecycle/deriveAccounts.js";
import { ImportError } from "../../sdk/src/lifecycle/ImportError.js";
import { importLifecycle, type ImportLifecycleInput } from "../../sdk/src/lifecycle/importLifecycle.js";
import { MemoryJournal } from "../../sdk/src/lifecycle/ImportJournal.js";
import { MemoryDocumentStore } from "../../sdk/src/store/MemoryDocumentStore.js";
import { createChain } from "../helpers/fixture.js";
import { everyOperation, fleet } from "../helpers/sampleFleet.js";

const { networkHelpers, deployFixture } = await createChain();
const accounts = deriveAccounts({ chainId: 31_337 });
const registryKey = new Uint8Array(32).fill(7);

class Killed extends Error {}

async function setUp(change: Partial<ImportLifecycleInput> = {}) {
  const system = await networkHelpers.loadFixture(deployFixture);
  const { rpc, deployment } = system;
  const store = new MemoryDocumentStore();
  const journal = new MemoryJournal();
  const events = change.events ?? (await everyOperation());
  const input: ImportLifecycleInput = {
    rpc,
    deployment,
    store,
    journal,
    registryKey,
    accounts,
    ...change,
    events,
  };
  return { ...system, store, journal, input };
}

async function failure(work: Promise<unknown>): Promise<ImportError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ImportError) return error;
  throw new Error(`expected an ImportError, got ${String(error)}`);
}

/** Kills the import at every stage of every step, once each, and runs it again each time. */
async function importWithKills(input: ImportLifecycleInput): Promise<number> {
  const killedAt = new Set<string>();
  for (;;) {
    try {
      const onProgress = ({ stage, what }: { stage: string; what: string }) => {
        const place = `${stage} ${what}`;
        if (killedAt.has(place)) return;
        killedAt.add(place);
        throw new Killed(place);
      };
      await importLifecycle({ ...input, onProgress });
      return killedAt.size;
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
  }
}

/** A node that has forgotten every transaction, as one behind a load balancer, or one that was restarted, may. */
function forgetful(rpc: RpcProvider): RpcProvider {
  return {
    request: async (call) => (call.method === "eth_getTransactionByHash" ? null : rpc.request(call)),
  };
}

describe("importLifecycle: interrupted", () => {
  for (const [node, wrap] of [
    ["a node that knows its transactions", (rpc: RpcProvider) => rpc],
    ["a node that has forgotten them", forgetful],
  ] as const) {
    it(`is killed at every stage of every step and writes nothing twice, with ${node}`, async () => {
      const { input, rpc, deployment, store, title } = await setUp();
      const kills = await importWithKills({ ...input, rpc: wrap(rpc) });
      expect(kills).to.be.greaterThan(80);

      const { vehicles, records } = await importLifecycle(input);
      const [vehicle] = vehicles;
      const vehicleId = vehicle?.vehicleId ?? 0n;
      const history = await readHistory({ rpc, deployment, vehicleId });
      expect(completeness(history).problems).to.deep.equal([]);
      expect(history.count).to.equal(records);
      const hashes = history.records.map((record) => record.documentHash);
      expect(new Set(hashes).size).to.equal(records);
      // No document is in the store that no record speaks of.
      const stored = (await store.list()).map(({ documentHash }) => documentHash);
      expect(stored.toSorted()).to.deep.equal(hashes.toSorted());
      expect((await title.stateOf(vehicleId)).holderCount).to.equal(2n);
      expect((await title.stateOf(vehicleId)).status).to.equal(3n);
    });
  }

  it("sends again, with another nonce, what was signed and never sent when its nonce is taken", async () => {
    const { input, rpc, actors, journal, title } = await setUp();
    const holder = accounts.accountOf("holder-1");
    const killed = importLifecycle({
      ...input,
      onProgress: ({ stage, what }) => {
        if (stage === "signed" && what === "transfer sold") throw new Killed(what);
      },
    });
    await killed.catch((error: unknown) => expect(error).to.be.instanceOf(Killed));
    const wallet = new Wallet(holder.privateKey, actors.deployer.provider);
    await (await wallet.sendTransaction({ to: holder.address })).wait();

    await importLifecycle(input);
    const sending = (await journal.read()).filter(
      (entry) => entry.type === "sending" && entry.from === holder.address,
    );
    const nonces = sending.map((entry) => (entry.type === "sending" ? entry.nonce : -1));
    expect(nonces.at(-1)).to.equal((nonces.at(-2) ?? 0) + 1);
    const transfers = await title.queryFilter(title.filters.Transfer(holder.address));
    expect(transfers).to.have.length(1);
    expect(await rpc.request({ method: "eth_chainId" })).to.equal("0x7a69");
  });

  it("stops before the next transaction when asked to, and goes on from there", async () => {
    const stop = new AbortController();
    const { input } = await setUp();
    const stopped = importLifecycle({
      ...input,
      signal: stop.signal,
      onProgress: ({ stage, what }) => {
        if (stage === "done" && what === "transfer sold") stop.abort();
      },
    });
    const error = await failure(stopped);
    expect(error.code).to.equal("IMPORT_STOPPED");
    expect(error.message).to.match(/stopped after \d+ of 26 events; before appendRecords false/);
    const { resumed, events } = await importLifecycle(input);
    expect(resumed).to.be.greaterThan(10).and.lessThan(events);
  });

  it("waits for admissions where the clock cannot be moved: says from when on, and goes on then", async () => {
    const { input, rpc } = await setUp();
    const fixedClock: RpcProvider = {
      request: async (call) => {
        if (call.method.startsWith("evm_")) throw new Error("the method evm_increaseTime does not exist");
        return rpc.request(call);
      },
    };
    const error = await failure(importLifecycle({ ...input, rpc: fixedClock }));
    expect(error.code).to.equal("ADMISSION_PENDING");
    expect(error.message).to.match(
      /maker is admitted and may act from 20\d\d-\d\d-\d\dT.*run the import again then/,
    );
    await networkHelpers.time.increase(86_400);
    // The member that was expelled and admitted again waits a second time.
    expect((await failure(importLifecycle({ ...input, rpc: fixedClock }))).message).to.match(
      /workshop is admitted/,
    );
    await networkHelpers.time.increase(86_400);
    const { resumed, events } = await importLifecycle({ ...input, rpc: fixedClock });
    expect(resumed).to.be.greaterThan(20).and.lessThan(events);
  });

  it("refuses a journal of another file, and the journal of a chain that was reset", async () => {
    const { input, journal } = await setUp();
    await importLifecycle(input);
    const other = await failure(importLifecycle({ ...input, events: await fleet(1, 1) }));
    expect(other.code).to.equal("JOURNAL_FOREIGN");
    const rpc: RpcProvider = {
      request: async (call) => {
        const answer = await input.rpc.request(call);
        const isFirst = call.method === "eth_getBlockByNumber" && call.params?.[0] === "0x0";
        return isFirst ? { ...(answer as object), hash: `0x${"12".repeat(32)}` } : answer;
      },
    };
    const reset = await failure(importLifecycle({ ...input, rpc, journal }));
    expect(reset.message).to.match(/another chain.*reset/);
  });
});

describe("importLifecycle: batches", () => {
  it("writes 101 vehicles in two transactions and 501 records in two", async () => {
    const { input, title, records } = await setUp({ events: await fleet(101, 501) });
    const { transactions, vehicles } = await importLifecycle(input);
    expect(transactions).to.equal(5);
    expect(vehicles).to.have.length(101);
    const registered = await title.queryFilter(title.filters.VehicleRegistered());
    expect(registered).to.have.length(101);
    expect(new Set(registered.map((event) => event.transactionHash)).size).to.equal(2);
    const appended = await records.queryFilter(records.filters.RecordAppended(undefined, undefined, 4));
    expect(appended).to.have.length(501);
    expect(new Set(appended.map((event) => event.transactionHash)).size).to.equal(2);
  });

  it("splits what needs more gas than a transaction may use, and keeps every record once", async () => {
    const { input, records } = await setUp({ events: await fleet(20, 60), gasCap: 900_000 });
    const { transactions } = await importLifecycle(input);
    expect(transactions).to.be.greaterThan(4); // three without a split
    const appended = await records.queryFilter(records.filters.RecordAppended());
    expect(appended).to.have.length(80);
    expect(new Set(appended.map(({ args }) => args.record.documentHash)).size).to.equal(80);
  });

  it("says which line cannot be written when even one call is over the cap", async () => {
    const { input } = await setUp({ events: await fleet(1, 1), gasCap: 140_000 });
    const error = await failure(importLifecycle(input));
    expect(error.code).to.equal("BATCH_OVER_GAS_CAP");
    expect(error.message).to.match(/140000.*(admit|register) /);
  });
});

describe("importLifecycle: refused", () => {
  it("tells in words, with the line, what the contracts refuse", async () => {
    const { input } = await setUp();
    await importLifecycle(input);
    const error = await failure(
      importLifecycle({ ...input, journal: new MemoryJournal(), store: new MemoryDocumentStore() }),
    );
    expect(error.code).to.equal("TRANSACTION_REFUSED");
    expect(error.where).to.match(/^register built-/);
    expect(error.message).to.match(/title/);
  });

  it("does not admit again whom the chain knows already", async () => {
    const { input, consortium } = await setUp({ events: await fleet(1, 0) });
    await importLifecycle(input);
    const before = await consortium.queryFilter(consortium.filters.MemberAdmitted());
    const events = (await fleet(2, 0)).filter((event) => !("vin" in event) || event.vin.endsWith("1001"));
    await importLifecycle({ ...input, events, journal: new MemoryJournal() });
    expect(await consortium.queryFilter(consortium.filters.MemberAdmitted())).to.have.length(before.length);
  });

  it("needs the office's key to admit, and money for gas", async () => {
    const { input } = await setUp();
    const noOffice = await failure(
      importLifecycle({ ...input, accounts: { ...accounts, admissions: undefined } }),
    );
    expect(noOffice).to.include({ code: "SIGNER_MISSING" });
    expect(noOffice.message).to.match(/BLOK_ADMISSIONS_KEY/);
    const noFunds = await failure(
      importLifecycle({ ...input, accounts: { ...accounts, funder: undefined } }),
    );
    expect(noFunds).to.include({ code: "FUNDS_MISSING" });
  });
});
