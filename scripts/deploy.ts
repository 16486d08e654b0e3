/**
 * Deploys the whole system with Hardhat Ignition and writes the addresses that the SDK and the other scripts read.
 * Safe to run again: Ignition's journal says what has been done, and the rest is done.
 *
 * Usage: npm run deploy -- --network sepolia --council 0x… --guardian 0x… --admissions 0x…
 * Variables: BLOK_DEPLOYER_KEY and the network's RPC URL, from Hardhat's keystore or the environment.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Command } from "commander";
import { getAddress, isAddress } from "ethers";
import { network } from "hardhat";
import { addressesOf } from "../ignition/deployedContracts.js";
import BlokAuto from "../ignition/modules/BlokAuto.js";
import type { Deployment } from "../sdk/src/chain/deployment.js";
import { BlokError } from "../sdk/src/errors/BlokError.js";
import { runScript } from "./lib/runScript.js";

type Parameters = Record<string, Record<string, string | number>>;
const OFFICES = ["council", "guardian", "admissions"] as const;

const options = new Command("deploy")
  .description(
    "Deploys the contracts, wires them from the table of authority and hands them over to the offices.",
  )
  .option("--network <name>", "a network of hardhat.config.ts", "localhost")
  .option("--parameters <file>", "Ignition parameters; default ignition/parameters/<network>.json")
  .option("--council <address>", "who administers, with the council's delay")
  .option("--guardian <address>", "who can cancel what the council and the courts start")
  .option("--admissions <address>", "who admits and expels members")
  .option("--out <file>", "where the addresses go; default deployments/<network>.json")
  .option("--id <name>", "the name of Ignition's journal; default <network>-<chain id>")
  .option("--reset", "forget a deployment whose chain is gone")
  .option("--json", "print the deployment as JSON and nothing else")
  .parse()
  .opts<{
    network: string;
    parameters?: string;
    council?: string;
    guardian?: string;
    admissions?: string;
    out?: string;
    id?: string;
    reset?: boolean;
    json?: boolean;
  }>();

await runScript(async () => {
  const say = (text: string): void => {
    if (!options.json) console.log(text);
  };
  const { ethers, ignition } = await network.create(options.network);
  const signers = await ethers.getSigners();
  const { chainId } = await ethers.provider.getNetwork();
  const parameters = readParameters();
  for (const [index, office] of OFFICES.entries()) {
    parameters.BlokAuto[office] = officeAddress(
      office,
      parameters.BlokAuto[office] ?? signers[index + 1]?.address,
    );
  }
  const holders = [signers[0]?.address, ...OFFICES.map((office) => parameters.BlokAuto[office])];
  if (new Set(holders).size !== holders.length) {
    throw new BlokError("DEPLOY_OFFICES", "the deployer and the three offices have to be four accounts", {
      where: holders.join(", "),
      fix: "give --council, --guardian and --admissions accounts of different people",
    });
  }

  const deploymentId = options.id ?? `${options.network}-${chainId}`;
  say(`Deploying to ${options.network} (chain ${chainId}) from ${signers[0]?.address}`);
  for (const office of OFFICES) say(`  ${office.padEnd(11)}${parameters.BlokAuto[office]}`);
  await refuseStaleJournal(
    deploymentId,
    async (address) => (await ethers.provider.getCode(address)) !== "0x",
  );
  const deployed = await ignition.deploy(BlokAuto, { parameters, deploymentId, displayUi: !options.json });

  const deployment: Deployment = {
    network: options.network,
    chainId: Number(chainId),
    fromBlock: firstBlock(deploymentId),
    contracts: await addressesOf(deployed),
  };
  const out = options.out ?? `deployments/${options.network}.json`;
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, `${JSON.stringify(deployment, null, 2)}\n`);

  if (options.json) console.log(JSON.stringify(deployment));
  for (const [name, address] of Object.entries(deployment.contracts)) say(`  ${name.padEnd(21)}${address}`);
  say(`Addresses are in ${out}. The deployer has no power any more.`);
});

function readParameters(): Parameters & { BlokAuto: Record<string, string | number> } {
  const file = options.parameters ?? `ignition/parameters/${options.network}.json`;
  if (!existsSync(file)) {
    if (options.parameters === undefined) return { BlokAuto: {} };
    throw new BlokError("DEPLOY_PARAMETERS", "the parameters cannot be read", {
      where: file,
      fix: "check the path",
    });
  }
  try {
    return { BlokAuto: {}, ...(JSON.parse(readFileSync(file, "utf8")) as Parameters) };
  } catch (cause) {
    throw new BlokError("DEPLOY_PARAMETERS", "the parameters are not JSON", {
      where: file,
      fix: "write {module: {name: value}}",
      cause,
    });
  }
}

function officeAddress(office: (typeof OFFICES)[number], fallback: string | number | undefined): string {
  const given = options[office] ?? fallback;
  if (given !== undefined && isAddress(given)) return getAddress(given);
  throw new BlokError(
    "DEPLOY_OFFICES",
    `the ${office} is ${given === undefined ? "missing" : `no address: ${given}`}`,
    {
      where: `--${office}`,
      fix: "give the address of its account, best a multi-signature wallet",
    },
  );
}

/**
 * Ignition believes its journal. On a local node that was started anew the journal speaks of contracts that are gone, and a
 * deployment would do nothing and say that all went well.
 */
async function refuseStaleJournal(
  deploymentId: string,
  hasCode: (address: string) => Promise<boolean>,
): Promise<void> {
  const file = `ignition/deployments/${deploymentId}/deployed_addresses.json`;
  if (!existsSync(file)) return;
  const addresses = Object.values(JSON.parse(readFileSync(file, "utf8")) as Record<string, string>);
  for (const address of addresses) {
    if (await hasCode(address)) continue;
    if (options.reset) {
      rmSync(`ignition/deployments/${deploymentId}`, { recursive: true });
      return;
    }
    throw new BlokError(
      "DEPLOY_CHAIN_RESET",
      `there is no contract at ${address}, where one was deployed before`,
      {
        where: file,
        fix: "the chain was started anew: deploy with --reset, which forgets the old deployment",
      },
    );
  }
}

/** The block of the first transaction in Ignition's journal: no event of the contracts is older. */
function firstBlock(deploymentId: string): number {
  const journal = readFileSync(`ignition/deployments/${deploymentId}/journal.jsonl`, "utf8");
  const blocks = [...journal.matchAll(/"blockNumber":(\d+)/g)].map((match) => Number(match[1]));
  return blocks.reduce((lowest, block) => Math.min(lowest, block), Number.MAX_SAFE_INTEGER);
}
