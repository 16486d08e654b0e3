/**
 * A number as 32 bytes of hex with 0x, as topics, ids and hashes are written.
 *
 * @example
 * toHex32(1n); // "0x0000…0001"
 */
export function toHex32(value: bigint): `0x${string}` {
  return `0x${value.toString(16).padStart(64, "0")}`;
}
