import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import formatsModule from "ajv-formats";
import { parseLifecycle } from "./parseLifecycle.js";
import { publishLifecycleSchema } from "./publishLifecycleSchema.js";
import { commissioned } from "./testing/partsSample.js";
import { file, HEAD_LINES, service, type Line } from "./testing/sample.js";

const EXAMPLES = new URL("../../../examples/", import.meta.url);

function validator() {
  const ajv = new Ajv2020({ allErrors: true, strictRequired: false });
  formatsModule.default(ajv);
  return ajv.compile(publishLifecycleSchema());
}

test("examples/lifecycle.schema.json is the published schema", async () => {
  const text = await readFile(new URL("lifecycle.schema.json", EXAMPLES), "utf8");
  assert.deepEqual(
    JSON.parse(text),
    publishLifecycleSchema(),
    "write it anew: node --import tsx scripts/write-lifecycle-schema.ts",
  );
});

for (const name of ["lifecycle.jsonl", "parts.jsonl"]) {
  test(`every line of ${name} fits the published schema, and the file as a whole is right`, async () => {
    const validate = validator();
    const text = await readFile(new URL(name, EXAMPLES), "utf8");
    for (const line of text.trimEnd().split("\n"))
      assert.ok(validate(JSON.parse(line)), `${line}: ${JSON.stringify(validate.errors)}`);
    const events = await parseLifecycle(text);
    assert.ok(events.length >= 80 && events.length <= 160);
  });
}

test("the published schema and the parser refuse the same lines", async () => {
  const validate = validator();
  const good = service("s", "2015-01-01", 1_000);
  const lot = commissioned("lot", "2015-01-01");
  const bad: Line[] = [
    {},
    { ...good, type: "vehicle.sold" },
    { ...good, type: undefined },
    { ...good, colour: "red" },
    { ...good, kind: "manufactured" },
    { ...good, odometer: { value: 1 } },
    { ...good, document: { ...(good.document as Line), jobs: [] } },
    { ...good, document: {} },
    { ...HEAD_LINES[6], document: {} },
    { ...lot, document: {} },
    { ...lot, content: { cobaltG: 1 } },
    { ...lot, quantity: 0 },
    { ...lot, form: "none" },
  ];
  assert.ok(validate(good));
  assert.ok(validate(JSON.parse(JSON.stringify(lot))));
  for (const line of bad) {
    assert.equal(validate(JSON.parse(JSON.stringify(line))), false, JSON.stringify(line));
    await assert.rejects(parseLifecycle(file([...HEAD_LINES.slice(0, 6), line])), JSON.stringify(line));
  }
});
