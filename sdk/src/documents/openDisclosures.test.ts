import assert from "node:assert/strict";
import { test } from "node:test";
import { SDJwtInstance } from "@sd-jwt/core";
import * as fc from "fast-check";
import { toJwk } from "./authorId.js";
import { decodeHex, encodeBase64Url, sdJwtHasher, sha256Bytes } from "./encoding.js";
import { EXAMPLE_CONTENTS } from "./exampleContents.js";
import { issueDocument } from "./issueDocument.js";
import { RECORD_KINDS } from "./kinds.js";
import { presentDocument } from "./presentDocument.js";
import { compactSignature, verifyEs256kPortable } from "./signature.js";
import {
  author,
  codes,
  content,
  document,
  expected,
  hashOf,
  key,
  payloadOf,
  withDisclosures,
  type Json,
} from "./verifyDocument.fixture.js";
import { verifyDocument } from "./verifyDocument.js";

test("a disclosure that was altered, repeated, invented or taken from elsewhere is refused", async () => {
  const [first = "", second = ""] = document.disclosures;
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const [salt, name] = JSON.parse(Buffer.from(first, "base64url").toString());
  const other = await issueDocument({
    kind: RECORD_KINDS.inspection,
    vehicleId: 77n,
    observedAt: 1_770_000_000,
    content,
    chainId: 31337n,
    signer: { address: author, privateKey: key.privateKey },
  });
  const tails: string[] = [
    `${encode([salt, name, "XX-FAKE"])}~`,
    `${first}~${first}~`,
    `${first.slice(0, -1)}~`,
    `${encode(["c2FsdA", "result", "pass"])}~`,
    `${other.disclosures[0]}~`,
    `${first}~~${second}~`,
    `${first}~${second}`,
    `${first}~eyJhbGciOiJFUzI1NiJ9.e30.AA`,
    `${first}=~`,
    "~",
  ];
  for (const tail of tails) {
    const found = codes(`${document.jwt}~${tail}`);
    assert.ok(found.includes("DOCUMENT_MALFORMED"), tail.slice(0, 40));
  }
});

test("a dishonest author's disclosures are held to the standard and the schema", () => {
  const cases: [unknown[], string][] = [
    [[["c2FsdA", "holderName", "x"]], "DOCUMENT_SCHEMA"],
    [[["c2FsdA", "vin", "WVWZZZ1JZXW000001"]], "DOCUMENT_SCHEMA"],
    [[["c2FsdA", "result", "excellent"]], "DOCUMENT_SCHEMA"],
    [[["c2FsdA", "defects", [{ code: "1", severity: "minor", name: "x" }]]], "DOCUMENT_SCHEMA"],
    [[["c2FsdA", "defects", [{ "...": "A".repeat(43) }]]], "DOCUMENT_SCHEMA"],
    [[["c2FsdA", "kind", 9]], "DOCUMENT_MALFORMED"],
    [[["c2FsdA", "iss", "did:x"]], "DOCUMENT_MALFORMED"],
    [[["c2FsdA", "_sd", []]], "DOCUMENT_MALFORMED"],
    [[["c2FsdA", "...", "x"]], "DOCUMENT_MALFORMED"],
    [['["c2FsdA","__proto__",{"polluted":true}]'], "DOCUMENT_MALFORMED"],
    [[["c2FsdA", "an array element"]], "DOCUMENT_MALFORMED"],
    [[["c2FsdA", 5, "x"]], "DOCUMENT_MALFORMED"],
    [[[5, "result", "pass"]], "DOCUMENT_MALFORMED"],
    [["{}"], "DOCUMENT_MALFORMED"],
    [["not json"], "DOCUMENT_MALFORMED"],
    [
      [
        ["a", "result", "pass"],
        ["b", "result", "fail"],
      ],
      "DOCUMENT_MALFORMED",
    ],
  ];
  for (const [items, code] of cases) {
    const { jwt, text } = withDisclosures(items);
    assert.ok(codes(text, hashOf(jwt)).includes(code), JSON.stringify(items));
  }
  assert.equal(Object.hasOwn(Object.prototype, "polluted"), false);
});

test("a digest that occurs twice is refused", () => {
  const item = ["c2FsdA", "result", "pass"];
  const digest = encodeBase64Url(sha256Bytes(encodeBase64Url(Buffer.from(JSON.stringify(item)))));
  const { jwt, text } = withDisclosures([item], [digest, digest, "A".repeat(43)]);
  assert.deepEqual(codes(text, hashOf(jwt)), ["DOCUMENT_MALFORMED"]);
});

test("required fields are asked for once nothing is withheld", () => {
  const { jwt, text } = withDisclosures([["c2FsdA", "result", "pass"]]);
  assert.ok(codes(text, hashOf(jwt)).every((code) => code === "DOCUMENT_SCHEMA"));
  assert.notEqual(codes(text, hashOf(jwt)).length, 0);
  const withheld = withDisclosures(
    [["c2FsdA", "result", "pass"]],
    [
      encodeBase64Url(sha256Bytes(encodeBase64Url(Buffer.from('["c2FsdA","result","pass"]')))),
      "A".repeat(43),
    ],
  );
  assert.deepEqual(codes(withheld.text, hashOf(withheld.jwt)), []);
});

test("a brand document must show the brand that stands on chain", async () => {
  const brand = await issueDocument({
    kind: RECORD_KINDS.brand,
    vehicleId: 77n,
    observedAt: 1_770_000_000,
    content: EXAMPLE_CONTENTS.brand,
    chainId: 31337n,
    signer: { address: author, privateKey: key.privateKey },
  });
  const record = { ...hashOf(brand.jwt), kind: RECORD_KINDS.brand, odometer: undefined, corrects: 0 };
  assert.deepEqual(codes(brand.compact, { ...record, code: 11 }), []);
  assert.deepEqual(codes(brand.compact, record), []);
  assert.deepEqual(codes(brand.compact, { ...record, code: 40 }), ["DOCUMENT_BRAND_CODE"]);
  assert.deepEqual(codes(brand.jwt, { ...record, code: 40 }), [], "a withheld code cannot be compared");
});

test("an independent SD-JWT library agrees on what is valid and what is disclosed", async () => {
  const oracle = new SDJwtInstance<Json>({
    hasher: sdJwtHasher,
    verifier: (data, signature) =>
      verifyEs256kPortable(sha256Bytes(data), Buffer.from(signature, "base64url"), decodeHex(key.publicKey)),
  });
  const names = Object.keys(content);
  await fc.assert(
    fc.asyncProperty(fc.subarray(names), fc.boolean(), async (fields, isSpoiled) => {
      const presentation = await presentDocument(document.compact, fields);
      const dot = document.jwt.lastIndexOf(".");
      const spoil = (text: string): string =>
        text.slice(0, dot + 5) + (text[dot + 5] === "A" ? "B" : "A") + text.slice(dot + 6);
      const text = isSpoiled ? spoil(presentation) : presentation;
      const ours = verifyDocument({ jwtOrPresentation: text, expected: expected() });
      const theirs = await oracle.verify(text).catch(() => undefined);
      assert.equal(ours.ok, theirs !== undefined);
      if (!theirs) return;
      const { iss, vct, vehicle, kind, observedAt, odometer, corrects, ...disclosed } =
        theirs.payload as Json;
      assert.deepEqual(ours.disclosed, disclosed);
      assert.ok(
        [iss, vct, vehicle, kind, observedAt, odometer, corrects].every((claim) => claim !== undefined),
      );
    }),
    { numRuns: 20 },
  );
});

test("an SD-JWT made by an independent library verifies", async () => {
  const did = `did:pkh:eip155:31337:${author}`;
  let salts = 0;
  const maker = new SDJwtInstance<Json>({
    omitTyp: true,
    signAlg: "ES256K",
    hasher: sdJwtHasher,
    saltGenerator: () => `salt-${++salts}`,
    signer: (data) => {
      const { r, s } = key.sign(sha256Bytes(data));
      return encodeBase64Url(compactSignature(r, s));
    },
  });
  const open = payloadOf(document.jwt);
  const { _sd, _sd_alg, ...claims } = open;
  assert.ok(_sd && _sd_alg);
  const payload: Json = { ...claims, ...content };
  const compact = await maker.issue(
    payload,
    { _sd: Object.keys(content), _sd_decoy: 3 } as Parameters<typeof maker.issue<Json>>[1],
    { header: { typ: "dc+sd-jwt", kid: did, jwk: toJwk(decodeHex(key.publicKey)) } },
  );
  const result = verifyDocument({
    jwtOrPresentation: compact,
    expected: expected(hashOf(compact.slice(0, compact.indexOf("~")))),
  });
  assert.deepEqual(result, { ok: true, disclosed: content, undisclosedCount: 3, problems: [] });
});
