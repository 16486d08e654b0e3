import { secp256k1 } from "@noble/curves/secp256k1";
import { p256 } from "@noble/curves/nist";
import type { EcPublicKey as PublicKey } from "@road-labs/ocmf-crypto-noble";
import { decodeBase64, encodeBase64, getBytes } from "ethers";
import { ChargingError } from "./ChargingError.js";
import { Crypto, EcPublicKey } from "./ocmfLibrary.js";

/** The curves whose signatures a chain can check too: by ecrecover, and by P256VERIFY. */
export type MeterCurve = "secp256k1" | "secp256r1";

/** A public key as X.509 SubjectPublicKeyInfo in DER: bytes, hex with or without 0x, or base64. */
export type MeterPublicKey = string | Uint8Array;

export interface MeterKey {
  curve: MeterCurve;
  /** PKCS #8 in DER. */
  privateKey: Uint8Array;
  /** SubjectPublicKeyInfo in DER, base64, as in the signed data of a charge detail record. */
  publicKey: string;
}

// RFC 5915 with the curve named inside, which is where the library looks for it. Fixed lengths, hence fixed bytes.
const PKCS8: Record<MeterCurve, readonly [head: string, tail: string]> = {
  secp256r1: [
    "304d020100301306072a8648ce3d020106082a8648ce3d030107043330310201010420",
    "a00a06082a8648ce3d030107",
  ],
  secp256k1: ["3047020100301006072a8648ce3d020106052b8104000a0430302e0201010420", "a00706052b8104000a"],
};

/**
 * The key of a meter out of a secret, for tests and demonstrations; a real meter makes its own and keeps it.
 *
 * @param secret 32 bytes.
 * @throws {ChargingError} `METER_KEY`.
 * @example
 * createMeterKey("secp256r1", getBytes(id("meter of the demonstration"))).publicKey; // "MFkwEwYHKoZIzj0C..."
 */
export function createMeterKey(curve: MeterCurve, secret: Uint8Array): MeterKey {
  let point: Uint8Array;
  try {
    point = (curve === "secp256k1" ? secp256k1 : p256).getPublicKey(secret, false);
  } catch (cause) {
    throw new ChargingError("METER_KEY", `this is no secret of a ${curve} key`, {
      fix: "use 32 random bytes",
      cause,
    });
  }
  const [head, tail] = PKCS8[curve];
  const privateKey = Uint8Array.from([...getBytes(`0x${head}`), ...secret, ...getBytes(`0x${tail}`)]);
  return { curve, privateKey, publicKey: encodeBase64(new EcPublicKey(point, curve).encode("spki-der")) };
}

/**
 * Reads the public key of a meter.
 *
 * @throws {ChargingError} `METER_KEY`.
 */
export async function readMeterPublicKey(key: MeterPublicKey): Promise<PublicKey> {
  const wanted = {
    fix: "give a SubjectPublicKeyInfo of secp256r1 or secp256k1 in DER, as bytes, hex or base64",
  };
  let read: PublicKey;
  try {
    read = await new Crypto().decodeEcPublicKey(bytesOf(key), "spki-der");
  } catch (cause) {
    throw new ChargingError("METER_KEY", "this is no public key of a meter", { ...wanted, cause });
  }
  if (read.getCurve() !== "secp256r1" && read.getCurve() !== "secp256k1") {
    throw new ChargingError("METER_KEY", `keys of ${read.getCurve()} are not accepted`, wanted);
  }
  return read;
}

function bytesOf(key: MeterPublicKey): Uint8Array {
  if (typeof key !== "string") return key;
  if (/^(0x)?([0-9a-fA-F]{2})+$/.test(key)) return getBytes(key.startsWith("0x") ? key : `0x${key}`);
  return decodeBase64(key);
}
