/**
 * Makes up a drive and writes its samples: as CSV with the names of COVESA VSS, as an OBD-II logger would, or as a GPX track. The
 * same options give the same file.
 *
 * Usage: npm run simulate-drive -- --kind harsh --seed 1 --start 2026-05-04T07:00:00Z --out harsh.csv
 */
import { writeFile } from "node:fs/promises";
import { Command, InvalidArgumentError, Option } from "commander";
import { DRIVE_KINDS, simulateDrive, type DriveKind } from "../sdk/src/telemetry/drives/simulateDrive.js";
import { writeDriveCsv } from "../sdk/src/telemetry/drives/writeDriveCsv.js";
import { writeGpx } from "../sdk/src/telemetry/drives/writeGpx.js";
import { writeObdCsv } from "../sdk/src/telemetry/drives/writeObdCsv.js";
import { parseNumberFrom } from "./lib/partArguments.js";
import { runScript } from "./lib/runScript.js";

const WRITERS = { vss: writeDriveCsv, obd: writeObdCsv, gpx: writeGpx } as const;

const options = new Command("simulate-drive")
  .description("Writes a drive that nobody drove.")
  .addOption(new Option("--kind <kind>", "how it is driven").choices(DRIVE_KINDS).makeOptionMandatory())
  .option("--seed <number>", "another number, another drive", parseNumberFrom(0), 1)
  .requiredOption("--start <time>", "ISO 8601 with seconds, UTC", parseStart)
  .addOption(new Option("--hertz <number>", "samples a second").choices(["1", "2", "5", "10"]).default("1"))
  .option("--legs <count>", "from how many stops to the next", parseNumberFrom(1), 6)
  .option("--odometer <metres>", "what the odometer shows at first", parseNumberFrom(0), 12_000_000)
  .addOption(
    new Option("--format <name>", "which form the file has").choices(Object.keys(WRITERS)).default("vss"),
  )
  .requiredOption("--out <file>", "the file to write")
  .parse()
  .opts<{
    kind: DriveKind;
    seed: number;
    start: number;
    hertz: string;
    legs: number;
    odometer: number;
    format: keyof typeof WRITERS;
    out: string;
  }>();

await runScript(async () => {
  const { kind, seed, start: startMs, legs, odometer: odometerM, out } = options;
  const samples = simulateDrive({ kind, seed, startMs, hertz: Number(options.hertz), legs, odometerM });
  await writeFile(out, [...WRITERS[options.format](samples)].join(""));
  const [first, last] = [samples[0], samples.at(-1)];
  const metres = (last?.odometerM ?? 0) - (first?.odometerM ?? 0);
  console.log(`${out}: ${samples.length} samples, ${metres} m`);
});

function parseStart(text: string): number {
  const time = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new InvalidArgumentError("It is a time like 2026-05-04T07:00:00Z.");
  return time;
}
