import { REPORT_BUG, role, text } from "./formats.js";
import type { ErrorWords } from "./formats.js";

/** Of who belongs to the consortium and who may call what. */
export const MEMBER_WORDS: Record<string, ErrorWords> = {
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
};
