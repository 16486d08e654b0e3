import { getAddress, Interface } from "ethers";
import { vehicleRecordsAbi } from "../abi/VehicleRecords.js";
import { OdometerUnit, odometerFromChain } from "../brands/odometer.js";
import { roleName, ROLES } from "../consortium/roles.js";
import { recordKindName } from "../documents/kinds.js";
import type { GradeName, HistoryRecord, RecordFields } from "./types.js";

/** The event that every record is. */
export const RECORD_APPENDED_TOPIC =
  new Interface(vehicleRecordsAbi).getEvent("RecordAppended")?.topicHash ?? "";

const GRADES = ["selfReported", "member", "hardware"] as const satisfies readonly GradeName[];

/** The words of a record behind vehicle, author and kind, in order. */
const WORDS = [
  "index",
  "documentHash",
  "code",
  "odometer",
  "odometerUnit",
  "observedAt",
  "recordedAt",
  "role",
  "corrects",
] as const;
type Word = (typeof WORDS)[number];

/** The folded bytes of a record: vehicle, author and kind from the topics, then the words of the event's data. */
export const RECORD_DATA_AT = 3 * 32;
export const RECORD_DATA_BYTES = WORDS.length * 32;
export const RECORD_BYTES = RECORD_DATA_AT + RECORD_DATA_BYTES;

const AT = Object.fromEntries(WORDS.map((word, i) => [word, RECORD_DATA_AT + 32 * i])) as Record<
  Word,
  number
>;

/** Checksummed addresses by lower-case ones: an author has many records, and a checksum costs a hash. */
const checksummed = new Map<string, string>();
const CHECKSUM_LIMIT = 4_096;

/** An address with its checksum, remembered. */
export function toAddress(hex: string): string {
  const known = checksummed.get(hex);
  if (known) return known;
  const address = getAddress(hex);
  if (checksummed.size >= CHECKSUM_LIMIT) checksummed.clear();
  checksummed.set(hex, address);
  return address;
}

/** What a record's folded bytes say. */
export type DecodedRecord = RecordFields &
  Pick<HistoryRecord, "kindName" | "roleName" | "grade" | "gradeName">;

/**
 * Reads the folded bytes of a record.
 *
 * @param bytes `RECORD_BYTES` of them.
 * @param author Lower-case address, as the topic has it.
 * @param documentHash Hex, as the data has it.
 */
export function decodeRecord(bytes: Uint8Array, author: string, documentHash: string): DecodedRecord {
  const kind = readUint(bytes, 64);
  const role = readUint(bytes, AT.role);
  const grade = gradeOf(role);
  return {
    index: readUint(bytes, AT.index),
    kind,
    kindName: recordKindName(kind) ?? `kind ${kind}`,
    author: toAddress(author),
    role,
    roleName: roleName(role),
    grade,
    gradeName: GRADES[grade],
    documentHash,
    code: readUint(bytes, AT.code),
    odometer: odometerFromChain(readUint(bytes, AT.odometer), readUint(bytes, AT.odometerUnit)),
    observedAt: readUint(bytes, AT.observedAt),
    recordedAt: readUint(bytes, AT.recordedAt),
    corrects: readUint(bytes, AT.corrects),
  };
}

/**
 * Writes a record as what is folded: `RECORD_BYTES` in hex with 0x. A field that is wider than a word makes the text longer
 * than that, and thus no record.
 */
export function encodeRecord(vehicleId: bigint, record: RecordFields): string {
  const number = (value: number | bigint): string => value.toString(16).padStart(64, "0");
  const bytes = (hex: string): string => hex.slice(2).padStart(64, "0");
  const words: Record<Word, string> = {
    index: number(record.index),
    documentHash: bytes(record.documentHash),
    code: number(record.code),
    odometer: number(record.odometer?.value ?? 0),
    odometerUnit: number(unitNumber(record)),
    observedAt: number(record.observedAt),
    recordedAt: number(record.recordedAt),
    role: number(record.role),
    corrects: number(record.corrects),
  };
  const data = WORDS.map((word) => words[word]).join("");
  return `0x${number(vehicleId)}${bytes(record.author)}${number(record.kind)}${data}`;
}

/** How much stands behind a record that was written in a role. */
function gradeOf(role: number): 0 | 1 | 2 {
  if (role === ROLES.holder) return 0;
  return role === ROLES.vehicle ? 2 : 1;
}

/** The unit of a record's reading, numbered as on chain. */
export function unitNumber(record: Pick<RecordFields, "odometer">): OdometerUnit {
  if (!record.odometer) return OdometerUnit.None;
  return record.odometer.unit === "mi" ? OdometerUnit.Mi : OdometerUnit.Km;
}

/** The word at `offset`, whose value is below 2^53: no field of a record is larger. */
function readUint(bytes: Uint8Array, offset: number): number {
  let value = 0;
  for (let i = offset + 25; i < offset + 32; i++) value = value * 256 + (bytes[i] ?? 0);
  return value;
}
