import canonicalize from "canonicalize";
import { ChargingError } from "./ChargingError.js";

/**
 * JSON in the one form that RFC 8785 gives it, so that equal values have equal hashes.
 *
 * @throws {ChargingError} `SESSION_DOCUMENT` for what JSON cannot hold.
 * @example
 * canonicalJson({ b: 1.0, a: "ü" }); // '{"a":"ü","b":1}'
 */
export function canonicalJson(value: object): string {
  try {
    const text = canonicalize(value);
    if (text !== undefined) return text;
  } catch (cause) {
    throw new ChargingError("SESSION_DOCUMENT", "this has no canonical JSON", {
      fix: "use texts, numbers, booleans, lists and objects only",
      cause,
    });
  }
  throw new ChargingError("SESSION_DOCUMENT", "this is nothing in JSON", { fix: "give an object" });
}
