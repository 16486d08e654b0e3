import { BlokError } from "../../sdk/src/errors/BlokError.js";

/**
 * A private key from the environment: a command's arguments can be read by everybody on the machine.
 *
 * @param variable Its name.
 * @returns 0x and 64 hex digits.
 * @throws {BlokError} `SECRET_VARIABLE` when it is missing or is not 32 bytes in hex.
 */
export function readSecret(variable: string): string {
  const value = (process.env[variable] ?? "").trim();
  if (/^0x[0-9a-fA-F]{64}$/.test(value)) return value;
  throw new BlokError(
    "SECRET_VARIABLE",
    value === "" ? "the key is missing" : "the key is not 32 bytes in hex",
    {
      where: variable,
      fix: "set it to 0x and 64 hex digits",
    },
  );
}
