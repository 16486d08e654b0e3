import { findBrand, type Brand, type BrandClass } from "./brandTable.js";
import { BrandError } from "./brandsFromBitmap.js";

/** Brands sorted by class. A brand with a second class is listed in both. */
export type ClassifiedBrands = Record<BrandClass, Brand[]> & {
  /** The gravest class that occurs: severe, repaired, odometer, usage, other; undefined without brands. */
  gravest: BrandClass | undefined;
};

const GRAVEST_FIRST = ["severe", "repaired", "odometer", "usage", "other"] as const;

/**
 * Sorts brand codes into the classes of a history report. Repetitions count once.
 *
 * @param codes ANSI D20 codes, in any order.
 * @throws {BrandError} `BRAND_CODE` for a code that is not a brand.
 * @example
 * classifyBrands([11, 70]).gravest; // "severe"
 * classifyBrands([11, 70]).odometer.map((brand) => brand.code); // [70]
 */
export function classifyBrands(codes: Iterable<number>): ClassifiedBrands {
  const result: ClassifiedBrands = {
    severe: [],
    repaired: [],
    usage: [],
    odometer: [],
    other: [],
    gravest: undefined,
  };
  for (const code of [...new Set(codes)].sort((a, b) => a - b)) {
    const brand = findBrand(code);
    if (!brand?.isBrand) {
      throw new BrandError("BRAND_CODE", `${code} is not a brand`, {
        fix: "use a code of the ANSI D20 table, 1 to 78 without 15, 44 and 47 to 67",
      });
    }
    result[brand.class].push(brand);
    if (brand.alsoClass) result[brand.alsoClass].push(brand);
  }
  result.gravest = GRAVEST_FIRST.find((name) => result[name].length > 0);
  return result;
}
