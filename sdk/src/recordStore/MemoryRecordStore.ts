import type { RecordStore } from "./RecordStore.js";

/**
 * A record store that lives as long as its process: for tests and demonstrations.
 *
 * @example
 * const records = new MemoryRecordStore();
 * await records.write({ "visit/1": "{}" });
 */
export class MemoryRecordStore implements RecordStore {
  readonly #records = new Map<string, string>();

  async read(key: string): Promise<string | undefined> {
    return this.#records.get(key);
  }

  async list(prefix: string): Promise<[string, string][]> {
    return [...this.#records].filter(([key]) => key.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1));
  }

  async write(changes: Readonly<Record<string, string | undefined>>): Promise<void> {
    for (const [key, value] of Object.entries(changes)) {
      if (value === undefined) this.#records.delete(key);
      else this.#records.set(key, value);
    }
  }
}
