import type { LocalSystem } from "../../scripts/lib/deployLocal.js";
import { deriveAccounts } from "../../sdk/src/lifecycle/deriveAccounts.js";
import { importLifecycle } from "../../sdk/src/lifecycle/importLifecycle.js";
import { MemoryJournal } from "../../sdk/src/lifecycle/ImportJournal.js";
import { openLifecycle } from "../../sdk/src/lifecycle/openLifecycle.js";
import { MemoryDocumentStore } from "../../sdk/src/store/MemoryDocumentStore.js";

/** The registry key of tests. */
export const TEST_REGISTRY_KEY = new Uint8Array(32).fill(7);

/** Imports the lives of an example. */
export async function importExample({ rpc, deployment }: LocalSystem, name = "lifecycle.jsonl") {
  const store = new MemoryDocumentStore();
  const imported = await importLifecycle({
    events: await openLifecycle(new URL(`../../examples/${name}`, import.meta.url).pathname),
    rpc,
    deployment,
    store,
    registryKey: TEST_REGISTRY_KEY,
    journal: new MemoryJournal(),
    accounts: deriveAccounts({ chainId: deployment.chainId }),
  });
  return { store, imported };
}
