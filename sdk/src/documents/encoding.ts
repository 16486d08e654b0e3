import { decodeBase64, encodeBase64, sha256 } from "ethers";

// Node's own modules are looked up at run time, so that a bundle for browsers contains none of them.
const nodeCrypto = globalThis.process?.getBuiltinModule?.("node:crypto");
const nodeHash = nodeCrypto && "hash" in nodeCrypto ? nodeCrypto.hash : undefined;
const NodeBuffer = globalThis.process?.getBuiltinModule?.("node:buffer")?.Buffer;

const encoder = new TextEncoder();
// Two byte strings must not read as one text, so what is not UTF-8 is an error, and a byte order mark is kept.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @returns The SHA-256 of bytes, or of a text's UTF-8 bytes. */
export function sha256Bytes(data: string | Uint8Array): Uint8Array {
  if (nodeHash) return nodeHash("sha256", data, "buffer");
  return decodeHex(sha256(typeof data === "string" ? encoder.encode(data) : data));
}

/** {@link sha256Bytes} in the form that the SD-JWT library asks for. */
export function sdJwtHasher(data: string | ArrayBuffer): Uint8Array {
  return sha256Bytes(typeof data === "string" ? data : new Uint8Array(data));
}

/** @returns The SHA-256 of a text's UTF-8 bytes as lower-case hex with 0x. */
export function sha256Hex(text: string): string {
  if (nodeHash) return `0x${nodeHash("sha256", text, "hex")}`;
  return sha256(encoder.encode(text));
}

/** @returns The bytes as unpadded base64url (RFC 4648, section 5). */
export function encodeBase64Url(bytes: Uint8Array): string {
  if (NodeBuffer) return NodeBuffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64url");
  return encodeBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @returns The bytes behind unpadded base64url. The caller has checked the alphabet. */
export function decodeBase64Url(text: string): Uint8Array {
  if (NodeBuffer) return NodeBuffer.from(text, "base64url");
  return decodeBase64(
    text
      .replaceAll("-", "+")
      .replaceAll("_", "/")
      .padEnd(Math.ceil(text.length / 4) * 4, "="),
  );
}

/**
 * @returns The UTF-8 text behind unpadded base64url. The caller has checked the alphabet.
 * @throws {Error} When the bytes are not UTF-8.
 */
export function decodeBase64UrlText(text: string): string {
  return decoder.decode(decodeBase64Url(text));
}

/** @returns The bytes behind hex with 0x. */
export function decodeHex(text: string): Uint8Array {
  const bytes = new Uint8Array((text.length - 2) / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 + 2 * i, 4 + 2 * i), 16);
  return bytes;
}
