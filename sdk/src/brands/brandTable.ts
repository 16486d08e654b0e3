/**
 * The classes a history report sorts brands into. A brand stands in the gravest that applies to it.
 *
 * - `severe`: the vehicle was destroyed, junked or written off, or its odometer was proven to be tampered with.
 * - `repaired`: heavy damage that was rebuilt, or stands to be.
 * - `usage`: a use that wears a vehicle more than its age tells.
 * - `odometer`: what is known about the reading.
 * - `other`: everything else, "clear" included.
 */
export type BrandClass = "severe" | "repaired" | "usage" | "odometer" | "other";

/** A code of the ANSI D20 table. */
export interface Brand {
  /** The ANSI D20 code, as it stands on chain. */
  readonly code: number;
  readonly name: string;
  readonly class: BrandClass;
  /** A second class in which the brand is listed as well. */
  readonly alsoClass?: BrandClass;
  /** Whether a record may carry the code: false for "clear" and for the reserved code. */
  readonly isBrand: boolean;
}

/**
 * The brand and odometer brand codes of ANSI D20, as state title systems exchange them. Codes 44 and 47 to 67 are
 * not defined and have no row.
 */
export const BRANDS = [
  { code: 0, name: "Clear", class: "other", isBrand: false },
  { code: 1, name: "Flood damage", class: "severe", isBrand: true },
  { code: 2, name: "Fire damage", class: "other", isBrand: true },
  { code: 3, name: "Hail damage", class: "other", isBrand: true },
  { code: 4, name: "Salt water damage", class: "severe", isBrand: true },
  { code: 5, name: "Vandalism", class: "other", isBrand: true },
  { code: 6, name: "Kit", class: "other", isBrand: true },
  { code: 7, name: "Dismantled", class: "severe", isBrand: true },
  { code: 8, name: "Junk", class: "severe", isBrand: true },
  { code: 9, name: "Rebuilt", class: "repaired", isBrand: true },
  { code: 10, name: "Reconstructed", class: "repaired", isBrand: true },
  { code: 11, name: "Salvage (damage or not specified)", class: "severe", isBrand: true },
  { code: 12, name: "Test vehicle", class: "usage", isBrand: true },
  { code: 13, name: "Refurbished", class: "repaired", isBrand: true },
  { code: 14, name: "Collision", class: "other", isBrand: true },
  { code: 15, name: "Reserved", class: "other", isBrand: false },
  { code: 16, name: "Salvage retention", class: "severe", isBrand: true },
  { code: 17, name: "Prior taxi", class: "usage", isBrand: true },
  { code: 18, name: "Prior police", class: "usage", isBrand: true },
  { code: 19, name: "Original taxi", class: "usage", isBrand: true },
  { code: 20, name: "Original police", class: "usage", isBrand: true },
  { code: 21, name: "Remanufactured", class: "repaired", isBrand: true },
  { code: 22, name: "Gray market", class: "other", isBrand: true },
  { code: 23, name: "Warranty return", class: "other", isBrand: true },
  { code: 24, name: "Antique", class: "other", isBrand: true },
  { code: 25, name: "Classic", class: "other", isBrand: true },
  { code: 26, name: "Agricultural", class: "usage", isBrand: true },
  { code: 27, name: "Logging", class: "usage", isBrand: true },
  { code: 28, name: "Street rod", class: "other", isBrand: true },
  { code: 29, name: "Contains reissued VIN", class: "other", isBrand: true },
  { code: 30, name: "Replica", class: "other", isBrand: true },
  { code: 31, name: "Totaled", class: "severe", isBrand: true },
  { code: 32, name: "Owner retained", class: "other", isBrand: true },
  { code: 33, name: "Bond posted", class: "other", isBrand: true },
  { code: 34, name: "Memorandum copy", class: "other", isBrand: true },
  { code: 35, name: "Parts only", class: "severe", isBrand: true },
  { code: 36, name: "Recovered theft", class: "other", isBrand: true },
  { code: 37, name: "Undisclosed lien", class: "other", isBrand: true },
  { code: 38, name: "Prior owner retained", class: "other", isBrand: true },
  { code: 39, name: "Non-conformity uncorrected", class: "other", isBrand: true },
  { code: 40, name: "Non-conformity corrected", class: "other", isBrand: true },
  { code: 41, name: "Safety defect uncorrected", class: "other", isBrand: true },
  { code: 42, name: "Safety defect corrected", class: "other", isBrand: true },
  { code: 43, name: "VIN replaced by state-assigned VIN", class: "other", isBrand: true },
  { code: 45, name: "Gray market (DOT)", class: "other", isBrand: true },
  { code: 46, name: "Gray market (EPA)", class: "other", isBrand: true },
  { code: 68, name: "Actual", class: "other", isBrand: true },
  { code: 69, name: "Not actual", class: "odometer", isBrand: true },
  {
    code: 70,
    name: "Not actual: odometer tampering verified",
    class: "severe",
    alsoClass: "odometer",
    isBrand: true,
  },
  { code: 71, name: "Exempt from odometer disclosure", class: "odometer", isBrand: true },
  { code: 72, name: "Exceeds mechanical limits", class: "odometer", isBrand: true },
  { code: 73, name: "Odometer may be altered", class: "odometer", isBrand: true },
  { code: 74, name: "Odometer replaced", class: "odometer", isBrand: true },
  { code: 75, name: "Reading at time of renewal", class: "other", isBrand: true },
  { code: 76, name: "Odometer discrepancy", class: "odometer", isBrand: true },
  { code: 77, name: "Call title division", class: "other", isBrand: true },
  { code: 78, name: "Rectify previous exceeds mechanical limits", class: "other", isBrand: true },
] as const satisfies readonly Brand[];

/** Every code that a record may carry, in ascending order. */
export const BRAND_CODES: readonly number[] = BRANDS.filter((brand) => brand.isBrand).map(
  (brand) => brand.code,
);

const byCode = new Map<number, Brand>(BRANDS.map((brand) => [brand.code, brand]));

/**
 * Looks a code up in the ANSI D20 table.
 *
 * @param code An ANSI D20 code.
 * @returns Its row, or undefined for a code that the table does not define.
 * @example
 * findBrand(11)?.name; // "Salvage (damage or not specified)"
 */
export function findBrand(code: number): Brand | undefined {
  return byCode.get(code);
}
