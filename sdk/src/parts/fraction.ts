/** An exact share: numerator over denominator, in lowest terms. The denominator is positive. */
export interface Fraction {
  numerator: bigint;
  denominator: bigint;
}

export const ZERO: Fraction = { numerator: 0n, denominator: 1n };
export const ONE: Fraction = { numerator: 1n, denominator: 1n };

/**
 * Makes a fraction.
 *
 * @throws {RangeError} when the denominator is not positive.
 * @example
 * fraction(6n, 4n); // { numerator: 3n, denominator: 2n }
 */
export function fraction(numerator: bigint, denominator = 1n): Fraction {
  if (denominator <= 0n) throw new RangeError(`${denominator} is no denominator`);
  let [a, b] = [numerator < 0n ? -numerator : numerator, denominator];
  while (b !== 0n) [a, b] = [b, a % b];
  return { numerator: numerator / a, denominator: denominator / a };
}

export function addFractions(a: Fraction, b: Fraction): Fraction {
  return fraction(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator);
}

export function multiplyFractions(a: Fraction, b: Fraction): Fraction {
  return fraction(a.numerator * b.numerator, a.denominator * b.denominator);
}

/** `a` over `b`; zero when `b` is. */
export function divideFractions(a: Fraction, b: Fraction): Fraction {
  if (b.numerator === 0n) return ZERO;
  return fraction(a.numerator * b.denominator, a.denominator * b.numerator);
}

/**
 * A fraction that is not negative in decimals, rounded down.
 *
 * @example
 * formatFraction({ numerator: 2n, denominator: 3n }, 3); // "0.666"
 */
export function formatFraction({ numerator, denominator }: Fraction, decimals: number): string {
  const scaled = String((numerator * 10n ** BigInt(decimals)) / denominator).padStart(decimals + 1, "0");
  if (decimals === 0) return scaled;
  return `${scaled.slice(0, -decimals)}.${scaled.slice(-decimals)}`;
}
