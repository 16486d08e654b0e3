import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { TelemetryError } from "../TelemetryError.js";
import type { AnchorBatch } from "./AnchorSender.js";

/** "blkt" in ASCII: what tells a gateway's store from any other SQLite file. */
const APPLICATION_ID = 0x626c6b74;
const SCHEMA_VERSION = 1;
const BUSY_TIMEOUT_MS = 1_000;

const SCHEMA = `
  CREATE TABLE contract (chain_id INTEGER NOT NULL, address TEXT NOT NULL) STRICT;
  CREATE TABLE summaries (
    number INTEGER PRIMARY KEY, vehicle_id BLOB NOT NULL, sequence INTEGER NOT NULL, ended_at INTEGER NOT NULL,
    leaf BLOB NOT NULL, body BLOB NOT NULL,
    UNIQUE (vehicle_id, sequence)
  ) STRICT;
  CREATE TABLE batches (
    number INTEGER PRIMARY KEY, first_summary INTEGER NOT NULL, last_summary INTEGER NOT NULL, root TEXT NOT NULL UNIQUE,
    period_start INTEGER NOT NULL, period_end INTEGER NOT NULL, transaction_hash TEXT, anchored_at INTEGER
  ) STRICT;
  CREATE INDEX batches_to_anchor ON batches (number) WHERE anchored_at IS NULL;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/** A summary that is to be kept, as it came. */
export interface StoredSummary {
  /** 32 bytes. */
  vehicleId: Uint8Array;
  sequence: number;
  /** Unix seconds. */
  endedAt: number;
  /** 32 bytes. */
  leaf: Uint8Array;
  /** As on the wire. */
  body: Uint8Array;
}

/** A closed batch: the summaries from one number to another. */
export interface StoredBatch extends AnchorBatch {
  number: number;
  first: number;
  last: number;
  transactionHash?: string;
  /** Unix seconds. */
  anchoredAt?: number;
}

/** The leaves of summaries that are in no batch yet. */
export interface OpenLeaves {
  first: number;
  last: number;
  /** 32 bytes each. */
  leaves: Uint8Array;
  /** The first and the last end of a trip, Unix seconds. */
  earliest: number;
  latest: number;
}

/**
 * Where a gateway keeps what it accepted, in an SQLite file. A write is on the disk when its method returns, whole or not at
 * all. Summaries are numbered as they come; a batch is a range of numbers, so that a summary is in one batch and no more.
 *
 * Needs Node 22.13 or newer. One process at a time may open a file. Methods throw a {@link TelemetryError} `GATEWAY_STORE`.
 */
export class SummaryStore {
  readonly #path: string;
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /**
   * @param path Created, readable by its owner alone, when it does not exist.
   * @param contract Summaries speak to one contract: a store of another's is refused.
   */
  constructor(path: string, contract: { chainId: number; address: string }) {
    this.#path = path;
    const sqlite = process.getBuiltinModule("node:sqlite");
    if (!sqlite) throw this.#error("this Node has no SQLite", { fix: "use Node 22.13 or newer" });
    let db: DatabaseSync | undefined;
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      closeSync(openSync(path, "a", 0o600));
      db = new sqlite.DatabaseSync(path);
      this.#db = db;
      this.#open(contract);
    } catch (error) {
      db?.close();
      if (error instanceof TelemetryError) throw error;
      throw this.#failed(error);
    }
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }

  /** Does several writes as one. What is thrown within undoes them all. */
  transaction<T>(work: () => T): T {
    return this.#guard(() => {
      this.#db.exec("BEGIN IMMEDIATE");
      try {
        const result = work();
        this.#db.exec("COMMIT");
        return result;
      } catch (error) {
        if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
        throw error;
      }
    });
  }

  /** The body of the vehicle's newest summary. */
  newestOf(vehicleId: Uint8Array): Uint8Array | undefined {
    const sql = "SELECT body FROM summaries WHERE vehicle_id = ? ORDER BY sequence DESC LIMIT 1";
    return this.#guard(() => this.#prepare(sql).get(vehicleId)?.body as Uint8Array | undefined);
  }

  /** A summary, with its number. */
  find(vehicleId: Uint8Array, sequence: number): (StoredSummary & { number: number }) | undefined {
    const sql = "SELECT number, ended_at, leaf, body FROM summaries WHERE vehicle_id = ? AND sequence = ?";
    const row = this.#guard(() => this.#prepare(sql).get(vehicleId, sequence));
    return (
      row && {
        number: Number(row.number),
        vehicleId,
        sequence,
        endedAt: Number(row.ended_at),
        leaf: row.leaf as Uint8Array,
        body: row.body as Uint8Array,
      }
    );
  }

  insert({ vehicleId, sequence, endedAt, leaf, body }: StoredSummary): void {
    const sql = "INSERT INTO summaries (vehicle_id, sequence, ended_at, leaf, body) VALUES (?, ?, ?, ?, ?)";
    this.#guard(() => this.#prepare(sql).run(vehicleId, sequence, endedAt, leaf, body));
  }

  /** How many summaries are in no batch yet. */
  openCount(): number {
    return this.#count("SELECT count(*) AS n FROM summaries WHERE number > ?", this.#lastClosed());
  }

  /** The oldest summaries that are in no batch yet, as many as there are up to a limit. */
  openLeaves(limit: number): OpenLeaves | undefined {
    const after = this.#lastClosed();
    return this.#guard(() => {
      const size = Math.min(limit, this.openCount());
      if (size === 0) return undefined;
      const leaves = new Uint8Array(32 * size);
      const open = { first: 0, last: 0, leaves, earliest: Number.POSITIVE_INFINITY, latest: 0 };
      const sql = "SELECT number, ended_at, leaf FROM summaries WHERE number > ? ORDER BY number LIMIT ?";
      let index = 0;
      for (const row of this.#prepare(sql).iterate(after, size)) {
        leaves.set(row.leaf as Uint8Array, 32 * index);
        open.last = Number(row.number);
        if (index === 0) open.first = open.last;
        open.earliest = Math.min(open.earliest, Number(row.ended_at));
        open.latest = Math.max(open.latest, Number(row.ended_at));
        index += 1;
      }
      return open;
    });
  }

  /** Closes a batch. */
  insertBatch(batch: Omit<AnchorBatch, "leafCount"> & { first: number; last: number }): void {
    const sql =
      "INSERT INTO batches (first_summary, last_summary, root, period_start, period_end) VALUES (?, ?, ?, ?, ?)";
    const { first, last, root, periodStart, periodEnd } = batch;
    this.#guard(() => this.#prepare(sql).run(first, last, root, periodStart, periodEnd));
  }

  /** The oldest batch after a number that is not known to be anchored. */
  nextToAnchor(after = 0): StoredBatch | undefined {
    return this.#batch("WHERE anchored_at IS NULL AND number > ? ORDER BY number LIMIT 1", after);
  }

  /** The batch that a summary is in. */
  batchOf(summary: number): StoredBatch | undefined {
    return this.#batch("WHERE last_summary >= ? ORDER BY number LIMIT 1", summary);
  }

  noteTransaction(batch: number, transactionHash: string | null): void {
    const sql = "UPDATE batches SET transaction_hash = ? WHERE number = ?";
    this.#guard(() => this.#prepare(sql).run(transactionHash, batch));
  }

  noteAnchored(batch: number, anchoredAt: number): void {
    const sql = "UPDATE batches SET anchored_at = ? WHERE number = ?";
    this.#guard(() => this.#prepare(sql).run(anchoredAt, batch));
  }

  /** The leaves of a batch, 32 bytes each. */
  leavesOf({ first, last, leafCount }: StoredBatch): Uint8Array {
    const leaves = new Uint8Array(32 * leafCount);
    const sql = "SELECT leaf FROM summaries WHERE number BETWEEN ? AND ?";
    return this.#guard(() => {
      let index = 0;
      for (const row of this.#prepare(sql).iterate(first, last))
        leaves.set(row.leaf as Uint8Array, 32 * index++);
      return leaves;
    });
  }

  counts(): { summaries: number; batches: number; anchored: number } {
    return {
      summaries: this.#count("SELECT count(*) AS n FROM summaries"),
      batches: this.#count("SELECT count(*) AS n FROM batches"),
      anchored: this.#count("SELECT count(*) AS n FROM batches WHERE anchored_at IS NOT NULL"),
    };
  }

  #open(contract: { chainId: number; address: string }): void {
    const db = this.#db;
    db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    const pragma = (name: string): number => Number(db.prepare(`PRAGMA ${name}`).get()?.[name]);
    const isNew = pragma("application_id") === 0 && pragma("schema_version") === 0;
    if (!isNew && pragma("application_id") !== APPLICATION_ID)
      throw this.#error("the file is not a gateway's store", { fix: "choose another file" });
    // One process alone: two gateways with one store would each close batches of the other's summaries.
    db.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
    this.transaction(() => {
      if (isNew) {
        db.exec(SCHEMA);
        db.prepare("INSERT INTO contract VALUES (?, ?)").run(
          contract.chainId,
          contract.address.toLowerCase(),
        );
      }
    });
    if (pragma("user_version") !== SCHEMA_VERSION)
      throw this.#error("the store was written by another version", { fix: "use the version that wrote it" });
    const kept = db.prepare("SELECT chain_id, address FROM contract").get();
    if (Number(kept?.chain_id) !== contract.chainId || kept?.address !== contract.address.toLowerCase()) {
      throw this.#error(
        `the store is of contract ${String(kept?.address)} on chain ${String(kept?.chain_id)}`,
        {
          fix: "choose a file for each deployment",
        },
      );
    }
  }

  #lastClosed(): number {
    return this.#count("SELECT ifnull(max(last_summary), 0) AS n FROM batches");
  }

  #batch(where: string, argument: number): StoredBatch | undefined {
    const row = this.#guard(() => this.#prepare(`SELECT * FROM batches ${where}`).get(argument));
    if (!row || Number(row.first_summary) > Number(row.last_summary)) return undefined;
    const [first, last] = [Number(row.first_summary), Number(row.last_summary)];
    return {
      number: Number(row.number),
      first,
      last,
      root: String(row.root),
      leafCount: last - first + 1,
      periodStart: Number(row.period_start),
      periodEnd: Number(row.period_end),
      ...(row.transaction_hash !== null && { transactionHash: String(row.transaction_hash) }),
      ...(row.anchored_at !== null && { anchoredAt: Number(row.anchored_at) }),
    };
  }

  #count(sql: string, ...values: number[]): number {
    return this.#guard(() => Number(this.#prepare(sql).get(...values)?.n));
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw error instanceof TelemetryError ? error : this.#failed(error);
    }
  }

  #failed(cause: unknown): TelemetryError {
    return this.#error(cause instanceof Error ? cause.message : String(cause), {
      fix: "check the disk, the file's permissions, and that no other gateway has it open",
      cause,
    });
  }

  #error(message: string, details: { fix?: string; cause?: unknown }): TelemetryError {
    return new TelemetryError("GATEWAY_STORE", message, { where: this.#path, ...details });
  }
}
