import { BlokError } from "../errors/BlokError.js";

export type EpcisErrorCode =
  /** A GTIN or GLN that is none. */
  | "EPCIS_IDENTIFIER"
  /** What an event refers to, such as its consignment or the form of its lot, is not among the events given. */
  | "EPCIS_EVENTS_MISSING"
  /** A field of an event has a prefix that its context does not explain. */
  | "EPCIS_CONTEXT";

/** Why events of parts cannot be written as EPCIS events, or an EPCIS event not be hashed. */
export class EpcisError extends BlokError<EpcisErrorCode> {}
