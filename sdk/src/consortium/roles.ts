/**
 * The roles of the consortium, by name. The numbers are those of `contracts/access/Roles.sol`; a test compares them.
 */
export const ROLES = {
  council: 0,
  registrar: 1,
  manufacturer: 2,
  supplier: 3,
  workshop: 4,
  inspector: 5,
  assessor: 6,
  insurer: 7,
  lender: 8,
  recycler: 9,
  updateApprover: 10,
  meterOperator: 11,
  auditor: 12,
  court: 13,
  guardian: 20,
  admissions: 21,
  holder: 30,
  vehicle: 31,
  titleContract: 40,
  keysContract: 41,
  recordController: 42,
  lienController: 43,
  safetyController: 44,
  saleController: 45,
  rentalController: 46,
  recallController: 47,
  coverController: 48,
  claimController: 49,
  trigger: 50,
} as const;

export type RoleName = keyof typeof ROLES;

/** The classes to which the admissions office admits members. */
export const MEMBER_CLASSES = [
  "registrar",
  "manufacturer",
  "supplier",
  "workshop",
  "inspector",
  "assessor",
  "insurer",
  "lender",
  "recycler",
  "updateApprover",
  "meterOperator",
  "auditor",
  "court",
] as const satisfies readonly RoleName[];

export type MemberClass = (typeof MEMBER_CLASSES)[number];

const NAMES = new Map<number, RoleName>(
  Object.entries(ROLES).map(([name, number]) => [number, name as RoleName]),
);

/**
 * The name of a role number, as records carry it.
 *
 * @example
 * roleName(4n); // "workshop"
 */
export function roleName(role: bigint | number): RoleName | `role ${string}` {
  return NAMES.get(Number(role)) ?? `role ${role.toString()}`;
}
