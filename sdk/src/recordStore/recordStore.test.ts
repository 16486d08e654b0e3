import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { MemoryRecordStore } from "./MemoryRecordStore.js";
import type { RecordStore } from "./RecordStore.js";
import { RecordStoreError } from "./RecordStoreError.js";
import { SqliteRecordStore } from "./SqliteRecordStore.js";

const hasSqlite = process.getBuiltinModule("node:sqlite") !== undefined;

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "blok-records-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function behaves(store: RecordStore): Promise<void> {
  assert.equal(await store.read("a/1"), undefined);
  await store.write({ "a/2": "two", "a/1": "one", b: "other", a0: "near" });
  assert.equal(await store.read("a/1"), "one");
  assert.deepEqual(await store.list("a/"), [
    ["a/1", "one"],
    ["a/2", "two"],
  ]);
  await store.write({ "a/1": undefined, "a/2": "new", "a/3": "", missing: undefined });
  assert.deepEqual(await store.list("a/"), [
    ["a/2", "new"],
    ["a/3", ""],
  ]);
  assert.equal((await store.list("")).length, 4);
}

test("records in memory", () => behaves(new MemoryRecordStore()));

test("records in SQLite, also when the file is opened again", { skip: !hasSqlite }, async (t) => {
  const path = join(folder(t), "deep", "records.db");
  const store = new SqliteRecordStore(path);
  await behaves(store);
  await Promise.all(Array.from({ length: 50 }, (_, index) => store.write({ [`c/${index}`]: String(index) })));
  const last = store.write({ last: "1" });
  store.close();
  await last;
  const again = new SqliteRecordStore(path);
  assert.equal((await again.list("c/")).length, 50);
  assert.equal(await again.read("last"), "1");
  again.close();
  assert.equal(statSync(path).mode & 0o077, 0, "nobody else reads it");
});

test("a file that is something else", { skip: !hasSqlite }, (t) => {
  const path = join(folder(t), "records.db");
  writeFileSync(path, "this is no database, but long enough to be looked at as if it were one ".repeat(20));
  assert.throws(
    () => new SqliteRecordStore(path),
    (error) => error instanceof RecordStoreError && error.code === "RECORD_STORE_FOREIGN",
  );
});

test("what was acknowledged is there after a kill", { skip: !hasSqlite }, async (t) => {
  const path = join(folder(t), "records.db");
  const program = `
    import { SqliteRecordStore } from ${JSON.stringify(new URL("./SqliteRecordStore.ts", import.meta.url).href)};
    const store = new SqliteRecordStore(${JSON.stringify(path)});
    for (let i = 0; ; i++) { await store.write({ ["k/" + String(i).padStart(6, "0")]: "x", n: String(i) }); console.log(i); }`;
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let told = "";
  child.stdout.on("data", (data: Buffer) => (told += data.toString()));
  const ended = new Promise((resolve) => child.once("close", resolve));
  while (told.length < 100) await wait(20);
  child.kill("SIGKILL");
  await ended;
  const last = Number(told.trimEnd().split("\n").at(-1));
  const store = new SqliteRecordStore(path);
  const kept = Number(await store.read("n"));
  assert.ok(kept >= last, `${kept} is kept, ${last} was told`);
  assert.equal((await store.list("k/")).length, kept + 1, "whole writes only");
  store.close();
});
