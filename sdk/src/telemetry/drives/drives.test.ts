import assert from "node:assert/strict";
import { test } from "node:test";
import { TelemetryError } from "../TelemetryError.js";
import { TripRecorder } from "../TripRecorder.js";
import type { Sample, Trip } from "../types.js";
import { readDriveCsv } from "./readDriveCsv.js";
import { cosine, readGpx } from "./readGpx.js";
import { DRIVE_KINDS, simulateDrive, type DriveKind } from "./simulateDrive.js";
import { writeDriveCsv } from "./writeDriveCsv.js";
import { writeGpx } from "./writeGpx.js";
import { writeObdCsv } from "./writeObdCsv.js";

const NOON = Date.UTC(2026, 4, 4, 12);
const isFile = (pattern: RegExp) => (error: unknown) =>
  error instanceof TelemetryError && error.code === "DRIVE_FILE" && pattern.test(error.message);

async function record(samples: readonly Sample[]): Promise<Trip> {
  const recorder = await TripRecorder.create({ vehicleId: 1n });
  recorder.startTrip();
  for (const sample of samples) recorder.add(sample);
  return recorder.endTrip() as Trip;
}

async function readAll(text: string): Promise<Sample[]> {
  const samples: Sample[] = [];
  for await (const sample of readDriveCsv(text)) samples.push(sample);
  return samples;
}

test("a drive is the same every time, and another with another seed", () => {
  for (const kind of DRIVE_KINDS) {
    const drive = { kind, seed: 1, startMs: NOON };
    assert.deepEqual(simulateDrive(drive), simulateDrive(drive));
    assert.notDeepEqual(simulateDrive(drive), simulateDrive({ ...drive, seed: 2 }));
  }
  for (const change of [{ hertz: 3 }, { seed: 0.5 }, { startMs: 1 }, { legs: 0 }])
    assert.throws(
      () => simulateDrive({ kind: "careful", seed: 1, startMs: NOON, ...change }),
      TelemetryError,
    );
});

for (const hertz of [1, 10]) {
  test(`each kind of drive is told by its counters, ${hertz} times a second`, async () => {
    const drive = async (kind: DriveKind, startMs = NOON) => {
      const trip = await record(simulateDrive({ kind, seed: 7, startMs, hertz }));
      const { counters } = trip.summary;
      const harsh = counters.harshBrakes + counters.harshAccelerations + counters.harshCorners;
      const severe = counters.severeBrakes + counters.severeAccelerations + counters.severeCorners;
      const crashes = trip.events.filter(({ kind: event }) => event === "crash").length;
      return { counters, harsh, severe, crashes, issues: trip.issues };
    };
    const careful = await drive("careful");
    assert.deepEqual([careful.harsh, careful.severe, careful.crashes], [0, 0, 0]);
    assert.deepEqual([careful.counters.overLimitS, careful.counters.nightS], [0, 0]);
    assert.ok(careful.counters.distanceM > 2_000n && careful.counters.drivingS > 200);
    assert.ok(careful.counters.dischargedWh > 300n);
    assert.deepEqual([careful.issues.gaps, careful.issues.meterJumps], [0, 0]);
    const harsh = await drive("harsh");
    assert.ok(harsh.harsh + harsh.severe >= 18, `${harsh.harsh} and ${harsh.severe}`);
    assert.ok(harsh.severe > 0 && harsh.counters.overLimitS > 30);
    assert.equal(harsh.crashes, 0);
    assert.equal((await drive("crash")).crashes, 1);
    const night = await drive("night", Date.UTC(2026, 4, 4, 23, 30));
    assert.equal(night.counters.nightS, night.counters.drivingS);
  });
}

test("a drive comes back from its file as it was", async () => {
  const samples = simulateDrive({ kind: "commuter", seed: 3, startMs: NOON, legs: 2 });
  const text = [...writeDriveCsv(samples)].join("");
  assert.match(
    text,
    /^Timestamp,Vehicle\.Speed,Vehicle\.TraveledDistance,Vehicle\.Acceleration\.Longitudinal,/,
  );
  assert.deepEqual(await readAll(text), samples);
});

test("files of OBD-II loggers are read by the names of their columns", async () => {
  const text =
    "Time,010D,01A6,RPM,Latitude,Longitude\r\n1760000000000,50,123.4,2000,52.5,13.4\r\n1760000001000,51,,2100,,\r\n";
  assert.deepEqual(await readAll(text), [
    {
      timeMs: 1_760_000_000_000,
      speedMmS: 13_889,
      odometerM: 123_400,
      latitudeE7: 525_000_000,
      longitudeE7: 134_000_000,
    },
    { timeMs: 1_760_000_001_000, speedMmS: 14_167 },
  ]);
});

test("a drive comes back from an OBD-II log and from a GPX track with what they can hold", async () => {
  const samples = simulateDrive({ kind: "harsh", seed: 7, startMs: NOON, legs: 3, odometerM: 1_000_040 });
  const whole = (await record(samples)).summary.counters;
  const logged = await readAll([...writeObdCsv(samples)].join(""));
  assert.equal(logged.length, samples.length);
  for (const [index, { timeMs, speedMmS, odometerM = 0 }] of logged.entries()) {
    const original = samples[index];
    assert.ok(original?.odometerM !== undefined && timeMs === original.timeMs);
    const [slower, less] = [original.speedMmS - speedMmS, original.odometerM - odometerM];
    assert.ok(slower >= -1 && slower <= 278 && less >= 0 && less < 100);
  }
  const obd = (await record(logged)).summary.counters;
  assert.ok(Math.abs(Number(obd.distanceM - whole.distanceM)) <= 100);
  assert.ok(obd.harshBrakes + obd.severeBrakes > 0, "brakes are derived from the speed");
  assert.equal(obd.harshCorners + obd.severeCorners, 0, "nothing in the log tells of corners");

  const track = readGpx([...writeGpx(samples)].join(""));
  assert.deepEqual(
    track.map(({ timeMs, latitudeE7, longitudeE7 }) => [timeMs, latitudeE7, longitudeE7]),
    samples.map(({ timeMs, latitudeE7, longitudeE7 }) => [timeMs, latitudeE7, longitudeE7]),
  );
  const gps = (await record(track)).summary.counters;
  assert.ok(Math.abs(Number(gps.distanceM - whole.distanceM)) <= Number(whole.distanceM) / 50);
  assert.throws(() => [...writeGpx([{ timeMs: NOON, speedMmS: 0 }])], isFile(/no position; sample 0/));
});

test("a file that is not as it has to be is refused, with line and column", async () => {
  const head = "Timestamp,Vehicle.Speed\n";
  const cases: [string, RegExp][] = [
    ["", /empty/],
    ["Vehicle.Speed\n1\n", /no column Timestamp; line 1/],
    ["Timestamp\n1\n", /no column Vehicle.Speed/],
    ["Timestamp,Vehicle.Speed,010D\n", /two columns of Vehicle.Speed/],
    [`${head}1760000000000\n`, /1 values, the header has 2; line 2/],
    [`${head}yesterday,5\n`, /yesterday is not a time; line 2, Timestamp/],
    [`${head}2026-05-04T12:00:00,5\n`, /not a time/],
    [`${head},5\n`, /time is missing/],
    [`${head}1760000000000,\n`, /speed is missing/],
    [`${head}1760000000000,1e3\n`, /1e3 is not a decimal number; line 2, Vehicle.Speed/],
    [`${head}1760000000000,"5"\n`, /without quotes/],
    [`${head}1760000000000,9999\n`, /line 2, speedMmS/],
  ];
  for (const [text, pattern] of cases) await assert.rejects(readAll(text), isFile(pattern), text);
});

const gpx = (points: string, rest = ""): string =>
  `<?xml version="1.0"?><gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1">${rest}<trk><trkseg>${points}</trkseg></trk></gpx>`;
const point = (latitude: string, longitude: string, second: number): string =>
  `<trkpt lat="${latitude}" lon="${longitude}"><ele>30</ele><time>2026-05-04T12:00:${String(second).padStart(2, "0")}Z</time></trkpt>`;

test("speed and corners are derived from the positions of a GPX track", async () => {
  // North at 0.0001 degrees a second, 11.1 m/s, then a sharp left to the west.
  const north = Array.from({ length: 6 }, (_, i) => point((52 + i * 1e-4).toFixed(4), "13", i));
  const perDegree = 1 / cosine(520_005_000);
  const west = Array.from({ length: 5 }, (_, i) =>
    point("52.0005", (13 - (i + 1) * 1e-4 * perDegree).toFixed(7), 6 + i),
  );
  const samples = readGpx(gpx([...north, ...west].join("")));
  assert.equal(samples.length, 11);
  for (const { speedMmS } of [...samples.slice(1, 5), ...samples.slice(7, 10)])
    assert.ok(Math.abs(speedMmS - 11_119) < 20);
  assert.ok((samples[5]?.lateralMmS2 ?? 0) > 5_000);
  assert.deepEqual([samples[2]?.lateralMmS2, samples[0]?.latitudeE7], [0, 520_000_000]);
  const { summary } = await record(samples);
  assert.equal(summary.counters.severeCorners, 1);
  assert.ok(Math.abs(Number(summary.counters.distanceM) - 107) < 5);
});

test("points far apart in time are no movement, and the date line is crossed the short way", () => {
  const apart = readGpx(gpx(point("52", "13", 0) + point("52.1", "13", 30)));
  assert.deepEqual(
    apart.map(({ speedMmS }) => speedMmS),
    [0, 0],
  );
  const line = readGpx(gpx(point("0", "179.9999", 0) + point("0", "-179.9999", 1)));
  assert.equal(line[0]?.speedMmS, 22_239);
});

test("a GPX file that is not well-formed, or says too little, is refused", () => {
  const good = point("52", "13", 0);
  const cases: [string, RegExp][] = [
    ["", /well-formed/],
    ["<gpx", /well-formed/],
    ["<html xmlns='http://www.w3.org/1999/xhtml'/>", /no GPX/],
    ["<gpx/>", /no GPX/],
    [gpx(""), /no track points/],
    [gpx(good).replace("</trkseg>", ""), /well-formed/],
    [gpx(`${good}&x;`), /well-formed/],
    [`<!DOCTYPE gpx [<!ENTITY x "y">]>${gpx(good).slice(21)}`, /document type/],
    [gpx('<trkpt lat="52"><time>2026-05-04T12:00:00Z</time></trkpt>'), /no lon/],
    [gpx('<trkpt lat="north" lon="1"/>'), /no lat/],
    [gpx('<trkpt lat="52" lon="13"/>'), /no time/],
    [gpx('<trkpt lat="52" lon="13"><time>noon</time></trkpt>'), /noon is not a time/],
    [gpx(good + good), /not later/],
    [gpx(point("92", "13", 0)), /track point 1, latitudeE7/],
  ];
  for (const [text, pattern] of cases) assert.throws(() => readGpx(text), isFile(pattern), text);
});

test("the cosine is that of the library", () => {
  for (let degrees = -90; degrees <= 90; degrees += 1)
    assert.ok(Math.abs(cosine(degrees * 1e7) - Math.cos((degrees * Math.PI) / 180)) < 1e-12);
});
