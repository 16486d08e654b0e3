import assert from "node:assert/strict";
import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import type { LifecycleEvent } from "./events.js";
import { FileJournal } from "./FileJournal.js";
import type { ImportError } from "./ImportError.js";
import { ImportProgress } from "./ImportProgress.js";
import { MemoryJournal, type ImportJournal } from "./ImportJournal.js";
import { service } from "./testing/sample.js";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "journal-"));
});
afterEach(() => rm(folder, { recursive: true }));

const path = () => join(folder, "deep", "import.jsonl");
const identity = { lifecycle: "0x01", chainId: 31_337, records: "0xAb", anchor: "0x02" };
const events = (...ids: string[]) =>
  ids.map((id) => service(id, "2015-01-01", 1)) as unknown as LifecycleEvent[];
const signed = { raw: "0x", hash: "0xf0", nonce: 3, from: "0x0a" };

test("a journal that does not exist is empty, and is created with its folder", async () => {
  const journal = new FileJournal(path());
  assert.deepEqual(await journal.read(), []);
  await journal.append({ type: "done", step: 1 });
  await journal.append({ type: "done", step: 2, block: 7, gas: "21000" });
  assert.deepEqual(await new FileJournal(path()).read(), [
    { type: "done", step: 1 },
    { type: "done", step: 2, block: 7, gas: "21000" },
  ]);
});

test("an entry that a crash cut off never was, and the next one stands on a line of its own", async () => {
  const journal = new FileJournal(path());
  await journal.append({ type: "done", step: 1 });
  await appendFile(path(), '{"type":"done","st');
  assert.deepEqual(await journal.read(), [{ type: "done", step: 1 }]);
  await journal.append({ type: "done", step: 2 });
  assert.equal(await readFile(path(), "utf8"), '{"type":"done","step":1}\n{"type":"done","step":2}\n');
});

test("a journal that is broken in its middle names file and line", async () => {
  await writeFile(join(folder, "j"), '{"type":"done","step":1}\nnonsense\n{"type":"done","step":2}\n');
  await assert.rejects(new FileJournal(join(folder, "j")).read(), (error: ImportError) => {
    assert.equal(error.code, "JOURNAL_BROKEN");
    assert.match(error.where ?? "", /j, line 2$/);
    return true;
  });
});

test("progress is what the journal says: done, planned and sent", async () => {
  const journal = new MemoryJournal();
  const first = await ImportProgress.load(journal, identity);
  const done = await first.plan(events("a", "b"), ["0x0a", "0x0b"]);
  await first.send(done, signed);
  await first.finish(done, { block: 1, gasUsed: 2n });
  const open = await first.plan(events("c"), ["0x0c"]);
  await first.send(open, signed);

  const second = await ImportProgress.load(journal, identity);
  assert.deepEqual([second.isDone("a"), second.isDone("b"), second.isDone("c")], [true, true, false]);
  assert.equal(second.doneCount, 2);
  assert.equal(second.documentOf("c"), "0x0c");
  assert.deepEqual(second.openSteps, [
    { step: open, ids: ["c"], sent: [{ hash: "0xf0", from: "0x0a", nonce: 3 }] },
  ]);
  assert.equal(await second.plan(events("d"), undefined), open + 1);
});

test("a journal of another file, deployment or chain is refused", async () => {
  const journal = new MemoryJournal();
  await ImportProgress.load(journal, identity);
  for (const [change, says] of [
    [{ lifecycle: "0x03" }, /another lifecycle file/],
    [{ chainId: 1 }, /another deployment/],
    [{ records: "0xcd" }, /another deployment/],
    [{ anchor: "0x04" }, /another chain.*reset/],
  ] as const) {
    await assert.rejects(ImportProgress.load(journal, { ...identity, ...change }), (error: ImportError) => {
      assert.equal(error.code, "JOURNAL_FOREIGN");
      assert.match(error.message, says);
      return true;
    });
  }
  await ImportProgress.load(journal, { ...identity, records: "0xAB" });
});

test("a file that is no journal is refused", async () => {
  const journal: ImportJournal = { read: async () => [{ type: "done", step: 1 }], append: async () => {} };
  await assert.rejects(
    ImportProgress.load(journal, identity),
    (error: ImportError) => error.code === "JOURNAL_BROKEN",
  );
});
