import assert from "node:assert/strict";
import { test } from "node:test";
import { id } from "ethers";
import { ROLES } from "../consortium/roles.js";
import type { HistoryError } from "../history/HistoryError.js";
import { readHistory } from "../history/readHistory.js";
import { DEPLOYMENT } from "../history/testing/FakeChain.js";
import { buildReport } from "./buildReport.js";
import { parseReport } from "./parseReport.js";
import type { ReportError } from "./ReportError.js";
import { inspector, livedCar, maker, registrar, VIN, vehicleId, workshop } from "./testing/livedCar.js";
import type { Report } from "./types.js";

const car = await livedCar();
const report = await car.report();
const documentOf = (from: Report, index: number) => from.records[index - 1]?.document;

test("a report says at its top whether it is complete, what is verified, and what a buyer should know", () => {
  assert.deepEqual(report.summary, {
    complete: true,
    missing: [],
    problems: [],
    documents: { verified: 8, failed: 0, erased: 0, withheld: 0, missing: 0, total: 8 },
    anomalies: { found: 1, open: 0 },
    brands: [{ code: 70, name: "Not actual: odometer tampering verified", class: "severe" }],
    owners: 2,
  });
  assert.deepEqual(report.vehicle, {
    vehicleId: `0x${vehicleId.toString(16).padStart(64, "0")}`,
    vin: VIN,
    make: "Volkswagen",
    model: "Golf",
    modelYear: 2014,
  });
  assert.deepEqual(report.state.brands, [70]);
  assert.deepEqual(report.title.locks, ["lien"]);
});

test("a report is plain JSON of the published schema", () => {
  assert.deepEqual(parseReport(JSON.parse(JSON.stringify(report))), report);
});

test("a record says who wrote it, in which class, for which organisation, and whether it was a member then", () => {
  const [birth, service] = report.records;
  assert.equal(birth?.author, maker.address);
  assert.equal(birth?.roleName, "manufacturer");
  assert.equal(birth?.wasMember, true);
  assert.equal(service?.organisation, id(`organisation of ${workshop.address}`));
  const reported = report.records[7];
  assert.equal(reported?.wasMember, null);
  assert.equal(reported?.gradeName, "selfReported");
  assert.equal(reported?.organisation, undefined);
});

test("anomalies, resolutions and corrections are linked both ways", () => {
  const links = report.records.map(({ index, anomaly, resolvedBy, corrects, correctedBy }) => ({
    index,
    anomaly,
    resolvedBy,
    corrects,
    correctedBy,
  }));
  assert.deepEqual(links[2], { index: 3, anomaly: "lower", resolvedBy: 4, corrects: 0, correctedBy: [] });
  assert.deepEqual(links[5]?.correctedBy, [7]);
  assert.equal(links[6]?.corrects, 6);
  assert.deepEqual(
    report.odometer.map(({ index, status, corrected }) => [index, status, corrected]),
    [
      [1, "accepted", false],
      [2, "accepted", false],
      [3, "quarantined", false],
      [4, "resolution", false],
      [6, "accepted", true],
      [7, "accepted", false],
      [8, "accepted", false],
    ],
  );
});

test("the holder chooses what is shown: everything, some fields, no field, or not even the document", async () => {
  const chosen = await car.report({
    reveal: {
      manufactured: ["make", "model", "noSuchField"],
      service: "none",
      brand: "withhold",
      default: "all",
    },
  });
  const birth = documentOf(chosen, 1);
  assert.ok(birth?.status === "present" && birth.ok);
  assert.deepEqual(birth.disclosed, { make: "Volkswagen", model: "Golf" });
  assert.equal(birth.undisclosedCount, 8);
  const service = documentOf(chosen, 2);
  assert.ok(service?.status === "present" && service.ok);
  assert.deepEqual(service.disclosed, {});
  assert.deepEqual(documentOf(chosen, 5), { status: "withheld" });
  assert.deepEqual(chosen.vehicle.vin, undefined, "what is not disclosed is not said either");
  assert.deepEqual(chosen.summary.documents, {
    verified: 7,
    failed: 0,
    erased: 0,
    withheld: 1,
    missing: 0,
    total: 8,
  });
  assert.ok(!JSON.stringify(chosen).includes(VIN));
});

test("an erased document leaves the report complete, and says when it was erased", async () => {
  const erasing = await livedCar();
  const hash = (await erasing.history()).records[1]?.documentHash ?? "";
  await erasing.store.erase(hash, "dataSubjectRequest");
  const erased = await erasing.report();
  assert.equal(erased.summary.complete, true);
  assert.equal(erased.summary.documents.erased, 1);
  assert.deepEqual(documentOf(erased, 2), { status: "erased", erasedAt: erasing.chain.time });
});

test("documents that are not at hand, or are not the records', are called so", async () => {
  const compact = (await car.store.get(report.records[0]?.documentHash ?? "")) as { compact: string };
  const found = await car.report({
    documents: (hash) =>
      hash === report.records[1]?.documentHash
        ? { status: "present", compact: compact.compact }
        : hash === report.records[2]?.documentHash
          ? { status: "present", compact: "nonsense" }
          : { status: "missing" },
    reveal: { service: ["jobs"] },
  });
  assert.deepEqual(found.summary.documents, {
    verified: 0,
    failed: 2,
    erased: 0,
    withheld: 0,
    missing: 6,
    total: 8,
  });
  const wrong = documentOf(found, 2);
  assert.ok(wrong?.status === "present" && !wrong.ok);
  assert.deepEqual(wrong.disclosed, {});
  assert.ok(wrong.problems.some((problem) => problem.code === "DOCUMENT_HASH"));
  const nonsense = documentOf(found, 3);
  assert.ok(nonsense?.status === "present");
  assert.deepEqual(
    nonsense.problems.map((problem) => problem.code),
    ["DOCUMENT_MALFORMED"],
  );
});

test("a report of an incomplete history says which record is missing", async () => {
  const lying = await livedCar();
  const log = lying.chain.recordLogs(vehicleId)[4];
  lying.chain.logs.splice(lying.chain.logs.indexOf(log as never), 1);
  const { summary, records } = await lying.report();
  assert.equal(summary.complete, false);
  assert.deepEqual(summary.missing, [5]);
  assert.equal(records.length, 7);
  assert.equal(summary.problems[0]?.code, "RECORD_MISSING");
});

test("there is no report of an unknown vehicle", async () => {
  const history = await readHistory({ rpc: car.chain.rpc, deployment: DEPLOYMENT, vehicleId: 1n });
  await assert.rejects(
    buildReport({ rpc: car.chain.rpc, history, documents: () => ({ status: "missing" }) }),
    (error: HistoryError) => error.code === "VEHICLE_UNKNOWN" && /check the VIN/.test(error.message),
  );
});

test("a VIN that the birth document contradicts is refused; one that it does not disclose is left out", async () => {
  await assert.rejects(
    car.report({ vin: "WVWZZZAUZEW000009" }),
    (error: ReportError) => error.code === "REPORT_VIN" && !error.message.includes("WVW"),
  );
  const silent = await car.report({ reveal: { default: "withhold" }, vin: "WVWZZZAUZEW000009" });
  assert.equal(silent.vehicle.vin, undefined);
});

test("an author's membership is that of the time of the record", async () => {
  const changing = await livedCar();
  const { chain } = changing;
  const before = (await changing.history()).count;
  chain.expel(workshop.address, ROLES.workshop);
  chain.append(vehicleId, { author: workshop.address, kind: 4 });
  chain.admit(workshop.address, ROLES.workshop, id("new organisation"));
  chain.append(vehicleId, { author: workshop.address, kind: 4 });
  const { records, members } = await changing.report();
  assert.equal(records[1]?.wasMember, true, "before the expulsion");
  assert.equal(records[before]?.wasMember, false, "after the expulsion");
  assert.equal(records[before + 1]?.wasMember, true, "admitted again");
  assert.equal(records[before + 1]?.organisation, id("new organisation"));
  const periods = members.filter((member) => member.account === workshop.address);
  assert.equal(periods.length, 2);
  assert.ok(periods[0]?.ended && periods[0].ended.at > periods[0].since);
  assert.equal(periods[1]?.ended, undefined);
  assert.deepEqual(
    [...new Set(members.map((member) => member.account))].sort(),
    [maker, workshop, inspector, registrar].map(({ address }) => address).sort(),
    "only the authors of this car, and no holder",
  );
});
