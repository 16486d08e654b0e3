import { roleName } from "../consortium/roles.js";

/** The values of a custom error, by name, as the ABI types them. */
export type ErrorValues = Record<string, unknown>;

/** What went wrong, in words, and what to do about it. */
export interface ErrorWords {
  says: (values: ErrorValues) => string;
  fix: string;
}

const text = (value: unknown): string => String(value);
const role = (value: unknown): string => `"${roleName(BigInt(text(value)))}"`;
const time = (value: unknown): string => {
  const seconds = Number(text(value));
  return seconds > 8.64e12
    ? "the end of time"
    : new Date(seconds * 1_000).toISOString().replace(".000Z", "Z");
};
/** Vehicle ids, key ids and other 256-bit values are told apart by their first and last digits. */
const tag = (value: unknown): string => {
  const hex = BigInt(text(value)).toString(16).padStart(64, "0");
  return `0x${hex.slice(0, 4)}…${hex.slice(-4)}`;
};
const LOCK_NAMES = ["lien", "theft", "court", "safety stop", "sale", "rental"];
const lockName = (value: unknown): string => LOCK_NAMES[Number(text(value))] ?? `lock ${text(value)}`;
const locks = (value: unknown): string => {
  const set = Number(text(value));
  const names = Array.from({ length: 16 }, (_, bit) => bit)
    .filter((bit) => (set >> bit) & 1)
    .map(lockName);
  return names.length === 0 ? "none" : names.join(", ");
};
const STATUS = ["unknown", "active", "exported", "destroyed"];
const REPORT_BUG = "This should not happen in use: please report it.";

/**
 * Words for every custom error of every contract. A test fails when the merged ABI has an error that stands not here.
 */
export const ERROR_WORDS: Record<string, ErrorWords> = {
  /* authority */
  AccessManagedInvalidAuthority: {
    says: (v) => `${text(v.authority)} is no contract and cannot be the authority`,
    fix: "Give the address of a deployed Consortium.",
  },
  AccessManagedRequiredDelay: {
    says: (v) => `${text(v.caller)} may do this only after a delay of ${text(v.delay)} s`,
    fix: "Schedule the call on the Consortium, wait, then execute it.",
  },
  AccessManagedUnauthorized: {
    says: (v) => `${text(v.caller)} may not call this function`,
    fix: "Call it from an account that holds the function's role; docs name the role of each function.",
  },
  AccessManagerAlreadyScheduled: {
    says: (v) => `operation ${text(v.operationId)} is scheduled already`,
    fix: "Wait for it and execute it, or cancel it first.",
  },
  AccessManagerBadConfirmation: {
    says: () => "the confirming address is not the caller's",
    fix: "Pass the caller's own address when renouncing a role.",
  },
  AccessManagerExpired: {
    says: (v) => `operation ${text(v.operationId)} was not executed in time`,
    fix: "Schedule it anew; an operation can be executed for one week after its delay.",
  },
  AccessManagerInvalidInitialAdmin: {
    says: (v) => `${text(v.initialAdmin)} cannot be the first administrator`,
    fix: "Deploy with an account of your own.",
  },
  AccessManagerLockedFunction: {
    says: (v) => `function ${text(v.selector)} cannot be given to a role`,
    fix: "Leave setAuthority out: the council changes authorities with updateAuthority.",
  },
  AccessManagerLockedRole: {
    says: (v) => `role ${role(v.roleId)} cannot be changed this way`,
    fix: "The council's and the public role are fixed by the authority.",
  },
  AccessManagerNotReady: {
    says: (v) => `the delay of operation ${text(v.operationId)} is not over`,
    fix: "Wait until the time given when it was scheduled, then execute it.",
  },
  AccessManagerNotScheduled: {
    says: (v) => `operation ${text(v.operationId)} is not scheduled`,
    fix: "Schedule it first, with exactly the same caller, target and data.",
  },
  AccessManagerUnauthorizedAccount: {
    says: (v) => `${text(v.msgsender)} does not hold role ${role(v.roleId)}`,
    fix: "Call it from an account that holds the role.",
  },
  AccessManagerUnauthorizedCall: {
    says: (v) => `${text(v.caller)} may not call ${text(v.selector)} of ${text(v.target)}`,
    fix: "Call it from an account that holds the function's role, not before its delay is over.",
  },
  AccessManagerUnauthorizedCancel: {
    says: (v) => `${text(v.msgsender)} may not cancel what ${text(v.caller)} scheduled`,
    fix: "Only whoever scheduled it, the council and the guardians cancel an operation.",
  },
  AccessManagerUnauthorizedConsume: {
    says: (v) => `${text(v.target)} may not consume a scheduled operation`,
    fix: REPORT_BUG,
  },
  AccessNotMember: {
    says: (v) => `${text(v.account)} is no active member of class ${role(v.role)}`,
    fix: "Have it admitted to the class, wait for the admission delay, or act from a member's account.",
  },
  /* consortium */
  ConsortiumAlreadyMember: {
    says: (v) => `${text(v.account)} is a member of class ${role(v.role)} already, or about to become one`,
    fix: "Nothing to do; to admit it anew, expel it first.",
  },
  ConsortiumDelayMissing: {
    says: () => "a consortium without an admission delay leaves guardians no time to veto",
    fix: "Deploy with an admission delay of at least one second, best a day.",
  },
  ConsortiumNotAdmissible: {
    says: (v) => `${text(v.account)} is the consortium itself and cannot be its own member`,
    fix: "Admit the account of an organisation.",
  },
  ConsortiumNotMember: {
    says: (v) => `${text(v.account)} is a member of no class`,
    fix: "Check the address; it may have been expelled already.",
  },
  ConsortiumNotMemberClass: {
    says: (v) => `role ${role(v.role)} is no class of member`,
    fix: "Admission knows classes 1 to 13; offices and contract roles are granted by the council.",
  },
  ConsortiumNothingToVeto: {
    says: (v) => `no admission of ${text(v.account)} to class ${role(v.role)} is pending`,
    fix: "Active members are expelled, not vetoed.",
  },
  /* ERC-721 and ERC-7943 */
  ERC721IncorrectOwner: {
    says: (v) => `title ${tag(v.tokenId)} belongs to ${text(v.owner)}, not to ${text(v.sender)}`,
    fix: "Name the present holder.",
  },
  ERC721InsufficientApproval: {
    says: (v) => `${text(v.operator)} neither holds title ${tag(v.tokenId)} nor is approved for it`,
    fix: "Have the holder approve it, or call from the holder's account.",
  },
  ERC721InvalidApprover: {
    says: (v) => `${text(v.approver)} may not approve for this title`,
    fix: "Approve from the holder's account, or an operator's.",
  },
  ERC721InvalidOperator: {
    says: (v) => `${text(v.operator)} cannot be an operator`,
    fix: "Name an address other than zero.",
  },
  ERC721InvalidOwner: {
    says: (v) => `${text(v.owner)} cannot hold titles`,
    fix: "Ask for an address other than zero.",
  },
  ERC721InvalidReceiver: {
    says: (v) => `${text(v.receiver)} cannot receive titles`,
    fix: "Send to a wallet, or to a contract that implements onERC721Received.",
  },
  ERC721InvalidSender: {
    says: (v) => `${text(v.sender)} cannot send this title: it exists already`,
    fix: REPORT_BUG,
  },
  ERC721NonexistentToken: {
    says: (v) => `there is no title ${tag(v.tokenId)}`,
    fix: "Register the vehicle first, or check the VIN and the registry key.",
  },
  ERC7943CannotReceive: {
    says: (v) => `${text(v.account)} cannot receive titles`,
    fix: "Name an address other than zero.",
  },
  ERC7943CannotSend: {
    says: (v) => `${text(v.account)} cannot send titles`,
    fix: "Name an address other than zero.",
  },
  ERC7943CannotTransfer: {
    says: (v) => `title ${tag(v.tokenId)} cannot go from ${text(v.from)} to ${text(v.to)}`,
    fix: "Ask canTransfer and the title's locks for the reason.",
  },
  ERC7943InsufficientUnfrozenBalance: {
    says: (v) => `a court froze title ${tag(v.tokenId)} of ${text(v.account)}`,
    fix: "Only the court releases it, or a forced transfer does.",
  },
  /* keys */
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
  /* records */
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
    fix: "Call that contract: changeStatus, destroyVehicle or forcedTransfer of the title.",
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
  /* title */
  TitleBatchMismatch: {
    says: (v) => `${text(v.holders)} holders do not fit ${text(v.births)} births`,
    fix: "Give as many holders as births, and at least one.",
  },
  TitleBatchTooLong: {
    says: (v) => `the batch has ${text(v.length)} vehicles, more than ${text(v.limit)}`,
    fix: "Split it into smaller batches.",
  },
  TitleDelayTooShort: {
    says: (v) => `a forced transfer cannot wait ${text(v.delay)} s only`,
    fix: "Deploy with at least the minimum, 3600 s.",
  },
  TitleDestroyed: {
    says: (v) => `vehicle ${tag(v.vehicleId)} is destroyed; its title never changes again`,
    fix: "Nothing can be done with this title; its history stays readable.",
  },
  TitleEvidenceMissing: {
    says: (v) => `the order against title ${tag(v.vehicleId)} has no evidence`,
    fix: "Pass the SHA-256 of the court's order.",
  },
  TitleExists: {
    says: (v) => `vehicle ${tag(v.vehicleId)} has a title already`,
    fix: "One VIN has one title, for ever. Look it up instead of registering it again.",
  },
  TitleForcedTransferNotInTime: {
    says: (v) =>
      `the forced transfer of ${tag(v.vehicleId)} can be carried out from ${time(v.executableAt)} to ${time(v.expiresAt)}, not at ${time(v.currentTime)}`,
    fix: "Wait, or have the court ask anew.",
  },
  TitleForcedTransferPending: {
    says: (v) => `a forced transfer of ${tag(v.vehicleId)} waits until ${time(v.executableAt)} already`,
    fix: "Carry it out or have a guardian cancel it.",
  },
  TitleForcedTransferUnknown: {
    says: (v) =>
      `no forced transfer of ${tag(v.vehicleId)} from ${text(v.from)} to ${text(v.to)} was asked for`,
    fix: "Ask for it with requestForcedTransfer, with these parties.",
  },
  TitleLockForeign: {
    says: (v) =>
      `the ${lockName(v.lock)} lock belongs to role ${role(v.controller)}, not to ${text(v.caller)}`,
    fix: "Call from an account that holds that role.",
  },
  TitleLockUnchanged: {
    says: (v) =>
      `the ${lockName(v.lock)} lock of ${tag(v.vehicleId)} is ${v.isSet ? "set" : "clear"} already`,
    fix: "Nothing is left to do.",
  },
  TitleLockUnknown: {
    says: (v) => `there is no lock ${text(v.lock)}`,
    fix: "Lock bits are 0 to 15.",
  },
  TitleLocked: {
    says: (v) => `title ${tag(v.vehicleId)} is locked (${locks(v.locks)})`,
    fix: "Whoever set the lock has to clear it first.",
  },
  TitleNotFrozen: {
    says: (v) => `title ${tag(v.vehicleId)} is not under a court's freeze`,
    fix: "The court freezes it first, with setFrozenTokens.",
  },
  TitleNotHolder: {
    says: (v) => `${text(v.account)} neither holds title ${tag(v.vehicleId)} nor is approved for it`,
    fix: "Call from the holder's account, or have the holder approve.",
  },
  TitleStatusUnchangeable: {
    says: (v) =>
      `a record of kind ${text(v.kind)} does not change vehicle ${tag(v.vehicleId)}, which is ${STATUS[Number(text(v.status))] ?? "unknown"}`,
    fix: "Kind 15 exports an active vehicle, 14 brings an exported one back, 13 destroys.",
  },
  TitleTransfersExhausted: {
    says: (v) => `title ${tag(v.vehicleId)} has changed hands ${text(v.limit)} times, more than any car`,
    fix: "Only a forced transfer moves this title now.",
  },
  TitleUserExpired: {
    says: (v) => `the use would end at ${time(v.expires)}, which is over`,
    fix: "Give an end in the future.",
  },
  /* of the libraries used */
  AddressEmptyCode: {
    says: (v) => `there is no contract at ${text(v.target)}`,
    fix: "Check the address and the network.",
  },
  FailedCall: { says: () => "an inner call failed without a reason", fix: REPORT_BUG },
  InsufficientBalance: {
    says: (v) => `${text(v.needed)} wei are needed and ${text(v.balance)} are there`,
    fix: "Send enough with the call.",
  },
  InvalidShortString: { says: () => "a stored text is damaged", fix: REPORT_BUG },
  SafeCastOverflowedUintDowncast: {
    says: (v) => `${text(v.value)} does not fit ${text(v.bits)} bits`,
    fix: "Give a smaller number.",
  },
  StringTooLong: { says: (v) => `"${text(v.str)}" is longer than 31 bytes`, fix: "Give a shorter text." },
  StringsInsufficientHexLength: {
    says: (v) => `${text(v.value)} does not fit ${text(v.length)} hex bytes`,
    fix: REPORT_BUG,
  },
};
