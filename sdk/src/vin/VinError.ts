import { BlokError } from "../errors/BlokError.js";

export type VinErrorCode =
  | "VIN_LENGTH"
  | "VIN_CHARACTER"
  | "VIN_CASE"
  | "VIN_CHECK_DIGIT"
  | "VIN_MARKET"
  | "VIN_PART"
  | "REGISTRY_KEY";

/** A vehicle identification number, or something needed to make one, that does not follow the standard. */
export class VinError extends BlokError<VinErrorCode> {}
