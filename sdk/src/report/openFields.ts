import { decodeBase64UrlText } from "../documents/encoding.js";

/**
 * The names of the fields that an SD-JWT discloses. Whether the disclosures are genuine is for `verifyDocument` to say.
 *
 * @example
 * openFields(compact); // ["make", "model"]
 */
export function openFields(compact: string): string[] {
  return compact
    .split("~")
    .slice(1)
    .filter((disclosure) => disclosure !== "")
    .flatMap((disclosure) => {
      try {
        const item: unknown = JSON.parse(decodeBase64UrlText(disclosure));
        return Array.isArray(item) && typeof item[1] === "string" ? [item[1]] : [];
      } catch {
        return [];
      }
    });
}
