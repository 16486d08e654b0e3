/** The kinds of record, numbered as on chain. */
export const RECORD_KINDS = {
  manufactured: 1,
  firstRegistered: 2,
  registration: 3,
  service: 4,
  odometerReading: 5,
  accident: 6,
  damageAssessment: 7,
  repair: 8,
  inspection: 9,
  brand: 10,
  odometerResolution: 11,
  forcedTransfer: 12,
  destruction: 13,
  import: 14,
  export: 15,
  recallRemedy: 16,
  partFitted: 17,
  partRemoved: 18,
  softwareUpdated: 19,
  insuranceClaim: 20,
  recallNotice: 21,
  campaignRemedy: 22,
} as const;

export type RecordKindName = keyof typeof RECORD_KINDS;
export type RecordKind = (typeof RECORD_KINDS)[RecordKindName];

const names = new Map<number, RecordKindName>(
  (Object.keys(RECORD_KINDS) as RecordKindName[]).map((name) => [RECORD_KINDS[name], name]),
);

/**
 * Names a kind of record.
 *
 * @param kind The number that stands on chain.
 * @returns The name, or undefined for a kind that this version does not know.
 * @example
 * recordKindName(9); // "inspection"
 */
export function recordKindName(kind: number | bigint): RecordKindName | undefined {
  return names.get(Number(kind));
}

/**
 * The credential type (vct) of a kind's documents, which is also the id of its schema.
 *
 * @example
 * documentType("inspection"); // "urn:blok:auto:record:inspection:1"
 */
export function documentType<Name extends RecordKindName>(name: Name): `urn:blok:auto:record:${Name}:1` {
  return `urn:blok:auto:record:${name}:1`;
}
