import type { PassportCluster, PassportContent } from "./passportSchema.js";

/** Who may read: everybody; persons with a legitimate interest; authorities and notified bodies. Each reads the ones before. */
export const PASSPORT_TIERS = ["public", "legitimateInterest", "authorities"] as const;
export type PassportTier = (typeof PASSPORT_TIERS)[number];

type FieldTiers = {
  [Cluster in PassportCluster]-?: Record<keyof NonNullable<PassportContent[Cluster]>, PassportTier>;
};

/**
 * Who may read which field: Annex XIII of Regulation (EU) 2023/1542, and DIN DKE SPEC 99100 where it opens more. The status is
 * public by the latter, and the chain shows it to everybody in any case.
 */
export const FIELD_TIERS: FieldTiers = {
  previousPassport: { documentHash: "public" },
  generalProductInformation: {
    productIdentifier: "public",
    batteryCategory: "public",
    batteryStatus: "public",
    manufacturerInformation: "public",
    operatorInformation: "public",
    manufacturingDate: "public",
    manufacturingPlace: "public",
    puttingIntoService: "legitimateInterest",
    warrentyPeriod: "public",
    batteryMass: "public",
  },
  labels: { declarationOfConformity: "public", resultOfTestReport: "authorities" },
  carbonFootprint: {
    batteryCarbonFootprint: "public",
    carbonFootprintPerLifecycleStage: "public",
    carbonFootprintPerformanceClass: "public",
    carbonFootprintStudy: "public",
    absoluteCarbonFootprint: "public",
  },
  supplyChainDueDiligence: { supplyChainDueDiligenceReport: "public" },
  materialComposition: {
    batteryChemistry: "public",
    hazardousSubstances: "public",
    batteryMaterials: "legitimateInterest",
  },
  circularity: {
    dismantlingAndRemovalInformation: "legitimateInterest",
    sparePartSources: "legitimateInterest",
    recycledContent: "public",
    safetyMeasures: "legitimateInterest",
    endOfLifeInformation: "public",
    renewableContent: "public",
  },
  performanceAndDurability: {
    ratedEnergy: "public",
    ratedCapacity: "public",
    nominalVoltage: "public",
    minimumVoltage: "public",
    maximumVoltage: "public",
    originalPowerCapability: "public",
    expectedNumberOfCycles: "public",
    expectedLifetime: "public",
    stateOfCertifiedEnergy: "legitimateInterest",
    remainingCapacity: "legitimateInterest",
    capacityFade: "legitimateInterest",
    powerFade: "legitimateInterest",
    stateOfCharge: "legitimateInterest",
    numberOfFullCycles: "legitimateInterest",
    energyThroughput: "legitimateInterest",
    negativeEvents: "legitimateInterest",
  },
};

/** The tiers that a reader of one may read. */
export function tiersUpTo(tier: PassportTier): PassportTier[] {
  return PASSPORT_TIERS.slice(0, PASSPORT_TIERS.indexOf(tier) + 1);
}

/** Fields by cluster, as they are laid out in a passport; any may be missing. */
export type PassportFields = { [Cluster in PassportCluster]?: Partial<PassportContent[Cluster]> };

/** The fields of a passport that belong to one tier. */
export function fieldsOfTier(content: PassportFields, tier: PassportTier): PassportFields {
  const clusters = Object.entries(content).map(([cluster, fields]) => {
    const tiers: Record<string, PassportTier> = FIELD_TIERS[cluster as PassportCluster];
    return [
      cluster,
      Object.fromEntries(Object.entries(fields).filter(([field]) => tiers[field] === tier)),
    ] as const;
  });
  return Object.fromEntries(clusters.filter(([, fields]) => Object.keys(fields).length > 0));
}
