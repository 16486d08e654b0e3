import type { LifecycleEvent } from "./events.js";
import { ImportError } from "./ImportError.js";
import type { ImportJournal, JournalEntry } from "./ImportJournal.js";
import type { SignedTransaction } from "./TransactionSender.js";

/** A step of which the journal does not say that it is done. */
export interface OpenStep {
  step: number;
  ids: string[];
  /** The transactions that were signed for it, newest last. */
  sent: { hash: string; from: string; nonce: number }[];
}

/** What identifies the import that a journal belongs to. */
export type ImportIdentity = Omit<Extract<JournalEntry, { type: "begun" }>, "type" | "version">;

/** How far an import is, as its journal says. */
export class ImportProgress {
  readonly #journal: ImportJournal;
  readonly #done = new Set<string>();
  readonly #documents = new Map<string, string>();
  readonly #open = new Map<number, OpenStep>();
  #nextStep = 1;

  private constructor(journal: ImportJournal) {
    this.#journal = journal;
  }

  /**
   * Reads a journal, or begins it.
   *
   * @throws {ImportError} `JOURNAL_FOREIGN` when it belongs to another file, deployment or chain.
   */
  static async load(journal: ImportJournal, identity: ImportIdentity): Promise<ImportProgress> {
    const progress = new ImportProgress(journal);
    const [first, ...entries] = await journal.read();
    if (!first) {
      await journal.append({ type: "begun", version: 1, ...identity });
      return progress;
    }
    progress.#requireOwn(first, identity);
    for (const entry of entries) progress.#take(entry);
    return progress;
  }

  get doneCount(): number {
    return this.#done.size;
  }

  /** Steps that were begun and perhaps not finished. */
  get openSteps(): OpenStep[] {
    return [...this.#open.values()];
  }

  isDone(id: string): boolean {
    return this.#done.has(id);
  }

  /** The hash of the document of a line, once it is planned. */
  documentOf(id: string): string | undefined {
    return this.#documents.get(id);
  }

  async plan(events: readonly LifecycleEvent[], documents: readonly string[] | undefined): Promise<number> {
    const step = this.#nextStep;
    const ids = events.map((event) => event.id);
    await this.#note({ type: "planned", step, ids, ...(documents && { documents: [...documents] }) });
    return step;
  }

  async send(step: number, { hash, from, nonce }: SignedTransaction): Promise<void> {
    await this.#note({ type: "sending", step, hash, from, nonce });
  }

  async finish(step: number, receipt?: { block: number; gasUsed: bigint }): Promise<void> {
    const about = receipt && { block: receipt.block, gas: receipt.gasUsed.toString() };
    await this.#note({ type: "done", step, ...about });
  }

  async #note(entry: JournalEntry): Promise<void> {
    await this.#journal.append(entry);
    this.#take(entry);
  }

  #take(entry: JournalEntry): void {
    switch (entry.type) {
      case "planned":
        this.#nextStep = Math.max(this.#nextStep, entry.step + 1);
        this.#open.set(entry.step, { step: entry.step, ids: entry.ids, sent: [] });
        entry.documents?.forEach((hash, index) => this.#documents.set(entry.ids[index] ?? "", hash));
        return;
      case "sending":
        this.#open.get(entry.step)?.sent.push({ hash: entry.hash, from: entry.from, nonce: entry.nonce });
        return;
      case "done":
        for (const id of this.#open.get(entry.step)?.ids ?? []) this.#done.add(id);
        this.#open.delete(entry.step);
    }
  }

  #requireOwn(first: JournalEntry, identity: ImportIdentity): void {
    const foreign = (what: string, fix: string) =>
      new ImportError("JOURNAL_FOREIGN", `the journal belongs to another ${what}`, { fix });
    if (first.type !== "begun" || first.version !== 1) {
      throw new ImportError("JOURNAL_BROKEN", "the journal does not begin as a journal does", {
        fix: "name another file",
      });
    }
    if (first.lifecycle !== identity.lifecycle) {
      throw foreign(
        "lifecycle file",
        "use a journal of its own for every file; a file must not change while it is imported",
      );
    }
    if (
      first.chainId !== identity.chainId ||
      first.records.toLowerCase() !== identity.records.toLowerCase()
    ) {
      throw foreign(
        "deployment",
        "name the deployment that the import was begun with, or begin a new journal",
      );
    }
    if (first.anchor !== identity.anchor) {
      throw foreign("chain", "the chain was reset since: begin a new journal, and a new document store");
    }
  }
}
