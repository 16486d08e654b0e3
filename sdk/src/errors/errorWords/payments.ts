import { oneOf, tag, text, time } from "./formats.js";
import type { ErrorWords } from "./formats.js";

const NATIVE = /^0x0{40}$/;

const outcome = oneOf(
  "is settled",
  "is of a channel that is not open",
  "comes after the close deadline",
  "is not above what was settled before",
  "is above the ceiling of its voucher",
  "is above what was deposited",
  "has no valid signature of the channel's machine key for this epoch",
);

const asset = (value: unknown): string =>
  NATIVE.test(text(value)) ? "the native coin" : `token ${text(value)}`;

const channel = (value: unknown): string => `channel ${tag(value)}`;

const mandate = (value: unknown): string => `mandate ${tag(value)}`;

/** Of payment channels, mandates and the money in them. */
export const PAYMENT_WORDS: Record<string, ErrorWords> = {
  AssetAmountMismatch: {
    says: (v) => `of ${text(v.amount)} units of ${asset(v.asset)} ${text(v.received)} arrived`,
    fix: "Use a token that transfers what it says; one that takes a fee cannot back a channel.",
  },
  AssetPayerNotCaller: {
    says: (v) => `${text(v.caller)} cannot spend what ${text(v.payer)} has`,
    fix: "Let the payer call, or bring its ERC-3009 authorisation or Permit2 signature.",
  },
  AssetValueMismatch: {
    says: (v) => `the call carries ${text(v.value)} wei, and ${text(v.expected)} belong with it`,
    fix: "Send the deposit of a native channel with the call, and nothing where a token is paid.",
  },
  BalanceNotCollected: {
    says: (v) => `${text(v.account)} does not accept ${text(v.amount)} units of ${asset(v.asset)}`,
    fix: "The balance stands. Let the account accept the payment, or the token lift its block.",
  },
  ChannelAgreementInvalid: {
    says: (v) => `${text(v.payee)} did not sign this agreement to close ${channel(v.channelId)}`,
    fix: "Sign CloseAgreement with the channel's present epoch and the total that is to be settled.",
  },
  ChannelAgreementStale: {
    says: (v) =>
      `the payee agreed to close ${channel(v.channelId)} at ${text(v.agreed)}, and ${text(v.settled)} are settled by now`,
    fix: "Let the payee sign again, with the total that is settled.",
  },
  ChannelAgreementTooHigh: {
    says: (v) =>
      `the agreement on ${channel(v.channelId)} is for ${text(v.agreed)}, and it holds ${text(v.deposited)}`,
    fix: "Agree on a total that was deposited.",
  },
  ChannelAgreementUnpaid: {
    says: (v) =>
      `${channel(v.channelId)} may be closed when ${text(v.agreed)} are settled, and ${text(v.settled)} are`,
    fix: "Let the payee settle first, or the payer close: it pays the difference.",
  },
  ChannelAlreadyOpen: {
    says: (v) => `${channel(v.channelId)} is open, in epoch ${text(v.epoch)}`,
    fix: "Top it up, or choose another salt.",
  },
  ChannelAmountZero: {
    says: (v) => `nothing would be paid into ${channel(v.channelId)}`,
    fix: "Pass the amount of the deposit.",
  },
  ChannelClaimRefused: {
    says: (v) => `the claim on ${channel(v.channelId)} ${outcome(v.outcome)}`,
    fix: "Close without a claim, or with the newest voucher of the present epoch.",
  },
  ChannelClosing: {
    says: (v) => `${channel(v.channelId)} closes at ${time(v.closeDeadline)}`,
    fix: "The payer can cancel the close before anything is added.",
  },
  ChannelDelayInvalid: {
    says: (v) => `a close delay of ${text(v.closeDelaySeconds)} s is beyond the limit of ${text(v.limit)} s`,
    fix: "Choose 900 s (15 minutes) to 2,592,000 s (30 days).",
  },
  ChannelDepositTooLarge: {
    says: (v) => `a channel cannot hold ${text(v.deposited)} units; the most is ${text(v.limit)}`,
    fix: "Deposit less, or use a second channel.",
  },
  ChannelNotClosing: {
    says: (v) => `nobody has asked to close ${channel(v.channelId)}`,
    fix: "The payer calls requestClose, and after the delay anybody withdraw.",
  },
  ChannelNotOpen: {
    says: (v) => `${channel(v.channelId)} is not open`,
    fix: "Check the terms: every one of them is part of the id. A closed channel can be opened again.",
  },
  ChannelNotPayee: {
    says: (v) => `${text(v.caller)} does not act for the payee ${text(v.payee)}`,
    fix: "The payee or its operator settles; only the payee closes.",
  },
  ChannelNotPayer: {
    says: (v) => `${text(v.caller)} is not the payer ${text(v.payer)}`,
    fix: "Only the payer asks to close, and takes that back.",
  },
  ChannelNotWithdrawable: {
    says: (v) => `the payee of ${channel(v.channelId)} may settle until ${time(v.closeDeadline)}`,
    fix: "Withdraw from that time on.",
  },
  ChannelTermsInvalid: {
    says: (v) => `a channel cannot pay ${text(v.payee)} by vouchers of key ${tag(v.signer)}`,
    fix: "Name a payee that is not the channel contract, and the machine key that signs.",
  },
  ChannelVerifierMissing: {
    says: (v) => `there is no contract at ${text(v.verifier)}, which was given as the verifier of P-256 keys`,
    fix: "Deploy the verifier first, and pass its address.",
  },
  ChannelWornOut: {
    says: (v) => `${channel(v.channelId)} was closed as often as a channel can be`,
    fix: "Choose another salt.",
  },
  MandateExceeded: {
    says: (v) => `${mandate(v.mandateId)} has ${text(v.left)} left, and ${text(v.amount)} are needed`,
    fix: "Ask for less, wait for the next period, or let the owner give another mandate.",
  },
  MandateInvalid: {
    says: (v) =>
      `a mandate from ${time(v.validFrom)} to ${time(v.expiresAt)} with periods of ${text(v.periodSeconds)} s makes no sense`,
    fix: "Let it end after it begins, and give its periods a length.",
  },
  MandateIsRevoked: {
    says: (v) => `${mandate(v.mandateId)} was revoked`,
    fix: "The owner gives another one, with another salt.",
  },
  MandateNotGiven: {
    says: (v) => `${text(v.owner)} neither gave nor signed ${mandate(v.mandateId)}`,
    fix: "Let the owner call giveMandate, or sign the mandate as it is.",
  },
  MandateNotInForce: {
    says: (v) => `${mandate(v.mandateId)} holds from ${time(v.validFrom)} until ${time(v.expiresAt)}`,
    fix: "Use it within its time, or ask the owner for another one.",
  },
  MandateNotOwner: {
    says: (v) => `the mandate is ${text(v.owner)}'s, not ${text(v.caller)}'s`,
    fix: "Let its owner call.",
  },
  MandateNothingToFund: {
    says: (v) =>
      `${channel(v.channelId)} holds ${text(v.deposited)} already, and is to be filled to ${text(v.newDeposited)}`,
    fix: "Nothing is left to do, or name a larger total.",
  },
  MandateOrderExpired: {
    says: (v) => `the car's order under ${mandate(v.mandateId)} ended at ${time(v.deadline)}`,
    fix: "Let the car sign a new one.",
  },
  MandateOrderInvalid: {
    says: (v) => `the car's key did not order this for ${channel(v.channelId)} under ${mandate(v.mandateId)}`,
    fix: "Let the car call, or sign FundingOrder with the channel's present epoch.",
  },
  MandatePayeeNotListed: {
    says: (v) => `${text(v.payee)} is not on the list of ${mandate(v.mandateId)}`,
    fix: "Pay somebody who is, with the proof from the owner's list.",
  },
  MandateTermsForeign: {
    says: (v) => `${channel(v.channelId)} has another payer, key or asset than ${mandate(v.mandateId)}`,
    fix: "Open a channel with the mandate's owner as payer, its signer and its asset.",
  },
  MandateTitleMoved: {
    says: (v) =>
      `vehicle ${tag(v.vehicleId)} was not ${text(v.owner)}'s all the time since title epoch ${text(v.grantEpoch)}`,
    fix: "A transfer ends every mandate. The holder gives a new one.",
  },
  MandateVehicleStopped: {
    says: (v) => `vehicle ${tag(v.vehicleId)} is reported stolen, or destroyed`,
    fix: "When it is found, a registrar clears the theft lock, and the mandate goes on.",
  },
  ReserveTooSmall: {
    says: (v) =>
      `the reserve of ${text(v.owner)} is ${text(v.reserve)} wei, and ${text(v.amount)} are needed`,
    fix: "Add to it with addReserve.",
  },
};
