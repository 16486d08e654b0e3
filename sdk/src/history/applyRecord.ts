import { ROLES } from "../consortium/roles.js";
import { RECORD_KINDS } from "../documents/kinds.js";
import { assessOdometer } from "./assessOdometer.js";
import type { AnomalyName, RecordFields, RecordState } from "./types.js";

/** The bit of each anomaly in a vehicle's state. */
export const ANOMALY_BITS = { lower: 1, jump: 2, lateHigher: 4 } as const satisfies Record<
  AnomalyName,
  number
>;

/** The state before the first record. */
export const EMPTY_RECORD_STATE: RecordState = {
  count: 0,
  odometerAt: 0,
  anomalies: 0,
  brands: 0n,
  bornAt: 0,
};

/**
 * Takes a record into a vehicle's state, as the contract does.
 *
 * @param state The state before; it is left as it is.
 * @returns The state after, and the anomaly that the record's reading is, if it is one.
 * @example
 * const { state, anomaly } = applyRecord(EMPTY_RECORD_STATE, birthRecord);
 */
export function applyRecord(
  state: RecordState,
  record: Pick<RecordFields, "kind" | "code" | "odometer" | "observedAt" | "role">,
): { state: RecordState; anomaly?: AnomalyName } {
  const { kind, code, odometer, observedAt } = record;
  const next: RecordState = {
    count: state.count + 1,
    odometer: state.odometer,
    odometerAt: state.odometerAt,
    anomalies: state.anomalies,
    brands: state.brands,
    bornAt: state.count === 0 ? observedAt : state.bornAt,
  };
  if (kind === RECORD_KINDS.brand) next.brands |= 1n << BigInt(code);
  if (!odometer) return { state: next };

  let anomaly: AnomalyName | undefined;
  let isNewest = true;
  if (kind === RECORD_KINDS.odometerResolution) {
    next.anomalies = 0;
  } else {
    ({ anomaly, isNewest } = assessOdometer(state.odometer, state.odometerAt, odometer, observedAt));
    if (anomaly) next.anomalies |= ANOMALY_BITS[anomaly];
    // Nobody is judged by a holder's own word.
    if (record.role === ROLES.holder && state.odometer) isNewest = false;
  }
  if (isNewest) {
    next.odometer = odometer;
    next.odometerAt = observedAt;
  }
  return { state: next, anomaly };
}
