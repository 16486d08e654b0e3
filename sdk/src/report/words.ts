import type { OdometerReading } from "../brands/odometer.js";
import { findBrand, type BrandClass } from "../brands/brandTable.js";
import type { AnomalyName, TitleEvent } from "../history/types.js";
import type { Report, ReportRecord } from "./types.js";

/** What the renderings say, in one place, so that text, HTML and PDF say the same. */

export const BRAND_CLASS_WORDS: Record<BrandClass, string> = {
  severe: "Destroyed, written off, or odometer tampering proven",
  repaired: "Rebuilt after heavy damage",
  usage: "Used more heavily than its age tells",
  odometer: "What is known about the odometer",
  other: "Other",
};

const ANOMALY_WORDS: Record<AnomalyName, string> = {
  lower: "lower than an earlier reading",
  jump: "an impossible jump from the last good reading",
  lateHigher: "reported late, and higher than a newer reading",
};

const DAY_SECONDS = 86_400;
const DEPTH_LIMIT = 5;
/** Fields whose number is an ANSI D20 code. */
const BRAND_FIELDS = new Set(["brandCode", "certification"]);

/** Unix seconds as a day, UTC. */
export function dayOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}

/** Unix seconds as day and time, UTC. */
export function timeOf(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** A whole number with commas: the same for every reader, whatever the machine's locale. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

export function readingOf(reading: OdometerReading): string {
  return `${grouped(reading.value)} ${reading.unit}`;
}

/** A field's name as a label: `airbagsDeployed` becomes `Airbags deployed`. */
export function labelOf(name: string): string {
  if (name === "vin") return "VIN";
  const words = unfold(plain(name));
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A disclosed field as label and value, both in words. */
export function fieldOf([name, value]: [string, unknown]): [label: string, words: string] {
  if (typeof value === "number" && BRAND_FIELDS.has(name)) {
    return [labelOf(name), `${findBrand(value)?.name ?? "unknown"} (${value})`];
  }
  return [labelOf(name), valueOf(value)];
}

/** Names of the trade that say little to a buyer. */
const TRADE_WORDS: Record<string, string> = {
  bizStep: "business step",
  manufacturerPartId: "part number",
  partInstanceId: "serial",
  batchId: "lot",
};

/** Words that were written together, as names in schemas are. */
function unfold(words: string): string {
  const known = Object.hasOwn(TRADE_WORDS, words) ? TRADE_WORDS[words] : undefined;
  if (known !== undefined) return known;
  return words.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();
}

/** The shorthand of an address or hash. */
export function shortHex(hex: string): string {
  return hex.length > 14 ? `${hex.slice(0, 8)}…${hex.slice(-4)}` : hex;
}

/**
 * Text of a document on one line, without control characters: neither a terminal nor a page's direction of writing is to be
 * steered by what somebody wrote into a document.
 */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ").trim();
}

/** A disclosed value in words. What is nested deeper than any document's schema is not unfolded. */
export function valueOf(value: unknown, depth = 0): string {
  if (depth > DEPTH_LIMIT) return "…";
  if (value === null || value === undefined) return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return String(value);
  // What schemas enumerate is written in one word; what people wrote is left alone.
  if (typeof value === "string") return /^[a-z]+([A-Z][a-z]+)+$/.test(value) ? unfold(value) : plain(value);
  if (Array.isArray(value))
    return value.length === 0 ? "none" : value.map((item) => valueOf(item, depth + 1)).join("; ");
  const fields = value as Record<string, unknown>;
  if (typeof fields.scheme === "string" && typeof fields.value === "string") {
    return `${plain(fields.scheme).toUpperCase()} ${plain(fields.value)}`;
  }
  if (typeof fields.value === "number" && typeof fields.unit === "string") {
    return `${grouped(fields.value)} ${plain(fields.unit)}`;
  }
  const { description = fields.nameAtManufacturer, nameAtManufacturer: _, ...others } = fields;
  const rest = Object.entries(others).map(
    ([name, inner]) => `${unfold(plain(name))} ${valueOf(inner, depth + 1)}`,
  );
  return [...(description === undefined ? [] : [valueOf(description, depth + 1)]), ...rest].join(", ");
}

/** What the vehicle is called: its make and model when its birth document shows them. */
export function nameOf({ vehicle }: Report): string {
  const { modelYear, make, model, vehicleId } = vehicle;
  const name = [modelYear, make, model].filter((part) => part !== undefined).join(" ");
  return name === "" ? `Vehicle ${shortHex(vehicleId)}` : plain(name);
}

export interface Verdict {
  tone: "good" | "caution" | "bad";
  headline: string;
  /** One sentence each. */
  details: string[];
}

/** What stands at the top of a report: complete or not, and what a buyer should know before anything else. */
export function verdictOf(report: Report): Verdict {
  const { summary, count } = report;
  const details: string[] = [];
  const { verified, failed, erased, withheld, missing, total } = summary.documents;
  details.push(
    `${verified} of ${total} documents are shown and verified${restOf({ failed, erased, withheld, missing })}.`,
  );
  if (summary.anomalies.found > 0) {
    const { found, open } = summary.anomalies;
    const settled = found === 1 ? "resolved by an inspector" : "all resolved by an inspector";
    const end = open === 0 ? settled : `${open} not resolved`;
    details.push(`${countOf(found, "odometer anomaly", "odometer anomalies")}, ${end}.`);
  }
  if (summary.brands.length > 0)
    details.push(`Branded: ${summary.brands.map((brand) => brand.name).join(", ")}.`);
  details.push(
    `${countOf(summary.owners, "owner", "owners")} so far, counted from the transfers${
      summary.problems.some((problem) => problem.code === "HOLDERS_MISMATCH")
        ? ""
        : " and confirmed by the title"
    }.`,
  );
  if (!summary.complete)
    return { tone: "bad", headline: incompleteHeadline(report), details: problemsOf(report, details) };

  const headline =
    count === 1
      ? "Complete: the only record is here, unaltered"
      : `Complete: all ${grouped(count)} records are here, unaltered and in order`;
  if (summary.problems.length > 0 || failed > 0) {
    return { tone: "bad", headline, details: problemsOf(report, details) };
  }
  const isCautious =
    summary.anomalies.open > 0 ||
    summary.brands.some((brand) => brand.class === "severe" || brand.class === "repaired") ||
    report.title.status === "destroyed";
  return { tone: isCautious ? "caution" : "good", headline, details };
}

function incompleteHeadline({ summary }: Report): string {
  const { missing } = summary;
  if (missing.length === 0) return "Not complete: the records do not add up to what the chain keeps";
  const shown = missing.slice(0, 10).join(", ");
  const more = missing.length > 10 ? ` and ${missing.length - 10} more` : "";
  return missing.length === 1
    ? `Not complete: record ${shown} is missing`
    : `Not complete: records ${shown}${more} are missing`;
}

function problemsOf({ summary }: Report, details: string[]): string[] {
  return [
    ...summary.problems.map(({ message }) => `${message.charAt(0).toUpperCase()}${message.slice(1)}.`),
    ...details,
  ];
}

function restOf(counts: { failed: number; erased: number; withheld: number; missing: number }): string {
  const parts = [
    counts.failed > 0 && `${counts.failed} do not hold`,
    counts.erased > 0 && `${counts.erased} erased`,
    counts.withheld > 0 && `${counts.withheld} withheld`,
    counts.missing > 0 && `${counts.missing} not at hand`,
  ].filter((part) => part !== false);
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}

export function countOf(count: number, one: string, many: string): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** What is said of a record's document, in a few words, with a tone. */
export function documentWords({ document }: ReportRecord): { tone: "good" | "muted" | "bad"; words: string } {
  switch (document.status) {
    case "present":
      if (!document.ok) return { tone: "bad", words: "document does not hold" };
      return {
        tone: "good",
        words:
          document.undisclosedCount === 0
            ? "verified"
            : `verified, ${document.undisclosedCount} fields withheld`,
      };
    case "erased":
      return { tone: "muted", words: `document erased on ${dayOf(document.erasedAt)}` };
    case "withheld":
      return { tone: "muted", words: "document withheld" };
    case "missing":
      return { tone: "muted", words: "document not at hand" };
  }
}

/** Who wrote a record, in which class, and how far it is to be trusted. */
export function authorWords(record: ReportRecord): string {
  if (record.wasMember === null)
    return record.gradeName === "hardware" ? "Signed by the vehicle" : "Reported by the holder";
  const membership = record.wasMember ? "member at that time" : "membership not found";
  return `By ${articleOf(record.roleName)} ${labelOf(record.roleName).toLowerCase()}, ${membership}`;
}

function articleOf(noun: string): string {
  return /^[aeiou]/i.test(noun) ? "an" : "a";
}

/** Sentences on what other records say about this one, and it about others. */
export function remarksOf(record: ReportRecord): { tone: "bad" | "caution" | "muted"; words: string }[] {
  const remarks: { tone: "bad" | "caution" | "muted"; words: string }[] = [];
  if (record.anomaly) {
    const end =
      record.resolvedBy === undefined
        ? "It is quarantined and not resolved yet."
        : `Resolved by record ${record.resolvedBy}.`;
    remarks.push({
      tone: record.resolvedBy === undefined ? "bad" : "caution",
      words: `Odometer anomaly: ${ANOMALY_WORDS[record.anomaly]}. ${end}`,
    });
  }
  if (record.corrects > 0) remarks.push({ tone: "muted", words: `Corrects record ${record.corrects}.` });
  if (record.correctedBy.length > 0) {
    remarks.push({ tone: "caution", words: `Corrected by record ${record.correctedBy.join(", ")}.` });
  }
  if (record.document.status === "present") {
    for (const problem of record.document.problems)
      remarks.push({ tone: "bad", words: `${plain(problem.message)}.` });
  }
  return remarks;
}

/** What happened to a title or a key, as a sentence. */
export function eventWords(event: TitleEvent): string {
  switch (event.type) {
    case "registered":
      return `Registered by ${shortHex(event.issuer)} for the first holder ${shortHex(event.holder)}`;
    case "transferred":
      return `${event.forced ? "Transferred by court order" : "Transferred"} from ${shortHex(event.from)} to ${shortHex(event.to)}`;
    case "lockSet":
      return `Lock set: ${event.lockName}`;
    case "lockCleared":
      return `Lock cleared: ${event.lockName}`;
    case "statusChanged":
      return `Status: ${event.status}`;
    case "forcedTransferRequested":
      return `A court asked for a transfer to ${shortHex(event.to)}, not before ${dayOf(event.executableAt)}`;
    case "forcedTransferCancelled":
      return "The transfer that a court asked for was cancelled";
    case "keyBound":
      return `Hardware key ${shortHex(event.keyId)} bound, valid from ${dayOf(event.validFrom)}${untilOf(event.validTo)}`;
    case "keyEnded":
      return `Hardware key ${shortHex(event.keyId)} ${event.isRevoked ? "revoked from" : "replaced on"} ${dayOf(event.validTo)}`;
  }
}

/** No date is as far as a key without end is valid. */
function untilOf(validTo: number): string {
  return validTo > 400 * 365 * DAY_SECONDS ? "" : ` to ${dayOf(validTo)}`;
}
