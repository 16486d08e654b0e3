const CODES = "ABCDEFGHJKLMNPRSTVWXY123456789";
const FIRST_YEAR = 1980;

/**
 * Reads the model year code of position 10, which repeats every 30 years.
 *
 * @param code One character.
 * @returns The two model years from 1980 to 2039 that share the code, or undefined when it is none.
 * @example
 * modelYearsOf("3"); // [2003, 2033]
 */
export function modelYearsOf(code: string): [number, number] | undefined {
  const index = code.length === 1 ? CODES.indexOf(code) : -1;
  return index < 0 ? undefined : [FIRST_YEAR + index, FIRST_YEAR + CODES.length + index];
}

/**
 * The model year code of a year.
 *
 * @param year 1980 to 2039.
 * @returns One character, or undefined for a year that has no code.
 */
export function modelYearCode(year: number): string | undefined {
  if (!Number.isInteger(year) || year < FIRST_YEAR || year >= FIRST_YEAR + 2 * CODES.length) return undefined;
  return CODES[(year - FIRST_YEAR) % CODES.length];
}
