import type { Fraction } from "../parts/fraction.js";
import type { TariffDimensionType } from "./tariffTypes.js";

/** A stretch of a session in which the meter and the state of charging tell nothing else. */
export interface SessionPeriod {
  /** When it begins, in s since 1970 UTC. It ends where the next one begins. */
  startedAt: number;
  /** In s. */
  durationSeconds: number;
  /** Which dimension its time counts as: TIME is charging, or the stay in a car park; PARKING_TIME is not charging. */
  dimension: "TIME" | "PARKING_TIME";
  /** Metered energy in Wh; taken to flow evenly over the period. */
  energyWh: bigint | number;
  /** Power in W, for tariffs that ask for it. Absent: the mean, which follows from energy and time. */
  powerW?: bigint | number;
  /** Current in mA, the sum over all phases, for tariffs that ask for it. */
  currentMa?: bigint | number;
}

export interface PriceOptions {
  /** How many decimals the token has: 6 for an amount of 1.5 that is 1,500,000 base units. */
  decimals: number;
  /** IANA time zone of the location, as in Europe/Amsterdam. */
  timeZone: string;
  /** To how many decimals of the currency amounts are rounded. Absent: as many as the token has. */
  amountDecimals?: number;
  /** Price a session that goes on: without steps, so that the cost never falls as the session continues. */
  isRunning?: boolean;
}

/** An amount in the token's base units. */
export interface Amount {
  before_taxes: bigint;
  after_taxes: bigint;
}

/** What one price component was applied to. */
export interface PriceLine {
  type: TariffDimensionType;
  /** Index of the tariff element. */
  elementIndex: number;
  price: string;
  /** In Wh, in s, or 1 for FLAT. */
  volume: Fraction;
  /** {@link volume} and what the step adds. */
  billedVolume: Fraction;
}

/** What a session costs. `total_cost` is the sum of the four costs and `limit_adjustment`, to the base unit. */
export interface SessionCost {
  total_cost: Amount;
  total_energy_cost: Amount;
  total_time_cost: Amount;
  total_parking_cost: Amount;
  total_fixed_cost: Amount;
  /** What min_price adds, or max_price takes away (negative). */
  limit_adjustment: Amount;
  /** In Wh. */
  total_energy: bigint;
  /** In s, charging or not. */
  total_time: number;
  /** In s. */
  total_parking_time: number;
  /** In the order in which they first applied. */
  lines: PriceLine[];
}
