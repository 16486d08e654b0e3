import { BlokError } from "../errors/BlokError.js";

export type PassportErrorCode =
  /** The content of a passport is not what its schema asks for. */
  | "PASSPORT_CONTENT"
  /** A file is no passport, or a section of it is not the one that it commits to. */
  | "PASSPORT_FILE"
  /** No lot or unit that the events tell of has this passport. */
  | "PASSPORT_UNKNOWN";

/** Why a battery passport cannot be made or read. What is wrong with one that can be read is listed in it. */
export class PassportError extends BlokError<PassportErrorCode> {}
