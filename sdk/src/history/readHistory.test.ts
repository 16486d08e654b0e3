import assert from "node:assert/strict";
import { test } from "node:test";
import { getAddress, id, ZeroAddress, ZeroHash } from "ethers";
import type { ChainError } from "../chain/ChainError.js";
import { completeness } from "./completeness.js";
import { historyAt } from "./historyAt.js";
import type { HistoryError } from "./HistoryError.js";
import { proofOf } from "./proofOf.js";
import { readHistory, type ReadProgress } from "./readHistory.js";
import { DEPLOYMENT, FakeChain, foldPlainly } from "./testing/FakeChain.js";
import { recordDigest } from "./recordDigest.js";

const actor = (name: string): string => getAddress(id(name).slice(0, 42));
const [maker, workshop, registrar, court] = ["maker", "workshop", "registrar", "court"].map(actor) as [
  string,
  string,
  string,
  string,
];
const [first, second, third] = ["first", "second", "third"].map(actor) as [string, string, string];
const vehicleId = BigInt(id("car"));

/** A car with some of everything. */
function lived(): FakeChain {
  const chain = new FakeChain();
  chain.register(vehicleId, first, { author: maker, kind: 1, odometer: { value: 5, unit: "km" } });
  chain.append(vehicleId, { author: workshop, kind: 4, odometer: { value: 1_000, unit: "km" } });
  chain.transfer(vehicleId, second);
  chain.append(vehicleId, { author: workshop, kind: 4, odometer: { value: 500, unit: "km" } });
  chain.append(vehicleId, { author: registrar, kind: 10, role: 1, code: 11 });
  chain.setLock(vehicleId, 2, court);
  chain.setLock(vehicleId, 2, court, false);
  chain.transfer(vehicleId, third, true);
  chain.transfer(vehicleId, third);
  chain.setLock(vehicleId, 0, registrar);
  chain.setStatus(vehicleId, 2);
  chain.mine(5);
  return chain;
}

const read = (chain: FakeChain, more: object = {}) =>
  readHistory({ rpc: chain.rpc, deployment: DEPLOYMENT, vehicleId, ...more });

test("a life is read whole, and agrees with the contracts", async () => {
  const chain = lived();
  const history = await read(chain);
  assert.deepEqual(completeness(history), { complete: true, missing: [], problems: [] });
  assert.equal(history.count, 4);
  assert.equal(history.foldedHead, history.head);
  assert.deepEqual(history.atBlock.number, chain.height);
  assert.deepEqual(
    history.records.map((record) => [record.index, record.kindName, record.anomaly]),
    [
      [1, "manufactured", undefined],
      [2, "service", undefined],
      [3, "service", "lower"],
      [4, "brand", undefined],
    ],
  );
  assert.equal(history.state.brands, 1n << 11n);
  assert.deepEqual(history.replayedState, history.state);
});

test("titles are replayed from their events: holders, locks, status and days", async () => {
  const { title, replayedTitle, titleEvents } = await read(lived());
  assert.deepEqual(replayedTitle, title);
  assert.deepEqual(
    { ...title, registeredDay: 0 },
    {
      holder: third,
      issuer: maker,
      status: "exported",
      locks: 1,
      holderCount: 3,
      grantEpoch: 3,
      registeredDay: 0,
    },
  );
  assert.deepEqual(
    titleEvents.map((event) => event.type),
    [
      "registered",
      "transferred",
      "lockSet",
      "lockCleared",
      "transferred",
      "transferred",
      "lockSet",
      "statusChanged",
    ],
  );
  assert.deepEqual(
    titleEvents.flatMap((event) => (event.type === "transferred" ? [event.forced] : [])),
    [false, true, false],
  );
  assert.deepEqual(
    titleEvents.flatMap((event) => (event.type === "lockSet" ? [event.lockName] : [])),
    ["court", "lien"],
  );
  assert.ok(titleEvents.every((event) => event.at >= 1_700_000_000));
});

test("keys and requested transfers of the vehicle are read, others' are not", async () => {
  const chain = lived();
  const keyId = id("key");
  const signer = maker.toLowerCase();
  chain.emitKeys("VehicleKeyBound", [vehicleId, keyId, maker, signer, 1, 2n ** 40n - 1n]);
  chain.emitKeys("VehicleKeyEnded", [vehicleId, keyId, maker, 77, true]);
  chain.emitKeys("VehicleKeyBound", [1n, id("other"), maker, signer, 1, 2]);
  chain.emitTitle("ForcedTransferRequested", [vehicleId, third, first, id("order"), 99]);
  chain.emitTitle("ForcedTransferCancelled", [vehicleId, court]);
  const { titleEvents } = await read(chain);
  const place = new Set(["blockNumber", "logIndex", "transactionHash", "at"]);
  const bodyOf = (event: object) =>
    Object.fromEntries(Object.entries(event).filter(([name]) => !place.has(name)));
  assert.deepEqual(titleEvents.slice(-4).map(bodyOf), [
    {
      type: "keyBound",
      keyId,
      keyAddress: `0x${keyId.slice(26)}`,
      signer,
      binder: maker,
      validFrom: 1,
      validTo: 2 ** 40 - 1,
    },
    { type: "keyEnded", keyId, ender: maker, validTo: 77, isRevoked: true },
    { type: "forcedTransferRequested", from: third, to: first, evidenceHash: id("order"), executableAt: 99 },
    { type: "forcedTransferCancelled", canceller: court },
  ]);
});

test("an unknown vehicle has an empty history, which is not called complete", async () => {
  const history = await readHistory({ rpc: lived().rpc, deployment: DEPLOYMENT, vehicleId: 5n });
  assert.equal(history.count, 0);
  assert.equal(history.head, ZeroHash);
  assert.equal(history.foldedHead, ZeroHash);
  assert.equal(history.title.holder, ZeroAddress);
  const { complete, problems } = completeness(history);
  assert.equal(complete, false);
  assert.equal(problems[0]?.code, "VEHICLE_UNKNOWN");
});

test("other vehicles' records do not mix in", async () => {
  const chain = lived();
  chain.register(9n, first, { author: maker, kind: 1 });
  chain.append(9n, { author: workshop, kind: 4 });
  const history = await read(chain);
  assert.equal(history.records.length, 4);
  assert.ok(completeness(history).complete);
});

test("a node that limits ranges is read all the same", async () => {
  const chain = lived();
  chain.intercept = (method, params) => {
    if (method !== "eth_getLogs") return undefined;
    const { fromBlock, toBlock } = params[0] as { fromBlock: string; toBlock: string };
    if (Number(toBlock) - Number(fromBlock) >= 3) throw new Error("block range is too large, maximum is 3");
    return undefined;
  };
  const progress: ReadProgress[] = [];
  const history = await read(chain, {
    pageBlocks: 1_000,
    onProgress: (step: ReadProgress) => progress.push(step),
  });
  assert.ok(completeness(history).complete);
  assert.ok(progress.length > 4);
  assert.equal(progress.at(-1)?.block, chain.height);
  assert.equal(progress.at(-1)?.records, 4);
});

const dropped = (chain: FakeChain, ...indexes: number[]): void => {
  const logs = chain.recordLogs(vehicleId);
  for (const index of indexes) chain.logs.splice(chain.logs.indexOf(logs[index - 1] as never), 1);
};

test("a record that the node leaves out is named", async () => {
  for (const index of [1, 2, 3, 4]) {
    const chain = lived();
    dropped(chain, index);
    const { complete, missing, problems } = completeness(await read(chain));
    assert.equal(complete, false);
    assert.deepEqual(missing, [index]);
    assert.deepEqual(
      problems.filter((problem) => problem.code === "RECORD_MISSING").map((problem) => problem.message),
      [`record ${index} of 4 is missing`],
    );
    assert.ok(problems.some((problem) => problem.code === "HEAD_MISMATCH"));
  }
});

test("records that are all left out are named, the first twenty one by one", async () => {
  const chain = new FakeChain();
  chain.register(vehicleId, first, { author: maker, kind: 1 });
  chain.appendAll(
    vehicleId,
    Array.from({ length: 30 }, () => ({ author: workshop, kind: 4 })),
  );
  chain.logs.splice(0, chain.logs.length);
  const { missing, problems } = completeness(await read(chain));
  assert.equal(missing.length, 31);
  assert.equal(problems.filter((problem) => problem.code === "RECORD_MISSING").length, 21);
  assert.ok(problems.some((problem) => problem.message === "11 more records are missing"));
});

test("a record that the node altered shows in the head, although no number is missing", async () => {
  const chain = lived();
  const log = chain.recordLogs(vehicleId)[1];
  assert.ok(log);
  log.topics[2] = chain.recordLogs(vehicleId)[0]?.topics[2] ?? "";
  const { complete, missing, problems } = completeness(await read(chain));
  assert.equal(complete, false);
  assert.deepEqual(missing, []);
  assert.deepEqual(
    problems.map((problem) => problem.code),
    ["HEAD_MISMATCH"],
  );
  assert.match(problems[0]?.message ?? "", /all numbers are there/);
});

test("a foreign vehicle's record that the node puts in is named", async () => {
  const chain = lived();
  chain.register(9n, first, { author: maker, kind: 1 });
  const foreign = chain.recordLogs(9n)[0];
  chain.intercept = (method, params) => {
    if (method !== "eth_getLogs") return undefined;
    const answer = chain.logs.filter(
      (log) => log.topics[1] === (params[0] as { topics: string[] }).topics[1],
    );
    return (params[0] as { topics: unknown[] }).topics.length === 2 ? [...answer, foreign] : undefined;
  };
  const history = await read(chain);
  assert.equal(history.foldedHead, history.head);
  const { complete, problems } = completeness(history);
  assert.equal(complete, false);
  assert.deepEqual(
    problems.map((problem) => problem.code),
    ["RECORD_FOREIGN"],
  );
});

test("a transfer that the node leaves out shows in the number of holders", async () => {
  const chain = lived();
  const index = chain.logs.findIndex(
    (log) => log.topics[1] === `0x${"0".repeat(24)}${first.slice(2).toLowerCase()}`,
  );
  chain.logs.splice(index, 1);
  const { complete, problems } = completeness(await read(chain));
  assert.ok(complete, "the records are all there");
  assert.deepEqual(
    problems.map((problem) => problem.code),
    ["HOLDERS_MISMATCH", "TITLE_MISMATCH"],
  );
  assert.match(problems[0]?.message ?? "", /show 2 holders, the title counts 3/);
});

test("a state that the records do not lead to is named", async () => {
  const history = await read(lived());
  const { problems } = completeness({ ...history, state: { ...history.state, anomalies: 0 } });
  assert.deepEqual(
    problems.map((problem) => problem.code),
    ["STATE_MISMATCH"],
  );
});

test("a chain that is reset while it is read is noticed", async () => {
  const chain = lived();
  let asked = 0;
  chain.intercept = (method, params) => {
    if (method !== "eth_getBlockByNumber" || Number(params[0]) !== chain.height) return undefined;
    return ++asked < 1 ? undefined : { number: params[0], hash: id("another block"), timestamp: "0x1" };
  };
  await assert.rejects(read(chain), (error: ChainError) => {
    assert.equal(error.code, "CHAIN_RESET");
    return true;
  });
});

test("a chain that was reset before is noticed: too short, or without the contracts", async () => {
  const fresh = new FakeChain();
  await assert.rejects(
    read(fresh),
    (error: ChainError) => error.code === "CHAIN_RESET" && /block 1 of the deployment/.test(error.message),
  );
  await assert.rejects(
    read(lived(), { atBlock: 1_000 }),
    (error: ChainError) => error.code === "CHAIN_RESET",
  );
  fresh.intercept = (method) => (method === "eth_getCode" ? "0x" : undefined);
  await assert.rejects(read(fresh), (error: ChainError) => error.code === "CONTRACT_MISSING");
});

test("another chain is not read", async () => {
  const deployment = { ...DEPLOYMENT, chainId: 1 };
  await assert.rejects(
    readHistory({ rpc: lived().rpc, deployment, vehicleId }),
    (error: ChainError) => error.code === "CHAIN_MISMATCH",
  );
});

test("everything is asked at one block", async () => {
  const chain = lived();
  await read(chain);
  const blocks = chain.requests.filter(({ method }) => method === "eth_call").map(({ params }) => params[1]);
  assert.equal(new Set(blocks).size, 1);
  const tops = chain.requests
    .filter(({ method }) => method === "eth_getLogs")
    .map(({ params }) => Number((params[0] as { toBlock: string }).toBlock));
  assert.ok(tops.every((top) => top <= chain.height));
});

test("a history as of an earlier block is the one that was read then", async () => {
  const chain = lived();
  const now = await read(chain);
  for (let number = 1; number <= chain.height; number++) {
    const then = await read(chain, { atBlock: number });
    assert.deepEqual(historyAt(now, then.atBlock), then, `block ${number}`);
  }
});

test("an incomplete history proves nothing", async () => {
  const chain = lived();
  dropped(chain, 2);
  const history = await read(chain);
  const isIncomplete = (error: HistoryError): boolean => error.code === "HISTORY_INCOMPLETE";
  assert.throws(() => historyAt(history, history.atBlock), isIncomplete);
  assert.throws(() => proofOf(history, 1), isIncomplete);
});

test("a proof leads from a record to the head", async () => {
  const history = await read(lived());
  const digestOf = await recordDigest();
  for (const { index } of history.records) {
    const { previousHead, author, kind, record, laterDigests } = proofOf(history, index);
    const { odometer: value, odometerUnit, ...rest } = record;
    const odometer =
      odometerUnit === 0
        ? undefined
        : { value, unit: odometerUnit === 2 ? ("mi" as const) : ("km" as const) };
    const digest = digestOf(vehicleId, { ...rest, author, kind, odometer });
    const heads = [digest, ...laterDigests].reduce(
      (head, next) => foldPlainly(head, preimageOf(next)),
      previousHead,
    );
    assert.equal(heads, history.head, `record ${index}`);
  }
  function preimageOf(digest: string): { topics: string[]; data: string } {
    const log = history.records.findIndex((record) => record.digest === digest);
    const { topics, data } = logs[log] ?? { topics: [], data: "0x" };
    return { topics, data };
  }
});

test("there is no proof of a record that does not exist", async () => {
  const history = await read(lived());
  for (const index of [0, 5, -1, 1.5]) {
    assert.throws(
      () => proofOf(history, index),
      (error: HistoryError) => error.code === "RECORD_UNKNOWN",
    );
  }
});

const logs = lived().recordLogs(vehicleId);
