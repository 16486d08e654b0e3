import { sha256, toUtf8Bytes } from "ethers";
import { ERASURE_REASONS, type ErasureReason } from "./DocumentStore.js";
import { StoreError } from "./StoreError.js";

/** @returns The hash in lower case, safe to be part of a path. */
export function checkHash(documentHash: string): string {
  if (!/^0x[0-9a-fA-F]{64}$/.test(documentHash)) {
    throw new StoreError("STORE_ARGUMENT", "a document hash is 0x and 64 hexadecimal digits");
  }
  return documentHash.toLowerCase();
}

/** Refuses a document that does not have the hash it is to be stored under. */
export function checkContent(hash: string, compact: string): void {
  const jwt = compact.split("~", 1)[0] ?? "";
  if (sha256(toUtf8Bytes(jwt)) !== hash) {
    throw new StoreError("STORE_HASH", "the document does not have this hash", {
      where: hash,
      fix: "store a document under the documentHash it was issued with",
    });
  }
}

export function checkReason(reason: ErasureReason): void {
  if (!ERASURE_REASONS.includes(reason)) {
    throw new StoreError("STORE_ARGUMENT", "the reason for an erasure is not one of the list", {
      fix: `use ${ERASURE_REASONS.join(", ")}`,
    });
  }
}
