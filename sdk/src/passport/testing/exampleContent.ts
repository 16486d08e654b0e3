import type { PassportContent } from "../passportSchema.js";

/** A passport with every field, of a battery that is nobody's. */
export const EXAMPLE_CONTENT: PassportContent = {
  generalProductInformation: {
    productIdentifier: "EXAMPLE-PACK-60",
    batteryCategory: "ev",
    batteryStatus: "original",
    manufacturerInformation: { scheme: "bpn", value: "BPNLEXAMPLE00001" },
    operatorInformation: { scheme: "bpn", value: "BPNLEXAMPLE00002" },
    manufacturingDate: "2026-02-01",
    manufacturingPlace: "DE",
    puttingIntoService: "2026-03-01",
    warrentyPeriod: "2034-03",
    batteryMass: 412.5,
  },
  labels: {
    declarationOfConformity: "https://example.com/declaration",
    resultOfTestReport: "https://example.com/test-report",
  },
  carbonFootprint: {
    batteryCarbonFootprint: 62.4,
    carbonFootprintPerLifecycleStage: [{ lifecycleStage: "MainProduction", carbonFootprint: 21.1 }],
    carbonFootprintPerformanceClass: "B",
    carbonFootprintStudy: "https://example.com/study",
    absoluteCarbonFootprint: 4.2,
  },
  supplyChainDueDiligence: { supplyChainDueDiligenceReport: "https://example.com/due-diligence" },
  materialComposition: {
    batteryChemistry: { shortName: "NMC", clearName: "Lithium nickel manganese cobalt oxide" },
    hazardousSubstances: [
      { hazardousSubstanceName: "Ethylene carbonate", hazardousSubstanceIdentifier: "96-49-1" },
    ],
    batteryMaterials: [
      { batteryMaterialName: "Cobalt", batteryMaterialLocation: "cathode", batteryMaterialMass: 0.039 },
    ],
  },
  circularity: {
    dismantlingAndRemovalInformation: [
      { documentType: "DismantlingManual", documentURL: "https://example.com/dismantling" },
    ],
    sparePartSources: [{ supplierWebAddress: "https://example.com/spares", partNumber: "EXAMPLE-1" }],
    recycledContent: [{ recycledMaterial: "Cobalt", preConsumerShare: 4, postConsumerShare: 16 }],
    safetyMeasures: ["https://example.com/safety"],
    endOfLifeInformation: { separateCollection: "https://example.com/collection" },
    renewableContent: 1.5,
  },
  performanceAndDurability: {
    ratedEnergy: 60,
    ratedCapacity: 150,
    nominalVoltage: 400,
    minimumVoltage: 300,
    maximumVoltage: 450,
    originalPowerCapability: 150_000,
    expectedNumberOfCycles: 1500,
    expectedLifetime: 10,
    stateOfCertifiedEnergy: { value: 97, lastUpdate: "2026-05-01" },
    remainingCapacity: { value: 146, lastUpdate: "2026-05-01" },
    capacityFade: { value: 3, lastUpdate: "2026-05-01" },
    powerFade: { value: 1, lastUpdate: "2026-05-01" },
    stateOfCharge: { value: 80, lastUpdate: "2026-05-01" },
    numberOfFullCycles: { value: 41, lastUpdate: "2026-05-01" },
    energyThroughput: { value: 2500, lastUpdate: "2026-05-01" },
    negativeEvents: [{ negativeEvent: "Deep discharge", lastUpdate: "2026-04-11" }],
  },
};
