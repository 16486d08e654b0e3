import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { AbiCoder, getAddress, id, Interface, keccak256, Wallet } from "ethers";
import { vehicleRecordsAbi } from "../abi/VehicleRecords.js";
import { foldHistory, startFold } from "./foldHistory.js";
import { recordDigest } from "./recordDigest.js";
import { RECORD_BYTES } from "./recordLayout.js";
import {
  CHAIN_ID,
  DEPLOYMENT,
  FakeChain,
  foldPlainly,
  genesis,
  type Statement,
} from "./testing/FakeChain.js";
import type { FoldLog } from "./foldHistory.js";

const recordsAddress = DEPLOYMENT.contracts.VehicleRecords;
const vehicleId = BigInt(id("car"));
const origin = { chainId: CHAIN_ID, recordsAddress, vehicleId };
const maker = getAddress(id("maker").slice(0, 42));
const workshop = getAddress(id("workshop").slice(0, 42));

/** The logs of a vehicle's records, as far as a fold needs them. */
function logsOf(chain: FakeChain, vehicle = vehicleId): FoldLog[] {
  return chain.recordLogs(vehicle).map(({ topics, data }) => ({ topics, data }));
}

function chainOf(statements: readonly Statement[]): FakeChain {
  const chain = new FakeChain();
  const [birth = { author: maker, kind: 1 }, ...rest] = statements;
  chain.register(vehicleId, maker, birth);
  for (const statement of rest) chain.append(vehicleId, statement);
  return chain;
}

function fiveRecords(): FoldLog[] {
  const chain = chainOf([
    { author: maker, kind: 1, odometer: { value: 5, unit: "km" } },
    { author: workshop, kind: 4, odometer: { value: 1_000, unit: "km" } },
    { author: workshop, kind: 4, odometer: { value: 900, unit: "km" } },
    { author: maker, kind: 10, role: 1, code: 11 },
    { author: workshop, kind: 4, corrects: 2, odometer: { value: 1_001, unit: "km" } },
  ]);
  return logsOf(chain);
}

function plainHead(logs: readonly FoldLog[]): string {
  return logs.reduce(
    (head, log) => foldPlainly(head, { topics: [...log.topics], data: log.data }),
    genesis(vehicleId),
  );
}

test("an empty history folds to the genesis of its vehicle", async () => {
  const { head, records, problems } = await foldHistory([], origin);
  assert.equal(head, genesis(vehicleId));
  assert.deepEqual(records, []);
  assert.deepEqual(problems, []);
});

test("a life folds to the head that ethers folds, and each record knows the head before it", async () => {
  const logs = fiveRecords();
  const { head, records, problems } = await foldHistory(logs, origin);
  assert.equal(head, plainHead(logs));
  assert.deepEqual(problems, []);
  assert.deepEqual(
    records.map((record) => record.headBefore),
    logs.map((_, i) => plainHead(logs.slice(0, i))),
  );
  assert.deepEqual(
    records.map((record) => record.index),
    [1, 2, 3, 4, 5],
  );
});

test("the genesis depends on chain, contract and vehicle", async () => {
  const heads = await Promise.all([
    foldHistory([], origin),
    foldHistory([], { ...origin, chainId: 1n }),
    foldHistory([], { ...origin, recordsAddress: workshop }),
    foldHistory([], { ...origin, vehicleId: vehicleId + 1n }),
  ]);
  assert.equal(new Set(heads.map(({ head }) => head)).size, 4);
});

test("a record is decoded as the published ABI decodes it", async () => {
  const [log] = fiveRecords().slice(3);
  assert.ok(log);
  const [record] = (await foldHistory([log], origin)).records;
  const parsed = new Interface(vehicleRecordsAbi).parseLog({ topics: [...log.topics], data: log.data });
  assert.ok(record && parsed);
  const { record: struct, author, kind } = parsed.args;
  assert.equal(record.author, author);
  assert.equal(record.kind, Number(kind));
  assert.equal(record.kindName, "brand");
  assert.equal(record.code, Number(struct.code));
  assert.equal(record.documentHash, struct.documentHash);
  assert.equal(record.observedAt, Number(struct.observedAt));
  assert.equal(record.recordedAt, Number(struct.recordedAt));
  assert.equal(record.role, Number(struct.role));
  assert.equal(record.roleName, "registrar");
  assert.equal(record.odometer, undefined);
});

test("the trust grade follows from the role", async () => {
  const logs = logsOf(
    chainOf([
      { author: maker, kind: 1 },
      { author: workshop, kind: 5, role: 30 },
      { author: workshop, kind: 5, role: 31 },
    ]),
  );
  const { records } = await foldHistory(logs, origin);
  assert.deepEqual(
    records.map(({ grade, gradeName }) => [grade, gradeName]),
    [
      [1, "member"],
      [0, "selfReported"],
      [2, "hardware"],
    ],
  );
});

test("anomalies are found by the contract's rules while folding", async () => {
  const { records, state } = await foldHistory(fiveRecords(), origin);
  assert.deepEqual(
    records.map((record) => record.anomaly),
    [undefined, undefined, "lower", undefined, undefined],
  );
  assert.equal(state.anomalies, 1);
  assert.equal(state.brands, 1n << 11n);
  assert.deepEqual(state.odometer, { value: 1_001, unit: "km" });
});

const tamperings: [string, (logs: FoldLog[]) => FoldLog[]][] = [
  ["a dropped record", (logs) => logs.toSpliced(2, 1)],
  ["a dropped last record", (logs) => logs.slice(0, -1)],
  ["two records swapped", ([a, b, c, d, e]) => [a, c, b, d, e] as FoldLog[]],
  ["a record twice", (logs) => [...logs, logs[0] as FoldLog]],
  ["an altered record", (logs) => logs.with(1, withWord(logs[1] as FoldLog, 3, 9_999n))],
  ["an altered document hash", (logs) => logs.with(1, withWord(logs[1] as FoldLog, 1, 1n))],
  [
    "a swapped author",
    (logs) =>
      logs.with(1, {
        ...(logs[1] as FoldLog),
        topics: logs[1]?.topics.with(2, logs[0]?.topics[2] ?? "") ?? [],
      }),
  ],
  [
    "a swapped kind",
    (logs) =>
      logs.with(1, {
        ...(logs[1] as FoldLog),
        topics: logs[1]?.topics.with(3, logs[0]?.topics[3] ?? "") ?? [],
      }),
  ],
];

for (const [name, tamper] of tamperings) {
  test(`${name} leads to another head`, async () => {
    const logs = fiveRecords();
    const { head } = await foldHistory(tamper(logs), origin);
    assert.notEqual(head, plainHead(logs));
  });
}

test("records out of order and records that occur twice are named", async () => {
  const [a, b, c, d, e] = fiveRecords() as [FoldLog, FoldLog, FoldLog, FoldLog, FoldLog];
  const reordered = await foldHistory([a, c, b, d, e], origin);
  assert.deepEqual(
    reordered.problems.map(({ code, index }) => [code, index]),
    [["RECORD_REORDERED", 2]],
  );
  const twice = await foldHistory([a, b, b, c, d, e], origin);
  assert.deepEqual(
    twice.problems.map(({ code, index }) => [code, index]),
    [["RECORD_DUPLICATED", 2]],
  );
});

test("a foreign vehicle's record is refused by name and not folded", async () => {
  const logs = fiveRecords();
  const other = new FakeChain();
  other.register(7n, workshop, { author: maker, kind: 1 });
  const foreign = logsOf(other, 7n)[0] as FoldLog;
  const { head, records, problems } = await foldHistory(logs.toSpliced(2, 0, foreign), origin);
  assert.equal(head, plainHead(logs));
  assert.equal(records.length, 5);
  assert.equal(problems[0]?.code, "RECORD_FOREIGN");
  assert.match(problems[0].message, /vehicle 0x0+7/);
});

const malformed: [string, (log: FoldLog) => FoldLog][] = [
  [
    "another event",
    (log) => ({ ...log, topics: log.topics.with(0, id("Transfer(address,address,uint256)")) }),
  ],
  ["a missing topic", (log) => ({ ...log, topics: log.topics.slice(0, 3) })],
  ["an author that is no hex", (log) => ({ ...log, topics: log.topics.with(2, `0x${"zz".repeat(32)}`) })],
  ["a short kind", (log) => ({ ...log, topics: log.topics.with(3, "0x04") })],
  ["short data", (log) => ({ ...log, data: log.data.slice(0, -2) })],
  ["long data", (log) => ({ ...log, data: `${log.data}00` })],
  ["data that is no hex", (log) => ({ ...log, data: log.data.replace(/..$/, "zz") })],
  ["no data", (log) => ({ ...log, data: "0x" })],
];

for (const [name, spoil] of malformed) {
  test(`${name} is no record`, async () => {
    const log = { ...(fiveRecords()[0] as FoldLog), transactionHash: "0xabc", logIndex: 3 };
    const { records, problems } = await foldHistory([spoil(log)], origin);
    assert.deepEqual(records, []);
    assert.equal(problems[0]?.code, "RECORD_MALFORMED");
    assert.match(problems[0].message, /log 3 of transaction 0xabc/);
  });
}

test("where a record stands is passed on", async () => {
  const [log] = fiveRecords();
  const place = { blockNumber: 12, logIndex: 3, transactionHash: id("transaction") };
  const { records } = await foldHistory([{ ...(log as FoldLog), ...place }], origin);
  const { blockNumber, logIndex, transactionHash } = records[0] ?? {};
  assert.deepEqual({ blockNumber, logIndex, transactionHash }, place);
});

test("a fold can be fed log by log", async () => {
  const logs = fiveRecords();
  const fold = await startFold(origin);
  for (const [i, log] of logs.entries()) {
    assert.equal(fold.push(log)?.index, i + 1);
    assert.equal(fold.head, plainHead(logs.slice(0, i + 1)));
  }
});

const statement = fc.record({
  author: fc.constantFrom(maker, workshop, Wallet.createRandom().address),
  kind: fc.integer({ min: 1, max: 255 }).filter((kind) => kind !== 10),
  role: fc.integer({ min: 0, max: 63 }),
  documentHash: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => keccak256(bytes)),
  odometer: fc.option(
    fc.record({ value: fc.integer({ min: 0, max: 0xffffffff }), unit: fc.constantFrom("km", "mi") }),
    { nil: undefined },
  ),
  observedAt: fc.integer({ min: 0, max: 2 ** 40 - 1 }),
  corrects: fc.integer({ min: 0, max: 0xffffffff }),
});

test("any life folds as ethers folds it, and its fields alone give the same digests", async () => {
  const digestOf = await recordDigest();
  await fc.assert(
    fc.asyncProperty(fc.array(statement, { maxLength: 12 }), async (statements) => {
      const logs = logsOf(chainOf(statements as Statement[]));
      const { head, records, problems } = await foldHistory(logs, origin);
      assert.deepEqual(problems, []);
      assert.equal(head, plainHead(logs));
      assert.deepEqual(
        records.map((record) => digestOf(vehicleId, record)),
        records.map((record) => record.digest),
      );
    }),
    { numRuns: 60 },
  );
});

test("the layout has as many words as the published event", () => {
  const event = new Interface(vehicleRecordsAbi).getEvent("RecordAppended");
  assert.ok(event);
  const zero = AbiCoder.defaultAbiCoder().getDefaultValue(event.inputs);
  assert.equal(AbiCoder.defaultAbiCoder().encode(event.inputs, [...zero]).length, 2 + 2 * RECORD_BYTES);
});

function withWord(log: FoldLog, word: number, value: bigint): FoldLog {
  const at = 2 + 64 * word;
  const hex = value.toString(16).padStart(64, "0");
  return { ...log, data: log.data.slice(0, at) + hex + log.data.slice(at + 64) };
}
