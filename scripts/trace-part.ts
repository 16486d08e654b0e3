/**
 * Shows what a lot or a unit was made of, down to the mine, and what was made of it, every edge verified against the chain.
 *
 * Usage: npm run trace-part -- --lot 0x…/7
 */
import { Command } from "commander";
import { loadDeployment } from "../sdk/src/chain/loadDeployment.js";
import { BlokError } from "../sdk/src/errors/BlokError.js";
import { readLineage } from "../sdk/src/parts/readLineage.js";
import { renderLineage } from "../sdk/src/parts/renderLineage.js";
import { connectRpc } from "./lib/connectRpc.js";
import { parseLot, parseNumberFrom, parsePart } from "./lib/partArguments.js";
import { printJson } from "./lib/printJson.js";
import { runScript } from "./lib/runScript.js";

const options = new Command("trace-part")
  .description("Traces a lot or a unit to its origins and to what was made of it.")
  .option("--lot <lot>", "maker/number, or the lot's id", parseLot)
  .option("--part <part>", "maker/number/serial, or the part's id", parsePart)
  .option("--network <name>", "a network of hardhat.config.ts", "localhost")
  .option("--rpc <url>", "a node to read from, instead of the network's")
  .option("--deployment <file>", "default deployments/<network>.json")
  .option("--at-block <number>", "read the state of then; needs a node that keeps it", parseNumberFrom(0))
  .option("--page-blocks <count>", "how many blocks to ask for at first", parseNumberFrom(1))
  .option("--json", "print one JSON object")
  .addHelpText(
    "after",
    `
Exit code 0 when every edge is verified, else 1.

Examples:
  trace-part --lot 0x90F79bf6EB2c4f870365E785982E1f101E93b906/7
  trace-part --part 0x90F7…/7/12 --rpc https://… --deployment sepolia.json --json`,
  )
  .parse()
  .opts<{
    lot?: bigint;
    part?: bigint;
    network: string;
    rpc?: string;
    deployment?: string;
    atBlock?: number;
    pageBlocks?: number;
    json?: boolean;
  }>();

await runScript(async () => {
  const { lot: lotId, part: partId, atBlock, pageBlocks } = options;
  if ((lotId === undefined) === (partId === undefined)) {
    throw new BlokError("TRACE_PART", "give either a lot or a part", { where: "--lot, --part" });
  }
  const deployment = await loadDeployment(options.deployment ?? `deployments/${options.network}.json`);
  const rpc = await connectRpc(options);
  const lineage = await readLineage({ rpc, deployment, lotId, partId, atBlock, pageBlocks });
  if (!lineage.verified) process.exitCode = 1;
  if (options.json) printJson(lineage);
  else process.stdout.write(renderLineage(lineage));
});
