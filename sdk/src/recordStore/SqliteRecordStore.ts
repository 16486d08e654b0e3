import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { RecordStoreError } from "./RecordStoreError.js";
import type { RecordStore } from "./RecordStore.js";

/** "blor" in ASCII: what tells a record store from any other SQLite file. */
const APPLICATION_ID = 0x626c6f72;
const BUSY_TIMEOUT_MS = 5_000;

interface PendingWrite {
  changes: Readonly<Record<string, string | undefined>>;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/**
 * A record store in an SQLite file. Writes of one turn of the event loop share a flush to the disk. One program may have the file
 * open at a time.
 *
 * Needs Node 22.13 or newer.
 *
 * @example
 * const records = new SqliteRecordStore("./visits.db");
 * process.on("exit", () => records.close());
 */
export class SqliteRecordStore implements RecordStore {
  readonly #path: string;
  readonly #db: DatabaseSync;
  readonly #put: StatementSync;
  readonly #remove: StatementSync;
  readonly #get: StatementSync;
  readonly #all: StatementSync;
  #pending: PendingWrite[] = [];

  /**
   * @param path Created, readable by its owner alone, when it does not exist.
   * @throws {RecordStoreError} When it cannot be opened, or is something else.
   */
  constructor(path: string) {
    this.#path = path;
    const sqlite = process.getBuiltinModule("node:sqlite");
    if (!sqlite) {
      throw new RecordStoreError("RECORD_STORE_FAILED", "this Node has no SQLite", {
        fix: "use Node 22.13 or newer",
      });
    }
    let db: DatabaseSync | undefined;
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      closeSync(openSync(path, "a", 0o600));
      db = new sqlite.DatabaseSync(path);
      db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
      const isOurs = Number(db.prepare("PRAGMA application_id").get()?.application_id) === APPLICATION_ID;
      const isEmpty = db.prepare("SELECT count(*) AS count FROM sqlite_schema").get()?.count === 0;
      if (!isOurs && !isEmpty) throw foreign(path);
      // Flushed at every commit: what is acknowledged must not hang on the word of a cache.
      db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
      db.exec(`BEGIN IMMEDIATE;
        CREATE TABLE IF NOT EXISTS records (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
        PRAGMA application_id = ${APPLICATION_ID};
        COMMIT`);
      this.#db = db;
      this.#put = db.prepare(
        "INSERT INTO records (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
      );
      this.#remove = db.prepare("DELETE FROM records WHERE key = ?");
      this.#get = db.prepare("SELECT value FROM records WHERE key = ?");
      // Keys are ASCII, so that nothing that begins like the prefix is above prefix + U+FFFF.
      this.#all = db.prepare("SELECT key, value FROM records WHERE key >= ? AND key < ? ORDER BY key");
    } catch (error) {
      db?.close();
      throw this.#explain(error);
    }
  }

  /** Closes the file, after what is waiting was written. */
  close(): void {
    this.#flush();
    this.#db.close();
  }

  async read(key: string): Promise<string | undefined> {
    return this.#guard(() => this.#get.get(key)?.value as string | undefined);
  }

  async list(prefix: string): Promise<[string, string][]> {
    return this.#guard(() =>
      this.#all.all(prefix, `${prefix}\uffff`).map((row) => [row.key as string, row.value as string]),
    );
  }

  async write(changes: Readonly<Record<string, string | undefined>>): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#pending.length === 0) setImmediate(() => this.#flush());
      this.#pending.push({ changes, resolve, reject });
    });
  }

  #flush(): void {
    const writes = this.#pending;
    this.#pending = [];
    if (writes.length === 0) return;
    try {
      this.#guard(() => {
        this.#db.exec("BEGIN IMMEDIATE");
        try {
          for (const { changes } of writes) this.#apply(changes);
          this.#db.exec("COMMIT");
        } catch (error) {
          if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
          throw error;
        }
      });
      for (const { resolve } of writes) resolve();
    } catch (error) {
      for (const { reject } of writes) reject(error);
    }
  }

  #apply(changes: Readonly<Record<string, string | undefined>>): void {
    for (const [key, value] of Object.entries(changes)) {
      if (value === undefined) this.#remove.run(key);
      else this.#put.run(key, value);
    }
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw this.#explain(error);
    }
  }

  #explain(error: unknown): RecordStoreError {
    if (error instanceof RecordStoreError) return error;
    const problem = error instanceof Error ? error.message : String(error);
    if (/not a database/.test(problem)) return foreign(this.#path, error);
    return new RecordStoreError("RECORD_STORE_FAILED", `the record store does not work: ${problem}`, {
      where: this.#path,
      cause: error,
    });
  }
}

function foreign(path: string, cause?: unknown): RecordStoreError {
  return new RecordStoreError("RECORD_STORE_FOREIGN", "the file is not a record store", {
    where: path,
    fix: "give the path of a record store, or of a file that does not exist",
    cause,
  });
}
