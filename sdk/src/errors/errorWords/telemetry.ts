import { tag, text, time } from "./formats.js";
import type { ErrorWords } from "./formats.js";

/** Of trip summaries and their roots. */
export const TELEMETRY_WORDS: Record<string, ErrorWords> = {
  TelemetryAnchorInvalid: {
    says: (v) =>
      `a root of ${text(v.leafCount)} summaries from ${time(v.periodStart)} to ${time(v.periodEnd)} cannot be anchored`,
    fix: "Anchor at least one summary, of a period that has ended.",
  },
  TelemetryKeyNotValid: {
    says: (v) =>
      `key ${tag(v.keyId)} did not speak for vehicle ${tag(v.vehicleId)} until ${time(v.instant)}, or is revoked`,
    fix: "Sign with a key that is bound to the vehicle for the whole trip.",
  },
  TelemetryLeafNotInRoot: {
    says: (v) => `summary ${tag(v.leaf)} is not under root ${tag(v.root)}`,
    fix: "Take the proof from the gateway that anchored this root.",
  },
  TelemetryRootExists: {
    says: (v) => `root ${tag(v.root)} is anchored already`,
    fix: "Nothing is left to do.",
  },
  TelemetryRootUnknown: {
    says: (v) => `nobody anchored root ${tag(v.root)}`,
    fix: "Wait until the gateway has anchored it.",
  },
  TelemetrySignatureInvalid: {
    says: (v) => `key ${tag(v.keyId)} did not sign this summary of vehicle ${tag(v.vehicleId)}`,
    fix: "Pass the summary as it was signed, for this chain and contract.",
  },
  TelemetrySignerUnsupported: {
    says: (v) => `${text(v.signer)} is not a key that can be checked`,
    fix: "Pass 20 bytes of a secp256k1 address, or 84 bytes that begin with the P-256 verifier.",
  },
  TelemetryTimesInvalid: {
    says: (v) =>
      `a trip from ${time(v.startedAt)} to ${time(v.endedAt)} is not over, or ends before it begins`,
    fix: "Set the recorder's clock, and send the summary after the trip.",
  },
};
