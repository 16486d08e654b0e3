import { BlokError } from "../errors/BlokError.js";

export type ChargingErrorCode =
  /** A text that is not JSON, or has a number that would lose digits when read. */
  | "JSON_MALFORMED"
  /** A number that is not an exact decimal. */
  | "DECIMAL_INEXACT"
  /** A tariff that does not follow OCPI 2.3, or leaves open what it costs. */
  | "TARIFF_INVALID"
  /** A tariff that is not in force, or is priced with something it does not say. */
  | "TARIFF_NOT_APPLICABLE"
  /** A time zone that is not in the IANA list. */
  | "ZONE_UNKNOWN"
  /** Charging periods that overlap, leave gaps, or lack what the tariff asks for. */
  | "PERIOD_INVALID"
  /** A session that is asked for a step its status does not allow. */
  | "SESSION_STATUS"
  /** A meter that runs backwards, in energy or in time. */
  | "METER_READING"
  /** A signed meter value that is no OCMF. */
  | "OCMF_MALFORMED"
  /** A signed meter value whose signature does not hold under the key at hand. */
  | "OCMF_SIGNATURE"
  /** Signed meter values that do not make one session. */
  | "OCMF_MISMATCH"
  /** A key that is none, or of another curve. */
  | "METER_KEY"
  /** A charge detail record, toll declaration or parking ticket that is not complete. */
  | "SESSION_DOCUMENT";

/** What is wrong with a tariff, a session, a meter value or the document of a session. */
export class ChargingError extends BlokError<ChargingErrorCode> {}
