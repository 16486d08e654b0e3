import type { ErrorWords } from "./errorWords/formats.js";
import { LIBRARY_WORDS } from "./errorWords/libraries.js";
import { MEMBER_WORDS } from "./errorWords/members.js";
import { PART_WORDS } from "./errorWords/parts.js";
import { PAYMENT_WORDS } from "./errorWords/payments.js";
import { RECALL_WORDS } from "./errorWords/recalls.js";
import { RECORD_WORDS } from "./errorWords/records.js";
import { TELEMETRY_WORDS } from "./errorWords/telemetry.js";
import { TITLE_WORDS } from "./errorWords/titles.js";

export type { ErrorValues, ErrorWords } from "./errorWords/formats.js";

/**
 * Words for every custom error of every contract. A test fails when the merged ABI has an error that stands not here.
 */
export const ERROR_WORDS: Record<string, ErrorWords> = {
  ...MEMBER_WORDS,
  ...TITLE_WORDS,
  ...RECORD_WORDS,
  ...PART_WORDS,
  ...RECALL_WORDS,
  ...PAYMENT_WORDS,
  ...TELEMETRY_WORDS,
  ...LIBRARY_WORDS,
};
