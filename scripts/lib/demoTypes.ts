/** Something that must not be possible, and what came of trying it. */
export interface DemoAttempt {
  name: string;
  refused: boolean;
  reason: string;
}

/** A lot in the ancestry of a pack. */
export interface DemoLot {
  lot: string;
  what: string;
  /** Of all its units. */
  quantity: string;
  cobaltG: string;
  certificates: string;
  verified: boolean;
}

/** What a recall reaches at one moment. */
export interface DemoReach {
  when: string;
  affected: number;
  owners: number;
  stopped: number;
  remedied: number;
  stock: number;
  transit: number;
  ended: number;
  complete: boolean;
}

/** Who was paid how much, and what it cost to settle. Amounts in base units of the demo's token: millionths of a euro. */
export interface DemoPaymentRow {
  payer: string;
  payee: string;
  payments: number;
  amount: bigint;
  settled: bigint;
  /** Of the settling transactions. */
  gas: number;
  gasPerPayment: number;
}

export interface DemoPaymentDetails {
  payments: DemoPaymentRow[];
}

/** What the chapter about payments comes to. */
export interface DemoPayments {
  payments: number;
  /** Millionths of a euro. */
  paid: number;
  /** Transactions that settled all of it. */
  settlements: number;
  /** Gas of funding, settling and closing together, for each payment. */
  paymentGasEach: number;
  /** Whether receipts, payees' income and the token's books agree to the unit, and no channel is left with money. */
  paymentsExact: boolean;
  refusedAfterRevocation: boolean;
}

/** What the chapters about parts come to. */
export interface DemoParts {
  lots: number;
  partsFitted: number;
  counterfeits: number;
  counterfeitsRefused: number;
  /** Vehicles that carried a recalled unit when the recall was opened. */
  recallReached: number;
  /** Whether it is proved, then and now, that the recall reaches no others, and none is left. */
  recallComplete: boolean;
  remedied: number;
  /** Grams of recovered cobalt in the newest pack. */
  recoveredCobaltG: number;
}

/** How long units stayed somewhere, in days. */
export interface DemoDwell {
  step: string;
  party: string;
  count: number;
  medianDays: number;
  maxDays: number;
}

export interface DemoPartDetails {
  lineage: DemoLot[];
  reach: DemoReach[];
  counterfeits: DemoAttempt[];
  /** The places where units waited longest. */
  dwell: DemoDwell[];
  cobalt: { origin: string; grams: number; kind: string }[];
}

/** A line of a driver's bill. */
export interface DemoPremiumRow {
  driver: string;
  text: string;
  /** What it adds to the factor; on the line of the premium the factor, basis points. */
  bps: number;
  /** Millionths of a euro. */
  amount: bigint;
}

export interface DemoInsuranceDetails {
  premiums: DemoPremiumRow[];
  insuranceCheats: DemoAttempt[];
}

/** What the chapters about insurance come to. */
export interface DemoInsurance {
  premiumsBilled: number;
  /** Whether the lines of each bill add up to what the contract took from the driver, and the pool earned. */
  premiumsExact: boolean;
  insuranceCheats: number;
  /** Refused with the error that is meant for it, or charged the maximum. */
  insuranceCheatsStopped: number;
  /** Of the transaction that paid for a crash. */
  crashGas: number;
  /** Whether crash, hail and redemption paid what their terms say. */
  payoutsExact: boolean;
  /** Whether the pool holds capital, reserves, unearned premium and what is owed, to the unit. */
  poolConserved: boolean;
}
