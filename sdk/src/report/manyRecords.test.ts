import assert from "node:assert/strict";
import { test } from "node:test";
import { ROLES } from "../consortium/roles.js";
import { issueDocument } from "../documents/issueDocument.js";
import { RECORD_KINDS } from "../documents/kinds.js";
import { readHistory } from "../history/readHistory.js";
import { CHAIN_ID, DEPLOYMENT, FakeChain } from "../history/testing/FakeChain.js";
import { buildReport } from "./buildReport.js";
import { maker, workshop } from "./testing/livedCar.js";
import { verifyReport } from "./verifyReport.js";

const COUNT = 10_000;

test("a car with ten thousand records is read, reported and verified in one go", async () => {
  const chain = new FakeChain();
  chain.admit(maker.address, ROLES.manufacturer);
  chain.admit(workshop.address, ROLES.workshop);
  const vehicleId = 77n;
  chain.register(vehicleId, maker.address, { author: maker.address, kind: RECORD_KINDS.manufactured });
  // One document for all: what is tried here is the number of records.
  const observedAt = chain.time;
  const odometer = { value: 900, unit: "km" } as const;
  const { compact, documentHash } = await issueDocument({
    kind: RECORD_KINDS.odometerReading,
    vehicleId,
    observedAt,
    odometer,
    content: { source: "workshop", certification: 68 },
    chainId: CHAIN_ID,
    signer: workshop,
  });
  const kind = RECORD_KINDS.odometerReading;
  const statement = { author: workshop.address, kind, documentHash, observedAt, odometer };
  for (let written = 1; written < COUNT; written += 500) {
    const length = Math.min(500, COUNT - written);
    chain.appendAll(
      vehicleId,
      Array.from({ length }, () => statement),
    );
  }

  const history = await readHistory({ rpc: chain.rpc, deployment: DEPLOYMENT, vehicleId });
  assert.equal(history.foldedHead, history.head);
  const report = await buildReport({
    rpc: chain.rpc,
    history,
    documents: (hash) => (hash === documentHash ? { status: "present", compact } : { status: "missing" }),
  });
  assert.equal(report.summary.complete, true);
  assert.equal(report.summary.documents.verified, COUNT - 1);
  const result = await verifyReport({ report: JSON.parse(JSON.stringify(report)), rpc: chain.rpc });
  assert.deepEqual(result.problems, []);
  assert.equal(result.records, COUNT);
});
