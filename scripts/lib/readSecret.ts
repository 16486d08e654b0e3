import { BlokError } from "../../sdk/src/errors/BlokError.js";

/**
 * A secret of 32 bytes from the environment: a command's arguments can be read by everybody on the machine.
 *
 * @param variable Its name.
 * @param what What it is, for the error.
 * @returns Hex with 0x.
 * @throws {BlokError} `SECRET` when the variable is missing or is not 32 bytes in hex. The error does not quote it.
 */
export function readSecret(variable: string, what: string): `0x${string}` {
  const hex = (process.env[variable] ?? "").trim().replace(/^0x/, "");
  if (/^[0-9a-fA-F]{64}$/.test(hex)) return `0x${hex.toLowerCase()}`;
  throw new BlokError("SECRET", hex === "" ? `${what} is missing` : `${what} is not 32 bytes in hex`, {
    where: variable,
    fix: "set it to 64 hex digits, with or without 0x",
  });
}
