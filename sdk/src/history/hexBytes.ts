// Node's Buffer writes hex many times faster than a loop; a bundle for browsers contains none of it.
const NodeBuffer = globalThis.process?.getBuiltinModule?.("node:buffer")?.Buffer;

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Memory that is written in hex, again and again. */
export interface HexBuffer {
  bytes: Uint8Array;
  /**
   * Writes hex with 0x at an offset.
   * @returns Whether all of it was hex and fitted exactly `length` bytes.
   */
  write(hex: string, offset: number, length: number): boolean;
}

/**
 * Allocates memory that hex can be written to without allocating more.
 *
 * @param length In bytes.
 * @example
 * const buffer = hexBuffer(32);
 * buffer.write(`0x${"ff".repeat(32)}`, 0, 32); // true
 */
export function hexBuffer(length: number): HexBuffer {
  const bytes = new Uint8Array(length);
  if (NodeBuffer) {
    const view = NodeBuffer.from(bytes.buffer);
    return {
      bytes,
      write: (hex, offset, size) =>
        hex.length === 2 + 2 * size && view.write(hex.slice(2), offset, size, "hex") === size,
    };
  }
  return {
    bytes,
    write: (hex, offset, size) => {
      if (hex.length !== 2 + 2 * size || !/^0x[0-9a-fA-F]*$/.test(hex)) return false;
      for (let i = 0; i < size; i++) bytes[offset + i] = Number.parseInt(hex.slice(2 + 2 * i, 4 + 2 * i), 16);
      return true;
    },
  };
}

/** Hex with 0x, lower case. */
export function toHex(bytes: Uint8Array): string {
  if (NodeBuffer) return `0x${NodeBuffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex")}`;
  let hex = "0x";
  for (const byte of bytes) hex += HEX[byte];
  return hex;
}
