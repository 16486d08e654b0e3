import type { OdometerUnitName } from "../brands/odometer.js";
import type { OdometerPoint, Report } from "./types.js";

const KM_PER_MI = 1.609344;
const DAY_SECONDS = 86_400;
const YEAR_SECONDS = 365.25 * DAY_SECONDS;
const YEAR_TICKS = 8;
const VALUE_TICKS = 5;
/** A reading that is no car's mileage must not press the true ones flat. */
const HEADROOM = 1.3;

export interface CurvePoint extends OdometerPoint {
  /** 0 at the left, 1 at the right. */
  x: number;
  /** 0 at the bottom, 1 at the top. */
  y: number;
  /** The reading is beyond the scale and drawn at its edge. */
  isOffScale: boolean;
}

export interface CurveTick {
  at: number;
  label: string;
}

/** An odometer curve, ready to be drawn in any medium. */
export interface OdometerCurve {
  unit: OdometerUnitName;
  /** Readings were taken in both units; those of the other unit are converted for the drawing. */
  isMixed: boolean;
  /** All readings, in the order of their numbers. */
  points: CurvePoint[];
  /** The readings that count, in the order of time. */
  line: CurvePoint[];
  xTicks: CurveTick[];
  yTicks: CurveTick[];
}

/**
 * Works out where the readings of a report stand in a chart: the line of those that count, and beside it the anomalies and the
 * corrected ones.
 *
 * @returns Undefined when the vehicle has no reading.
 * @example
 * const curve = odometerCurve(report);
 */
export function odometerCurve(report: Pick<Report, "odometer">): OdometerCurve | undefined {
  const { odometer } = report;
  if (odometer.length === 0) return undefined;
  const units = new Set(odometer.map((point) => point.reading.unit));
  const unit = units.has("km") ? "km" : "mi";
  const valueOf = ({ reading }: OdometerPoint): number =>
    reading.unit === unit ? reading.value : reading.value * KM_PER_MI;

  const times = odometer.map((point) => point.at);
  const from = times.reduce((a, b) => Math.min(a, b));
  const to = Math.max(
    times.reduce((a, b) => Math.max(a, b)),
    from + 30 * DAY_SECONDS,
  );
  const counted = odometer.filter(counts);
  const highest = (points: readonly OdometerPoint[]): number =>
    points.reduce((most, point) => Math.max(most, valueOf(point)), 0);
  const limit = counted.length > 0 ? highest(counted) * HEADROOM : highest(odometer);
  const step = niceStep(Math.max(1, Math.min(highest(odometer), limit)) / VALUE_TICKS);
  const top = step * Math.ceil(Math.max(1, Math.min(highest(odometer), limit)) / step);

  const points = odometer.map((point): CurvePoint => {
    const value = valueOf(point);
    return {
      ...point,
      x: (point.at - from) / (to - from),
      y: Math.min(1, value / top),
      isOffScale: value > top,
    };
  });
  return {
    unit,
    isMixed: units.size > 1,
    points,
    line: points.filter(counts).sort((a, b) => a.at - b.at || a.index - b.index),
    xTicks: yearTicks(from, to),
    yTicks: Array.from({ length: Math.round(top / step) + 1 }, (_, i) => ({
      at: (i * step) / top,
      label: String(i * step).replace(/\B(?=(\d{3})+$)/g, ","),
    })),
  };
}

function counts(point: OdometerPoint): boolean {
  return point.status !== "quarantined" && !point.corrected;
}

/** The next of 1, 2, 5, 10, 20, 50… */
function niceStep(raw: number): number {
  const power = 10 ** Math.floor(Math.log10(raw));
  const step =
    [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= raw) ?? 10 * power;
  return Math.max(1, step);
}

/** Starts of years, or of months when the readings span little more than one. */
function yearTicks(from: number, to: number): CurveTick[] {
  const place = (at: number): number => (at - from) / (to - from);
  const first = new Date(from * 1000).getUTCFullYear();
  const last = new Date(to * 1000).getUTCFullYear();
  const months = Math.ceil((to - from) / (YEAR_SECONDS / 12));
  const ticks: CurveTick[] = [];
  if (months <= 18) {
    const every = Math.ceil(months / YEAR_TICKS);
    const month = new Date(from * 1000).getUTCMonth();
    for (let i = 1; i <= months; i += every) {
      const date = Date.UTC(first, month + i, 1);
      if (date / 1000 <= to)
        ticks.push({ at: place(date / 1000), label: new Date(date).toISOString().slice(0, 7) });
    }
    return ticks;
  }
  const every = Math.ceil((last - first) / YEAR_TICKS);
  for (let year = first + 1; year <= last; year += every) {
    ticks.push({ at: place(Date.UTC(year, 0, 1) / 1000), label: String(year) });
  }
  return ticks;
}
