import { ChargingError } from "./ChargingError.js";
import { parseDecimal } from "./parseDecimal.js";

const TOKENS = /"(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*/g;

/**
 * Reads JSON whose numbers are exact: a number of which a double would keep fewer digits than the text has is
 * refused, not rounded.
 *
 * @param source Names the text in errors: a file, a field.
 * @throws {ChargingError} `JSON_MALFORMED`.
 * @example
 * readJson('{ "price": 0.25 }', "tariff.json"); // { price: 0.25 }
 */
export function readJson(text: string, source: string): unknown {
  const value = parse(text, source);
  for (const [token] of text.matchAll(TOKENS)) {
    if (token.startsWith('"') || isExact(token)) continue;
    throw new ChargingError("JSON_MALFORMED", `the number ${token.slice(0, 60)} cannot be read exactly`, {
      where: source,
      fix: "write it with at most 15 digits, or as text in quotes",
    });
  }
  return value;
}

/**
 * Reads JSON and leaves every number as the text that it was written with, for values whose digits count.
 *
 * @throws {ChargingError} `JSON_MALFORMED`.
 * @example
 * readJsonDigits('{ "RV": 2935.600 }', "the payload"); // { RV: "2935.600" }
 */
export function readJsonDigits(text: string, source: string): unknown {
  parse(text, source);
  // What parses has numbers and texts as tokens only where JSON has them, so quoting the numbers is safe.
  return JSON.parse(text.replace(TOKENS, (token) => (token.startsWith('"') ? token : `"${token}"`)));
}

function parse(text: string, source: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new ChargingError("JSON_MALFORMED", "this is not JSON", {
      where: source,
      fix: cause instanceof Error ? cause.message.slice(0, 120) : undefined,
      cause,
    });
  }
}

function isExact(token: string): boolean {
  const number = Number(token);
  const digits = token.replace(/^-/, "");
  if (Number.isSafeInteger(number) && /^[0-9]+$/.test(digits)) return true;
  try {
    const read = parseDecimal(Math.abs(number));
    // An exponent is rare and never needed: such a number is exact if its mantissa is short.
    if (/[eE]/.test(digits)) return digits.replace(/[eE].*$/, "").replace(/[.]/, "").length <= 15;
    const written = parseDecimal(digits);
    return written.numerator === read.numerator && written.denominator === read.denominator;
  } catch {
    return false;
  }
}
