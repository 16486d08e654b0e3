import type { OdometerReading } from "../brands/odometer.js";
import type { LockName } from "../consortium/authority.js";
import type { MemberClass } from "../consortium/roles.js";
import type { ErasureReason } from "../store/DocumentStore.js";
import type { PartLine, PartRecordEvent } from "./partEvents.js";

/** An organisation, by the identifier of a scheme that the trade uses. */
export interface Organisation {
  scheme: "bpn" | "lei" | "gln" | "eori" | "did";
  value: string;
}

/** What every line of a lifecycle file has. */
export interface LifecycleLine {
  /** Names the line within the file; other lines refer to it. */
  id: string;
  /** When it happened: a date (then midnight UTC) or a date-time with its offset from UTC. */
  at: string;
}

/** A member is admitted to a class. Members and holders are named by aliases; the importer gives each an account. */
export interface MemberAdmitted extends LifecycleLine {
  type: "member.admitted";
  member: string;
  class: MemberClass;
  organisation: Organisation;
}

export interface MemberExpelled extends LifecycleLine {
  type: "member.expelled";
  member: string;
  reason: ExpulsionReason;
}

/** A vehicle gets its title: a new one from its manufacturer, an existing one from a registrar. */
export interface VehicleRegistered extends LifecycleLine {
  type: "vehicle.registered";
  vin: string;
  /** The market the vehicle was built for, ISO 3166-1 alpha-2. */
  market: string;
  member: string;
  class: "manufacturer" | "registrar";
  holder: string;
  odometer?: OdometerReading;
  document: DocumentFields;
}

/** A record of a member, of the holder (`author` is "holder"), or signed by the vehicle's own key ("vehicle"). */
export interface RecordAppended extends LifecycleLine {
  type: "record.appended";
  vin: string;
  kind: ImportableKind;
  author: string;
  /** The class in which a member acts; absent when the holder or the vehicle is the author. */
  class?: MemberClass;
  odometer?: OdometerReading;
  /** ANSI D20, for records of kind brand alone. */
  brandCode?: number;
  document: DocumentFields;
}

/** A record that corrects an earlier one and has its kind. */
export interface RecordCorrected extends LifecycleLine {
  type: "record.corrected";
  vin: string;
  /** The id of the line that is corrected. */
  corrects: string;
  author: string;
  class: MemberClass;
  odometer?: OdometerReading;
  brandCode?: number;
  document: DocumentFields;
}

/** A document is destroyed; its hash stays on chain. */
export interface RecordErased extends LifecycleLine {
  type: "record.erased";
  vin: string;
  /** The id of the line whose document is erased. */
  record: string;
  reason: ErasureReason;
}

export interface TitleTransferred extends LifecycleLine {
  type: "title.transferred";
  vin: string;
  to: string;
}

export interface TitleLockChanged extends LifecycleLine {
  type: "title.locked" | "title.unlocked";
  vin: string;
  lock: ImportableLock;
  member: string;
}

export interface VehicleMoved extends LifecycleLine {
  type: "vehicle.exported" | "vehicle.imported";
  vin: string;
  /** A registrar. */
  member: string;
  odometer?: OdometerReading;
  document: DocumentFields;
}

export interface VehicleDestroyed extends LifecycleLine {
  type: "vehicle.destroyed";
  vin: string;
  /** A recycler. When it does not hold the title, the holder approves it first. */
  member: string;
  odometer?: OdometerReading;
  document: DocumentFields;
}

/** A hardware key is bound to a vehicle, from `at` on. The newest key signs the vehicle's records. */
export interface KeyBound extends LifecycleLine {
  type: "key.bound";
  vin: string;
  member: string;
  class: "manufacturer" | "registrar";
  curve: KeyCurve;
}

/** One line of a lifecycle file. `lifecycleSchema` describes the same for other languages. */
export type LifecycleEvent =
  | MemberAdmitted
  | MemberExpelled
  | VehicleRegistered
  | RecordAppended
  | RecordCorrected
  | RecordErased
  | TitleTransferred
  | TitleLockChanged
  | VehicleMoved
  | VehicleDestroyed
  | KeyBound
  | PartLine;

export type LifecycleEventType = LifecycleEvent["type"];

/** An event that puts a record, and so a document, into a vehicle's life. */
export type RecordEvent =
  VehicleRegistered | RecordAppended | RecordCorrected | VehicleMoved | VehicleDestroyed | PartRecordEvent;

/** The content of a document, by field names of its kind's schema. */
export type DocumentFields = Record<string, unknown>;

export type KeyCurve = "secp256k1" | "p256";

/** Kinds that a line may state by itself; the others come with the event that enforces what they say. */
export const IMPORTABLE_KINDS = [
  "registration",
  "service",
  "odometerReading",
  "accident",
  "damageAssessment",
  "repair",
  "inspection",
  "brand",
  "odometerResolution",
  "recallRemedy",
] as const;
export type ImportableKind = (typeof IMPORTABLE_KINDS)[number];

/** Locks that members set. The other bits belong to contracts. */
export const IMPORTABLE_LOCKS = ["theft", "court"] as const satisfies readonly LockName[];
export type ImportableLock = (typeof IMPORTABLE_LOCKS)[number];

export const EXPULSION_REASONS = [
  "falseRecords",
  "permitLost",
  "feesUnpaid",
  "ceasedTrading",
  "requested",
] as const;
export type ExpulsionReason = (typeof EXPULSION_REASONS)[number];
