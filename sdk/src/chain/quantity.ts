import { ChainError } from "./ChainError.js";

/** A number as JSON-RPC writes it. */
export function toQuantity(value: number): `0x${string}` {
  return `0x${value.toString(16)}`;
}

/**
 * Reads a number as JSON-RPC writes it.
 *
 * @param field Named in the error.
 * @throws {ChainError} `RPC_MALFORMED` when it is none, or too large to be exact.
 */
export function fromQuantity(value: unknown, field: string): number {
  const result = typeof value === "string" && /^0x[0-9a-fA-F]+$/.test(value) ? Number(value) : Number.NaN;
  if (!Number.isSafeInteger(result)) {
    throw new ChainError("RPC_MALFORMED", `the node's ${field} is not a number: ${JSON.stringify(value)}`);
  }
  return result;
}
