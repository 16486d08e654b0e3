/** The largest amount of a channel: 96 bits. */
export const AMOUNT_MAX = 2n ** 96n - 1n;
/** The largest epoch of a channel: 24 bits. */
export const EPOCH_MAX = 2 ** 24 - 1;
/** 64 bits. */
export const SALT_MAX = 2n ** 64n - 1n;
/** 32 bits. */
export const DELAY_MAX = 2 ** 32 - 1;

export const ZERO_ADDRESS = `0x${"0".repeat(40)}` as const;
export const ZERO_HASH = `0x${"0".repeat(64)}` as const;

/** Whether a value is an amount in base units. */
export function isAmount(value: unknown): value is bigint {
  return typeof value === "bigint" && value >= 0n && value <= AMOUNT_MAX;
}

/** Whether a value is a whole number from 0 to `limit`. */
export function isUint(value: unknown, limit: number): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= limit;
}

/** Writes a number of at most 96 bits into the word at `offset`, whose other bytes are zero. */
export function writeUint96(view: DataView, offset: number, value: bigint): void {
  view.setUint32(offset + 20, Number(value >> 64n));
  view.setBigUint64(offset + 24, BigInt.asUintN(64, value));
}

/** Writes a number of at most 32 bits into the word at `offset`, whose other bytes are zero. */
export function writeUint32(view: DataView, offset: number, value: number): void {
  view.setUint32(offset + 28, value);
}

/** Whether a value is text that begins as hex of so many bytes does; its digits are looked at where they are read. */
export function isHexOf(value: unknown, bytes: number): value is `0x${string}` {
  return typeof value === "string" && value.length === 2 + 2 * bytes && value.startsWith("0x");
}
