/**
 * Takes a summary out of a gateway's store with the proof that it is under a root, and asks the contract whether it holds. The
 * gateway is stopped meanwhile, or this is a copy of its file: a store is one process's.
 *
 * Usage: npm run prove-trip -- --network localhost --store gateway.db --vehicle 0x… --sequence 3
 */
import { existsSync } from "node:fs";
import { Command } from "commander";
import { telemetryAnchorsAbi } from "../sdk/src/abi/TelemetryAnchors.js";
import { loadDeployment } from "../sdk/src/chain/loadDeployment.js";
import { pinBlock } from "../sdk/src/chain/pinBlock.js";
import { readContract } from "../sdk/src/chain/readContract.js";
import { BlokError } from "../sdk/src/errors/BlokError.js";
import { explainError } from "../sdk/src/errors/explainError.js";
import { findAnchoredSummary } from "../sdk/src/telemetry/gateway/findAnchoredSummary.js";
import { SummaryStore } from "../sdk/src/telemetry/gateway/SummaryStore.js";
import { telemetryDomain } from "../sdk/src/telemetry/telemetryDomain.js";
import { verifyAnchored } from "../sdk/src/telemetry/verifyAnchored.js";
import { connectRpc } from "./lib/connectRpc.js";
import { parseNumberFrom } from "./lib/partArguments.js";
import { parseVehicleId } from "./lib/partSubject.js";
import { printJson } from "./lib/printJson.js";
import { runScript } from "./lib/runScript.js";

const options = new Command("prove-trip")
  .description("Proves that a summary of a vehicle is under an anchored root.")
  .requiredOption("--store <file>", "the gateway's")
  .requiredOption("--vehicle <id>", "the vehicle's id", parseVehicleId)
  .requiredOption("--sequence <number>", "the summary's", parseNumberFrom(1))
  .option("--network <name>", "a network of hardhat.config.ts", "localhost")
  .option("--rpc <url>", "a node to read from, instead of the network's")
  .option("--deployment <file>", "default deployments/<network>.json")
  .addHelpText(
    "after",
    "\nPrints what requireAnchored takes, as JSON. Exit code 0 when the contract finds it, else 1.",
  )
  .parse()
  .opts<{
    store: string;
    vehicle: bigint;
    sequence: number;
    network: string;
    rpc?: string;
    deployment?: string;
  }>();

await runScript(async () => {
  const { store: path, vehicle, sequence } = options;
  const deployment = await loadDeployment(options.deployment ?? `deployments/${options.network}.json`);
  const { chainId, contracts } = deployment;
  const { TelemetryAnchors: contract, ERC7913P256Verifier: p256Verifier } = contracts;
  const domain = await telemetryDomain({ chainId, contract, p256Verifier });
  // Opening a store makes it when there is none.
  if (!existsSync(path)) throw new BlokError("GATEWAY_STORE", "there is no such file", { where: path });
  const store = new SummaryStore(path, { chainId, address: contract });
  const anchored = await findAnchoredSummary(store, vehicle, sequence).finally(() => store.close());
  if (!anchored) {
    throw new BlokError("TRIP_UNKNOWN", `the store has no summary ${sequence} of this vehicle in a batch`, {
      where: path,
      fix: "check vehicle and sequence; or wait until the gateway closes its batch",
    });
  }
  const verdict = await verifyAnchored(anchored, domain);
  if (verdict !== "valid") throw new BlokError("GATEWAY_STORE", `the summary is ${verdict}`, { where: path });
  const rpc = await connectRpc(options);
  const { number: block } = await pinBlock(rpc, deployment);
  const call = {
    address: contract,
    contract: telemetryAnchorsAbi,
    view: "requireAnchored",
    args: [anchored],
    block,
  };
  try {
    await readContract(rpc, call);
  } catch (error) {
    const explained = explainError(error);
    if (!explained) throw error;
    throw new BlokError("TRIP_REFUSED", explained.message, {
      where: explained.name,
      fix: explained.fix,
      cause: error,
    });
  }
  printJson(anchored);
});
