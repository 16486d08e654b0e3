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
 * Writes a record as the bytes that are folded.
 *
 * @param bytes `RECORD_BYTES` of them, all of which are overwritten.
 */
export function encodeRecord(bytes: Uint8Array, vehicleId: bigint, record: RecordFields): void {
  bytes.fill(0);
  writeUint(bytes, 0, vehicleId, 32);
  writeUint(bytes, 32, BigInt(record.author), 20);
  writeUint(bytes, 64, BigInt(record.kind), 1);
  writeUint(bytes, AT.index, BigInt(record.index), 4);
  writeUint(bytes, AT.documentHash, BigInt(record.documentHash), 32);
  writeUint(bytes, AT.code, BigInt(record.code), 1);
  writeUint(bytes, AT.odometer, BigInt(record.odometer?.value ?? 0), 4);
  writeUint(bytes, AT.odometerUnit, BigInt(unitNumber(record)), 1);
  writeUint(bytes, AT.observedAt, BigInt(record.observedAt), 5);
  writeUint(bytes, AT.recordedAt, BigInt(record.recordedAt), 5);
  writeUint(bytes, AT.role, BigInt(record.role), 8);
  writeUint(bytes, AT.corrects, BigInt(record.corrects), 4);
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

/** Writes a word at `offset`. A value that is wider than its type is cut, and thus folds to something else. */
function writeUint(bytes: Uint8Array, offset: number, value: bigint, width: number): void {
  for (let i = offset + 31; i > offset + 31 - width; i--) {
    bytes[i] = Number(value & 0xffn);
    value >>= 8n;
  }
}
