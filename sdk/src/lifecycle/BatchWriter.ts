import { PartTwins__factory, VehicleTitle__factory } from "../chain/contracts.js";
import { fromQuantity } from "../chain/quantity.js";
import { actingMember } from "./actingMember.js";
import { memberSince, waitForAdmission } from "./admissions.js";
import { waitUntil } from "./chainClock.js";
import { findConsignment } from "./findConsignment.js";
import { timeOf, vehicleIdOf, type ImportContext } from "./ImportContext.js";
import { ImportError } from "./ImportError.js";
import type { OpenStep } from "./ImportProgress.js";
import { isWritten } from "./isWritten.js";
import type { Batch, BatchOperation, PlannedEvent } from "./planBatches.js";
import { describeBatch, prepareBatch, type PreparedBatch } from "./prepareBatch.js";
import type { Call, Receipt, TransactionSender } from "./TransactionSender.js";

/**
 * How far a transaction is: noted in the journal; its documents stored; signed and noted; sent; included and noted. Events
 * that need no transaction go from `planned` to `done`.
 */
export type ImportStage = "planned" | "stored" | "signed" | "sent" | "done";

/** What `onProgress` is told. */
export interface ImportEvent {
  stage: ImportStage;
  /** What is written, by operation and lines. */
  what: string;
  /** Events of the file that are written. */
  done: number;
  /** Events of the file. */
  total: number;
}

export interface BatchWriterInput {
  context: ImportContext;
  sender: TransactionSender;
  total: number;
  onProgress?: (event: ImportEvent) => void | Promise<void>;
  signal?: AbortSignal;
  followsClock?: boolean;
}

const parts = PartTwins__factory.createInterface();
const title = VehicleTitle__factory.createInterface();

/** Writes batches one after the other, and notes each step before it is taken. */
export class BatchWriter {
  transactions = 0;
  gasUsed = 0n;

  readonly #context: ImportContext;
  readonly #sender: TransactionSender;
  readonly #input: BatchWriterInput;
  /** Lines whose transaction has vanished: whether they are on chain has to be looked up. */
  readonly #doubtful = new Set<string>();
  /** Members that are known to be active, by alias and class. */
  readonly #active = new Set<string>();
  /** The most events that fitted a transaction so far, by operation. */
  readonly #limits = new Map<BatchOperation, number>();

  constructor(input: BatchWriterInput) {
    this.#input = input;
    this.#context = input.context;
    this.#sender = input.sender;
  }

  /** Finds out what became of the transactions that an interrupted run has signed. */
  async settle(): Promise<void> {
    for (const open of this.#context.progress.openSteps) {
      const receipt = await this.#findReceipt(open);
      if (receipt) await this.#context.progress.finish(open.step, receipt);
      else if (await this.#hasLostNonce(open)) for (const id of open.ids) this.#doubtful.add(id);
    }
  }

  /** Writes the events of a batch that are not written yet. */
  async write(batch: Batch): Promise<void> {
    const items = batch.items.filter(({ event }) => !this.#context.progress.isDone(event.id));
    if (items.length === 0) return;
    const rest = { ...batch, items };
    const doubtful = items.filter(({ event }) => this.#doubtful.has(event.id));
    if (doubtful.length > 0 && (await isWritten({ ...batch, items: doubtful }, this.#context))) {
      await this.#finishWithout({ ...batch, items: doubtful });
      return this.write({ ...batch, items: items.filter((item) => !doubtful.includes(item)) });
    }
    switch (batch.operation) {
      case "erase":
        return this.#erase(rest);
      case "admit":
        return this.#admit(rest);
      default:
        await this.#requireActive(items);
        return this.#writeChunks(rest);
    }
  }

  async #writeChunks(batch: Batch): Promise<void> {
    const limit = this.#limits.get(batch.operation) ?? batch.items.length;
    for (let start = 0; start < batch.items.length; start += limit) {
      await this.#writeOrSplit({ ...batch, items: batch.items.slice(start, start + limit) });
    }
  }

  async #writeOrSplit(batch: Batch): Promise<void> {
    this.#requireRunning(batch);
    if (this.#input.followsClock) await this.#moveClock(batch);
    if (batch.operation === "destroy") await this.#approveRecycler(batch);
    if (batch.operation === "consign") await this.#approveCustody(batch);
    if (batch.operation === "return") await this.#waitForDeadline(batch);
    const prepared = await prepareBatch(batch, this.#context);
    let gas: number;
    try {
      gas = await this.#sender.estimateGas(prepared.call);
    } catch (error) {
      const { length } = batch.items;
      if (!(error instanceof ImportError) || error.code !== "BATCH_OVER_GAS_CAP" || length === 1) throw error;
      this.#limits.set(batch.operation, Math.ceil(length / 2));
      return this.#writeChunks(batch);
    }
    await this.#send(batch, prepared, gas);
  }

  async #send(batch: Batch, prepared: PreparedBatch, gas: number): Promise<void> {
    const { progress, store } = this.#context;
    const { call, documents } = prepared;
    const events = batch.items.map(({ event }) => event);
    const hashes = documents.length > 0 ? documents.map(({ documentHash }) => documentHash) : undefined;

    const step = await progress.plan(events, hashes);
    await this.#tell("planned", batch);
    for (const { documentHash, compact } of documents) {
      if (compact !== undefined) await store.put(documentHash, compact);
    }
    await this.#tell("stored", batch);
    const signed = await this.#sender.sign(call, gas);
    await progress.send(step, signed);
    await this.#tell("signed", batch);
    await this.#sender.broadcast(signed, call.what);
    await this.#tell("sent", batch);
    const receipt = await this.#sender.wait(signed.hash, call.what);
    this.transactions++;
    this.gasUsed += receipt.gasUsed;
    if (!receipt.isSuccess) {
      throw new ImportError("TRANSACTION_REFUSED", `transaction ${signed.hash} was included and failed`, {
        where: call.what,
        fix: "the chain may have changed in the same moment: run the import again",
      });
    }
    await progress.finish(step, receipt);
    await this.#tell("done", batch);
  }

  async #erase(batch: Batch): Promise<void> {
    this.#requireRunning(batch);
    const { progress, store } = this.#context;
    for (const item of batch.items) {
      const { event } = item;
      if (event.type !== "record.erased") continue;
      const documentHash = progress.documentOf(event.record);
      if (documentHash === undefined) {
        throw new ImportError("DOCUMENT_MISSING", `the document of line ${event.record} is not known`, {
          where: event.id,
        });
      }
      // Erasing again changes nothing, so that a crash in between does no harm.
      await store.erase(documentHash, event.reason);
      await this.#finishWithout({ ...batch, items: [item] });
    }
  }

  /** Admits whom the chain does not know yet: an earlier file, or the office itself, may have admitted some. */
  async #admit(batch: Batch): Promise<void> {
    const known: PlannedEvent[] = [];
    const unknown: PlannedEvent[] = [];
    for (const item of batch.items) {
      const { event } = item;
      if (event.type !== "member.admitted") continue;
      const since = await memberSince(this.#context, event.member, event.class);
      (since === 0 ? unknown : known).push(item);
    }
    if (known.length > 0) await this.#finishWithout({ ...batch, items: known });
    if (unknown.length > 0) await this.#writeChunks({ ...batch, items: unknown });
  }

  async #requireActive(items: readonly PlannedEvent[]): Promise<void> {
    for (const { event } of items) {
      if (event.type === "member.expelled") for (const name of this.#active) this.#forget(name, event.member);
      const acting = actingMember(event);
      const name = acting && `${acting.member}/${acting.class}`;
      if (!acting || name === undefined || this.#active.has(name)) continue;
      const since = await memberSince(this.#context, acting.member, acting.class);
      // Whoever was never admitted is refused by the contracts, in better words.
      if (since !== 0) await waitForAdmission(this.#context, acting.member, since);
      this.#active.add(name);
    }
  }

  #forget(name: string, member: string): void {
    if (name.startsWith(`${member}/`)) this.#active.delete(name);
  }

  /** A recycler scraps what it holds, or what the holder has approved it for. */
  async #approveRecycler(batch: Batch): Promise<void> {
    const [item] = batch.items;
    if (item?.event.type !== "vehicle.destroyed") return;
    const { event, holder = "" } = item;
    const { accounts, deployment, rpc } = this.#context;
    const recycler = accounts.accountOf(event.member);
    const from = accounts.accountOf(holder);
    if (from.address === recycler.address) return;
    const vehicleId = vehicleIdOf(event.vin, this.#context);
    const to = deployment.contracts.VehicleTitle;
    const data = title.encodeFunctionData("getApproved", [vehicleId]);
    const approved = await rpc.request({ method: "eth_call", params: [{ to, data }, "latest"] });
    if (title.decodeFunctionResult("getApproved", String(approved))[0] === recycler.address) return;
    const what = `approval of ${event.member} for ${event.id}`;
    await this.#sendAside({
      from,
      to,
      data: title.encodeFunctionData("approve", [recycler.address, vehicleId]),
      what,
    });
  }

  /** The custody contract takes what senders have approved it for. */
  async #approveCustody(batch: Batch): Promise<void> {
    const [item] = batch.items;
    if (item?.event.type !== "parts.consigned") return;
    const { accounts, deployment, rpc } = this.#context;
    const from = accounts.accountOf(item.event.from);
    const { PartTwins: to, PartCustody: custody } = deployment.contracts;
    const query = parts.encodeFunctionData("isApprovedForAll", [from.address, custody]);
    const answer = await rpc.request({ method: "eth_call", params: [{ to, data: query }, "latest"] });
    if (parts.decodeFunctionResult("isApprovedForAll", String(answer))[0]) return;
    const data = parts.encodeFunctionData("setApprovalForAll", [custody, true]);
    await this.#sendAside({ from, to, data, what: `approval of the custody contract for ${item.event.id}` });
  }

  /** What nobody accepted goes back after the deadline that stands on chain, which may be later than that of the file. */
  async #waitForDeadline(batch: Batch): Promise<void> {
    const [item] = batch.items;
    if (item?.origin?.type !== "parts.consigned") return;
    const { deadline } = await findConsignment(item.origin, this.#context);
    const message = (when: string) => `the receiver may accept ${item.origin?.id} until ${when}`;
    await waitUntil(this.#context, deadline + 1, "DEADLINE_PENDING", message);
  }

  async #moveClock(batch: Batch): Promise<void> {
    const time = Math.max(...batch.items.map(({ event }) => timeOf(event)));
    // Admissions wait for themselves; their times are those of organisations, not of the chain.
    if (batch.operation === "admit") return;
    const message = (when: string) => `${describeBatch(batch)} is of ${when}, which is in the chain's future`;
    await waitUntil(this.#context, time, "CLOCK_FIXED", message);
  }

  /** Sends what an event needs first and is no event of the file; sent again it would change nothing. */
  async #sendAside(call: Call): Promise<void> {
    const { what } = call;
    const receipt = await this.#sender.send(
      await this.#sender.sign(call, await this.#sender.estimateGas(call)),
      what,
    );
    this.transactions++;
    this.gasUsed += receipt.gasUsed;
  }

  async #finishWithout(batch: Batch): Promise<void> {
    const { progress } = this.#context;
    const step = await progress.plan(
      batch.items.map(({ event }) => event),
      undefined,
    );
    await this.#tell("planned", batch);
    await progress.finish(step);
    await this.#tell("done", batch);
  }

  async #findReceipt(open: OpenStep): Promise<Receipt | undefined> {
    for (const { hash } of open.sent.toReversed()) {
      const receipt = (await this.#sender.isKnown(hash))
        ? await this.#sender.wait(hash, `lines ${open.ids[0]} to ${open.ids.at(-1)}`)
        : undefined;
      if (receipt?.isSuccess) return receipt;
    }
    return undefined;
  }

  /**
   * Whether something else may have taken the place of a vanished transaction. If not, the next transaction of the account
   * takes it, and the vanished one can never be included after all.
   */
  async #hasLostNonce(open: OpenStep): Promise<boolean> {
    for (const { from, nonce } of open.sent) {
      const params = [from, "latest"];
      const next = await this.#context.rpc.request({ method: "eth_getTransactionCount", params });
      if (fromQuantity(next, "nonce") > nonce) return true;
    }
    return false;
  }

  #requireRunning(batch: Batch): void {
    if (!this.#input.signal?.aborted) return;
    const { progress } = this.#context;
    const message = `stopped after ${progress.doneCount} of ${this.#input.total} events`;
    throw new ImportError("IMPORT_STOPPED", message, {
      where: `before ${describeBatch(batch)}`,
      fix: "run the import again to go on",
    });
  }

  async #tell(stage: ImportStage, batch: Batch): Promise<void> {
    const { doneCount: done } = this.#context.progress;
    await this.#input.onProgress?.({ stage, what: describeBatch(batch), done, total: this.#input.total });
  }
}
