import assert from "node:assert/strict";
import { test } from "node:test";
import { id } from "ethers";
import type { FakeLog } from "../history/testing/FakeChain.js";
import type { ChainLog } from "../history/types.js";
import { archiveLogs, readArchive, writeArchive } from "./logArchive.js";
import type { PartError } from "./PartError.js";
import { partIdOf } from "./partId.js";
import { reachFromArchive, type ArchiveReach, type LotCounters } from "./reachFromArchive.js";
import { recallReach } from "./recallReach.js";
import { FORM, PARTS_DEPLOYMENT as deployment, type FakeParts } from "./testing/FakeParts.js";
import { carMaker, cars, CELLS, dealer, mine, minedCar, PACKS, workshop } from "./testing/minedCar.js";
import type { RecallScope } from "./types.js";
import { WordTable } from "./WordTable.js";

const { PartTwins, PartCustody } = deployment.contracts;
const PACKS_SCOPE = { lotNumber: 9n, fromSerial: 1, toSerial: 10 };
const PACKS_COUNTERS: LotCounters = {
  form: "serialised",
  quantity: 10n,
  consumed: 0n,
  decommissioned: 0n,
  fitted: 3n,
  unserialised: 4n,
};

const chainLogs = (logs: readonly FakeLog[]): ChainLog[] =>
  logs.map(({ address, topics, data, transactionHash, blockNumber, logIndex }) => ({
    address,
    topics,
    data,
    transactionHash,
    blockNumber: Number(blockNumber),
    logIndex: Number(logIndex),
  }));
/** Records and titles have indexes of their own in the fake chain. */
const partLogs = ({ logs }: FakeParts): ChainLog[] =>
  chainLogs(logs).filter(({ address }) => address === PartTwins.toLowerCase());
const reach = (
  logs: readonly ChainLog[],
  counters = PACKS_COUNTERS,
  scopes: RecallScope[] = [PACKS_SCOPE],
): Promise<ArchiveReach> =>
  reachFromArchive({
    archive: writeArchive(logs),
    partTwins: PartTwins,
    maker: carMaker,
    scopes,
    counters: new Map([[PACKS, counters]]),
  });
const codes = ({ problems }: ArchiveReach): string[] => problems.map(({ code }) => code);
const without = (logs: readonly ChainLog[], gone: FakeLog | undefined): ChainLog[] =>
  logs.filter(({ data, topics }) => !(data === gone?.data && topics.join() === gone.topics.join()));

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return new Uint8Array(Buffer.concat(all));
}

function* slices(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test("the archive reaches what the contracts confirm", async () => {
  const parts = minedCar();
  const found = await reach(partLogs(parts));
  assert.deepEqual(found.problems, []);
  assert.equal(found.complete, true);
  assert.equal(found.fittedUnits, 3);
  assert.equal(found.vehicleCount, 3);
  assert.deepEqual(
    [...found.vehicles()],
    cars.map((vehicleId) => ({ vehicleId, units: 1 })),
  );
  const campaignId = parts.openRecall(carMaker, "26V000001", [[9, 1, 10]]);
  const asked = await recallReach({ rpc: parts.rpc, deployment, campaignId });
  assert.deepEqual(
    [...found.fitted()].map(({ partId, vehicleId }) => [vehicleId, partId]).toSorted(),
    asked.vehicles.map(({ vehicleId, parts: [part] }) => [vehicleId, part?.partId]).toSorted(),
  );
  assert.deepEqual(
    [...found.held()].filter(({ holder }) => holder !== PartCustody),
    asked.stock,
  );
  assert.deepEqual(
    [...found.held()].filter(({ holder }) => holder === PartCustody).map(({ partId }) => partId),
    asked.transit.map(({ partId }) => partId),
  );
});

test("a range of serials is cut out of the lot, which must add up as a whole", async () => {
  const parts = minedCar();
  const scopes = [{ lotNumber: 9n, fromSerial: 2, toSerial: 4 }];
  const found = await reach(partLogs(parts), PACKS_COUNTERS, scopes);
  assert.equal(found.complete, true);
  assert.deepEqual([found.fittedUnits, found.vehicleCount], [2, 2]);
  assert.deepEqual(
    [...found.held()].map(({ partId, holder }) => [partId, holder]),
    [[partIdOf(PACKS, 4), dealer]],
  );
});

test("a dropped fitting, a dropped batch of serials and a dropped transfer are noticed", async () => {
  const parts = minedCar();
  const logs = partLogs(parts);
  const fitting = await reach(without(logs, parts.logsOf("PartFitted")[1]));
  assert.equal(fitting.complete, false);
  assert.deepEqual(codes(fitting), ["FITTED_MISMATCH"]);
  assert.deepEqual(
    fitting.problems.map(({ lotId, expected, found }) => [lotId, expected, found]),
    [[PACKS, 3n, 2n]],
  );
  const batch = await reach(without(logs, parts.logsOf("TransferBatch")[0]));
  assert.deepEqual(codes(batch), ["HELD_MISMATCH", "HOLDER_MISMATCH"]);
  parts.transfer(dealer, workshop, [partIdOf(PACKS, 4), 1]);
  parts.transfer(workshop, mine, [partIdOf(PACKS, 4), 1]);
  const moves = partLogs(parts);
  assert.equal((await reach(moves)).complete, true);
  const first = parts.logsOf("TransferSingle").at(-2);
  assert.deepEqual(codes(await reach(without(moves, first))), ["HOLDER_MISMATCH"]);
});

test("parts come off, end and are counted; other contracts' logs count for nothing", async () => {
  const parts = minedCar();
  const [car = 0n] = cars;
  parts.remove(workshop, car, partIdOf(PACKS, 1));
  parts.decommission(workshop, partIdOf(PACKS, 1));
  const counters = { ...PACKS_COUNTERS, fitted: 2n, decommissioned: 1n };
  const logs = partLogs(parts);
  const forged = { ...(logs.at(-3) as ChainLog), address: PartCustody, blockNumber: 99_999 };
  const found = await reach([...logs, forged], counters);
  assert.deepEqual(codes(found), []);
  assert.equal(found.vehicleCount, 2);
  const removal = parts.logsOf("PartRemoved")[0];
  assert.deepEqual(codes(await reach(without(logs, removal), counters)), ["FITTED_MISMATCH"]);
});

test("a stranger's transfer of nothing moves no unit", async () => {
  const parts = minedCar();
  parts.transfer(mine, workshop, [partIdOf(PACKS, 4), 0]);
  parts.transfer(mine, workshop, [partIdOf(PACKS, 1), 0], [partIdOf(PACKS), 0]);
  const found = await reach(partLogs(parts));
  assert.equal(found.complete, true);
  assert.equal([...found.held()].find(({ partId }) => partId === partIdOf(PACKS, 4))?.holder, dealer);
  const campaignId = parts.openRecall(carMaker, "26V000001", [[9, 1, 10]]);
  const asked = await recallReach({ rpc: parts.rpc, deployment, campaignId });
  assert.equal(asked.complete, true);
});

test("counted units are followed by number", async () => {
  const parts = minedCar();
  const lotId = parts.commission(carMaker, 12, { form: FORM.counted, quantity: 50 });
  parts.transfer(carMaker, dealer, [partIdOf(CELLS), 5], [partIdOf(lotId), 20]);
  const [car = 0n, other = 0n] = cars;
  parts.fit(dealer, car, partIdOf(lotId), 3);
  parts.fit(dealer, other, partIdOf(lotId), 2);
  parts.remove(dealer, car, partIdOf(lotId), 1);
  const counters: LotCounters = {
    ...PACKS_COUNTERS,
    form: "counted",
    quantity: 50n,
    fitted: 4n,
    unserialised: 0n,
  };
  const input = {
    partTwins: PartTwins,
    maker: carMaker,
    scopes: [{ lotNumber: 12n, fromSerial: 0, toSerial: 0 }],
    counters: new Map([[lotId, counters]]),
  };
  const logs = partLogs(parts);
  const found = await reachFromArchive({ ...input, archive: writeArchive(logs) });
  assert.deepEqual(codes(found), []);
  assert.deepEqual(
    [...found.vehicles()],
    [
      { vehicleId: car, units: 2 },
      { vehicleId: other, units: 2 },
    ],
  );
  assert.deepEqual(
    [...found.held()].map(({ holder, quantity }) => [holder, quantity]),
    [
      [carMaker, 30n],
      [dealer, 16n],
    ],
  );
  const short = without(logs, parts.logsOf("TransferBatch").at(-1));
  const broken = await reachFromArchive({ ...input, archive: writeArchive(short) });
  assert.deepEqual(codes(broken), ["HOLDER_MISMATCH"]);
});

test("logs out of order, or twice, are noticed", async () => {
  const logs = partLogs(minedCar());
  const last = logs.at(-1) as ChainLog;
  assert.ok(codes(await reach(logs.toReversed())).includes("ORDER_MISMATCH"));
  const twice = await reach([...logs, last]);
  assert.ok(codes(twice).includes("ORDER_MISMATCH"));
});

test("the size of the chunks does not matter, and the logs come out as they went in", async () => {
  const parts = minedCar();
  const logs = chainLogs(parts.logs);
  const bytes = await collect(writeArchive(logs));
  for (const size of [1, 7, 1_000, bytes.length]) {
    let count = 0;
    await readArchive(slices(bytes, size), () => count++);
    assert.equal(count, logs.length);
  }
  const back: ChainLog[] = [];
  for await (const log of archiveLogs(slices(bytes, 333))) back.push(log);
  assert.deepEqual(back, logs);
  const campaignId = parts.openRecall(carMaker, "26V000001", [[9, 1, 10]]);
  const found = await recallReach({
    rpc: parts.rpc,
    deployment,
    campaignId,
    logs: archiveLogs(slices(bytes, 4_096)),
  });
  assert.equal(found.complete, true);
});

test("what is no archive is refused: another file, an empty one, a torn one, absurd lengths, a broken log", async () => {
  const bytes = await collect(writeArchive(partLogs(minedCar())));
  const absurd = bytes.slice();
  new DataView(absurd.buffer).setUint32(8 + 8, 9, true);
  const isRefused = (error: PartError): boolean => error.code === "ARCHIVE_MALFORMED";
  const read = (some: Uint8Array) => readArchive([some], () => {});
  await assert.rejects(read(new TextEncoder().encode("not an archive")), isRefused);
  await assert.rejects(read(new Uint8Array()), isRefused);
  await assert.rejects(read(bytes.subarray(0, bytes.length - 1)), isRefused);
  await assert.rejects(read(absurd), isRefused);
  const broken = { ...(partLogs(minedCar())[0] as ChainLog), data: "0x1" };
  await assert.rejects(collect(writeArchive([broken])), isRefused);
});

test("a batch that says it is longer than it is, is passed over; counters that are missing are asked for", async () => {
  const parts = minedCar();
  const logs = partLogs(parts);
  const at = logs.findIndex(({ topics }) => topics[0] === parts.logsOf("TransferBatch")[0]?.topics[0]);
  const log = logs[at] as ChainLog;
  logs[at] = { ...log, data: `0x${log.data.slice(2, 128)}ffff${log.data.slice(132)}` };
  assert.ok(codes(await reach(logs)).includes("HELD_MISMATCH"));
  await assert.rejects(
    reachFromArchive({
      archive: writeArchive([]),
      partTwins: PartTwins,
      maker: mine,
      scopes: [PACKS_SCOPE],
      counters: new Map(),
    }),
    (error: PartError) => error.code === "PART_UNKNOWN",
  );
});

test("a table of words numbers keys in order, however many and however alike", () => {
  const table = new WordTable(8);
  const bytes = new Uint8Array(32);
  const view = new DataView(bytes.buffer);
  const numberOf = (value: bigint): number => {
    for (let i = 0; i < 8; i++) view.setUint32(28 - 4 * i, Number((value >> BigInt(32 * i)) & 0xffff_ffffn));
    return table.numberOf(view, 0);
  };
  const keys = Array.from({ length: 5_000 }, (_, i) => (i % 2 === 0 ? BigInt(i) : BigInt(id(`key ${i}`))));
  keys.forEach((key, i) => assert.equal(numberOf(key), i + 1));
  keys.forEach((key, i) => assert.equal(numberOf(key), i + 1));
  keys.forEach((key, i) => assert.equal(table.valueOf(i + 1), key));
  assert.equal(table.size, keys.length);
});
