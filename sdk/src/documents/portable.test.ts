import assert from "node:assert/strict";
import { test } from "node:test";
import { computeAddress } from "ethers";

// A browser has neither Node's modules nor native code. The lookup is taken away before the module is loaded.
Object.defineProperty(process, "getBuiltinModule", { value: undefined });
const {
  isSignatureCheckNative,
  issueDocument,
  presentDocument,
  verifyDocument,
  RECORD_KINDS,
  EXAMPLE_CONTENTS,
} = await import("./index.js");
const encoding = await import("./encoding.js");

const privateKey = `0x${"11".repeat(32)}`;
const author = computeAddress(privateKey);

test("documents are issued, presented and verified without Node's modules", async () => {
  assert.equal(isSignatureCheckNative, false);
  const { compact, documentHash } = await issueDocument({
    kind: RECORD_KINDS.service,
    vehicleId: 9n,
    observedAt: 1_770_000_000,
    content: {
      ...EXAMPLE_CONTENTS.service,
      jobs: [{ description: "Bremsbeläge ersetzt, 前輪 ✓" }],
    },
    chainId: 1,
    signer: { address: author, privateKey },
  });
  const record = {
    documentHash,
    vehicleId: 9n,
    kind: RECORD_KINDS.service,
    author,
    chainId: 1,
    observedAt: 1_770_000_000,
  };
  const whole = verifyDocument({ jwtOrPresentation: compact, expected: record });
  assert.deepEqual(whole.problems, []);
  assert.deepEqual(whole.disclosed.jobs, [{ description: "Bremsbeläge ersetzt, 前輪 ✓" }]);

  const part = verifyDocument({
    jwtOrPresentation: await presentDocument(compact, ["facility"]),
    expected: record,
  });
  assert.deepEqual(Object.keys(part.disclosed), ["facility"]);

  const other = verifyDocument({ jwtOrPresentation: compact.replace(/.~$/, "~"), expected: record });
  assert.equal(other.ok, false);
});

test("the portable encoders give what Node's give", () => {
  for (let length = 0; length < 70; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 151 + length) % 256);
    const text = Buffer.from(bytes).toString("base64url");
    assert.equal(encoding.encodeBase64Url(bytes), text);
    assert.deepEqual(Uint8Array.from(encoding.decodeBase64Url(text)), bytes);
  }
  assert.equal(encoding.decodeBase64UrlText(Buffer.from("é✓").toString("base64url")), "é✓");
});

test("SHA-256 and the disclosure digest match published values", () => {
  const empty = "0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  assert.equal(encoding.sha256Hex(""), empty);
  assert.deepEqual(encoding.sha256Bytes(new Uint8Array()), encoding.decodeHex(empty));
  // RFC 9901, section 4.2.3.
  const disclosure = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0";
  const digest = "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0";
  assert.equal(encoding.encodeBase64Url(encoding.sha256Bytes(disclosure)), digest);
});
