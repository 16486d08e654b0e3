import { SDJwtInstance, type SdJwtPayload } from "@sd-jwt/core";
import { DocumentError } from "./DocumentError.js";
import { sdJwtHasher } from "./encoding.js";

/**
 * Makes a presentation that discloses only some fields of a document. It still matches the document's hash on chain,
 * and shows how many fields are withheld, not which.
 *
 * @param compact The whole document, or a presentation of it.
 * @param fields Names of content fields; none for a presentation that discloses nothing.
 * @throws {DocumentError} `DOCUMENT_FIELD` for a field that the document does not disclose, `DOCUMENT_MALFORMED` when it
 * is no SD-JWT.
 * @example
 * const presentation = await presentDocument(compact, ["make", "model"]);
 */
export async function presentDocument(compact: string, fields: readonly string[]): Promise<string> {
  const sdJwt = new SDJwtInstance<SdJwtPayload>({
    hasher: sdJwtHasher,
  });
  let available: string[];
  try {
    available = await sdJwt.presentableKeys(compact);
  } catch (cause) {
    throw new DocumentError("DOCUMENT_MALFORMED", "this is not an SD-JWT", { cause });
  }
  const missing = fields.find((field) => !available.includes(field));
  if (missing !== undefined) {
    throw new DocumentError("DOCUMENT_FIELD", `the document does not disclose ${missing}`, {
      fix: `choose from: ${available.join(", ") || "nothing, all fields are withheld already"}`,
    });
  }
  const frame: Record<string, true> = Object.fromEntries(fields.map((field) => [field, true]));
  return sdJwt.present<Record<string, unknown>>(compact, frame);
}
