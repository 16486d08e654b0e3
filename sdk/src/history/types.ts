import type { OdometerReading } from "../brands/odometer.js";
import type { BlockRef } from "../chain/readBlock.js";
import type { RoleName } from "../consortium/roles.js";
import type { RecordKindName } from "../documents/kinds.js";

/** A log as it was read from a node, numbers as numbers. */
export interface ChainLog {
  address: string;
  topics: readonly string[];
  data: string;
  blockNumber: number;
  logIndex: number;
  transactionHash: string;
  /** Unix seconds, when the node says so. */
  blockTimestamp?: number;
}

/** What makes a reading an anomaly: it is lower, an absurd jump, or late and higher than a newer one. */
export type AnomalyName = "lower" | "jump" | "lateHigher";

export type GradeName = "selfReported" | "member" | "hardware";

/** What is folded: the fields of a record that its digest covers, beside the vehicle. */
export interface RecordFields {
  /** Counts the vehicle's records from 1. */
  index: number;
  author: string;
  kind: number;
  /** SHA-256, hex with 0x. */
  documentHash: string;
  /** ANSI D20 brand code of a brand record, else 0. */
  code: number;
  odometer?: OdometerReading;
  /** When the fact happened, Unix seconds. */
  observedAt: number;
  /** When the record was written, Unix seconds. */
  recordedAt: number;
  /** The class in which the author acted. */
  role: number;
  /** The number of the record that this one corrects; 0 for none. */
  corrects: number;
}

/** A record of a vehicle's life, as read from the chain. */
export interface HistoryRecord extends RecordFields {
  kindName: RecordKindName | `kind ${number}`;
  roleName: RoleName | `role ${string}`;
  /** How much stands behind it, which follows from the role: 0 self-reported, 1 member, 2 the vehicle's own key. */
  grade: number;
  gradeName: GradeName;
  /** What is folded for this record, hex with 0x. */
  digest: string;
  /** The fold of all records before this one. */
  headBefore: string;
  /** Set when the reading contradicts the past, by the contract's own rules. */
  anomaly?: AnomalyName;
  blockNumber: number;
  logIndex: number;
  transactionHash: string;
}

/** What a vehicle's records amount to. */
export interface RecordState {
  count: number;
  /** The last good reading. */
  odometer?: OdometerReading;
  /** When it was read, Unix seconds; 0 without a reading. */
  odometerAt: number;
  /** Set of open anomalies: 1 lower, 2 jump, 4 late but higher. */
  anomalies: number;
  /** Bit n is ANSI D20 brand code n. */
  brands: bigint;
  /** Unix seconds. */
  bornAt: number;
}

export type TitleStatusName = "none" | "active" | "exported" | "destroyed";

/** Where a title stands. */
export interface TitleFacts {
  holder: string;
  /** The member that registered the vehicle. */
  issuer: string;
  status: TitleStatusName;
  /** Set of lock bits. */
  locks: number;
  /** With the first holder. */
  holderCount: number;
  /** How often the title was transferred. */
  grantEpoch: number;
  /** Days since 1970-01-01. */
  registeredDay: number;
}

/** Where and when an event of a title happened. */
export interface TitleEventPlace {
  blockNumber: number;
  logIndex: number;
  transactionHash: string;
  /** Unix seconds. */
  at: number;
}

/** What happened to a title or to the vehicle's keys. */
export type TitleEventBody =
  | { type: "registered"; holder: string; issuer: string; role: number }
  | { type: "transferred"; from: string; to: string; forced: boolean }
  | { type: "lockSet" | "lockCleared"; lock: number; lockName: string; controller: string }
  | { type: "statusChanged"; status: TitleStatusName }
  | { type: "forcedTransferRequested"; from: string; to: string; evidenceHash: string; executableAt: number }
  | { type: "forcedTransferCancelled"; canceller: string }
  | {
      type: "keyBound";
      keyId: string;
      /** The address under which the key writes records. */
      keyAddress: string;
      /** ERC-7913 signer: 20 bytes for secp256k1, 84 for P-256. */
      signer: string;
      binder: string;
      validFrom: number;
      validTo: number;
    }
  | { type: "keyEnded"; keyId: string; ender: string; validTo: number; isRevoked: boolean };

export type TitleEvent = TitleEventPlace & TitleEventBody;

export type HistoryProblemCode =
  | "VEHICLE_UNKNOWN"
  | "RECORD_MISSING"
  | "RECORD_REORDERED"
  | "RECORD_DUPLICATED"
  | "RECORD_FOREIGN"
  | "RECORD_MALFORMED"
  | "HEAD_MISMATCH"
  | "STATE_MISMATCH"
  | "HOLDERS_MISMATCH"
  | "TITLE_MISMATCH";

export interface HistoryProblem {
  code: HistoryProblemCode;
  /** The number of the record concerned. */
  index?: number;
  message: string;
}

/** A vehicle's life as one node's logs tell it, and what the contracts say about it in the same block. */
export interface History {
  chainId: number;
  contracts: HistoryContracts;
  /** The first block that was read. */
  fromBlock: number;
  /** The block to which all of this is pinned. */
  atBlock: BlockRef;
  vehicleId: bigint;

  /** The head that the contract keeps; zero for an unknown vehicle. */
  head: string;
  /** The head that the logs fold to. */
  foldedHead: string;
  /** How many records the contract counts. */
  count: number;
  records: HistoryRecord[];
  /** The state that the contract keeps, and the one that the logs lead to. */
  state: RecordState;
  replayedState: RecordState;
  /** What was wrong with the logs while they were folded. */
  foldProblems: HistoryProblem[];

  titleEvents: TitleEvent[];
  /** The title that the contract keeps, and the one that its events lead to. */
  title: TitleFacts;
  replayedTitle: TitleFacts;
}

/** The contracts that a history is read from. */
export interface HistoryContracts {
  Consortium: string;
  VehicleRecords: string;
  VehicleTitle: string;
  VehicleKeys: string;
}
