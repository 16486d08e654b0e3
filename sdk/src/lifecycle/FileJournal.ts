import { mkdir, open, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { ImportError } from "./ImportError.js";
import type { ImportJournal, JournalEntry } from "./ImportJournal.js";

/**
 * A journal in a file, one JSON object per line. Every entry is on disk before the import goes on; an entry that a crash
 * cut off is as if it had never been written, because nothing was done on its word.
 *
 * @example
 * const journal = new FileJournal("./import.journal.jsonl");
 */
export class FileJournal implements ImportJournal {
  readonly #path: string;

  /** @param path Created when it does not exist. */
  constructor(path: string) {
    this.#path = path;
  }

  async read(): Promise<JournalEntry[]> {
    let text: string;
    try {
      text = await readFile(this.#path, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw error;
    }
    const end = text.lastIndexOf("\n") + 1;
    // Cut the torn entry off, or the next one would be written onto its end.
    if (end < text.length) await this.#truncate(Buffer.byteLength(text.slice(0, end)));
    return text
      .slice(0, end)
      .split("\n")
      .slice(0, -1)
      .map((line, index) => this.#parse(line, index + 1));
  }

  async append(entry: JournalEntry): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true });
    const file = await open(this.#path, "a", 0o600);
    try {
      await file.appendFile(`${JSON.stringify(entry)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  async #truncate(length: number): Promise<void> {
    const file = await open(this.#path, "r+");
    try {
      await file.truncate(length);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  #parse(line: string, number: number): JournalEntry {
    let entry: unknown;
    try {
      entry = JSON.parse(line);
    } catch (cause) {
      throw this.#broken(number, cause);
    }
    if (typeof entry !== "object" || entry === null || !("type" in entry)) throw this.#broken(number);
    return entry as JournalEntry;
  }

  #broken(line: number, cause?: unknown): ImportError {
    return new ImportError("JOURNAL_BROKEN", "the journal of the import was changed by something else", {
      where: `${this.#path}, line ${line}`,
      fix: "restore it from a backup: without it the import cannot tell what it has written",
      cause,
    });
  }
}
