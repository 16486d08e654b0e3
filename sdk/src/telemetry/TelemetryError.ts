import { BlokError } from "../errors/BlokError.js";

export type TelemetryErrorCode =
  | "SAMPLE_FIELD"
  | "PROFILE_FIELD"
  | "RECORDER_STATE"
  | "TRIP_STATE"
  | "TRIP_EMPTY"
  | "TRACE_RANGE"
  | "TELEMETRY_DOMAIN"
  | "SUMMARY_FIELD"
  | "SUMMARY_ENCODING"
  | "SUMMARY_KEY"
  | "MERKLE_EMPTY"
  | "MERKLE_LEAF"
  | "MERKLE_DUPLICATE"
  | "DRIVE_FILE"
  | "GATEWAY_STORE"
  | "GATEWAY_UNAVAILABLE"
  | "MQTT_TOPIC"
  | "MQTT_BROKER"
  | "SUMMARY_REFUSED";

/** Something about samples, trips, summaries or their way to the chain that is not as it has to be. */
export class TelemetryError extends BlokError<TelemetryErrorCode> {}
