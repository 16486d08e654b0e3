/**
 * Records drives from files as a vehicle's recorder does, signs a summary of each with the vehicle's key and publishes it, until a
 * gateway has it. The recorder's state and what has no answer yet stay on disk, so that it can be stopped and started again.
 *
 * Usage: npm run publish-trips -- --vehicle 0x… --broker mqtt://127.0.0.1:1883 --folder recorder examples/drives/commuter.csv
 * Variables: BLOK_VEHICLE_KEY, the vehicle's key, 0x and 64 hex digits.
 */
import { createReadStream } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { loadDeployment } from "../sdk/src/chain/loadDeployment.js";
import { BlokError } from "../sdk/src/errors/BlokError.js";
import type { KeyCurve } from "../sdk/src/lifecycle/events.js";
import { vehicleKey } from "../sdk/src/lifecycle/vehicleKey.js";
import { readDriveCsv } from "../sdk/src/telemetry/drives/readDriveCsv.js";
import { readGpx } from "../sdk/src/telemetry/drives/readGpx.js";
import { FileOutbox } from "../sdk/src/telemetry/mqtt/SummaryOutbox.js";
import { SummaryPublisher } from "../sdk/src/telemetry/mqtt/SummaryPublisher.js";
import { signSummary } from "../sdk/src/telemetry/signSummary.js";
import { telemetryDomain } from "../sdk/src/telemetry/telemetryDomain.js";
import { TripRecorder, type RecorderState } from "../sdk/src/telemetry/TripRecorder.js";
import type { Sample } from "../sdk/src/telemetry/types.js";
import { parseNumberFrom } from "./lib/partArguments.js";
import { parseVehicleId } from "./lib/partSubject.js";
import { readSecret } from "./lib/readSecret.js";
import { runScript } from "./lib/runScript.js";

const command = new Command("publish-trips")
  .description("Records, signs and publishes the trips of a vehicle.")
  .argument("<files...>", "drives, .csv or .gpx, in the order of their time")
  .requiredOption("--vehicle <id>", "the vehicle's id", parseVehicleId)
  .requiredOption("--broker <url>", "an MQTT broker")
  .requiredOption("--folder <folder>", "where recorder and outbox are kept")
  .addOption(
    new Option("--curve <curve>", "of the vehicle's key").choices(["secp256k1", "p256"]).default("secp256k1"),
  )
  .option("--network <name>", "a network of hardhat.config.ts", "localhost")
  .option("--deployment <file>", "default deployments/<network>.json")
  .option("--utc-offset <minutes>", "local time minus UTC, for the night", parseOffset, 0)
  .option("--wait <seconds>", "how long to wait for the gateway", parseNumberFrom(1), 60)
  .parse();
const options = command.opts<{
  vehicle: bigint;
  broker: string;
  folder: string;
  curve: KeyCurve;
  network: string;
  deployment?: string;
  utcOffset: number;
  wait: number;
}>();

await runScript(async () => {
  const deployment = await loadDeployment(options.deployment ?? `deployments/${options.network}.json`);
  const { TelemetryAnchors: contract, ERC7913P256Verifier: p256Verifier } = deployment.contracts;
  const domain = await telemetryDomain({ chainId: deployment.chainId, contract, p256Verifier });
  const key = vehicleKey(options.curve, readSecret("BLOK_VEHICLE_KEY", "the vehicle's key"), p256Verifier);
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  const statePath = join(options.folder, "recorder.json");
  const recorder = await TripRecorder.create({
    vehicleId: options.vehicle,
    profile: { utcOffsetMinutes: options.utcOffset },
    ...(await readState(statePath)),
  });
  const publisher = await SummaryPublisher.connect({
    url: options.broker,
    outbox: new FileOutbox(join(options.folder, "outbox")),
    onError: (error) => console.error(error instanceof Error ? error.message : String(error)),
  });
  try {
    for (const file of command.args) {
      recorder.startTrip();
      for await (const sample of openDrive(file)) recorder.add(sample);
      const trip = recorder.endTrip();
      // First the state: a summary that is lost now is covered by the counters of the next, but a sequence is never used twice.
      await writeState(statePath, recorder.state());
      if (!trip) {
        console.log(`${file}: no sample is newer than the last trip`);
        continue;
      }
      const { sequence } = trip.summary;
      const signed = await signSummary(trip.summary, key, domain);
      const events = trip.events.map(({ kind, severity }) => (severity ? `${severity} ${kind}` : kind));
      console.log(`${file}: trip ${sequence}, ${trip.samples} samples, ${events.join(", ") || "no events"}`);
      void publisher.publish(signed).then((outcome) => {
        const what = outcome.status === "refused" ? `refused, ${outcome.reason}` : outcome.status;
        if (outcome.status === "refused") process.exitCode = 1;
        return console.log(`trip ${sequence}: ${what}`);
      }, console.error);
    }
    await publisher.drained(options.wait * 1_000);
  } finally {
    await publisher.close();
  }
});

async function* openDrive(file: string): AsyncGenerator<Sample> {
  if (file.endsWith(".csv")) yield* readDriveCsv(createReadStream(file));
  else if (file.endsWith(".gpx")) yield* readGpx(await readFile(file, "utf8"));
  else throw new BlokError("DRIVE_FILE", "a drive is a .csv or a .gpx file", { where: file });
}

async function readState(path: string): Promise<{ state?: RecorderState }> {
  try {
    return { state: JSON.parse(await readFile(path, "utf8")) as RecorderState };
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return {};
    throw new BlokError("RECORDER_STATE", "the recorder's state cannot be read", { where: path, cause });
  }
}

/** Whole or not at all. */
async function writeState(path: string, state: RecorderState): Promise<void> {
  await writeFile(`${path}.new`, JSON.stringify(state), { mode: 0o600, flush: true });
  await rename(`${path}.new`, path);
}

function parseOffset(text: string): number {
  if (/^[+-]?[0-9]{1,4}$/.test(text) && Math.abs(Number(text)) <= 1_440) return Number(text);
  throw new InvalidArgumentError("It is -1440 to 1440.");
}
