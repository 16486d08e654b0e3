import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { sha256, toUtf8Bytes } from "ethers";
import * as fc from "fast-check";
import { ERASURE_REASONS, type DocumentStore } from "./DocumentStore.js";
import { FileDocumentStore } from "./FileDocumentStore.js";
import { MemoryDocumentStore } from "./MemoryDocumentStore.js";
import { StoreError, type StoreErrorCode } from "./StoreError.js";

const hashOf = (compact: string): string => sha256(toUtf8Bytes(compact.split("~", 1)[0] ?? ""));
const COMPACT = "header.payload.signature~first~second~";
const HASH = hashOf(COMPACT);
// The first tilde ends what is hashed: two texts with one may share a hash, and rightly conflict.
const anyText = fc.string({ unit: "grapheme", maxLength: 400 }).map((text) => text.replaceAll("~", ""));
const NOW = 1_790_000_000;

const withCode =
  (code: StoreErrorCode) =>
  (error: unknown): boolean =>
    error instanceof StoreError && error.code === code;

/** A clock that never shows the same time twice. */
function clock(): () => number {
  let now = NOW;
  return () => now++;
}

type Use = (store: DocumentStore) => Promise<void>;

async function inMemory(use: Use): Promise<void> {
  await use(new MemoryDocumentStore(clock()));
}

async function inFiles(use: Use): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "store-"));
  try {
    await use(new FileDocumentStore(join(folder, "made", "on", "demand"), clock()));
  } finally {
    await rm(folder, { recursive: true });
  }
}

for (const [name, withStore] of [
  ["MemoryDocumentStore", inMemory],
  ["FileDocumentStore", inFiles],
] as const) {
  describe(name, () => {
    test("an empty store has nothing", () =>
      withStore(async (store) => {
        assert.deepEqual(await store.get(HASH), { status: "missing" });
        assert.deepEqual(await store.list(), []);
      }));

    test("what was put is got back, under the hash in either case", () =>
      withStore(async (store) => {
        await store.put(HASH, COMPACT);
        assert.deepEqual(await store.get(HASH), { status: "present", compact: COMPACT });
        assert.deepEqual(await store.get(`0x${HASH.slice(2).toUpperCase()}`), {
          status: "present",
          compact: COMPACT,
        });
        assert.deepEqual(await store.list(), [{ documentHash: HASH, status: "present" }]);
      }));

    test("putting the same again changes nothing, another form of the document is refused", () =>
      withStore(async (store) => {
        await store.put(HASH, COMPACT);
        await store.put(HASH, COMPACT);
        await assert.rejects(store.put(HASH, "header.payload.signature~first~"), withCode("STORE_CONFLICT"));
        assert.deepEqual(await store.get(HASH), { status: "present", compact: COMPACT });
      }));

    test("a document is refused under a hash that is not its own", () =>
      withStore(async (store) => {
        await assert.rejects(store.put(HASH, "header.payload.other~first~"), withCode("STORE_HASH"));
        assert.deepEqual(await store.get(HASH), { status: "missing" });
      }));

    test("erased stays erased, with its date, and can be erased again", () =>
      withStore(async (store) => {
        await store.put(HASH, COMPACT);
        await store.erase(HASH, "dataSubjectRequest");
        await store.erase(HASH, "retentionExpired");
        assert.deepEqual(await store.get(HASH), { status: "erased", erasedAt: NOW });
        assert.deepEqual(await store.list(), [{ documentHash: HASH, status: "erased" }]);
        await assert.rejects(store.put(HASH, COMPACT), withCode("STORE_ERASED"));
        assert.deepEqual(await store.get(HASH), { status: "erased", erasedAt: NOW });
      }));

    test("each reason of the list is accepted, no other", () =>
      withStore(async (store) => {
        await store.put(HASH, COMPACT);
        for (const reason of ["", "because the holder asked", undefined]) {
          await assert.rejects(store.erase(HASH, reason as never), withCode("STORE_ARGUMENT"));
        }
        assert.equal((await store.get(HASH)).status, "present");
        for (const [i, reason] of ERASURE_REASONS.entries()) {
          const compact = `a.b.${i}~`;
          await store.put(hashOf(compact), compact);
          await store.erase(hashOf(compact), reason);
        }
      }));

    test("what the store never had cannot be erased, and leaves no note", () =>
      withStore(async (store) => {
        await assert.rejects(store.erase(HASH, "issuedInError"), withCode("STORE_MISSING"));
        assert.deepEqual(await store.list(), []);
      }));

    test("what is no hash is refused everywhere, paths above all", () =>
      withStore(async (store) => {
        for (const hash of [
          "",
          "0x",
          HASH.slice(2),
          `${HASH}0`,
          "../../etc/passwd",
          `0x${"../".repeat(21)}z`,
        ]) {
          await assert.rejects(store.put(hash, COMPACT), withCode("STORE_ARGUMENT"));
          await assert.rejects(store.get(hash), withCode("STORE_ARGUMENT"));
          await assert.rejects(store.erase(hash, "issuedInError"), withCode("STORE_ARGUMENT"));
        }
      }));

    test("the list has all documents in order, present and erased", () =>
      withStore(async (store) => {
        const compacts = Array.from({ length: 12 }, (_, i) => `a.b.${i}~`);
        for (const compact of compacts) await store.put(hashOf(compact), compact);
        const erased = compacts.slice(0, 5).map(hashOf);
        for (const hash of erased) await store.erase(hash, "retentionExpired");
        assert.deepEqual(
          await store.list(),
          compacts
            .map(hashOf)
            .sort()
            .map((documentHash) => ({
              documentHash,
              status: erased.includes(documentHash) ? "erased" : "present",
            })),
        );
      }));

    test("any text survives, empty and with every kind of character", () =>
      withStore(async (store) => {
        await fc.assert(
          fc.asyncProperty(anyText, async (text) => {
            await store.put(hashOf(text), text);
            assert.deepEqual(await store.get(hashOf(text)), { status: "present", compact: text });
          }),
          { numRuns: 15, examples: [[""], ["é✓\u0000"]] },
        );
      }));

    test("put at once by several, a document is stored once and whole", () =>
      withStore(async (store) => {
        await Promise.all(Array.from({ length: 5 }, () => store.put(HASH, COMPACT)));
        assert.deepEqual(await store.get(HASH), { status: "present", compact: COMPACT });
      }));

    test("of two forms put at once, one wins and the other is refused", () =>
      withStore(async (store) => {
        const other = "header.payload.signature~first~";
        const results = await Promise.allSettled([store.put(HASH, COMPACT), store.put(HASH, other)]);
        assert.deepEqual(results.map((result) => result.status).sort(), ["fulfilled", "rejected"]);
        const refused = results.find((result) => result.status === "rejected");
        assert.ok(withCode("STORE_CONFLICT")(refused?.reason));
        const stored = await store.get(HASH);
        assert.ok(stored.status === "present");
        assert.equal(stored.compact, results[0].status === "fulfilled" ? COMPACT : other);
      }));

    test("who reads while a document is erased sees it whole or erased", () =>
      withStore(async (store) => {
        for (let round = 0; round < 10; round++) {
          const compact = `a.b.${round}~${"x".repeat(5000)}~`;
          const hash = hashOf(compact);
          await store.put(hash, compact);
          const [, ...seen] = await Promise.all([
            store.erase(hash, "authorityOrder"),
            ...Array.from({ length: 8 }, () => store.get(hash)),
          ]);
          for (const document of seen) {
            assert.ok(
              document.status === "erased" || (document.status === "present" && document.compact === compact),
            );
          }
          assert.equal((await store.get(hash)).status, "erased");
        }
      }));
  });
}
