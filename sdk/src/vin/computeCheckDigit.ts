import { VinError } from "./VinError.js";

const VALUES: Record<string, number> = Object.fromEntries(
  [..."ABCDEFGH"]
    .map((letter, i) => [letter, i + 1] as const)
    .concat(
      [..."JKLMN"].map((letter, i) => [letter, i + 1] as const),
      [["P", 7] as const, ["R", 9] as const],
      [..."STUVWXYZ"].map((letter, i) => [letter, i + 2] as const),
      [..."0123456789"].map((digit) => [digit, Number(digit)] as const),
    ),
);
const WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];

/**
 * Computes the check digit of 49 CFR 565.15, which stands at position 9.
 *
 * @param vin 17 characters; the one at position 9 does not matter, as long as it is allowed in a VIN.
 * @returns A digit, or X for ten.
 * @throws {VinError} `VIN_LENGTH` or `VIN_CHARACTER` when the text is not made of 17 VIN characters.
 * @example
 * computeCheckDigit("1M8GDM9AXKP042788"); // "X"
 */
export function computeCheckDigit(vin: string): string {
  if (vin.length !== 17) throw new VinError("VIN_LENGTH", `a VIN has 17 characters, this has ${vin.length}`);
  let sum = 0;
  for (let i = 0; i < 17; i++) {
    const value = VALUES[vin.charAt(i)];
    if (value === undefined) {
      throw new VinError("VIN_CHARACTER", `no VIN has ${JSON.stringify(vin.charAt(i))}`, {
        where: `position ${i + 1}`,
      });
    }
    sum += value * (WEIGHTS[i] ?? 0);
  }
  const remainder = sum % 11;
  return remainder === 10 ? "X" : String(remainder);
}
