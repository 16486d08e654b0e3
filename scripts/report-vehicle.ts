/**
 * Writes the history report of one vehicle, and says whether it is complete.
 *
 * Usage: npm run report-vehicle -- --vin WVWZZZAUZEW000001 --format html --out report.html
 * Variables: BLOK_REGISTRY_KEY (32 bytes in hex) with --vin, unless --vehicle-id is given.
 */
import { writeFile } from "node:fs/promises";
import { Command, InvalidArgumentError, Option } from "commander";
import { loadDeployment } from "../sdk/src/chain/loadDeployment.js";
import { RECORD_KINDS, type RecordKindName } from "../sdk/src/documents/kinds.js";
import { BlokError } from "../sdk/src/errors/BlokError.js";
import { readHistory, type ReadProgress } from "../sdk/src/history/readHistory.js";
import { buildReport, type Reveal } from "../sdk/src/report/buildReport.js";
import { renderHtml } from "../sdk/src/report/renderHtml.js";
import { renderPdf } from "../sdk/src/report/renderPdf.js";
import { renderText } from "../sdk/src/report/renderText.js";
import type { Report } from "../sdk/src/report/types.js";
import { FileDocumentStore } from "../sdk/src/store/FileDocumentStore.js";
import { vehicleTag } from "../sdk/src/vin/vehicleTag.js";
import { connectRpc } from "./lib/connectRpc.js";
import { readRegistryKey } from "./lib/readRegistryKey.js";
import { runScript } from "./lib/runScript.js";

const FORMATS = ["text", "json", "html", "pdf"] as const;
type Format = (typeof FORMATS)[number];
type Choices = Partial<Record<RecordKindName | "default", Reveal>>;

const options = new Command("report-vehicle")
  .description("Reads a vehicle's life from the chain, folds it, and writes its history report.")
  .option("--vin <vin>", "the vehicle's VIN; needs BLOK_REGISTRY_KEY")
  .option("--vehicle-id <id>", "the vehicle's id, 0x and 64 hex digits", parseVehicleId)
  .addOption(new Option("--format <format>", "what to write").choices(FORMATS).default("text"))
  .option("--out <file>", "where to write it; default standard output, which PDF does not go to")
  .option("--network <name>", "a network of hardhat.config.ts", "localhost")
  .option("--rpc <url>", "a node to read from, instead of the network's")
  .option("--deployment <file>", "default deployments/<network>.json")
  .option("--store <folder>", "where the documents are", "documents")
  .option(
    "--reveal <kind=fields>",
    'what to show of the documents of a kind, or of "default": all, none, withhold, or fields with commas between; may be repeated',
    collectChoice,
    {},
  )
  .option("--page-blocks <count>", "how many blocks to ask for at first", parseCount)
  .addHelpText(
    "after",
    `
Exit code 0 when the report is complete and every document shown holds, else 1.

Examples:
  report-vehicle --vin WVWZZZAUZEW000001
  report-vehicle --vehicle-id 0x9f… --rpc https://… --deployment sepolia.json --format pdf --out report.pdf
  report-vehicle --vin WVWZZZAUZEW000001 --reveal manufactured=make,model --reveal service=none`,
  )
  .parse()
  .opts<{
    vin?: string;
    vehicleId?: bigint;
    format: Format;
    out?: string;
    network: string;
    rpc?: string;
    deployment?: string;
    store: string;
    reveal: Choices;
    pageBlocks?: number;
  }>();

await runScript(async () => {
  if (options.format === "pdf" && options.out === undefined) {
    throw new BlokError("REPORT_OUT", "a PDF is not for a terminal", { where: "--out", fix: "name a file" });
  }
  const vehicleId = chooseVehicle();
  const deployment = await loadDeployment(options.deployment ?? `deployments/${options.network}.json`);
  const rpc = await connectRpc(options);
  const { pageBlocks, reveal, vin } = options;
  const history = await readHistory({ rpc, deployment, vehicleId, pageBlocks, onProgress: showProgress });
  const store = new FileDocumentStore(options.store);
  const report = await buildReport({
    rpc,
    history,
    documents: (hash) => store.get(hash),
    reveal,
    vin,
    pageBlocks,
  });
  await write(await render(report, options.format));

  const { complete, problems, documents } = report.summary;
  if (complete && problems.length === 0 && documents.failed === 0) return;
  process.exitCode = 1;
  for (const problem of problems) console.error(`${problem.code}: ${problem.message}`);
  if (documents.failed > 0)
    console.error(`${documents.failed} documents do not hold; the report says which.`);
});

function chooseVehicle(): bigint {
  const { vin, vehicleId } = options;
  if (vin !== undefined && vehicleId === undefined) return vehicleTag(vin, readRegistryKey());
  if (vin === undefined && vehicleId !== undefined) return vehicleId;
  throw new BlokError("REPORT_VEHICLE", "give either a VIN or a vehicle id", {
    where: "--vin, --vehicle-id",
    fix: "a holder finds the id in its wallet: it is the token's",
  });
}

async function render(report: Report, format: Format): Promise<string | Uint8Array> {
  switch (format) {
    case "text":
      return renderText(report);
    case "json":
      return `${JSON.stringify(report, null, 2)}\n`;
    case "html":
      return renderHtml(report);
    case "pdf":
      return renderPdf(report);
  }
}

async function write(content: string | Uint8Array): Promise<void> {
  const { out } = options;
  if (out === undefined) {
    process.stdout.write(content);
    return;
  }
  try {
    await writeFile(out, content);
  } catch (cause) {
    throw new BlokError("REPORT_OUT", "the report cannot be written", {
      where: out,
      fix: "check the folder",
      cause,
    });
  }
  console.error(`The report is in ${out}.`);
}

function showProgress({ fromBlock, block, toBlock, records }: ReadProgress): void {
  if (!process.stderr.isTTY) return;
  const percent = Math.floor((100 * (block - fromBlock + 1)) / (toBlock - fromBlock + 1));
  process.stderr.write(
    `\r${percent} % of ${toBlock - fromBlock + 1} blocks, ${records} records${block === toBlock ? "\n" : ""}`,
  );
}

function parseVehicleId(text: string): bigint {
  if (/^0x[0-9a-fA-F]{1,64}$/.test(text)) return BigInt(text);
  if (/^[0-9]{1,78}$/.test(text) && BigInt(text) < 2n ** 256n) return BigInt(text);
  throw new InvalidArgumentError(
    "It is a number below 2^256: 0x and hex digits, or decimal digits as wallets show it.",
  );
}

function parseCount(text: string): number {
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It is a whole number from 1 on.");
}

function collectChoice(text: string, choices: Choices): Choices {
  const [kind = "", fields] = text.split("=", 2);
  if (fields === undefined || fields === "" || !(kind === "default" || Object.hasOwn(RECORD_KINDS, kind))) {
    const kinds = Object.keys(RECORD_KINDS).join(", ");
    throw new InvalidArgumentError(`Write kind=fields; kinds are default, ${kinds}.`);
  }
  const choice = fields === "all" || fields === "none" || fields === "withhold" ? fields : fields.split(",");
  return { ...choices, [kind]: choice };
}
