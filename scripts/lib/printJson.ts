import { toHex32 } from "../../sdk/src/history/toHex32.js";

/** Prints a value as JSON: quantities and other small numbers as numbers, ids as 0x and 64 hex digits. */
export function printJson(value: unknown): void {
  console.log(
    JSON.stringify(value, (_, field: unknown) => {
      if (typeof field !== "bigint") return field;
      return field <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(field) : toHex32(field);
    }),
  );
}
