import { SDJwtInstance, type SdJwtPayload } from "@sd-jwt/core";
import { computeAddress, randomBytes, SigningKey } from "ethers";
import type { OdometerReading } from "../brands/odometer.js";
import { authorDid, toJwk } from "./authorId.js";
import type { DocumentContent, DocumentKind } from "./contentTypes.js";
import { DocumentError } from "./DocumentError.js";
import { decodeHex, encodeBase64Url, sdJwtHasher, sha256Bytes, sha256Hex } from "./encoding.js";
import { documentType, recordKindName } from "./kinds.js";
import { hasSchema } from "./contentProblems.js";
import { parseContent } from "./parseContent.js";
import { compactSignature, verifyEs256k } from "./signature.js";

/** A signature as hardware and remote signers return it: hex with 0x, 32 bytes each. */
export interface EcdsaSignature {
  r: string;
  s: string;
}

/** Who signs: a key in memory, or a signer that keeps its key to itself. */
export type DocumentSigner =
  | { address: string; privateKey: string }
  | {
      address: string;
      /** Hex with 0x, compressed or not. */
      publicKey: string;
      /** Signs 32 bytes as they are, without hashing or prefixing them. */
      signDigest(digest: Uint8Array): EcdsaSignature | Promise<EcdsaSignature>;
    };

export interface IssueDocumentInput<K extends DocumentKind> {
  /** The number of the kind, see `RECORD_KINDS`. */
  kind: K;
  vehicleId: bigint;
  /** When the fact happened, Unix seconds. */
  observedAt: number;
  odometer?: OdometerReading;
  /** The number of the vehicle's record that this one corrects. */
  corrects?: number;
  content: DocumentContent<K>;
  chainId: bigint | number;
  signer: DocumentSigner;
}

export interface IssuedDocument {
  /** The signed part: header, payload and signature. */
  jwt: string;
  /** One per content field. Only these contain the values and their salts. */
  disclosures: string[];
  /** The whole SD-JWT: the signed part and all disclosures, each followed by a tilde. What a store keeps. */
  compact: string;
  /** SHA-256 of `jwt`, hex with 0x. What stands on chain. */
  documentHash: string;
}

const MAX_UINT32 = 0xffffffff;
const MAX_UINT40 = 0xffffffffff;
const MAX_UINT256 = (1n << 256n) - 1n;

/**
 * Makes and signs the document of one record: an SD-JWT (RFC 9901) signed with ES256K. Vehicle, kind, time, odometer
 * and correction are open; every content field is salted and can be disclosed, or withheld, by itself.
 *
 * @returns The document. Its `documentHash` covers the signed part alone, so that a partial presentation still
 * matches the chain.
 * @throws {DocumentError} When an input is out of range (`DOCUMENT_KIND`, `DOCUMENT_VEHICLE`, `DOCUMENT_OBSERVED_AT`,
 * `DOCUMENT_ODOMETER`, `DOCUMENT_CORRECTS`, `DOCUMENT_CHAIN`), the content does not fit its schema
 * (`DOCUMENT_CONTENT`), or the signer's key, address and signature do not belong together (`DOCUMENT_SIGNER`).
 * @example
 * const { compact, documentHash } = await issueDocument({
 *   kind: RECORD_KINDS.odometerReading,
 *   vehicleId,
 *   observedAt: 1_767_225_600,
 *   odometer: { value: 48_210, unit: "km" },
 *   content: { source: "workshop", certification: OdometerCertification.Actual },
 *   chainId: 31337n,
 *   signer: { address: wallet.address, privateKey: wallet.privateKey },
 * });
 */
export async function issueDocument<K extends DocumentKind>(
  input: IssueDocumentInput<K>,
): Promise<IssuedDocument> {
  const open = openClaims(input);
  const content = plainContent(input.kind, input.content);
  const chainId = BigInt(input.chainId);
  if (chainId <= 0n) throw new DocumentError("DOCUMENT_CHAIN", `${chainId} is not a chain id`);
  const { publicKey, sign } = signerOf(input.signer);
  const did = authorDid(chainId, input.signer.address);

  const sdJwt = new SDJwtInstance<SdJwtPayload>({
    omitTyp: true,
    signAlg: "ES256K",
    signer: sign,
    hashAlg: "sha-256",
    hasher: sdJwtHasher,
    saltGenerator: (length) => encodeBase64Url(randomBytes(length)),
  });
  const payload: SdJwtPayload = { iss: did, ...open, ...content };
  // The library's frame type has no form for names that are known only at run time.
  const frame = { _sd: Object.keys(content) } as Parameters<typeof sdJwt.issue<SdJwtPayload>>[1];
  const compact = await sdJwt.issue(payload, frame, {
    header: { typ: "dc+sd-jwt", kid: did, jwk: toJwk(publicKey) },
  });
  const [jwt = "", ...rest] = compact.split("~");
  return { jwt, disclosures: rest.slice(0, -1), compact, documentHash: sha256Hex(jwt) };
}

function openClaims(input: Omit<IssueDocumentInput<DocumentKind>, "content">): Record<string, unknown> {
  const { kind, vehicleId, observedAt, odometer, corrects } = input;
  const name = recordKindName(kind);
  if (name === undefined || !hasSchema(name)) {
    throw new DocumentError(
      "DOCUMENT_KIND",
      `documents of kind ${kind} (${name ?? "unknown"}) have no schema`,
      {
        fix: "use a kind that RECORD_SCHEMAS lists",
      },
    );
  }
  if (vehicleId <= 0n || vehicleId > MAX_UINT256) {
    throw new DocumentError("DOCUMENT_VEHICLE", "the vehicle id must be a positive 256-bit number", {
      fix: "use vehicleTag(vin, registryKey)",
    });
  }
  if (!isWhole(observedAt, 1, MAX_UINT40)) {
    throw new DocumentError(
      "DOCUMENT_OBSERVED_AT",
      `observedAt ${observedAt} is not a time in whole Unix seconds`,
    );
  }
  if (
    odometer &&
    !(isWhole(odometer.value, 0, MAX_UINT32) && (odometer.unit === "km" || odometer.unit === "mi"))
  ) {
    throw new DocumentError(
      "DOCUMENT_ODOMETER",
      `${odometer.value} ${odometer.unit} is not an odometer reading`,
      {
        fix: "give a whole number, without tenths, and km or mi",
      },
    );
  }
  if (corrects !== undefined && !isWhole(corrects, 1, MAX_UINT32)) {
    throw new DocumentError("DOCUMENT_CORRECTS", `${corrects} is not the number of a record`, {
      fix: "records of a vehicle are numbered from 1; leave corrects out when nothing is corrected",
    });
  }
  return {
    vct: documentType(name),
    vehicle: `0x${vehicleId.toString(16).padStart(64, "0")}`,
    kind,
    observedAt,
    ...(odometer && { odometer: { value: odometer.value, unit: odometer.unit } }),
    ...(corrects !== undefined && { corrects }),
  };
}

function plainContent(kind: DocumentKind, content: unknown): Record<string, unknown> {
  let plain: unknown;
  try {
    // What is checked must be what is signed: no getters, dates or absent values in between.
    plain = JSON.parse(JSON.stringify(content));
  } catch (cause) {
    throw new DocumentError("DOCUMENT_CONTENT", "the content cannot be written as JSON", { cause });
  }
  return { ...parseContent(kind, plain) };
}

function signerOf(signer: DocumentSigner): {
  publicKey: Uint8Array;
  sign: (data: string) => Promise<string>;
} {
  let publicKeyHex: string;
  let signDigest: (digest: Uint8Array) => EcdsaSignature | Promise<EcdsaSignature>;
  try {
    if ("privateKey" in signer) {
      const key = new SigningKey(signer.privateKey);
      publicKeyHex = key.publicKey;
      signDigest = (digest) => key.sign(digest);
    } else {
      publicKeyHex = SigningKey.computePublicKey(signer.publicKey, false);
      signDigest = (digest) => signer.signDigest(digest);
    }
  } catch {
    // The cause is left out: it may quote the key.
    throw new DocumentError("DOCUMENT_SIGNER", "the signer's key is not a secp256k1 key");
  }
  if (computeAddress(publicKeyHex).toLowerCase() !== signer.address.toLowerCase()) {
    throw new DocumentError("DOCUMENT_SIGNER", "the signer's key does not belong to its address", {
      where: signer.address,
    });
  }
  const publicKey = decodeHex(publicKeyHex);
  const sign = async (data: string): Promise<string> => {
    const digest = sha256Bytes(data);
    const { r, s } = await signDigest(digest);
    const signature = compactSignature(r, s);
    if (!verifyEs256k(digest, signature, publicKey)) {
      throw new DocumentError(
        "DOCUMENT_SIGNER",
        "the signer returned a signature that its key did not make",
        {
          where: signer.address,
          fix: "sign the 32 bytes as they are: no hashing, no message prefix",
        },
      );
    }
    return encodeBase64Url(signature);
  };
  return { publicKey, sign };
}

function isWhole(value: number, low: number, high: number): boolean {
  return Number.isInteger(value) && value >= low && value <= high;
}
