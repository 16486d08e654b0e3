import { signContent, type DocumentSigner, type IssuedDocument } from "../documents/signContent.js";
import { partDocumentType, type PartDocumentType } from "./partDocuments.js";

export interface IssuePartDocumentInput {
  type: PartDocumentType;
  /** The lots, parts or campaigns that it is about, by their ids on chain. */
  about: readonly bigint[];
  /** When the fact happened, Unix seconds. */
  observedAt: number;
  /** Fields of `PART_DOCUMENT_SCHEMAS[type]`, checked by the caller. */
  content: Record<string, unknown>;
  chainId: bigint | number;
  signer: DocumentSigner;
}

/**
 * Makes and signs a document about parts, in the manner of records' documents: an SD-JWT (RFC 9901) signed with ES256K by its
 * author, every field of which can be shown by itself.
 *
 * @throws {DocumentError} `DOCUMENT_CHAIN` or `DOCUMENT_SIGNER`.
 * @example
 * const { compact, documentHash } = await issuePartDocument({ type: "lot", about: [lotId], … });
 */
export function issuePartDocument(input: IssuePartDocumentInput): Promise<IssuedDocument> {
  const { type, about, observedAt, content, chainId, signer } = input;
  const open = {
    vct: partDocumentType(type),
    about: about.map((id) => `0x${id.toString(16).padStart(64, "0")}`),
    observedAt,
  };
  return signContent(open, content, chainId, signer);
}
