import assert from "node:assert/strict";
import { SigningKey, computeAddress } from "ethers";
import { encodeBase64Url, sha256Bytes, sha256Hex } from "./encoding.js";
import { EXAMPLE_CONTENTS } from "./exampleContents.js";
import { issueDocument } from "./issueDocument.js";
import { RECORD_KINDS } from "./kinds.js";
import { compactSignature } from "./signature.js";
import { verifyDocument, type ExpectedDocument } from "./verifyDocument.js";

// What the tests of verifyDocument and of its disclosures share.

export const key = new SigningKey(`0x${"11".repeat(32)}`);
export const author = computeAddress(key.publicKey);
export const content = EXAMPLE_CONTENTS.inspection;
export const fieldCount = Object.keys(content).length;

export const document = await issueDocument({
  kind: RECORD_KINDS.inspection,
  vehicleId: 77n,
  observedAt: 1_770_000_000,
  odometer: { value: 48_210, unit: "km" },
  corrects: 4,
  content,
  chainId: 31337n,
  signer: { address: author, privateKey: key.privateKey },
});

export function expected(changes: Partial<ExpectedDocument> = {}): ExpectedDocument {
  return {
    documentHash: document.documentHash,
    vehicleId: 77n,
    kind: RECORD_KINDS.inspection,
    author,
    chainId: 31337n,
    observedAt: 1_770_000_000,
    odometer: { value: 48_210, unit: "km" },
    corrects: 4,
    ...changes,
  };
}

export function codes(jwtOrPresentation: string, changes: Partial<ExpectedDocument> = {}): string[] {
  const result = verifyDocument({ jwtOrPresentation, expected: expected(changes) });
  assert.equal(result.ok, result.problems.length === 0);
  if (!result.ok) assert.deepEqual(result.disclosed, {}, "nothing of a refused document is passed on");
  return result.problems.map((problem) => problem.code);
}

export type Json = Record<string, unknown>;
export const headerOf = (jwt: string): Json =>
  JSON.parse(Buffer.from(jwt.split(".")[0] ?? "", "base64url").toString());
export const payloadOf = (jwt: string): Json =>
  JSON.parse(Buffer.from(jwt.split(".")[1] ?? "", "base64url").toString());

/** Signs any header and payload with the author's key: what a dishonest author could put on chain. */
export function forge(changeHeader: Json, changePayload: Json, signer = key): string {
  const encode = (value: Json): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${encode({ ...headerOf(document.jwt), ...changeHeader })}.${encode({ ...payloadOf(document.jwt), ...changePayload })}`;
  const { r, s } = signer.sign(sha256Bytes(signed));
  return `${signed}.${encodeBase64Url(compactSignature(r, s))}`;
}

export const hashOf = (jwt: string): Partial<ExpectedDocument> => ({ documentHash: sha256Hex(jwt) });

/** Signs a document whose digests are those of the given disclosures, whatever they are. */
export function withDisclosures(items: unknown[], sd?: string[]): { jwt: string; text: string } {
  const encoded = items.map((item) =>
    encodeBase64Url(Buffer.from(typeof item === "string" ? item : JSON.stringify(item))),
  );
  const jwt = forge({}, { _sd: sd ?? encoded.map((text) => encodeBase64Url(sha256Bytes(text))) });
  return { jwt, text: `${jwt}~${encoded.map((text) => `${text}~`).join("")}` };
}
