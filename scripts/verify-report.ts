/**
 * Verifies a history report that somebody else made, with a node and the file: nothing else is needed, and nothing in the file
 * is taken on trust.
 *
 * Usage: npm run verify-report -- --file report.json --rpc https://…
 */
import { readFile } from "node:fs/promises";
import { Command } from "commander";
import { httpRpc } from "../sdk/src/chain/httpRpc.js";
import { loadDeployment } from "../sdk/src/chain/loadDeployment.js";
import { BlokError } from "../sdk/src/errors/BlokError.js";
import { openReport } from "../sdk/src/report/openReport.js";
import { verifyReport, type ReportVerification } from "../sdk/src/report/verifyReport.js";
import { nameOf } from "../sdk/src/report/words.js";
import { runScript } from "./lib/runScript.js";

const SHOWN_AT_MOST = 50;

const options = new Command("verify-report")
  .description("Verifies a vehicle's history report against a chain.")
  .requiredOption("--file <file>", "the report, JSON or HTML")
  .requiredOption("--rpc <url>", "a node of your choice, on the chain that the report names")
  .option("--deployment <file>", "the deployment that you trust: then the report must be about its contracts")
  .option("--json", "print one JSON object")
  .addHelpText(
    "after",
    `
Exit code 0 when all that the report says is so and nothing is left out, else 1.

Examples:
  verify-report --file report.json --rpc http://127.0.0.1:8545
  verify-report --file report.html --rpc https://… --deployment sepolia.json --json`,
  )
  .parse()
  .opts<{ file: string; rpc: string; deployment?: string; json?: boolean }>();

await runScript(async () => {
  const { report, problems } = openReport(await readText(options.file), options.file);
  const trusted = options.deployment === undefined ? undefined : await loadDeployment(options.deployment);
  const found = await verifyReport({ report, rpc: httpRpc(options.rpc), trusted });
  const result = {
    ...found,
    ok: found.ok && problems.length === 0,
    problems: [...problems, ...found.problems],
  };
  if (!result.ok) process.exitCode = 1;
  if (options.json) console.log(JSON.stringify(result));
  else printResult(nameOf(report), result);
});

function printResult(name: string, result: ReportVerification): void {
  const { ok, complete, verified, records, since, atBlock, problems, notes } = result;
  console.log(`${ok ? "OK" : "NOT OK"}: history report of ${name}, block ${atBlock.number}`);
  console.log(
    complete
      ? `  complete: all ${records} records of the chain are in it, unaltered and in order`
      : "  not complete, or not the chain's: see below",
  );
  console.log(`  ${verified} documents verified`);
  if (since.records + since.titleEvents > 0) {
    console.log(
      `  since then ${since.records} records and ${since.titleEvents} title events were added: ask for a newer report`,
    );
  }
  for (const problem of problems.slice(0, SHOWN_AT_MOST))
    console.log(`  ${problem.code}: ${problem.message}`);
  if (problems.length > SHOWN_AT_MOST) console.log(`  and ${problems.length - SHOWN_AT_MOST} more problems`);
  for (const note of notes) console.log(`  Note: ${note}`);
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new BlokError("REPORT_FILE", "the report cannot be read", {
      where: file,
      fix: "check the path",
      cause,
    });
  }
}
