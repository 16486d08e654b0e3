import { toBeHex } from "ethers";
import { epcisIds, isUnit, type EpcisDeployment, type Gs1Party } from "../epcis/epcisIds.js";
import { lotOfPart } from "../parts/partId.js";
import type { CriticalMaterial, PartEvent } from "../parts/types.js";
import { gramsPerPiece, passportFacts, type PassportFacts } from "./passportFacts.js";
import { openPassport, passportHash, redactPassport, type PassportFile } from "./passportFile.js";
import type { PassportTier } from "./tiers.js";
import type { BatteryPassport, PassportLink, PassportProblem } from "./types.js";

export interface BuildBatteryPassportInput {
  /** A unit, or with serial 0 a lot of packs that have none yet. */
  partId: bigint;
  /** The events of the part, see `selectPartEvents`, or all events, in the order of the chain. */
  events: readonly PartEvent[];
  /** The block up to which the events were read. */
  asOf: { block: number; at: number };
  deployment: { chainId: number; contracts: Pick<EpcisDeployment["contracts"], "PartTwins"> };
  /** Passport documents at hand, in any order; those of other batteries are passed over. */
  documents: readonly PassportFile[];
  /** `public` when left out. */
  tier?: PassportTier;
  /** GS1 numbers, by account: the passport's identifier is then a GS1 Digital Link. */
  parties?: Record<string, Gs1Party>;
  /** Percent of each material in the lot that was recycled before, as the lineage of the lot shows. */
  recycledShares?: Partial<Record<CriticalMaterial, number>>;
}

/**
 * Puts a battery passport together from what the chain says and the document whose hash it holds. The identifier follows from
 * the part's id; each new passport of the battery (Regulation (EU) 2023/1542, Art. 77(7)) has the next number behind it. Once
 * the battery is recycled its passport ceases (Art. 77(8)): what is left says so and links to the last document.
 *
 * @throws {PassportError} `PASSPORT_UNKNOWN`, or `PASSPORT_FILE` and `PASSPORT_CONTENT` for a document that is damaged.
 * @example
 * const passport = buildBatteryPassport({ partId, events, asOf, deployment, documents, tier: "legitimateInterest" });
 * passport.isVerified; // true
 */
export function buildBatteryPassport(input: BuildBatteryPassportInput): BatteryPassport {
  const { partId, asOf, deployment, tier = "public" } = input;
  const facts = passportFacts(input.events, partId);
  const files = new Map(input.documents.map((file) => [passportHash(file), redactPassport(file, tier)]));
  const passports = linksOf(facts, identifierOf(input), files);
  const current = passports.at(-1)!; // there is the original at least
  const isCeased = facts.end?.outcome === "recycled";
  const file = isCeased ? undefined : files.get(current.documentHash);
  const content = file === undefined ? {} : openPassport(file);
  const used = isCeased ? [] : passports.map(({ documentHash }) => files.get(documentHash));
  return {
    format: "blok-auto/battery-passport-view/1",
    tier,
    batteryPassportIdentifier: current.batteryPassportIdentifier,
    passportStatus: current.passportStatus,
    batteryStatus: current.batteryStatus,
    chain: {
      chainId: deployment.chainId,
      partTwins: deployment.contracts.PartTwins,
      partId: toBeHex(partId, 32),
      ...asOf,
    },
    ...(facts.end === undefined ? {} : { end: facts.end }),
    isVerified: file !== undefined,
    content,
    criticalRawMaterials: isCeased ? [] : materialsOf(facts, input),
    certificates: isCeased ? [] : certificatesOf(facts, asOf.at),
    passports,
    documents: used.filter((document) => document !== undefined),
    problems: isCeased ? [] : problemsOf(passports, file !== undefined, content),
  };
}

function identifierOf({ partId, deployment, parties }: BuildBatteryPassportInput): string {
  const { PartTwins } = deployment.contracts;
  const ids = epcisIds(
    { chainId: deployment.chainId, contracts: { PartTwins, PartCustody: PartTwins } },
    parties,
  );
  return isUnit(partId) ? ids.unit(partId) : ids.lot(lotOfPart(partId));
}

function linksOf(
  { statements, end }: PassportFacts,
  identifier: string,
  files: ReadonlyMap<string, PassportFile>,
): PassportLink[] {
  return statements.map((statement, index): PassportLink => {
    const { documentHash, batteryStatus, since, by } = statement;
    const before = statements[index - 1];
    const file = files.get(documentHash);
    const isLast = index === statements.length - 1;
    return {
      batteryPassportIdentifier: index === 0 ? identifier : `${identifier}#${index + 1}`,
      documentHash,
      batteryStatus,
      passportStatus: end !== undefined ? "invalid" : isLast ? "approved" : "expired",
      since,
      by,
      ...(before === undefined || file === undefined
        ? {}
        : { isLinked: openPassport(file).previousPassport?.documentHash === before.documentHash }),
    };
  });
}

function materialsOf(
  { lot }: PassportFacts,
  { recycledShares = {} }: BuildBatteryPassportInput,
): BatteryPassport["criticalRawMaterials"] {
  return gramsPerPiece(lot).map(([material, grams]) => {
    const recycledShare = recycledShares[material];
    return { material, grams, ...(recycledShare === undefined ? {} : { recycledShare }) };
  });
}

function certificatesOf({ certificates }: PassportFacts, at: number): BatteryPassport["certificates"] {
  return certificates.map(({ isRevoked, ...certificate }) => ({
    ...certificate,
    state: isRevoked ? "revoked" : certificate.validTo <= at ? "expired" : "valid",
  }));
}

function problemsOf(
  passports: readonly PassportLink[],
  isShown: boolean,
  content: BatteryPassport["content"],
): PassportProblem[] {
  const problems: PassportProblem[] = [];
  const { documentHash, batteryStatus } = passports.at(-1)!;
  const stated = content.generalProductInformation?.batteryStatus;
  if (!isShown) {
    problems.push({
      code: "PASSPORT_DOCUMENT_MISSING",
      message: `the document with hash ${documentHash}, which the chain holds, is not at hand`,
    });
  } else if (stated !== batteryStatus) {
    problems.push({
      code: "PASSPORT_STATUS_DIFFERS",
      message: `the document says that the battery is ${stated ?? "of no status"}, the chain says ${batteryStatus}`,
    });
  }
  for (const { isLinked, batteryPassportIdentifier } of passports) {
    if (isLinked !== false) continue;
    problems.push({
      code: "PASSPORT_LINK_BROKEN",
      message: `the document of ${batteryPassportIdentifier} does not name the passport before it`,
    });
  }
  return problems;
}
