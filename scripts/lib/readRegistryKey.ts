import { BlokError } from "../../sdk/src/errors/BlokError.js";

/**
 * The registry's key, from the environment: a command's arguments can be read by everybody on the machine.
 *
 * @throws {BlokError} `REGISTRY_KEY` when BLOK_REGISTRY_KEY is missing or is not 32 bytes in hex.
 */
export function readRegistryKey(): Uint8Array {
  const hex = (process.env.BLOK_REGISTRY_KEY ?? "").trim().replace(/^0x/, "");
  if (/^[0-9a-fA-F]{64}$/.test(hex)) return Uint8Array.from(Buffer.from(hex, "hex"));
  throw new BlokError(
    "REGISTRY_KEY",
    hex === "" ? "the registry key is missing" : "the registry key is not 32 bytes in hex",
    {
      where: "BLOK_REGISTRY_KEY",
      fix: "set it to the 64 hex digits that the registry's members share",
    },
  );
}
