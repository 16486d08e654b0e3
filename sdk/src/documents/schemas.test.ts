import assert from "node:assert/strict";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import formatsModule from "ajv-formats";
import { BRAND_CODES } from "../brands/brandTable.js";
import { KIND_WRITERS } from "../consortium/authority.js";
import { contentProblems } from "./contentProblems.js";
import { DocumentError } from "./DocumentError.js";
import { EXAMPLE_CONTENTS } from "./exampleContents.js";
import { RECORD_KINDS, documentType, recordKindName } from "./kinds.js";
import { parseContent } from "./parseContent.js";
import { RECORD_SCHEMAS, type DocumentKindName } from "./schemas/index.js";

const NAMES = Object.keys(RECORD_SCHEMAS) as DocumentKindName[];
const problemsOf = (name: DocumentKindName, changes: Record<string, unknown>): string[] =>
  contentProblems(RECORD_KINDS[name], { ...EXAMPLE_CONTENTS[name], ...changes }, "whole");

test("the kinds are numbered as the contracts number them, and none twice", () => {
  assert.deepEqual(
    Object.values(RECORD_KINDS),
    Array.from({ length: 22 }, (_, i) => i + 1),
  );
  assert.equal(RECORD_KINDS.manufactured, 1);
  assert.equal(RECORD_KINDS.firstRegistered, 2);
  assert.equal(RECORD_KINDS.brand, 10);
  assert.equal(RECORD_KINDS.odometerResolution, 11);
  assert.equal(RECORD_KINDS.forcedTransfer, 12);
  assert.equal(RECORD_KINDS.destruction, 13);
  assert.equal(RECORD_KINDS.import, 14);
  assert.equal(RECORD_KINDS.export, 15);
  assert.equal(recordKindName(9n), "inspection");
  assert.equal(recordKindName(0), undefined);
  assert.equal(recordKindName(21), "recallNotice");
  assert.equal(recordKindName(23), undefined);
});

test("the kinds that have a writer have a schema, and its id is the type of the kind's documents", () => {
  assert.deepEqual(
    NAMES.map((name) => RECORD_KINDS[name]).sort((a, b) => a - b),
    Object.keys(KIND_WRITERS).map(Number),
  );
  for (const name of NAMES) assert.equal(RECORD_SCHEMAS[name].$id, documentType(name));
});

test("every schema compiles in strict mode without a warning", () => {
  const warnings: unknown[] = [];
  const note = (...words: unknown[]): void => void warnings.push(words);
  const ajv = new Ajv2020({ strict: true, allErrors: true, logger: { log: note, warn: note, error: note } });
  formatsModule.default(ajv);
  for (const name of NAMES) ajv.compile(RECORD_SCHEMAS[name]);
  assert.deepEqual(warnings, []);
});

for (const name of NAMES) {
  test(`${name}: the example fits, each required field is asked for, and no other field is let in`, () => {
    assert.deepEqual(problemsOf(name, {}), []);
    const required: readonly string[] = RECORD_SCHEMAS[name].required;
    assert.ok(required.length >= 2);
    for (const field of required) {
      assert.deepEqual(problemsOf(name, { [field]: undefined }), [`content lacks ${field}`]);
      const { [field]: _left, ...rest } = EXAMPLE_CONTENTS[name] as Record<string, unknown>;
      assert.deepEqual(
        contentProblems(RECORD_KINDS[name], rest, "part"),
        [],
        "a partial presentation may lack it",
      );
    }
    for (const field of ["name", "holder", "address", "plate", "email", "latitude"]) {
      assert.deepEqual(problemsOf(name, { [field]: "x" }), [`content may not have a field ${field}`]);
    }
    for (const field of Object.keys(RECORD_SCHEMAS[name].properties)) {
      assert.notDeepEqual(problemsOf(name, { [field]: { unheardOf: 1 } }), [], field);
      assert.notDeepEqual(problemsOf(name, { [field]: null }), [], field);
    }
  });

  test(`${name}: the VIN has a place only in a birth record`, () => {
    const isBirth = name === "manufactured" || name === "firstRegistered";
    assert.equal("vin" in RECORD_SCHEMAS[name].properties, isBirth);
    const problems = problemsOf(name, { vin: "WVWZZZ1JZXW000001" });
    assert.deepEqual(problems, isBirth ? [] : ["content may not have a field vin"]);
  });
}

test("a VIN in what people write is noticed, in either case, and ordinary text is not", () => {
  const withText = (description: string): string[] => problemsOf("service", { jobs: [{ description }] });
  for (const text of ["WVWZZZ1JZXW000001", "car wvwzzz1jzxw000001 serviced", "VIN:1HGCM82633A004352."]) {
    assert.deepEqual(withText(text), ["jobs.0.description contains what looks like a VIN"], text);
  }
  for (const text of [
    "Oil change",
    "AWVWZZZ1JZXW000001",
    "12345678901234567",
    "part 5Q0615301FABCD",
    "Bremsbeläge",
  ]) {
    assert.deepEqual(withText(text), [], text);
  }
});

test("organisation ids follow their scheme", () => {
  const good = [
    { scheme: "bpn", value: "BPNL000000000ABC" },
    { scheme: "bpn", value: "BPNS000000000ABC" },
    { scheme: "lei", value: "529900T8BM49AURSDO55" },
    { scheme: "gln", value: "4012345000009" },
    { scheme: "eori", value: "DE123456789012345" },
    { scheme: "did", value: "did:web:example.org:workshop" },
  ];
  const bad = [
    { scheme: "bpn", value: "BPNX000000000ABC" },
    { scheme: "lei", value: "529900T8BM49AURSDO5" },
    { scheme: "gln", value: "401234500000" },
    { scheme: "eori", value: "123" },
    { scheme: "did", value: "web:example.org" },
    { scheme: "vat", value: "DE123456789" },
    { scheme: "gln" },
    { scheme: "gln", value: "4012345000009", name: "x" },
  ];
  for (const facility of good) assert.deepEqual(problemsOf("service", { facility }), [], facility.value);
  for (const facility of bad)
    assert.notDeepEqual(problemsOf("service", { facility }), [], JSON.stringify(facility));
});

test("codes, dates and numbers of the field are held to their form", () => {
  const bad: [DocumentKindName, Record<string, unknown>][] = [
    ["recallRemedy", { campaignNumber: "21X554000" }],
    ["recallRemedy", { campaignNumber: "21V55400" }],
    ["recallRemedy", { campaignNumber: undefined }],
    ["campaignRemedy", { campaignNumber: "21V55400" }],
    ["campaignRemedy", { remedyType: "none" }],
    ["recallNotice", { campaignNumber: "21X554000" }],
    ["recallNotice", { advisory: "drive" }],
    ["partFitted", { part: { nameAtManufacturer: "pack" } }],
    ["partFitted", { bizStep: "removing" }],
    ["partRemoved", { parts: [] }],
    ["partRemoved", { condition: "used" }],
    ["inspection", { inspectedOn: "2026-02-30" }],
    ["inspection", { inspectedOn: "02.03.2026" }],
    ["inspection", { scheme: "MOT" }],
    ["inspection", { defects: [{ code: "1", severity: "grave" }] }],
    ["brand", { jurisdiction: "California" }],
    ["brand", { jurisdiction: "us-ca" }],
    ["accident", { zones: [] }],
    ["accident", { zones: ["front", "front"] }],
    ["accident", { severity: "total" }],
    ["accident", { driveable: "yes" }],
    ["odometerReading", { certification: 70 }],
    ["manufactured", { vin: "WVWZZZ1JZXW00000I" }],
    ["manufactured", { modelYear: 1999.5 }],
    ["manufactured", { vehicleCategory: "M4" }],
    ["service", { nextDueOdometer: { value: -1, unit: "km" } }],
    ["service", { jobs: [] }],
    ["damageAssessment", { estimatedCost: { minorUnits: 1.5, currency: "EUR" } }],
    ["damageAssessment", { accidentRecord: 0 }],
    ["forcedTransfer", { evidenceHash: "0xAB" }],
  ];
  for (const [name, changes] of bad)
    assert.notDeepEqual(problemsOf(name, changes), [], JSON.stringify(changes));
  assert.deepEqual(
    problemsOf("recallRemedy", { campaignNumber: undefined, manufacturerCampaign: "23K7" }),
    [],
  );
});

test("a brand document takes exactly the codes that are brands", () => {
  for (let brandCode = -1; brandCode <= 256; brandCode++) {
    const isAccepted = problemsOf("brand", { brandCode }).length === 0;
    assert.equal(isAccepted, BRAND_CODES.includes(brandCode), String(brandCode));
  }
});

test("unknown input becomes typed content or an error that names place and fields", () => {
  const parsed = parseContent(RECORD_KINDS.accident, JSON.parse(JSON.stringify(EXAMPLE_CONTENTS.accident)));
  assert.equal(parsed.severity, "moderate");
  for (const input of [null, undefined, 5, "x", []]) {
    assert.throws(
      () => parseContent(RECORD_KINDS.accident, input, "line 12"),
      (error) =>
        error instanceof DocumentError && error.code === "DOCUMENT_CONTENT" && error.where === "line 12",
    );
  }
  assert.throws(
    () =>
      parseContent(
        RECORD_KINDS.accident,
        { ...EXAMPLE_CONTENTS.accident, severity: "x", note: "y" },
        "line 12",
      ),
    /content may not have a field note.*severity must be one of minor, moderate, severe; line 12; /,
  );
});

test("content of a kind without a schema is refused", () => {
  assert.deepEqual(contentProblems(RECORD_KINDS.insuranceClaim, {}, "part"), [
    "kind 20 (insuranceClaim) has no schema here",
  ]);
  assert.deepEqual(contentProblems(99, {}, "whole"), ["kind 99 (unknown) has no schema here"]);
});
