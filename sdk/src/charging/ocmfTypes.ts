/** Why a meter was read (OCMF TX): B begins a transaction; E, L, R, A and P end it. */
export const READING_REASONS = ["B", "C", "X", "E", "L", "R", "A", "P", "S", "T"] as const;
/** State of the meter (OCMF ST): G is good. */
export const METER_STATES = ["N", "G", "T", "D", "R", "M", "X", "I", "O", "S", "E", "F"] as const;
/** State of the clock (OCMF TM): unknown, informative, synchronised, relative. */
export const TIME_STATES = ["U", "I", "S", "R"] as const;

export type ReadingReason = (typeof READING_REASONS)[number];
export type MeterState = (typeof METER_STATES)[number];
export type TimeState = (typeof TIME_STATES)[number];

export interface MeterReading {
  /** In s since 1970 UTC, by the meter's clock, rounded down. */
  at: number;
  timeStatus: TimeState;
  /** Absent outside transactions. */
  transaction?: ReadingReason;
  /** The register, exactly as its digits and unit say. */
  valueWh: bigint;
  /** OBIS code of the register. */
  register?: string;
  status: MeterState;
  /** OCMF EF: what is not to be relied on, E for energy, t for time. Empty if all is well. */
  errorFlags: string;
}

/** Who charges, as the station knows it. Personal data: it never goes on chain. */
export interface MeterIdentification {
  /** Whether the session is assigned to anybody. */
  isAssigned: boolean;
  level?: string;
  flags?: string[];
  type?: string;
  data?: string;
}

/** A signed data set of a meter whose signature was checked. */
export interface VerifiedMeterReading {
  /** The whole text, as it was signed. */
  ocmf: string;
  meterSerial: string;
  gatewaySerial?: string;
  chargePoint?: string;
  /** T counts data sets of transactions, F those outside; each counter goes up by one per data set. */
  pagination: { context: "T" | "F"; number: bigint };
  identification: MeterIdentification;
  readings: MeterReading[];
}
