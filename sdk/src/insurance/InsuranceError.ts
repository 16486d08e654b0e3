import { BlokError } from "../errors/BlokError.js";

export type InsuranceErrorCode =
  /** A value is not of its type, or out of its range. */
  | "INSURANCE_ARGUMENT"
  /** A counter is lower in the later summary. */
  | "PREMIUM_COUNTERS_FALL"
  /** There is no such event between the two summaries. */
  | "PREMIUM_EVENT_UNKNOWN"
  /** The vehicle is not in the quote's list. */
  | "SUBJECT_NOT_LISTED";

/** Something about quotes, premiums or evidence that is not as it has to be. */
export class InsuranceError extends BlokError<InsuranceErrorCode> {}
