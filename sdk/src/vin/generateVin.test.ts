import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { computeCheckDigit } from "./computeCheckDigit.js";
import { generateVin } from "./generateVin.js";
import { modelYearCode, modelYearsOf } from "./modelYear.js";
import { validateVin } from "./validateVin.js";
import { VinError } from "./VinError.js";

const golf = { wmi: "WVW", vds: "ZZZ1J", year: 1999, plant: "W", serial: 1, market: "DE" };
const accord = { wmi: "1HG", vds: "CM826", year: 2003, plant: "A", serial: 4352, market: "US" };

const withCode =
  (code: string) =>
  (error: unknown): boolean =>
    error instanceof VinError && error.code === code;

test("position 9 is a check digit where the market asks for one, else Z", () => {
  assert.equal(generateVin(golf), "WVWZZZ1JZXW000001");
  assert.equal(generateVin({ ...golf, market: undefined }), "WVWZZZ1JZXW000001");
  assert.equal(generateVin(accord), "1HGCM82633A004352");
});

test("a given position 9 is kept, and must be right where it is mandatory", () => {
  assert.equal(generateVin({ ...golf, vds: "ZZZ8K9" }).charAt(8), "9");
  assert.equal(generateVin({ ...accord, vds: "CM8263" }), "1HGCM82633A004352");
  assert.throws(() => generateVin({ ...accord, vds: "CM8264" }), withCode("VIN_CHECK_DIGIT"));
});

test("a manufacturer of few vehicles gets its six characters in place", () => {
  const vin = generateVin({ ...golf, wmi: "SA9123", serial: 7 });
  assert.deepEqual([vin.slice(0, 3), vin.slice(11, 14), vin.slice(14)], ["SA9", "123", "007"]);
  assert.equal(validateVin(vin).wmiExtension, "123");
});

test("parts of the wrong form are refused", () => {
  const wrong = [
    { wmi: "WV" },
    { wmi: "WVWX" },
    { wmi: "WVW123" },
    { vds: "ZZZ1" },
    { vds: "ZZZ1JZZ" },
    { year: 1979 },
    { year: 2040 },
    { year: 1999.5 },
    { plant: "" },
    { plant: "WW" },
    { serial: -1 },
    { serial: 1.5 },
    { serial: 1_000_000 },
    { wmi: "SA9123", serial: 1_000 },
  ];
  for (const change of wrong) {
    assert.throws(() => generateVin({ ...golf, ...change }), withCode("VIN_PART"), JSON.stringify(change));
  }
  assert.throws(() => generateVin({ ...golf, vds: "ZZO1J" }), withCode("VIN_CHARACTER"));
  assert.throws(() => generateVin({ ...golf, plant: "w" }), withCode("VIN_CASE"));
  assert.equal(generateVin({ ...golf, serial: 999_999 }).slice(-6), "999999");
  assert.equal(generateVin({ ...golf, serial: 0 }).slice(-6), "000000");
});

test("a model year that position 7 contradicts is refused for the US", () => {
  assert.throws(() => generateVin({ ...accord, year: 2033 }), withCode("VIN_PART"));
  assert.equal(
    validateVin(generateVin({ ...accord, vds: "CM8A6", year: 2033 }), { market: "US" }).modelYear,
    2033,
  );
  assert.equal(generateVin({ ...accord, year: 2033, market: "CN" }).charAt(9), "3");
});

test("years and codes agree over both cycles", () => {
  for (let year = 1980; year <= 2039; year++) {
    assert.ok(modelYearsOf(modelYearCode(year) ?? "")?.includes(year));
  }
  assert.equal(modelYearCode(1980), "A");
  assert.equal(modelYearCode(2000), "Y");
  assert.equal(modelYearCode(2001), "1");
  assert.equal(modelYearCode(2010), "A");
  assert.equal(modelYearCode(2026), "T");
  for (const code of ["I", "O", "Q", "U", "Z", "0", "", "AB", "a"])
    assert.equal(modelYearsOf(code), undefined);
});

test("whatever is generated is valid for its market", () => {
  const part = (length: number): fc.Arbitrary<string> =>
    fc.string({
      unit: fc.constantFrom(..."ABCDEFGHJKLMNPRSTUVWXYZ0123456789"),
      minLength: length,
      maxLength: length,
    });
  fc.assert(
    fc.property(
      part(3),
      part(5),
      part(1),
      fc.nat(999_999),
      fc.integer({ min: 1980, max: 2039 }),
      (wmi, vds, plant, serial, year) => {
        const vin = generateVin({ wmi, vds, plant, serial, year, market: "CN" });
        assert.equal(vin.charAt(8), computeCheckDigit(vin));
        assert.equal(validateVin(vin, { market: "CN" }).checkDigit, "valid");
      },
    ),
  );
});
