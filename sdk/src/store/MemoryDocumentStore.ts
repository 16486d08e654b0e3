import { checkContent, checkHash, checkReason } from "./checkArguments.js";
import type { DocumentStore, ErasureReason, StoredDocument, StoredDocumentSummary } from "./DocumentStore.js";
import { StoreError } from "./StoreError.js";

/**
 * A document store that lives as long as its process: for browsers and tests.
 *
 * @example
 * const store = new MemoryDocumentStore();
 * await store.put(documentHash, compact);
 */
export class MemoryDocumentStore implements DocumentStore {
  readonly #documents = new Map<string, Exclude<StoredDocument, { status: "missing" }>>();
  readonly #now: () => number;

  /** @param now The clock that erasures are dated by, Unix seconds. */
  constructor(now: () => number = () => Math.floor(Date.now() / 1000)) {
    this.#now = now;
  }

  async put(documentHash: string, compact: string): Promise<void> {
    const hash = checkHash(documentHash);
    checkContent(hash, compact);
    const known = this.#documents.get(hash);
    if (known?.status === "erased") {
      throw new StoreError("STORE_ERASED", "the document was erased and may not come back", { where: hash });
    }
    if (known && known.compact !== compact) {
      throw new StoreError("STORE_CONFLICT", "another form of the document is stored already", {
        where: hash,
      });
    }
    this.#documents.set(hash, { status: "present", compact });
  }

  async get(documentHash: string): Promise<StoredDocument> {
    return this.#documents.get(checkHash(documentHash)) ?? { status: "missing" };
  }

  async erase(documentHash: string, reason: ErasureReason): Promise<void> {
    const hash = checkHash(documentHash);
    checkReason(reason);
    const known = this.#documents.get(hash);
    if (!known) throw new StoreError("STORE_MISSING", "the store never had this document", { where: hash });
    if (known.status === "erased") return;
    this.#documents.set(hash, { status: "erased", erasedAt: this.#now() });
  }

  async list(): Promise<StoredDocumentSummary[]> {
    return [...this.#documents]
      .map(([documentHash, { status }]) => ({ documentHash, status }))
      .sort((a, b) => (a.documentHash < b.documentHash ? -1 : 1));
  }
}
