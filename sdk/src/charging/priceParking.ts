import { ChargingError } from "./ChargingError.js";
import { priceSession } from "./priceSession.js";
import type { Amount, PriceOptions, SessionCost } from "./sessionTypes.js";
import type { Tariff } from "./tariffTypes.js";

const DAY = 86_400;
const LONGEST_DAYS = 366;

export interface ParkingCost {
  total_cost: Amount;
  /** What each started 24 hours cost. */
  days: SessionCost[];
}

/**
 * What a stay in a car park costs. The stay is priced as TIME, in stretches of 24 hours from its beginning, each as a
 * session of its own: `max_price` is the daily maximum, and free minutes (`max_duration`) come again every day.
 *
 * @param stay In s since 1970 UTC.
 * @throws {ChargingError} `PERIOD_INVALID` for a stay that ends before it begins or lasts more than 366 days, and those
 * of {@link priceSession}.
 * @example
 * priceParking(tariff, { startedAt: 1_772_442_000, endedAt: 1_772_449_200 }, { decimals: 6, timeZone: "Europe/Amsterdam" });
 */
export function priceParking(
  tariff: Tariff,
  { startedAt, endedAt }: { startedAt: number; endedAt: number },
  options: PriceOptions,
): ParkingCost {
  const duration = endedAt - startedAt;
  if (!Number.isInteger(duration) || duration < 0 || duration > LONGEST_DAYS * DAY) {
    throw new ChargingError("PERIOD_INVALID", `a stay of ${duration} s cannot be priced`, {
      where: "startedAt, endedAt",
      fix: `use whole seconds, the end not before the start, at most ${LONGEST_DAYS} days`,
    });
  }
  const days: SessionCost[] = [];
  for (let offset = 0; offset === 0 || offset < duration; offset += DAY) {
    const period = {
      startedAt: startedAt + offset,
      durationSeconds: Math.min(DAY, duration - offset),
      dimension: "TIME" as const,
      energyWh: 0n,
    };
    // The tariff that was in force at the start holds for the whole stay.
    const day = offset === 0 ? tariff : { ...tariff, start_date_time: undefined, end_date_time: undefined };
    days.push(priceSession(day, [period], options));
  }
  const sum = (tax: keyof Amount): bigint => days.reduce((total, day) => total + day.total_cost[tax], 0n);
  return { total_cost: { before_taxes: sum("before_taxes"), after_taxes: sum("after_taxes") }, days };
}
