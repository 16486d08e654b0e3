import { fraction, type Fraction } from "../parts/fraction.js";
import { ChargingError } from "./ChargingError.js";

/** OCPI's `number`: a JSON number, or its text where a number would lose digits. Never negative here. */
export type Decimal = number | string;

/** A double holds every decimal of this many digits, and not every one of more. */
const SAFE_DIGITS = 15;
const MAX_DIGITS = 36;

/**
 * Turns a decimal into an exact fraction.
 *
 * A text is taken digit by digit. A number is taken as the shortest decimal that reads back as it, which is what
 * JSON.stringify writes; one with more than 15 significant digits is refused, since more than one text means it.
 *
 * @param where Names the field in the error.
 * @throws {ChargingError} `DECIMAL_INEXACT`.
 * @example
 * parseDecimal("0.250"); // { numerator: 1n, denominator: 4n }
 * parseDecimal(0.1 + 0.2); // throws: 0.30000000000000004 is no exact decimal
 */
export function parseDecimal(value: Decimal, where?: string): Fraction {
  const text = typeof value === "number" ? plainText(value, where) : value;
  const match = /^(0|[1-9][0-9]*)(?:\.([0-9]+))?$/.exec(text);
  const digits = match ? text.length : 0;
  if (!match || digits > MAX_DIGITS + 1) {
    throw new ChargingError(
      "DECIMAL_INEXACT",
      `${JSON.stringify(value).slice(0, 60)} is no decimal of at most ${MAX_DIGITS} digits`,
      { where, fix: "write digits with a point, without sign and exponent, as in 0.25" },
    );
  }
  const places = match[2] ?? "";
  return fraction(BigInt(`${match[1]}${places}`), 10n ** BigInt(places.length));
}

/**
 * An exact fraction as a JSON number, where OCPI asks for one.
 *
 * @throws {ChargingError} `DECIMAL_INEXACT` when no decimal of 15 digits is the fraction.
 * @example
 * toJsonNumber({ numerator: 15342n, denominator: 1000n }); // 15.342
 */
export function toJsonNumber({ numerator, denominator }: Fraction, where?: string): number {
  let places = 0;
  while ((numerator * 10n ** BigInt(places)) % denominator !== 0n && places <= SAFE_DIGITS) places++;
  const digits = String((numerator * 10n ** BigInt(places)) / denominator);
  if (places > SAFE_DIGITS || digits.replace(/^-/, "").replace(/0+$/, "").length > SAFE_DIGITS) {
    throw new ChargingError(
      "DECIMAL_INEXACT",
      `${numerator}/${denominator} has more than ${SAFE_DIGITS} digits`,
      {
        where,
        fix: "price with fewer decimals: set amountDecimals, for instance to 6",
      },
    );
  }
  // Text to number, not arithmetic: the nearest double of 15 digits reads back as the same text.
  return Number(`${digits}e-${places}`);
}

function plainText(value: number, where: string | undefined): string {
  const [mantissa = "", exponent = "0"] = String(value).split("e");
  const significant = mantissa.replace(".", "").replace(/^-?0*/, "");
  if (!Number.isFinite(value) || significant.length > SAFE_DIGITS) {
    throw new ChargingError("DECIMAL_INEXACT", `${value} is no exact decimal`, {
      where,
      fix: 'write it as text, as in "0.25", or with at most 15 digits',
    });
  }
  if (exponent === "0") return mantissa;
  const [whole = "", places = ""] = mantissa.split(".");
  const shift = Number(exponent);
  if (shift < 0) return `0.${"0".repeat(-shift - 1)}${whole}${places}`;
  return `${whole}${places.padEnd(shift, "0")}`;
}
