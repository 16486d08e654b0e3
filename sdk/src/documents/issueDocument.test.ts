import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { Signature, SigningKey, computeAddress, sha256, toUtf8Bytes } from "ethers";
import { BlokError } from "../errors/BlokError.js";
import { DocumentError } from "./DocumentError.js";
import { EXAMPLE_CONTENTS } from "./exampleContents.js";
import { issueDocument, type IssueDocumentInput } from "./issueDocument.js";
import type { DocumentSigner } from "./signContent.js";
import { RECORD_KINDS } from "./kinds.js";
import type { DocumentKindName } from "./schemas/index.js";
import { verifyDocument } from "./verifyDocument.js";

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const PRIVATE_KEY = `0x${"11".repeat(32)}`;
const ADDRESS = computeAddress(PRIVATE_KEY);

type ReadingInput = IssueDocumentInput<typeof RECORD_KINDS.odometerReading>;

function readingInput(changes: Partial<ReadingInput> = {}): ReadingInput {
  return {
    kind: RECORD_KINDS.odometerReading,
    vehicleId: 0xabcdefn,
    observedAt: 1_767_225_600,
    odometer: { value: 48_210, unit: "km" },
    content: EXAMPLE_CONTENTS.odometerReading,
    chainId: 31337n,
    signer: { address: ADDRESS, privateKey: PRIVATE_KEY },
    ...changes,
  };
}

function decode(part: string | undefined): Record<string, unknown> {
  return JSON.parse(Buffer.from(part ?? "", "base64url").toString());
}

function withCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof DocumentError && error instanceof BlokError && error.code === code;
}

test("the header names algorithm, type, key and author, and nothing else", async () => {
  const { jwt } = await issueDocument(readingInput());
  const publicKey = Buffer.from(new SigningKey(PRIVATE_KEY).publicKey.slice(4), "hex");
  assert.deepEqual(decode(jwt.split(".")[0]), {
    alg: "ES256K",
    typ: "dc+sd-jwt",
    kid: `did:pkh:eip155:31337:${ADDRESS}`,
    jwk: {
      kty: "EC",
      crv: "secp256k1",
      x: publicKey.subarray(0, 32).toString("base64url"),
      y: publicKey.subarray(32).toString("base64url"),
    },
  });
});

test("the payload has the open claims and only digests of the content", async () => {
  const { jwt } = await issueDocument(readingInput({ corrects: 3 }));
  const { _sd, ...open } = decode(jwt.split(".")[1]);
  assert.deepEqual(open, {
    iss: `did:pkh:eip155:31337:${ADDRESS}`,
    vct: "urn:blok:auto:record:odometerReading:1",
    vehicle: `0x${"0".repeat(58)}abcdef`,
    kind: 5,
    observedAt: 1_767_225_600,
    odometer: { value: 48_210, unit: "km" },
    corrects: 3,
    _sd_alg: "sha-256",
  });
  assert.ok(Array.isArray(_sd));
  assert.equal(_sd.length, Object.keys(EXAMPLE_CONTENTS.odometerReading).length);
  for (const digest of _sd) assert.match(String(digest), /^[A-Za-z0-9_-]{43}$/);
});

test("odometer and correction are absent, not null, when there are none", async () => {
  const { jwt } = await issueDocument(readingInput({ odometer: undefined }));
  const payload = decode(jwt.split(".")[1]);
  assert.equal("odometer" in payload, false);
  assert.equal("corrects" in payload, false);
});

test("the document hash is the SHA-256 of the signed part alone", async () => {
  const { jwt, disclosures, compact, documentHash } = await issueDocument(readingInput());
  assert.equal(documentHash, `0x${createHash("sha256").update(jwt, "ascii").digest("hex")}`);
  assert.equal(compact, `${[jwt, ...disclosures].join("~")}~`);
});

test("each content field has one disclosure with its own 128-bit salt, and its digest is signed", async () => {
  const { jwt, disclosures } = await issueDocument(readingInput());
  const again = await issueDocument(readingInput());
  const digests = decode(jwt.split(".")[1])._sd as string[];
  const opened = disclosures.map(
    (text) => JSON.parse(Buffer.from(text, "base64url").toString()) as unknown[],
  );
  assert.deepEqual(
    Object.fromEntries(opened.map(([, name, value]) => [name, value])),
    EXAMPLE_CONTENTS.odometerReading,
  );
  const salts = [
    ...opened,
    ...again.disclosures.map((text) => JSON.parse(Buffer.from(text, "base64url").toString())),
  ].map(([salt]) => String(salt));
  assert.equal(new Set(salts).size, disclosures.length * 2);
  for (const salt of salts) assert.equal(Buffer.from(salt, "base64url").length, 16);
  for (const text of disclosures) {
    assert.ok(digests.includes(createHash("sha256").update(text).digest("base64url")));
  }
});

test("the order of the digests does not tell the order of the fields", async () => {
  const { jwt } = await issueDocument(readingInput());
  const digests = decode(jwt.split(".")[1])._sd as string[];
  assert.deepEqual(digests, [...digests].sort());
});

for (const name of Object.keys(EXAMPLE_CONTENTS) as DocumentKindName[]) {
  test(`a document of kind ${name} is issued and verifies with all fields`, async () => {
    const kind = RECORD_KINDS[name];
    const content = EXAMPLE_CONTENTS[name];
    const { compact, documentHash } = await issueDocument({
      ...readingInput({ odometer: undefined }),
      kind,
      content,
    });
    const result = verifyDocument({
      jwtOrPresentation: compact,
      expected: {
        documentHash,
        vehicleId: 0xabcdefn,
        kind,
        author: ADDRESS,
        chainId: 31337,
        observedAt: 1_767_225_600,
      },
    });
    assert.deepEqual(result, { ok: true, disclosed: content, undisclosedCount: 0, problems: [] });
  });
}

test("a signer that keeps its key signs the digest of header and payload", async () => {
  const key = new SigningKey(PRIVATE_KEY);
  for (const publicKey of [key.publicKey, key.compressedPublicKey]) {
    const seen: Uint8Array[] = [];
    const signer: DocumentSigner = {
      address: ADDRESS.toLowerCase(),
      publicKey,
      signDigest: async (digest) => {
        seen.push(digest);
        return key.sign(digest);
      },
    };
    const { jwt } = await issueDocument(readingInput({ signer }));
    const signed = jwt.slice(0, jwt.lastIndexOf("."));
    assert.deepEqual(
      seen.map((digest) => Buffer.from(digest).toString("hex")),
      [sha256(toUtf8Bytes(signed)).slice(2)],
    );
  }
});

test("a high-s signature of a hardware signer is brought to low s", async () => {
  const key = new SigningKey(PRIVATE_KEY);
  const signer: DocumentSigner = {
    address: ADDRESS,
    publicKey: key.publicKey,
    signDigest: (digest) => {
      const { r, s } = key.sign(digest);
      return { r, s: `0x${(ORDER - BigInt(s)).toString(16).padStart(64, "0")}` };
    },
  };
  const { jwt } = await issueDocument(readingInput({ signer }));
  const signature = Buffer.from(jwt.split(".")[2] ?? "", "base64url");
  assert.equal(signature.length, 64);
  assert.ok(BigInt(`0x${signature.subarray(32).toString("hex")}`) <= ORDER / 2n);
});

test("a signature that the key did not make is refused", async () => {
  const key = new SigningKey(PRIVATE_KEY);
  const other = new SigningKey(`0x${"22".repeat(32)}`);
  const wrong: DocumentSigner[] = [
    { address: ADDRESS, publicKey: key.publicKey, signDigest: (digest) => other.sign(digest) },
    { address: ADDRESS, publicKey: key.publicKey, signDigest: (digest) => key.sign(sha256(digest)) },
    {
      address: ADDRESS,
      publicKey: key.publicKey,
      signDigest: () => Signature.from({ r: `0x${"00".repeat(32)}`, s: `0x${"00".repeat(32)}`, v: 27 }),
    },
  ];
  for (const signer of wrong) {
    await assert.rejects(issueDocument(readingInput({ signer })), withCode("DOCUMENT_SIGNER"));
  }
});

test("a key that is none or does not belong to the address is refused without being quoted", async () => {
  const secret = "0xnotAKeyButSecret";
  const wrong: DocumentSigner[] = [
    { address: ADDRESS, privateKey: secret },
    { address: ADDRESS, privateKey: `0x${"22".repeat(32)}` },
    { address: ADDRESS, privateKey: `0x${"00".repeat(32)}` },
    { address: ADDRESS, publicKey: "0x04", signDigest: (digest) => new SigningKey(PRIVATE_KEY).sign(digest) },
  ];
  for (const signer of wrong) {
    await assert.rejects(issueDocument(readingInput({ signer })), (error) => {
      assert.ok(withCode("DOCUMENT_SIGNER")(error));
      const { message, cause, stack } = error as Error;
      assert.equal(`${message} ${String(cause)} ${stack}`.includes("notAKey"), false);
      return true;
    });
  }
});

test("inputs out of range are refused, their neighbours within are not", async () => {
  const max = 2 ** 32 - 1;
  const refused: [Partial<ReadingInput>, string][] = [
    [{ kind: 20 as never }, "DOCUMENT_KIND"],
    [{ kind: 0 as never }, "DOCUMENT_KIND"],
    [{ kind: 23 as never }, "DOCUMENT_KIND"],
    [{ vehicleId: 0n }, "DOCUMENT_VEHICLE"],
    [{ vehicleId: -1n }, "DOCUMENT_VEHICLE"],
    [{ vehicleId: 1n << 256n }, "DOCUMENT_VEHICLE"],
    [{ observedAt: 0 }, "DOCUMENT_OBSERVED_AT"],
    [{ observedAt: 1.5 }, "DOCUMENT_OBSERVED_AT"],
    [{ observedAt: 2 ** 40 }, "DOCUMENT_OBSERVED_AT"],
    [{ observedAt: Number.NaN }, "DOCUMENT_OBSERVED_AT"],
    [{ odometer: { value: -1, unit: "km" } }, "DOCUMENT_ODOMETER"],
    [{ odometer: { value: 10.1, unit: "km" } }, "DOCUMENT_ODOMETER"],
    [{ odometer: { value: max + 1, unit: "km" } }, "DOCUMENT_ODOMETER"],
    [{ odometer: { value: 10, unit: "KM" as never } }, "DOCUMENT_ODOMETER"],
    [{ corrects: 0 }, "DOCUMENT_CORRECTS"],
    [{ corrects: max + 1 }, "DOCUMENT_CORRECTS"],
    [{ chainId: 0n }, "DOCUMENT_CHAIN"],
    [{ chainId: -5 }, "DOCUMENT_CHAIN"],
    [{ content: null as never }, "DOCUMENT_CONTENT"],
    [{ content: [] as never }, "DOCUMENT_CONTENT"],
    [{ content: {} as never }, "DOCUMENT_CONTENT"],
    [{ content: { ...EXAMPLE_CONTENTS.odometerReading, readBy: 1n as never } }, "DOCUMENT_CONTENT"],
  ];
  for (const [changes, code] of refused) {
    await assert.rejects(issueDocument(readingInput(changes)), withCode(code), JSON.stringify(code));
  }
  const accepted: Partial<ReadingInput>[] = [
    { vehicleId: 1n },
    { vehicleId: (1n << 256n) - 1n },
    { observedAt: 1 },
    { observedAt: 2 ** 40 - 1 },
    { odometer: { value: 0, unit: "mi" } },
    { odometer: { value: max, unit: "km" } },
    { corrects: 1 },
    { corrects: max },
  ];
  for (const changes of accepted) await issueDocument(readingInput(changes));
});

test("what is absent from the content is not signed as null", async () => {
  const { disclosures } = await issueDocument(
    readingInput({ content: { source: "workshop", certification: 68, readBy: undefined } }),
  );
  assert.equal(disclosures.length, 2);
});
