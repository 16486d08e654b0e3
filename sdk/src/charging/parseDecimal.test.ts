import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { fraction } from "../parts/fraction.js";
import { ChargingError } from "./ChargingError.js";
import { parseDecimal, toJsonNumber } from "./parseDecimal.js";

function refused(action: () => unknown, pattern: RegExp): void {
  assert.throws(action, (error) => {
    assert.ok(error instanceof ChargingError && error.code === "DECIMAL_INEXACT");
    assert.match(error.message, pattern);
    return true;
  });
}

test("texts are taken digit by digit", () => {
  assert.deepEqual(parseDecimal("0.250"), fraction(1n, 4n));
  assert.deepEqual(parseDecimal("123456789012345678.000000000000000001"), {
    numerator: 123456789012345678000000000000000001n,
    denominator: 10n ** 18n,
  });
  for (const text of ["", "-1", "+1", "1.", ".5", "1e3", "01", "1,5", "0x1", " 1", "1".repeat(40)]) {
    refused(() => parseDecimal(text, "price"), /is no decimal.*price.*write digits/);
  }
});

test("numbers are taken by their shortest text, and refused where it is long", () => {
  assert.deepEqual(parseDecimal(0.1), fraction(1n, 10n));
  assert.deepEqual(parseDecimal(1e-7), fraction(1n, 10_000_000n));
  assert.deepEqual(parseDecimal(1.5e-7), fraction(15n, 100_000_000n));
  assert.deepEqual(parseDecimal(1e21), fraction(10n ** 21n));
  assert.deepEqual(parseDecimal(-0), fraction(0n));
  refused(() => parseDecimal(0.1 + 0.2), /0\.30000000000000004 is no exact decimal/);
  for (const value of [Number.NaN, Infinity, -1, 1 / 3]) refused(() => parseDecimal(value), /decimal/);
});

test("decimals of 15 digits go to JSON numbers and back", () => {
  fc.assert(
    fc.property(fc.nat(999_999_999), fc.nat(999_999), fc.nat(6), (high, low, places) => {
      const value = fraction(BigInt(high) * 1_000_000n + BigInt(low), 10n ** BigInt(places));
      assert.deepEqual(parseDecimal(toJsonNumber(value)), value);
    }),
  );
  assert.equal(toJsonNumber(fraction(-12_345n, 1_000n)), -12.345);
  refused(() => toJsonNumber(fraction(1n, 3n)), /1\/3 has more than 15 digits.*amountDecimals/);
  refused(() => toJsonNumber(fraction(1_234_567_890_123_456_789n, 10n ** 18n)), /more than 15 digits/);
});
