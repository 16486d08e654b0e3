import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { PaymentStoreError } from "./PaymentError.js";
import { decodeRecord, encodeRecord, type StoreRecords } from "./storeRecords.js";
import type {
  Hex,
  PayeeChannel,
  PayerChannel,
  PayerPayment,
  PaymentFilter,
  PaymentReceipt,
  PaymentStore,
  Versioned,
} from "./types.js";

/** "blok" in ASCII: what tells a payment store from any other SQLite file. */
const APPLICATION_ID = 0x626c6f6b;
const SCHEMA_VERSION = 1;

const SCHEMA = `
  CREATE TABLE payer_channels (
    channel_id TEXT NOT NULL, epoch INTEGER NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (channel_id, epoch)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE payee_channels (
    channel_id TEXT NOT NULL, epoch INTEGER NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (channel_id, epoch)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE payments (
    number INTEGER PRIMARY KEY, channel_id TEXT NOT NULL, epoch INTEGER NOT NULL, ceiling TEXT NOT NULL,
    asset TEXT NOT NULL, session_id TEXT, decided_at INTEGER NOT NULL, is_acknowledged INTEGER NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (channel_id, epoch, ceiling)
  ) STRICT;
  CREATE INDEX payments_by_asset ON payments (asset, decided_at);
  CREATE INDEX payments_by_session ON payments (session_id) WHERE session_id IS NOT NULL;
  CREATE INDEX payments_to_send ON payments (number) WHERE is_acknowledged = 0;
  CREATE TABLE receipts (
    number INTEGER PRIMARY KEY, channel_id TEXT NOT NULL, epoch INTEGER NOT NULL, request_id TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (channel_id, epoch, request_id)
  ) STRICT;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

const BUSY_TIMEOUT_MS = 5_000;
/** SQLite's own numbers. */
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

type Row = Record<string, unknown>;

/** Writes that belong together, until they are on disk. */
interface Waiting {
  work: () => boolean;
  resolve: (isDone: boolean) => void;
  reject: (error: unknown) => void;
}

/**
 * A payment store in an SQLite file. Every write is flushed to the disk before its promise resolves; after a crash it is
 * there whole, or was never made. Several programs may share a file.
 *
 * Needs Node 22.13 or newer.
 *
 * @example
 * const store = new SqlitePaymentStore("./payments.db");
 * const payee = new Payee({ domain, groups, reader, store });
 * process.on("exit", () => store.close());
 */
export class SqlitePaymentStore implements PaymentStore {
  readonly #path: string;
  readonly #db: DatabaseSync;
  #waiting: Waiting[] = [];

  /**
   * @param path Created, readable by its owner alone, when it does not exist.
   * @throws {PaymentStoreError} When it is not a payment store, is damaged, or of a newer version.
   */
  constructor(path: string) {
    this.#path = path;
    const sqlite = process.getBuiltinModule("node:sqlite");
    if (!sqlite) {
      throw new PaymentStoreError("PAYMENT_STORE_FAILED", "this Node has no SQLite", {
        fix: "use Node 22.13 or newer",
      });
    }
    let db: DatabaseSync | undefined;
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      closeSync(openSync(path, "a", 0o600));
      db = new sqlite.DatabaseSync(path);
      db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
      this.#db = db;
      this.#open();
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

  async readPayer(channelId: Hex, epoch: number): Promise<Versioned<PayerChannel> | undefined> {
    return this.#readChannel("payerChannel", channelId, epoch);
  }

  async listPayer(channelId?: Hex): Promise<Versioned<PayerChannel>[]> {
    return this.#listChannels("payerChannel", channelId);
  }

  async writePayer(channel: PayerChannel, expectedVersion: number, payment?: PayerPayment): Promise<boolean> {
    return this.#transaction(
      () =>
        this.#writeChannel("payerChannel", channel, expectedVersion) &&
        (payment === undefined ||
          this.#insert("payments", {
            channel_id: payment.channelId,
            epoch: payment.epoch,
            ceiling: String(payment.ceiling),
            asset: payment.asset,
            session_id: payment.sessionId ?? null,
            decided_at: payment.decidedAt,
            is_acknowledged: Number(payment.isAcknowledged),
            body: encodeRecord("payerPayment", payment),
          })),
    );
  }

  async listPayments(filter: PaymentFilter): Promise<PayerPayment[]> {
    const conditions: [string, SQLInputValue | undefined][] = [
      ["channel_id = ?", filter.channelId],
      ["epoch = ?", filter.epoch],
      ["ceiling = ?", filter.ceiling === undefined ? undefined : String(filter.ceiling)],
      ["asset = ?", filter.asset],
      ["session_id = ?", filter.sessionId],
      ["decided_at >= ?", filter.since],
      ["is_acknowledged = ?", filter.isUnacknowledged === true ? 0 : undefined],
    ];
    const used = conditions.filter(([, value]) => value !== undefined);
    const where = used.length === 0 ? "" : `WHERE ${used.map(([condition]) => condition).join(" AND ")}`;
    const values = used.map(([, value]) => value as SQLInputValue);
    return this.#all(`SELECT * FROM payments ${where} ORDER BY number`, values).map((row) => ({
      ...this.#decode("payerPayment", row),
      isAcknowledged: row.is_acknowledged === 1,
    }));
  }

  async acknowledgePayment(channelId: Hex, epoch: number, ceiling: bigint): Promise<void> {
    this.#guard(() => {
      this.#db
        .prepare(
          `UPDATE payments SET is_acknowledged = 1 WHERE channel_id = ? AND epoch = ? AND is_acknowledged = 0
           AND (length(ceiling) < length(?) OR (length(ceiling) = length(?) AND ceiling <= ?))`,
        )
        .run(channelId, epoch, String(ceiling), String(ceiling), String(ceiling));
    });
  }

  async readPayee(channelId: Hex, epoch: number): Promise<Versioned<PayeeChannel> | undefined> {
    return this.#readChannel("payeeChannel", channelId, epoch);
  }

  async listPayee(channelId?: Hex): Promise<Versioned<PayeeChannel>[]> {
    return this.#listChannels("payeeChannel", channelId);
  }

  async writePayee(
    channel: PayeeChannel,
    expectedVersion: number,
    receipt?: PaymentReceipt,
  ): Promise<boolean> {
    return this.#transaction(
      () =>
        this.#writeChannel("payeeChannel", channel, expectedVersion) &&
        (receipt === undefined ||
          this.#insert("receipts", {
            channel_id: receipt.channelId,
            epoch: receipt.epoch,
            request_id: receipt.requestId,
            body: encodeRecord("receipt", receipt),
          })),
    );
  }

  async readReceipt(channelId: Hex, epoch: number, requestId: string): Promise<PaymentReceipt | undefined> {
    const [row] = this.#all("SELECT * FROM receipts WHERE channel_id = ? AND epoch = ? AND request_id = ?", [
      channelId,
      epoch,
      requestId,
    ]);
    return row && this.#decode("receipt", row);
  }

  async listReceipts(channelId: Hex, epoch: number): Promise<PaymentReceipt[]> {
    return this.#all("SELECT * FROM receipts WHERE channel_id = ? AND epoch = ? ORDER BY number", [
      channelId,
      epoch,
    ]).map((row) => this.#decode("receipt", row));
  }

  #open(): void {
    const applicationId = this.#pragma("application_id");
    const version = this.#pragma("user_version");
    const [tables] = this.#db.prepare("SELECT count(*) AS count FROM sqlite_schema").all();
    const isEmpty = tables?.count === 0 && applicationId === 0 && version === 0;
    if (!isEmpty && applicationId !== APPLICATION_ID) throw this.#foreign();
    if (version > SCHEMA_VERSION) {
      throw new PaymentStoreError(
        "PAYMENT_STORE_VERSION",
        `the payment store has version ${version}, this program knows ${SCHEMA_VERSION}`,
        { where: this.#path, fix: "use the newer program" },
      );
    }
    const [mode] = this.#db.prepare("PRAGMA journal_mode = WAL").all();
    if (mode?.journal_mode !== "wal") {
      throw new PaymentStoreError(
        "PAYMENT_STORE_FAILED",
        "the file system does not allow a write-ahead log",
        {
          where: this.#path,
          fix: "keep the payment store on a local disk",
        },
      );
    }
    // Flushed at every commit: a voucher must not leave, nor be acknowledged, on the word of a cache.
    this.#db.exec("PRAGMA synchronous = FULL");
    if (isEmpty) this.#create();
    const [check] = this.#db.prepare("PRAGMA quick_check(1)").all();
    if (check?.quick_check !== "ok") throw this.#corrupt(String(check?.quick_check));
  }

  #create(): void {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      // Another program may have been faster.
      if (this.#pragma("application_id") === 0) this.#db.exec(SCHEMA);
      this.#db.exec("COMMIT");
    } catch (error) {
      this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  #pragma(name: string): number {
    const [row] = this.#db.prepare(`PRAGMA ${name}`).all();
    return Number(row?.[name]);
  }

  #readChannel<Kind extends "payerChannel" | "payeeChannel">(
    kind: Kind,
    channelId: Hex,
    epoch: number,
  ): Versioned<StoreRecords[Kind]> | undefined {
    const [row] = this.#all(`SELECT * FROM ${TABLES[kind]} WHERE channel_id = ? AND epoch = ?`, [
      channelId,
      epoch,
    ]);
    return row && this.#versioned(kind, row);
  }

  #listChannels<Kind extends "payerChannel" | "payeeChannel">(
    kind: Kind,
    channelId: Hex | undefined,
  ): Versioned<StoreRecords[Kind]>[] {
    const where = channelId === undefined ? "" : "WHERE channel_id = ?";
    return this.#all(
      `SELECT * FROM ${TABLES[kind]} ${where} ORDER BY channel_id, epoch`,
      channelId === undefined ? [] : [channelId],
    ).map((row) => this.#versioned(kind, row));
  }

  /** Within a transaction. */
  #writeChannel<Kind extends "payerChannel" | "payeeChannel">(
    kind: Kind,
    channel: StoreRecords[Kind],
    expectedVersion: number,
  ): boolean {
    const { channelId, epoch } = channel;
    const body = encodeRecord(kind, channel);
    if (expectedVersion === 0) {
      return this.#insert(TABLES[kind], { channel_id: channelId, epoch, version: 1, body });
    }
    const { changes } = this.#db
      .prepare(
        `UPDATE ${TABLES[kind]} SET version = version + 1, body = ? WHERE channel_id = ? AND epoch = ? AND version = ?`,
      )
      .run(body, channelId, epoch, expectedVersion);
    return Number(changes) === 1;
  }

  /** @returns False when such a row exists. */
  #insert(table: string, row: Record<string, SQLInputValue>): boolean {
    const columns = Object.keys(row);
    const { changes } = this.#db
      .prepare(
        `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")}) ON CONFLICT DO NOTHING`,
      )
      .run(...Object.values(row));
    return Number(changes) === 1;
  }

  /**
   * Does several writes, all or, if one is refused, none. What is asked for within one turn of the event loop shares one flush to the
   * disk: it takes much longer than the writes.
   */
  #transaction(work: () => boolean): Promise<boolean> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.#flush());
      this.#waiting.push({ work, resolve, reject });
    });
  }

  /** Nothing is told before all of it is on disk. */
  #flush(): void {
    const writes = this.#waiting;
    this.#waiting = [];
    if (writes.length === 0) return;
    try {
      this.#guard(() => this.#db.exec("BEGIN IMMEDIATE"));
      const outcomes = writes.map(({ work }) => this.#attempt(work));
      this.#guard(() => this.#db.exec("COMMIT"));
      for (const [index, outcome] of outcomes.entries()) {
        if (typeof outcome === "boolean") writes[index]?.resolve(outcome);
        else writes[index]?.reject(outcome);
      }
    } catch (error) {
      try {
        if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      } finally {
        for (const { reject } of writes) reject(error);
      }
    }
  }

  /** One of the writes of a flush: those before and after it do not depend on it. */
  #attempt(work: () => boolean): boolean | PaymentStoreError {
    this.#guard(() => this.#db.exec("SAVEPOINT one"));
    let outcome: boolean | PaymentStoreError;
    try {
      outcome = this.#guard(work);
    } catch (error) {
      outcome = this.#explain(error);
    }
    this.#guard(() => this.#db.exec(outcome === true ? "RELEASE one" : "ROLLBACK TO one; RELEASE one"));
    return outcome;
  }

  #all(sql: string, values: SQLInputValue[]): Row[] {
    return this.#guard(() => this.#db.prepare(sql).all(...values));
  }

  #versioned<Kind extends "payerChannel" | "payeeChannel">(
    kind: Kind,
    row: Row,
  ): Versioned<StoreRecords[Kind]> {
    return { value: this.#decode(kind, row), version: Number(row.version) };
  }

  #decode<Kind extends keyof StoreRecords>(kind: Kind, row: Row): StoreRecords[Kind] {
    const at = { channelId: String(row.channel_id) as Hex, epoch: Number(row.epoch) };
    const record = decodeRecord(kind, String(row.body), at);
    if (record) return record;
    throw this.#corrupt(`a row of channel ${at.channelId}, epoch ${at.epoch}, is not a ${kind}`);
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw this.#explain(error);
    }
  }

  #explain(error: unknown): PaymentStoreError {
    if (error instanceof PaymentStoreError) return error;
    const code = Number((error as { errcode?: unknown }).errcode) & 0xff;
    if (code === SQLITE_NOTADB) return this.#foreign(error);
    if (code === SQLITE_CORRUPT) return this.#corrupt(error instanceof Error ? error.message : "", error);
    return new PaymentStoreError(
      "PAYMENT_STORE_FAILED",
      `the payment store does not work: ${error instanceof Error ? error.message : String(error)}`,
      { where: this.#path, cause: error },
    );
  }

  #foreign(cause?: unknown): PaymentStoreError {
    return new PaymentStoreError("PAYMENT_STORE_FOREIGN", "the file is not a payment store", {
      where: this.#path,
      fix: "give the path of a payment store, or of a file that does not exist",
      cause,
    });
  }

  #corrupt(what: string, cause?: unknown): PaymentStoreError {
    return new PaymentStoreError("PAYMENT_STORE_CORRUPT", `the payment store is damaged: ${what}`, {
      where: this.#path,
      fix: "settle what you can prove from the receipts, and restore the file from a backup",
      cause,
    });
  }
}

const TABLES = { payerChannel: "payer_channels", payeeChannel: "payee_channels" } as const;
