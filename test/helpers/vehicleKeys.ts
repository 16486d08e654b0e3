import { createECDH } from "node:crypto";
import { concat, dataSlice, hexlify, id, keccak256, TypedDataEncoder, Wallet } from "ethers";
import type { TypedDataDomain, TypedDataField } from "ethers";

export const KEY_TYPES = {
  BindKey: [
    { name: "vehicleId", type: "uint256" },
    { name: "keyId", type: "bytes32" },
    { name: "validFrom", type: "uint40" },
    { name: "validTo", type: "uint40" },
    { name: "binder", type: "address" },
  ],
  RotateKey: [
    { name: "vehicleId", type: "uint256" },
    { name: "oldKeyId", type: "bytes32" },
    { name: "keyId", type: "bytes32" },
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

/** A vehicle's hardware key, as a test stands in for it. */
export interface TestVehicleKey {
  /** ERC-7913 signer. */
  signer: string;
  keyId: string;
  sign(
    domain: TypedDataDomain,
    type: keyof typeof KEY_TYPES,
    value: Record<string, unknown>,
  ): Promise<string>;
}

/** @param name Whatever tells one key from another: the same name gives the same key in every run. */
export function secp256k1Key(name: string): TestVehicleKey {
  const wallet = new Wallet(id(`secp256k1 ${name}`));
  return {
    signer: wallet.address,
    keyId: keccak256(wallet.address),
    sign: (domain, type, value) => wallet.signTypedData(domain, { [type]: KEY_TYPES[type] }, value),
  };
}

const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/**
 * A P-256 key. Node cannot sign a finished digest, so this signs by the textbook: a test key, whose arithmetic takes
 * no care to be constant in time.
 *
 * @param verifier Address of the ERC-7913 verifier.
 * @param name Whatever tells one key from another: the same name gives the same key in every run.
 */
export function p256Key(verifier: string, name: string): TestVehicleKey {
  const scalar = BigInt(id(`p256 ${name}`)) % P256_ORDER;
  const signer = concat([verifier, publicPoint(scalar)]);
  return {
    signer,
    keyId: keccak256(signer),
    sign: async (domain, type, value) => {
      const digest = TypedDataEncoder.hash(domain, { [type]: KEY_TYPES[type] }, value);
      const nonce = BigInt(keccak256(concat([word(scalar), digest]))) % P256_ORDER;
      const r = BigInt(dataSlice(publicPoint(nonce), 0, 32)) % P256_ORDER;
      let s = (inverse(nonce) * (BigInt(digest) + r * scalar)) % P256_ORDER;
      if (s > P256_ORDER / 2n) s = P256_ORDER - s; // OpenZeppelin refuses the malleable half
      return concat([word(r), word(s)]);
    },
  };
}

/** Both coordinates of a scalar's point, 64 bytes. */
function publicPoint(scalar: bigint): string {
  const curve = createECDH("prime256v1");
  curve.setPrivateKey(Buffer.from(word(scalar).slice(2), "hex"));
  return dataSlice(hexlify(curve.getPublicKey()), 1);
}

const word = (value: bigint): string => `0x${value.toString(16).padStart(64, "0")}`;

/** Modular inverse by Fermat, the order being prime. */
function inverse(value: bigint): bigint {
  let result = 1n;
  let base = value % P256_ORDER;
  for (let exponent = P256_ORDER - 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % P256_ORDER;
    base = (base * base) % P256_ORDER;
  }
  return result;
}
