import assert from "node:assert/strict";
import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { mock, test } from "node:test";
import { sha256, toUtf8Bytes } from "ethers";
import { FileDocumentStore } from "./node.js";
import { StoreError, type StoreErrorCode } from "./StoreError.js";

const COMPACT = "header.payload.signature~salt-and-VIN-WVWZZZ1JZXW000001~";
const HASH = sha256(toUtf8Bytes("header.payload.signature"));
const OTHER_COMPACT = "header.payload.other~";
const OTHER_HASH = sha256(toUtf8Bytes("header.payload.other"));
const NOW = 1_790_000_000;

const withCode =
  (code: StoreErrorCode, where?: string) =>
  (error: unknown): boolean =>
    error instanceof StoreError &&
    error.code === code &&
    (where === undefined || error.message.includes(where));

interface Fixture {
  folder: string;
  store: FileDocumentStore;
  document: string;
  key: string;
  tombstone: string;
}

async function withStore(use: (fixture: Fixture) => Promise<void>): Promise<void> {
  const folder = await fs.mkdtemp(join(tmpdir(), "store-"));
  const path = (part: string, ending: string): string =>
    join(folder, part, HASH.slice(2, 4), `${HASH.slice(2)}.${ending}`);
  try {
    await use({
      folder,
      store: new FileDocumentStore(folder, () => NOW),
      document: path("documents", "bin"),
      key: path("keys", "key"),
      tombstone: path("tombstones", "json"),
    });
  } finally {
    await fs.rm(folder, { recursive: true });
  }
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await fs.readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

test("key and ciphertext lie apart, sharded, for the owner alone, and nothing else is left", () =>
  withStore(async ({ folder, store, document, key }) => {
    await store.put(HASH, COMPACT);
    assert.deepEqual(await filesIn(folder), [document, key].sort());
    for (const file of [document, key]) {
      assert.equal((await fs.stat(file)).mode & 0o777, 0o600);
      assert.equal((await fs.stat(join(file, ".."))).mode & 0o777, 0o700);
    }
    assert.equal((await fs.readFile(key)).length, 32);
  }));

test("nothing of the document can be read from the files", () =>
  withStore(async ({ folder, store }) => {
    await store.put(HASH, COMPACT);
    for (const file of await filesIn(folder)) {
      const bytes = await fs.readFile(file);
      for (const text of ["WVWZZZ", "payload", "salt"]) assert.equal(bytes.includes(text), false);
    }
  }));

test("each document has a key of its own", () =>
  withStore(async ({ folder, store }) => {
    await store.put(HASH, COMPACT);
    await store.put(OTHER_HASH, OTHER_COMPACT);
    const keys = (await filesIn(folder)).filter((file) => file.endsWith(".key"));
    const [first, second] = await Promise.all(keys.map((file) => fs.readFile(file)));
    assert.ok(first && second && !first.equals(second));
  }));

test("a change of any byte of the ciphertext is noticed and the file named", () =>
  withStore(async ({ store, document }) => {
    await store.put(HASH, COMPACT);
    const bytes = await fs.readFile(document);
    for (let at = 0; at < bytes.length; at++) {
      const altered = Buffer.from(bytes);
      altered[at] = (altered[at] ?? 0) ^ 1;
      await fs.writeFile(document, altered);
      await assert.rejects(store.get(HASH), withCode("STORE_TAMPERED", document), `byte ${at}`);
    }
    for (const length of [0, 10, 33, bytes.length - 1]) {
      await fs.writeFile(document, bytes.subarray(0, length));
      await assert.rejects(store.get(HASH), withCode("STORE_TAMPERED", document), `length ${length}`);
    }
    await fs.writeFile(document, bytes);
    assert.equal((await store.get(HASH)).status, "present");
  }));

test("a changed, short or vanished key is noticed", () =>
  withStore(async ({ store, key, document }) => {
    await store.put(HASH, COMPACT);
    const bytes = await fs.readFile(key);
    await fs.writeFile(key, Buffer.alloc(32, 1));
    await assert.rejects(store.get(HASH), withCode("STORE_TAMPERED", document));
    await fs.writeFile(key, bytes.subarray(1));
    await assert.rejects(store.get(HASH), withCode("STORE_TAMPERED", document));
    await fs.unlink(key);
    await assert.rejects(store.get(HASH), withCode("STORE_TAMPERED", key));
  }));

test("two documents' files cannot be swapped, even together with their keys", () =>
  withStore(async ({ store, key, document }) => {
    await store.put(HASH, COMPACT);
    await store.put(OTHER_HASH, OTHER_COMPACT);
    const otherName = OTHER_HASH.slice(2);
    const shard = OTHER_HASH.slice(2, 4);
    await fs.copyFile(join(document, "..", "..", shard, `${otherName}.bin`), document);
    await fs.copyFile(join(key, "..", "..", shard, `${otherName}.key`), key);
    await assert.rejects(store.get(HASH), withCode("STORE_TAMPERED", document));
  }));

test("a damaged document can still be erased", () =>
  withStore(async ({ store, key, document }) => {
    await store.put(HASH, COMPACT);
    await fs.unlink(key);
    await fs.writeFile(document, "junk");
    await store.erase(HASH, "dataSubjectRequest");
    assert.deepEqual(await store.get(HASH), { status: "erased", erasedAt: NOW });
  }));

test("erasing leaves a note with hash, date and reason, and nothing else", () =>
  withStore(async ({ folder, store, tombstone }) => {
    await store.put(HASH, COMPACT);
    await store.erase(HASH, "dataSubjectRequest");
    assert.deepEqual(await filesIn(folder), [tombstone]);
    assert.deepEqual(JSON.parse(await fs.readFile(tombstone, "utf8")), {
      documentHash: HASH,
      erasedAt: NOW,
      reason: "dataSubjectRequest",
    });
  }));

test("erasing overwrites key and ciphertext before it removes them", () =>
  withStore(async ({ folder, store, key, document }) => {
    await store.put(HASH, COMPACT);
    const before = await Promise.all([key, document].map((file) => fs.readFile(file)));
    // A second name for the same bytes on disk shows what became of them.
    const seconds = [join(folder, "second-key"), join(folder, "second-document")];
    await fs.link(key, seconds[0] ?? "");
    await fs.link(document, seconds[1] ?? "");
    await store.erase(HASH, "retentionExpired");
    const after = await Promise.all(seconds.map((file) => fs.readFile(file)));
    for (const [i, bytes] of before.entries()) {
      assert.equal(after[i]?.length, bytes.length);
      assert.equal(after[i]?.equals(bytes), false);
    }
  }));

test("erasing also destroys what an interrupted write left behind", () =>
  withStore(async ({ folder, store, key, tombstone }) => {
    await store.put(HASH, COMPACT);
    await fs.link(key, `${key}.0123456789abcdef.tmp`);
    await store.erase(HASH, "retentionExpired");
    assert.deepEqual(await filesIn(folder), [tombstone]);
  }));

test("an altered note of an erasure is noticed", () =>
  withStore(async ({ store, tombstone }) => {
    await store.put(HASH, COMPACT);
    await store.erase(HASH, "retentionExpired");
    const wrong = [
      "",
      "junk",
      "null",
      JSON.stringify({ documentHash: OTHER_HASH, erasedAt: NOW }),
      JSON.stringify({ documentHash: HASH }),
      JSON.stringify({ documentHash: HASH, erasedAt: "yesterday" }),
    ];
    for (const text of wrong) {
      await fs.writeFile(tombstone, text);
      await assert.rejects(store.get(HASH), withCode("STORE_TAMPERED", tombstone), text);
    }
  }));

test("a refused put of an erased document touches no file", () =>
  withStore(async ({ store }) => {
    await store.put(HASH, COMPACT);
    await store.erase(HASH, "retentionExpired");
    const link = mock.method(fs, "link");
    syncBuiltinESMExports();
    try {
      await assert.rejects(store.put(HASH, COMPACT), withCode("STORE_ERASED"));
      assert.equal(link.mock.callCount(), 0);
    } finally {
      link.mock.restore();
      syncBuiltinESMExports();
    }
  }));

for (const part of ["documents", "keys"]) {
  test(`an erasure just before the file in ${part} is read is seen as one`, () =>
    withStore(async ({ store }) => {
      await store.put(HASH, COMPACT);
      const original = fs.readFile as (...args: unknown[]) => Promise<Buffer>;
      let isErased = false;
      const reading = mock.method(fs, "readFile", async (...args: unknown[]) => {
        if (!isErased && String(args[0]).includes(part)) {
          isErased = true;
          await store.erase(HASH, "authorityOrder");
        }
        return original(...args);
      });
      syncBuiltinESMExports();
      try {
        assert.deepEqual(await store.get(HASH), { status: "erased", erasedAt: NOW });
        assert.equal(isErased, true);
      } finally {
        reading.mock.restore();
        syncBuiltinESMExports();
      }
    }));
}

test("foreign files in the folders do not disturb the list", () =>
  withStore(async ({ store, document }) => {
    await store.put(HASH, COMPACT);
    await fs.writeFile(join(document, "..", ".DS_Store"), "x");
    await fs.writeFile(`${document}.0123456789abcdef.tmp`, "x");
    assert.deepEqual(await store.list(), [{ documentHash: HASH, status: "present" }]);
  }));

/** Lets `steps` changes of the file system happen, then fails all others, as a process that stops there. */
async function crashAfter(steps: number, action: () => Promise<void>): Promise<boolean> {
  let left = steps;
  const guards = (["open", "link", "unlink", "mkdir"] as const).map((name) => {
    const original = fs[name] as (...args: unknown[]) => Promise<unknown>;
    return mock.method(fs, name, async (...args: unknown[]) => {
      if (left-- <= 0) throw new Error("the process stopped");
      return original(...args);
    });
  });
  syncBuiltinESMExports();
  try {
    await action();
    return false;
  } catch (error) {
    assert.match(String(error), /the process stopped/);
    return true;
  } finally {
    for (const guard of guards) guard.mock.restore();
    syncBuiltinESMExports();
  }
}

/** Runs a scenario that crashes after 0, 1, 2... steps, until one runs through. */
async function crashEverywhere(scenario: (steps: number) => Promise<boolean>): Promise<void> {
  let steps = 0;
  while (await scenario(steps)) steps++;
  assert.ok(steps > 8, `only ${steps} steps were seen`);
}

test("wherever a put stops, the document is missing or whole, and the put can be made again", () =>
  crashEverywhere(async (steps) => {
    let hasCrashed = false;
    await withStore(async ({ store }) => {
      hasCrashed = await crashAfter(steps, () => store.put(HASH, COMPACT));
      const seen = await store.get(HASH);
      if (seen.status !== "missing") assert.deepEqual(seen, { status: "present", compact: COMPACT });
      if (!hasCrashed) assert.equal(seen.status, "present");
      await store.put(HASH, COMPACT);
      assert.deepEqual(await store.get(HASH), { status: "present", compact: COMPACT });
      assert.deepEqual(await store.list(), [{ documentHash: HASH, status: "present" }]);
    });
    return hasCrashed;
  }));

test("wherever an erasure stops, the document is whole or erased, and the erasure can be made again", () =>
  crashEverywhere(async (steps) => {
    let hasCrashed = false;
    await withStore(async ({ folder, store, tombstone }) => {
      await store.put(HASH, COMPACT);
      hasCrashed = await crashAfter(steps, () => store.erase(HASH, "dataSubjectRequest"));
      const seen = await store.get(HASH);
      if (seen.status === "present") assert.equal(seen.compact, COMPACT);
      else assert.deepEqual(seen, { status: "erased", erasedAt: NOW });
      if (!hasCrashed) assert.equal(seen.status, "erased");
      await store.erase(HASH, "dataSubjectRequest");
      assert.deepEqual(await store.get(HASH), { status: "erased", erasedAt: NOW });
      const left = (await filesIn(folder)).filter(
        (file) => !basename(file).startsWith(`${basename(tombstone)}.`),
      );
      assert.deepEqual(left, [tombstone]);
    });
    return hasCrashed;
  }));
