import { BlokError } from "../errors/BlokError.js";

export type ReportErrorCode =
  /** The file is no report, or not of a version that is known here. */
  | "REPORT_FORMAT"
  /** A report was asked for with a VIN that the vehicle's own birth document contradicts. */
  | "REPORT_VIN";

/** Why a report cannot be made or read. What is wrong with a report that can be read is listed, see `verifyReport`. */
export class ReportError extends BlokError<ReportErrorCode> {}
