import { role, tag, text, time } from "./formats.js";
import type { ErrorWords } from "./formats.js";

const POLICY_STATUS = ["unknown", "applied", "revoked", "declined", "collateralized", "closed", "paused"];
const CLAIM_STATUS = ["unknown", "submitted", "confirmed", "declined", "revoked", "cancelled", "closed"];
const statusOf = (names: readonly string[], value: unknown): string =>
  names[Number(text(value))] ?? text(value);

/** Of pools and their shares. */
const POOL_WORDS: Record<string, ErrorWords> = {
  PoolAmountExcessive: {
    says: (v) => `${text(v.amount)} is more than the ${text(v.limit)} that are there`,
    fix: "This should not happen in use: please report it.",
  },
  PoolCapitalShort: {
    says: (v) => `the cover needs ${text(v.cover)} of capital and ${text(v.free)} are free`,
    fix: "Sell a smaller cover, or wait until capital comes in or covers end.",
  },
  PoolExposureExceeded: {
    says: (v) =>
      `the covers of cell or fleet ${tag(v.key)} would be ${text(v.exposure)}, more than ${text(v.limit)}`,
    fix: "Insure it in another pool: this one has as much of the cell or fleet as it may have.",
  },
  PoolInsurerForeign: {
    says: (v) => `${text(v.caller)} opens a pool for insurer ${text(v.insurer)}`,
    fix: "Open it as the insurer itself.",
  },
  PoolIsHalted: {
    says: () => "claims took all of the pool's capital",
    fix: "Use another pool; shares of this one can still be redeemed.",
  },
  PoolNotController: {
    says: (v) => `${text(v.caller)} is neither ${text(v.controller)} nor its operator`,
    fix: "Call as the account itself, or let it name an operator with setOperator.",
  },
  PoolNothingOwed: {
    says: (v) => `the pool owes ${text(v.account)} nothing`,
    fix: "Nothing is left to do.",
  },
  PoolPreviewUnknown: {
    says: () => "what a redemption pays is not known before it is paid",
    fix: "Ask for a redemption, wait, and read maxWithdraw.",
  },
  PoolSharesZero: {
    says: () => "an amount of no shares at all",
    fix: "Pass an amount that is worth a share at least.",
  },
  PoolTermsInvalid: {
    says: (v) =>
      `no pool of token ${text(v.asset)} for insurer ${text(v.insurer)} with a delay of ${text(v.redeemDelaySeconds)} s` +
      ` and shares of ${text(v.cellCapBps)} and ${text(v.fleetCapBps)} can be opened`,
    fix: "Name a token and an insurer, a delay of a day at least, and shares of 10,000 at most.",
  },
  PoolUnknown: {
    says: (v) => `${text(v.pool)} is not a pool that was opened here`,
    fix: "Name a pool that an insurer opened with openPool.",
  },
  ERC4626ExceededMaxDeposit: {
    says: (v) => `a deposit of ${text(v.assets)} is more than ${text(v.max)}`,
    fix: "Deposit less; zero says that the pool was wiped out.",
  },
  ERC4626ExceededMaxMint: {
    says: (v) => `${text(v.shares)} new shares are more than ${text(v.max)}`,
    fix: "Ask for fewer shares; zero says that the pool was wiped out.",
  },
  ERC4626ExceededMaxRedeem: {
    says: (v) => `${text(v.shares)} shares are more than the ${text(v.max)} that can be redeemed now`,
    fix: "Ask with requestRedeem and wait for the delay; capital behind covers comes free when they end.",
  },
  ERC4626ExceededMaxWithdraw: {
    says: (v) => `${text(v.assets)} are more than the ${text(v.max)} that can be withdrawn now`,
    fix: "Ask with requestRedeem and wait for the delay; capital behind covers comes free when they end.",
  },
  ERC20InsufficientAllowance: {
    says: (v) => `${text(v.spender)} may spend ${text(v.allowance)} and needs ${text(v.needed)}`,
    fix: "Approve the pool for the amount.",
  },
  ERC20InsufficientBalance: {
    says: (v) => `${text(v.sender)} has ${text(v.balance)} and needs ${text(v.needed)}`,
    fix: "Use an account that has enough.",
  },
  ERC20InvalidApprover: {
    says: (v) => `${text(v.approver)} cannot approve`,
    fix: "Approve from an account.",
  },
  ERC20InvalidReceiver: {
    says: (v) => `${text(v.receiver)} cannot receive shares`,
    fix: "Name an account.",
  },
  ERC20InvalidSender: { says: (v) => `${text(v.sender)} cannot send shares`, fix: "Name an account." },
  ERC20InvalidSpender: {
    says: (v) => `${text(v.spender)} cannot be approved`,
    fix: "Name an account.",
  },
};

/** Of quotes, policies and premiums. */
const POLICY_WORDS: Record<string, ErrorWords> = {
  PolicyBatchInvalid: {
    says: (v) =>
      `${text(v.subjects)} vehicles with ${text(v.proofs)} proofs make no batch of 1 to ${text(v.limit)}`,
    fix: "Pass a proof for each vehicle, and no more than fit.",
  },
  PolicyCoverExists: {
    says: (v) => `vehicle ${tag(v.vehicleId)} has a cover of this kind until ${time(v.endsAt)}`,
    fix: "Close that policy, or wait until it ends.",
  },
  PolicyDepositTooSmall: {
    says: (v) => `${text(v.deposit)} were offered in advance, the quote asks for ${text(v.minDeposit)}`,
    fix: "Pay what the quote asks for, or more.",
  },
  PolicyExists: {
    says: (v) => `policy ${tag(v.policyId)} was made already`,
    fix: "Ask the insurer for a new quote.",
  },
  PolicyIsPaused: {
    says: (v) => `policy ${tag(v.policyId)} is paused, until its holder ${text(v.holder)} takes it up again`,
    fix: "Let the holder pay what is due and take the cover up again.",
  },
  PolicyNotCovering: {
    says: (v) =>
      `policy ${tag(v.policyId)} covers from ${time(v.from)} until ${time(v.to)}, not ${time(v.occurredAt)}`,
    fix: "Only what happens inside the cover, and after its waiting time, is paid.",
  },
  PolicyNotHolder: {
    says: (v) => `the title of ${tag(v.vehicleId)} is held by ${text(v.holder)}, not by ${text(v.caller)}`,
    fix: "Buy as the holder of the title.",
  },
  PolicyNotOver: {
    says: (v) =>
      `policy ${tag(v.policyId)} ends at ${time(v.endsAt)} and may be claimed until ${time(v.claimableUntil)}`,
    fix: "Wait until then, or close it as its holder.",
  },
  PolicyStatusWrong: {
    says: (v) => `policy ${tag(v.policyId)} is ${statusOf(POLICY_STATUS, v.status)}`,
    fix: "Pass the terms of a policy that is collateralized or paused.",
  },
  PolicyTitleMoved: {
    says: (v) =>
      `the title of ${tag(v.vehicleId)} has moved: its grant epoch is ${text(v.current)}, not ${text(v.grantEpoch)}`,
    fix: "The cover ended with the sale; the new holder asks for a quote of its own.",
  },
  PolicyVehicleStopped: {
    says: (v) => `vehicle ${tag(v.vehicleId)} is destroyed, exported or reported stolen`,
    fix: "It cannot be insured.",
  },
  PremiumCountersFell: {
    says: (v) => `a counter in summary ${text(v.sequence)} is below the last one billed`,
    fix: "Pass the vehicle's own summaries in order; a recorder that was reset is billed at the maximum.",
  },
  PremiumAfterCover: {
    says: (v) => `the trip began at ${time(v.startedAt)}, and the cover ended at ${time(v.endsAt)}`,
    fix: "Prove up to the last trip that began before the end.",
  },
  PremiumCreditUnused: {
    says: (v) => `the trip ended at ${time(v.endedAt)}, and silence was billed until ${time(v.billedUntil)}`,
    fix: "Prove a later trip, so that all that was assumed is credited, or let the holder prove this one.",
  },
  PremiumUnpaid: {
    says: (v) =>
      `a premium of ${text(v.premium)} is more than the balance ${text(v.balance)} of policy ${tag(v.policyId)} and the holder's allowance`,
    fix: "Pay premium in advance, or let the holder approve the pool for the rest.",
  },
  PremiumPeriodOpen: {
    says: (v) =>
      `the period of policy ${tag(v.policyId)} may be proven until ${time(v.provableUntil)}, or is no whole one`,
    fix: "Wait until then; what is left over at the end is billed when the policy is closed.",
  },
  PremiumPeriodOverlaps: {
    says: (v) =>
      `summary ${text(v.sequence)} from ${time(v.startedAt)} is not after summary ${text(v.lastSequence)} until ${time(v.lastEndedAt)}`,
    fix: "Pass a later summary than the last one billed.",
  },
  PremiumSummaryNotLast: {
    says: (v) => `${tag(v.digest)} is not the last summary billed, which is ${tag(v.lastSummary)}`,
    fix: "Pass the summary that policyOf names as the last; all zero if there is none.",
  },
  PremiumVehicleForeign: {
    says: (v) => `the summary is of vehicle ${tag(v.summaryVehicleId)}, the policy of ${tag(v.vehicleId)}`,
    fix: "Pass a summary of the insured vehicle.",
  },
  QuoteExpired: {
    says: (v) => `quote ${tag(v.quoteHash)} could be taken up until ${time(v.expiresAt)}`,
    fix: "Ask the insurer for a new quote.",
  },
  QuoteIsRevoked: {
    says: (v) => `the insurer took quote ${tag(v.quoteHash)} back`,
    fix: "Ask the insurer for a new quote.",
  },
  QuoteNotInsurer: {
    says: (v) => `${text(v.caller)} is not the insurer ${text(v.insurer)} of the pool`,
    fix: "Call as the insurer.",
  },
  QuoteSignatureInvalid: {
    says: (v) => `insurer ${text(v.insurer)} did not sign quote ${tag(v.quoteHash)}`,
    fix: "Pass the quote as it was signed, for this chain and contract.",
  },
  QuoteSubjectForeign: {
    says: (v) => `vehicle leaf ${tag(v.leaf)} does not stand in the quote's list ${tag(v.subjectRoot)}`,
    fix: "Pass the subject as the insurer quoted it, with its proof.",
  },
  QuoteTermsInvalid: {
    says: (v) => `the terms of quote ${tag(v.quoteHash)} contradict themselves`,
    fix: "Ask for a quote with a cover, an end after the waiting time, and rates and payouts that do not fall.",
  },
};

/** Of claims and what triggers them. */
const CLAIM_WORDS: Record<string, ErrorWords> = {
  ClaimEvidenceForeign: {
    says: (v) => `claim ${tag(v.incidentId)} was not made with evidence ${tag(v.evidenceHash)}`,
    fix: "Pass the evidence of the transaction that opened it.",
  },
  ClaimEvidenceHolds: {
    says: (v) => `the evidence of claim ${tag(v.incidentId)} holds`,
    fix: "Challenge the claim, if it is wrong.",
  },
  ClaimExists: {
    says: (v) => `incident ${tag(v.incidentId)} was claimed`,
    fix: "An incident pays once, whatever policies there are.",
  },
  ClaimNoTotalLoss: {
    says: (v) => `claim ${tag(v.incidentId)} is no total loss`,
    fix: "Only a wreck is handed over.",
  },
  ClaimOwnJudge: {
    says: (v) => `${text(v.caller)} has a stake in the claim of incident ${tag(v.incidentId)}`,
    fix: "Let another court decide.",
  },
  ClaimNotHolder: {
    says: (v) => `the policy is ${text(v.holder)}'s, not ${text(v.caller)}'s`,
    fix: "Call as the holder of the policy.",
  },
  ClaimNotInTime: {
    says: (v) =>
      `the deadline of claim ${tag(v.incidentId)} is ${time(v.deadline)}, and it is ${time(v.currentTime)}`,
    fix: "Challenges and decisions come before the deadline, payments after it.",
  },
  ClaimPaysNothing: {
    says: (v) => `severity ${text(v.severity)} pays nothing under policy ${tag(v.policyId)}`,
    fix: "The event is below the policy's first threshold, or its cover is used up.",
  },
  ClaimPolicyForeign: {
    says: (v) => `claim ${tag(v.incidentId)} was not made under policy ${tag(v.policyId)}`,
    fix: "Pass the terms of the policy it was made under.",
  },
  ClaimStatusWrong: {
    says: (v) =>
      `claim ${tag(v.incidentId)} is ${statusOf(CLAIM_STATUS, v.status)}${v.isChallenged === true ? ", and challenged" : ""}`,
    fix: "Read claimOf: this cannot be done now.",
  },
  ClaimTooLate: {
    says: (v) => `the event of ${time(v.occurredAt)} could be claimed until ${time(v.claimableUntil)}`,
    fix: "Claims are made within the pool's delay for redemptions.",
  },
  CrashAttesterInvolved: {
    says: (v) => `vehicle ${tag(v.vehicleId)} or its holder is a party to the crash`,
    fix: "Have it confirmed by somebody else.",
  },
  CrashAttesterRepeated: {
    says: (v) => `somebody of ${role(v.role)}'s group, or ${text(v.signer)} itself, has confirmed the crash`,
    fix: "Pass one confirmation of each group.",
  },
  CrashAttestersCount: {
    says: (v) => `${text(v.count)} confirmations were passed; the bound is ${text(v.limit)}`,
    fix: "Pass as many as the policy asks for, four at most.",
  },
  CrashInFuture: {
    says: (v) => `the crash of ${time(v.occurredAt)} lies after ${time(v.currentTime)}`,
    fix: "Set the recorder's clock.",
  },
  CrashKeyNotValid: {
    says: (v) =>
      `key ${tag(v.keyId)} did not speak for vehicle ${tag(v.vehicleId)} at ${time(v.instant)}, or is revoked`,
    fix: "Sign with a key that is bound to the vehicle.",
  },
  CrashNotCorroboratedInTime: {
    says: (v) => `the crash of ${time(v.occurredAt)} was not confirmed in time by ${time(v.attestedAt)}`,
    fix: "Confirm within three days after the crash.",
  },
  CrashRecordInvalid: {
    says: (v) =>
      `a record of kind ${text(v.kind)} by ${role(v.role)} does not confirm the crash of ${tag(v.vehicleId)}`,
    fix: "Prove an accident record of an assessor, workshop or registrar against the vehicle's present head.",
  },
  CrashRoleUnknown: {
    says: (v) => `${role(v.role)} does not confirm crashes`,
    fix: "Ask an assessor, a court or registrar, a workshop, or another vehicle.",
  },
  CrashSignatureInvalid: {
    says: (v) => `${text(v.signer)} did not sign crash ${tag(v.crashHash)}`,
    fix: "Pass event and confirmations as they were signed, for this chain and contract.",
  },
  CrashSignerUnsupported: {
    says: (v) => `${text(v.signer)} is not a key that can be checked`,
    fix: "Pass 20 bytes of an address, or for a vehicle 84 bytes that begin with the P-256 verifier.",
  },
  CrashVehicleForeign: {
    says: (v) => `the event is of vehicle ${tag(v.eventVehicleId)}, the policy of ${tag(v.vehicleId)}`,
    fix: "Pass an event of the insured vehicle.",
  },
  IndexDisputeWrong: {
    says: (v) =>
      `index ${tag(v.indexId)} is ${v.isDisputed === true ? "" : "not "}disputed and ${v.isResolved === true ? "" : "not "}decided`,
    fix: "Dispute an index that has a value once; an auditor decides it once.",
  },
  IndexNotInTime: {
    says: (v) => `index ${tag(v.indexId)} takes this from ${time(v.from)} until before ${time(v.to)}`,
    fix: "Wait, or it is too late.",
  },
  IndexQuorumInvalid: {
    says: (v) => `a quorum of ${text(v.quorum)} is not between 2 and ${text(v.limit)}`,
    fix: "Choose a quorum that oracles can reach.",
  },
  IndexReportedAlready: {
    says: (v) => `oracle ${text(v.oracle)} has reported index ${tag(v.indexId)}`,
    fix: "A report is not changed; dispute the index if it is wrong.",
  },
  IndexReportsFull: {
    says: (v) => `index ${tag(v.indexId)} has its ${text(v.limit)} reports`,
    fix: "Nothing is left to do.",
  },
  IndexRoleUnknown: {
    says: (v) => `${role(v.role)} does not dispute`,
    fix: "Dispute as an insurer or a meter operator.",
  },
};

/** Of insurance. */
export const INSURANCE_WORDS: Record<string, ErrorWords> = {
  ...POOL_WORDS,
  ...POLICY_WORDS,
  ...CLAIM_WORDS,
};
