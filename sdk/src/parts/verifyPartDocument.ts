import { authorDid, readHeader } from "../documents/authorId.js";
import { decodeBase64Url, decodeBase64UrlText, sha256Bytes, sha256Hex } from "../documents/encoding.js";
import { openDisclosures } from "../documents/openDisclosures.js";
import { verifyEs256k } from "../documents/signature.js";
import { partDocumentType, type PartDocumentType } from "./partDocuments.js";

/** What the chain says of the event that a document belongs to. */
export interface ExpectedPartDocument {
  type: PartDocumentType;
  /** SHA-256, hex with 0x. */
  documentHash: string;
  /** The account that wrote the event. */
  author: string;
  chainId: bigint | number;
  /** An id on chain that the document has to be about. */
  about?: bigint;
}

export interface PartDocumentVerification {
  ok: boolean;
  /** The disclosed fields. Empty unless `ok`. */
  disclosed: Record<string, unknown>;
  undisclosedCount: number;
  /** One sentence for each thing that is wrong. */
  problems: string[];
}

const OPEN_CLAIMS = new Set("iss vct about observedAt _sd _sd_alg".split(" "));

/**
 * Compares a document about parts, or a partial presentation of it, with what stands on chain: hash, signature, author,
 * type, subject and every disclosure's digest. Never throws.
 *
 * @example
 * const { ok, disclosed } = verifyPartDocument({ compact, expected: { type: "lot", documentHash, author: maker, chainId } });
 */
export function verifyPartDocument(input: {
  compact: string;
  expected: ExpectedPartDocument;
}): PartDocumentVerification {
  const { compact, expected } = input;
  const refused = (problems: string[]) => ({ ok: false, disclosed: {}, undisclosedCount: 0, problems });
  const [jwt = "", ...rest] = String(compact).split("~");
  const [head, body, signature, ...more] = jwt.split(".");
  const payload = parseObject(body);
  if (!head || !signature || more.length > 0 || !payload) return refused(["this is no signed document"]);
  const author = readHeader(head);
  if ("problem" in author) return refused([author.problem]);

  const problems: string[] = [];
  if (sha256Hex(jwt) !== expected.documentHash.toLowerCase())
    problems.push("it is not the document whose hash stands on chain");
  if (!verifyEs256k(sha256Bytes(`${head}.${body}`), decodeBase64Url(signature), author.publicKey))
    problems.push("the signature does not hold");
  const did = authorDid(BigInt(expected.chainId), expected.author).toLowerCase();
  if (author.did.toLowerCase() !== did || String(payload.iss).toLowerCase() !== did)
    problems.push("another account signed it");
  if (payload.vct !== partDocumentType(expected.type))
    problems.push(`it is no document of type ${expected.type}`);
  const about = Array.isArray(payload.about) ? payload.about : [];
  if (expected.about !== undefined && !about.includes(`0x${expected.about.toString(16).padStart(64, "0")}`))
    problems.push("it is about something else");

  for (const claim of Object.keys(payload)) {
    if (!OPEN_CLAIMS.has(claim)) problems.push(`it may not have an open claim ${claim.slice(0, 40)}`);
  }
  const opened = openDisclosures(payload, rest.join("~"), OPEN_CLAIMS);
  problems.push(...opened.problems);
  if (problems.length > 0) return refused(problems);
  return { ok: true, disclosed: opened.disclosed, undisclosedCount: opened.undisclosedCount, problems };
}

function parseObject(part: string | undefined): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(decodeBase64UrlText(part ?? ""));
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
