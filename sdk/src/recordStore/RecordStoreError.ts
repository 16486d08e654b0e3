import { BlokError } from "../errors/BlokError.js";

export type RecordStoreErrorCode =
  /** The file is something else. */
  | "RECORD_STORE_FOREIGN"
  /** The file cannot be opened or written. */
  | "RECORD_STORE_FAILED";

/** A record store that cannot be used. */
export class RecordStoreError extends BlokError<RecordStoreErrorCode> {}
