/**
 * Shows where parts wait: how long they are on their way, and how long with whoever has them.
 *
 * Usage: npm run part-bottlenecks
 */
import { Command } from "commander";
import { loadDeployment } from "../sdk/src/chain/loadDeployment.js";
import { bottlenecks, renderBottlenecks } from "../sdk/src/parts/bottlenecks.js";
import { readPartEvents } from "../sdk/src/parts/readPartEvents.js";
import { connectRpc } from "./lib/connectRpc.js";
import { parseNumberFrom } from "./lib/partArguments.js";
import { printJson } from "./lib/printJson.js";
import { runScript } from "./lib/runScript.js";

const options = new Command("part-bottlenecks")
  .description("Tells from consignments how long parts wait, by step and party, longest median first.")
  .option("--network <name>", "a network of hardhat.config.ts", "localhost")
  .option("--rpc <url>", "a node to read from, instead of the network's")
  .option("--deployment <file>", "default deployments/<network>.json")
  .option("--at-block <number>", "the last block to read", parseNumberFrom(0))
  .option("--page-blocks <count>", "how many blocks to ask for at first", parseNumberFrom(1))
  .option("--json", "print one JSON array")
  .addHelpText(
    "after",
    `
Examples:
  part-bottlenecks
  part-bottlenecks --rpc https://… --deployment sepolia.json --json`,
  )
  .parse()
  .opts<{
    network: string;
    rpc?: string;
    deployment?: string;
    atBlock?: number;
    pageBlocks?: number;
    json?: boolean;
  }>();

await runScript(async () => {
  const deployment = await loadDeployment(options.deployment ?? `deployments/${options.network}.json`);
  const rpc = await connectRpc(options);
  const { atBlock, pageBlocks } = options;
  const table = await bottlenecks(readPartEvents({ rpc, deployment, atBlock, pageBlocks }));
  if (options.json) printJson(table);
  else console.log(table.length === 0 ? "Nothing was consigned yet." : renderBottlenecks(table));
});
