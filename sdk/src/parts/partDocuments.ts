import * as c from "../documents/schemas/common.js";

/** What the documents of parts are about. */
export const PART_DOCUMENTS = [
  "lot",
  "condition",
  "certificate",
  "revocation",
  "recall",
  "decommission",
  "service",
] as const;
export type PartDocumentType = (typeof PART_DOCUMENTS)[number];

/**
 * The type (vct) of a part document, which is also the id of its schema.
 *
 * @example
 * partDocumentType("lot"); // "urn:blok:auto:part:lot:1"
 */
export function partDocumentType<Type extends PartDocumentType>(type: Type): `urn:blok:auto:part:${Type}:1` {
  return `urn:blok:auto:part:${type}:1`;
}

function partSchema<Type extends PartDocumentType>(type: Type) {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: partDocumentType(type),
    title: type,
    type: "object",
    additionalProperties: false,
  } as const;
}

const share = { type: "number", minimum: 0, maximum: 100 } as const;

/** The JSON Schema (draft 2020-12) of each part document's content. */
export const PART_DOCUMENT_SCHEMAS = {
  /** What a lot is; names of Catena-X Batch and SerialPart, and of the battery passport. */
  lot: {
    ...partSchema("lot"),
    required: ["nameAtManufacturer", "bizStep", "manufacturingDate", "country", "manufacturer"],
    properties: {
      nameAtManufacturer: c.freeText,
      manufacturerPartId: c.reference,
      batchId: c.reference,
      bizStep: {
        enum: ["commissioning", "creating_class_instance", "assembling", "disassembling"],
        description: "EPCIS CBV 2.0",
      },
      manufacturingDate: c.day,
      country: c.country,
      manufacturer: c.orgId,
      site: c.orgId,
      productType: { enum: ["material", "cell", "module", "pack", "component"] },
      chemistry: c.reference,
      ratedEnergyWh: { type: "integer", minimum: 1 },
      massG: { type: "integer", minimum: 1 },
      process: c.freeText,
      recycledShare: {
        type: "object",
        additionalProperties: false,
        properties: { cobalt: share, lithium: share, nickel: share, lead: share },
      },
    },
  },
  /** In which condition units left or arrived. */
  condition: {
    ...partSchema("condition"),
    required: ["reportedOn", "disposition"],
    properties: {
      reportedOn: c.day,
      disposition: {
        enum: ["in_transit", "conformant", "non_conformant", "damaged", "mismatch_quantity"],
        description: "EPCIS CBV 2.0",
      },
      despatchAdvice: { ...c.reference, description: "EPCIS CBV 2.0 desadv" },
      packages: { type: "integer", minimum: 1, maximum: 100_000 },
      remarks: c.freeText,
    },
  },
  certificate: {
    ...partSchema("certificate"),
    required: ["certificateNumber", "standard", "issuedOn", "validUntil", "issuer"],
    properties: {
      certificateNumber: c.reference,
      standard: c.freeText,
      issuedOn: c.day,
      validUntil: c.day,
      issuer: c.orgId,
      country: c.country,
      remarks: c.freeText,
    },
  },
  revocation: {
    ...partSchema("revocation"),
    required: ["certificateNumber", "revokedOn", "reason", "issuer"],
    properties: {
      certificateNumber: c.reference,
      revokedOn: c.day,
      reason: { enum: ["nonConformity", "falseStatements", "superseded", "requested"] },
      issuer: c.orgId,
      remarks: c.freeText,
    },
  },
  /** A defect report, or what changed about a campaign; names of NHTSA's campaign data. */
  recall: {
    ...partSchema("recall"),
    required: ["campaignNumber", "reportReceivedDate", "component", "issuer"],
    properties: {
      campaignNumber: c.campaignNumber,
      manufacturerCampaign: c.reference,
      reportReceivedDate: c.day,
      component: c.freeText,
      summary: c.freeText,
      consequence: c.freeText,
      remedy: c.freeText,
      issuer: c.orgId,
    },
  },
  decommission: {
    ...partSchema("decommission"),
    required: ["decommissionedOn", "bizStep", "facility"],
    properties: {
      decommissionedOn: c.day,
      bizStep: { enum: ["decommissioning", "destroying", "disassembling"], description: "EPCIS CBV 2.0" },
      facility: c.orgId,
      certificateNumber: c.reference,
      remarks: c.freeText,
    },
  },
  /** The new passport of a unit that goes on in another service, or as waste. */
  service: {
    ...partSchema("service"),
    required: ["decidedOn", "batteryStatus", "facility"],
    properties: {
      decidedOn: c.day,
      batteryStatus: c.serviceStatus,
      facility: c.orgId,
      batteryPassportIdentifier: c.reference,
      previousPassportIdentifier: c.reference,
      remainingCapacityShare: share,
      remarks: c.freeText,
    },
  },
} as const satisfies Record<PartDocumentType, object>;
