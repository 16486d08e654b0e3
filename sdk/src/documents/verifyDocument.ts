import type { OdometerReading } from "../brands/odometer.js";
import { readHeader } from "./authorId.js";
import { contentProblems } from "./contentProblems.js";
import { decodeBase64Url, decodeBase64UrlText, sha256Bytes, sha256Hex } from "./encoding.js";
import { documentType, recordKindName } from "./kinds.js";
import { openDisclosures } from "./openDisclosures.js";
import { verifyEs256k } from "./signature.js";

/** What is wrong with a document. */
export type DocumentProblemCode =
  | "DOCUMENT_HASH"
  | "DOCUMENT_SIGNATURE"
  | "DOCUMENT_AUTHOR"
  | "DOCUMENT_VEHICLE"
  | "DOCUMENT_KIND"
  | "DOCUMENT_OBSERVED_AT"
  | "DOCUMENT_ODOMETER"
  | "DOCUMENT_CORRECTS"
  | "DOCUMENT_BRAND_CODE"
  | "DOCUMENT_SCHEMA"
  | "DOCUMENT_MALFORMED";

export interface DocumentProblem {
  code: DocumentProblemCode;
  message: string;
}

/** What the chain says about the record that the document belongs to. */
export interface ExpectedDocument {
  /** SHA-256, hex with 0x. */
  documentHash: string;
  vehicleId: bigint;
  kind: number;
  /** The account that wrote the record. */
  author: string;
  chainId: bigint | number;
  /** Unix seconds. */
  observedAt: number;
  /** The reading of the record; leave out when it has none, and the document must have none either. */
  odometer?: OdometerReading;
  /** The record's `corrects`, 0 for none; not compared when left out. */
  corrects?: number;
  /** The record's `code`: the brand code of a brand record; not compared when left out. */
  code?: number;
}

export interface DocumentVerification {
  /** Whether the document is the record's, in every respect. */
  ok: boolean;
  /** The disclosed fields. Empty unless `ok`: what a false document says is not passed on. */
  disclosed: Record<string, unknown>;
  /** How many fields are withheld. */
  undisclosedCount: number;
  /** Everything that is wrong, in the order it was found. */
  problems: DocumentProblem[];
}

const JWT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
const OPEN_CLAIMS = new Set("iss vct vehicle kind observedAt odometer corrects _sd _sd_alg".split(" "));

/**
 * Compares a document, or a partial presentation of it, with the record on chain: hash, signature, author, vehicle,
 * kind, time, odometer, every disclosure's digest and the schema of what is disclosed. Never throws.
 *
 * @returns `ok`, the disclosed fields, and every problem by code.
 * @example
 * const { ok, disclosed, problems } = verifyDocument({ jwtOrPresentation: compact, expected });
 */
export function verifyDocument(input: {
  jwtOrPresentation: string;
  expected: ExpectedDocument;
}): DocumentVerification {
  const { jwtOrPresentation: text, expected } = input;
  const problems: DocumentProblem[] = [];
  const report = (code: DocumentProblemCode, message: string) => problems.push({ code, message });

  const end = typeof text === "string" ? text.indexOf("~") : -1;
  const jwt = end < 0 ? text : text.slice(0, end);
  if (typeof jwt !== "string" || !JWT.test(jwt)) {
    report("DOCUMENT_MALFORMED", "this is not a JWT followed by disclosures");
    return refused(problems, 0);
  }
  if (sha256Hex(jwt) !== expected.documentHash.toLowerCase()) {
    report("DOCUMENT_HASH", "the document is not the one whose hash stands in the record");
  }

  const firstDot = jwt.indexOf(".");
  const lastDot = jwt.lastIndexOf(".");
  const author = readHeader(jwt.slice(0, firstDot));
  if ("problem" in author) {
    report("DOCUMENT_MALFORMED", author.problem);
    return refused(problems, 0);
  }
  const payload = parsePayload(jwt.slice(firstDot + 1, lastDot));
  if (!payload) {
    report("DOCUMENT_MALFORMED", "the payload is not a JSON object");
    return refused(problems, 0);
  }
  if (
    !verifyEs256k(
      sha256Bytes(jwt.slice(0, lastDot)),
      decodeBase64Url(jwt.slice(lastDot + 1)),
      author.publicKey,
    )
  ) {
    report("DOCUMENT_SIGNATURE", "the signature does not hold");
  }
  checkClaims(payload, author, expected, report);

  const opened = openDisclosures(payload, end < 0 ? "" : text.slice(end + 1), OPEN_CLAIMS);
  for (const problem of opened.problems) report("DOCUMENT_MALFORMED", problem);
  if (opened.count > 0) {
    const extent = opened.undisclosedCount === 0 ? "whole" : "part";
    for (const problem of contentProblems(expected.kind, opened.disclosed, extent))
      report("DOCUMENT_SCHEMA", problem);
    const brandCode = opened.disclosed.brandCode;
    if (expected.code !== undefined && brandCode !== undefined && brandCode !== expected.code) {
      report("DOCUMENT_BRAND_CODE", `the document says ${show(brandCode)}, the record ${expected.code}`);
    }
  }
  if (problems.length > 0) return refused(problems, opened.undisclosedCount);
  return { ok: true, disclosed: opened.disclosed, undisclosedCount: opened.undisclosedCount, problems };
}

function checkClaims(
  payload: Record<string, unknown>,
  author: { did: string; address: string },
  expected: ExpectedDocument,
  report: (code: DocumentProblemCode, message: string) => void,
): void {
  if (payload.iss !== author.did) report("DOCUMENT_AUTHOR", "the issuer is not the one who signed");
  const did = `did:pkh:eip155:${expected.chainId}:${expected.author}`;
  if (author.did !== did && author.did.toLowerCase() !== did.toLowerCase()) {
    report("DOCUMENT_AUTHOR", `signed by ${author.did}, but the record was written by ${did}`);
  }
  if (payload.vehicle !== `0x${expected.vehicleId.toString(16).padStart(64, "0")}`) {
    report("DOCUMENT_VEHICLE", "the document is about another vehicle");
  }
  const name = recordKindName(expected.kind);
  if (payload.kind !== expected.kind || name === undefined || payload.vct !== documentType(name)) {
    report("DOCUMENT_KIND", `the document is not of kind ${expected.kind} (${name ?? "unknown"})`);
  }
  if (payload.observedAt !== expected.observedAt) {
    report(
      "DOCUMENT_OBSERVED_AT",
      `the document says ${show(payload.observedAt)}, the record ${expected.observedAt}`,
    );
  }
  if (!sameReading(payload.odometer, expected.odometer)) {
    report(
      "DOCUMENT_ODOMETER",
      `the document says ${show(payload.odometer)}, the record ${show(expected.odometer)}`,
    );
  }
  if (expected.corrects !== undefined && (payload.corrects ?? 0) !== expected.corrects) {
    report(
      "DOCUMENT_CORRECTS",
      `the document corrects ${show(payload.corrects)}, the record ${expected.corrects}`,
    );
  }
  for (const claim in payload) {
    if (!OPEN_CLAIMS.has(claim))
      report("DOCUMENT_SCHEMA", `a document may not have an open claim ${claim.slice(0, 40)}`);
  }
}

function sameReading(claim: unknown, reading: OdometerReading | undefined): boolean {
  if (claim === undefined || reading === undefined) return claim === reading;
  if (typeof claim !== "object" || claim === null) return false;
  const { value, unit, ...rest } = claim as Record<string, unknown>;
  return value === reading.value && unit === reading.unit && Object.keys(rest).length === 0;
}

function parsePayload(encoded: string): Record<string, unknown> | undefined {
  try {
    const payload: unknown = JSON.parse(decodeBase64UrlText(encoded));
    if (typeof payload !== "object" || payload === null || Array.isArray(payload)) return undefined;
    return payload as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** Only what a claim should be is quoted: anything else may be large, or written by someone with ill intent. */
function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "number") return String(value);
  if (typeof value === "object" && value !== null) {
    const { value: reading, unit } = value as Record<string, unknown>;
    if (typeof reading === "number" && (unit === "km" || unit === "mi")) return `${reading} ${unit}`;
  }
  return "something else";
}

function refused(problems: DocumentProblem[], undisclosedCount: number): DocumentVerification {
  return { ok: false, disclosed: {}, undisclosedCount, problems };
}
