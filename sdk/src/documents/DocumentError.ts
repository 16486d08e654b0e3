import { BlokError } from "../errors/BlokError.js";

/**
 * Why a document could not be made or presented. What is wrong with a document that someone else made is not
 * thrown but listed, see `verifyDocument`.
 */
export type DocumentErrorCode =
  | "DOCUMENT_KIND"
  | "DOCUMENT_CONTENT"
  | "DOCUMENT_VEHICLE"
  | "DOCUMENT_OBSERVED_AT"
  | "DOCUMENT_ODOMETER"
  | "DOCUMENT_CORRECTS"
  | "DOCUMENT_CHAIN"
  | "DOCUMENT_SIGNER"
  | "DOCUMENT_FIELD"
  | "DOCUMENT_MALFORMED";

/** A document that cannot be issued or presented as asked. */
export class DocumentError extends BlokError<DocumentErrorCode> {}
