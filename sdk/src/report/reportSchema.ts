import { REPORT_FORMAT, REPORT_VERSION } from "./types.js";

const hash = { type: "string", pattern: "^0x[0-9a-f]{64}$" } as const;
const address = { type: "string", pattern: "^0x[0-9a-fA-F]{40}$" } as const;
const whole = { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER } as const;
const uint32 = { type: "integer", minimum: 0, maximum: 0xffffffff } as const;
const time = { type: "integer", minimum: 0, maximum: 0xffffffffff, description: "Unix seconds" } as const;
const text = { type: "string", maxLength: 2_000 } as const;
const anomaly = { enum: ["lower", "jump", "lateHigher"] } as const;
const brandCode = { type: "integer", minimum: 0, maximum: 78 } as const;
const index = { type: "integer", minimum: 1, maximum: 0xffffffff } as const;
const indexes = { type: "array", items: index } as const;

const titleStatus = { enum: ["none", "active", "exported", "destroyed"] } as const;
const place = { blockNumber: whole, logIndex: whole } as const;

/** An object with these fields and no others. All are required but those that `optional` names. */
function object<P extends Record<string, object>>(properties: P, optional: readonly string[] = []) {
  return {
    type: "object",
    additionalProperties: false,
    required: Object.keys(properties).filter((name) => !optional.includes(name)),
    properties,
  } as const;
}

const odometer = object({ value: uint32, unit: { enum: ["km", "mi"] } });
const brand = object({
  code: brandCode,
  name: text,
  class: { enum: ["severe", "repaired", "usage", "odometer", "other"] },
});
const problem = object({ code: { type: "string", pattern: "^[A-Z_]+$" }, index, message: text }, ["index"]);

const document = {
  oneOf: [
    object({
      status: { const: "present" },
      presentation: { type: "string", maxLength: 1_000_000 },
      ok: { type: "boolean" },
      disclosed: { type: "object" },
      undisclosedCount: whole,
      problems: {
        type: "array",
        items: object({ code: { type: "string", pattern: "^[A-Z_]+$" }, message: text }),
      },
    }),
    object({ status: { const: "erased" }, erasedAt: time }),
    object({ status: { const: "withheld" } }),
    object({ status: { const: "missing" } }),
  ],
} as const;

const record = object(
  {
    index,
    kind: { type: "integer", minimum: 0, maximum: 255 },
    kindName: text,
    author: address,
    role: whole,
    roleName: text,
    grade: { type: "integer", minimum: 0, maximum: 255 },
    gradeName: text,
    documentHash: hash,
    code: { type: "integer", minimum: 0, maximum: 255 },
    odometer,
    observedAt: time,
    recordedAt: time,
    corrects: uint32,
    digest: hash,
    headBefore: hash,
    anomaly,
    ...place,
    transactionHash: hash,
    resolvedBy: index,
    correctedBy: indexes,
    brand,
    wasMember: { type: ["boolean", "null"] },
    organisation: hash,
    document,
  },
  ["odometer", "anomaly", "resolvedBy", "brand", "organisation"],
);

const eventPlace = { at: time, ...place, transactionHash: hash } as const;

const titleEvent = {
  type: "object",
  required: ["type"],
  discriminator: { propertyName: "type" },
  oneOf: [
    object({ type: { const: "registered" }, holder: address, issuer: address, role: whole, ...eventPlace }),
    object({
      type: { const: "transferred" },
      from: address,
      to: address,
      forced: { type: "boolean" },
      ...eventPlace,
    }),
    ...(["lockSet", "lockCleared"] as const).map((type) =>
      object({ type: { const: type }, lock: whole, lockName: text, controller: address, ...eventPlace }),
    ),
    object({ type: { const: "statusChanged" }, status: titleStatus, ...eventPlace }),
    object({
      type: { const: "forcedTransferRequested" },
      from: address,
      to: address,
      evidenceHash: hash,
      executableAt: time,
      ...eventPlace,
    }),
    object({ type: { const: "forcedTransferCancelled" }, canceller: address, ...eventPlace }),
    object({
      type: { const: "keyBound" },
      keyId: hash,
      keyAddress: address,
      signer: { type: "string", pattern: "^0x([0-9a-f]{40}|[0-9a-f]{168})$" },
      binder: address,
      validFrom: time,
      validTo: time,
      ...eventPlace,
    }),
    object({
      type: { const: "keyEnded" },
      keyId: hash,
      ender: address,
      validTo: time,
      isRevoked: { type: "boolean" },
      ...eventPlace,
    }),
  ],
} as const;

const member = object(
  {
    account: address,
    role: whole,
    roleName: text,
    organisation: hash,
    since: time,
    grantedIn: object(place),
    ended: object({ ...place, at: time }),
  },
  ["organisation", "ended"],
);

/** The JSON Schema (draft 2020-12) of a history report. */
export const reportSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: "urn:blok:auto:report:1",
  title: "Vehicle history report",
  ...object({
    format: { const: REPORT_FORMAT },
    version: { const: REPORT_VERSION },
    chain: object({
      chainId: { type: "integer", minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
      contracts: object({
        Consortium: address,
        VehicleRecords: address,
        VehicleTitle: address,
        VehicleKeys: address,
      }),
      fromBlock: whole,
      atBlock: object({ number: whole, hash, timestamp: time }),
    }),
    vehicle: object(
      {
        vehicleId: hash,
        vin: { type: "string", pattern: "^[A-HJ-NPR-Z0-9]{17}$" },
        make: text,
        model: text,
        modelYear: { type: "integer", minimum: 1886, maximum: 2100 },
      },
      ["vin", "make", "model", "modelYear"],
    ),
    head: hash,
    count: uint32,
    state: object(
      {
        odometer,
        odometerAt: time,
        anomalies: { type: "array", items: anomaly },
        brands: { type: "array", items: brandCode },
        bornAt: time,
      },
      ["odometer"],
    ),
    title: object({
      holder: address,
      issuer: address,
      status: titleStatus,
      locks: { type: "array", items: text },
      holderCount: whole,
      grantEpoch: whole,
      registeredDay: whole,
    }),
    summary: object({
      complete: { type: "boolean" },
      missing: indexes,
      problems: { type: "array", items: problem },
      documents: object({
        verified: whole,
        failed: whole,
        erased: whole,
        withheld: whole,
        missing: whole,
        total: whole,
      }),
      anomalies: object({ found: whole, open: whole }),
      brands: { type: "array", items: brand },
      owners: whole,
    }),
    odometer: {
      type: "array",
      items: object(
        {
          index,
          at: time,
          reading: odometer,
          status: { enum: ["accepted", "quarantined", "resolution"] },
          anomaly,
          corrected: { type: "boolean" },
        },
        ["anomaly"],
      ),
    },
    records: { type: "array", items: record },
    titleEvents: { type: "array", items: titleEvent },
    members: { type: "array", items: member },
  }),
} as const;
