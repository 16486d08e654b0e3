import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { join } from "node:path";
import { checkContent, checkHash, checkReason } from "./checkArguments.js";
import type { DocumentStore, ErasureReason, StoredDocument, StoredDocumentSummary } from "./DocumentStore.js";
import { createFile, destroyFile, readFileIfAny, readFolder } from "./files.js";
import { StoreError } from "./StoreError.js";

const CIPHER = "aes-256-gcm";
const FORMAT = Buffer.from("BLOK\x01", "latin1");
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

/**
 * A document store in a folder. Each document is encrypted with AES-256-GCM under a random key of its own; keys and
 * ciphertexts lie in separate folders, so that they can be put on separate disks and only one of them be backed up.
 *
 * Writing creates the key before the ciphertext; erasing writes the tombstone, then destroys the key, then the
 * ciphertext. So whenever a process stops, `get` tells the truth, and the interrupted call can be made again.
 *
 * @example
 * const store = new FileDocumentStore("./documents");
 * await store.put(documentHash, compact);
 * await store.erase(documentHash, "dataSubjectRequest");
 * await store.get(documentHash); // { status: "erased", erasedAt: … }
 */
export class FileDocumentStore implements DocumentStore {
  readonly #folder: string;
  readonly #now: () => number;

  /**
   * @param folder Created when it does not exist.
   * @param now The clock that erasures are dated by, Unix seconds.
   */
  constructor(folder: string, now: () => number = () => Math.floor(Date.now() / 1000)) {
    this.#folder = folder;
    this.#now = now;
  }

  async put(documentHash: string, compact: string): Promise<void> {
    const hash = checkHash(documentHash);
    checkContent(hash, compact);
    const known = await this.get(hash);
    if (known.status === "erased") refuseErased(hash);
    if (known.status === "present") return refuseOther(hash, known.compact, compact);

    const key = await this.#createKey(hash);
    const path = this.#path("documents", hash);
    if (!(await createFile(path, encrypt(hash, key, compact)))) {
      const winner = await this.get(hash);
      refuseOther(hash, winner.status === "present" ? winner.compact : undefined, compact);
    }
    // An erasure may have begun since the first look, and must win.
    if ((await this.get(hash)).status === "erased") {
      await this.#destroy(hash);
      refuseErased(hash);
    }
  }

  async get(documentHash: string): Promise<StoredDocument> {
    const hash = checkHash(documentHash);
    const erasedAt = await this.#readTombstone(hash);
    if (erasedAt !== undefined) return { status: "erased", erasedAt };
    // An erasure may begin between any two looks, so what was not found or not readable is looked at again.
    let document: StoredDocument | StoreError;
    try {
      document = await this.#read(hash);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      document = error;
    }
    if ("status" in document && document.status === "present") return document;
    const erasedSince = await this.#readTombstone(hash);
    if (erasedSince !== undefined) return { status: "erased", erasedAt: erasedSince };
    if (document instanceof StoreError) throw document;
    return document;
  }

  async erase(documentHash: string, reason: ErasureReason): Promise<void> {
    const hash = checkHash(documentHash);
    checkReason(reason);
    if ((await this.#readTombstone(hash)) === undefined) {
      const [document, key] = await Promise.all([
        readFileIfAny(this.#path("documents", hash)),
        readFileIfAny(this.#path("keys", hash)),
      ]);
      if (!document && !key) {
        throw new StoreError("STORE_MISSING", "the store never had this document", { where: hash });
      }
      const tombstone = { documentHash: hash, erasedAt: this.#now(), reason };
      await createFile(this.#path("tombstones", hash), Buffer.from(`${JSON.stringify(tombstone)}\n`));
    }
    await this.#destroy(hash);
  }

  async list(): Promise<StoredDocumentSummary[]> {
    const statuses = new Map<string, "present" | "erased">();
    for (const [part, status] of [
      ["documents", "present"],
      ["tombstones", "erased"],
    ] as const) {
      for (const shard of await readFolder(join(this.#folder, part))) {
        for (const name of await readFolder(join(this.#folder, part, shard))) {
          const hash = /^([0-9a-f]{64})\.(?:bin|json)$/.exec(name)?.[1];
          if (hash) statuses.set(`0x${hash}`, status);
        }
      }
    }
    return [...statuses]
      .map(([documentHash, status]) => ({ documentHash, status }))
      .sort((a, b) => (a.documentHash < b.documentHash ? -1 : 1));
  }

  async #read(hash: string): Promise<StoredDocument> {
    const ciphertext = await readFileIfAny(this.#path("documents", hash));
    if (!ciphertext) return { status: "missing" };
    const key = await readFileIfAny(this.#path("keys", hash));
    if (!key) {
      throw new StoreError(
        "STORE_TAMPERED",
        "the document's key is gone, though nothing says that it was erased",
        {
          where: this.#path("keys", hash),
          fix: "restore the key from a backup, or erase the document",
        },
      );
    }
    return { status: "present", compact: this.#decrypt(hash, key, ciphertext) };
  }

  async #createKey(hash: string): Promise<Buffer> {
    const path = this.#path("keys", hash);
    const key = randomBytes(KEY_BYTES);
    if (await createFile(path, key)) return key;
    // Left by an interrupted put, or just made by another process: either way the one to use.
    return (await readFileIfAny(path)) ?? refuseErased(hash);
  }

  async #readTombstone(hash: string): Promise<number | undefined> {
    const path = this.#path("tombstones", hash);
    const text = await readFileIfAny(path);
    if (!text) return undefined;
    let tombstone: unknown;
    try {
      tombstone = JSON.parse(text.toString("utf8"));
    } catch {
      tombstone = undefined;
    }
    if (
      typeof tombstone !== "object" ||
      tombstone === null ||
      !("documentHash" in tombstone && tombstone.documentHash === hash) ||
      !("erasedAt" in tombstone && Number.isSafeInteger(tombstone.erasedAt))
    ) {
      throw new StoreError("STORE_TAMPERED", "the note of an erasure was altered", { where: path });
    }
    return Number(tombstone.erasedAt);
  }

  async #destroy(hash: string): Promise<void> {
    await destroyFile(this.#path("keys", hash));
    await destroyFile(this.#path("documents", hash));
  }

  #decrypt(hash: string, key: Buffer, file: Buffer): string {
    const where = this.#path("documents", hash);
    const start = FORMAT.length + NONCE_BYTES;
    if (file.length < start + TAG_BYTES || !file.subarray(0, FORMAT.length).equals(FORMAT)) {
      throw new StoreError("STORE_TAMPERED", "the file is not a stored document", { where, fix: RESTORE });
    }
    try {
      const decipher = createDecipheriv(CIPHER, key, file.subarray(FORMAT.length, start), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(associatedData(hash)).setAuthTag(file.subarray(file.length - TAG_BYTES));
      const plain = Buffer.concat([
        decipher.update(file.subarray(start, file.length - TAG_BYTES)),
        decipher.final(),
      ]);
      return plain.toString("utf8");
    } catch (cause) {
      throw new StoreError("STORE_TAMPERED", "the stored document or its key was altered", {
        where,
        fix: RESTORE,
        cause,
      });
    }
  }

  #path(part: "documents" | "keys" | "tombstones", hash: string): string {
    const ending = { documents: "bin", keys: "key", tombstones: "json" }[part];
    return join(this.#folder, part, hash.slice(2, 4), `${hash.slice(2)}.${ending}`);
  }
}

const RESTORE = "restore both files from a backup";

function encrypt(hash: string, key: Buffer, compact: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(associatedData(hash));
  const body = Buffer.concat([cipher.update(compact, "utf8"), cipher.final()]);
  return Buffer.concat([FORMAT, nonce, body, cipher.getAuthTag()]);
}

/** Binds a ciphertext to its format and its document, so that two files cannot be swapped. */
function associatedData(hash: string): Buffer {
  return Buffer.concat([FORMAT, Buffer.from(hash.slice(2), "hex")]);
}

function refuseErased(hash: string): never {
  throw new StoreError("STORE_ERASED", "the document was erased and may not come back", { where: hash });
}

function refuseOther(hash: string, stored: string | undefined, compact: string): void {
  if (stored === compact) return;
  throw new StoreError("STORE_CONFLICT", "another form of the document is stored already", { where: hash });
}
