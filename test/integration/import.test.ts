import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { deriveAccounts } from "../../sdk/src/lifecycle/deriveAccounts.js";
import { importLifecycle } from "../../sdk/src/lifecycle/importLifecycle.js";
import { MemoryJournal } from "../../sdk/src/lifecycle/ImportJournal.js";
import { parseLifecycle } from "../../sdk/src/lifecycle/parseLifecycle.js";
import { readHistory } from "../../sdk/src/history/readHistory.js";
import { MemoryDocumentStore } from "../../sdk/src/store/MemoryDocumentStore.js";
import { createChain } from "../helpers/fixture.js";

const { networkHelpers, deployFixture } = await createChain();
const registryKey = new Uint8Array(32).fill(7);

describe("importLifecycle", () => {
  it("imports", async () => {
    const { rpc, deployment } = await networkHelpers.loadFixture(deployFixture);
    const events = await parseLifecycle(await readFile("examples/lifecycle.jsonl", "utf8"));
    const t = Date.now();
    const store = new MemoryDocumentStore();
    const result = await importLifecycle({ events, rpc, deployment, store, registryKey, journal: new MemoryJournal(), accounts: deriveAccounts({ chainId: 31337 }), onProgress: (e) => { if (e.stage === "done") console.log(e.done, e.what) } });
    console.log(Date.now() - t, result);
    for (const v of result.vehicles) {
      const h = await readHistory({ rpc, deployment, vehicleId: v.vehicleId });
      console.log(v.vin, h.records.length, h.head === h.foldedHead, h.records.filter((r) => r.anomaly).map((r) => r.index + r.anomaly!));
    }
    expect(1).to.equal(1);
  });
});
