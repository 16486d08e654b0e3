import { BlokError } from "../errors/BlokError.js";

export type StoreErrorCode =
  /** A document hash or an erasure reason is not one. */
  | "STORE_ARGUMENT"
  /** The document's signed part does not have the hash that it is to be stored under. */
  | "STORE_HASH"
  /** Another form of the document is stored already. */
  | "STORE_CONFLICT"
  /** The document was erased and may not come back. */
  | "STORE_ERASED"
  /** There is nothing to erase. */
  | "STORE_MISSING"
  /** A stored file was altered, or its key is gone. */
  | "STORE_TAMPERED";

/** A document store that cannot do what it was asked, or whose files are not as it left them. */
export class StoreError extends BlokError<StoreErrorCode> {}
