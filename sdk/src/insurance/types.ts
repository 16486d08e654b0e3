/**
 * What a kilometre, a day and an hour cost. Amounts in base units of the pool's token, factors in basis points.
 *
 * @see contracts/types/InsuranceTypes.sol
 */
export interface PremiumRates {
  /** For 1,000 m, before the factor. */
  perKm: bigint;
  /** For 86,400 s of cover. */
  perDay: bigint;
  /** For 3,600 s driven. */
  perDrivingHour: bigint;
  /** Metres charged for a day of which nothing is proven. */
  maxDailyM: number;
  minFactorBps: number;
  maxFactorBps: number;
  /** Times the share of the driving time at night. */
  nightBps: number;
  /** Times the share of the driving time above the limit. */
  overLimitBps: number;
  /** For each weighted harsh event in 100 km. */
  harshBps: number;
}

/** What is paid for an event; severities in the unit of the trigger, amounts in base units, shares in basis points. */
export interface PayoutTerms {
  threshold1: number;
  threshold2: number;
  threshold3: number;
  payoutBps1: number;
  payoutBps2: number;
  payoutBps3: number;
  /** The severity of a total loss; 0 for never. */
  totalLossAt: number;
  salvageBps: number;
  challengeSeconds: number;
  /** What is paid at once. */
  instantCap: bigint;
  bond: bigint;
  corroborations: number;
}

/** What an insurer signs. Times in Unix seconds, amounts in base units. */
export interface PolicyQuote {
  pool: string;
  trigger: string;
  productId: string;
  /** {@link subjectList}'s root. */
  subjectRoot: string;
  /** Zero for none. */
  fleetId: string;
  /** Per vehicle. */
  cover: bigint;
  minDeposit: bigint;
  expiresAt: number;
  endsAt: number;
  waitingSeconds: number;
  periodSeconds: number;
  salt: bigint;
  rates: PremiumRates;
  payout: PayoutTerms;
}

/** A vehicle in a quote. */
export interface Subject {
  vehicleId: bigint;
  grantEpoch: number;
  /** An opaque id of a coarse cell of the map. */
  cell: string;
  /** Digest of the last summary before the cover; zero if nothing was counted yet. */
  baseline: string;
  baseDistanceM: bigint;
  baseOdometerM: bigint;
}

/** What a policy is, for ever. */
export interface PolicyTerms {
  quote: PolicyQuote;
  subject: Subject;
}

/** What the vehicle's key signs at a crash. */
export interface CrashEvent {
  vehicleId: bigint;
  /** Unix seconds. */
  occurredAt: number;
  /** Change of velocity, cm/s. */
  deltaVCmS: number;
  isAirbagDeployed: boolean;
  /** SHA-256 of what the recorder kept. */
  documentHash: string;
}

/** What somebody says who confirms a crash. */
export interface CrashStatement {
  /** {@link crashHash}. */
  crashHash: string;
  /** The class of member, or of vehicles, that the signer speaks as. */
  role: number;
  /** Unix seconds. */
  attestedAt: number;
}

/** A statement with its signature, without the hash that it is of. */
export interface CrashAttestation extends Omit<CrashStatement, "crashHash"> {
  /** The witnessing vehicle; zero for members. */
  vehicleId: bigint;
  /** A member's address, or an ERC-7913 signer. */
  signer: string;
  signature: string;
}

/** Everything that `CrashTrigger` looks at. */
export interface CrashEvidence {
  crash: CrashEvent;
  /** ERC-7913: 20 bytes of a secp256k1 address, or 84 of P-256 verifier and coordinates. */
  signer: string;
  signature: string;
  attestations: readonly CrashAttestation[];
  /** `0x`, or the encoded proof of an accident record. */
  recordProof: string;
}

/** Which contract, on which chain, a quote or a crash speaks to. */
export interface InsuranceDomain {
  chainId: number;
  /** `PolicyBook` for quotes, `CrashTrigger` for crashes and attestations. */
  contract: string;
}
