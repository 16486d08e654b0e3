import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { HDNodeWallet, id } from "ethers";
import { ROLES } from "../../../sdk/src/consortium/roles.js";
import { vehicleKeyDigest } from "../../../sdk/src/lifecycle/vehicleKey.js";
import { telemetryDomain } from "../../../sdk/src/telemetry/telemetryDomain.js";
import { BEGAN, fleetVehicle } from "../../../sdk/src/telemetry/testing/fleet.js";
import { createChain } from "../../../test/helpers/fixture.js";
import { serveRpc } from "../../../test/helpers/serveRpc.js";

const BATCH = 50;
const FOREVER = 2 ** 40 - 1;
const LOCAL_MNEMONIC = "test test test test test test test test test test test junk";
const LIMIT_MS = 600_000;

/** How fast summaries went from vehicles to the chain. */
export interface PublishedFleet {
  summaries: number;
  roots: number;
  /** From the first publication to the last answer of the gateway. */
  acceptedPerSecond: number;
  /** From the first publication until the last one was under a root on chain. */
  anchoredPerSecond: number;
  p50Ms: number;
  p99Ms: number;
}

/**
 * Takes summaries from vehicles over MQTT to a gateway and to a chain: vehicles in one process, `run-gateway` with its broker in
 * another, the chain in this one, behind HTTP. The vehicles' keys are bound on the chain and their summaries signed before the
 * clock runs; it runs until the chain has all of them.
 *
 * @param vehicles How many publish at the same time.
 * @param each How many summaries each of them has; the gateway takes at most 60 of a vehicle in a minute.
 */
export async function publishFleet(vehicles: number, each: number): Promise<PublishedFleet> {
  const folder = await mkdtemp(join(tmpdir(), "blok-bench-"));
  const chain = await createChain();
  const { title, keys, anchors, actors, rpc, deployment } = await chain.memberFixture();
  const { TelemetryAnchors: contract, ERC7913P256Verifier: p256Verifier } = deployment.contracts;
  const domain = await telemetryDomain({ chainId: deployment.chainId, contract, p256Verifier });
  const { manufacturer: maker } = actors;
  for (let first = 0; first < vehicles; first += BATCH) {
    const some = Array.from({ length: Math.min(BATCH, vehicles - first) }, (_, i) =>
      fleetVehicle(first + i, domain),
    );
    const births = some.map(({ vehicleId }) => ({
      ...{
        vehicleId,
        documentHash: id(`birth ${vehicleId}`),
        kind: 1,
        code: 0,
        odometer: 5,
        odometerUnit: 1,
      },
      observedAt: BEGAN - 1_000_000,
    }));
    await title.connect(maker).registerVehicles(
      some.map(() => actors.holder.address),
      births,
      ROLES.manufacturer,
    );
    for (const { vehicleId, key } of some) {
      const statement = {
        vehicleId,
        keyId: key.keyId,
        validFrom: 1,
        validTo: FOREVER,
        binder: maker.address,
      };
      const proof = key.sign(vehicleKeyDigest(deployment, "BindKey", statement));
      await keys.connect(maker).bindVehicleKey(vehicleId, key.signer, 1, FOREVER, ROLES.manufacturer, proof);
    }
  }
  const deploymentFile = join(folder, "deployment.json");
  await writeFile(deploymentFile, JSON.stringify(deployment));
  const served = await serveRpc(rpc);
  const children: ChildProcess[] = [];
  const startChild = (script: string, args: string[], env: Record<string, string> = {}): ChildProcess => {
    const child = spawn(process.execPath, ["--import", "tsx", script, ...args], {
      env: { ...process.env, ...env },
      stdio: ["pipe", "pipe", "inherit"],
    });
    children.push(child);
    return child;
  };
  try {
    const signers = await chain.ethers.getSigners();
    const index = signers.findIndex(({ address }) => address === actors.meterOperator.address);
    const account = HDNodeWallet.fromPhrase(LOCAL_MNEMONIC, "", `m/44'/60'/0'/0/${index}`);
    const gateway = startChild(
      fileURLToPath(new URL("../../run-gateway.ts", import.meta.url)),
      [
        ...["--listen", "0", "--interval", "1", "--store", join(folder, "gateway.db")],
        ...["--rpc", served.url, "--deployment", deploymentFile],
      ],
      { BLOK_GATEWAY_KEY: account.privateKey },
    );
    const [, url = ""] = await lineOf(gateway, /listens on (\S+)/);
    const fleet = startChild(fileURLToPath(new URL("./runFleetOfVehicles.ts", import.meta.url)), [
      ...[url, String(vehicles), String(each)],
      JSON.stringify({ chainId: deployment.chainId, contract, p256Verifier }),
    ]);
    await lineOf(fleet, /^ready$/);
    const done = lineOf(fleet, /^\{.*\}$/);
    const started = performance.now();
    fleet.stdin?.write("go\n");
    const [text = ""] = await done;
    const accepted = JSON.parse(text) as { seconds: number; p50Ms: number; p99Ms: number };
    const summaries = vehicles * each;
    let [leaves, roots] = [0n, 0];
    while (leaves < BigInt(summaries)) {
      if (performance.now() - started > LIMIT_MS) throw new Error(`only ${leaves} summaries were anchored`);
      const events = await anchors.queryFilter(anchors.filters.RootAnchored());
      leaves = events.reduce((sum, { args }) => sum + args.leafCount, 0n);
      roots = events.length;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const seconds = (performance.now() - started) / 1_000;
    return {
      ...{ summaries, roots, p50Ms: accepted.p50Ms, p99Ms: accepted.p99Ms },
      acceptedPerSecond: summaries / accepted.seconds,
      anchoredPerSecond: summaries / seconds,
    };
  } finally {
    for (const child of children) child.kill("SIGKILL");
    await served.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Waits until a process prints a line that matches. */
async function lineOf(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  if (!child.stdout) throw new Error("the process has no output");
  const lines = createInterface({ input: child.stdout });
  const found = new Promise<RegExpExecArray>((resolve) => {
    lines.on("line", (line) => {
      const match = pattern.exec(line);
      if (match) resolve(match);
    });
  });
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`a process of the bench ended with ${String(code)}`);
  });
  return Promise.race([found, ended]);
}
