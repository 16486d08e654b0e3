import { computeCheckDigit } from "./computeCheckDigit.js";
import { modelYearsOf } from "./modelYear.js";
import { VinError } from "./VinError.js";

/**
 * - `valid`: position 9 is the check digit.
 * - `invalid`: position 9 looks like a check digit, but is another than the VIN's; an error where check digits are
 *   mandatory, elsewhere a warning.
 * - `notApplicable`: the manufacturer uses position 9 for something else.
 */
export type CheckDigitState = "valid" | "invalid" | "notApplicable";

export interface ValidateVinOptions {
  /** The market that the vehicle was built for, ISO 3166-1 alpha-2. US, CA and CN make the check digit mandatory. */
  market?: string;
}

export interface ValidatedVin {
  vin: string;
  /** World manufacturer identifier: positions 1 to 3. */
  wmi: string;
  /** Positions 12 to 14, which complete the identifier of a manufacturer of few vehicles (position 3 is 9). */
  wmiExtension?: string;
  /** Vehicle descriptor section: positions 4 to 9. */
  vds: string;
  /** Vehicle indicator section: positions 10 to 17. */
  vis: string;
  checkDigit: CheckDigitState;
  /** Known for the US and Canada alone, where position 7 tells the 30-year cycles apart. */
  modelYear?: number;
  /** What is unusual, in words. */
  warnings: string[];
}

const CHECK_DIGIT_MARKETS = new Set(["US", "CA", "CN"]);
const MODEL_YEAR_MARKETS = new Set(["US", "CA"]);
const LOOK_ALIKES: Record<string, string> = { I: "1", O: "0", Q: "0" };

/** Whether vehicles for a market must have a check digit at position 9. */
export function requiresCheckDigit(market: string | undefined): boolean {
  return market !== undefined && CHECK_DIGIT_MARKETS.has(market);
}

/**
 * Checks a vehicle identification number against ISO 3779 and, for the markets that ask for it, the check digit.
 * Nothing is corrected in silence: a VIN that differs in one character is another vehicle.
 *
 * @throws {VinError} `VIN_LENGTH`, `VIN_CHARACTER` (naming character, position and the digit that was probably meant),
 * `VIN_CASE` (offering the upper-case form), `VIN_CHECK_DIGIT` (markets US, CA, CN), `VIN_MARKET`.
 * @example
 * validateVin("WVWZZZ1JZXW000001").checkDigit; // "notApplicable"
 * validateVin("1HGCM82633A004352", { market: "US" }).modelYear; // 2003
 */
export function validateVin(text: string, options: ValidateVinOptions = {}): ValidatedVin {
  const { market } = options;
  if (market !== undefined && !/^[A-Z]{2}$/.test(market)) {
    throw new VinError("VIN_MARKET", `${JSON.stringify(market)} is not an ISO 3166-1 alpha-2 country code`, {
      fix: "use two capital letters, as in US or DE",
    });
  }
  checkCharacters(text);

  const warnings: string[] = [];
  const parts = { vin: text, wmi: text.slice(0, 3), vds: text.slice(3, 9), vis: text.slice(9) };
  const checkDigit = checkDigitState(text, market);
  if (checkDigit === "invalid") {
    const right = computeCheckDigit(text);
    const message = `the check digit is ${text.charAt(8)}, for this VIN it should be ${right}`;
    if (requiresCheckDigit(market)) {
      throw new VinError("VIN_CHECK_DIGIT", message, {
        where: "position 9",
        fix: `compare all characters with the vehicle: check digits are mandatory for market ${market}`,
      });
    }
    warnings.push(`${message}, unless the manufacturer uses position 9 otherwise`);
  }
  if (!/[0-9]{4}$/.test(text)) warnings.push("the last four characters are not all digits");

  const years = modelYearsOf(text.charAt(9));
  const hasYears = market !== undefined && MODEL_YEAR_MARKETS.has(market);
  if (hasYears && !years) warnings.push(`${text.charAt(9)} at position 10 is not a model year code`);
  // 49 CFR 565.15: a letter at position 7 stands for the cycle from 2010 on, a digit for the one before.
  const modelYear = hasYears && years ? years[/[A-Z]/.test(text.charAt(6)) ? 1 : 0] : undefined;

  return {
    ...parts,
    ...(text.charAt(2) === "9" && { wmiExtension: text.slice(11, 14) }),
    checkDigit,
    ...(modelYear !== undefined && { modelYear }),
    warnings,
  };
}

function checkDigitState(vin: string, market: string | undefined): CheckDigitState {
  const isRight = vin.charAt(8) === computeCheckDigit(vin);
  if (requiresCheckDigit(market)) return isRight ? "valid" : "invalid";
  // European manufacturers fill unused positions with Z; where they do, position 9 is no check digit either.
  if (vin.slice(3, 6) === "ZZZ" || !/[0-9X]/.test(vin.charAt(8))) return "notApplicable";
  return isRight ? "valid" : "invalid";
}

function checkCharacters(text: string): void {
  const characters = [...text];
  if (characters.length !== 17) {
    const difference = characters.length - 17;
    throw new VinError("VIN_LENGTH", `a VIN has 17 characters, this has ${characters.length}`, {
      fix:
        text.trim() !== text
          ? "remove the spaces around it"
          : difference < 0
            ? `find the ${-difference} missing`
            : `find the ${difference} too many`,
    });
  }
  let hasLowerCase = false;
  for (const [i, character] of characters.entries()) {
    if (/^[a-hj-npr-z]$/.test(character)) hasLowerCase = true;
    else if (/^[A-HJ-NPR-Z0-9]$/.test(character)) continue;
    else refuseCharacter(character, i + 1);
  }
  if (hasLowerCase) {
    throw new VinError("VIN_CASE", "a VIN is written in capital letters", {
      fix: `use ${text.toUpperCase()}`,
    });
  }
}

function refuseCharacter(character: string, position: number): never {
  const digit = LOOK_ALIKES[character.toUpperCase()];
  throw new VinError("VIN_CHARACTER", `no VIN has the character ${nameOf(character)}`, {
    where: `position ${position}`,
    fix: digit
      ? `it is probably the digit ${digit}`
      : "a VIN has the letters A to Z without I, O and Q, and digits",
  });
}

function nameOf(character: string): string {
  if (character === " ") return "space";
  const code = character.codePointAt(0) ?? 0;
  return code > 32 && code < 127 ? character : `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}
