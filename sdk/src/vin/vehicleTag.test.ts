import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import * as fc from "fast-check";
import { keccak256, toUtf8Bytes } from "ethers";
import { vehicleTag } from "./vehicleTag.js";
import { VinError } from "./VinError.js";

const KEY = Uint8Array.from({ length: 32 }, (_, i) => i + 1);
const anyVin = fc.string({
  unit: fc.constantFrom(..."ABCDEFGHJKLMNPRSTUVWXYZ0123456789"),
  minLength: 17,
  maxLength: 17,
});
const anyKey = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .filter((key) => key.some((byte) => byte !== 0));

const withCode =
  (code: string) =>
  (error: unknown): boolean =>
    error instanceof VinError && error.code === code;

test("the tag is the HMAC-SHA-256 of the VIN, as another implementation computes it", () => {
  fc.assert(
    fc.property(anyVin, anyKey, (vin, key) => {
      const expected = createHmac("sha256", key).update(vin, "ascii").digest("hex");
      assert.equal(vehicleTag(vin, key), BigInt(`0x${expected}`));
      assert.equal(vehicleTag(vin, key), vehicleTag(vin, key.slice()));
    }),
  );
});

test("different VINs have different tags, and so has one VIN under different keys", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(anyVin, { minLength: 2, maxLength: 20 }),
      fc.uniqueArray(anyKey, { minLength: 2, maxLength: 3, selector: String }),
      (vins, keys) => {
        const tags = keys.flatMap((key) => vins.map((vin) => vehicleTag(vin, key)));
        assert.equal(new Set(tags).size, tags.length);
        for (const tag of tags) assert.ok(tag > 0n && tag < 1n << 256n);
      },
    ),
    { numRuns: 20 },
  );
});

test("neighbouring serials have unrelated tags", () => {
  const distance = vehicleTag("WVWZZZ1JZXW000001", KEY) ^ vehicleTag("WVWZZZ1JZXW000002", KEY);
  const changedBits = distance.toString(2).replaceAll("0", "").length;
  assert.ok(changedBits > 80 && changedBits < 176, `${changedBits} of 256 bits differ`);
});

test("the tag is not the VIN's plain hash, which anyone could search for", () => {
  assert.notEqual(vehicleTag("WVWZZZ1JZXW000001", KEY), BigInt(keccak256(toUtf8Bytes("WVWZZZ1JZXW000001"))));
});

test("a key of another length or type, or one that nobody filled, is refused", () => {
  const wrong: unknown[] = [
    new Uint8Array(),
    KEY.slice(1),
    Uint8Array.from([...KEY, 33]),
    new Uint8Array(32),
    "0x" + "11".repeat(32),
    undefined,
  ];
  for (const key of wrong) {
    assert.throws(() => vehicleTag("WVWZZZ1JZXW000001", key as Uint8Array), withCode("REGISTRY_KEY"));
  }
});

test("nothing is normalised: a VIN in lower case or with a space has no tag", () => {
  assert.throws(() => vehicleTag("wvwzzz1jzxw000001", KEY), withCode("VIN_CASE"));
  assert.throws(() => vehicleTag(" WVWZZZ1JZXW000001", KEY), withCode("VIN_LENGTH"));
  assert.throws(() => vehicleTag("WVWZZZ1JZXW00000O", KEY), withCode("VIN_CHARACTER"));
});
