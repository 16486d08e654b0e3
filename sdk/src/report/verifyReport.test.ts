import assert from "node:assert/strict";
import { test } from "node:test";
import { id } from "ethers";
import { presentDocument } from "../documents/presentDocument.js";
import { readHistory } from "../history/readHistory.js";
import { recordDigest } from "../history/recordDigest.js";
import { DEPLOYMENT } from "../history/testing/FakeChain.js";
import { buildReport } from "./buildReport.js";
import { livedCar, otherId, rival, vehicleId, workshop, firstHolder } from "./testing/livedCar.js";
import type { Report, ReportProblemCode, ReportRecord } from "./types.js";
import { verifyReport, type ReportVerification } from "./verifyReport.js";

const car = await livedCar();
const original = await car.report();
const foreign = await buildReport({
  rpc: car.chain.rpc,
  history: await readHistory({ rpc: car.chain.rpc, deployment: DEPLOYMENT, vehicleId: otherId }),
  documents: (hash) => car.store.get(hash),
});
const digestOf = await recordDigest();

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

/** As a forger would: the record's own digest is made to fit. */
function forge(record: ReportRecord | undefined, change: Partial<ReportRecord>): void {
  assert.ok(record);
  Object.assign(record, change);
  record.digest = digestOf(vehicleId, record);
}

const at = (report: Report, index: number): ReportRecord => {
  const record = report.records[index - 1];
  assert.ok(record);
  return record;
};

test("an untouched report is verified by a node alone", async () => {
  const result = await verifyReport({ report: original, rpc: car.chain.rpc });
  assert.deepEqual(result.problems, []);
  assert.equal(result.ok, true);
  assert.equal(result.complete, true);
  assert.equal(result.verified, 8);
  assert.equal(result.records, 8);
  assert.deepEqual(result.since, { records: 0, titleEvents: 0 });
  assert.match(result.notes[0] ?? "", /Make sure that they are the consortium's/);
});

test("an older report stays true, and it is said what was added since", async () => {
  const growing = await livedCar();
  const report = await growing.report();
  growing.chain.append(vehicleId, {
    author: workshop.address,
    kind: 4,
    odometer: { value: 26_000, unit: "km" },
  });
  growing.chain.transfer(vehicleId, firstHolder.address);
  const result = await verifyReport({ report, rpc: growing.chain.rpc });
  assert.deepEqual(result.problems, []);
  assert.equal(result.ok, true);
  assert.deepEqual(result.since, { records: 1, titleEvents: 1 });
  assert.ok((result.checkedAtBlock?.number ?? 0) > result.atBlock.number);
});

test("a report with partial disclosures, withheld and erased documents is verified as such", async () => {
  const report = await car.report({
    reveal: { manufactured: ["make"], service: "none", brand: "withhold" },
    documents: (hash) =>
      hash === original.records[3]?.documentHash
        ? { status: "erased", erasedAt: 1_700_000_000 }
        : car.store.get(hash),
  });
  const result = await verifyReport({ report, rpc: car.chain.rpc });
  assert.deepEqual(result.problems, []);
  assert.equal(result.complete, true);
  assert.equal(result.verified, 6);
  assert.match(result.notes[1] ?? "", /2 documents are not shown \(1 erased, 1 withheld, 0 not at hand\)/);
});

test("a record dropped", async () => {
  for (const index of [1, 4, 8]) {
    const result = await tampered((report) => report.records.splice(index - 1, 1));
    assert.deepEqual(codes(result), [["RECORD_MISSING", index]]);
    assert.equal(result.complete, false);
  }
});

test("the newest record dropped, and everything else made to fit", async () => {
  const result = await tampered((report) => {
    const last = report.records.pop();
    report.head = last?.headBefore ?? "";
    report.count -= 1;
    report.summary.documents.total -= 1;
    report.summary.documents.verified -= 1;
  });
  assert.ok(has(result, "RECORD_MISSING", 8));
  assert.ok(has(result, "HEAD_MISMATCH"));
  assert.equal(result.complete, false);
});

test("records reordered", async () => {
  const swapped = await tampered((report) => {
    const [second, third] = [at(report, 2), at(report, 3)];
    report.records.splice(1, 2, third, second);
  });
  assert.deepEqual(codes(swapped), [["RECORD_REORDERED", 2]]);
  const renumbered = await tampered((report) => {
    const [second, third] = [at(report, 2), at(report, 3)];
    report.records.splice(1, 2, { ...third, index: 2 }, { ...second, index: 3 });
  });
  assert.deepEqual(codes(renumbered), [
    ["RECORD_REORDERED", 2],
    ["RECORD_REORDERED", 3],
  ]);
});

test("a record altered, in every field that is folded", async () => {
  const changes: Partial<ReportRecord>[] = [
    { kind: 8 },
    { documentHash: id("another document") },
    { code: 11 },
    { odometer: { value: 8_000, unit: "km" } },
    { odometer: { value: 15_000, unit: "mi" } },
    { odometer: undefined },
    { observedAt: 1_600_000_000 },
    { recordedAt: 1_600_000_000 },
    { role: 5 },
    { corrects: 1 },
  ];
  for (const change of changes) {
    const result = await tampered((report) => forge(at(report, 2), change));
    assert.deepEqual(codes(result), [["RECORD_ALTERED", 2]], JSON.stringify(change));
    assert.match(result.problems[0]?.message ?? "", new RegExp(Object.keys(change)[0] ?? "-"));
    assert.equal(result.complete, false);
  }
});

test("a record altered although its digest was left as it was", async () => {
  const result = await tampered((report) => {
    at(report, 3).odometer = { value: 20_000, unit: "km" };
  });
  assert.deepEqual(codes(result), [["RECORD_ALTERED", 3]]);
  assert.match(
    result.problems[0]?.message ?? "",
    /odometer is {"value":9000,"unit":"km"}, not {"value":20000/,
  );
});

test("a digest altered although its fields were left as they were", async () => {
  const result = await tampered((report) => {
    at(report, 3).digest = id("digest");
  });
  assert.deepEqual(codes(result), [["RECORD_ALTERED", 3]]);
  assert.match(result.problems[0]?.message ?? "", /states another digest than its fields have/);
});

test("an author swapped", async () => {
  const result = await tampered((report) => forge(at(report, 2), { author: rival.address }));
  assert.deepEqual(codes(result), [["AUTHOR_SWAPPED", 2]]);
  assert.match(result.problems[0]?.message ?? "", new RegExp(`${workshop.address}, not by ${rival.address}`));
});

test("a foreign vehicle's record put in, or put in the place of another", async () => {
  const other = foreign.records[1];
  assert.ok(other);
  const added = await tampered((report) => report.records.push({ ...other, index: 9 }));
  assert.deepEqual(codes(added), [["RECORD_FOREIGN", 9]]);
  assert.match(added.problems[0]?.message ?? "", new RegExp(otherId.toString(16)));
  const doubled = await tampered((report) => report.records.splice(2, 0, { ...other }));
  assert.deepEqual(codes(doubled), [["RECORD_FOREIGN", 2]]);
  const replaced = await tampered((report) => report.records.splice(1, 1, { ...other }));
  assert.deepEqual(codes(replaced), [["RECORD_FOREIGN", 2]]);
});

test("a record of the vehicle put in twice", async () => {
  const result = await tampered((report) => report.records.splice(3, 0, structuredClone(at(report, 3))));
  assert.deepEqual(codes(result), [["RECORD_FOREIGN", 3]]);
  assert.match(result.problems[0]?.message ?? "", /a second record 3 was put in/);
});

test("an invented record put in", async () => {
  const result = await tampered((report) => {
    const invented = structuredClone(at(report, 2));
    forge(invented, { index: 9, documentHash: id("invented"), transactionHash: id("nowhere") });
    report.records.push(invented);
  });
  assert.deepEqual(codes(result), [["RECORD_FOREIGN", 9]]);
});

test("a document changed: a disclosure, the signature, another document, or none at all", async () => {
  const presentation = (report: Report, index: number): { presentation: string } => {
    const { document } = at(report, index);
    assert.ok(document.status === "present");
    return document;
  };
  const changes: ((text: string) => string)[] = [
    (text) => {
      const parts = text.split("~");
      const altered = JSON.stringify(["salt", "serviceType", "warranty"]);
      return [parts[0], Buffer.from(altered).toString("base64url"), ...parts.slice(2)].join("~");
    },
    (text) => text.replace(/\.[A-Za-z0-9_-]{10}([A-Za-z0-9_-]+~)/, ".AAAAAAAAAA$1"),
    () => presentation(original, 1).presentation,
    () => "nothing",
  ];
  for (const change of changes) {
    const result = await tampered((report) => {
      const document = presentation(report, 2);
      document.presentation = change(document.presentation);
    });
    assert.deepEqual(codes(result), [["DOCUMENT_CHANGED", 2]]);
    assert.equal(result.complete, true, "the record itself stands");
    assert.equal(result.verified, 7);
  }
});

test("a disclosed field that the report words differently from its document", async () => {
  const result = await tampered((report) => {
    const { document } = at(report, 2);
    assert.ok(document.status === "present");
    document.disclosed.serviceType = "warranty";
  });
  assert.deepEqual(codes(result), [["CONTENT_MISMATCH", undefined]]);
  assert.match(
    result.problems[0]?.message ?? "",
    /records\/2\/document\/disclosed\/serviceType should be "scheduled"/,
  );
});

test("a document that is only hidden after all", async () => {
  const report = structuredClone(original);
  const { document } = at(report, 1);
  assert.ok(document.status === "present");
  document.presentation = await presentDocument(document.presentation, ["make"]);
  const result = await verifyReport({ report, rpc: car.chain.rpc });
  assert.ok(!result.ok, "the report still says what it no longer shows");
  assert.ok(result.problems.every((problem) => problem.code === "CONTENT_MISMATCH"));
});

const untruths: [string, ReportProblemCode, (report: Report) => void][] = [
  ["the head", "HEAD_MISMATCH", (report) => (report.head = id("head"))],
  ["the count", "HEAD_MISMATCH", (report) => (report.count = 7)],
  [
    "the last good odometer",
    "STATE_MISMATCH",
    (report) => (report.state.odometer = { value: 9_000, unit: "km" }),
  ],
  ["the brands of the state", "STATE_MISMATCH", (report) => (report.state.brands = [])],
  ["the anomalies of the state", "STATE_MISMATCH", (report) => (report.state.anomalies = ["jump"])],
  ["the number of holders", "HOLDERS_MISMATCH", (report) => (report.title.holderCount = 1)],
  ["the number of owners in the summary", "HOLDERS_MISMATCH", (report) => (report.summary.owners = 1)],
  ["the holder", "CONTENT_MISMATCH", (report) => (report.title.holder = firstHolder.address)],
  ["the locks", "CONTENT_MISMATCH", (report) => (report.title.locks = [])],
  ["the VIN", "CONTENT_MISMATCH", (report) => (report.vehicle.vin = "WVWZZZAUZEW000009")],
  ["the model", "CONTENT_MISMATCH", (report) => (report.vehicle.model = "Phaeton")],
  ["a transfer", "CONTENT_MISMATCH", (report) => report.titleEvents.splice(1, 1)],
  ["an organisation", "CONTENT_MISMATCH", (report) => (at(report, 2).organisation = id("a better one"))],
  ["a membership", "CONTENT_MISMATCH", (report) => (at(report, 8).wasMember = true)],
  ["a class in words", "CONTENT_MISMATCH", (report) => (at(report, 2).roleName = "inspector")],
  ["a kind in words", "CONTENT_MISMATCH", (report) => (at(report, 3).kindName = "inspection")],
  ["an anomaly in words", "CONTENT_MISMATCH", (report) => delete at(report, 3).anomaly],
  ["a correction", "CONTENT_MISMATCH", (report) => (at(report, 6).correctedBy = [])],
  ["a brand in words", "CONTENT_MISMATCH", (report) => delete at(report, 5).brand],
  ["a transaction", "CONTENT_MISMATCH", (report) => (at(report, 2).transactionHash = id("elsewhere"))],
  ["the curve", "CONTENT_MISMATCH", (report) => report.odometer.splice(2, 1)],
  ["the summary's anomalies", "CONTENT_MISMATCH", (report) => (report.summary.anomalies.found = 0)],
  ["the summary's brands", "CONTENT_MISMATCH", (report) => (report.summary.brands = [])],
  ["the summary's documents", "CONTENT_MISMATCH", (report) => (report.summary.documents.verified = 9)],
  ["the completeness", "CONTENT_MISMATCH", (report) => (report.summary.complete = false)],
  ["the members", "CONTENT_MISMATCH", (report) => report.members.pop()],
];

for (const [name, code, change] of untruths) {
  test(`${name} stated wrongly`, async () => {
    const result = await tampered((report) => void change(report));
    assert.deepEqual([...new Set(result.problems.map((problem) => problem.code))], [code]);
  });
}
