import assert from "node:assert/strict";
import { test } from "node:test";
import { Signature, SigningKey } from "ethers";
import * as fc from "fast-check";
import { decodeHex } from "./encoding.js";
import { compactSignature, isSignatureCheckNative, verifyEs256k, verifyEs256kPortable } from "./signature.js";

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const HALF = ORDER / 2n;
const checks = [verifyEs256k, verifyEs256kPortable];
const word = (value: bigint): string => `0x${value.toString(16).padStart(64, "0")}`;
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });

test("signatures are checked by native code here", () => {
  assert.equal(isSignatureCheckNative, true);
});

test("the native and the portable check agree, on true and on spoiled signatures", () => {
  fc.assert(
    fc.property(bytes32, bytes32, fc.nat(160), fc.boolean(), (digest, secret, at, isSpoiled) => {
      const scalar = BigInt(`0x${Buffer.from(secret).toString("hex")}`);
      fc.pre(scalar > 0n && scalar < ORDER);
      const key = new SigningKey(word(scalar));
      const { r, s } = key.sign(digest);
      const signature = compactSignature(r, s);
      const publicKey = decodeHex(key.publicKey);
      const spoiled = Uint8Array.from([...signature, ...digest, ...publicKey]);
      if (isSpoiled) spoiled[at] = (spoiled[at] ?? 0) ^ 1;
      const results = checks.map((check) =>
        check(spoiled.slice(64, 96), spoiled.slice(0, 64), spoiled.slice(96, 161)),
      );
      assert.deepEqual(results, [!isSpoiled, !isSpoiled]);
    }),
    { numRuns: 60 },
  );
});

test("high s, zero and values beyond the order are refused", () => {
  const key = new SigningKey(word(5n));
  const digest = new Uint8Array(32).fill(7);
  const publicKey = decodeHex(key.publicKey);
  const { r, s } = key.sign(digest);
  const raw = (a: bigint, b: bigint): Uint8Array => decodeHex(word(a) + word(b).slice(2));
  const [trueR, trueS] = [BigInt(r), BigInt(s)];
  for (const check of checks) {
    assert.equal(check(digest, raw(trueR, trueS), publicKey), true);
    for (const wrong of [
      raw(trueR, ORDER - trueS),
      raw(0n, trueS),
      raw(trueR, 0n),
      raw(0n, 0n),
      raw(ORDER, trueS),
      raw(trueR, ORDER),
      raw(trueR + 1n, trueS),
      raw(trueR, HALF + 1n),
    ]) {
      assert.equal(check(digest, wrong, publicKey), false);
    }
  }
});

test("the smallest high s is refused though the equation of the curve holds for it", () => {
  const digest = new Uint8Array(32).fill(7);
  const { r } = new SigningKey(word(5n)).sign(digest);
  for (const [s, isAccepted] of [
    [HALF, true],
    [HALF + 1n, false],
  ] as const) {
    // For any r and s there is a key whose signature they are.
    const publicKey = SigningKey.recoverPublicKey(digest, Signature.from({ r, s: word(s), yParity: 0 }));
    const signature = decodeHex(r + word(s).slice(2));
    for (const check of checks) assert.equal(check(digest, signature, decodeHex(publicKey)), isAccepted);
  }
});

test("wrong lengths and points off the curve are refused, not fatal", () => {
  const key = new SigningKey(word(5n));
  const digest = new Uint8Array(32).fill(7);
  const publicKey = decodeHex(key.publicKey);
  const { r, s } = key.sign(digest);
  const signature = compactSignature(r, s);
  const offCurve = publicKey.slice();
  offCurve[64] = (offCurve[64] ?? 0) ^ 1;
  for (const check of checks) {
    assert.equal(check(digest.slice(1), signature, publicKey), false);
    assert.equal(check(digest, signature.slice(1), publicKey), false);
    assert.equal(check(digest, new Uint8Array(65), publicKey), false);
    assert.equal(check(digest, signature, publicKey.slice(1)), false);
    assert.equal(check(digest, signature, offCurve), false);
    assert.equal(check(digest, signature, new Uint8Array(65)), false);
  }
});

test("a compact signature is 64 bytes with low s, at the boundary too", () => {
  const sOf = (s: bigint): bigint =>
    BigInt(`0x${Buffer.from(compactSignature(word(1n), word(s)).slice(32)).toString("hex")}`);
  assert.equal(compactSignature(word(1n), word(1n)).length, 64);
  assert.equal(sOf(HALF), HALF);
  assert.equal(sOf(HALF + 1n), HALF);
  assert.equal(sOf(ORDER - 1n), 1n);
});
