import { toDateTime, toSeconds } from "./cdrNumbers.js";
import { deepFreeze } from "./deepFreeze.js";
import { parseTollDeclaration } from "./parseSessionDocument.js";
import { priceToll, tollTariffOf, type TollTariff } from "./priceToll.js";
import { createSalt, TOLL_DECLARATION_FORMAT, type TollDeclaration } from "./sessionDocuments.js";
import type { PriceOptions } from "./sessionTypes.js";

/**
 * Makes the declaration of a passage through a toll gate.
 *
 * @param passage `passedAt` in s since 1970 UTC; `stationHash` of `hashPlace`; `salt` absent: 32 random bytes.
 * @throws {ChargingError} those of `priceToll`; `SESSION_DOCUMENT`.
 * @example
 * buildTollDeclaration(toll, { tariffClass: "2", stationHash, passedAt: 1_772_442_000 }, options).amount; // "9080000"
 */
export function buildTollDeclaration(
  toll: TollTariff,
  passage: { tariffClass: string; stationHash: string; passedAt: number; salt?: string },
  options: PriceOptions,
): TollDeclaration {
  const { tariffClass, stationHash, passedAt, salt = createSalt() } = passage;
  const tariff = tollTariffOf(toll, tariffClass);
  const { total_cost: cost } = priceToll(toll, tariffClass, passedAt, options);
  return deepFreeze(
    parseTollDeclaration({
      format: TOLL_DECLARATION_FORMAT,
      chargerId: toll.charger_id,
      contextVersion: toll.context_version,
      stationHash,
      tariffClass,
      tariffId: tariff.id,
      currency: tariff.currency,
      decimals: options.decimals,
      amount: String(cost.after_taxes),
      sessionTime: toDateTime(passedAt),
      salt,
    } satisfies TollDeclaration),
  );
}

/**
 * Checks a toll declaration against the tariff that was agreed.
 *
 * @returns Every difference in words; none if it is right.
 * @throws {ChargingError} those of `priceToll`.
 * @example
 * checkTollDeclaration(declaration, toll, options); // ["amount is 9080000, and 6050000 is due"]
 */
export function checkTollDeclaration(
  declaration: TollDeclaration,
  toll: TollTariff,
  options: PriceOptions,
): string[] {
  const { tariffClass, stationHash, sessionTime, salt } = parseTollDeclaration(declaration);
  const passage = { tariffClass, stationHash, passedAt: toSeconds(sessionTime), salt };
  return differencesOf(declaration, buildTollDeclaration(toll, passage, options));
}

/** One sentence for each field that is not what it should be. */
export function differencesOf<T extends object>(stated: T, due: T): string[] {
  const differences: string[] = [];
  for (const name of Object.keys(due) as (keyof T & string)[]) {
    if (stated[name] !== due[name]) {
      differences.push(`${name} is ${String(stated[name])}, and ${String(due[name])} is due`);
    }
  }
  return differences;
}
