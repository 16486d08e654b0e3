import { BlokError } from "../errors/BlokError.js";
import { BRANDS, findBrand, type Brand } from "./brandTable.js";

export type BrandErrorCode = "BRAND_BITMAP" | "BRAND_CODE";

/** A brand code or bitmap that the ANSI D20 table does not know. */
export class BrandError extends BlokError<BrandErrorCode> {}

/**
 * Reads the brand bitmap of a vehicle's record state.
 *
 * @param bitmap Bit n stands for ANSI D20 code n.
 * @returns The brands in ascending order of code.
 * @throws {BrandError} `BRAND_BITMAP` when a bit is set that stands for no brand: the number did not come from
 * a records contract.
 * @example
 * brandsFromBitmap((1n << 11n) | (1n << 76n)).map((brand) => brand.code); // [11, 76]
 */
export function brandsFromBitmap(bitmap: bigint): Brand[] {
  if (bitmap < 0n) {
    throw new BrandError("BRAND_BITMAP", "a brand bitmap cannot be negative", {
      fix: "pass the brands field of the record state as it is",
    });
  }
  const found: Brand[] = BRANDS.filter(
    (brand) => brand.isBrand && ((bitmap >> BigInt(brand.code)) & 1n) === 1n,
  );
  const known = found.reduce((bits, brand) => bits | (1n << BigInt(brand.code)), 0n);
  if (known !== bitmap) {
    const strays: string[] = [];
    for (let bit = 0, rest = bitmap & ~known; rest > 0n; bit++, rest >>= 1n) {
      if ((rest & 1n) === 1n) strays.push(findBrand(bit) ? `${bit} (${findBrand(bit)?.name})` : String(bit));
    }
    throw new BrandError(
      "BRAND_BITMAP",
      `the bitmap has bits that stand for no brand: ${strays.join(", ")}`,
      {
        fix: "pass the brands field of the record state as it is",
      },
    );
  }
  return found;
}
