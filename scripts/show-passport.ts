/**
 * Shows the battery passport of a unit or a lot, to the readers of a tier, or verifies one that somebody else wrote.
 *
 * Usage: npm run show-passport -- --maker 0x… --lot 7 --serial 12 --file passport.json --out passport.html
 */
import { readFile, writeFile } from "node:fs/promises";
import { Command, Option } from "commander";
import type { Deployment, RpcProvider } from "../sdk/src/chain/deployment.js";
import { loadDeployment } from "../sdk/src/chain/loadDeployment.js";
import type { Gs1Party } from "../sdk/src/epcis/epcisIds.js";
import { selectPartEvents } from "../sdk/src/epcis/selectPartEvents.js";
import { BlokError } from "../sdk/src/errors/BlokError.js";
import { materialStatement } from "../sdk/src/parts/materialStatement.js";
import { lotOfPart } from "../sdk/src/parts/partId.js";
import type { CriticalMaterial } from "../sdk/src/parts/types.js";
import { buildBatteryPassport } from "../sdk/src/passport/buildBatteryPassport.js";
import { parsePassport } from "../sdk/src/passport/passportFile.js";
import { readBatteryPassport } from "../sdk/src/passport/readBatteryPassport.js";
import { renderPassportHtml } from "../sdk/src/passport/renderPassportHtml.js";
import { renderPassportText } from "../sdk/src/passport/renderPassportText.js";
import { PASSPORT_TIERS, type PassportTier } from "../sdk/src/passport/tiers.js";
import type { BatteryPassport } from "../sdk/src/passport/types.js";
import { verifyBatteryPassport } from "../sdk/src/passport/verifyBatteryPassport.js";
import { connectRpc } from "./lib/connectRpc.js";
import {
  parseLotNumber,
  parseMaker,
  parseSerial,
  partOf,
  readAllPartEvents,
  readParties,
  type PartName,
} from "./lib/partSubject.js";
import { runScript } from "./lib/runScript.js";

const options = new Command("show-passport")
  .description("Shows a battery passport: what the chain says, and the document whose hash it holds.")
  .option("--maker <account>", "the maker of the battery", parseMaker)
  .option("--lot <number>", "the maker's lot number", parseLotNumber)
  .option("--serial <serial>", "the battery; the whole lot when left out", parseSerial)
  .option("--file <file>", "a passport document; may be repeated", collect, [])
  .addOption(new Option("--tier <tier>", "whose view").choices(PASSPORT_TIERS).default("public"))
  .option("--verify <file>", "verify this passport, JSON or HTML, instead of showing one")
  .option("--gs1 <file>", "GS1 numbers by account, as JSON")
  .option("--out <file>", "where to write it: a page for .html, JSON otherwise")
  .option("--json", "print JSON instead of text")
  .option("--network <name>", "a network of hardhat.config.ts", "localhost")
  .option("--rpc <url>", "a node to read from, instead of the network's")
  .option("--deployment <file>", "default deployments/<network>.json")
  .addHelpText(
    "after",
    `
Exit code 0 when the document is the chain's and nothing contradicts it, or the passport verified holds, else 1.

Examples:
  show-passport --maker 0x3C44… --lot 7 --serial 12 --file passport.json
  show-passport --maker 0x3C44… --lot 7 --serial 12 --file passport.json --tier legitimateInterest --out passport.html
  show-passport --verify passport.html --rpc https://… --deployment sepolia.json`,
  )
  .parse()
  .opts<
    PartName & {
      file: string[];
      tier: PassportTier;
      verify?: string;
      gs1?: string;
      out?: string;
      json?: boolean;
      network: string;
      rpc?: string;
      deployment?: string;
    }
  >();

await runScript(async () => {
  const parties = await readParties(options.gs1);
  const deployment = await loadDeployment(options.deployment ?? `deployments/${options.network}.json`);
  const rpc = await connectRpc(options);
  if (options.verify !== undefined) return verify(options.verify, rpc, deployment, parties);
  const passport = await build(rpc, deployment, parties);
  if (options.out !== undefined) await write(options.out, passport);
  process.stdout.write(options.json ? jsonOf(passport) : renderPassportText(passport));
  if (passport.problems.length > 0) process.exitCode = 1;
});

async function build(
  rpc: RpcProvider,
  deployment: Deployment,
  parties: Record<string, Gs1Party> | undefined,
): Promise<BatteryPassport> {
  const part = partOf(options);
  if (part === undefined) {
    throw new BlokError("PART_NAME", "name the battery", { where: "--maker, --lot, --serial" });
  }
  const documents = await Promise.all(
    options.file.map(async (file) => parsePassport(await readText(file), file)),
  );
  const { events, asOf } = await readAllPartEvents(rpc, deployment);
  const subject = options.serial === undefined ? { lotId: part.lotId } : { partId: part.partId };
  return buildBatteryPassport({
    partId: part.partId,
    events: selectPartEvents(events, subject),
    asOf,
    deployment,
    documents,
    tier: options.tier,
    parties,
    recycledShares: await sharesOf(rpc, deployment, part.lotId),
  });
}

/** How much of each material in a lot was recycled before, by its lineage; nothing when that is not proven. */
async function sharesOf(
  rpc: RpcProvider,
  deployment: Deployment,
  lotId: bigint,
): Promise<Partial<Record<CriticalMaterial, number>>> {
  const { materials, verified } = await materialStatement({ rpc, deployment, lotId });
  if (!verified) return {};
  return Object.fromEntries(
    materials.map(({ material, recycledPercent }) => [material, Number(recycledPercent)]),
  );
}

async function verify(
  file: string,
  rpc: RpcProvider,
  deployment: Deployment,
  parties: Record<string, Gs1Party> | undefined,
): Promise<void> {
  const passport = readBatteryPassport(await readText(file), file);
  const recycledShares = await sharesOf(rpc, deployment, lotOfPart(BigInt(passport.chain.partId)));
  const found = await verifyBatteryPassport({ passport, rpc, deployment, parties, recycledShares });
  if (!found.ok) process.exitCode = 1;
  if (options.json) {
    console.log(JSON.stringify(found));
    return;
  }
  console.log(`${found.ok ? "OK" : "NOT OK"}: battery passport ${passport.batteryPassportIdentifier}`);
  for (const { code, message } of found.problems) console.log(`  ${code}: ${message}`);
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new BlokError("PASSPORT_READ", "the file cannot be read", {
      where: file,
      fix: "check the path",
      cause,
    });
  }
}

async function write(out: string, passport: BatteryPassport): Promise<void> {
  try {
    await writeFile(out, out.endsWith(".html") ? renderPassportHtml(passport) : jsonOf(passport));
  } catch (cause) {
    throw new BlokError("PASSPORT_OUT", "the passport cannot be written", {
      where: out,
      fix: "check the folder",
      cause,
    });
  }
  console.error(`The passport is in ${out}.`);
}

function jsonOf(passport: BatteryPassport): string {
  return `${JSON.stringify(passport, null, 2)}\n`;
}

function collect(file: string, files: string[]): string[] {
  return [...files, file];
}
