import assert from "node:assert/strict";
import { test } from "node:test";
import { id } from "ethers";
import { ChainError } from "../chain/ChainError.js";
import { DEPLOYMENT, FakeChain } from "../history/testing/FakeChain.js";
import type { ReportError } from "./ReportError.js";
import { livedCar, rival, secondHolder, vehicleId, workshop } from "./testing/livedCar.js";
import type { Report, ReportProblemCode } from "./types.js";
import { verifyReport, type ReportVerification } from "./verifyReport.js";

const car = await livedCar();
const original = await car.report();

const codes = ({ problems }: ReportVerification): [ReportProblemCode, number | undefined][] =>
  problems.map(({ code, index }) => [code, index]);
const has = (result: ReportVerification, code: ReportProblemCode, index?: number): boolean =>
  result.problems.some((problem) => problem.code === code && problem.index === index);

/** Verifies a copy of the report that somebody changed. */
async function tampered(change: (report: Report) => void): Promise<ReportVerification> {
  const report = structuredClone(original);
  change(report);
  const result = await verifyReport({ report, rpc: car.chain.rpc });
  assert.equal(result.ok, false, "the tampering is refused");
  return result;
}

test("a report about another block than the chain has", async () => {
  const hash = await tampered((report) => (report.chain.atBlock.hash = id("block")));
  assert.deepEqual(codes(hash), [["CHAIN_RESET", undefined]]);
  const time = await tampered((report) => (report.chain.atBlock.timestamp += 1));
  assert.deepEqual(codes(time), [["CHAIN_RESET", undefined]]);
  const future = await tampered((report) => (report.chain.atBlock.number += 1_000_000));
  assert.deepEqual(codes(future), [["CHAIN_RESET", undefined]]);
});

test("a report checked against a chain that was reset since", async () => {
  const fresh = new FakeChain("another chain");
  fresh.mine(2_000);
  fresh.register(vehicleId, secondHolder.address, { author: workshop.address, kind: 1 });
  const result = await verifyReport({ report: original, rpc: fresh.rpc });
  assert.equal(result.ok, false);
  assert.deepEqual(codes(result), [["CHAIN_RESET", undefined]]);
});

test("a report about another chain, other contracts, or a vehicle that nobody registered", async () => {
  const chain = await tampered((report) => (report.chain.chainId = 1));
  assert.deepEqual(codes(chain), [["CHAIN_MISMATCH", undefined]]);
  const contract = await tampered((report) => (report.chain.contracts.VehicleRecords = rival.address));
  assert.deepEqual(codes(contract), [["CONTRACTS_MISMATCH", undefined]]);
  const vehicle = await tampered((report) => (report.vehicle.vehicleId = id("no car")));
  assert.deepEqual(codes(vehicle), [["VEHICLE_UNKNOWN", undefined]]);
});

test("true records beside a consortium, keys or a title of the forger's own", async () => {
  const forged = `0x${"66".repeat(20)}`;
  const honest = car.chain.rpc;
  const rpc = {
    request: async (call: { method: string; params?: readonly unknown[] }) =>
      call.method === "eth_getCode" ? "0x60" : honest.request(call),
  };
  const { Consortium, VehicleTitle } = original.chain.contracts;
  const cases: [Partial<Report["chain"]["contracts"]>, RegExp][] = [
    [{ Consortium: forged }, new RegExp(`the Consortium of VehicleRecords is ${Consortium}`)],
    [{ VehicleRecords: VehicleTitle }, /./],
  ];
  for (const [contracts, message] of cases) {
    const report = structuredClone(original);
    Object.assign(report.chain.contracts, contracts);
    const result = await verifyReport({ report, rpc });
    assert.equal(result.ok, false);
    assert.equal(result.problems[0]?.code, "CONTRACTS_MISMATCH");
    assert.match(result.problems[0].message, message);
  }
});

test("a report that begins to read too late hides where its authors came from", async () => {
  const result = await tampered((report) => (report.chain.fromBlock = 5));
  assert.ok(has(result, "CHAIN_INCOMPLETE", 1));
  const later = await tampered((report) => (report.chain.fromBlock = 100));
  assert.deepEqual(codes(later), [["CHAIN_INCOMPLETE", undefined]]);
});

test("a reader who knows the deployment trusts no other contracts", async () => {
  const trusted = DEPLOYMENT;
  const known = await verifyReport({ report: original, rpc: car.chain.rpc, trusted });
  assert.ok(known.ok);
  assert.deepEqual(known.notes, []);
  const contracts = { ...DEPLOYMENT.contracts, VehicleRecords: rival.address as `0x${string}` };
  const other = await verifyReport({
    report: original,
    rpc: car.chain.rpc,
    trusted: { ...trusted, contracts },
  });
  assert.deepEqual(codes(other), [["CONTRACTS_MISMATCH", undefined]]);
  const chain = await verifyReport({
    report: original,
    rpc: car.chain.rpc,
    trusted: { ...trusted, chainId: 1 },
  });
  assert.deepEqual(codes(chain), [["CHAIN_MISMATCH", undefined]]);
});

test("a node that leaves records out is not believed, and the report not blamed", async () => {
  const lying = await livedCar();
  const report = await lying.report();
  const log = lying.chain.recordLogs(vehicleId)[3];
  lying.chain.logs.splice(lying.chain.logs.indexOf(log as never), 1);
  const result = await verifyReport({ report, rpc: lying.chain.rpc });
  assert.equal(result.ok, false);
  assert.deepEqual(codes(result), [["CHAIN_INCOMPLETE", undefined]]);
  assert.match(result.problems[0]?.message ?? "", /ask another node: record 4 of 8 is missing/);
});

test("a report that says itself that it is not complete is not verified as complete", async () => {
  const lying = await livedCar();
  const removed = lying.chain.logs.indexOf(lying.chain.recordLogs(vehicleId)[3] as never);
  const [log] = lying.chain.logs.splice(removed, 1);
  const report = await lying.report();
  lying.chain.logs.splice(removed, 0, log as never);
  const result = await verifyReport({ report, rpc: lying.chain.rpc });
  assert.equal(result.complete, false);
  assert.ok(has(result, "RECORD_MISSING", 4));
});

test("what is no report is no matter for a chain", async () => {
  const nonsense: unknown[] = [
    null,
    1,
    "report",
    {},
    [],
    { format: original.format },
    { ...original, version: 2 },
  ];
  for (const report of nonsense) {
    await assert.rejects(
      verifyReport({ report, rpc: car.chain.rpc }),
      (error: ReportError) => error.code === "REPORT_FORMAT",
    );
  }
});

test("a node that fails is not a wrong report", async () => {
  const rpc = {
    request: async () => {
      throw new ChainError("RPC_UNREACHABLE", "the node does not answer");
    },
  };
  await assert.rejects(verifyReport({ report: original, rpc }), ChainError);
});
