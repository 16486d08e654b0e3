import { REPORT_BUG, lockName, locks, oneOf, role, tag, text, time } from "./formats.js";
import type { ErrorWords } from "./formats.js";

const titleStatus = oneOf("unknown", "active", "exported", "destroyed");

/** Of titles, with the errors of ERC-721 and ERC-7943. */
export const TITLE_WORDS: Record<string, ErrorWords> = {
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
      `a record of kind ${text(v.kind)} does not change vehicle ${tag(v.vehicleId)}, which is ${titleStatus(v.status)}`,
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
};
