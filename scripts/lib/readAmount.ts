import { BlokError } from "../../sdk/src/errors/BlokError.js";

/**
 * An amount in base units from the command line.
 *
 * @throws {BlokError} `OPTION_AMOUNT`
 */
export function readAmount(option: string, text: string): bigint {
  if (/^\d{1,28}$/.test(text)) return BigInt(text);
  throw new BlokError("OPTION_AMOUNT", `${text} is no amount`, {
    where: option,
    fix: "give whole base units of the asset",
  });
}

/**
 * A whole number from the command line.
 *
 * @throws {BlokError} `OPTION_NUMBER`
 */
export function readCount(option: string, text: string, limits: { min: number; max: number }): number {
  const value = Number(text);
  if (/^\d{1,15}$/.test(text) && value >= limits.min && value <= limits.max) return value;
  throw new BlokError("OPTION_NUMBER", `${text} is no number that fits`, {
    where: option,
    fix: `give a whole number from ${limits.min} to ${limits.max}`,
  });
}
