import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { test } from "node:test";
import { dataLength, dataSlice, getAddress, getBytes, keccak256, recoverAddress, toUtf8Bytes } from "ethers";
import { vehicleDocumentAuthor, vehicleKey } from "./vehicleKey.js";

const SECRET = `0x${"5a".repeat(32)}`;
const VERIFIER = "0x1111111111111111111111111111111111111111";
const BINDER = "0x2222222222222222222222222222222222222222";

test("a secp256k1 key is its address, and signs what ecrecover understands", () => {
  const key = vehicleKey("secp256k1", SECRET, VERIFIER);
  const digest = keccak256(toUtf8Bytes("x"));
  assert.equal(recoverAddress(digest, key.sign(digest)), key.signer);
  assert.equal(key.keyId, keccak256(key.signer));
  assert.equal(key.author, getAddress(dataSlice(key.keyId, 12)));
  assert.equal(key.documentSigner?.address, key.signer);
  assert.equal(vehicleDocumentAuthor({ signer: key.signer, binder: BINDER }), key.signer);
});

test("a P-256 key is verifier and coordinates, and signs low-s as node:crypto verifies", () => {
  const key = vehicleKey("p256", SECRET, VERIFIER);
  assert.equal(dataLength(key.signer), 84);
  assert.equal(getAddress(dataSlice(key.signer, 0, 20)), VERIFIER);
  const [x, y] = [dataSlice(key.signer, 20, 52), dataSlice(key.signer, 52)];
  const encode = (hex: string) => Buffer.from(getBytes(hex)).toString("base64url");
  const publicKey = createPublicKey({
    format: "jwk",
    key: { kty: "EC", crv: "P-256", x: encode(x), y: encode(y) },
  });
  // node:crypto hashes what it verifies, so the digest is made with SHA-256 here.
  const message = Buffer.from("x");
  const digest = "0x2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";
  const signature = key.sign(digest);
  assert.equal(dataLength(signature), 64);
  assert.ok(verify("sha256", message, { key: publicKey, dsaEncoding: "ieee-p1363" }, getBytes(signature)));
  assert.ok(
    BigInt(dataSlice(signature, 32)) <= 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8n,
  );
  assert.equal(key.documentSigner, undefined);
  assert.equal(vehicleDocumentAuthor({ signer: key.signer, binder: BINDER }), BINDER);
});

test("any secret makes a P-256 key, also one at the order of the curve", () => {
  const order = "0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
  for (const secret of [order, `0x${"ff".repeat(32)}`, `0x${"00".repeat(31)}01`]) {
    assert.equal(dataLength(vehicleKey("p256", secret, VERIFIER).signer), 84);
  }
});
