import assert from "node:assert/strict";
import { test } from "node:test";
import { id, Interface, Wallet } from "ethers";
import { partTwinsAbi } from "../abi/PartTwins.js";
import type { FakeLog } from "../history/testing/FakeChain.js";
import type { ChainLog } from "../history/types.js";
import type { PartError } from "./PartError.js";
import { campaignIdOf, lotIdOf, partIdOf } from "./partId.js";
import type { ReachProblem } from "./reachTypes.js";
import { recallReach, requireComplete, type RecallReach, type RecallReachInput } from "./recallReach.js";
import { FORM, PARTS_DEPLOYMENT as deployment, type FakeParts } from "./testing/FakeParts.js";
import {
  carMaker,
  cars,
  CELLS,
  cellMaker,
  COBALT,
  dealer,
  mine,
  minedCar,
  owners,
  PACKS,
  recycler,
  workshop,
} from "./testing/minedCar.js";

const twins = new Interface(partTwinsAbi);
const [first = 0n, second = 0n, third = 0n] = cars;
const pack = (serial: number): bigint => partIdOf(PACKS, serial);
const read = (parts: FakeParts, campaignId: bigint, more: Partial<RecallReachInput> = {}) =>
  recallReach({ rpc: parts.rpc, deployment, campaignId, ...more });
const codes = ({ problems }: RecallReach): string[] => problems.map(({ code }) => code);
const problem = (reach: RecallReach, code: string): ReachProblem => {
  const found = reach.problems.find((one) => one.code === code);
  assert.ok(found, `${code} is among ${codes(reach)}`);
  return found;
};
const recallAll = (parts: FakeParts): bigint => parts.openRecall(carMaker, "26V000001", [[9, 1, 10]]);
const toChainLog = (log: FakeLog): ChainLog => ({
  ...log,
  blockNumber: Number(log.blockNumber),
  logIndex: Number(log.logIndex),
});

test("a recall reaches every car, the dealer's stock and what is on its way, and that is proven to be all", async () => {
  const parts = minedCar();
  const campaignId = recallAll(parts);
  const reach = requireComplete(await read(parts, campaignId));
  assert.equal(reach.complete, true);
  assert.equal(reach.campaign.number, "26V000001");
  assert.deepEqual(
    reach.vehicles.map(({ vehicleId, holder, isAffected, parts: carried }) => [
      vehicleId,
      holder,
      isAffected,
      carried[0]?.partId,
    ]),
    cars
      .map((car, i) => [car, owners[i], true, pack(i + 1)] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
  assert.deepEqual(reach.stock, [
    { holder: dealer, partId: pack(4), quantity: 1n },
    { holder: carMaker, partId: pack(6), quantity: 1n },
  ]);
  assert.deepEqual(
    reach.transit.map(({ sender, receiver, partId }) => [sender, receiver, partId]),
    [[carMaker, workshop, pack(5)]],
  );
  assert.deepEqual(reach.unserialised, [{ lotId: PACKS, holder: carMaker, quantity: 4n }]);
  assert.deepEqual(reach.lots, [
    {
      lotId: PACKS,
      quantity: 10n,
      fitted: 3n,
      held: 2n,
      inTransit: 1n,
      unserialised: 4n,
      consumed: 0n,
      decommissioned: 0n,
    },
  ]);
});

test("a range of serials reaches those alone; the proof is still over the whole lot", async () => {
  const parts = minedCar();
  const campaignId = parts.openRecall(carMaker, "26V000002", [
    [9, 2, 2],
    [9, 4, 5],
  ]);
  const reach = await read(parts, campaignId);
  assert.equal(reach.complete, true, codes(reach).join());
  assert.deepEqual(
    reach.vehicles.map(({ vehicleId }) => vehicleId),
    [second],
  );
  assert.deepEqual(
    reach.stock.map(({ partId }) => partId),
    [pack(4)],
  );
  assert.equal(reach.lots[0]?.fitted, 3n);
  parts.drop(parts.logsOf("PartFitted")[0]);
  assert.equal((await read(parts, campaignId)).complete, false, "a car that is not recalled counts too");
});

test("a dropped PartFitted log makes the reach incomplete and names the lot and the numbers", async () => {
  const parts = minedCar();
  const campaignId = recallAll(parts);
  parts.drop(parts.logsOf("PartFitted")[1]);
  const reach = await read(parts, campaignId);
  assert.equal(reach.complete, false);
  const found = problem(reach, "FITTED_MISMATCH");
  assert.deepEqual([found.lotId, found.expected, found.found], [PACKS, 3n, 2n]);
  assert.match(found.message, /3 units of lot 9 of 0x\w+ are fitted, the vehicles found carry 2/);
  assert.throws(
    () => requireComplete(reach),
    (error: PartError) => {
      assert.equal(error.code, "PART_MISMATCH");
      assert.match(error.message, /lot 9 of 0x.*another node/);
      return true;
    },
  );
});

test("a dropped fitting with its transfer, and a fitting that was given twice, do not add up either", async () => {
  const parts = minedCar();
  const campaignId = recallAll(parts);
  const fitted = parts.logsOf("PartFitted")[2];
  const transfer = parts.logs[parts.logs.indexOf(fitted as FakeLog) - 1];
  parts.drop(fitted);
  parts.drop(transfer);
  const short = await read(parts, campaignId);
  assert.ok(codes(short).includes("FITTED_MISMATCH"));
  assert.equal(problem(short, "HOLDER_MISMATCH").partId, pack(3), "the maker seems to hold it still");

  const twice = minedCar();
  const again = recallAll(twice);
  twice.logs.push({ ...(twice.logsOf("PartFitted")[0] as FakeLog) });
  const found = problem(await read(twice, again), "VEHICLE_MISMATCH");
  assert.deepEqual([found.vehicleId, found.expected, found.found], [first, 1n, 2n]);
});

test("a fitting that is told of another car is noticed at both", async () => {
  const parts = minedCar();
  const campaignId = recallAll(parts);
  const log = parts.logsOf("PartFitted")[0] as FakeLog;
  log.topics[2] = `0x${"0".repeat(63)}7`;
  const reach = await read(parts, campaignId);
  assert.deepEqual([...new Set(codes(reach))].sort(), [
    "AFFECTED_MISMATCH",
    "FITTED_MISMATCH",
    "HELD_MISMATCH",
    "VEHICLE_MISMATCH",
  ]);
  assert.equal(reach.vehicles.find(({ vehicleId }) => vehicleId === 7n)?.holder, undefined);
});

test("a unit that moved on is found with its new holder, or missed aloud when the log is dropped", async () => {
  const parts = minedCar();
  const campaignId = recallAll(parts);
  const garage = new Wallet(id("garage")).address;
  parts.transfer(dealer, garage, [pack(4), 1]);
  const reach = await read(parts, campaignId);
  assert.equal(reach.complete, true);
  assert.equal(reach.stock.find(({ partId }) => partId === pack(4))?.holder, garage);

  parts.drop(parts.logsOf("TransferSingle").at(-1));
  const short = await read(parts, campaignId);
  const held = problem(short, "HELD_MISMATCH");
  assert.deepEqual([held.lotId, held.expected, held.found], [PACKS, 7n, 6n]);
  assert.equal(problem(short, "HOLDER_MISMATCH").partId, pack(4));
});

test("counted units are followed by balance, over batches and holders", async () => {
  const parts = minedCar();
  const other = parts.commission(carMaker, 12, { form: FORM.counted, quantity: 50 });
  parts.transfer(carMaker, dealer, [partIdOf(CELLS), 5], [partIdOf(other), 20]);
  parts.transfer(dealer, workshop, [partIdOf(other), 8]);
  parts.fit(workshop, first, partIdOf(other), 3);
  parts.fit(workshop, second, partIdOf(other), 2);
  parts.remove(workshop, first, partIdOf(other), 1);
  parts.decommission(workshop, partIdOf(other), 1);
  const campaignId = parts.openRecall(carMaker, "26E000007", [[12, 0, 0]]);
  const reach = await read(parts, campaignId);
  assert.equal(reach.complete, true, codes(reach).join());
  assert.deepEqual(
    reach.stock.map(({ holder, quantity }) => [holder, quantity]).toSorted(),
    [
      [carMaker, 30n],
      [dealer, 12n],
      [workshop, 3n],
    ].toSorted(),
  );
  assert.deepEqual(
    reach.vehicles.flatMap(({ parts: carried }) => carried.map(({ quantity }) => quantity)),
    [2n, 2n],
  );
  assert.deepEqual(
    reach.decommissioned.map(({ by, quantity, outcome }) => [by, quantity, outcome]),
    [[workshop, 1n, "recycled"]],
  );
  for (const [name, code] of [
    ["TransferBatch", "HOLDER_MISMATCH"],
    ["PartRemoved", "VEHICLE_MISMATCH"],
    ["PartDecommissioned", "ENDED_MISMATCH"],
  ] as const) {
    const log = parts.logsOf(name).at(-1) as FakeLog;
    const at = parts.logs.indexOf(log);
    parts.drop(log);
    problem(await read(parts, campaignId), code);
    parts.logs.splice(at, 0, log);
  }
});

test("what was made of recalled units is warned of, at any distance, unless the campaign names it", async () => {
  const parts = minedCar();
  const campaignId = parts.openRecall(mine, "26E000001", [[1, 0, 0]]);
  const reach = await read(parts, campaignId);
  assert.equal(reach.complete, true, codes(reach).join());
  assert.deepEqual(
    reach.consumed.map(({ quantity, into }) => [quantity, into]),
    [[9_500n, [CELLS]]],
  );
  assert.deepEqual(
    reach.descendants.map(({ lotId, maker, isRecalled, state }) => [lotId, maker, isRecalled, state.fitted]),
    [
      [CELLS, cellMaker, false, 0n],
      [PACKS, carMaker, false, 3n],
    ],
  );
  const [use] = parts.logsOf("LotsConsumed");
  parts.drop(use);
  const short = await read(parts, campaignId);
  assert.deepEqual(codes(short), ["ENDED_MISMATCH"]);
  assert.equal(problem(short, "ENDED_MISMATCH").lotId, COBALT);
});

test("a dropped log of a later use, or of what was made, is noticed among the descendants", async () => {
  const parts = minedCar();
  const campaignId = parts.openRecall(mine, "26E000001", [[1, 0, 0]]);
  const later = parts.logsOf("LotsConsumed")[1] as FakeLog;
  parts.drop(later);
  assert.equal(problem(await read(parts, campaignId), "DESCENDANT_MISMATCH").lotId, CELLS);
  parts.logs.push(later);
  parts.drop(parts.logsOf("LotCommissioned").find((log) => BigInt(log.topics[1] ?? 0) === CELLS));
  assert.match(problem(await read(parts, campaignId), "DESCENDANT_MISMATCH").message, /do not show what/);
});

test("recovered units count as ended, and the recovered lot is warned of", async () => {
  const parts = minedCar();
  parts.transfer(carMaker, recycler, [pack(6), 1]);
  const made = { form: FORM.material, material: 1, quantity: 700 };
  const [recovered] = parts.transform(recycler, [[pack(6), 1]], [[2, made]], true);
  const reach = await read(parts, recallAll(parts));
  assert.equal(reach.complete, true, codes(reach).join());
  assert.deepEqual(reach.decommissioned, [
    { partId: pack(6), quantity: 1n, by: recycler, outcome: "recovered" },
  ]);
  assert.deepEqual(
    reach.descendants.map(({ lotId }) => lotId),
    [recovered],
  );
});

test("a consignment that arrived, one that was sent back, and one whose log is dropped", async () => {
  const parts = minedCar();
  const campaignId = recallAll(parts);
  const consignmentId = parts.logsOf("PartsConsigned")[0]?.topics[1] ?? "";
  const before = await read(parts, campaignId);
  assert.equal(before.transit[0]?.consignmentId, consignmentId);
  const log = parts.logsOf("PartsConsigned")[0] as FakeLog;
  parts.drop(log);
  const hidden = problem(await read(parts, campaignId), "TRANSIT_MISMATCH");
  assert.deepEqual([hidden.partId, hidden.expected, hidden.found], [pack(5), 1n, 0n]);
  parts.logs.push(log);

  parts.reject(consignmentId, workshop, carMaker, [pack(5), 1]);
  const back = parts.consign(carMaker, workshop, [pack(5), 1]);
  parts.accept(back, workshop, [pack(5), 1]);
  const after = await read(parts, campaignId);
  assert.equal(after.complete, true, codes(after).join());
  assert.deepEqual(after.transit, []);
  assert.equal(after.stock.find(({ partId }) => partId === pack(5))?.holder, workshop);
  parts.drop(parts.logsOf("PartsAccepted")[0]);
  assert.match(problem(await read(parts, campaignId), "TRANSIT_MISMATCH").message, /not open, the logs show/);
});

test("where each car stands in the campaign is read, and the campaign's counters are compared", async () => {
  const parts = minedCar();
  const campaignId = recallAll(parts);
  for (const car of cars) parts.enrol(campaignId, car);
  parts.remove(workshop, first, pack(1));
  parts.remedy(campaignId, first, workshop);
  parts.remedy(campaignId, second, workshop, 3);
  const reach = await read(parts, campaignId);
  assert.equal(reach.complete, true, codes(reach).join());
  const at = (car: bigint) => reach.vehicles.find(({ vehicleId }) => vehicleId === car);
  assert.deepEqual([at(first)?.remedy, at(first)?.isAffected, at(first)?.parts], ["partReplaced", false, []]);
  assert.deepEqual([at(second)?.remedy, at(second)?.isAffected], ["inspectedClear", false]);
  assert.equal(at(second)?.parts.length, 1);
  assert.deepEqual([at(third)?.remedy, at(third)?.isAffected], ["none", true]);
  assert.ok((at(third)?.enrolledAt ?? 0) > 0);

  for (const name of ["VehicleEnrolled", "VehicleRemedied"]) {
    for (const log of parts.logsOf(name).filter(({ topics }) => BigInt(topics[2] ?? 0) === first))
      parts.drop(log);
  }
  const short = await read(parts, campaignId);
  assert.deepEqual(codes(short), ["CAMPAIGN_MISMATCH", "CAMPAIGN_MISMATCH"]);
  assert.match(short.problems[0]?.message ?? "", /counts 3 vehicles as enrolled, 2 were found/);
});

test("a withdrawn campaign affects nobody, and still shows what it was about", async () => {
  const parts = minedCar();
  const campaignId = recallAll(parts);
  parts.withdraw(campaignId);
  const reach = await read(parts, campaignId);
  assert.equal(reach.complete, true, codes(reach).join());
  assert.deepEqual(
    reach.vehicles.map(({ isAffected }) => isAffected),
    [false, false, false],
  );
});

test("logs from an archive do as well, in any order; state comes from the node alone", async () => {
  const parts = minedCar();
  const campaignId = recallAll(parts);
  const logs = parts.logs.map(toChainLog).toReversed();
  const asked = parts.chain.requests.length;
  const reach = await read(parts, campaignId, { logs });
  assert.equal(reach.complete, true, codes(reach).join());
  assert.equal(reach.vehicles.length, 3);
  assert.ok(parts.chain.requests.slice(asked).every(({ method }) => method !== "eth_getLogs"));
  const short = logs.filter(({ topics }) => topics[0] !== twins.getEvent("PartFitted")?.topicHash);
  assert.equal((await read(parts, campaignId, { logs: short })).complete, false);
});

test("an earlier block shows the reach of then; later logs are passed over", async () => {
  const parts = minedCar();
  const campaignId = recallAll(parts);
  const atBlock = parts.chain.height;
  parts.remove(workshop, first, pack(1));
  const then = await read(parts, campaignId, { atBlock });
  assert.equal(then.vehicles.length, 3);
  const logs = parts.logs.map(toChainLog);
  assert.equal((await read(parts, campaignId, { atBlock, logs })).complete, true);
  assert.equal((await read(parts, campaignId)).vehicles.length, 2);
});

test("a node that limits ranges is read page by page", async () => {
  const parts = minedCar();
  const campaignId = recallAll(parts);
  const rpc = {
    request: async (call: { method: string; params?: readonly unknown[] }) => {
      const [filter] = (call.params ?? []) as [{ fromBlock?: string; toBlock?: string }?];
      if (call.method === "eth_getLogs" && Number(filter?.toBlock) - Number(filter?.fromBlock) > 4)
        throw new Error("block range is too large");
      return parts.rpc.request(call);
    },
  };
  assert.equal((await read(parts, campaignId, { rpc })).complete, true);
});

test("an unknown campaign is refused, and what is no id of one", async () => {
  const parts = minedCar();
  const fails = (campaignId: bigint, code: string) =>
    assert.rejects(read(parts, campaignId), (error: PartError) => {
      assert.equal(error.code, code);
      return true;
    });
  await fails(campaignIdOf(carMaker, "26V999999"), "CAMPAIGN_UNKNOWN");
  await fails(lotIdOf(carMaker, 1), "PART_ID");
  await fails(2n ** 300n, "PART_ID");
});
