import { EpcisError } from "./EpcisError.js";

/** The host of canonical GS1 Digital Link URIs. */
export const DIGITAL_LINK = "https://id.gs1.org";

/** The last digit of a GTIN, GLN, SSCC and so on, from the digits before it. */
export function gs1CheckDigit(digits: string): string {
  const last = digits.length - 1;
  const sum = [...digits].reduce(
    (total, digit, index) => total + Number(digit) * ((last - index) % 2 ? 1 : 3),
    0,
  );
  return String((10 - (sum % 10)) % 10);
}

/**
 * A GTIN with 14 digits.
 *
 * @throws {EpcisError} `EPCIS_IDENTIFIER` for anything but 8, 12, 13 or 14 digits with a right check digit.
 * @example
 * checkedGtin("4012345111118"); // "04012345111118"
 */
export function checkedGtin(gtin: string): string {
  if (/^(\d{8}|\d{12,14})$/.test(gtin) && hasCheckDigit(gtin)) return gtin.padStart(14, "0");
  throw new EpcisError("EPCIS_IDENTIFIER", `${JSON.stringify(gtin)} is no GTIN`, {
    fix: "8, 12, 13 or 14 digits, of which the last is the check digit",
  });
}

/**
 * A GLN as it is.
 *
 * @throws {EpcisError} `EPCIS_IDENTIFIER` for anything but 13 digits with a right check digit.
 */
export function checkedGln(gln: string): string {
  if (/^\d{13}$/.test(gln) && hasCheckDigit(gln)) return gln;
  throw new EpcisError("EPCIS_IDENTIFIER", `${JSON.stringify(gln)} is no GLN`, {
    fix: "13 digits, of which the last is the check digit",
  });
}

function hasCheckDigit(number: string): boolean {
  return gs1CheckDigit(number.slice(0, -1)) === number.at(-1);
}
