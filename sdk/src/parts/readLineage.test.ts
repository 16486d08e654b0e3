import assert from "node:assert/strict";
import { test } from "node:test";
import { id, Interface } from "ethers";
import { partTwinsAbi } from "../abi/PartTwins.js";
import type { ChainError } from "../chain/ChainError.js";
import type { LineageLot } from "./buildLineage.js";
import type { PartError } from "./PartError.js";
import { lotIdOf, partIdOf } from "./partId.js";
import { relatedLots, readLineage, type Lineage, type ReadLineageInput } from "./readLineage.js";
import { FORM, type FakeParts, PARTS_DEPLOYMENT as deployment } from "./testing/FakeParts.js";
import {
  audit,
  auditor,
  carMaker,
  cellMaker,
  CELLS,
  COBALT,
  mine,
  minedCar,
  NICKEL,
  origin,
  PACKS,
  recycler,
} from "./testing/minedCar.js";

const twins = new Interface(partTwinsAbi);
const read = (parts: FakeParts, input: Partial<ReadLineageInput>): Promise<Lineage> =>
  readLineage({ rpc: parts.rpc, deployment, ...input });
const ids = (lots: readonly LineageLot[]): bigint[] => lots.map(({ lotId }) => lotId).sort();
const codes = ({ problems }: Lineage): string[] => problems.map(({ code }) => code);
const find = ({ lots }: Lineage, lotId: bigint): LineageLot => {
  const lot = lots.find((one) => one.lotId === lotId);
  assert.ok(lot, "the lot is in the lineage");
  return lot;
};

test("a lot in the middle has ancestors and descendants, all verified", async () => {
  const lineage = await read(minedCar(), { lotId: CELLS });
  assert.equal(lineage.verified, true, JSON.stringify(codes(lineage)));
  assert.deepEqual(ids(relatedLots(lineage, "ancestor")), [COBALT, NICKEL].sort());
  assert.deepEqual(ids(relatedLots(lineage, "descendant")), [PACKS]);
  assert.deepEqual(
    lineage.edges.map(({ from, to, status, inputs }) => [from, to, status, inputs[0]?.quantity]).sort(),
    [
      [COBALT, CELLS, "verified", 9_500n],
      [NICKEL, CELLS, "verified", 16_000n],
      [CELLS, PACKS, "verified", 80n],
    ].sort(),
  );
  const cells = find(lineage, CELLS);
  assert.equal(cells.maker, cellMaker);
  assert.equal(cells.lot?.quantity, 100n);
  assert.equal(cells.state.consumed, 80n);
  assert.ok((cells.commissioned?.at ?? 0) > 1_700_000_000);
});

test("what else went into a descendant is shown as its co-ancestor, since its hash covers that too", async () => {
  const lineage = await read(minedCar(), { lotId: COBALT });
  assert.deepEqual(ids(relatedLots(lineage, "descendant")), [CELLS, PACKS].sort());
  assert.deepEqual(ids(relatedLots(lineage, "coAncestor")), [NICKEL]);
  assert.equal(lineage.verified, true);
});

test("the order in which a node gives logs does not matter, nor that it gives one twice", async () => {
  const parts = minedCar();
  parts.logs.reverse();
  const twice = parts.logsOf("LotsConsumed")[0];
  assert.ok(twice);
  parts.logs.push({ ...twice });
  const lineage = await read(parts, { lotId: COBALT });
  assert.equal(lineage.verified, true);
  assert.equal(lineage.lots.length, 4);
  assert.equal(lineage.edges.length, 3);
});

test("a dropped commissioning log is named: of the lot, of an ancestor, of a descendant", async () => {
  for (const dropped of [CELLS, COBALT, PACKS]) {
    const parts = minedCar();
    parts.drop(parts.logsOf("LotCommissioned").find((log) => BigInt(log.topics[1] ?? 0) === dropped));
    const lineage = await read(parts, { lotId: dropped === PACKS ? PACKS : CELLS });
    assert.equal(lineage.verified, false);
    assert.deepEqual(
      lineage.problems.map(({ code, lotId }) => [code, lotId]),
      [["LOT_MISSING", dropped]],
    );
    assert.equal(find(lineage, dropped).status, "unverified");
    assert.match(find(lineage, dropped).problem ?? "", /is missing/);
  }
});

test("a dropped log of a use is noticed from the maker's side and from the user's", async () => {
  const parts = minedCar();
  parts.drop(parts.logsOf("LotsConsumed")[0]);
  const up = await read(parts, { lotId: CELLS });
  assert.deepEqual(codes(up), ["INPUTS_MISSING"]);
  assert.match(find(up, CELLS).problem ?? "", /what lot 5 of 0x.* was made of is missing/);
  const down = await read(parts, { lotId: COBALT });
  assert.deepEqual(codes(down), ["USES_MISMATCH"]);
  assert.match(down.problems[0]?.message ?? "", /counts 9500 units of lot 1 .* the logs show 0/);
});

test("an altered word of a lot is noticed, and its edges count as unverified", async () => {
  const parts = minedCar();
  const log = parts.logsOf("LotCommissioned").find(({ topics }) => BigInt(topics[1] ?? 0) === CELLS);
  assert.ok(log);
  const args = twins.parseLog(log)?.args;
  const lot = [...(args?.lot ?? [])];
  lot[3] = 101; // the quantity
  log.data = twins.encodeEventLog("LotCommissioned", [
    CELLS,
    cellMaker,
    lot,
    args?.inputsHash,
    args?.lineage,
  ]).data;
  const lineage = await read(parts, { lotId: CELLS });
  assert.deepEqual(codes(lineage), ["LOT_ALTERED"]);
  assert.deepEqual(
    lineage.edges.filter(({ to }) => to === CELLS).map(({ status }) => status),
    ["unverified", "unverified"],
  );
});

test("a forged edge is noticed: cobalt of another mine put in the place of the one that was used", async () => {
  const parts = minedCar();
  const clean = parts.commission(recycler, 1, { form: FORM.material, material: 1, quantity: 10_000 });
  const log = parts.logsOf("LotsConsumed")[0];
  assert.ok(log);
  const args = twins.parseLog(log)?.args;
  const inputs = [
    [partIdOf(clean), 9_500],
    [partIdOf(NICKEL), 16_000],
  ];
  log.data = twins.encodeEventLog("LotsConsumed", [args?.inputsHash, cellMaker, inputs, false]).data;
  const lineage = await read(parts, { lotId: CELLS });
  assert.deepEqual(
    lineage.problems.map(({ code, lotId }) => [code, lotId]),
    [["INPUTS_ALTERED", CELLS]],
  );
  assert.equal(lineage.edges.find(({ from }) => from === clean)?.status, "unverified");
});

test("an ancestor that nobody commissioned is named", async () => {
  const parts = minedCar();
  const log = parts.logsOf("LotsConsumed")[0];
  assert.ok(log);
  const args = twins.parseLog(log)?.args;
  const unknown = lotIdOf(mine, 77);
  log.data = twins.encodeEventLog("LotsConsumed", [
    args?.inputsHash,
    cellMaker,
    [[partIdOf(unknown), 1]],
    false,
  ]).data;
  const lineage = await read(parts, { lotId: CELLS });
  assert.deepEqual(codes(lineage).sort(), ["INPUTS_ALTERED", "LOT_UNKNOWN"]);
});

test("a revoked certificate of a mine shows on everything made of its cobalt; an expired one is told apart", async () => {
  const parts = minedCar();
  const short = id("test report");
  parts.certify(CELLS, auditor, short, 2, 1);
  parts.mine(3);
  const before = await read(parts, { lotId: PACKS });
  assert.deepEqual(
    find(before, PACKS)
      .inheritedCertificates.map(({ documentHash, state }) => [documentHash, state])
      .sort(),
    [
      [short, "expired"],
      [audit, "valid"],
      [origin, "valid"],
    ].sort(),
  );
  parts.revoke(COBALT, auditor, audit);
  parts.drop(parts.logsOf("CertificateRevoked")[0]); // hiding the log does not help: the contract is asked
  const after = await read(parts, { lotId: COBALT });
  assert.equal(after.verified, true);
  for (const lotId of [CELLS, PACKS]) {
    const revoked = find(after, lotId).inheritedCertificates.find(
      ({ documentHash }) => documentHash === audit,
    );
    assert.equal(revoked?.state, "revoked");
    assert.equal(revoked?.lotId, COBALT);
    assert.ok((revoked?.revokedAt ?? 0) > 0);
  }
  assert.deepEqual(find(after, NICKEL).inheritedCertificates, []);
});

test("a certificate that the contract does not know is not shown, but named", async () => {
  const parts = minedCar();
  const log = parts.logsOf("CertificateIssued")[0];
  assert.ok(log);
  log.topics[2] = id("a better certificate");
  const lineage = await read(parts, { lotId: COBALT });
  assert.deepEqual(codes(lineage), ["CERTIFICATE_ALTERED"]);
  assert.deepEqual(find(lineage, COBALT).certificates, []);
});

test("recovered material begins a new lineage below the old one; a unit has only its own descendants", async () => {
  const parts = minedCar();
  parts.transfer(carMaker, recycler, [partIdOf(PACKS, 6), 1]);
  const [recovered = 0n] = parts.transform(
    recycler,
    [[partIdOf(PACKS, 6), 1]],
    [[2, { form: FORM.material, material: 1, quantity: 700 }]],
    true,
  );
  const lineage = await read(parts, { lotId: COBALT });
  assert.equal(lineage.verified, true, JSON.stringify(lineage.problems.map(({ message }) => message)));
  assert.equal(find(lineage, recovered).isRecovered, true);
  assert.deepEqual(ids(relatedLots(await read(parts, { partId: partIdOf(PACKS, 6) }), "descendant")), [
    recovered,
  ]);
  assert.deepEqual(relatedLots(await read(parts, { partId: partIdOf(PACKS, 1) }), "descendant"), []);
  assert.deepEqual(ids(relatedLots(await read(parts, { partId: partIdOf(PACKS) }), "descendant")), [
    recovered,
  ]);
});

test("it is read at one block: an earlier one shows what was so then, a reorganised one is refused", async () => {
  const parts = minedCar();
  const early = await read(parts, { lotId: CELLS, atBlock: 8 });
  assert.equal(early.verified, true);
  assert.deepEqual(relatedLots(early, "descendant"), []);
  const { rpc } = parts;
  let asked = 0;
  const changing = {
    request: async (call: { method: string; params?: readonly unknown[] }) => {
      const answer = await rpc.request(call);
      if (call.method !== "eth_getBlockByNumber") return answer;
      return ++asked < 2 ? answer : { ...(answer as object), hash: id("another") };
    },
  };
  await assert.rejects(readLineage({ rpc: changing, deployment, lotId: CELLS }), (error: ChainError) => {
    assert.equal(error.code, "CHAIN_RESET");
    return true;
  });
});

test("logs are read page by page when the node limits the range", async () => {
  const parts = minedCar();
  const { rpc } = parts;
  const limited = {
    request: async (call: { method: string; params?: readonly unknown[] }) => {
      const [filter] = (call.params ?? []) as [{ fromBlock?: string; toBlock?: string }?];
      if (call.method === "eth_getLogs" && Number(filter?.toBlock) - Number(filter?.fromBlock) > 2)
        throw new Error("block range is too large");
      return rpc.request(call);
    },
  };
  assert.equal((await readLineage({ rpc: limited, deployment, lotId: COBALT })).verified, true);
});

test("an unknown lot, and neither or both ids, are refused", async () => {
  const parts = minedCar();
  const fails = (input: Partial<ReadLineageInput>, code: string) =>
    assert.rejects(read(parts, input), (error: PartError) => {
      assert.equal(error.code, code);
      return true;
    });
  await fails({ lotId: lotIdOf(mine, 99) }, "PART_UNKNOWN");
  await fails({}, "PART_ID");
  await fails({ lotId: CELLS, partId: partIdOf(CELLS) }, "PART_ID");
});
