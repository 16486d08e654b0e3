import { toDateTime, toSeconds } from "./cdrNumbers.js";
import { deepFreeze } from "./deepFreeze.js";
import { parseParkingTicket } from "./parseSessionDocument.js";
import { priceParking } from "./priceParking.js";
import { createSalt, PARKING_TICKET_FORMAT, type ParkingTicket } from "./sessionDocuments.js";
import type { PriceOptions } from "./sessionTypes.js";
import type { Tariff } from "./tariffTypes.js";
import { differencesOf } from "./tollDeclaration.js";

/**
 * Makes the ticket of a stay in a car park.
 *
 * @param stay Times in s since 1970 UTC; `locationHash` of `hashPlace`; `salt` absent: 32 random bytes.
 * @throws {ChargingError} those of `priceParking`; `SESSION_DOCUMENT`.
 * @example
 * buildParkingTicket(tariff, { locationHash, startedAt, endedAt: startedAt + 3_600 }, options).amount; // "3375000"
 */
export function buildParkingTicket(
  tariff: Tariff,
  stay: { locationHash: string; startedAt: number; endedAt: number; salt?: string },
  options: PriceOptions,
): ParkingTicket {
  const { locationHash, startedAt, endedAt, salt = createSalt() } = stay;
  const { total_cost: cost } = priceParking(tariff, { startedAt, endedAt }, options);
  return deepFreeze(
    parseParkingTicket({
      format: PARKING_TICKET_FORMAT,
      operatorId: `${tariff.country_code}*${tariff.party_id}`.toUpperCase(),
      locationHash,
      tariffId: tariff.id,
      currency: tariff.currency,
      decimals: options.decimals,
      amount: String(cost.after_taxes),
      startedAt: toDateTime(startedAt),
      endedAt: toDateTime(endedAt),
      salt,
    } satisfies ParkingTicket),
  );
}

/**
 * Checks a parking ticket against the tariff that was agreed.
 *
 * @returns Every difference in words; none if it is right.
 * @throws {ChargingError} those of `priceParking`.
 * @example
 * checkParkingTicket(ticket, tariff, options); // []
 */
export function checkParkingTicket(ticket: ParkingTicket, tariff: Tariff, options: PriceOptions): string[] {
  const { locationHash, startedAt, endedAt, salt } = parseParkingTicket(ticket);
  const stay = { locationHash, startedAt: toSeconds(startedAt), endedAt: toSeconds(endedAt), salt };
  return differencesOf(ticket, buildParkingTicket(tariff, stay, options));
}
