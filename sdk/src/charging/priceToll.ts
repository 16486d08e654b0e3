import { ChargingError } from "./ChargingError.js";
import { priceSession } from "./priceSession.js";
import type { PriceOptions, SessionCost } from "./sessionTypes.js";
import type { Tariff } from "./tariffTypes.js";

/** What a toll charger asks for a passage, by class of vehicle. */
export interface TollTariff {
  /** Country and party of the toll charger, as in NL*TOL. */
  charger_id: string;
  /** Version of the charger's context data (EFC-ContextMark). */
  context_version: number;
  /** Each class with its tariff: FLAT per passage, by hour or day where it has restrictions. */
  classes: { tariff_class: string; tariff: Tariff }[];
}

/**
 * What a passage through a toll gate costs.
 *
 * @param passedAt In s since 1970 UTC.
 * @throws {ChargingError} `TARIFF_NOT_APPLICABLE` for a class without a tariff, and those of {@link priceSession}.
 * @example
 * priceToll(toll, "2", 1_772_442_000, { decimals: 6, timeZone: "Europe/Amsterdam" }).total_cost.after_taxes; // 4_200_000n
 */
export function priceToll(
  toll: TollTariff,
  tariffClass: string,
  passedAt: number,
  options: PriceOptions,
): SessionCost {
  return priceSession(
    tollTariffOf(toll, tariffClass),
    [{ startedAt: passedAt, durationSeconds: 0, dimension: "TIME", energyWh: 0n }],
    options,
  );
}

/** The tariff of a class of vehicle. */
export function tollTariffOf(toll: TollTariff, tariffClass: string): Tariff {
  const found = toll.classes.find(({ tariff_class: name }) => name === tariffClass);
  if (found) return found.tariff;
  throw new ChargingError(
    "TARIFF_NOT_APPLICABLE",
    `there is no tariff class ${JSON.stringify(tariffClass)}`,
    {
      where: `toll of ${toll.charger_id}`,
      fix: `use one of ${toll.classes.map(({ tariff_class: name }) => name).join(", ")}`,
    },
  );
}
