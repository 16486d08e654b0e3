import { computeHmac, toUtf8Bytes } from "ethers";
import { validateVin } from "./validateVin.js";
import { VinError } from "./VinError.js";

/**
 * Computes a vehicle's id: HMAC-SHA-256 of its VIN under the registry's secret key. One VIN has one id, and without
 * the key nobody can test which VIN an id stands for.
 *
 * @param vin A valid VIN, exactly as `validateVin` accepts it.
 * @param registryKey 32 secret bytes, the same for all members of a registry.
 * @returns The id, a 256-bit number.
 * @throws {VinError} `REGISTRY_KEY` unless the key has 32 bytes that are not all zero; otherwise as `validateVin`.
 * @example
 * const vehicleId = vehicleTag("WVWZZZ1JZXW000001", registryKey);
 */
export function vehicleTag(vin: string, registryKey: Uint8Array): bigint {
  if (!(registryKey instanceof Uint8Array) || registryKey.length !== 32) {
    throw new VinError("REGISTRY_KEY", "the registry key must be 32 bytes", {
      fix: "load the key that the registry's members share",
    });
  }
  // A buffer that nobody filled is the one wrong key that length cannot tell.
  if (registryKey.every((byte) => byte === 0)) {
    throw new VinError("REGISTRY_KEY", "the registry key is all zeros", {
      fix: "generate it from a secure source of random numbers",
    });
  }
  validateVin(vin);
  return BigInt(computeHmac("sha256", registryKey, toUtf8Bytes(vin)));
}
