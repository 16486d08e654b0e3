import { decodeBase64UrlText, encodeBase64Url, sha256Bytes } from "./encoding.js";

export interface OpenedDisclosures {
  /** Field names and values whose digests the author signed. */
  disclosed: Record<string, unknown>;
  /** How many fields were disclosed. */
  count: number;
  undisclosedCount: number;
  problems: string[];
}

const NONE: readonly string[] = [];

/**
 * Opens the disclosures that follow a JWT (RFC 9901, section 7.1), for documents whose content fields are disclosed
 * one by one at the top level.
 *
 * @param payload The signed payload, with the digests in `_sd`.
 * @param tail What follows the JWT's tilde: disclosures, each with a tilde behind it.
 * @param openClaims Names that a disclosure may not take.
 */
export function openDisclosures(
  payload: Record<string, unknown>,
  tail: string,
  openClaims: ReadonlySet<string>,
): OpenedDisclosures {
  const digests = payload._sd === undefined ? NONE : payload._sd;
  const result: OpenedDisclosures = { disclosed: {}, count: 0, undisclosedCount: 0, problems: [] };
  if (!Array.isArray(digests) || !digests.every((digest) => typeof digest === "string")) {
    result.problems.push("_sd is not a list of digests");
    return result;
  }
  result.undisclosedCount = digests.length;
  if (payload._sd_alg !== undefined && payload._sd_alg !== "sha-256") {
    result.problems.push("_sd_alg must be sha-256");
  }
  if (tail === "") return result;

  const disclosures = tail.split("~");
  // What stands behind the last tilde is a key binding, which these documents do not have.
  if (disclosures.pop() !== "") result.problems.push("there is something behind the last disclosure");

  const open = new Set<string>(digests);
  if (open.size !== digests.length) result.problems.push("a digest occurs twice");
  for (const disclosure of disclosures) {
    const problem = openOne(disclosure, open, openClaims, result.disclosed);
    if (problem) result.problems.push(problem);
    else result.count++;
  }
  result.undisclosedCount = open.size;
  return result;
}

function openOne(
  disclosure: string,
  open: Set<string>,
  openClaims: ReadonlySet<string>,
  disclosed: Record<string, unknown>,
): string | undefined {
  if (!/^[A-Za-z0-9_-]+$/.test(disclosure)) return "a disclosure is not base64url";
  if (!open.delete(encodeBase64Url(sha256Bytes(disclosure)))) {
    return "a disclosure was altered, repeated or belongs to another document";
  }
  let item: unknown;
  try {
    item = JSON.parse(decodeBase64UrlText(disclosure));
  } catch {
    return "a disclosure is not JSON";
  }
  if (!Array.isArray(item) || item.length !== 3) return "a disclosure is not a salt, a name and a value";
  const [salt, name, value] = item as unknown[];
  if (typeof salt !== "string" || typeof name !== "string")
    return "a disclosure is not a salt, a name and a value";
  if (openClaims.has(name) || name === "..." || name === "__proto__" || Object.hasOwn(disclosed, name)) {
    return `a disclosure may not be called ${name.slice(0, 40)}`;
  }
  disclosed[name] = value;
  return undefined;
}
