/**
 * Finds every vehicle and every unit that a recall campaign reaches, and proves that none is left out.
 *
 * Usage: npm run recall-reach -- --maker 0x… --campaign 26V000001
 */
import { Command } from "commander";
import { loadDeployment } from "../sdk/src/chain/loadDeployment.js";
import { campaignIdOf } from "../sdk/src/parts/partId.js";
import { recallReach } from "../sdk/src/parts/recallReach.js";
import { renderReach } from "../sdk/src/parts/renderReach.js";
import { connectRpc } from "./lib/connectRpc.js";
import { parseAccount, parseNumberFrom } from "./lib/partArguments.js";
import { printJson } from "./lib/printJson.js";
import { runScript } from "./lib/runScript.js";

const options = new Command("recall-reach")
  .description("Finds what a recall campaign reaches, and proves from the chain that nothing is left out.")
  .requiredOption("--maker <account>", "whose parts are recalled", parseAccount)
  .requiredOption("--campaign <number>", "NHTSA campaign number, such as 26V000001")
  .option("--by-authority", "the campaign is an authority's, whose numbers are apart from the maker's")
  .option("--network <name>", "a network of hardhat.config.ts", "localhost")
  .option("--rpc <url>", "a node to read from, instead of the network's")
  .option("--deployment <file>", "default deployments/<network>.json")
  .option("--at-block <number>", "read the state of then; needs a node that keeps it", parseNumberFrom(0))
  .option("--page-blocks <count>", "how many blocks to ask for at first", parseNumberFrom(1))
  .option("--json", "print one JSON object")
  .addHelpText(
    "after",
    `
Exit code 0 when the reach is proven complete, else 1.

Examples:
  recall-reach --maker 0x90F79bf6EB2c4f870365E785982E1f101E93b906 --campaign 26V000001
  recall-reach --maker 0x90F7… --campaign 26V000001 --rpc https://… --deployment sepolia.json --json`,
  )
  .parse()
  .opts<{
    maker: string;
    campaign: string;
    byAuthority?: boolean;
    network: string;
    rpc?: string;
    deployment?: string;
    atBlock?: number;
    pageBlocks?: number;
    json?: boolean;
  }>();

await runScript(async () => {
  const campaignId = campaignIdOf(options.maker, options.campaign, options.byAuthority);
  const deployment = await loadDeployment(options.deployment ?? `deployments/${options.network}.json`);
  const rpc = await connectRpc(options);
  const { atBlock, pageBlocks } = options;
  const reach = await recallReach({ rpc, deployment, campaignId, atBlock, pageBlocks });
  if (!reach.complete) process.exitCode = 1;
  if (options.json) printJson(reach);
  else process.stdout.write(renderReach(reach));
});
