import { role, tag, text, time } from "./formats.js";
import type { ErrorWords } from "./formats.js";

/** Of life records and of the keys that sign them. */
export const RECORD_WORDS: Record<string, ErrorWords> = {
  RecordsBatchEmpty: { says: () => "the batch is empty", fix: "Send at least one row." },
  RecordsBatchTooLong: {
    says: (v) => `the batch has ${text(v.length)} records, more than ${text(v.limit)}`,
    fix: "Split it into smaller batches.",
  },
  RecordsCodeInvalid: {
    says: (v) => `code ${text(v.code)} does not fit a record of kind ${text(v.kind)}`,
    fix: "A brand record carries an ANSI D20 brand code, any other record carries 0.",
  },
  RecordsCorrectionForeign: {
    says: (v) => `${text(v.caller)} as ${role(v.role)} may not correct a record of ${text(v.author)}`,
    fix: "Let its author correct it, or a registrar.",
  },
  RecordsCorrectionKind: {
    says: (v) => `a record of kind ${text(v.correctedKind)} is not corrected by one of kind ${text(v.kind)}`,
    fix: "Use the kind of the record that is corrected.",
  },
  RecordsDocumentMissing: {
    says: (v) => `the record of vehicle ${tag(v.vehicleId)} names no document`,
    fix: "Pass the SHA-256 of the signed document.",
  },
  RecordsKindInvalid: { says: (v) => `${text(v.kind)} is no kind of record`, fix: "Kinds begin at 1." },
  RecordsKindNotBirth: {
    says: (v) => `a record of kind ${text(v.kind)} begins no life`,
    fix: "Register with kind 1 (manufactured) or 2 (first registered).",
  },
  RecordsKindReserved: {
    says: (v) =>
      `records of kind ${text(v.kind)} come about only through the contract that does what they say`,
    fix: "Call that contract: changeStatus, destroyVehicle or forcedTransfer of the title, fitPart or removePart of the parts, notifyVehicles or remedyVehicle of the recalls.",
  },
  RecordsLifeEnded: {
    says: (v) => `vehicle ${tag(v.vehicleId)} is destroyed, and nothing is fitted to it any more`,
    fix: "Check the vehicle; parts of a destroyed one are only taken off.",
  },
  RecordsNothingToResolve: {
    says: (v) => `vehicle ${tag(v.vehicleId)} has no open odometer anomaly`,
    fix: "Write an ordinary odometer reading instead.",
  },
  RecordsObservedBeforeBirth: {
    says: (v) =>
      `${time(v.observedAt)} lies before the birth of vehicle ${tag(v.vehicleId)}, ${time(v.bornAt)}`,
    fix: "Check the date and the vehicle.",
  },
  RecordsObservedInFuture: {
    says: (v) => `${time(v.observedAt)} lies in the future of the block, ${time(v.recordedAt)}`,
    fix: "Check the date, and the author's clock.",
  },
  RecordsOdometerUnitMissing: {
    says: (v) =>
      `the reading ${text(v.odometer)} of vehicle ${tag(v.vehicleId)} has no unit, or a reading is missing`,
    fix: "Give unit 1 (km) or 2 (mi) as read.",
  },
  RecordsProofInvalid: {
    says: (v) =>
      `the proof of record ${text(v.index)} does not lead to the head of vehicle ${tag(v.vehicleId)}`,
    fix: "Read the history again: it grew, or the record is not of this vehicle.",
  },
  RecordsVehicleExists: {
    says: (v) => `vehicle ${tag(v.vehicleId)} has a life record already`,
    fix: "An id is opened once, for ever.",
  },
  RecordsVehicleUnknown: {
    says: (v) => `vehicle ${tag(v.vehicleId)} has no life record`,
    fix: "Register it first, or check the VIN and the registry key.",
  },
  RecordsWriterNotAllowed: {
    says: (v) => `class ${role(v.role)} may not write records of kind ${text(v.kind)}`,
    fix: "Let a class write it that the table of writers names; the council changes the table.",
  },
  KeysAlreadyBound: {
    says: (v) => `key ${tag(v.keyId)} was bound to vehicle ${tag(v.vehicleId)} before`,
    fix: "Bind a new key; a key that ended is not bound again.",
  },
  KeysBinderForeign: {
    says: (v) =>
      `${text(v.caller)} may not manage keys of vehicle ${tag(v.vehicleId)}, issued by ${text(v.issuer)}`,
    fix: "Act as the manufacturer that issued the vehicle, or as a registrar.",
  },
  KeysEndInvalid: {
    says: (v) => `a key that ends at ${time(v.validTo)} cannot be ended at ${time(v.newValidTo)}`,
    fix: "A period only shrinks, and not into the future.",
  },
  KeysNotBound: {
    says: (v) => `key ${tag(v.keyId)} was never bound to vehicle ${tag(v.vehicleId)}`,
    fix: "Check the key and the vehicle, or bind it first.",
  },
  KeysNotValidAt: {
    says: (v) => `key ${tag(v.keyId)} did not speak for vehicle ${tag(v.vehicleId)} at ${time(v.instant)}`,
    fix: "Use the key that was valid at the time of observation.",
  },
  KeysPeriodInvalid: {
    says: (v) => `a key cannot be valid from ${time(v.validFrom)} to ${time(v.validTo)}`,
    fix: "The end has to come after the beginning.",
  },
  KeysRecordReplayed: {
    says: (v) =>
      `key ${tag(v.keyId)} has signed a record of ${time(v.lastSignedAt)}, so that one of ${time(v.observedAt)} comes too late`,
    fix: "Submit a vehicle's signed records once, in the order of their time.",
  },
  KeysSignatureInvalid: {
    says: (v) => `the signature is not key ${tag(v.keyId)}'s, for vehicle ${tag(v.vehicleId)}`,
    fix: "Check the typed data, the chain id and the contract address that were signed.",
  },
  KeysSignerUnsupported: {
    says: (v) =>
      `signer ${text(v.signer)} is neither a secp256k1 address nor a P-256 key of the fixed verifier`,
    fix: "Give 20 bytes, or the P-256 verifier's address and both coordinates (84 bytes).",
  },
  KeysVehicleNotAlive: {
    says: (v) => `vehicle ${tag(v.vehicleId)} has no title, or is destroyed`,
    fix: "Register the vehicle first; a destroyed one takes no keys.",
  },
};
