import { BlokError } from "../errors/BlokError.js";

export type PartErrorCode =
  /** An id, a serial or a lot number that is none. */
  | "PART_ID"
  /** No lot or unit has this id. */
  | "PART_UNKNOWN"
  /** The logs and the contract do not agree about a lot, a unit or a campaign. */
  | "PART_MISMATCH"
  /** No campaign has this number. */
  | "CAMPAIGN_UNKNOWN"
  /** A log archive that is none, or ends too early. */
  | "ARCHIVE_MALFORMED";

/** What went wrong with parts, lots or recall campaigns. */
export class PartError extends BlokError<PartErrorCode> {}
