import { computeCheckDigit } from "./computeCheckDigit.js";
import { modelYearCode } from "./modelYear.js";
import { requiresCheckDigit, validateVin } from "./validateVin.js";
import { VinError } from "./VinError.js";

export interface GenerateVinInput {
  /** 3 characters, or 6 for a manufacturer of few vehicles (the third is 9). */
  wmi: string;
  /** 5 characters (position 9 is filled in), or all 6 of positions 4 to 9. */
  vds: string;
  /** Model year, 1980 to 2039. */
  year: number;
  /** One character. */
  plant: string;
  /** Number of the vehicle: below 1,000,000, or below 1,000 when the manufacturer builds few vehicles. */
  serial: number;
  /** ISO 3166-1 alpha-2. Where it makes check digits mandatory, position 9 is one; elsewhere Z. */
  market?: string;
}

/**
 * Makes a VIN that follows the standard, for examples and tests: a real vehicle's VIN can be personal data.
 *
 * @throws {VinError} `VIN_PART` when a part has the wrong length or the model year cannot be expressed; otherwise as
 * `validateVin`.
 * @example
 * generateVin({ wmi: "WVW", vds: "ZZZ1J", year: 1999, plant: "W", serial: 1, market: "DE" }); // "WVWZZZ1JZXW000001"
 */
export function generateVin(input: GenerateVinInput): string {
  const { wmi, vds, year, plant, serial, market } = input;
  const isLowVolume = wmi.length === 6;
  if (wmi.length !== 3 && !(isLowVolume && wmi.charAt(2) === "9")) {
    throw new VinError("VIN_PART", `the manufacturer identifier ${JSON.stringify(wmi)} has the wrong form`, {
      fix: "use 3 characters, or 6 of which the third is 9",
    });
  }
  if (vds.length !== 5 && vds.length !== 6) {
    throw new VinError("VIN_PART", `the descriptor section ${JSON.stringify(vds)} has the wrong length`, {
      fix: "use positions 4 to 8, or 4 to 9",
    });
  }
  const yearCode = modelYearCode(year);
  if (yearCode === undefined)
    throw new VinError("VIN_PART", `${year} has no model year code`, { fix: "use 1980 to 2039" });
  if (plant.length !== 1)
    throw new VinError("VIN_PART", `the plant ${JSON.stringify(plant)} is not one character`);
  const serialLimit = isLowVolume ? 1_000 : 1_000_000;
  if (!Number.isInteger(serial) || serial < 0 || serial >= serialLimit) {
    throw new VinError("VIN_PART", `the serial ${serial} is not a whole number from 0 to ${serialLimit - 1}`);
  }

  const indicator =
    yearCode +
    plant +
    (isLowVolume ? wmi.slice(3) + String(serial).padStart(3, "0") : String(serial).padStart(6, "0"));
  const head = wmi.slice(0, 3) + vds;
  let vin = head + indicator;
  if (vds.length === 5) {
    vin = `${head}Z${indicator}`;
    validateVin(vin);
    if (requiresCheckDigit(market)) vin = head + computeCheckDigit(vin) + indicator;
  }
  const { modelYear } = validateVin(vin, { market });
  if (modelYear !== undefined && modelYear !== year) {
    throw new VinError("VIN_PART", `position 7 makes the model year ${modelYear}, not ${year}`, {
      where: "vds, fourth character",
      fix: "for the US and Canada use a letter from 2010 on, and a digit before",
    });
  }
  return vin;
}
