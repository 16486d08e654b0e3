import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { HDNodeWallet, id, toBeHex, zeroPadValue } from "ethers";
import { ROLES } from "../../sdk/src/consortium/roles.js";
import { vehicleKey } from "../../sdk/src/lifecycle/vehicleKey.js";
import type { AnchoredSummary } from "../../sdk/src/telemetry/types.js";
import { createChain } from "../helpers/fixture.js";
import { freePort } from "../helpers/startAnvil.js";
import { runScriptFile } from "../helpers/runScriptFile.js";
import { serveRpc, type ServedRpc } from "../helpers/serveRpc.js";
import { telemetryFlow } from "../helpers/telemetryFlow.js";

const chain = await createChain();
const ROOT = new URL("../..", import.meta.url).pathname;
const TEST_MNEMONIC = "test test test test test test test test test test test junk";
const DRIVES = ["commuter", "careful", "harsh", "night", "crash"].map(
  (kind) => `examples/drives/${kind}.csv`,
);
/** The end of the examples' last drive is before this. */
const AFTER_DRIVES = Date.UTC(2026, 4, 7) / 1_000;

describe("simulate-drive, publish-trips and run-gateway", () => {
  let folder: string;
  let rpc: ServedRpc;
  let system: Awaited<ReturnType<ReturnType<typeof telemetryFlow>>>;
  let gateway: ChildProcess | undefined;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "telemetry-scripts-"));
    system = await telemetryFlow(chain)();
    await writeFile(join(folder, "deployment.json"), JSON.stringify(system.deployment));
    rpc = await serveRpc(system.rpc);
  });

  after(async () => {
    gateway?.kill("SIGKILL");
    await rpc.close();
    await rm(folder, { recursive: true });
  });

  /** Starts the gateway, with a broker of its own or at another, and waits until it listens. */
  async function startGateway(
    key: string,
    broker?: string,
  ): Promise<{ url: string; output: () => string; ended: Promise<number | null> }> {
    const args = [
      ...(broker === undefined ? ["--listen", "0"] : ["--broker", broker]),
      "--interval",
      "1",
      "--store",
      join(folder, "gateway.db"),
      "--rpc",
      rpc.url,
    ];
    const command = ["--import", "tsx", join(ROOT, "scripts/run-gateway.ts"), ...args];
    const child = spawn(process.execPath, [...command, "--deployment", join(folder, "deployment.json")], {
      cwd: ROOT,
      env: { ...process.env, BLOK_GATEWAY_KEY: key },
    });
    gateway = child;
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (data: Buffer) => (output += data.toString()));
    const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
    const isEnded = ended.then(() => true);
    for (;;) {
      const listening = /the gateway listens(?: on (\S+))?\n/.exec(output);
      if (listening) return { url: listening[1] ?? broker ?? "", output: () => output, ended };
      const pause = new Promise<false>((resolve) => setTimeout(() => resolve(false), 50));
      if (await Promise.race([isEnded, pause])) throw new Error(`the gateway ended: ${output}`);
    }
  }

  /** A car with a title and a key. */
  async function addCar(name: string): Promise<{ vehicleId: bigint; secret: string }> {
    const { actors, title, bindKey, deployment } = system;
    const [vehicleId, secret] = [BigInt(id(name)), id(`key of ${name}`)];
    const birth = {
      ...{ vehicleId, documentHash: id(`birth of ${name}`), kind: 1, code: 0, odometer: 5, odometerUnit: 1 },
      observedAt: 1_600_000_000,
    };
    await title.connect(actors.manufacturer).registerVehicle(actors.holder, birth, ROLES.manufacturer);
    await bindKey(vehicleId, vehicleKey("secp256k1", secret, deployment.contracts.ERC7913P256Verifier), 1);
    return { vehicleId, secret };
  }

  /** Waits until so many summaries are under roots on chain. @returns How many are. */
  async function anchoredLeaves(count: bigint): Promise<bigint> {
    const { anchors } = system;
    for (const limit = Date.now() + 30_000; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
      const events = await anchors.queryFilter(anchors.filters.RootAnchored());
      const leaves = events.reduce((sum, { args: { leafCount } }) => sum + leafCount, 0n);
      if (leaves >= count || Date.now() > limit) return leaves;
    }
  }

  /** The key of the meter operator's account. */
  async function gatewayKey(): Promise<string> {
    const signers = await chain.ethers.getSigners();
    const index = signers.findIndex(({ address }) => address === system.actors.meterOperator.address);
    return HDNodeWallet.fromPhrase(TEST_MNEMONIC, "", `m/44'/60'/0'/0/${index}`).privateKey;
  }

  it("make the example drives again, byte for byte", async () => {
    const sources = await readFile(join(ROOT, "examples/drives/SOURCES.md"), "utf8");
    const rows = [...sources.matchAll(/^\| ([\w-]+\.(?:csv|gpx)) +\| `([^`]+)`/gm)];
    const files = (await readdir(join(ROOT, "examples/drives"))).filter((file) => file !== "SOURCES.md");
    expect(rows.map(([, file]) => file)).to.have.members(files);
    for (const [, file = "", options = ""] of rows) {
      const out = join(folder, file);
      const { code, stderr } = await runScriptFile("simulate-drive.ts", [
        ...options.split(" "),
        "--out",
        out,
      ]);
      expect(code, stderr).to.equal(0);
      expect(await readFile(out, "utf8")).to.equal(
        await readFile(join(ROOT, "examples/drives", file), "utf8"),
      );
    }
  });

  it("take the example drives from files to anchors, each in a process of its own", async () => {
    const { actors, anchors, deployment } = system;
    const { vehicleId, secret } = await addCar("example car");
    expect(await chain.networkHelpers.time.latest()).to.be.greaterThan(AFTER_DRIVES);
    const privateKey = await gatewayKey();

    const first = await startGateway(privateKey);
    const args = (broker: string): string[] => [
      ...[
        "--vehicle",
        zeroPadValue(toBeHex(vehicleId), 32),
        "--broker",
        broker,
        "--folder",
        join(folder, "recorder"),
      ],
      ...["--deployment", join(folder, "deployment.json"), "--wait", "60"],
    ];
    const env = { BLOK_VEHICLE_KEY: secret };
    const published = await runScriptFile(
      "publish-trips.ts",
      [...args(first.url), ...DRIVES.slice(0, 3)],
      env,
    );
    expect(published.code, published.stderr).to.equal(0);
    expect(published.stdout).to.match(/careful.csv: trip 2, 232 samples, no events/);
    expect(published.stdout).to.match(/harsh.csv: trip 3, .*severe brake/);
    expect(published.stdout).to.contain("trip 3: accepted");
    // The power is cut: what was accepted is anchored by the next process.
    gateway?.kill("SIGKILL");
    await first.ended;

    const second = await startGateway(privateKey);
    const again = await runScriptFile("publish-trips.ts", [...args(second.url), ...DRIVES], env);
    expect(again.code, again.stderr).to.equal(0);
    expect(again.stdout).to.match(/commuter.csv: no sample is newer/);
    expect(again.stdout)
      .to.match(/night.csv: trip 4/)
      .and.match(/crash.csv: trip 5, .*crash/)
      .and.contain("trip 5: accepted");
    expect(await anchoredLeaves(5n), second.output()).to.equal(5n);
    gateway?.kill("SIGTERM");
    expect(await second.ended, second.output()).to.equal(0);
    // Any of them can be proved from the store, to the contract and to whoever has the JSON.
    const trip = ["--vehicle", zeroPadValue(toBeHex(vehicleId), 32), "--store", join(folder, "gateway.db")];
    const where = ["--rpc", rpc.url, "--deployment", join(folder, "deployment.json")];
    const proved = await runScriptFile("prove-trip.ts", [...trip, ...where, "--sequence", "5"]);
    expect(proved.code, proved.stderr).to.equal(0);
    const anchored = JSON.parse(proved.stdout) as AnchoredSummary;
    expect(await anchors.requireAnchored(anchored)).to.match(/^0x[0-9a-f]{64}$/);
    const missing = await runScriptFile("prove-trip.ts", [...trip, ...where, "--sequence", "6"]);
    expect(missing.stderr).to.contain("TRIP_UNKNOWN");
    const keyId = vehicleKey("secp256k1", secret, deployment.contracts.ERC7913P256Verifier).keyId;
    const time = await chain.networkHelpers.time.latest();
    const revoking = system.keys.connect(actors.manufacturer);
    await revoking.revokeVehicleKey(vehicleId, keyId, time, ROLES.manufacturer);
    const revoked = await runScriptFile("prove-trip.ts", [...trip, ...where, "--sequence", "5"]);
    expect(revoked.code).to.equal(1);
    expect(revoked.stderr).to.contain("TRIP_REFUSED").and.contain("TelemetryKeyNotValid");
    expect(second.output()).to.contain('"summaries":5').and.contain('"open":0');
  });

  it("take an OBD-II log and a GPX track over mosquitto, when it is installed", async function () {
    if (spawnSync("mosquitto", ["-h"]).error) this.skip();
    const port = await freePort();
    const configuration = join(folder, "mosquitto.conf");
    const rules = ["allow_anonymous true", "persistence false", "max_packet_size 2048"];
    await writeFile(configuration, `listener ${port} 127.0.0.1\n${rules.join("\n")}\n`);
    const mosquitto = spawn("mosquitto", ["-c", configuration], { stdio: "ignore" });
    try {
      const broker = `mqtt://127.0.0.1:${port}`;
      const { url, output, ended } = await startGateway(await gatewayKey(), broker);
      for (const [name, file] of [
        ["logged car", "commuter-obd.csv"],
        ["tracked car", "commuter.gpx"],
      ] as const) {
        const { vehicleId, secret } = await addCar(name);
        const args = ["--vehicle", zeroPadValue(toBeHex(vehicleId), 32), "--broker", url, "--wait", "60"];
        const where = ["--folder", join(folder, name), "--deployment", join(folder, "deployment.json")];
        const drive = `examples/drives/${file}`;
        const env = { BLOK_VEHICLE_KEY: secret };
        const published = await runScriptFile("publish-trips.ts", [...args, ...where, drive], env);
        expect(published.code, published.stderr).to.equal(0);
        expect(published.stdout).to.contain(`${drive}: trip 1, 212 samples`).and.contain("trip 1: accepted");
      }
      expect(await anchoredLeaves(7n), output()).to.equal(7n);
      gateway?.kill("SIGTERM");
      expect(await ended, output()).to.equal(0);
      expect(output()).to.match(/"accepted":2,.*"summaries":7,.*"open":0/);
    } finally {
      mosquitto.kill();
    }
  });

  it("say what is wrong with their arguments", async () => {
    const where = ["--deployment", join(folder, "deployment.json")];
    const vehicle = [
      "--vehicle",
      `0x${"07".repeat(32)}`,
      "--broker",
      "mqtt://127.0.0.1:9",
      "--folder",
      join(folder, "x"),
    ];
    const cases: [string, string[], RegExp][] = [
      [
        "simulate-drive.ts",
        ["--kind", "fast", "--start", "2026-05-04T05:30:00Z", "--out", "x"],
        /Allowed choices/,
      ],
      ["simulate-drive.ts", ["--kind", "careful", "--start", "today", "--out", "x"], /It is a time like/],
      ["run-gateway.ts", where, /GATEWAY_BROKER: give either/],
      [
        "run-gateway.ts",
        [...where, "--listen", "0", "--rpc", rpc.url],
        /SECRET: the gateway.s key is missing/,
      ],
      ["publish-trips.ts", [...where, ...vehicle, "drive.txt"], /SECRET: the vehicle.s key is missing/],
      ["publish-trips.ts", [...where, "--vehicle", "mine", ...vehicle.slice(2), "x.csv"], /below 2.256/],
    ];
    for (const [script, args, message] of cases) {
      const { code, stderr } = await runScriptFile(script, args);
      expect(code, stderr).to.equal(1);
      expect(stderr).to.match(message);
    }
  });
});
