import { REPORT_BUG, text } from "./formats.js";
import type { ErrorWords } from "./formats.js";

/** Of the libraries that the contracts use. */
export const LIBRARY_WORDS: Record<string, ErrorWords> = {
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
  ReentrancyGuardReentrantCall: {
    says: () => "the call came back into the contract while it was at work",
    fix: "Pay accounts and use tokens that do not call back; a payout that fails can be collected later.",
  },
  SafeCastOverflowedUintDowncast: {
    says: (v) => `${text(v.value)} does not fit ${text(v.bits)} bits`,
    fix: "Give a smaller number.",
  },
  SafeERC20FailedOperation: {
    says: (v) => `token ${text(v.token)} refused the transfer`,
    fix: "Check the balance, the allowance to the channel contract, and whether the token blocks an account.",
  },
  StringTooLong: { says: (v) => `"${text(v.str)}" is longer than 31 bytes`, fix: "Give a shorter text." },
  StringsInsufficientHexLength: {
    says: (v) => `${text(v.value)} does not fit ${text(v.length)} hex bytes`,
    fix: REPORT_BUG,
  },
};
