import type { TypeOfSchema } from "../documents/contentTypes.js";
import * as c from "../documents/schemas/common.js";
import { SERVICE_STATUSES } from "../parts/types.js";

const link = { type: "string", format: "uri", maxLength: 400 } as const;
const positive = { type: "number", exclusiveMinimum: 0 } as const;
const notNegative = { type: "number", minimum: 0 } as const;
const percent = { type: "number", minimum: 0, maximum: 100 } as const;

/** A value that use changes, and the day on which it was read. */
const reading = {
  type: "object",
  additionalProperties: false,
  required: ["value", "lastUpdate"],
  properties: { value: notNegative, lastUpdate: c.day },
} as const;

/**
 * The content of a battery passport (Regulation (EU) 2023/1542, Annex XIII), in the clusters of DIN DKE SPEC 99100 and with
 * the names of the BatteryPass data model 1.2.0, its spelling included.
 */
export const PASSPORT_SCHEMA = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: "urn:blok:battery-passport:1",
  title: "batteryPassport",
  type: "object",
  additionalProperties: false,
  required: [
    "generalProductInformation",
    "carbonFootprint",
    "materialComposition",
    "performanceAndDurability",
  ],
  properties: {
    /** The passport that this one comes after, when the battery goes on in another service. */
    previousPassport: {
      type: "object",
      additionalProperties: false,
      required: ["documentHash"],
      properties: { documentHash: c.digest },
    },
    generalProductInformation: {
      type: "object",
      additionalProperties: false,
      required: [
        "productIdentifier",
        "batteryCategory",
        "batteryStatus",
        "manufacturerInformation",
        "manufacturingDate",
        "manufacturingPlace",
        "batteryMass",
      ],
      properties: {
        /** The model. The battery itself has the passport's identifier. */
        productIdentifier: c.reference,
        batteryCategory: { enum: ["lmt", "ev", "industrial", "stationary"] },
        batteryStatus: { enum: SERVICE_STATUSES },
        manufacturerInformation: c.orgId,
        operatorInformation: c.orgId,
        manufacturingDate: c.day,
        manufacturingPlace: c.country,
        puttingIntoService: c.day,
        warrentyPeriod: { type: "string", pattern: "^[0-9]{4}-(0[1-9]|1[0-2])$" },
        /** kg */
        batteryMass: positive,
      },
    },
    labels: {
      type: "object",
      additionalProperties: false,
      required: ["declarationOfConformity"],
      properties: { declarationOfConformity: link, resultOfTestReport: link },
    },
    carbonFootprint: {
      type: "object",
      additionalProperties: false,
      required: ["batteryCarbonFootprint", "carbonFootprintPerformanceClass", "carbonFootprintStudy"],
      properties: {
        /** kg CO2e per kWh of energy over the service life */
        batteryCarbonFootprint: notNegative,
        carbonFootprintPerLifecycleStage: {
          type: "array",
          maxItems: 4,
          items: {
            type: "object",
            additionalProperties: false,
            required: ["lifecycleStage", "carbonFootprint"],
            properties: {
              lifecycleStage: {
                enum: ["RawMaterialExtraction", "MainProduction", "Distribution", "Recycling"],
              },
              carbonFootprint: { type: "number" },
            },
          },
        },
        carbonFootprintPerformanceClass: { type: "string", pattern: "^[A-G]$" },
        carbonFootprintStudy: link,
        /** t CO2e */
        absoluteCarbonFootprint: notNegative,
      },
    },
    supplyChainDueDiligence: {
      type: "object",
      additionalProperties: false,
      required: ["supplyChainDueDiligenceReport"],
      properties: { supplyChainDueDiligenceReport: link },
    },
    materialComposition: {
      type: "object",
      additionalProperties: false,
      required: ["batteryChemistry"],
      properties: {
        batteryChemistry: {
          type: "object",
          additionalProperties: false,
          required: ["shortName", "clearName"],
          properties: { shortName: c.reference, clearName: c.freeText },
        },
        hazardousSubstances: {
          type: "array",
          maxItems: 50,
          items: {
            type: "object",
            additionalProperties: false,
            required: ["hazardousSubstanceName"],
            properties: { hazardousSubstanceName: c.freeText, hazardousSubstanceIdentifier: c.reference },
          },
        },
        batteryMaterials: {
          type: "array",
          maxItems: 100,
          items: {
            type: "object",
            additionalProperties: false,
            required: ["batteryMaterialName", "batteryMaterialMass"],
            properties: {
              batteryMaterialName: c.freeText,
              batteryMaterialIdentifier: c.reference,
              batteryMaterialLocation: { enum: ["cathode", "anode", "electrolyte", "separator", "other"] },
              /** kg */
              batteryMaterialMass: notNegative,
            },
          },
        },
      },
    },
    circularity: {
      type: "object",
      additionalProperties: false,
      required: [],
      properties: {
        dismantlingAndRemovalInformation: {
          type: "array",
          maxItems: 50,
          items: {
            type: "object",
            additionalProperties: false,
            required: ["documentType", "documentURL"],
            properties: {
              documentType: {
                enum: [
                  "BillOfMaterial",
                  "Model3D",
                  "DismantlingManual",
                  "RemovalManual",
                  "OtherManual",
                  "Drawing",
                ],
              },
              documentURL: link,
            },
          },
        },
        sparePartSources: {
          type: "array",
          maxItems: 50,
          items: {
            type: "object",
            additionalProperties: false,
            required: ["supplierWebAddress"],
            properties: { supplierWebAddress: link, partNumber: c.reference },
          },
        },
        recycledContent: {
          type: "array",
          maxItems: 4,
          items: {
            type: "object",
            additionalProperties: false,
            required: ["recycledMaterial", "preConsumerShare", "postConsumerShare"],
            properties: {
              recycledMaterial: { enum: ["Cobalt", "Nickel", "Lithium", "Lead"] },
              preConsumerShare: percent,
              postConsumerShare: percent,
            },
          },
        },
        safetyMeasures: { type: "array", maxItems: 20, items: link },
        endOfLifeInformation: {
          type: "object",
          additionalProperties: false,
          required: [],
          properties: { wastePrevention: link, separateCollection: link, informationOnCollection: link },
        },
        renewableContent: percent,
      },
    },
    performanceAndDurability: {
      type: "object",
      additionalProperties: false,
      required: ["ratedEnergy", "ratedCapacity", "nominalVoltage"],
      properties: {
        /** kWh */
        ratedEnergy: positive,
        /** Ah */
        ratedCapacity: positive,
        /** V */
        nominalVoltage: positive,
        minimumVoltage: notNegative,
        maximumVoltage: positive,
        /** W */
        originalPowerCapability: positive,
        expectedNumberOfCycles: { type: "integer", minimum: 1 },
        /** Years */
        expectedLifetime: positive,
        /** Percent */
        stateOfCertifiedEnergy: reading,
        /** Ah */
        remainingCapacity: reading,
        /** Percent */
        capacityFade: reading,
        /** Percent */
        powerFade: reading,
        /** Percent */
        stateOfCharge: reading,
        numberOfFullCycles: reading,
        /** kWh */
        energyThroughput: reading,
        negativeEvents: {
          type: "array",
          maxItems: 100,
          items: {
            type: "object",
            additionalProperties: false,
            required: ["negativeEvent", "lastUpdate"],
            properties: { negativeEvent: c.freeText, lastUpdate: c.day },
          },
        },
      },
    },
  },
} as const;

/** What a battery passport says. */
export type PassportContent = TypeOfSchema<typeof PASSPORT_SCHEMA>;
export type PassportCluster = keyof PassportContent;
