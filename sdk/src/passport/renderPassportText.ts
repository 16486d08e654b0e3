import { plain } from "../report/words.js";
import {
  certificateRows,
  contentRows,
  factRows,
  passportRows,
  passportVerdict,
  TIER_WORDS,
} from "./passportWords.js";
import type { BatteryPassport } from "./types.js";

const MARKS = { good: "OK", caution: "CAUTION", bad: "NOT OK" } as const;

/**
 * Writes a battery passport as text, for terminals.
 *
 * @example
 * console.log(renderPassportText(passport));
 */
export function renderPassportText(passport: BatteryPassport): string {
  const verdict = passportVerdict(passport);
  const isCeased = passport.end?.outcome === "recycled";
  return `${[
    `BATTERY PASSPORT: ${TIER_WORDS[passport.tier]}`,
    plain(passport.batteryPassportIdentifier),
    "",
    `[${MARKS[verdict.tone]}] ${verdict.headline}`,
    ...verdict.details.map((detail) => `  ${plain(detail)}`),
    ...section("BY THE CHAIN", isCeased ? [] : factRows(passport)),
    ...contentRows(passport).flatMap(([cluster, rows]) => section(cluster.toUpperCase(), rows)),
    ...section("CERTIFICATES", certificateRows(passport)),
    ...section("PASSPORTS OF THIS BATTERY", passportRows(passport)),
  ].join("\n")}\n`;
}

function section(title: string, rows: [string, string][]): string[] {
  if (rows.length === 0) return [];
  const width = Math.max(...rows.map(([label]) => label.length));
  return ["", title, ...rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`)];
}
