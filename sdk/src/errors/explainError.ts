import { AbiCoder, dataSlice, type ErrorFragment, Interface, isHexString } from "ethers";
import { errorsAbi } from "../abi/errors.js";
import { ERROR_WORDS } from "./errorWords.js";
import type { ErrorValues } from "./errorWords.js";

/** A custom error of a contract, decoded and put into words. */
export interface ExplainedError {
  /** The error's name in the ABI, such as `TitleLocked`. */
  name: string;
  values: ErrorValues;
  /** What went wrong, in words. */
  message: string;
  /** What to do about it. */
  fix: string;
}

const ERRORS = new Interface(errorsAbi);
/** Those that were met: ethers hashes all of them anew to find one. */
const known = new Map<string, ErrorFragment>();

/**
 * Puts a failed call's error into words: finds the revert data wherever ethers, viem, Hardhat or a node put it, and
 * decodes it with the merged ABI of all contracts.
 *
 * @param error What a call threw, or the revert data itself.
 * @returns `undefined` when there is no custom error of these contracts in it.
 * @example
 * try { await title.transferFrom(from, to, vehicleId); }
 * catch (error) { console.error(explainError(error)?.message); } // "title 0x12ab…cdef is locked (theft)"
 */
export function explainError(error: unknown): ExplainedError | undefined {
  const data = findRevertData(error, new Set());
  if (data === undefined) return undefined;
  const fragment = fragmentOf(data);
  if (fragment === null) return undefined;

  const args = AbiCoder.defaultAbiCoder().decode(fragment.inputs, dataSlice(data, 4));
  const values: ErrorValues = Object.fromEntries(
    fragment.inputs.map((input, index): [string, unknown] => [input.name, args[index]]),
  );
  const words = ERROR_WORDS[fragment.name];
  return {
    name: fragment.name,
    values,
    message: words === undefined ? fragment.format() : words.says(values),
    fix: words?.fix ?? "See docs/errors.md.",
  };
}

/** Libraries nest the data differently: `data`, `error.data`, `info.error.data`, `cause.data`, `data.data`. */
function findRevertData(value: unknown, seen: Set<unknown>): string | undefined {
  if (typeof value === "string") return isHexString(value) && value.length >= 10 ? value : undefined;
  if (typeof value !== "object" || value === null || seen.has(value)) return undefined;
  seen.add(value);
  for (const key of ["data", "error", "info", "cause", "raw"]) {
    const found = findRevertData((value as Record<string, unknown>)[key], seen);
    if (found !== undefined && fragmentOf(found) !== null) return found;
  }
  return undefined;
}

function fragmentOf(data: string): ErrorFragment | null {
  const selector = dataSlice(data, 0, 4);
  const fragment = known.get(selector) ?? ERRORS.getError(selector);
  if (fragment !== null) known.set(selector, fragment);
  return fragment;
}
