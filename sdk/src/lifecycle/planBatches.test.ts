import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { LifecycleEvent } from "./events.js";
import { FirstAdmissions, ONE_BY_ONE, PLAN_WINDOW, planBatches, type Batch } from "./planBatches.js";
import { FITTED_LINES, notified, recallOpened, removed } from "./testing/partsSample.js";
import { admission, keyBound, reading, registered, service, type Line } from "./testing/sample.js";

const events = (lines: Line[]) => lines as unknown as LifecycleEvent[];

async function plan(lines: Line[], first: Line[] = []): Promise<Batch[]> {
  const batches: Batch[] = [];
  for await (const batch of planBatches(events(first), events(lines))) batches.push(batch);
  return batches;
}

const shape = (batches: Batch[]) =>
  batches.map(({ operation, items }) => `${operation} ${items.map(({ event }) => event.id).join(",")}`);

test("no events make no batch", async () => {
  assert.deepEqual(await plan([]), []);
});

test("lines of many vehicles by one workshop go together, although other lines stand between them", async () => {
  const lines = [
    registered("A", { id: "a" }),
    registered("B", { id: "b" }),
    service("a1", "2015-01-01", 1, { vin: "A" }),
    service("b1", "2015-01-01", 1, { vin: "B", author: "garage" }),
    service("a2", "2015-01-02", 1, { vin: "A" }),
    service("b2", "2015-01-02", 1, { vin: "B" }),
  ];
  assert.deepEqual(shape(await plan(lines)), [
    "register a,b",
    "appendRecords a1,a2",
    "appendRecords b1",
    "appendRecords b2",
  ]);
});

test("another member, or another class, makes another batch", async () => {
  const lines = [
    registered("A", { id: "a" }),
    registered("B", { id: "b", member: "rival" }),
    registered("C", { id: "c", class: "registrar" }),
  ];
  assert.deepEqual(shape(await plan(lines)), ["register a", "register b", "register c"]);
});

for (const [operation, limit, make] of [
  ["register", 100, (i: number) => registered(`V${i}`, { id: `v${i}` })],
  ["appendRecords", 500, (i: number) => service(`s${i}`, "2015-01-01", 1, { vin: `V${i}` })],
] as const) {
  for (const count of [0, 1, limit, limit + 1]) {
    test(`${operation}: ${count} events make batches of at most ${limit}`, async () => {
      const sizes = (await plan(Array.from({ length: count }, (_, i) => make(i)))).map(
        ({ items }) => items.length,
      );
      assert.deepEqual(
        sizes,
        [limit, 1].slice(0, Math.ceil(count / limit)).map((size) => Math.min(size, count)),
      );
    });
  }
}

test("first admissions go before everything; one after an expulsion keeps its place, and holds back who it admits", async () => {
  const expelled = {
    id: "x",
    at: "2015-06-01",
    type: "member.expelled",
    member: "workshop",
    reason: "requested",
  };
  const lines = [
    registered("A", { id: "a" }),
    admission("workshop", "workshop"),
    service("s1", "2015-01-01", 1, { vin: "A" }),
    expelled,
    { ...admission("workshop", "workshop"), id: "back" },
    service("s2", "2015-07-01", 1, { vin: "B" }),
  ];
  const first = new FirstAdmissions();
  for (const event of events(lines)) first.add(event);
  const batches: Batch[] = [];
  for await (const batch of planBatches(first.events, events(lines))) batches.push(batch);
  assert.deepEqual(shape(batches), [
    "admit admit-workshop",
    "register a",
    "appendRecords s1",
    "expel x",
    "admit back",
    "appendRecords s2",
  ]);
});

test("101 admissions are two batches", async () => {
  const lines = Array.from({ length: 101 }, (_, i) => admission(`m${i}`, "workshop"));
  assert.deepEqual(
    (await plan(lines, lines)).map(({ items }) => items.length),
    [100, 1],
  );
});

test("an event knows the holder and key of its time", async () => {
  const transfer = { id: "t", at: "2015-02-01", type: "title.transferred", vin: "A", to: "holder-2" };
  const lines = [
    registered("A", { id: "a", holder: "holder-1" }),
    reading("r1", "2015-01-01", 1, "holder", { vin: "A" }),
    transfer,
    reading("r2", "2015-03-01", 1, "holder", { vin: "A" }),
    keyBound("2015-04-01", { vin: "A", id: "k1" }),
    reading("r3", "2015-05-01", 1, "vehicle", { vin: "A" }),
    keyBound("2015-06-01", { vin: "A", id: "k2" }),
    reading("r4", "2015-07-01", 1, "vehicle", { vin: "A" }),
  ];
  const known = (await plan(lines)).map(({ items: [item] }) => [item?.event.id, item?.holder, item?.key?.id]);
  assert.deepEqual(known.slice(1), [
    ["r1", "holder-1", undefined],
    ["t", "holder-1", undefined],
    ["r2", "holder-2", undefined],
    ["k1", "holder-2", undefined],
    ["r3", "holder-2", "k1"],
    ["k2", "holder-2", "k1"],
    ["r4", "holder-2", "k2"],
  ]);
});

test("whatever the lines, every event is planned once and each vehicle keeps its order, across windows too", async () => {
  const step = fc.record({ vin: fc.nat({ max: 5 }), author: fc.nat({ max: 3 }), what: fc.nat({ max: 2 }) });
  const lines = fc.array(step, { maxLength: 60 }).map((steps) =>
    steps.map(({ vin, author, what }, i) => {
      const change = { vin: `V${vin}`, author: `w${author}` };
      if (what === 0) return service(`e${i}`, "2015-01-01", 1, change);
      if (what === 1)
        return { id: `e${i}`, at: "2015-01-01", type: "title.transferred", vin: `V${vin}`, to: "holder-2" };
      return registered(`V${vin}`, { id: `e${i}`, member: `w${author}` });
    }),
  );
  const order = (of: LifecycleEvent[]) => {
    const lives = new Map<string, string[]>();
    for (const event of of) {
      const vin = "vin" in event ? event.vin : "";
      lives.set(vin, [...(lives.get(vin) ?? []), event.id]);
    }
    return lives;
  };
  await fc.assert(
    fc.asyncProperty(lines, fc.boolean(), async (some, isLong) => {
      const filler = Array.from({ length: isLong ? PLAN_WINDOW - 20 : 0 }, (_, i) =>
        service(`f${i}`, "2015-01-01", 1, { vin: `F${i}` }),
      );
      const all = events([...filler, ...some]);
      const planned = (await plan([...filler, ...some])).flatMap(({ items }) =>
        items.map(({ event }) => event),
      );
      assert.equal(planned.length, all.length);
      const [wanted, got] = [order(all), order(planned)];
      for (const [vin, ids] of wanted) assert.deepEqual(got.get(vin), ids);
    }),
    { numRuns: 60 },
  );
});

test("what happens to parts keeps its order; notices of one campaign go together, and name it", async () => {
  const lines = [
    ...FITTED_LINES.slice(3),
    recallOpened("recall", "2015-01-01"),
    notified("n1", "2015-02-01", { vin: "A" }),
    service("s1", "2015-02-01", 1, { vin: "A" }),
    notified("n2", "2015-02-01", { vin: "B" }),
    removed("r1", "2015-03-01", { vin: "A" }),
    notified("n3", "2015-04-01", { vin: "C" }),
  ];
  const batches = await plan(lines);
  assert.deepEqual(shape(batches).slice(-5), [
    "openRecall recall",
    "notify n1,n2",
    "appendRecords s1",
    "remove r1",
    "notify n3",
  ]);
  assert.deepEqual(batches.flatMap(({ items }) => items.map(({ origin }) => origin?.id)).filter(Boolean), [
    "ore-sent",
    "recall",
    "recall",
    "recall",
  ]);
  assert.equal(
    batches.findIndex(({ operation }) => operation === "consign") + 1,
    batches.findIndex(({ operation }) => operation === "accept"),
  );
});

test("without limits every event is written by itself", async () => {
  const lines = [
    registered("A", { id: "a" }),
    registered("B", { id: "b" }),
    service("a1", "2015-01-01", 1, { vin: "A" }),
  ];
  const batches: Batch[] = [];
  for await (const batch of planBatches([], events(lines), ONE_BY_ONE)) batches.push(batch);
  assert.deepEqual(shape(batches), ["register a", "register b", "appendRecords a1"]);
});
