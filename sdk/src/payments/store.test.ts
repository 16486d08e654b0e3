import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { MemoryPaymentStore } from "./MemoryPaymentStore.js";
import { PaymentStoreError, type PaymentStoreErrorCode } from "./PaymentError.js";
import { SqlitePaymentStore } from "./SqlitePaymentStore.js";
import type { Hex, PayeeChannel, PayerChannel, PayerPayment, PaymentReceipt, PaymentStore } from "./types.js";
import { AMOUNT_MAX, EPOCH_MAX, SALT_MAX, ZERO_ADDRESS } from "./words.js";

const hash = (digit: string): Hex => `0x${digit.repeat(64)}`;
const terms = {
  payer: ZERO_ADDRESS,
  signer: hash("1"),
  payee: ZERO_ADDRESS,
  operator: ZERO_ADDRESS,
  asset: ZERO_ADDRESS,
  closeDelaySeconds: 900,
  salt: SALT_MAX,
};
const channelId = hash("a");
const payer: PayerChannel = { channelId, epoch: 0, terms, deposited: AMOUNT_MAX, ceiling: 0n };
const payment: PayerPayment = {
  channelId,
  epoch: 0,
  ceiling: 5n,
  amount: 5n,
  asset: ZERO_ADDRESS,
  sessionHash: hash("5"),
  sessionId: "12",
  decidedAt: 1_000,
  isAcknowledged: false,
};
const payee: PayeeChannel = {
  channelId,
  epoch: 0,
  terms,
  ceiling: AMOUNT_MAX,
  voucher: { channelId, epoch: 0, ceiling: AMOUNT_MAX, sessionHash: hash("5"), signature: "0x12" },
  charged: AMOUNT_MAX,
  carried: 0n,
  settled: 0n,
  closeDeadline: 0,
  unsettledSince: 1_000,
  isOver: false,
};
/** A name that looks like a number stays a name. */
const receipt: PaymentReceipt = {
  channelId,
  epoch: 0,
  requestId: "123",
  price: 5n,
  increment: 5n,
  ceiling: AMOUNT_MAX,
  charged: AMOUNT_MAX,
  sessionHash: undefined,
  signature: "0x12",
  acceptedAt: 1_000,
};
/** JSON leaves out what is undefined. */
const bare = <T extends object>(value: T | undefined): T | undefined =>
  value && (Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T);

const withCode =
  (code: PaymentStoreErrorCode, where?: string) =>
  (error: unknown): boolean =>
    error instanceof PaymentStoreError &&
    error.code === code &&
    (where === undefined || error.message.includes(where));

async function inFolder(use: (path: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "payments-"));
  try {
    await use(join(folder, "made", "on", "demand.db"));
  } finally {
    await rm(folder, { recursive: true });
  }
}

type Use = (store: PaymentStore) => Promise<void>;
const inMemory = (use: Use): Promise<void> => use(new MemoryPaymentStore());
const inFile = (use: Use): Promise<void> =>
  inFolder(async (path) => {
    const store = new SqlitePaymentStore(path);
    try {
      await use(store);
    } finally {
      store.close();
    }
  });

for (const [name, withStore] of [
  ["MemoryPaymentStore", inMemory],
  ["SqlitePaymentStore", inFile],
] as const) {
  describe(name, () => {
    test("an empty store has nothing", () =>
      withStore(async (store) => {
        assert.equal(await store.readPayer(channelId, 0), undefined);
        assert.equal(await store.readPayee(channelId, 0), undefined);
        assert.equal(await store.readReceipt(channelId, 0, "1"), undefined);
        assert.deepEqual(await store.listPayer(), []);
        assert.deepEqual(await store.listPayee(), []);
        assert.deepEqual(await store.listPayments({}), []);
        assert.deepEqual(await store.listReceipts(channelId, 0), []);
      }));

    test("what was written is read, to the last unit", () =>
      withStore(async (store) => {
        assert.equal(await store.writePayer(payer, 0, payment), true);
        assert.deepEqual(await store.readPayer(channelId, 0), { value: payer, version: 1 });
        assert.deepEqual(await store.listPayments({}), [payment]);
        assert.equal(await store.writePayee(payee, 0, receipt), true);
        assert.deepEqual(await store.readPayee(channelId, 0), { value: payee, version: 1 });
        assert.deepEqual(bare(await store.readReceipt(channelId, 0, "123")), bare(receipt));
        assert.deepEqual((await store.listReceipts(channelId, 0)).map(bare), [bare(receipt)]);
      }));

    test("only who has the present version writes, and nothing of a refused write is kept", () =>
      withStore(async (store) => {
        await store.writePayer(payer, 0, payment);
        await store.writePayee(payee, 0, receipt);
        for (const version of [0, 2]) {
          const late = { ...payment, ceiling: 9n };
          assert.equal(await store.writePayer({ ...payer, ceiling: 9n }, version, late), false);
          const other = { ...receipt, requestId: "other" };
          assert.equal(await store.writePayee({ ...payee, ceiling: 9n }, version, other), false);
        }
        assert.deepEqual(await store.readPayer(channelId, 0), { value: payer, version: 1 });
        assert.deepEqual(await store.readPayee(channelId, 0), { value: payee, version: 1 });
        assert.equal((await store.listPayments({})).length, 1);
        assert.equal((await store.listReceipts(channelId, 0)).length, 1);
        assert.equal(await store.writePayer({ ...payer, ceiling: 9n }, 1), true);
        assert.equal((await store.readPayer(channelId, 0))?.version, 2);
        assert.equal((await store.readPayer(channelId, 0))?.value.ceiling, 9n);
      }));

    test("a second payment of the same total, or receipt of the same request, is refused whole", () =>
      withStore(async (store) => {
        await store.writePayer(payer, 0, payment);
        await store.writePayee(payee, 0, receipt);
        assert.equal(await store.writePayer({ ...payer, ceiling: 6n }, 1, payment), false);
        assert.equal(await store.writePayee({ ...payee, ceiling: 6n }, 1, receipt), false);
        assert.deepEqual(await store.readPayer(channelId, 0), { value: payer, version: 1 });
        assert.deepEqual(await store.readPayee(channelId, 0), { value: payee, version: 1 });
      }));

    test("epochs and channels are apart, and listed in order", () =>
      withStore(async (store) => {
        const places = [
          [hash("b"), 0],
          [channelId, EPOCH_MAX],
          [channelId, 2],
          [channelId, 10],
        ] as const;
        for (const [id, epoch] of places) {
          assert.equal(await store.writePayer({ ...payer, channelId: id, epoch }, 0), true);
          assert.equal(await store.writePayee({ ...payee, channelId: id, epoch }, 0), true);
        }
        for (const list of [await store.listPayer(), await store.listPayee()]) {
          assert.deepEqual(
            list.map(({ value }) => [value.channelId, value.epoch]),
            [
              [channelId, 2],
              [channelId, 10],
              [channelId, EPOCH_MAX],
              [hash("b"), 0],
            ],
          );
        }
        assert.equal((await store.listPayer(channelId)).length, 3);
        assert.equal((await store.listPayee(hash("b"))).length, 1);
      }));

    test("payments are found by what is asked for, and acknowledged up to a total", () =>
      withStore(async (store) => {
        let version = 0;
        for (const [ceiling, sessionId, decidedAt] of [
          [9n, "a", 100],
          [10n, undefined, 200],
          [100n, "a", 300],
        ] as const) {
          await store.writePayer(payer, version, { ...payment, ceiling, sessionId, decidedAt });
          version += 1;
        }
        const found = async (filter: Parameters<typeof store.listPayments>[0]): Promise<bigint[]> =>
          (await store.listPayments(filter)).map(({ ceiling }) => ceiling);
        assert.deepEqual(await found({}), [9n, 10n, 100n]);
        assert.deepEqual(await found({ sessionId: "a" }), [9n, 100n]);
        assert.deepEqual(await found({ since: 200 }), [10n, 100n]);
        assert.deepEqual(await found({ ceiling: 10n, channelId, epoch: 0 }), [10n]);
        assert.deepEqual(await found({ channelId: hash("b") }), []);
        assert.deepEqual(await found({ epoch: 1 }), []);
        assert.deepEqual(await found({ asset: hash("b") }), []);
        await store.acknowledgePayment(channelId, 1, 100n);
        await store.acknowledgePayment(hash("b"), 0, 100n);
        assert.deepEqual(await found({ isUnacknowledged: true }), [9n, 10n, 100n]);
        await store.acknowledgePayment(channelId, 0, 10n);
        assert.deepEqual(await found({ isUnacknowledged: true }), [100n]);
        assert.deepEqual(await found({}), [9n, 10n, 100n]);
      }));

    test("who changes what it was given, or gave, changes nothing in the store", () =>
      withStore(async (store) => {
        const given = structuredClone(payee);
        await store.writePayee(given, 0, receipt);
        given.charged = 1n;
        const read = await store.readPayee(channelId, 0);
        assert.ok(read);
        read.value.terms.salt = 1n;
        assert.deepEqual((await store.readPayee(channelId, 0))?.value, payee);
      }));
  });
}

describe("the file of SqlitePaymentStore", () => {
  test("a store opened again has what was written, and is its owner's alone", () =>
    inFolder(async (path) => {
      const first = new SqlitePaymentStore(path);
      await first.writePayee(payee, 0, receipt);
      first.close();
      assert.equal((await stat(path)).mode & 0o777, 0o600);
      const second = new SqlitePaymentStore(path);
      assert.deepEqual((await second.readPayee(channelId, 0))?.value, payee);
      second.close();
    }));

  test("two programs on one file do not overwrite each other", () =>
    inFolder(async (path) => {
      const [a, b] = [new SqlitePaymentStore(path), new SqlitePaymentStore(path)];
      assert.equal(await a.writePayer(payer, 0, payment), true);
      assert.equal(await b.writePayer(payer, 0, payment), false);
      assert.equal(await b.writePayer({ ...payer, ceiling: 7n }, 1), true);
      assert.equal(await a.writePayer({ ...payer, ceiling: 8n }, 1), false);
      assert.equal((await a.readPayer(channelId, 0))?.value.ceiling, 7n);
      a.close();
      b.close();
    }));

  test("what was written survives a program that is killed", () =>
    inFolder(async (path) => {
      new SqlitePaymentStore(path).close();
      const module = new URL("./SqlitePaymentStore.ts", import.meta.url).href;
      const script = `
        import { SqlitePaymentStore } from ${JSON.stringify(module)};
        const store = new SqlitePaymentStore(${JSON.stringify(path)});
        const terms = ${JSON.stringify({ ...terms, salt: "SALT" }).replace('"SALT"', `${terms.salt}n`)};
        const payer = { channelId: ${JSON.stringify(channelId)}, epoch: 0, terms, deposited: 9n, ceiling: 3n };
        await store.writePayer(payer, 0);
        process.kill(process.pid, "SIGKILL");`;
      const { signal } = spawnSync(process.execPath, [
        "--import",
        "tsx",
        "--input-type=module",
        "--eval",
        script,
      ]);
      assert.equal(signal, "SIGKILL");
      const store = new SqlitePaymentStore(path);
      assert.equal((await store.readPayer(channelId, 0))?.value.ceiling, 3n);
      store.close();
    }));

  test("a file that is no store is named and left as it was", () =>
    inFolder(async (path) => {
      new SqlitePaymentStore(path).close();
      const text = `${path}.txt`;
      await writeFile(text, "this is no database, and long enough to be taken for one".repeat(20));
      assert.throws(() => new SqlitePaymentStore(text), withCode("PAYMENT_STORE_FOREIGN", text));
      assert.match(await readFile(text, "utf8"), /^this is no database/);

      const other = `${path}.other`;
      const db = new DatabaseSync(other);
      db.exec("CREATE TABLE mine (x)");
      db.close();
      assert.throws(() => new SqlitePaymentStore(other), withCode("PAYMENT_STORE_FOREIGN", other));
    }));

  test("a store of a newer program is refused", () =>
    inFolder(async (path) => {
      new SqlitePaymentStore(path).close();
      const db = new DatabaseSync(path);
      db.exec("PRAGMA user_version = 2");
      db.close();
      assert.throws(() => new SqlitePaymentStore(path), withCode("PAYMENT_STORE_VERSION", "version 2"));
    }));

  test("a damaged file, or a row that is none, is named", () =>
    inFolder(async (path) => {
      const store = new SqlitePaymentStore(path);
      for (let epoch = 0; epoch < 200; epoch++)
        await store.writePayee({ ...payee, epoch }, 0, { ...receipt, epoch });
      store.close();

      const db = new DatabaseSync(path);
      db.exec(`UPDATE payee_channels SET body = replace(body, '"charged"', '"changed"') WHERE epoch = 3`);
      db.exec(`UPDATE payee_channels SET body = '{' WHERE epoch = 4`);
      db.exec("UPDATE payee_channels SET epoch = 900 WHERE epoch = 5");
      db.close();
      const again = new SqlitePaymentStore(path);
      for (const epoch of [3, 4, 900]) {
        await assert.rejects(
          again.readPayee(channelId, epoch),
          withCode("PAYMENT_STORE_CORRUPT", `epoch ${epoch}`),
        );
      }
      assert.equal((await again.readPayee(channelId, 6))?.value.epoch, 6);
      again.close();

      const bytes = await readFile(path);
      bytes.fill(0xff, 4096, bytes.length - 4096);
      await writeFile(path, bytes);
      assert.throws(() => new SqlitePaymentStore(path), withCode("PAYMENT_STORE_CORRUPT", path));
    }));

  test("a path that cannot be opened is named", () =>
    inFolder(async (path) => {
      new SqlitePaymentStore(path).close();
      assert.throws(() => new SqlitePaymentStore(join(path, "below")), withCode("PAYMENT_STORE_FAILED"));
    }));
});
