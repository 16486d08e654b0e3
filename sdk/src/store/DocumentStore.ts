/** Why a document was erased. A closed list: a reason in one's own words could be personal data itself. */
export const ERASURE_REASONS = [
  "dataSubjectRequest",
  "retentionExpired",
  "authorityOrder",
  "issuedInError",
] as const;
export type ErasureReason = (typeof ERASURE_REASONS)[number];

/** What a store knows about a document. `erasedAt` is in Unix seconds. */
export type StoredDocument =
  { status: "present"; compact: string } | { status: "erased"; erasedAt: number } | { status: "missing" };

/** A row of a store's list. */
export interface StoredDocumentSummary {
  /** SHA-256, lower-case hex with 0x. */
  documentHash: string;
  status: "present" | "erased";
}

/**
 * Where documents are kept, by the hash that stands on chain. Methods reject with a `StoreError`.
 *
 * A document is written once and never changed. Once erased it stays erased: a store remembers that it had it, and
 * nothing else about it.
 */
export interface DocumentStore {
  /**
   * Keeps a document. Doing it again with the same text changes nothing.
   *
   * @param documentHash SHA-256 of the document's signed part, hex with 0x.
   * @param compact The signed part and all disclosures, as `issueDocument` returns it.
   */
  put(documentHash: string, compact: string): Promise<void>;
  get(documentHash: string): Promise<StoredDocument>;
  /** Destroys a document beyond recovery. Doing it again changes nothing. */
  erase(documentHash: string, reason: ErasureReason): Promise<void>;
  /** All documents, present and erased, in ascending order of hash. */
  list(): Promise<StoredDocumentSummary[]>;
}
