import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { vehicleKey } from "../../lifecycle/vehicleKey.js";
import { encodeSummary } from "../encodeSummary.js";
import { summaryLeaf } from "../summaryLeaf.js";
import { TelemetryError } from "../TelemetryError.js";
import { FakeAnchors, type AnchorPoint } from "../testing/FakeAnchors.js";
import { BEGAN, FakeKeys, fleetVehicle, signTrip, testDomain, tripOf } from "../testing/fleet.js";
import type { TripSummary } from "../types.js";
import { verifyMerkleProof } from "../verifyMerkleProof.js";
import { cachedKeyReader } from "./cachedKeyReader.js";
import { Gateway, type GatewayOptions } from "./Gateway.js";
import type { Refusal } from "./refusals.js";

const domain = await testDomain();
const NOW = BEGAN + 10_000_000;
const folder = mkdtempSync(join(tmpdir(), "gateway-"));
after(() => rmSync(folder, { recursive: true }));
let files = 0;
const newPath = (): string => join(folder, `${(files += 1)}.db`);
const isError = (code: string) => (error: unknown) => error instanceof TelemetryError && error.code === code;
const car = fleetVehicle(1, domain);
const other = fleetVehicle(2, domain);

function setUp(change: Partial<GatewayOptions> = {}) {
  const keys = new FakeKeys();
  keys.bind(car);
  keys.bind(other);
  const chain = new FakeAnchors();
  const options = { domain, keys, sender: chain, storePath: newPath(), now: () => NOW, ...change };
  return { keys, chain, options, gateway: new Gateway(options) };
}

async function wire(sequence: number, change: Partial<TripSummary> = {}, vehicle = car): Promise<Uint8Array> {
  return encodeSummary(await signTrip(vehicle, sequence, domain, change));
}

const refused = (reason: Refusal) => ({ status: "refused", reason });

test("summaries of several vehicles are accepted, put under one root, and proven", async () => {
  const { gateway, chain } = setUp();
  for (const vehicle of [car, other])
    for (const sequence of [1, 2, 3])
      assert.deepEqual(await gateway.accept(await wire(sequence, {}, vehicle)), { status: "accepted" });
  assert.equal(await gateway.anchoredSummary(car.vehicleId, 1), undefined, "in no batch yet");
  await gateway.runOnce();
  const [anchored] = chain.roots.values();
  assert.equal(chain.roots.size, 1);
  assert.equal(anchored?.leafCount, 6);
  assert.equal(anchored.periodStart, tripOf(1n, 1).endedAt);
  assert.equal(anchored.periodEnd, tripOf(1n, 3).endedAt + 1);
  for (const vehicle of [car, other]) {
    for (const sequence of [1, 2, 3]) {
      const proven = await gateway.anchoredSummary(vehicle.vehicleId, sequence);
      assert.ok(proven);
      assert.deepEqual(proven.summary, tripOf(vehicle.vehicleId, sequence));
      const leaf = summaryLeaf(proven.summary, proven.signer, domain);
      assert.ok(await verifyMerkleProof(anchored.root, leaf, proven.proof));
    }
  }
  assert.equal(await gateway.anchoredSummary(car.vehicleId, 4), undefined);
  const { accepted, open, batches, anchored: count } = gateway.stats();
  assert.deepEqual([accepted, open, batches, count], [6, 0, 1, 1]);
  await gateway.runOnce();
  assert.equal(chain.sent, 1, "nothing new, nothing sent");
  await gateway.stop();
});

test("what is no summary, or none of this vehicle and time, is refused and counted by reason", async () => {
  const { gateway, keys } = setUp();
  const revoked = fleetVehicle(3, domain);
  const bounded = fleetVehicle(4, domain);
  keys.bind(revoked, { isRevoked: true });
  keys.bind(bounded, { validFrom: BEGAN + 100, validTo: BEGAN + 5_000 });
  const good = await wire(1);
  const unsigned = good.slice();
  unsigned[unsigned.length - 10] = (unsigned.at(-10) ?? 0) ^ 1;
  const foreign = {
    ...(await signTrip(car, 1, domain)),
    signer: `0x${"11".repeat(84)}`,
    signature: `0x${"22".repeat(64)}`,
  };
  const cases: [Uint8Array, Refusal][] = [
    [new Uint8Array(1_000), "oversize"],
    [new Uint8Array(0), "malformed"],
    [good.slice(0, -1), "malformed"],
    [await wire(0), "malformed"],
    [await wire(1, { endedAt: BEGAN - 1 }), "malformed"],
    [encodeSummary(foreign), "signerUnsupported"],
    [unsigned, "signatureInvalid"],
    [await wire(1, { endedAt: NOW + 61 }), "inFuture"],
    [await wire(1, {}, fleetVehicle(9, domain)), "vehicleUnknown"],
    [await wire(1, {}, { ...car, key: other.key }), "keyUnknown"],
    [await wire(1, {}, revoked), "keyRevoked"],
    [await wire(1, {}, bounded), "keyNotValid"],
    [await wire(1, { startedAt: BEGAN + 200, endedAt: BEGAN + 5_000 }, bounded), "keyNotValid"],
  ];
  for (const [payload, reason] of cases)
    assert.deepEqual(await gateway.accept(payload), refused(reason), reason);
  assert.deepEqual(
    await gateway.accept(await wire(1, { startedAt: BEGAN + 100, endedAt: BEGAN + 4_999 }, bounded)),
    {
      status: "accepted",
    },
  );
  const { refused: counts, accepted, summaries } = gateway.stats();
  assert.deepEqual([counts.malformed, counts.keyNotValid, counts.oversize], [4, 2, 1]);
  assert.deepEqual([accepted, summaries], [1, 1]);
  await gateway.stop();
});

test("a summary goes on from the one before: replayed, reordered, overlapping and falling ones are told apart", async () => {
  const { gateway } = setUp();
  assert.deepEqual(await gateway.accept(await wire(1)), { status: "accepted" });
  assert.deepEqual(await gateway.accept(await wire(1)), { status: "duplicate" });
  assert.deepEqual(
    await gateway.accept(await wire(1, { traceRoot: `0x${"ab".repeat(32)}` })),
    refused("sequenceConflict"),
  );
  assert.deepEqual(
    await gateway.accept(await wire(4)),
    { status: "accepted" },
    "what was left out is in its counters",
  );
  assert.deepEqual(await gateway.accept(await wire(3)), refused("sequenceNotRising"));
  const { endedAt, counters } = tripOf(car.vehicleId, 4);
  assert.deepEqual(await gateway.accept(await wire(5, { startedAt: endedAt - 1 })), refused("overlapping"));
  assert.deepEqual(
    await gateway.accept(await wire(5, { counters: { ...counters, harshBrakes: 0 } })),
    refused("countersFell"),
  );
  assert.deepEqual(
    await gateway.accept(await wire(5, { counters: { ...counters, distanceM: counters.distanceM - 1n } })),
    refused("countersFell"),
  );
  assert.deepEqual(await gateway.accept(await wire(5, { startedAt: endedAt, counters })), {
    status: "accepted",
  });
  assert.deepEqual(await gateway.accept(await wire(1)), { status: "duplicate" }, "however old it is");
  const { gaps, duplicates } = gateway.stats();
  assert.deepEqual([gaps, duplicates], [1, 2]);
  await gateway.stop();
});

test("messages that come at once are taken in their order, and the same one once", async () => {
  const { gateway } = setUp();
  const messages = await Promise.all([1, 2, 2, 3, 1, 4].map((sequence) => wire(sequence)));
  const outcomes = await Promise.all(messages.map((message) => gateway.accept(message)));
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ["accepted", "accepted", "duplicate", "accepted", "duplicate", "accepted"],
  );
  await gateway.stop();
});

test("while keys cannot be read nothing is accepted or refused", async () => {
  const { gateway, keys } = setUp();
  keys.isDown = true;
  await assert.rejects(gateway.accept(await wire(1)), isError("GATEWAY_UNAVAILABLE"));
  keys.isDown = false;
  assert.deepEqual(await gateway.accept(await wire(1)), { status: "accepted" });
  await gateway.stop();
});

test("floods, and messages under another vehicle's topic, are refused before they cost anything", async () => {
  let now = NOW;
  const { gateway, keys } = setUp({ messagesPerMinute: 3, now: () => now });
  const { vehicleId } = car;
  const payload = await wire(1);
  assert.deepEqual(await gateway.receive({ vehicleId: other.vehicleId, payload }), refused("topicForeign"));
  assert.deepEqual(await gateway.receive({ vehicleId, payload: new Uint8Array(5_000) }), refused("oversize"));
  assert.deepEqual(await gateway.receive({ vehicleId, payload: new Uint8Array(5) }), refused("malformed"));
  assert.deepEqual(await gateway.receive({ vehicleId, payload }), { status: "accepted" });
  assert.deepEqual(await gateway.receive({ vehicleId, payload }), refused("flood"));
  now += 60;
  assert.deepEqual(await gateway.receive({ vehicleId, payload }), { status: "duplicate" });
  assert.equal(keys.reads, 2);
  await gateway.stop();
});

test("keys are read once for a while, and a revocation shows after it", async () => {
  let now = NOW;
  const keys = new FakeKeys();
  const reader = cachedKeyReader(keys, {
    ttlSeconds: 60,
    unknownTtlSeconds: 10,
    capacity: 2,
    now: () => now,
  });
  const { gateway } = setUp({ keys: reader, now: () => now });
  assert.deepEqual(await gateway.accept(await wire(1)), refused("vehicleUnknown"));
  keys.bind(car);
  assert.deepEqual(await gateway.accept(await wire(1)), refused("vehicleUnknown"));
  now += 10;
  await Promise.all([gateway.accept(await wire(1)), gateway.accept(await wire(2))]);
  assert.equal(keys.reads, 2);
  keys.bind(car, { isRevoked: true });
  now += 59;
  assert.deepEqual(await gateway.accept(await wire(3)), { status: "accepted" });
  now += 1;
  assert.deepEqual(await gateway.accept(await wire(4)), refused("keyRevoked"));
  keys.isDown = true;
  await assert.rejects(reader.read(1n, "0x01"));
  keys.isDown = false;
  assert.deepEqual(await reader.read(1n, "0x01"), { isVehicleKnown: false }, "failures are not remembered");
  await reader.read(2n, "0x02");
  await reader.read(3n, "0x03");
  const before = keys.reads;
  await reader.read(1n, "0x01");
  assert.equal(keys.reads, before + 1, "the oldest went first");
  await gateway.stop();
});

test("large batches are split, and periods that are not over wait", async () => {
  let now = NOW;
  const { gateway, chain } = setUp({ leavesPerBatch: 2, now: () => now });
  for (const sequence of [1, 2, 3]) await gateway.accept(await wire(sequence));
  await gateway.accept(await wire(4, { endedAt: NOW + 30 }));
  await gateway.accept(await wire(1, {}, other));
  await gateway.runOnce();
  assert.deepEqual(
    [...chain.roots.values()].map(({ leafCount }) => leafCount),
    [2, 1],
  );
  now += 31;
  await gateway.runOnce();
  assert.deepEqual(
    [...chain.roots.values()].map(({ leafCount }) => leafCount),
    [2, 1, 2],
  );
  await gateway.stop();
});

test("when the chain is away anchoring is put off, and nothing is lost", async () => {
  const { gateway, chain } = setUp();
  await gateway.accept(await wire(1));
  chain.isDown = true;
  await assert.rejects(gateway.runOnce(), /down/);
  await gateway.accept(await wire(2));
  await assert.rejects(gateway.runOnce(), /down/);
  chain.isDown = false;
  await gateway.runOnce();
  assert.equal(gateway.stats().anchorFailures, 2);
  assert.deepEqual(
    [...chain.roots.values()].map(({ leafCount }) => leafCount),
    [1, 1],
  );
  await gateway.stop();
});

test("a transaction that is on its way is waited for, one that was lost is sent again, and another's anchor counts", async () => {
  const { gateway, chain } = setUp();
  await gateway.accept(await wire(1));
  chain.isMining = false;
  await gateway.runOnce();
  assert.equal(gateway.stats().anchored, 0);
  chain.mine();
  await gateway.runOnce();
  assert.deepEqual([gateway.stats().anchored, chain.sent], [1, 1]);
  await gateway.accept(await wire(2));
  await gateway.runOnce();
  chain.drop();
  chain.isMining = true;
  await gateway.runOnce();
  assert.deepEqual([gateway.stats().anchored, chain.sent], [2, 3]);
  await gateway.accept(await wire(3));
  await gateway.closeBatch();
  const { root = "" } = (await gateway.anchoredSummary(car.vehicleId, 3)) ?? {};
  // Somebody else anchors it between the question and the transaction.
  chain.at = (point) => {
    if (point === "before send") chain.roots.set(root, { root, leafCount: 1, periodStart: 1, periodEnd: 2 });
  };
  await gateway.runOnce();
  assert.equal(gateway.stats().anchored, 3);
  assert.equal(chain.sent, 3);
  await gateway.stop();
});

const POINTS: AnchorPoint[] = ["asked", "before send", "sent", "before wait", "waited"];
for (const point of POINTS) {
  for (const isMined of [true, false]) {
    test(`stopped dead at "${point}"${isMined ? "" : ", before the transaction is mined"}: every summary is anchored, once`, async () => {
      const { gateway, chain, options } = setUp({ leavesPerBatch: 2 });
      const messages = await Promise.all([1, 2, 3].flatMap((n) => [wire(n), wire(n, {}, other)]));
      for (const message of messages.slice(0, 5)) await gateway.accept(message);
      chain.isMining = isMined;
      const copy = newPath();
      chain.at = (now) => {
        if (now !== point || existsSync(copy)) return;
        // What is on disk at this very moment is all that a process finds that is started after a power cut.
        for (const ending of ["", "-wal"]) copyFileSync(options.storePath + ending, copy + ending);
        throw new Error("the power is cut");
      };
      await gateway.runOnce().catch((error: unknown) => assert.match(String(error), /power/));
      assert.ok(existsSync(copy));
      chain.at = () => {};

      const next = new Gateway({ ...options, storePath: copy });
      // What was sent before may be mined only now, with what is sent again.
      chain.isMining = true;
      // The broker repeats what it has no acknowledgement for, and more.
      for (const message of messages) await next.accept(message);
      await next.runOnce();
      const leaves = new Set<string>();
      for (const vehicle of [car, other]) {
        for (const sequence of [1, 2, 3]) {
          const proven = await next.anchoredSummary(vehicle.vehicleId, sequence);
          assert.ok(proven && chain.roots.has(proven.root));
          leaves.add(summaryLeaf(proven.summary, proven.signer, domain));
        }
      }
      assert.equal(leaves.size, 6);
      const anchored = [...chain.roots.values()].reduce((sum, { leafCount }) => sum + leafCount, 0);
      assert.equal(anchored, 6, "no summary is under two roots");
      assert.equal(next.stats().anchored, next.stats().batches);
      await next.stop();
      await gateway.stop();
    });
  }
}

test("stopped dead between accepting and closing, and between closing and sending: nothing is lost", async () => {
  const { gateway, chain, options } = setUp();
  const cut = (): Gateway => {
    const copy = newPath();
    for (const ending of ["", "-wal"]) copyFileSync(options.storePath + ending, copy + ending);
    return new Gateway({ ...options, storePath: copy });
  };
  await gateway.accept(await wire(1));
  const afterAccept = cut();
  assert.deepEqual(await afterAccept.accept(await wire(1)), { status: "duplicate" });
  assert.equal(await afterAccept.closeBatch(), 1);
  await afterAccept.stop();
  await gateway.closeBatch();
  const afterClose = cut();
  assert.equal(await afterClose.closeBatch(), 0);
  assert.equal(await afterClose.anchorBatches(), 1);
  assert.equal(chain.roots.size, 1);
  await afterClose.stop();
  await gateway.stop();
});

test("a store is one gateway's and one contract's", async () => {
  const { gateway, options } = setUp();
  assert.throws(() => new Gateway(options), isError("GATEWAY_STORE"));
  await gateway.stop();
  const elsewhere = { ...domain, chainId: 1 };
  assert.throws(() => new Gateway({ ...options, domain: elsewhere }), isError("GATEWAY_STORE"));
  const text = newPath();
  writeFileSync(text, "no database, but long enough to be read as one".repeat(100));
  assert.throws(() => new Gateway({ ...options, storePath: text }), isError("GATEWAY_STORE"));
  const again = new Gateway(options);
  await again.stop();
  await assert.rejects(again.accept(await wire(1)), isError("GATEWAY_STORE"));
});

test("P-256 keys are taken as well", async () => {
  const { gateway, keys } = setUp();
  const vehicle = { ...car, key: vehicleKey("p256", `0x${"12".repeat(32)}`, domain.p256Verifier) };
  keys.bind(vehicle);
  assert.deepEqual(await gateway.accept(await wire(1, {}, vehicle)), { status: "accepted" });
  await gateway.stop();
});

test("a transaction that is still pending is not sent again, also not by the next process", async () => {
  let isMined = false;
  const sender = new FakeAnchors();
  sender.isMining = false;
  const wait = async (): Promise<boolean> => {
    if (!isMined) throw new Error("the transaction is not certain yet");
    return true;
  };
  const { gateway, options } = setUp({ sender: Object.assign(sender, { wait }) });
  await gateway.accept(await wire(1));
  await assert.rejects(gateway.runOnce(), /not certain yet/);
  await gateway.stop();
  const next = new Gateway(options);
  await assert.rejects(next.runOnce(), /not certain yet/);
  sender.mine();
  isMined = true;
  await next.runOnce();
  assert.deepEqual([sender.sent, next.stats().anchored], [1, 1]);
  await next.stop();
});

test("intervals close and anchor by themselves", async () => {
  const { gateway, chain } = setUp({ intervalSeconds: 0.02 });
  gateway.start();
  gateway.start();
  await gateway.accept(await wire(1));
  const until = Date.now() + 5_000;
  while (chain.roots.size === 0 && Date.now() < until)
    await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(chain.roots.size, 1);
  await gateway.stop();
});

test("a round that outlasts many intervals tells of its failure once", async () => {
  let ask = 0;
  const errors: unknown[] = [];
  const slow = async (): Promise<undefined> => {
    ask += 1;
    await new Promise((resolve) => setTimeout(resolve, 200));
    throw new Error("the node is slow");
  };
  const sender = Object.assign(new FakeAnchors(), { anchoredAt: slow });
  const { gateway } = setUp({ sender, intervalSeconds: 0.01, onError: (error) => errors.push(error) });
  await gateway.accept(await wire(1));
  gateway.start();
  const until = Date.now() + 5_000;
  while (errors.length < 3 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 5));
  await gateway.stop();
  assert.ok(ask >= 3, "it is tried again");
  assert.equal(errors.length, ask, "each failure is told of once");
});
