import type { Refusal } from "./refusals.js";

/** What became of a message. */
export type SummaryOutcome =
  | { status: "accepted" }
  /** Accepted before, and safe: acknowledge it again. */
  | { status: "duplicate" }
  | { status: "refused"; reason: Refusal };

/** A message, and the vehicle under whose name it came. */
export interface TransportMessage {
  vehicleId: bigint;
  payload: Uint8Array;
}

/** Takes a message. It may be acknowledged when this resolves; when it rejects, it is to be brought again. */
export type TakeMessage = (message: TransportMessage) => Promise<SummaryOutcome>;

/** Brings messages of vehicles to a gateway. */
export interface SummaryTransport {
  /** Begins to bring messages, and goes on after interruptions by itself. */
  start(take: TakeMessage): Promise<void>;
  /** Brings no more, and waits for those that are being taken. */
  stop(): Promise<void>;
}
