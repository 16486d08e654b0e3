import assert from "node:assert/strict";
import { test } from "node:test";
import { bottlenecks, renderBottlenecks, type Dwell } from "./bottlenecks.js";
import { partIdOf } from "./partId.js";
import { readPartEvents } from "./readPartEvents.js";
import { FORM, PARTS_DEPLOYMENT as deployment, type FakeParts } from "./testing/FakeParts.js";
import { carMaker, cars, dealer, mine, minedCar, PACKS, workshop } from "./testing/minedCar.js";

const DAY = 86_400;
const [car = 0n] = cars;
const pack = (serial: number): bigint => partIdOf(PACKS, serial);
const read = (parts: FakeParts): Promise<Dwell[]> =>
  bottlenecks(readPartEvents({ rpc: parts.rpc, deployment }));
const find = (table: readonly Dwell[], step: string, party: string): Dwell => {
  const row = table.find((one) => one.step === step && one.party === party);
  assert.ok(row, `${step} ${party} is in the table`);
  return row;
};

/** A day passes with every call; `days` waits for more. */
function handOver(parts: FakeParts, from: string, to: string, partId: bigint, days: number, quantity = 1) {
  const consignmentId = parts.consign(from, to, [partId, quantity]);
  parts.mine(days - 1);
  parts.accept(consignmentId, to, [partId, quantity]);
}

test("time on the way and time with a party are told apart, and each ends in its own way", async () => {
  const parts = minedCar();
  handOver(parts, carMaker, dealer, pack(6), 4);
  parts.mine(9);
  handOver(parts, dealer, workshop, pack(6), 2);
  parts.mine(1);
  parts.fit(workshop, car, pack(6));
  const table = await read(parts);
  const transit = find(table, "inTransit", dealer);
  assert.deepEqual([transit.count, transit.medianSeconds, transit.open], [1, 4 * DAY, 0]);
  assert.equal(find(table, "atParty", dealer).medianSeconds, 10 * DAY);
  assert.equal(find(table, "atParty", workshop).medianSeconds, 2 * DAY);
  assert.equal(table[0]?.party, dealer, "the longest median is first");
});

test("what still waits is counted with its beginning", async () => {
  const parts = minedCar();
  const since = parts.chain.time;
  handOver(parts, carMaker, dealer, pack(6), 3);
  const table = await read(parts);
  const open = find(table, "atParty", dealer);
  assert.deepEqual([open.count, open.open, open.openSince], [0, 1, since + 3 * DAY]);
  assert.equal(find(table, "inTransit", workshop).open, 1, "the pack that the maker consigned before");
});

test("median, 95th percentile and longest are those of the stays", async () => {
  const parts = minedCar();
  const lotId = parts.commission(mine, 50, { form: FORM.counted, quantity: 1_000 });
  for (let days = 1; days <= 20; days++) handOver(parts, mine, dealer, partIdOf(lotId), days);
  const { count, medianSeconds, p95Seconds, maxSeconds } = find(await read(parts), "inTransit", dealer);
  assert.deepEqual([count, medianSeconds / DAY, p95Seconds / DAY, maxSeconds / DAY], [20, 10, 19, 20]);
});

test("of units without serials the first that came goes first, in parts if need be", async () => {
  const parts = minedCar();
  const lotId = parts.commission(mine, 50, { form: FORM.counted, quantity: 100 });
  const partId = partIdOf(lotId);
  handOver(parts, mine, dealer, partId, 1, 10);
  handOver(parts, mine, dealer, partId, 1, 10);
  handOver(parts, dealer, workshop, partId, 1, 15);
  const { count, maxSeconds, medianSeconds, open } = find(await read(parts), "atParty", dealer);
  assert.deepEqual([count, maxSeconds / DAY, medianSeconds / DAY, open], [2, 3, 1, 1]);
});

test("a consignment that was sent back is no dwelling with its receiver", async () => {
  const parts = minedCar();
  const consignmentId = parts.consign(carMaker, dealer, [pack(6), 1]);
  parts.mine(6);
  parts.reject(consignmentId, dealer, carMaker, [pack(6), 1]);
  const table = await read(parts);
  assert.equal(find(table, "sentBack", dealer).medianSeconds, 7 * DAY);
  assert.equal(
    table.some(({ step, party }) => step === "atParty" && party === dealer),
    false,
  );
});

test("the table is aligned, with times in two units", () => {
  const row: Dwell = {
    step: "atParty",
    party: "dealer",
    count: 12,
    medianSeconds: 2 * DAY + 3_600,
    p95Seconds: 3_700,
    maxSeconds: 59,
    open: 3,
    openSince: 1_700_000_000,
  };
  const { openSince: _, ...ended } = row;
  const text = renderBottlenecks(
    [row, { ...ended, step: "inTransit", count: 0, open: 0 }, { ...ended, medianSeconds: 60, open: 0 }],
    (party) => `the ${party}`,
  );
  assert.deepEqual(
    text.split("\n"),
    [
      "step           party       stays   median        p95  longest  waiting       since",
      "with           the dealer     12  2 d 1 h  1 h 1 min     59 s        3  2023-11-14",
      "in transit to  the dealer      0",
      "with           the dealer     12    1 min  1 h 1 min     59 s",
    ].map((line) => line),
  );
  assert.equal(renderBottlenecks([]), "step  party  stays  median  p95  longest  waiting  since");
});
