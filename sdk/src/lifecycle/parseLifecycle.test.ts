import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { LifecycleError, type LifecycleProblem } from "./LifecycleError.js";
import { checkLifecycle, parseLifecycle, readLifecycle } from "./parseLifecycle.js";
import {
  admission,
  brand,
  destroyed,
  file,
  HEAD_LINES as HEAD,
  inspection,
  keyBound,
  moved,
  NOW,
  OTHER_VIN,
  reading,
  registered,
  resolution,
  service,
  VIN,
  type Line,
} from "./testing/sample.js";

async function problemsOf(source: string | Line[]): Promise<readonly LifecycleProblem[]> {
  try {
    await parseLifecycle(typeof source === "string" ? source : file(source), { now: NOW });
  } catch (error) {
    assert.ok(error instanceof LifecycleError, String(error));
    return error.problems;
  }
  return [];
}

/** The lines are right but for one, which is wrong in one way. */
async function refuses(
  lines: Line[],
  code: string,
  field: string,
  says: RegExp,
  line = HEAD.length + lines.length,
) {
  const problems = await problemsOf([...HEAD, ...lines]);
  assert.deepEqual(
    problems.map((problem) => [problem.code, problem.line, problem.field]),
    [[code, line, field]],
  );
  assert.match(`${problems[0]?.message}; ${problems[0]?.fix}`, says);
}

const accepts = async (lines: Line[]) => assert.deepEqual(await problemsOf([...HEAD, ...lines]), []);

test("a life with every type of line is right, and its events come in the order of the file", async () => {
  const lines = [
    ...HEAD,
    keyBound("2014-05-20"),
    service("s1", "2015-06-01", 15_000),
    reading("r1", "2015-07-01", 16_000, "vehicle"),
    reading("r2", "2015-08-01", 17_000, "holder"),
    inspection("i1", "2017-05-20", 40_000),
    inspection("c1", "2017-05-21", 40_000, { type: "record.corrected", corrects: "i1", kind: undefined }),
    {
      id: "e1",
      at: "2017-06-01",
      type: "record.erased",
      vin: VIN,
      record: "s1",
      reason: "dataSubjectRequest",
    },
    { id: "l1", at: "2017-07-01", type: "title.locked", vin: VIN, lock: "theft", member: "registrar" },
    { id: "l2", at: "2017-07-02", type: "title.unlocked", vin: VIN, lock: "theft", member: "registrar" },
    { id: "t1", at: "2018-01-01", type: "title.transferred", vin: VIN, to: "holder-2" },
    reading("r3", "2018-02-01", 20_000, "workshop", { class: "workshop" }),
    resolution("o1", "2018-03-01", 48_000),
    brand("b1", "2018-04-01"),
    moved("vehicle.exported", "2019-01-01"),
    moved("vehicle.imported", "2020-01-01"),
    destroyed("2021-01-01"),
    { id: "x1", at: "2021-02-01", type: "member.expelled", member: "workshop", reason: "permitLost" },
  ];
  const events = await parseLifecycle(file(lines), { now: NOW });
  assert.deepEqual(
    events.map((event) => event.id),
    lines.map((line) => line.id),
  );
  assert.deepEqual(await checkLifecycle(file(lines), { now: NOW }), { events: lines.length, vehicles: 1 });
});

test("an empty file has no events", async () => {
  assert.deepEqual(await parseLifecycle(""), []);
  assert.deepEqual(await checkLifecycle("\n \n"), { events: 0, vehicles: 0 });
});

test("a line that is not JSON is named, with the line numbers of the others unchanged", async () => {
  const text = file(HEAD).replace("\n", "\n\n{broken\n");
  const problems = await problemsOf(text);
  assert.deepEqual(
    problems.map((problem) => [problem.code, problem.line, problem.field]),
    [["LINE_NOT_JSON", 3, ""]],
  );
});

for (const [what, line] of [
  ["null", "null"],
  ["an array", "[]"],
  ["a number", "7"],
  ["a text", '"x"'],
] as const) {
  test(`${what} is no line`, async () => {
    assert.deepEqual(
      (await problemsOf(line)).map((problem) => problem.code),
      ["LINE_NOT_OBJECT"],
    );
  });
}

test("a line without a known type says so, and nothing else", async () => {
  for (const type of [undefined, 7, "", "toString", "vehicle.sold"]) {
    const problems = await problemsOf([{ id: "a", type }]);
    assert.deepEqual(
      problems.map((problem) => [problem.code, problem.field]),
      [["TYPE_UNKNOWN", "/type"]],
    );
  }
});

test("a file that is not UTF-8 names the line", async () => {
  const good = new TextEncoder().encode(file(HEAD));
  const source = [good, Uint8Array.of(0x7b, 0xff, 0x0a)];
  await assert.rejects(parseLifecycle(source, { now: NOW }), (error: LifecycleError) => {
    assert.deepEqual(
      [error.problems[0]?.code, error.problems[0]?.line, error.count],
      ["LINE_NOT_UTF8", HEAD.length + 1, 1],
    );
    return true;
  });
});

test("a field too many, too few, of the wrong type or form is named by JSON Pointer", async () => {
  await refuses(
    [service("s", "2015-01-01", 1, { colour: "red" })],
    "FIELD_UNKNOWN",
    "/colour",
    /no such field/,
  );
  await refuses(
    [service("s", "2015-01-01", 1, { "a/b~c": 1 })],
    "FIELD_UNKNOWN",
    "/a~1b~0c",
    /no such field/,
  );
  await refuses(
    [service("s", "2015-01-01", 1, { document: undefined })],
    "FIELD_MISSING",
    "/document",
    /missing/,
  );
  await refuses([service("s", "2015-01-01", -1)], "FIELD_INVALID", "/odometer/value", />= 0/);
  await refuses([service("s", "2015-01-01", 1.5)], "FIELD_INVALID", "/odometer/value", /integer/);
  await refuses(
    [service("s", "2015-01-01", 1, { kind: "destruction" })],
    "FIELD_INVALID",
    "/kind",
    /odometerReading/,
  );
  await refuses([registered(OTHER_VIN, { holder: "holder" })], "FIELD_INVALID", "/holder", /reserved/);
  await refuses([registered(OTHER_VIN, { holder: "A. Person" })], "FIELD_INVALID", "/holder", /wrong form/);
});

test("time: impossible, in the future, or going back within a vehicle", async () => {
  await refuses([service("s", "2015-02-30", 1)], "TIME_INVALID", "/at", /2015-02-30/);
  await refuses([service("s", "2015-02-03T25:00:00Z", 1)], "TIME_INVALID", "/at", /date/);
  await refuses([service("s", "2015-02-03T10:00:00", 1)], "FIELD_INVALID", "/at", /wrong form/);
  await refuses([service("s", "2025-01-02", 1)], "TIME_FUTURE", "/at", /future/);
  await refuses([service("s", "2014-05-19", 1)], "OUT_OF_ORDER", "/at", /line 7 of the same vehicle/);
  await refuses(
    [service("s", "2016-01-01", 1), service("t", "2015-12-31T23:59:59Z", 2)],
    "OUT_OF_ORDER",
    "/at",
    /line 8/,
  );
  await refuses(
    [registered(OTHER_VIN, { at: "2013-12-31" })],
    "OUT_OF_ORDER",
    "/at",
    /maker was admitted after/,
  );
});

test("times of different vehicles need no order, and equal times are in order", async () => {
  await accepts([
    service("s", "2016-01-01", 1_000),
    inspection("i", "2016-01-01", 1_000),
    registered(OTHER_VIN, { at: "2014-06-01" }),
  ]);
});

test("an id stands once", async () => {
  await refuses(
    [service("s", "2015-01-01", 1), service("s", "2015-02-01", 2)],
    "ID_DUPLICATE",
    "/id",
    /line 8/,
  );
});

test("VINs: lower case, I, O and Q, 16 and 18 characters, wrong check digit where the market has them", async () => {
  const vin = async (text: string, says: RegExp, market = "DE") => {
    const line = registered(OTHER_VIN, { id: "v", vin: text, market });
    const document = { ...(line.document as Line), vin: text, market };
    const problems = await problemsOf([...HEAD, { ...line, document }]);
    const own = problems.filter((problem) => problem.field === "/vin");
    assert.deepEqual(
      own.map((problem) => [problem.code, problem.line]),
      [["VIN_INVALID", HEAD.length + 1]],
    );
    assert.match(`${own[0]?.message}; ${own[0]?.fix}`, says);
  };
  await vin(OTHER_VIN.toLowerCase(), /WVWZZZAUZEW000008/);
  await vin("WVWZZZAUZEW00000I", /digit 1/);
  await vin("WVWZZZAUZEW0000O8", /digit 0/);
  await vin("WVWZZZAUZEW0000Q8", /digit 0/);
  await vin(OTHER_VIN.slice(1), /16/);
  await vin(`${OTHER_VIN}8`, /18/);
  await vin("1HGCM82643A004352", /check digit is 4.* should be 3.*position 9/, "US");
});

test("a vehicle is registered once, before anything else happens to it", async () => {
  await refuses([registered(VIN, { id: "again" })], "VEHICLE_DUPLICATE", "/vin", /registered already/);
  await refuses(
    [service("s", "2015-01-01", 1, { vin: OTHER_VIN })],
    "VEHICLE_UNKNOWN",
    "/vin",
    /register it first/,
  );
  await refuses([service("s", "2015-01-01", 1, { vin: "WVWZZZ" })], "VEHICLE_UNKNOWN", "/vin", /this has 6/);
});

test("the birth document speaks of the same vehicle and market", async () => {
  const line = registered(OTHER_VIN);
  await refuses(
    [{ ...line, document: { ...(line.document as Line), vin: VIN } }],
    "DOCUMENT_INVALID",
    "/document/vin",
    /not that/,
  );
  await refuses([{ ...line, market: "FR" }], "DOCUMENT_INVALID", "/document/market", /use FR/);
});

test("who acts is a member, of the class it acts in, and not expelled", async () => {
  await refuses(
    [service("s", "2015-01-01", 1, { author: "stranger" })],
    "MEMBER_UNKNOWN",
    "/author",
    /stranger/,
  );
  await refuses(
    [service("s", "2015-01-01", 1, { author: "inspector" })],
    "MEMBER_CLASS",
    "/author",
    /no workshop but inspector/,
  );
  const out = {
    id: "x",
    at: "2015-01-01",
    type: "member.expelled",
    member: "workshop",
    reason: "permitLost",
  };
  await refuses([out, service("s", "2016-01-01", 1)], "MEMBER_UNKNOWN", "/author", /workshop/);
  await accepts([
    out,
    { ...admission("workshop", "workshop", "2015-06-01"), id: "back" },
    service("s", "2016-01-01", 1),
  ]);
  await refuses(
    [{ ...admission("workshop", "workshop"), id: "again" }],
    "MEMBER_DUPLICATE",
    "/member",
    /already/,
  );
  await refuses([{ ...out, member: "stranger" }], "MEMBER_UNKNOWN", "/member", /stranger/);
});

test("a class writes only the kinds that the consortium's table gives it", async () => {
  await refuses(
    [service("s", "2015-01-01", 1, { author: "inspector", class: "inspector" })],
    "WRITER_NOT_ALLOWED",
    "/class",
    /inspector may not write records of kind service; it takes one of workshop, manufacturer/,
  );
  await refuses(
    [service("s", "2015-01-01", 1, { author: "holder", class: undefined })],
    "WRITER_NOT_ALLOWED",
    "/author",
    /holder may not/,
  );
  await refuses(
    [reading("r", "2015-01-01", 1, "holder", { class: "workshop" })],
    "FIELD_UNKNOWN",
    "/class",
    /no class/,
  );
  await refuses([reading("r", "2015-01-01", 1, "workshop")], "FIELD_MISSING", "/class", /class/);
});

test("a document is one of its kind, and problems are named within it", async () => {
  const broken = service("s", "2015-01-01", 1);
  const document = { ...(broken.document as Line), jobs: [{ description: `see ${VIN}` }], price: 3 };
  const problems = await problemsOf([...HEAD, { ...broken, document }]);
  assert.deepEqual(problems.map((problem) => [problem.code, problem.line, problem.field]).sort(), [
    ["DOCUMENT_INVALID", 8, "/document/jobs/0/description"],
    ["DOCUMENT_INVALID", 8, "/document/price"],
  ]);
});

test("brand codes: needed, the document's, and for brands alone", async () => {
  await refuses(
    [brand("b", "2015-01-01", { brandCode: undefined })],
    "BRAND_CODE",
    "/brandCode",
    /needs a brand code/,
  );
  await refuses([brand("b", "2015-01-01", { brandCode: 9 })], "BRAND_CODE", "/brandCode", /another brand/);
  await refuses([brand("b", "2015-01-01", { brandCode: 15 })], "FIELD_INVALID", "/brandCode", /list/);
  await refuses(
    [service("s", "2015-01-01", 1, { brandCode: 11 })],
    "BRAND_CODE",
    "/brandCode",
    /no brand code/,
  );
});

test("a reading has a reading, and a resolution something to resolve", async () => {
  await refuses(
    [reading("r", "2015-01-01", 1, "holder", { odometer: undefined })],
    "ODOMETER_MISSING",
    "/odometer",
    /needs a reading/,
  );
  await refuses([resolution("o", "2015-01-01", 1)], "NOTHING_TO_RESOLVE", "/kind", /contradicts/);
  const fraud = [service("s", "2015-01-01", 50_000), service("t", "2016-01-01", 20_000)];
  await accepts([...fraud, resolution("o", "2016-02-01", 60_000)]);
  await refuses(
    [...fraud, resolution("o", "2016-02-01", 60_000), resolution("p", "2016-03-01", 60_000)],
    "NOTHING_TO_RESOLVE",
    "/kind",
    /contradicts/,
  );
});

test("a correction names an earlier record of the same vehicle, by its author or a registrar", async () => {
  const correction = (change: Line = {}) =>
    inspection("c", "2017-06-01", 40_000, {
      type: "record.corrected",
      corrects: "i",
      kind: undefined,
      ...change,
    });
  const first = inspection("i", "2017-05-20", 40_000);
  await accepts([first, correction()]);
  await refuses([first, correction({ corrects: "nothing" })], "REFERENCE_UNKNOWN", "/corrects", /nothing/);
  await refuses(
    [first, correction({ corrects: "admit-maker" })],
    "REFERENCE_UNKNOWN",
    "/corrects",
    /admit-maker/,
  );
  await refuses(
    [first, registered(OTHER_VIN, { at: "2017-06-01" }), correction({ vin: OTHER_VIN })],
    "REFERENCE_UNKNOWN",
    "/corrects",
    /no earlier line i/,
  );
  await refuses(
    [admission("other", "inspector"), first, correction({ author: "other" })],
    "CORRECTION_FOREIGN",
    "/author",
    /inspector wrote/,
  );
  await accepts([
    reading("r", "2015-01-01", 9, "holder"),
    reading("c", "2015-02-01", 9, "registrar", {
      type: "record.corrected",
      corrects: "r",
      kind: undefined,
      class: "registrar",
    }),
  ]);
});

test("an erasure names an earlier record of the same vehicle", async () => {
  const erased = {
    id: "e",
    at: "2016-01-01",
    type: "record.erased",
    vin: VIN,
    record: "s",
    reason: "authorityOrder",
  };
  await accepts([service("s", "2015-01-01", 1), erased]);
  await refuses([erased], "REFERENCE_UNKNOWN", "/record", /no earlier line s/);
});

test("locks: set once, cleared once, by their controller, and they stop transfers and destruction", async () => {
  const lock = (id: string, at: string, type: string, change: Line = {}) => ({
    ...{ id, at, type: `title.${type}`, vin: VIN, lock: "theft", member: "registrar" },
    ...change,
  });
  const transfer = { id: "t", at: "2017-01-01", type: "title.transferred", vin: VIN, to: "holder-2" };
  await refuses([lock("l", "2015-01-01", "unlocked")], "LOCK_STATE", "/lock", /clear already/);
  await refuses(
    [lock("l", "2015-01-01", "locked"), lock("m", "2016-01-01", "locked")],
    "LOCK_STATE",
    "/lock",
    /set already/,
  );
  await refuses(
    [lock("l", "2015-01-01", "locked", { member: "court" })],
    "MEMBER_CLASS",
    "/member",
    /no registrar/,
  );
  await refuses(
    [lock("l", "2015-01-01", "locked", { lock: "court" })],
    "MEMBER_CLASS",
    "/member",
    /no court/,
  );
  await refuses(
    [lock("l", "2015-01-01", "locked", { lock: "lien" })],
    "FIELD_INVALID",
    "/lock",
    /theft, court/,
  );
  await refuses(
    [lock("l", "2015-01-01", "locked"), transfer],
    "LOCK_STATE",
    "/type",
    /theft lock stops this/,
  );
  await refuses([lock("l", "2015-01-01", "locked"), destroyed("2016-01-01")], "LOCK_STATE", "/type", /theft/);
  await accepts([lock("l", "2015-01-01", "locked"), lock("m", "2016-01-01", "unlocked"), transfer]);
});

test("a vehicle is exported when active, imported when exported, and never changes once destroyed", async () => {
  await refuses(
    [moved("vehicle.imported", "2015-01-01")],
    "VEHICLE_STATUS",
    "/type",
    /active.*exported before/,
  );
  await refuses(
    [moved("vehicle.exported", "2015-01-01"), moved("vehicle.exported", "2016-01-01")],
    "VEHICLE_STATUS",
    "/type",
    /has to be active/,
  );
  const late = { id: "t", at: "2017-01-01", type: "title.transferred", vin: VIN, to: "holder-2" };
  for (const line of [
    late,
    moved("vehicle.exported", "2017-01-01"),
    keyBound("2017-01-01"),
    { ...destroyed("2017-01-01"), id: "again" },
    { ...late, type: "title.locked", to: undefined, lock: "theft", member: "registrar" },
  ]) {
    await refuses([destroyed("2016-01-01"), line], "VEHICLE_DESTROYED", "/vin", /destroyed/);
  }
});

test("a vehicle signs only with a key, and each record later than the one before", async () => {
  await refuses([reading("r", "2015-01-01", 1, "vehicle")], "KEY_MISSING", "/author", /no key/);
  const signed = (id: string, at: string) => reading(id, at, 1, "vehicle");
  await refuses(
    [keyBound("2015-01-01"), signed("r", "2015-01-01"), signed("q", "2015-01-01")],
    "OUT_OF_ORDER",
    "/at",
    /signed a record of this time/,
  );
  await accepts([keyBound("2015-01-01"), signed("r", "2015-01-01"), signed("q", "2015-01-01T00:00:01Z")]);
  await refuses(
    [admission("rival", "manufacturer"), keyBound("2015-01-01", { member: "rival" })],
    "MEMBER_CLASS",
    "/member",
    /maker issued/,
  );
  await accepts([keyBound("2015-01-01", { member: "registrar", class: "registrar" })]);
});

test("a line that is wrong by itself does not make those that refer to it wrong", async () => {
  const lines = [...HEAD];
  lines[2] = { ...lines[2], class: "carpenter" };
  lines[6] = { ...lines[6], market: "Germany" };
  const problems = await problemsOf([...lines, service("s", "2015-01-01", 1)]);
  assert.deepEqual(
    problems.map((problem) => [problem.line, problem.field]),
    [
      [3, "/class"],
      [7, "/market"],
    ],
  );
});

test("the error prints the first 20 problems and counts the rest", async () => {
  const lines = Array.from({ length: 1_500 }, () => "{}\n").join("");
  await assert.rejects(parseLifecycle(lines, { where: "events.jsonl" }), (error: LifecycleError) => {
    assert.equal(error.count, 1_500);
    assert.equal(error.problems.length, 1_000);
    assert.equal(error.message.match(/\nline /g)?.length, 20);
    assert.match(error.message, /1500 problems[^]*line 20, field \/type[^]*and 1480 more; events\.jsonl$/);
    return true;
  });
});

test("the way a file is cut into chunks changes nothing", async () => {
  const bytes = new TextEncoder().encode(`\ufeff${file(HEAD).replaceAll("\n", "\r\n")}`);
  const whole = await parseLifecycle(file(HEAD), { now: NOW });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: bytes.length }), { maxLength: 8 }), async (cuts) => {
      const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
      const chunks = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
      assert.deepEqual(await parseLifecycle(chunks, { now: NOW }), whole);
    }),
    { numRuns: 50 },
  );
});

test("whatever a file holds, the answer is events or a LifecycleError", async () => {
  const json = fc.json().map((text) => text.slice(0, 500));
  const mutated = fc.tuple(fc.nat(), fc.nat(), fc.string()).map(([at, cut, insert]) => {
    const text = file(HEAD);
    const start = at % text.length;
    return text.slice(0, start) + insert + text.slice(start + (cut % 20));
  });
  const field = fc.tuple(
    fc.nat({ max: HEAD.length - 1 }),
    fc.constantFrom(
      "id",
      "at",
      "type",
      "vin",
      "member",
      "class",
      "document",
      "odometer",
      "__proto__",
      "constructor",
    ),
    fc.jsonValue(),
  );
  const typed = field.map(([line, name, value]) =>
    file(
      HEAD.map((each, index) =>
        index === line ? { ...each, ...Object.fromEntries([[name, value]]) } : each,
      ),
    ),
  );
  const source = fc.oneof(fc.string(), json, mutated, typed, fc.uint8Array());
  await fc.assert(
    fc.asyncProperty(source, async (text) => {
      try {
        await parseLifecycle(typeof text === "string" ? text : [text], { now: NOW });
      } catch (error) {
        assert.ok(error instanceof LifecycleError, String(error));
        assert.ok(error.problems.every((problem) => problem.line > 0 && problem.fix !== ""));
      }
    }),
    { numRuns: 400 },
  );
});

test("a line of more than 256 KiB is refused without being kept", async () => {
  function* endless() {
    for (let i = 0; i < 300; i++) yield "x".repeat(1_024);
    yield "\n{}";
  }
  await assert.rejects(parseLifecycle(endless()), (error: LifecycleError) => {
    assert.deepEqual(
      error.problems.map((problem) => [problem.code, problem.line]),
      [
        ["LINE_TOO_LONG", 1],
        ["TYPE_UNKNOWN", 2],
      ],
    );
    return true;
  });
});

test("a checked file that was changed since is refused where it is broken", async () => {
  const read: string[] = [];
  await assert.rejects(async () => {
    for await (const event of readLifecycle(`${file(HEAD)}{`)) read.push(event.id);
  }, LifecycleError);
  assert.equal(read.length, HEAD.length);
});
