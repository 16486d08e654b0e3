import { readdir, readFile, unlink } from "node:fs/promises";
import { join } from "node:path";
import { toHex } from "../../history/hexBytes.js";
import { toHex32 } from "../../history/toHex32.js";
import { createFile, isCode } from "../../store/files.js";
import { decodeSummary } from "../encodeSummary.js";

/** Where summaries stay until the gateway has them. */
export interface SummaryOutbox {
  /** All of them, those of a vehicle in their order. */
  list(): Promise<Uint8Array[]>;
  add(bytes: Uint8Array): Promise<void>;
  remove(bytes: Uint8Array): Promise<void>;
}

/** An outbox that is gone with the process. */
export class MemoryOutbox implements SummaryOutbox {
  readonly #kept = new Map<string, Uint8Array>();

  async list(): Promise<Uint8Array[]> {
    return [...this.#kept.values()];
  }

  async add(bytes: Uint8Array): Promise<void> {
    this.#kept.set(toHex(bytes), bytes);
  }

  async remove(bytes: Uint8Array): Promise<void> {
    this.#kept.delete(toHex(bytes));
  }
}

const ENDING = ".summary";

/**
 * An outbox in a folder, one file for each summary, flushed to the disk before `add` resolves.
 *
 * @example
 * const outbox = new FileOutbox("./outbox");
 */
export class FileOutbox implements SummaryOutbox {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async list(): Promise<Uint8Array[]> {
    let names: string[];
    try {
      names = await readdir(this.#folder);
    } catch (error) {
      if (isCode(error, "ENOENT")) return [];
      throw error;
    }
    // Names begin with vehicle and sequence, so that sorting them is the order.
    const files = names.filter((name) => name.endsWith(ENDING)).sort();
    return Promise.all(files.map(async (name) => Uint8Array.from(await readFile(join(this.#folder, name)))));
  }

  async add(bytes: Uint8Array): Promise<void> {
    await createFile(this.#pathOf(bytes), bytes);
  }

  async remove(bytes: Uint8Array): Promise<void> {
    try {
      await unlink(this.#pathOf(bytes));
    } catch (error) {
      if (!isCode(error, "ENOENT")) throw error;
    }
  }

  #pathOf(bytes: Uint8Array): string {
    const { vehicleId, sequence } = decodeSummary(bytes).summary;
    return join(
      this.#folder,
      `${toHex32(vehicleId).slice(2)}-${String(sequence).padStart(10, "0")}${ENDING}`,
    );
  }
}
