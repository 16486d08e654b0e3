import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { LifecycleError } from "./LifecycleError.js";
import { checkLifecycle, parseLifecycle, readLifecycle } from "./parseLifecycle.js";
import { problemsOf, refuses } from "./testing/expectProblems.js";
import {
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
} from "./testing/sample.js";

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
