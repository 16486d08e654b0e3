import type { Verdict } from "../report/words.js";
import { dayOf, labelOf, plain, valueOf } from "../report/words.js";
import type { BatteryPassport } from "./types.js";
import type { PassportTier } from "./tiers.js";

/** What the renderings of a battery passport say, in one place. */

export const TIER_WORDS: Record<PassportTier, string> = {
  public: "public view",
  legitimateInterest: "view for persons with a legitimate interest",
  authorities: "view for authorities and notified bodies",
};

const UNITS: Record<string, string> = {
  batteryMass: "kg",
  batteryCarbonFootprint: "kg CO2e per kWh",
  absoluteCarbonFootprint: "t CO2e",
  renewableContent: "%",
  ratedEnergy: "kWh",
  ratedCapacity: "Ah",
  nominalVoltage: "V",
  minimumVoltage: "V",
  maximumVoltage: "V",
  originalPowerCapability: "W",
  expectedLifetime: "years",
  stateOfCertifiedEnergy: "%",
  remainingCapacity: "Ah",
  capacityFade: "%",
  powerFade: "%",
  stateOfCharge: "%",
  energyThroughput: "kWh",
};
const LABELS: Record<string, string> = { warrentyPeriod: "Warranty until" };

export function passportVerdict(passport: BatteryPassport): Verdict {
  const { end, isVerified, problems, passports } = passport;
  const details = problems.map(({ message }) => message);
  if (end?.outcome === "recycled") {
    const last = passports.at(-1)?.documentHash ?? "";
    return {
      tone: "caution",
      headline: `This passport ceased on ${dayOf(end.at)}: the battery was recycled`,
      details: [`the last document had the hash ${last}`],
    };
  }
  if (end !== undefined) {
    const words = end.outcome === "destroyed" ? "was destroyed" : "became part of another product";
    return { tone: "caution", headline: `Not valid: the battery ${words} on ${dayOf(end.at)}`, details };
  }
  if (problems.length > 0) {
    const headline = isVerified ? "Something does not fit" : "What the maker says is not at hand";
    return { tone: isVerified ? "bad" : "caution", headline, details };
  }
  return {
    tone: "good",
    headline: "This is the document whose hash the chain holds",
    details: [`as of ${dayOf(passport.chain.at)}, block ${passport.chain.block}`],
  };
}

/** What the chain says itself, as label and value. */
export function factRows({
  batteryStatus,
  passportStatus,
  criticalRawMaterials,
}: BatteryPassport): [string, string][] {
  const materials = criticalRawMaterials.map(({ material, grams, recycledShare }): [string, string] => {
    const recycled = recycledShare === undefined ? "" : `, ${rounded(recycledShare)} % of it recycled before`;
    return [labelOf(material), `${rounded(grams)} g${recycled}`];
  });
  return [["Battery status", batteryStatus], ["Passport status", passportStatus], ...materials];
}

/** The content by cluster, as labels and values. */
export function contentRows({ content }: BatteryPassport): [cluster: string, rows: [string, string][]][] {
  return Object.entries(content).map(([cluster, fields]) => [
    labelOf(cluster),
    Object.entries(fields).map(([field, value]): [string, string] => [
      LABELS[field] ?? labelOf(field),
      fieldText(value, UNITS[field]),
    ]),
  ]);
}

export function certificateRows({ certificates }: BatteryPassport): [string, string][] {
  return certificates.map(({ kind, state, validTo, documentHash }) => [
    labelOf(kind),
    `${state}, until ${dayOf(validTo)}, document ${plain(documentHash)}`,
  ]);
}

export function passportRows({ passports }: BatteryPassport): [string, string][] {
  return passports.map(({ since, batteryStatus, passportStatus, documentHash, isLinked }) => [
    dayOf(since),
    `${batteryStatus}, ${passportStatus}, document ${plain(documentHash)}${isLinked === false ? ", does not name the one before" : ""}`,
  ]);
}

function fieldText(value: unknown, unit: string | undefined): string {
  const unitText = unit === undefined ? "" : ` ${unit}`;
  if (!isReading(value)) return `${valueOf(value)}${unitText}`;
  return `${value.value}${unitText} on ${plain(value.lastUpdate)}`;
}

function isReading(value: unknown): value is { value: number; lastUpdate: string } {
  return typeof value === "object" && value !== null && "lastUpdate" in value && "value" in value;
}

function rounded(value: number): string {
  return String(Number(value.toFixed(3)));
}
