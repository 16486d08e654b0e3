import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { BRANDS, BRAND_CODES, findBrand } from "./brandTable.js";
import { BrandError, brandsFromBitmap } from "./brandsFromBitmap.js";
import { classifyBrands } from "./classifyBrands.js";
import { OdometerCertification, OdometerUnit, odometerFromChain } from "./odometer.js";

// The rule of the contracts' BrandLib, written a second time.
const isBrandOnChain = (code: number): boolean =>
  code >= 1 && code <= 78 && code !== 15 && code !== 44 && !(code >= 47 && code <= 67);

const withCode =
  (code: string) =>
  (error: unknown): boolean =>
    error instanceof BrandError && error.code === code;

test("the table has each defined code once, in order, and brands are what the contracts take", () => {
  const codes: number[] = BRANDS.map((brand) => brand.code);
  assert.deepEqual(
    codes,
    Array.from({ length: 79 }, (_, code) => code).filter(
      (code) => code !== 44 && !(code >= 47 && code <= 67),
    ),
  );
  for (let code = 0; code < 256; code++) {
    assert.equal(BRAND_CODES.includes(code), isBrandOnChain(code), String(code));
    assert.equal(findBrand(code)?.isBrand ?? false, isBrandOnChain(code), String(code));
  }
});

test("names and classes are those of the standard's table", () => {
  const codesOf = (name: string): number[] =>
    BRANDS.filter((brand) => brand.class === name || ("alsoClass" in brand && brand.alsoClass === name)).map(
      (brand) => brand.code,
    );
  assert.deepEqual(codesOf("severe"), [1, 4, 7, 8, 11, 16, 31, 35, 70]);
  assert.deepEqual(codesOf("repaired"), [9, 10, 13, 21]);
  assert.deepEqual(codesOf("usage"), [12, 17, 18, 19, 20, 26, 27]);
  assert.deepEqual(codesOf("odometer"), [69, 70, 71, 72, 73, 74, 76]);
  assert.equal(findBrand(0)?.name, "Clear");
  assert.equal(findBrand(31)?.name, "Totaled");
  assert.equal(findBrand(78)?.name, "Rectify previous exceeds mechanical limits");
  assert.equal(findBrand(44), undefined);
  assert.equal(new Set(BRANDS.map((brand) => brand.name)).size, BRANDS.length);
});

test("any set of brands survives the way through the bitmap", () => {
  fc.assert(
    fc.property(fc.subarray([...BRAND_CODES]), (codes) => {
      const bitmap = codes.reduce((bits, code) => bits | (1n << BigInt(code)), 0n);
      assert.deepEqual(
        brandsFromBitmap(bitmap).map((brand) => brand.code),
        codes,
      );
    }),
  );
});

test("a bitmap with a bit that is no brand is refused by name", () => {
  for (let bit = 0; bit < 256; bit++) {
    if (isBrandOnChain(bit)) continue;
    assert.throws(
      () => brandsFromBitmap((1n << BigInt(bit)) | (1n << 11n)),
      withCode("BRAND_BITMAP"),
      String(bit),
    );
  }
  assert.throws(() => brandsFromBitmap(1n), /0 \(Clear\)/);
  assert.throws(() => brandsFromBitmap(1n << 50n), /no brand: 50;/);
  assert.throws(() => brandsFromBitmap(-1n), withCode("BRAND_BITMAP"));
});

test("brands are sorted into classes, the gravest first, repetitions once", () => {
  const result = classifyBrands([76, 11, 9, 11, 17, 2]);
  assert.deepEqual(
    [result.severe, result.repaired, result.usage, result.odometer, result.other].map((brands) =>
      brands.map((brand) => brand.code),
    ),
    [[11], [9], [17], [76], [2]],
  );
  assert.equal(result.gravest, "severe");
  assert.equal(classifyBrands([9, 76]).gravest, "repaired");
  assert.equal(classifyBrands([17, 76]).gravest, "odometer");
  assert.equal(classifyBrands([17, 2]).gravest, "usage");
  assert.equal(classifyBrands([2]).gravest, "other");
  assert.equal(classifyBrands([]).gravest, undefined);
});

test("verified tampering is severe and an odometer matter", () => {
  const result = classifyBrands([70]);
  assert.deepEqual([result.severe.length, result.odometer.length, result.other.length], [1, 1, 0]);
});

test("a code that is no brand cannot be classified", () => {
  for (const code of [0, 15, 44, 47, 67, 79, -1, 1.5]) {
    assert.throws(() => classifyBrands([11, code]), withCode("BRAND_CODE"), String(code));
  }
});

test("units and certifications have the numbers that stand on chain", () => {
  assert.deepEqual(OdometerUnit, { None: 0, Km: 1, Mi: 2 });
  assert.deepEqual(Object.values(OdometerCertification), [68, 69, 71, 72]);
  for (const code of Object.values(OdometerCertification)) assert.ok(isBrandOnChain(code));
  assert.deepEqual(odometerFromChain(12_000n, 1n), { value: 12_000, unit: "km" });
  assert.deepEqual(odometerFromChain(7_500, 2), { value: 7_500, unit: "mi" });
  assert.equal(odometerFromChain(0n, 0n), undefined);
  assert.equal(odometerFromChain(5n, 3n), undefined);
});
