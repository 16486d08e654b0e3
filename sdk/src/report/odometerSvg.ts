import { escapeHtml } from "./escapeHtml.js";
import { odometerCurve, type CurvePoint } from "./odometerCurve.js";
import type { Report } from "./types.js";
import { dayOf, readingOf } from "./words.js";

const WIDTH = 720;
const HEIGHT = 316;
const LEFT = 84;
const RIGHT = 18;
const TOP = 34;
const BOTTOM = 42;
const CROWDED = 150;

const REASONS = {
  lower: "lower than an earlier reading",
  jump: "impossible jump",
  lateHigher: "late, and higher than a newer one",
} as const;

/**
 * Draws a report's odometer curve as inline SVG, with anomalies and corrections marked. Styled by the page's classes.
 *
 * @returns An empty text when the vehicle has no reading.
 */
export function odometerSvg(report: Pick<Report, "odometer">): string {
  const curve = odometerCurve(report);
  if (!curve) return "";
  const x = (at: number): number => round(LEFT + at * (WIDTH - LEFT - RIGHT));
  const y = (at: number): number => round(HEIGHT - BOTTOM - at * (HEIGHT - TOP - BOTTOM));
  const grid = curve.yTicks.map(
    ({ at, label }) =>
      `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(at)}" y2="${y(at)}"/>` +
      `<text class="tick" x="${LEFT - 8}" y="${y(at) + 4}" text-anchor="end">${label}</text>`,
  );
  const years = curve.xTicks.map(
    ({ at, label }, i) =>
      `<line class="grid" x1="${x(at)}" x2="${x(at)}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"/>` +
      `<text class="tick${i % 2 === 1 ? " minor" : ""}" x="${x(at)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${label}</text>`,
  );
  const path = curve.line.map((point, i) => `${i === 0 ? "M" : "L"}${x(point.x)} ${y(point.y)}`).join("");
  const size = curve.points.length > CROWDED ? 1.8 : 4;
  const marks = [...curve.points].sort(plainFirst).map((point) => mark(point, x(point.x), y(point.y), size));
  return [
    `<svg class="curve chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="curve-title">`,
    `<title id="curve-title">Odometer readings over time, in ${curve.unit}</title>`,
    `<text class="axis" x="${LEFT - 8}" y="14" text-anchor="end">${curve.unit}</text>`,
    `<text class="axis x" x="${WIDTH - RIGHT}" y="${HEIGHT - 3}" text-anchor="end">date of reading</text>`,
    ...grid,
    ...years,
    path && `<path class="line" d="${path}"/>`,
    ...marks,
    "</svg>",
  ].join("");
}

function mark(point: CurvePoint, x: number, y: number, size: number): string {
  const title = `<title>${escapeHtml(describe(point))}</title>`;
  const label = `<text class="mark-label" x="${x}" y="${y < TOP + 20 ? y + 20 : y - 10}" text-anchor="middle">#${point.index}</text>`;
  if (point.corrected) {
    const d = `M${x - 4} ${y - 4}L${x + 4} ${y + 4}M${x - 4} ${y + 4}L${x + 4} ${y - 4}`;
    return `<g class="corrected">${title}<circle cx="${x}" cy="${y}" r="6"/><path d="${d}"/>${label}</g>`;
  }
  if (point.status === "quarantined") {
    return `<g class="anomaly">${title}<path d="M${x} ${y - 7}L${x + 7} ${y + 5}L${x - 7} ${y + 5}Z"/>${label}</g>`;
  }
  if (point.status === "resolution") {
    return `<g class="resolution">${title}<path d="M${x} ${y - 6}L${x + 6} ${y}L${x} ${y + 6}L${x - 6} ${y}Z"/>${label}</g>`;
  }
  return `<circle class="reading" cx="${x}" cy="${y}" r="${size}">${title}</circle>`;
}

function describe(point: CurvePoint): string {
  const parts = [`record ${point.index}, ${dayOf(point.at)}: ${readingOf(point.reading)}`];
  if (point.anomaly) parts.push(REASONS[point.anomaly]);
  if (point.status === "resolution") parts.push("resolved by an inspector");
  if (point.corrected) parts.push("corrected later");
  if (point.isOffScale) parts.push("beyond the scale");
  return parts.join(", ");
}

/** What is special is drawn last, above the rest. */
function plainFirst(a: CurvePoint, b: CurvePoint): number {
  const weight = (point: CurvePoint): number => (point.corrected || point.status !== "accepted" ? 1 : 0);
  return weight(a) - weight(b) || a.index - b.index;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
