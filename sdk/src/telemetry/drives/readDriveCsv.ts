import { readLines, type LifecycleSource } from "../../lifecycle/readLines.js";
import { TelemetryError } from "../TelemetryError.js";
import type { Sample } from "../types.js";
import { sampleFromVss, VSS_SIGNALS } from "../vssSignals.js";
import { parseInstant } from "./parseInstant.js";

export const TIME_COLUMN = "Timestamp";

/** Other names of columns, in the units of the signal: OBD-II by mode and PID (SAE J1979), loggers, the former spelling. */
const ALIASES: Record<string, string> = {
  "Vehicle.OBD.Speed": "Vehicle.Speed",
  "010D": "Vehicle.Speed",
  "Speed (OBD)(km/h)": "Vehicle.Speed",
  "01A6": "Vehicle.TraveledDistance",
  "Vehicle.TravelledDistance": "Vehicle.TraveledDistance",
  Latitude: "Vehicle.CurrentLocation.Latitude",
  Longitude: "Vehicle.CurrentLocation.Longitude",
  "Device Time": TIME_COLUMN,
  Time: TIME_COLUMN,
};

const PATHS = new Set([TIME_COLUMN, ...VSS_SIGNALS.map(({ path }) => path)]);
const NUMBER = /^[+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?$/;

/**
 * Reads samples from comma-separated values: a line of column names (paths of VSS, or the usual ones of OBD-II loggers), then a
 * line for each sample. Empty cells were not measured; columns that mean nothing here are passed over. Times are Unix
 * milliseconds, or ISO 8601 with an offset.
 *
 * @param source Text, or its bytes as they arrive.
 * @throws {TelemetryError} `DRIVE_FILE` naming line and column.
 * @example
 * for await (const sample of readDriveCsv(createReadStream("commuter.csv"))) recorder.add(sample);
 */
export async function* readDriveCsv(source: LifecycleSource): AsyncGenerator<Sample> {
  let columns: (string | undefined)[] | undefined;
  for await (const { number, text, problem } of readLines(source)) {
    if (text === undefined) throw refuse(number, `the line cannot be read (${String(problem)})`);
    // Numbers and times need no quotes; what has them is another dialect, and guessing would shift columns.
    if (text.includes('"')) throw refuse(number, "values stand without quotes");
    const cells = text.split(",").map((cell) => cell.trim());
    if (columns) yield readSample(columns, cells, number);
    else columns = readHeader(cells, number);
  }
  if (!columns) throw refuse(1, "the file is empty");
}

function readHeader(names: readonly string[], line: number): (string | undefined)[] {
  const columns = names.map((name) => {
    const path = ALIASES[name] ?? name;
    return PATHS.has(path) ? path : undefined;
  });
  for (const path of [TIME_COLUMN, "Vehicle.Speed"]) {
    const count = columns.filter((column) => column === path).length;
    if (count === 0) throw refuse(line, `there is no column ${path}`);
  }
  const known = columns.filter((column) => column !== undefined);
  const twice = known.find((column, index) => known.indexOf(column) !== index);
  if (twice !== undefined) throw refuse(line, `there are two columns of ${twice}`);
  return columns;
}

function readSample(
  columns: readonly (string | undefined)[],
  cells: readonly string[],
  line: number,
): Sample {
  if (cells.length !== columns.length)
    throw refuse(line, `it has ${cells.length} values, the header has ${columns.length}`);
  let timeMs: number | undefined;
  const signals: Record<string, number> = {};
  for (const [index, path] of columns.entries()) {
    const cell = cells[index] ?? "";
    if (path === undefined || cell === "") continue;
    if (path === TIME_COLUMN) {
      timeMs = /^[0-9]{1,15}$/.test(cell) ? Number(cell) : parseInstant(cell);
      if (timeMs === undefined) throw refuse(line, `${cell} is not a time`, path);
    } else if (NUMBER.test(cell)) {
      signals[path] = Number(cell);
    } else {
      throw refuse(line, `${cell} is not a decimal number`, path);
    }
  }
  if (timeMs === undefined) throw refuse(line, "the time is missing", TIME_COLUMN);
  if (!("Vehicle.Speed" in signals)) throw refuse(line, "the speed is missing", "Vehicle.Speed");
  try {
    return sampleFromVss(timeMs, signals);
  } catch (error) {
    throw error instanceof TelemetryError ? refuse(line, error.problem, error.where) : error;
  }
}

function refuse(line: number, problem: string, column?: string): TelemetryError {
  const where = column === undefined ? `line ${line}` : `line ${line}, ${column}`;
  return new TelemetryError("DRIVE_FILE", problem.slice(0, 200), { where });
}
