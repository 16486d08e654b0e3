import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { concat, id, keccak256 } from "ethers";
import * as fc from "fast-check";
import { vehicleKey } from "../../lifecycle/vehicleKey.js";
import { decodeSummary, encodeSummary, SUMMARY_BYTES_LIMIT } from "../encodeSummary.js";
import { merkleRoot } from "../merkleRoot.js";
import { merkleTree } from "../merkleTree.js";
import { proveSamples } from "../proveSamples.js";
import { summaryDigest } from "../summaryDigest.js";
import { summaryLeaf } from "../summaryLeaf.js";
import { TelemetryError } from "../TelemetryError.js";
import { FakeAnchors } from "../testing/FakeAnchors.js";
import { BEGAN, FakeKeys, fleetVehicle, signTrip, testDomain, tripOf } from "../testing/fleet.js";
import { traceRoot } from "../traceRoot.js";
import { COUNTER_FIELDS, type SignedSummary, type TripSummary } from "../types.js";
import { verifyAnchored } from "../verifyAnchored.js";
import { verifyMerkleProof } from "../verifyMerkleProof.js";
import { verifySamples } from "../verifySamples.js";
import { Gateway, type GatewayOptions } from "./Gateway.js";
import type { Refusal } from "./refusals.js";

const domain = await testDomain();
const NOW = BEGAN + 10_000_000;
const folder = mkdtempSync(join(tmpdir(), "gateway-attacks-"));
after(() => rmSync(folder, { recursive: true }));
let files = 0;
const car = fleetVehicle(1, domain);
const other = fleetVehicle(2, domain);

function setUp(change: Partial<GatewayOptions> = {}) {
  const keys = new FakeKeys();
  keys.bind(car);
  keys.bind(other);
  const chain = new FakeAnchors();
  const options: GatewayOptions = {
    ...{ domain, keys, sender: chain, storePath: join(folder, `${(files += 1)}.db`), now: () => NOW },
    ...change,
  };
  return { keys, chain, options, gateway: new Gateway(options) };
}

/** What becomes of a summary, in one word. */
async function take(gateway: Gateway, signed: SignedSummary): Promise<string> {
  const outcome = await gateway.accept(encodeSummary(signed));
  return outcome.status === "refused" ? outcome.reason : outcome.status;
}

const trip = (sequence: number, change: Partial<TripSummary> = {}, vehicle = car): Promise<SignedSummary> =>
  signTrip(vehicle, sequence, domain, change);

/** Refuses it, counts it once, and keeps nothing of it. */
async function refuses(gateway: Gateway, signed: SignedSummary, reason: Refusal): Promise<void> {
  const before = gateway.stats();
  assert.equal(await take(gateway, signed), reason);
  const { refused, summaries } = gateway.stats();
  assert.equal(refused[reason], before.refused[reason] + 1);
  assert.equal(summaries, before.summaries);
}

test("attack: forged", async () => {
  const { gateway } = setUp();
  const good = await trip(1);
  const { signature } = await trip(1, {}, { ...car, key: other.key });
  await refuses(gateway, { ...good, signature }, "signatureInvalid");
  const { summary } = good;
  for (const changed of [
    { ...summary, vehicleId: other.vehicleId },
    { ...summary, sequence: 2 },
    { ...summary, startedAt: summary.startedAt + 1 },
    { ...summary, endedAt: summary.endedAt + 1 },
    { ...summary, traceRoot: id("another trace") },
  ])
    await refuses(gateway, { ...good, summary: changed }, "signatureInvalid");
  for (const [name, bits] of COUNTER_FIELDS) {
    const counters = { ...summary.counters, [name]: bits === 64 ? 77n : 77 };
    await refuses(gateway, { ...good, summary: { ...summary, counters } }, "signatureInvalid");
  }
  assert.equal(await take(gateway, good), "accepted");
  await gateway.stop();
});

test("attack: revoked key, also of trips before it was revoked", async () => {
  const { gateway, keys } = setUp();
  assert.equal(await take(gateway, await trip(1)), "accepted");
  keys.bind(car, { isRevoked: true });
  await refuses(gateway, await trip(2), "keyRevoked");
  await gateway.stop();
});

test("attack: expired key, and one that is not valid yet", async () => {
  const { gateway, keys } = setUp();
  const { startedAt, endedAt } = tripOf(car.vehicleId, 1);
  keys.bind(car, { validTo: endedAt });
  await refuses(gateway, await trip(1), "keyNotValid");
  keys.bind(car, { validFrom: startedAt + 1 });
  await refuses(gateway, await trip(1), "keyNotValid");
  keys.bind(car, { validFrom: startedAt, validTo: endedAt + 1 });
  assert.equal(await take(gateway, await trip(1)), "accepted");
  await gateway.stop();
});

test("attack: foreign key", async () => {
  const { gateway } = setUp();
  await refuses(gateway, await trip(1, {}, { ...car, key: other.key }), "keyUnknown");
  const stranger = vehicleKey("p256", id("a stranger's key"), domain.p256Verifier);
  await refuses(gateway, await trip(1, {}, { ...car, key: stranger }), "keyUnknown");
  await gateway.stop();
});

test("attack: replayed, also after a restart", async () => {
  const { gateway, options, chain } = setUp();
  for (const sequence of [1, 2, 3]) assert.equal(await take(gateway, await trip(sequence)), "accepted");
  await gateway.runOnce();
  await gateway.stop();
  const next = new Gateway(options);
  for (const sequence of [1, 3, 2]) assert.equal(await take(next, await trip(sequence)), "duplicate");
  await next.runOnce();
  assert.deepEqual([next.stats().summaries, chain.sent], [3, 1], "each is anchored once");
  await next.stop();
});

test("attack: skipped", async () => {
  const { gateway } = setUp();
  assert.equal(await take(gateway, await trip(1)), "accepted");
  assert.equal(await take(gateway, await trip(5)), "accepted", "its counters hold what was left out");
  assert.equal(gateway.stats().gaps, 1, "and it is counted");
  await refuses(gateway, await trip(3), "sequenceNotRising");
  await gateway.stop();
});

test("attack: reordered", async () => {
  const { gateway } = setUp();
  assert.equal(await take(gateway, await trip(2)), "accepted");
  await refuses(gateway, await trip(1), "sequenceNotRising");
  await refuses(gateway, await trip(0), "malformed");
  await refuses(gateway, await trip(2, { traceRoot: id("another trip") }), "sequenceConflict");
  await gateway.stop();
});

test("attack: overlapping", async () => {
  const { gateway } = setUp();
  const { endedAt } = tripOf(car.vehicleId, 1);
  assert.equal(await take(gateway, await trip(1)), "accepted");
  await refuses(gateway, await trip(2, { startedAt: endedAt - 1 }), "overlapping");
  await refuses(gateway, await trip(2, { startedAt: BEGAN - 1_000, endedAt: BEGAN - 500 }), "overlapping");
  assert.equal(await take(gateway, await trip(2, { startedAt: endedAt })), "accepted");
  await gateway.stop();
});

test("attack: counters falling", async () => {
  const { gateway } = setUp();
  const counters = Object.fromEntries(
    COUNTER_FIELDS.map(([name, bits]) => [name, bits === 64 ? 9n : 9]),
  ) as unknown as TripSummary["counters"];
  assert.equal(await take(gateway, await trip(1, { counters })), "accepted");
  for (const [name, bits] of COUNTER_FIELDS) {
    const fallen = { ...counters, [name]: bits === 64 ? 8n : 8 };
    await refuses(gateway, await trip(2, { counters: fallen }), "countersFell");
  }
  assert.equal(await take(gateway, await trip(2, { counters })), "accepted");
  await gateway.stop();
});

test("attack: clock in the future", async () => {
  const { gateway, chain } = setUp({ skewSeconds: 60 });
  await refuses(gateway, await trip(1, { endedAt: NOW + 61 }), "inFuture");
  await refuses(gateway, await trip(1, { endedAt: 2 ** 40 - 1 }), "inFuture");
  assert.equal(await take(gateway, await trip(1, { endedAt: NOW + 60 })), "accepted");
  await gateway.runOnce();
  assert.equal(chain.sent, 0, "no root of a time that is not over");
  await gateway.stop();
});

test("attack: two key periods overlapping", async () => {
  const { gateway, keys } = setUp();
  const second = { ...car, key: fleetVehicle(3, domain).key };
  keys.bind(second);
  assert.equal(await take(gateway, await trip(1)), "accepted");
  await refuses(gateway, await trip(1, {}, second), "sequenceConflict");
  const { startedAt } = tripOf(car.vehicleId, 1);
  await refuses(gateway, await trip(2, { startedAt }, second), "overlapping");
  assert.equal(await take(gateway, await trip(2, {}, second)), "accepted", "keys may follow each other");
  await gateway.stop();
});

test("attack: two periods overlapping, at two gateways", async () => {
  const [first, second] = [setUp(), setUp()];
  const signed = await trip(1);
  for (const { gateway } of [first, second]) assert.equal(await take(gateway, signed), "accepted");
  assert.equal(await take(second.gateway, await trip(1, {}, other)), "accepted");
  const anchored = [];
  for (const { gateway } of [first, second]) {
    await gateway.runOnce();
    anchored.push(await gateway.anchoredSummary(car.vehicleId, 1));
    await gateway.stop();
  }
  const [one, two] = anchored;
  assert.ok(one && two && one.root !== two.root);
  for (const each of [one, two]) assert.equal(await verifyAnchored(each, domain), "valid");
  assert.equal(summaryDigest(one.summary, domain), summaryDigest(two.summary, domain), "it is the same trip");
});

test("attack: second preimage, an inner node shown as a leaf", async () => {
  const { gateway } = setUp();
  for (let sequence = 1; sequence <= 8; sequence += 1) await take(gateway, await trip(sequence));
  await gateway.runOnce();
  const anchored = await gateway.anchoredSummary(car.vehicleId, 5);
  assert.ok(anchored);
  assert.equal(await verifyAnchored(anchored, domain), "valid");
  const leaf = summaryLeaf(anchored.summary, anchored.signer, domain);
  const [sibling = "", ...rest] = anchored.proof;
  const inner = keccak256(concat([leaf, sibling].sort()));
  // The tree alone would take it; a summary whose leaf it is cannot be made, because a leaf is hashed twice.
  assert.ok(await verifyMerkleProof(anchored.root, inner, rest));
  const digest = summaryDigest(anchored.summary, domain);
  assert.notEqual(leaf, keccak256(concat([digest, keccak256(anchored.signer)])));
  for (const proof of [rest, anchored.proof.slice(0, -1), [], [...anchored.proof, anchored.root]])
    assert.equal(await verifyAnchored({ ...anchored, proof }, domain), "notInRoot");
  const moved = await gateway.anchoredSummary(car.vehicleId, 6);
  assert.ok(moved);
  assert.equal(await verifyAnchored({ ...anchored, proof: moved.proof }, domain), "notInRoot");
  assert.equal(await verifyAnchored({ ...anchored, root: leaf }, domain), "notInRoot");
  assert.equal(await verifyAnchored({ ...anchored, summary: moved.summary }, domain), "signatureInvalid");
  await gateway.stop();
});

test("attack: leaf and inner node confused in a trace", async () => {
  const salt = id("salt");
  const samples = [0, 1, 2, 3].map((n) => ({ timeMs: BEGAN * 1_000 + n, speedMmS: n }));
  const root = await traceRoot(samples, salt);
  const shown = await proveSamples({ samples, salt }, 2, 2);
  assert.equal(await verifySamples(shown, root), true);
  // A shorter trace in which the pairs stand as leaves has the same inner hashes, and other leaves.
  for (const count of [2, 3, 5]) assert.equal(await verifySamples({ ...shown, count }, root), false);
  for (const first of [0, 1, 3]) assert.equal(await verifySamples({ ...shown, first }, root), false);
});

test("attack: duplicated leaf", async () => {
  const { gateway, chain } = setUp();
  const signed = await trip(1);
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => take(gateway, signed)));
  assert.deepEqual(outcomes.toSorted(), ["accepted", ...Array.from({ length: 19 }, () => "duplicate")]);
  await gateway.runOnce();
  assert.equal(await take(gateway, signed), "duplicate");
  await gateway.runOnce();
  assert.deepEqual(
    [...chain.roots.values()].map(({ leafCount }) => leafCount),
    [1],
  );
  const leaf = summaryLeaf(signed.summary, signed.signer, domain);
  const isDuplicate = (error: unknown): boolean =>
    error instanceof TelemetryError && error.code === "MERKLE_DUPLICATE";
  await assert.rejects(merkleRoot([leaf, id("another"), leaf]), isDuplicate);
  await assert.rejects(merkleTree([leaf, leaf]), isDuplicate);
  await gateway.stop();
});

test("attack: malformed payloads", async () => {
  const { gateway } = setUp();
  const good = encodeSummary(await trip(1));
  const spoiled = fc
    .record({ at: fc.nat(good.length - 1), by: fc.integer({ min: 1, max: 255 }), cut: fc.nat(3) })
    .map(({ at, by, cut }) => {
      const bytes = good.slice(0, good.length - cut);
      if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ by;
      return bytes;
    })
    .filter((bytes) => Buffer.compare(bytes, good) !== 0);
  let count = 0;
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 700 }), spoiled), async (payload) => {
      count += 1;
      const { status } = await gateway.accept(payload);
      assert.equal(status, "refused");
    }),
    { numRuns: 500 },
  );
  const { refused, summaries } = gateway.stats();
  assert.equal(
    Object.values(refused).reduce((sum, one) => sum + one),
    count,
    "each is counted once",
  );
  assert.equal(summaries, 0);
  assert.equal(await take(gateway, decodeSummary(good)), "accepted");
  await gateway.stop();
});

test("attack: oversize and flood", async () => {
  let now = NOW;
  const { gateway, keys } = setUp({ messagesPerMinute: 5, now: () => now });
  const { vehicleId } = other;
  const sizes = [SUMMARY_BYTES_LIMIT, SUMMARY_BYTES_LIMIT + 1, 2 ** 20];
  const reasons = [];
  for (const size of sizes) reasons.push(await gateway.receive({ vehicleId, payload: new Uint8Array(size) }));
  assert.deepEqual(
    reasons.map((outcome) => outcome.status === "refused" && outcome.reason),
    ["topicForeign", "oversize", "oversize"],
  );
  const payload = encodeSummary(await trip(1));
  for (let n = 0; n < 1_000; n += 1) await gateway.receive({ vehicleId, payload });
  assert.equal(gateway.stats().refused.flood, 998, "two more fit into the minute");
  assert.equal(keys.reads, 0, "none of it cost a look at the chain");
  assert.deepEqual(await gateway.receive({ vehicleId: car.vehicleId, payload }), { status: "accepted" });
  now += 60;
  const late = encodeSummary(await trip(1, {}, other));
  assert.deepEqual(await gateway.receive({ vehicleId, payload: late }), { status: "accepted" });
  await gateway.stop();
});
