import assert from "node:assert/strict";
import { test } from "node:test";
import { Wallet, concat, getBytes, hexlify, id, toBeHex } from "ethers";
import fc from "fast-check";
import { nativeSecp256k1 } from "./nativeSecp256k1.js";
import { recoverKey, recoverKeyPortable } from "./recoverKey.js";

test("signatures are checked by native code here, which agrees with the portable one", () => {
  assert.notEqual(nativeSecp256k1, undefined);
  const recover = (by: typeof recoverKey, signature: Uint8Array, parity: number, digest: Uint8Array) => {
    const output = new Uint8Array(65);
    return by(signature, parity, digest, output) ? hexlify(output) : undefined;
  };
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
  fc.assert(
    fc.property(bytes(64), fc.nat(1), bytes(32), (signature, parity, digest) => {
      assert.equal(
        recover(recoverKey, signature, parity, digest),
        recover(recoverKeyPortable, signature, parity, digest),
      );
    }),
    {
      numRuns: 100,
      examples: [
        [new Uint8Array(64), 0, new Uint8Array(32)],
        [new Uint8Array(64).fill(255), 1, new Uint8Array(32)],
      ],
    },
  );
  const wallet = new Wallet(id("key"));
  const { serialized } = wallet.signingKey.sign(id("digest"));
  const compact = getBytes(serialized).slice(0, 64);
  const parity = serialized.endsWith("1b") ? 0 : 1;
  assert.equal(recover(recoverKey, compact, parity, getBytes(id("digest"))), wallet.signingKey.publicKey);
  // The other s of the same signature is another signature by the same key, and is not looked for.
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
  const upper = getBytes(
    concat([compact.slice(0, 32), toBeHex(order - BigInt(hexlify(compact.slice(32))), 32)]),
  );
  for (const by of [recoverKey, recoverKeyPortable])
    assert.equal(recover(by, upper, 1 - parity, getBytes(id("digest"))), undefined);
});
