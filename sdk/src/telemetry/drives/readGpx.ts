import { SaxesParser } from "saxes";
import { checkSample } from "../sampleBytes.js";
import { TelemetryError } from "../TelemetryError.js";
import type { Sample } from "../types.js";
import { parseInstant } from "./parseInstant.js";

const NAMESPACES = new Set(["http://www.topografix.com/GPX/1/0", "http://www.topografix.com/GPX/1/1"]);
const DEGREES = /^[+-]?[0-9]{1,3}(?:\.[0-9]{1,15})?$/;
const POINT_LIMIT = 1_000_000;
/** Two points further apart in time are not taken as one movement, ms. */
const GAP_MS = 10_000;
/** Of a standing or creeping car positions tell no direction, mm/s. */
const TURNING_MM_S = 2_000;
const MM_PER_E7 = 11.119_493;

interface Point {
  timeMs: number;
  latitudeE7: number;
  longitudeE7: number;
}

/** East and north, mm/s. */
type Velocity = readonly [number, number];

/**
 * Reads the track points of a GPX file. Speed and sideways acceleration are derived from positions and times, each over the point
 * before and the one after; they are as good as the positions. Acceleration forward is left to the recorder.
 *
 * @param text A GPX 1.0 or 1.1 document. It must be well-formed XML; entities of its own are refused.
 * @throws {TelemetryError} `DRIVE_FILE`, with the line where there is one.
 * @example
 * for (const sample of readGpx(await readFile("drive.gpx", "utf8"))) recorder.add(sample);
 */
export function readGpx(text: string): Sample[] {
  const points = readPoints(text);
  const velocities = points.map((_, index) => velocityAt(points, index));
  return points.map((point, index) => {
    const velocity = velocities[index] as Velocity;
    const speedMmS = Math.round(length(velocity));
    const lateralMmS2 = speedMmS < TURNING_MM_S ? 0 : sidewaysAt(points, velocities, index);
    try {
      return checkSample({ ...point, speedMmS, lateralMmS2 });
    } catch (error) {
      if (!(error instanceof TelemetryError)) throw error;
      throw new TelemetryError("DRIVE_FILE", error.problem, {
        where: `track point ${index + 1}, ${error.where}`,
      });
    }
  });
}

function readPoints(text: string): Point[] {
  const points: Point[] = [];
  const parser = new SaxesParser({ xmlns: true });
  let point: Partial<Point> | undefined;
  let time: string | undefined;
  let depth = 0;
  const refuse = (problem: string): never => {
    throw new TelemetryError("DRIVE_FILE", problem, { where: `line ${parser.line}` });
  };

  parser.on("error", (error) => refuse(`the file is not well-formed: ${error.message}`));
  parser.on("doctype", () => refuse("a GPX file has no document type"));
  parser.on("opentag", ({ local, uri, attributes }) => {
    depth += 1;
    if (depth === 1 && (local !== "gpx" || !NAMESPACES.has(uri)))
      refuse("this is no GPX file of version 1.0 or 1.1");
    if (!NAMESPACES.has(uri)) return;
    if (local === "trkpt") {
      const degrees = (name: string): number => {
        const value = attributes[name]?.value ?? "";
        return DEGREES.test(value)
          ? Math.round(Number(value) * 1e7) + 0
          : refuse(`a track point has no ${name}`);
      };
      point = { latitudeE7: degrees("lat"), longitudeE7: degrees("lon") };
    } else if (local === "time" && point) {
      time = "";
    }
  });
  parser.on("text", (more) => {
    if (time !== undefined) time += more;
  });
  parser.on("closetag", ({ local, uri }) => {
    depth -= 1;
    if (!NAMESPACES.has(uri) || !point) return;
    if (local === "time" && time !== undefined) {
      point.timeMs = parseInstant(time.trim()) ?? refuse(`${time.slice(0, 40)} is not a time`);
      time = undefined;
    } else if (local === "trkpt") {
      if (point.timeMs === undefined) refuse("a track point has no time");
      const last = points.at(-1);
      if (last && (point.timeMs as number) <= last.timeMs)
        refuse("a track point is not later than the one before");
      if (points.length === POINT_LIMIT) refuse(`the file has more than ${POINT_LIMIT} track points`);
      points.push(point as Point);
      point = undefined;
    }
  });
  parser.write(text).close();
  if (points.length === 0) throw new TelemetryError("DRIVE_FILE", "the file has no track points");
  return points;
}

/** Over the neighbours of a point, or the one that it has. */
function velocityAt(points: readonly Point[], index: number): Velocity {
  const [before, after] = neighbours(points, index);
  return velocityBetween(points[before] as Point, points[after] as Point);
}

function neighbours(points: readonly Point[], index: number): [number, number] {
  const at = (i: number): number | undefined => points[i]?.timeMs;
  const here = at(index) as number;
  const before = here - (at(index - 1) ?? Number.NEGATIVE_INFINITY) <= GAP_MS ? index - 1 : index;
  const after = (at(index + 1) ?? Number.POSITIVE_INFINITY) - here <= GAP_MS ? index + 1 : index;
  return [before, after];
}

function velocityBetween(from: Point, to: Point): Velocity {
  const dtMs = to.timeMs - from.timeMs;
  if (dtMs === 0) return [0, 0];
  const scale = (MM_PER_E7 * 1_000) / dtMs;
  let dLongitude = to.longitudeE7 - from.longitudeE7;
  // The short way round, over the date line.
  if (Math.abs(dLongitude) > 1_800_000_000) dLongitude -= Math.sign(dLongitude) * 3_600_000_000;
  return [dLongitude * cosine(from.latitudeE7) * scale, (to.latitudeE7 - from.latitudeE7) * scale];
}

/** How fast the direction turns, times the speed; positive to the left. */
function sidewaysAt(points: readonly Point[], velocities: readonly Velocity[], index: number): number {
  const [before, after] = neighbours(points, index);
  const dtMs = (points[after] as Point).timeMs - (points[before] as Point).timeMs;
  const speed = length(velocities[index] as Velocity);
  const [x1, y1] = velocities[before] as Velocity;
  const [x2, y2] = velocities[after] as Velocity;
  return dtMs === 0 ? 0 : Math.round((((x1 * y2 - y1 * x2) / speed) * 1_000) / dtMs) + 0;
}

function length([x, y]: Velocity): number {
  return Math.sqrt(x * x + y * y);
}

/**
 * Cosine of a latitude, by its series: of the four rules of arithmetic alone, so that every engine finds the same, which it need
 * not with `Math.cos`.
 */
export function cosine(latitudeE7: number): number {
  const x = (latitudeE7 / 1e7) * (3.141_592_653_589_793 / 180);
  let term = 1;
  let sum = 1;
  for (let n = 1; n <= 12; n += 1) {
    term *= (-x * x) / ((2 * n - 1) * (2 * n));
    sum += term;
  }
  return sum;
}
