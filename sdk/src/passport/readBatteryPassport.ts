import { parseBatteryPassport } from "./parseBatteryPassport.js";
import { PassportError } from "./PassportError.js";
import type { BatteryPassport } from "./types.js";

/** The element of a page that holds the passport itself, as JSON. */
export const PASSPORT_ELEMENT_ID = "blok-auto-battery-passport";

/**
 * A battery passport from the text of a file: JSON, or the page that holds it.
 *
 * @throws {PassportError} `PASSPORT_FILE`, `PASSPORT_CONTENT`.
 */
export function readBatteryPassport(text: string, where?: string): BatteryPassport {
  const opening = `<script type="application/json" id="${PASSPORT_ELEMENT_ID}">`;
  const start = text.lastIndexOf(opening);
  const json = start < 0 ? text : text.slice(start + opening.length, text.indexOf("</script>", start));
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new PassportError("PASSPORT_FILE", "this is neither JSON nor a page with a passport in it", {
      where,
      cause,
    });
  }
  return parseBatteryPassport(value);
}
