import type { RecordState } from "./types.js";

/**
 * Whether two states of a vehicle's records are the same in every field.
 *
 * @example
 * sameState(history.state, history.replayedState);
 */
export function sameState(a: RecordState, b: RecordState): boolean {
  return (
    a.count === b.count &&
    a.odometer?.value === b.odometer?.value &&
    a.odometer?.unit === b.odometer?.unit &&
    a.odometerAt === b.odometerAt &&
    a.anomalies === b.anomalies &&
    a.brands === b.brands &&
    a.bornAt === b.bornAt
  );
}
