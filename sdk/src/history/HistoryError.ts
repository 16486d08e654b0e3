import { BlokError } from "../errors/BlokError.js";

export type HistoryErrorCode =
  /** No vehicle with this id is registered in this deployment. */
  | "VEHICLE_UNKNOWN"
  /** The vehicle has no record with this number. */
  | "RECORD_UNKNOWN"
  /** The node's logs do not make up the vehicle's whole life, so that nothing can be proven from them. */
  | "HISTORY_INCOMPLETE";

/** Why a history cannot be used as asked. */
export class HistoryError extends BlokError<HistoryErrorCode> {}
