/**
 * Imports the lives of vehicles from a JSON Lines file: checks the whole file first, then issues and stores the documents
 * and sends the transactions in batches. Stopped at any point, even by a crash, and run again, it goes on where it was and
 * writes nothing twice.
 *
 * Usage: npm run import-lifecycle -- --network localhost --file examples/lifecycle.jsonl
 * Variables: BLOK_REGISTRY_KEY (32 bytes, hex); on chains that are not local BLOK_IMPORT_MNEMONIC, from which the accounts of
 * members and holders are derived, and, to admit members, BLOK_ADMISSIONS_KEY.
 */
import { basename } from "node:path";
import cliProgress from "cli-progress";
import { Command } from "commander";
import { loadDeployment } from "../sdk/src/chain/loadDeployment.js";
import { deriveAccounts } from "../sdk/src/lifecycle/deriveAccounts.js";
import { FileJournal } from "../sdk/src/lifecycle/FileJournal.js";
import { importLifecycle } from "../sdk/src/lifecycle/importLifecycle.js";
import { openLifecycle } from "../sdk/src/lifecycle/openLifecycle.js";
import { FileDocumentStore } from "../sdk/src/store/FileDocumentStore.js";
import { connectRpc } from "./lib/connectRpc.js";
import { readRegistryKey } from "./lib/readRegistryKey.js";
import { runScript } from "./lib/runScript.js";

const options = new Command("import-lifecycle")
  .description("Imports the lives of vehicles from a JSON Lines file (see examples/lifecycle.schema.json).")
  .requiredOption("--file <events.jsonl>", "one event per line")
  .option("--network <name>", "a network of hardhat.config.ts", "localhost")
  .option("--rpc <url>", "a node to write to, instead of the network's")
  .option("--deployment <file>", "default deployments/<network>.json")
  .option("--store <folder>", "where the documents are kept, encrypted", "documents")
  .option("--journal <file>", "where progress is noted; default journals/<network>/<file>")
  .option("--check", "check the file and write nothing")
  .option("--json", "print one JSON object")
  .parse()
  .opts<{
    file: string;
    network: string;
    rpc?: string;
    deployment?: string;
    store: string;
    journal?: string;
    check?: boolean;
    json?: boolean;
  }>();

await runScript(async () => {
  const say = (text: string): void => {
    if (!options.json) console.log(text);
  };
  const events = await openLifecycle(options.file);
  const { summary } = events;
  say(`${options.file} is right: ${summary.events} events of ${summary.vehicles} vehicles.`);
  if (options.check) {
    if (options.json) console.log(JSON.stringify(summary));
    return;
  }

  const registryKey = readRegistryKey();
  const deployment = await loadDeployment(options.deployment ?? `deployments/${options.network}.json`);
  const accounts = deriveAccounts({
    chainId: deployment.chainId,
    mnemonic: process.env.BLOK_IMPORT_MNEMONIC,
    admissionsKey: process.env.BLOK_ADMISSIONS_KEY,
  });
  const rpc = await connectRpc(options);
  const journal = options.journal ?? `journals/${options.network}/${basename(options.file)}`;
  say(`Importing to ${deployment.network} (chain ${deployment.chainId}); the journal is ${journal}.`);

  const stop = new AbortController();
  process.once("SIGINT", () => {
    say("\nStopping after this transaction; run the same command to go on.");
    stop.abort();
  });
  const bar =
    process.stderr.isTTY && !options.json
      ? new cliProgress.SingleBar({ format: "{bar} {value}/{total} {what}", hideCursor: true })
      : undefined;
  bar?.start(summary.events, 0, { what: "" });
  try {
    const result = await importLifecycle({
      events,
      rpc,
      deployment,
      store: new FileDocumentStore(options.store),
      registryKey,
      journal: new FileJournal(journal),
      accounts,
      signal: stop.signal,
      onProgress: ({ done, what }) => bar?.update(done, { what }),
    });
    bar?.stop();
    if (options.json) {
      console.log(
        JSON.stringify(result, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value)),
      );
      return;
    }
    const { vehicles, records, transfers, corrections, erasures, transactions, gasUsed, resumed } = result;
    if (resumed > 0) say(`${resumed} events had been written before.`);
    say(
      `${vehicles.length} vehicles with ${records} records (${corrections} corrections, ${erasures} documents erased) and ` +
        `${transfers} transfers; ${transactions} transactions, ${gasUsed} gas.`,
    );
    const { lots, consignments, partsFitted, partsRemoved, recalls, remedies } = result;
    if (lots > 0) {
      say(
        `${lots} lots, ${consignments} consignments, ${partsFitted} parts fitted and ${partsRemoved} removed, ` +
          `${recalls} recalls with ${remedies} remedies.`,
      );
    }
    for (const { vin, vehicleId } of vehicles) say(`  ${vin}  ${vehicleId}`);
  } finally {
    bar?.stop();
  }
});
