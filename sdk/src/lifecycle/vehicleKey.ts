import { p256 } from "@noble/curves/p256.js";
import {
  concat,
  dataSlice,
  getAddress,
  getBytes,
  hexlify,
  keccak256,
  TypedDataEncoder,
  Wallet,
  type TypedDataDomain,
  type TypedDataField,
} from "ethers";
import type { Deployment } from "../chain/deployment.js";
import type { KeyCurve } from "./events.js";

/** A vehicle's hardware key, as a program stands in for it. A real one signs inside the vehicle. */
export interface VehicleKey {
  /** ERC-7913: an address, or the P-256 verifier's address and the key's coordinates. */
  signer: string;
  /** keccak256 of `signer`. */
  keyId: string;
  /** Under which the key's records stand. */
  author: string;
  /** Signs documents. Absent for P-256, which ES256K documents cannot be signed with: there the binder signs them. */
  documentSigner?: { address: string; privateKey: string };
  /** Signs 32 bytes as they are. */
  sign(digest: string): string;
}

const TYPES = {
  BindKey: [
    { name: "vehicleId", type: "uint256" },
    { name: "keyId", type: "bytes32" },
    { name: "validFrom", type: "uint40" },
    { name: "validTo", type: "uint40" },
    { name: "binder", type: "address" },
  ],
  VehicleRecord: [
    { name: "vehicleId", type: "uint256" },
    { name: "documentHash", type: "bytes32" },
    { name: "kind", type: "uint8" },
    { name: "code", type: "uint8" },
    { name: "odometer", type: "uint32" },
    { name: "odometerUnit", type: "uint8" },
    { name: "observedAt", type: "uint40" },
  ],
} satisfies Record<string, TypedDataField[]>;

/**
 * Makes a vehicle key from a secret.
 *
 * @param privateKey 32 bytes, hex with 0x; for P-256 it is reduced to the order of the curve.
 * @param p256Verifier The deployment's ERC-7913 verifier.
 * @example
 * const key = vehicleKey("secp256k1", secret, deployment.contracts.ERC7913P256Verifier);
 */
export function vehicleKey(curve: KeyCurve, privateKey: string, p256Verifier: string): VehicleKey {
  if (curve === "secp256k1") {
    const wallet = new Wallet(privateKey);
    return {
      ...identity(wallet.address),
      documentSigner: { address: wallet.address, privateKey },
      sign: (digest) => wallet.signingKey.sign(digest).serialized,
    };
  }
  const scalar = (BigInt(privateKey) % (p256.CURVE.n - 1n)) + 1n;
  const publicKey = p256.getPublicKey(scalar, false);
  return {
    ...identity(concat([p256Verifier, publicKey.subarray(1)])),
    sign: (digest) => hexlify(p256.sign(getBytes(digest), scalar, { lowS: true }).toCompactRawBytes()),
  };
}

/**
 * Who signs the documents of a vehicle's own records, as far as the chain tells.
 *
 * @param binding A `VehicleKeyBound` event: the key's ERC-7913 signer and who bound it.
 * @returns The key's own address for secp256k1; the binder for P-256, because documents are signed with ES256K.
 * @example
 * verifyDocument({ jwtOrPresentation, expected: { ...record, author: vehicleDocumentAuthor(binding) } });
 */
export function vehicleDocumentAuthor(binding: { signer: string; binder: string }): string {
  return binding.signer.length === 42 ? getAddress(binding.signer) : getAddress(binding.binder);
}

/** The digest that a key signs to be bound, or to write a record (EIP-712). */
export function vehicleKeyDigest(
  deployment: Pick<Deployment, "chainId" | "contracts">,
  type: keyof typeof TYPES,
  value: Record<string, unknown>,
): string {
  const domain: TypedDataDomain = {
    name: "blok auto vehicle keys",
    version: "1",
    chainId: deployment.chainId,
    verifyingContract: deployment.contracts.VehicleKeys,
  };
  return TypedDataEncoder.hash(domain, { [type]: TYPES[type] }, value);
}

function identity(signer: string): Pick<VehicleKey, "signer" | "keyId" | "author"> {
  const keyId = keccak256(signer);
  return { signer, keyId, author: getAddress(dataSlice(keyId, 12)) };
}
