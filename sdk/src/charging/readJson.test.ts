import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { ChargingError } from "./ChargingError.js";
import { readJson, readJsonDigits } from "./readJson.js";

test("numbers that a double holds are read, others are refused", () => {
  assert.deepEqual(readJson('{"a":0.10,"b":[-2.50,1e3,0],"c":"1.00000000000000000001"}', "f"), {
    a: 0.1,
    b: [-2.5, 1000, 0],
    c: "1.00000000000000000001",
  });
  for (const number of ["0.1000000000000000055", "12345678901234567890", "1.0000000000000001"]) {
    assert.throws(
      () => readJson(`{"price":${number}}`, "tariff.json"),
      (error) => error instanceof ChargingError && /cannot be read exactly; tariff\.json/.test(error.message),
    );
  }
});

test("what is not JSON is refused with the file", () => {
  assert.throws(
    () => readJson("{ price: 1 }", "tariff.json"),
    (error) =>
      error instanceof ChargingError && error.code === "JSON_MALFORMED" && /tariff\.json/.test(error.message),
  );
});

test("digits are left as they were written, and only of numbers", () => {
  assert.deepEqual(readJsonDigits('{"RV":2935.600,"s":"a \\"1.50\\" b","n":[-1.50e2,true,null]}', "f"), {
    RV: "2935.600",
    s: 'a "1.50" b',
    n: ["-1.50e2", true, null],
  });
  fc.assert(
    fc.property(fc.json(), (text) => {
      const numbersAsText = JSON.parse(text, (_, value: unknown) =>
        typeof value === "number" ? `${value}` : value,
      ) as unknown;
      const digits = JSON.stringify(readJsonDigits(text, "f"));
      assert.equal(digits.replaceAll('"-0"', '"0"'), JSON.stringify(numbersAsText).replaceAll('"-0"', '"0"'));
    }),
  );
});
