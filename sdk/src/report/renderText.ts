import {
  authorWords,
  BRAND_CLASS_WORDS,
  countOf,
  dayOf,
  documentWords,
  eventWords,
  fieldOf,
  grouped,
  labelOf,
  nameOf,
  plain,
  readingOf,
  remarksOf,
  timeOf,
  verdictOf,
} from "./words.js";
import { withGaps } from "./withGaps.js";
import type { Report, ReportRecord } from "./types.js";

const MARKS = { good: "OK", caution: "CAUTION", bad: "NOT OK" } as const;

/**
 * Writes a report as text, for terminals and mail: the verdict first, then what it rests on.
 *
 * @example
 * console.log(renderText(report));
 */
export function renderText(report: Report): string {
  const { chain, vehicle, title, state, summary } = report;
  const verdict = verdictOf(report);
  const lines = [
    `VEHICLE HISTORY REPORT: ${nameOf(report)}`,
    vehicle.vin ? `VIN ${plain(vehicle.vin)}` : "VIN not disclosed",
    `As of ${timeOf(chain.atBlock.timestamp)}, block ${chain.atBlock.number} of chain ${chain.chainId}`,
    "",
    `[${MARKS[verdict.tone]}] ${verdict.headline}`,
    ...verdict.details.map((detail) => `  ${detail}`),
    "",
    "FACTS",
    ...table([
      [
        "Last good odometer",
        state.odometer ? `${readingOf(state.odometer)} on ${dayOf(state.odometerAt)}` : "not read",
      ],
      ["Title", [title.status, ...title.locks.map((lock) => `lock: ${lock}`)].join(", ")],
      ["Owners", String(summary.owners)],
      ["Vehicle born", dayOf(state.bornAt)],
      ["Brands", summary.brands.length === 0 ? "none" : ""],
    ]),
    ...summary.brands.map(
      (brand) =>
        `    ${String(brand.code).padStart(2, "0")} ${brand.name} (${BRAND_CLASS_WORDS[brand.class]})`,
    ),
    "",
    `RECORDS (${countOf(report.records.length, "record", "records")} here, ${grouped(report.count)} on chain)`,
    ...withGaps(report).flatMap((row) =>
      "missing" in row
        ? ["", `#${row.missing}  *** THIS RECORD IS MISSING ***`]
        : ["", ...recordLines(row.record)],
    ),
    "",
    "TITLE",
    ...report.titleEvents.map((event) => `  ${dayOf(event.at)}  ${eventWords(event)}`),
    "",
    "AUTHORS",
    ...report.members.map((member) => {
      const end = member.ended ? ` to ${dayOf(member.ended.at)}` : "";
      return `  ${member.account}  ${labelOf(member.roleName).toLowerCase()}, ${dayOf(member.since)}${end}`;
    }),
    "",
    "PROOF",
    ...table([
      ["Vehicle id", vehicle.vehicleId],
      ["Head", report.head],
      ["Block", `${chain.atBlock.number} ${chain.atBlock.hash}`],
      ["VehicleRecords", chain.contracts.VehicleRecords],
      ["VehicleTitle", chain.contracts.VehicleTitle],
      ["VehicleKeys", chain.contracts.VehicleKeys],
      ["Consortium", chain.contracts.Consortium],
    ]),
    "  Text can be forged. Verify the JSON or HTML report with verify-report and a node of your choice.",
  ];
  return `${lines.join("\n")}\n`;
}

function recordLines(record: ReportRecord): string[] {
  const { index, document } = record;
  const odometer = record.odometer ? `, ${readingOf(record.odometer)}` : "";
  const brand = record.brand ? `: ${record.brand.name}` : "";
  const disclosed = document.status === "present" && document.ok ? Object.entries(document.disclosed) : [];
  return [
    `#${index}  ${dayOf(record.observedAt)}  ${labelOf(record.kindName)}${brand}${odometer}  [${documentWords(record).words}]`,
    `    ${authorWords(record)}: ${record.author}, recorded ${dayOf(record.recordedAt)}`,
    ...remarksOf(record).map(({ tone, words }) => `    ${tone === "muted" ? "" : "! "}${words}`),
    ...table(disclosed.map(fieldOf)).map((line) => `  ${line}`),
  ];
}

function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...rows.map(([label]) => label.length));
  return rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}`.trimEnd());
}
