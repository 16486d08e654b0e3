/** Why a gateway refuses a message. */
export const REFUSALS = [
  /** Longer than any summary. */
  "oversize",
  /** No summary of a known version, without a sequence, or of a trip that ends before it begins. */
  "malformed",
  /** The signer is neither a secp256k1 address nor a P-256 key of the one verifier. */
  "signerUnsupported",
  /** The signer did not sign it. */
  "signatureInvalid",
  /** The trip ends later than now. */
  "inFuture",
  /** There is no title of the vehicle. */
  "vehicleUnknown",
  /** The key was never the vehicle's. */
  "keyUnknown",
  "keyRevoked",
  /** The key did not speak for the vehicle during the whole trip. */
  "keyNotValid",
  /** Another summary of the same vehicle and sequence was accepted: two recorders have one key. */
  "sequenceConflict",
  /** A later one was accepted already; what happened in this trip is in its counters. */
  "sequenceNotRising",
  /** The trip begins before the one before it ended. */
  "overlapping",
  /** A counter is below that of the summary before. */
  "countersFell",
  /** It came under the topic of another vehicle. */
  "topicForeign",
  /** The vehicle sends more than any can drive. */
  "flood",
] as const;

export type Refusal = (typeof REFUSALS)[number];
