import { negatePrice, toDateTime } from "./cdrNumbers.js";
import type { Cdr } from "./cdrTypes.js";
import { ChargingError } from "./ChargingError.js";
import { deepFreeze } from "./deepFreeze.js";
import { parseCdr } from "./parseCdr.js";

/**
 * The credit of a charge detail record: all of it again, with its total cost negative. A right record may follow, under a
 * new id.
 *
 * @param lastUpdatedAt In s since 1970 UTC.
 * @param id Absent: the id of the record and -C.
 * @throws {ChargingError} `SESSION_DOCUMENT` for a record that is a credit itself.
 * @example
 * creditCdr(cdr, 1_772_528_400).credit_reference_id; // cdr.id
 */
export function creditCdr(cdr: Cdr, lastUpdatedAt: number, id = `${cdr.id}-C`): Cdr {
  if (cdr.credit === true) {
    throw new ChargingError("SESSION_DOCUMENT", `${cdr.id} is a credit`, {
      where: "credit",
      fix: "make a new record instead of crediting a credit",
    });
  }
  const credit = {
    ...structuredClone(cdr),
    id,
    total_cost: negatePrice(cdr.total_cost),
    credit: true,
    credit_reference_id: cdr.id,
    last_updated: toDateTime(lastUpdatedAt),
  };
  return deepFreeze(parseCdr(credit));
}
