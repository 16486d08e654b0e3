import { SDJwtInstance, type SdJwtPayload } from "@sd-jwt/core";
import { computeAddress, randomBytes, SigningKey } from "ethers";
import { authorDid, toJwk } from "./authorId.js";
import { DocumentError } from "./DocumentError.js";
import { decodeHex, encodeBase64Url, sdJwtHasher, sha256Bytes, sha256Hex } from "./encoding.js";
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

/**
 * Signs content as an SD-JWT (RFC 9901) with ES256K: `open` can be read by everybody who has the document, every field of
 * `content` is salted and can be disclosed, or withheld, by itself.
 *
 * @throws {DocumentError} `DOCUMENT_CHAIN`, or `DOCUMENT_SIGNER` when key, address and signature do not belong together.
 */
export async function signContent(
  open: Record<string, unknown>,
  content: Record<string, unknown>,
  chain: bigint | number,
  signer: DocumentSigner,
): Promise<IssuedDocument> {
  const chainId = BigInt(chain);
  if (chainId <= 0n) throw new DocumentError("DOCUMENT_CHAIN", `${chainId} is not a chain id`);
  const { publicKey, sign } = signerOf(signer);
  const did = authorDid(chainId, signer.address);

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
