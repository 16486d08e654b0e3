/** What an import notes before and after each of its steps. */
export type JournalEntry =
  | {
      type: "begun";
      version: 1;
      /** SHA-256 of the file's events. */
      lifecycle: string;
      chainId: number;
      records: string;
      /** The hash of the deployment's first block: another chain of the same id has another. */
      anchor: string;
    }
  /** The lines `ids` are about to be written together; `documents` are the hashes of their documents. */
  | { type: "planned"; step: number; ids: string[]; documents?: string[] }
  /** A signed transaction is about to be sent. */
  | { type: "sending"; step: number; hash: string; from: string; nonce: number }
  /** The step is done; without a transaction when nothing had to be sent. */
  | { type: "done"; step: number; block?: number; gas?: string };

/** Where an import keeps its notes. An entry must be safe from a crash once `append` returns. */
export interface ImportJournal {
  read(): Promise<JournalEntry[]>;
  append(entry: JournalEntry): Promise<void>;
}

/** A journal that is gone with the process: for chains that are gone with it as well. */
export class MemoryJournal implements ImportJournal {
  readonly #entries: JournalEntry[] = [];

  async read(): Promise<JournalEntry[]> {
    return [...this.#entries];
  }

  async append(entry: JournalEntry): Promise<void> {
    this.#entries.push(entry);
  }
}
