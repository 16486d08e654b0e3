import { checkDeployment } from "../chain/checkDeployment.js";
import type { Deployment, RpcProvider } from "../chain/deployment.js";
import { readBlock } from "../chain/readBlock.js";
import type { DocumentStore } from "../store/DocumentStore.js";
import { BatchWriter, type ImportEvent } from "./BatchWriter.js";
import type { ImportAccounts } from "./deriveAccounts.js";
import type { LifecycleEvent } from "./events.js";
import type { ImportJournal } from "./ImportJournal.js";
import { ImportProgress } from "./ImportProgress.js";
import { BATCH_LIMITS, ONE_BY_ONE, planBatches } from "./planBatches.js";
import { vehicleIdOf } from "./ImportContext.js";
import { surveyLifecycle, type LifecycleCounts } from "./surveyLifecycle.js";
import { TransactionSender } from "./TransactionSender.js";

export interface ImportLifecycleInput {
  /** What `parseLifecycle` returned, or a file that was checked and can be read twice (`openLifecycle`). */
  events: Iterable<LifecycleEvent> | AsyncIterable<LifecycleEvent>;
  rpc: RpcProvider;
  deployment: Deployment;
  store: DocumentStore;
  /** 32 secret bytes, the same for all members of a registry. */
  registryKey: Uint8Array;
  /** Where the import notes what it has done; a `FileJournal`, unless the chain ends with the process. */
  journal: ImportJournal;
  /** See `deriveAccounts`. */
  accounts: ImportAccounts;
  /** Called at every stage of every transaction. What it throws stops the import. */
  onProgress?: (event: ImportEvent) => void | Promise<void>;
  /** Stops the import before its next transaction. */
  signal?: AbortSignal;
  /** The most gas that one transaction may use; that of EIP-7825 when left out. */
  gasCap?: number;
  /**
   * Moves the clock of a local chain on to the time of each event before it is written, by itself, so that times on chain
   * are those of the file. For a chain that begins before the file does.
   */
  followsClock?: boolean;
  /** How long to wait for a transaction to be included, in milliseconds. */
  timeoutMs?: number;
}

export interface ImportedVehicle {
  vin: string;
  vehicleId: bigint;
  /** Who holds the title in the end. */
  holder: { alias: string; address: string };
}

/** What an import amounts to. The counts are those of the file, however many runs it took. */
export interface ImportResult extends LifecycleCounts {
  vehicles: ImportedVehicle[];
  /** Transactions that this run sent. */
  transactions: number;
  /** By the transactions of this run. */
  gasUsed: bigint;
  /** Events that earlier runs had written. */
  resumed: number;
}

/**
 * Writes the lives of vehicles to a chain: issues and stores the document of every record, and sends the transactions, many
 * records in one where that is possible. It can be stopped at any point, by a crash as well; run again with the same file,
 * journal and store it goes on where it was, and writes nothing twice.
 *
 * @throws {ImportError} Naming the line at which it stopped.
 * @example
 * const events = await parseLifecycle(await readFile("events.jsonl", "utf8"));
 * const { vehicles, records } = await importLifecycle({
 *   events,
 *   rpc,
 *   deployment,
 *   store: new FileDocumentStore("./documents"),
 *   registryKey,
 *   journal: new FileJournal("./import.journal.jsonl"),
 *   accounts: deriveAccounts({ chainId: deployment.chainId }),
 * });
 */
export async function importLifecycle(input: ImportLifecycleInput): Promise<ImportResult> {
  const { events, rpc, deployment, store, registryKey, journal, accounts } = input;
  await checkDeployment(rpc, deployment);
  const { hash, counts, vehicles, admissions } = await surveyLifecycle(events);

  const anchor = await readBlock(rpc, deployment.fromBlock);
  const progress = await ImportProgress.load(journal, {
    lifecycle: hash,
    chainId: deployment.chainId,
    records: deployment.contracts.VehicleRecords,
    anchor: anchor?.hash ?? "",
  });
  const resumed = progress.doneCount;
  const writer = new BatchWriter({
    context: { rpc, deployment, store, registryKey, accounts, progress },
    sender: new TransactionSender({
      rpc,
      chainId: deployment.chainId,
      gasCap: input.gasCap,
      timeoutMs: input.timeoutMs,
      funder: accounts.funder,
    }),
    total: counts.events,
    onProgress: input.onProgress,
    signal: input.signal,
    followsClock: input.followsClock,
  });
  const limits = input.followsClock ? ONE_BY_ONE : BATCH_LIMITS;

  await writer.settle();
  for await (const batch of planBatches(admissions, events, limits)) await writer.write(batch);

  return {
    ...counts,
    vehicles: vehicles.map(({ vin, holder }) => ({
      vin,
      vehicleId: vehicleIdOf(vin, { registryKey }),
      holder: { alias: holder, address: accounts.accountOf(holder).address },
    })),
    transactions: writer.transactions,
    gasUsed: writer.gasUsed,
    resumed,
  };
}
