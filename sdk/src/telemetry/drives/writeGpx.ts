import { TelemetryError } from "../TelemetryError.js";
import type { Sample } from "../types.js";

/**
 * Writes the positions of samples as a GPX 1.1 track, in the form that {@link readGpx} reads: where and when, and nothing else.
 *
 * @returns Lines, each with its line feed.
 * @throws {TelemetryError} `DRIVE_FILE` when a sample has no position.
 * @example
 * await writeFile("commuter.gpx", [...writeGpx(samples)].join(""));
 */
export function* writeGpx(samples: readonly Sample[]): Generator<string> {
  yield '<?xml version="1.0" encoding="UTF-8"?>\n';
  yield '<gpx version="1.1" creator="blok auto" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>\n';
  for (const [index, { timeMs, latitudeE7, longitudeE7 }] of samples.entries()) {
    if (latitudeE7 === undefined || longitudeE7 === undefined)
      throw new TelemetryError("DRIVE_FILE", "a sample has no position", { where: `sample ${index}` });
    const [lat, lon] = [latitudeE7, longitudeE7].map((value) => (value / 1e7).toFixed(7));
    yield `<trkpt lat="${lat}" lon="${lon}"><time>${new Date(timeMs).toISOString()}</time></trkpt>\n`;
  }
  yield "</trkseg></trk></gpx>\n";
}
