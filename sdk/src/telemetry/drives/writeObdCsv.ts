import type { Sample } from "../types.js";

/**
 * Writes samples as a logger at the OBD-II port records them, in the form that {@link readDriveCsv} reads: speed in whole km/h
 * (PID 0D) and the odometer in tenths of a kilometre (PID A6), both cut off, by their mode and PID.
 *
 * @returns Lines, each with its line feed.
 * @example
 * await writeFile("commuter-obd.csv", [...writeObdCsv(samples)].join(""));
 */
export function* writeObdCsv(samples: readonly Sample[]): Generator<string> {
  yield "Time,010D,01A6\n";
  for (const { timeMs, speedMmS, odometerM } of samples) {
    const speed = Math.floor((speedMmS * 9) / 2_500);
    const odometer = odometerM === undefined ? "" : (Math.floor(odometerM / 100) / 10).toFixed(1);
    yield `${timeMs},${speed},${odometer}\n`;
  }
}
