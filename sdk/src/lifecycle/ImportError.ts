import { BlokError } from "../errors/BlokError.js";

export type ImportErrorCode =
  /** One call needs more gas than a transaction may use, and cannot be split. */
  | "BATCH_OVER_GAS_CAP"
  /** The journal belongs to another file, deployment or chain. */
  | "JOURNAL_FOREIGN"
  /** The journal cannot be read. */
  | "JOURNAL_BROKEN"
  /** A member may act only later, and the chain's clock is not ours to move. */
  | "ADMISSION_PENDING"
  /** A consignment can be returned only later, and the chain's clock is not ours to move. */
  | "DEADLINE_PENDING"
  /** The import is to follow the clock, and the chain's clock is not ours to move. */
  | "CLOCK_FIXED"
  | "SIGNER_MISSING"
  | "FUNDS_MISSING"
  /** The contracts refused. */
  | "TRANSACTION_REFUSED"
  /** The chain has not included a transaction in time. */
  | "TRANSACTION_PENDING"
  /** A document that a record refers to is not in the store. */
  | "DOCUMENT_MISSING"
  /** The import was asked to stop; run it again to go on. */
  | "IMPORT_STOPPED";

/** Why an import stopped. What was written stays written; running it again goes on from there. */
export class ImportError extends BlokError<ImportErrorCode> {}
