import type { MemberClass, RoleName } from "./roles.js";
import { ROLES } from "./roles.js";

/** The contracts that have restricted functions. */
export type AuthorityTarget =
  | "Consortium"
  | "VehicleRecords"
  | "VehicleTitle"
  | "PartTwins"
  | "PartCertificates"
  | "Recalls"
  | "TelemetryAnchors";

/** What a caller waits for before a restricted function takes effect. */
export type AuthorityDelay =
  /** nothing */
  | "none"
  /** the council's execution delay in the authority */
  | "council"
  /** the admission delay of the consortium */
  | "admission"
  /** the delay between request and execution of a forced transfer, in the title contract itself */
  | "forcedTransfer";

/** One restricted function: who may call it, after what delay, and who can stop it before it takes effect. */
export interface AuthorityRow {
  target: AuthorityTarget;
  function: string;
  role: RoleName;
  delay: AuthorityDelay;
  guardian: "guardian" | "none";
  /**
   * How the contract asks: `restricted` asks the authority for the function's role, which Ignition wires; `member` asks
   * for this very role in code, as the entries for contracts do. Both refuse everybody else.
   */
  guard: "restricted" | "member";
}

/**
 * Every restricted function of every contract. The Ignition module wires from this table, the matrix test expects
 * from it, and a test fails when a contract has a restricted function that does not stand here.
 */
export const AUTHORITY_TABLE = [
  {
    target: "Consortium",
    function: "admitMember",
    role: "admissions",
    delay: "admission",
    guardian: "guardian",
    guard: "restricted",
  },
  {
    target: "Consortium",
    function: "expelMember",
    role: "admissions",
    delay: "none",
    guardian: "none",
    guard: "restricted",
  },
  {
    target: "Consortium",
    function: "vetoAdmission",
    role: "guardian",
    delay: "none",
    guardian: "none",
    guard: "member",
  },
  {
    target: "VehicleRecords",
    function: "openRecord",
    role: "titleContract",
    delay: "none",
    guardian: "none",
    guard: "member",
  },
  {
    target: "VehicleRecords",
    function: "appendMemberRecord",
    role: "recordController",
    delay: "none",
    guardian: "none",
    guard: "member",
  },
  {
    target: "VehicleRecords",
    function: "appendHolderRecord",
    role: "titleContract",
    delay: "none",
    guardian: "none",
    guard: "member",
  },
  {
    target: "VehicleRecords",
    function: "appendVehicleRecord",
    role: "keysContract",
    delay: "none",
    guardian: "none",
    guard: "member",
  },
  {
    target: "VehicleRecords",
    function: "setKindWriters",
    role: "council",
    delay: "council",
    guardian: "guardian",
    guard: "restricted",
  },
  {
    target: "VehicleTitle",
    function: "setLockController",
    role: "council",
    delay: "council",
    guardian: "guardian",
    guard: "restricted",
  },
  {
    target: "VehicleTitle",
    function: "requestForcedTransfer",
    role: "court",
    delay: "forcedTransfer",
    guardian: "guardian",
    guard: "restricted",
  },
  {
    target: "VehicleTitle",
    function: "forcedTransfer",
    role: "registrar",
    delay: "forcedTransfer",
    guardian: "guardian",
    guard: "restricted",
  },
  {
    target: "VehicleTitle",
    function: "cancelForcedTransfer",
    role: "guardian",
    delay: "none",
    guardian: "none",
    guard: "member",
  },
  {
    target: "VehicleTitle",
    function: "changeStatus",
    role: "registrar",
    delay: "none",
    guardian: "none",
    guard: "restricted",
  },
  {
    target: "VehicleTitle",
    function: "destroyVehicle",
    role: "recycler",
    delay: "none",
    guardian: "none",
    guard: "restricted",
  },
  {
    target: "PartTwins",
    function: "setHolds",
    role: "recallController",
    delay: "none",
    guardian: "none",
    guard: "member",
  },
  {
    target: "Recalls",
    function: "setSoftwareRegistry",
    role: "council",
    delay: "council",
    guardian: "guardian",
    guard: "restricted",
  },
  {
    target: "PartCertificates",
    function: "issueCertificate",
    role: "auditor",
    delay: "none",
    guardian: "none",
    guard: "member",
  },
  {
    target: "PartCertificates",
    function: "revokeCertificate",
    role: "auditor",
    delay: "none",
    guardian: "none",
    guard: "member",
  },
  {
    target: "TelemetryAnchors",
    function: "anchorRoot",
    role: "meterOperator",
    delay: "none",
    guardian: "none",
    guard: "restricted",
  },
] as const satisfies readonly AuthorityRow[];

/**
 * Who may write which kind of record. `recordController` in a row closes the direct ways in: such records come only
 * through the contract that does what they say. Kinds of domains that have no contract yet stand not here, so that
 * nobody writes them.
 */
export const KIND_WRITERS: Record<number, readonly RoleName[]> = {
  1: ["manufacturer"], // manufactured
  2: ["registrar"], // firstRegistered
  3: ["registrar"], // registration
  4: ["workshop", "manufacturer"], // service
  5: [
    // odometerReading
    "workshop",
    "inspector",
    "registrar",
    "insurer",
    "assessor",
    "lender",
    "manufacturer",
    "holder",
    "vehicle",
  ],
  6: ["assessor", "insurer", "workshop", "registrar", "holder"], // accident
  7: ["assessor", "insurer"], // damageAssessment
  8: ["workshop", "manufacturer"], // repair
  9: ["inspector"], // inspection
  10: ["registrar", "insurer"], // brand
  11: ["inspector"], // odometerResolution
  12: ["registrar", "recordController"], // forcedTransfer
  13: ["recycler", "recordController"], // destruction
  14: ["registrar", "recordController"], // import
  15: ["registrar", "recordController"], // export
  16: ["workshop", "manufacturer"], // recallRemedy, of a campaign that is not on this chain
  17: ["workshop", "manufacturer", "recordController"], // partFitted
  18: ["workshop", "manufacturer", "recycler", "recordController"], // partRemoved
  21: ["manufacturer", "supplier", "registrar", "recordController"], // recallNotice
  22: ["workshop", "manufacturer", "recordController"], // campaignRemedy
};

/** One function of parts and recalls in which the caller names the class in which it acts. */
export interface RoleChoiceRow {
  target: "PartTwins" | "Recalls" | "QualityNotifications";
  function: string;
  /** The classes that may act in it; the contract refuses every other. */
  roles: readonly MemberClass[];
  /** The kind of the record that it writes, if any: its row of the table of writers has to name the class as well. */
  recordKind?: number;
}

/**
 * Every function of parts and recalls in which several classes act. The contracts ask in code whether the caller is a
 * member of the class it names; this table documents which classes they know, and the matrix test expects from it.
 *
 * In campaigns, manufacturers and suppliers act on what they made themselves, and registrars as authority.
 */
export const ROLE_CHOICES = [
  { target: "PartTwins", function: "commissionLot", roles: ["manufacturer", "supplier"] },
  { target: "PartTwins", function: "transformLots", roles: ["manufacturer", "supplier", "recycler"] },
  { target: "PartTwins", function: "serialiseUnits", roles: ["manufacturer", "supplier"] },
  { target: "PartTwins", function: "fitPart", roles: ["manufacturer", "workshop"], recordKind: 17 },
  {
    target: "PartTwins",
    function: "removePart",
    roles: ["manufacturer", "workshop", "recycler"],
    recordKind: 18,
  },
  {
    target: "PartTwins",
    function: "decommissionParts",
    roles: ["manufacturer", "supplier", "workshop", "recycler"],
  },
  { target: "PartTwins", function: "changeService", roles: ["manufacturer", "workshop", "recycler"] },
  { target: "Recalls", function: "openRecall", roles: ["registrar", "manufacturer", "supplier"] },
  { target: "Recalls", function: "updateRecall", roles: ["registrar", "manufacturer", "supplier"] },
  {
    target: "Recalls",
    function: "notifyVehicles",
    roles: ["registrar", "manufacturer", "supplier"],
    recordKind: 21,
  },
  { target: "Recalls", function: "remedyVehicle", roles: ["manufacturer", "workshop"], recordKind: 22 },
  {
    target: "QualityNotifications",
    function: "notify",
    roles: ["registrar", "manufacturer", "supplier", "workshop", "recycler"],
  },
] as const satisfies readonly RoleChoiceRow[];

/** The role that owns each lock bit of a title. Bits of domains that have no contract yet belong to empty roles. */
export const LOCKS = {
  lien: { bit: 0, controller: "lienController", stopsTransfer: true },
  theft: { bit: 1, controller: "registrar", stopsTransfer: true },
  court: { bit: 2, controller: "court", stopsTransfer: true },
  safety: { bit: 3, controller: "safetyController", stopsTransfer: false },
  sale: { bit: 4, controller: "saleController", stopsTransfer: true },
  rental: { bit: 5, controller: "rentalController", stopsTransfer: false },
} as const satisfies Record<string, { bit: number; controller: RoleName; stopsTransfer: boolean }>;

export type LockName = keyof typeof LOCKS;

/** Roles that contracts hold on other contracts, granted when they are deployed. */
export const CONTRACT_ROLES = [
  { contract: "VehicleTitle", role: "titleContract" },
  { contract: "VehicleTitle", role: "recordController" },
  { contract: "VehicleKeys", role: "keysContract" },
  { contract: "PartTwins", role: "recordController" },
  { contract: "Recalls", role: "recordController" },
  { contract: "Recalls", role: "recallController" },
  { contract: "Recalls", role: "safetyController" },
] as const satisfies readonly { contract: string; role: RoleName }[];

/**
 * A set of roles as the contracts store it: bit n is role n.
 *
 * @example
 * roleSet(["registrar", "inspector"]); // 0b100010n
 */
export function roleSet(names: readonly RoleName[]): bigint {
  return names.reduce((set, name) => set | (1n << BigInt(ROLES[name])), 0n);
}
