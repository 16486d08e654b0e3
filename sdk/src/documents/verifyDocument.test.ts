import assert from "node:assert/strict";
import { test } from "node:test";
import { SigningKey, computeAddress } from "ethers";
import * as fc from "fast-check";
import { toJwk } from "./authorId.js";
import { decodeHex, encodeBase64Url, sha256Bytes } from "./encoding.js";
import { RECORD_KINDS } from "./kinds.js";
import { presentDocument } from "./presentDocument.js";
import { compactSignature } from "./signature.js";
import {
  author,
  codes,
  content,
  document,
  expected,
  fieldCount,
  forge,
  hashOf,
  headerOf,
  key,
  payloadOf,
  type Json,
} from "./verifyDocument.fixture.js";
import { verifyDocument, type ExpectedDocument } from "./verifyDocument.js";

test("the whole document, the bare JWT and every partial presentation verify", async () => {
  const names = Object.keys(content);
  assert.deepEqual(verifyDocument({ jwtOrPresentation: document.compact, expected: expected() }), {
    ok: true,
    disclosed: content,
    undisclosedCount: 0,
    problems: [],
  });
  for (const bare of [document.jwt, `${document.jwt}~`]) {
    assert.deepEqual(verifyDocument({ jwtOrPresentation: bare, expected: expected() }), {
      ok: true,
      disclosed: {},
      undisclosedCount: fieldCount,
      problems: [],
    });
  }
  for (const name of names) {
    const presentation = await presentDocument(document.compact, [name]);
    const result = verifyDocument({ jwtOrPresentation: presentation, expected: expected() });
    assert.deepEqual(result, {
      ok: true,
      disclosed: { [name]: content[name as keyof typeof content] },
      undisclosedCount: fieldCount - 1,
      problems: [],
    });
  }
});

test("each thing the chain says is compared, and only its own code is reported", () => {
  const cases: [Partial<ExpectedDocument>, string][] = [
    [{ documentHash: `0x${"00".repeat(32)}` }, "DOCUMENT_HASH"],
    [{ vehicleId: 78n }, "DOCUMENT_VEHICLE"],
    [{ author: computeAddress(`0x${"22".repeat(32)}`) }, "DOCUMENT_AUTHOR"],
    [{ chainId: 1n }, "DOCUMENT_AUTHOR"],
    [{ observedAt: 1_770_000_001 }, "DOCUMENT_OBSERVED_AT"],
    [{ odometer: { value: 48_211, unit: "km" } }, "DOCUMENT_ODOMETER"],
    [{ odometer: { value: 48_210, unit: "mi" } }, "DOCUMENT_ODOMETER"],
    [{ odometer: undefined }, "DOCUMENT_ODOMETER"],
    [{ corrects: 5 }, "DOCUMENT_CORRECTS"],
    [{ corrects: 0 }, "DOCUMENT_CORRECTS"],
    [{ kind: RECORD_KINDS.repair }, "DOCUMENT_KIND"],
    [{ kind: 200 }, "DOCUMENT_KIND"],
  ];
  for (const [changes, code] of cases) assert.deepEqual(codes(document.jwt, changes), [code]);
  assert.deepEqual(codes(document.jwt, { corrects: undefined }), []);
  assert.deepEqual(codes(document.jwt, { author: author.toLowerCase(), chainId: 31337 }), []);
  assert.deepEqual(
    codes(document.jwt, { documentHash: document.documentHash.toUpperCase().replace("X", "x") }),
    [],
  );
});

test("several problems are all reported", () => {
  assert.deepEqual(codes(document.jwt, { vehicleId: 1n, observedAt: 1, odometer: undefined }), [
    "DOCUMENT_VEHICLE",
    "DOCUMENT_OBSERVED_AT",
    "DOCUMENT_ODOMETER",
  ]);
});

test("a signature by another key, or of another payload, does not hold", () => {
  const stranger = forge({}, {}, new SigningKey(`0x${"22".repeat(32)}`));
  assert.deepEqual(codes(stranger, hashOf(stranger)), ["DOCUMENT_SIGNATURE"]);
  const [header, , signature] = document.jwt.split(".");
  const payload = forge({}, { observedAt: 1_770_000_001 }).split(".")[1];
  const altered = `${header}.${payload}.${signature}`;
  assert.deepEqual(codes(altered, { ...hashOf(altered), observedAt: 1_770_000_001 }), ["DOCUMENT_SIGNATURE"]);
  const short = `${document.jwt.slice(0, -4)}`;
  assert.deepEqual(codes(short, hashOf(short)), ["DOCUMENT_SIGNATURE"]);
});

test("a high-s twin of the signature is refused even under its own hash", () => {
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
  const dot = document.jwt.lastIndexOf(".");
  const signature = Buffer.from(document.jwt.slice(dot + 1), "base64url");
  const s = order - BigInt(`0x${signature.subarray(32).toString("hex")}`);
  const twin = Buffer.concat([
    signature.subarray(0, 32),
    Buffer.from(s.toString(16).padStart(64, "0"), "hex"),
  ]);
  const jwt = `${document.jwt.slice(0, dot)}.${twin.toString("base64url")}`;
  assert.deepEqual(codes(jwt, hashOf(jwt)), ["DOCUMENT_SIGNATURE"]);
});

test("an author cannot pass as another: key, kid and issuer must agree", () => {
  const other = new SigningKey(`0x${"22".repeat(32)}`);
  const otherDid = `did:pkh:eip155:31337:${computeAddress(other.publicKey)}`;
  const withOtherKey = forge({ jwk: toJwk(decodeHex(other.publicKey)) }, {}, other);
  assert.deepEqual(codes(withOtherKey, hashOf(withOtherKey)), ["DOCUMENT_MALFORMED"]);
  const withOtherIssuer = forge({}, { iss: otherDid });
  assert.deepEqual(codes(withOtherIssuer, hashOf(withOtherIssuer)), ["DOCUMENT_AUTHOR"]);
  const asOther = forge({ kid: otherDid, jwk: toJwk(decodeHex(other.publicKey)) }, { iss: otherDid }, other);
  assert.deepEqual(codes(asOther, hashOf(asOther)), ["DOCUMENT_AUTHOR"]);
  assert.deepEqual(codes(asOther, { ...hashOf(asOther), author: computeAddress(other.publicKey) }), []);
});

test("headers that ask for anything else are refused", () => {
  const { jwk, kid } = headerOf(document.jwt) as { jwk: Json; kid: string };
  const wrong: Json[] = [
    { alg: "none" },
    { alg: "ES256" },
    { alg: "HS256" },
    { typ: "JWT" },
    { crit: ["b64"], b64: false },
    { jwk: undefined },
    { jwk: { ...jwk, crv: "P-256" } },
    { jwk: { ...jwk, kty: "oct" } },
    { jwk: { ...jwk, x: undefined } },
    { jwk: { ...jwk, x: `${String(jwk.x)}A` } },
    { jwk: { ...jwk, x: "A".repeat(43) } },
    { kid: undefined },
    { kid: kid.replace("eip155", "solana") },
    { kid: kid.slice(0, -1) },
    { filler: "x".repeat(3000) },
  ];
  for (const change of wrong) {
    const jwt = forge(change, {});
    assert.deepEqual(codes(jwt, hashOf(jwt)), ["DOCUMENT_MALFORMED"], JSON.stringify(change).slice(0, 100));
  }
});

test("payloads that are not a record's are refused", () => {
  const wrong: [Json, string][] = [
    [{ vct: "urn:blok:auto:record:repair:1" }, "DOCUMENT_KIND"],
    [{ vct: "urn:blok:auto:record:inspection:2" }, "DOCUMENT_KIND"],
    [{ kind: "9" }, "DOCUMENT_KIND"],
    [{ vehicle: 77 }, "DOCUMENT_VEHICLE"],
    [{ vehicle: "0x4d" }, "DOCUMENT_VEHICLE"],
    [{ observedAt: "1770000000" }, "DOCUMENT_OBSERVED_AT"],
    [{ odometer: null }, "DOCUMENT_ODOMETER"],
    [{ odometer: { value: 48_210, unit: "km", note: "x" } }, "DOCUMENT_ODOMETER"],
    [{ odometer: { value: "48210", unit: "km" } }, "DOCUMENT_ODOMETER"],
    [{ corrects: "4" }, "DOCUMENT_CORRECTS"],
    [{ holderName: "x" }, "DOCUMENT_SCHEMA"],
    [{ exp: 1 }, "DOCUMENT_SCHEMA"],
    [{ _sd: "x" }, "DOCUMENT_MALFORMED"],
    [{ _sd: [1] }, "DOCUMENT_MALFORMED"],
    [{ _sd_alg: "sha-512" }, "DOCUMENT_MALFORMED"],
  ];
  for (const [change, code] of wrong) {
    const jwt = forge({}, change);
    assert.deepEqual(codes(jwt, hashOf(jwt)), [code], JSON.stringify(change));
  }
});

test("a deeply nested claim is refused, not fatal", () => {
  const encode = (text: string): string => Buffer.from(text).toString("base64url");
  const deep = "[".repeat(100_000) + "]".repeat(100_000);
  const payload = JSON.stringify({ ...payloadOf(document.jwt), observedAt: 0 }).replace(
    '"observedAt":0',
    `"observedAt":${deep}`,
  );
  const signed = `${document.jwt.split(".")[0]}.${encode(payload)}`;
  const { r, s } = key.sign(sha256Bytes(signed));
  const jwt = `${signed}.${encodeBase64Url(compactSignature(r, s))}`;
  assert.deepEqual(codes(jwt, hashOf(jwt)), ["DOCUMENT_OBSERVED_AT"]);
});

test("text that is no document is refused as malformed", () => {
  const header = document.jwt.split(".")[0];
  const junk = [
    "",
    "~",
    "a",
    "a.b",
    "a.b.c",
    "a.b.c.d",
    "..",
    `${header}..AA`,
    `${header}.W10.AA`,
    `${header}.bnVsbA.AA`,
  ];
  for (const text of [
    ...junk,
    ` ${document.jwt}`,
    `${document.jwt}\n`,
    `${document.jwt}=`,
    document.jwt.replace(".", ".."),
  ]) {
    assert.ok(codes(text).includes("DOCUMENT_MALFORMED"), JSON.stringify(text.slice(0, 30)));
  }
  for (const value of [undefined, null, 5, {}])
    assert.deepEqual(codes(value as never), ["DOCUMENT_MALFORMED"]);
});

test("bytes that are not UTF-8, or start with a byte order mark, are refused", () => {
  for (const bytes of [
    Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
    Buffer.from("\ufeff{}", "utf8"),
  ]) {
    const text = `${document.jwt.split(".")[0]}.${bytes.toString("base64url")}.AAAA`;
    assert.ok(codes(text).includes("DOCUMENT_MALFORMED"));
  }
});

test("any text is answered, never with an exception, and never accepted", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (text) => codes(text).length > 0),
    { numRuns: 300 },
  );
});

test("any single character changed anywhere is noticed", () => {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~ é";
  const { compact } = document;
  fc.assert(
    fc.property(fc.nat(compact.length - 1), fc.constantFrom(...alphabet), (at, character) => {
      if (compact[at] === character) return true;
      const altered = compact.slice(0, at) + character + compact.slice(at + 1);
      // The last tilde is a full stop: without it, the last disclosure would read as a key binding.
      return codes(altered).length > 0;
    }),
    { numRuns: 500 },
  );
});

test("any claim changed to any JSON value is answered, and refused unless it is the same", () => {
  const claims = ["iss", "vct", "vehicle", "kind", "observedAt", "odometer", "corrects", "_sd", "_sd_alg"];
  const original = payloadOf(document.jwt);
  fc.assert(
    fc.property(fc.constantFrom(...claims), fc.jsonValue(), (claim, value) => {
      if (JSON.stringify(original[claim]) === JSON.stringify(value)) return true;
      // Without a digest there is nothing to disclose; that is no lie about the record.
      if (claim === "_sd" && Array.isArray(value) && value.every((item) => typeof item === "string"))
        return true;
      const jwt = forge({}, { [claim]: value });
      return codes(jwt, hashOf(jwt)).length > 0;
    }),
    { numRuns: 60 },
  );
});
