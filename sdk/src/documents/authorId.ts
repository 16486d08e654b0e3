import { computeAddress, getAddress } from "ethers";
import { decodeBase64Url, decodeBase64UrlText, encodeBase64Url } from "./encoding.js";

/** A public key as JSON Web Key (RFC 8812). */
export interface Es256kJwk {
  kty: "EC";
  crv: "secp256k1";
  x: string;
  y: string;
}

/** What the header of a document says about its author, already checked for agreement with itself. */
export interface DocumentAuthor {
  /** did:pkh:eip155:<chain id>:<address> */
  did: string;
  /** Lower-case hex. */
  address: string;
  /** 65 bytes, uncompressed. */
  publicKey: Uint8Array;
}

/** A header that cannot be used, in words. */
export interface HeaderProblem {
  problem: string;
}

const CACHE_LIMIT = 1024;
const HEADER_LIMIT = 2048;
const cache = new Map<string, DocumentAuthor | HeaderProblem>();

/**
 * The name of an account on a chain as a decentralised identifier.
 *
 * @example
 * authorDid(1n, "0x52908400098527886E0F7030069857D2E4169EE7");
 * // "did:pkh:eip155:1:0x52908400098527886E0F7030069857D2E4169EE7"
 */
export function authorDid(chainId: bigint, address: string): string {
  return `did:pkh:eip155:${chainId}:${getAddress(address)}`;
}

/** The public key (65 bytes, uncompressed) as JSON Web Key. */
export function toJwk(publicKey: Uint8Array): Es256kJwk {
  return {
    kty: "EC",
    crv: "secp256k1",
    x: encodeBase64Url(publicKey.subarray(1, 33)),
    y: encodeBase64Url(publicKey.subarray(33)),
  };
}

/**
 * Reads a document's protected header. An author's header is the same in each of its documents, so parsed headers
 * are kept: the address behind a key is computed once, not once per document.
 *
 * @param encoded The header as it stands in the JWT, base64url.
 */
export function readHeader(encoded: string): DocumentAuthor | HeaderProblem {
  const known = cache.get(encoded);
  if (known) return known;
  if (encoded.length > HEADER_LIMIT) return { problem: "the header is too long" };
  const result = parseHeader(encoded);
  if (cache.size >= CACHE_LIMIT) cache.clear();
  cache.set(encoded, result);
  return result;
}

function parseHeader(encoded: string): DocumentAuthor | HeaderProblem {
  let header: unknown;
  try {
    header = JSON.parse(decodeBase64UrlText(encoded));
  } catch {
    return { problem: "the header is not JSON" };
  }
  if (!isRecord(header)) return { problem: "the header is not an object" };
  if (header.alg !== "ES256K") return { problem: "the header's alg must be ES256K" };
  if (header.typ !== "dc+sd-jwt") return { problem: "the header's typ must be dc+sd-jwt" };
  // RFC 7515: a header that demands extensions must be refused by who does not know them, and none is known here.
  if ("crit" in header) return { problem: "the header demands extensions that are not supported" };
  const publicKey = fromJwk(header.jwk);
  if (!publicKey) return { problem: "the header's jwk is not a secp256k1 public key" };
  const kid = header.kid;
  if (typeof kid !== "string" || !/^did:pkh:eip155:[1-9][0-9]{0,76}:0x[0-9a-fA-F]{40}$/.test(kid)) {
    return { problem: "the header's kid must be did:pkh:eip155:<chain id>:<address>" };
  }
  const address = addressOf(publicKey);
  if (!address) return { problem: "the header's jwk is not a point of secp256k1" };
  if (!kid.toLowerCase().endsWith(address)) return { problem: "the header's jwk does not belong to its kid" };
  return { did: kid, address, publicKey };
}

function fromJwk(jwk: unknown): Uint8Array | undefined {
  if (!isRecord(jwk) || jwk.kty !== "EC" || jwk.crv !== "secp256k1") return undefined;
  const { x, y } = jwk;
  const coordinate = /^[A-Za-z0-9_-]{43}$/;
  if (typeof x !== "string" || typeof y !== "string" || !coordinate.test(x) || !coordinate.test(y))
    return undefined;
  const publicKey = new Uint8Array(65);
  publicKey[0] = 4;
  publicKey.set(decodeBase64Url(x), 1);
  publicKey.set(decodeBase64Url(y), 33);
  return publicKey;
}

function addressOf(publicKey: Uint8Array): string | undefined {
  let hex = "0x";
  for (const byte of publicKey) hex += byte.toString(16).padStart(2, "0");
  try {
    return computeAddress(hex).toLowerCase();
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
