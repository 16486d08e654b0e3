/**
 * The main job on real input: deploys to an in-process chain, imports the lives of vehicles, transfers a title with a plain
 * wallet, writes the history reports, then cheats in every way it knows and shows the reports refusing it. Beside them it
 * follows battery packs from the mine to the car and back, shows counterfeits refused and a recall that reaches every car, pays
 * for a robotaxi's day, and insures three drivers for a month.
 *
 * Usage: npm run demo [-- --file mine.jsonl] [-- --out folder] [-- --json]
 */
import cliProgress from "cli-progress";
import { Command } from "commander";
import { tasks } from "hardhat";
import type { DemoResult } from "./lib/runDemo.js";
import { printJson } from "./lib/printJson.js";
import { runScript } from "./lib/runScript.js";

const options = new Command("demo")
  .description("Imports lives of vehicles into a chain of its own, reports them, and shows cheats refused.")
  .option(
    "--file <file>",
    "a lifecycle file; examples/lifecycle.schema.json says what stands in it",
    "examples/lifecycle.jsonl",
  )
  .option("--out <folder>", "where the reports go", "build/demo")
  .option("--json", "print one object and nothing else")
  .parse()
  .opts<{ file: string; out: string; json?: boolean }>();

await runScript(async () => {
  await tasks.getTask("build").run({ noTests: true, quiet: true });
  // Only now: the bindings it imports come from the build.
  const { runDemo } = await import("./lib/runDemo.js");

  const isQuiet = options.json === true;
  const bar = new cliProgress.SingleBar(
    { format: "Importing {bar} {value}/{total} events", hideCursor: true, clearOnComplete: true },
    cliProgress.Presets.shades_classic,
  );
  const showBar = !isQuiet && process.stderr.isTTY;
  if (showBar) bar.start(1, 0);
  const result = await runDemo({
    file: options.file,
    parts: "examples/parts.jsonl",
    out: options.out,
    say: (line) => {
      if (showBar) bar.stop();
      if (!isQuiet) console.log(line);
    },
    onProgress: (done, total) => {
      if (!showBar) return;
      bar.setTotal(total);
      bar.update(done);
    },
  });
  if (isQuiet) printJson(result);
  else show(result);

  const isGood =
    result.complete &&
    result.reportsAccepted === result.vehicles &&
    result.tamperings > 0 &&
    result.tamperingsRefused === result.tamperings &&
    result.counterfeits > 0 &&
    result.counterfeitsRefused === result.counterfeits &&
    result.recallReached > 0 &&
    result.recallComplete &&
    result.remedied === result.recallReached &&
    result.recoveredCobaltG > 0 &&
    result.payments > 0 &&
    result.paymentsExact &&
    result.refusedAfterRevocation &&
    result.premiumsBilled > 0 &&
    result.premiumsExact &&
    result.insuranceCheats > 0 &&
    result.insuranceCheatsStopped === result.insuranceCheats &&
    result.payoutsExact &&
    result.poolConserved;
  if (!isGood) process.exitCode = 1;
});

function show(result: DemoResult): void {
  const {
    vehicles,
    tamperings,
    counterfeits,
    lineage,
    reach,
    dwell,
    cobalt,
    payments,
    premiums,
    insuranceCheats,
  } = result.details;
  table(
    [
      "VIN",
      "model",
      "records",
      "owners",
      "odometer",
      "documents",
      "anomalies",
      "title",
      "complete",
      "verified",
    ],
    vehicles.map((row) => [
      row.vin,
      row.model,
      String(row.records),
      String(row.owners),
      row.odometer,
      row.documents,
      String(row.anomalies),
      row.status,
      row.complete ? "yes" : "NO",
      row.ok ? "yes" : "NO",
    ]),
  );
  table(
    ["what a cheat tries", "report", "because"],
    tamperings.map(({ name, refused, reason }) => [
      name,
      refused ? "refused" : "ACCEPTED",
      shorten(reason, 90),
    ]),
  );
  table(
    ["what a battery pack was made of", "material", "quantity", "cobalt, g", "certificates", "verified"],
    lineage.map((row) => [
      row.lot,
      row.what,
      row.quantity,
      row.cobaltG,
      row.certificates || "none",
      row.verified ? "yes" : "NO",
    ]),
  );
  table(
    ["where units waited longest", "party", "stays", "median, days", "longest, days"],
    dwell.map(({ step, party, count, medianDays, maxDays }) => [
      step,
      party,
      String(count),
      String(medianDays),
      String(maxDays),
    ]),
  );
  table(
    [
      "the recall",
      "affected",
      "owners",
      "stopped",
      "remedied",
      "in stock",
      "in transit",
      "ended",
      "complete",
    ],
    reach.map((row) => [
      row.when,
      String(row.affected),
      String(row.owners),
      String(row.stopped),
      String(row.remedied),
      String(row.stock),
      String(row.transit),
      String(row.ended),
      row.complete ? "yes" : "NO",
    ]),
  );
  table(
    ["what a counterfeiter tries", "contracts", "because"],
    counterfeits.map(({ name, refused, reason }) => [
      name,
      refused ? "refused" : "ACCEPTED",
      shorten(reason, 90),
    ]),
  );
  table(
    ["cobalt in the newest car", "grams", "origin"],
    cobalt.map(({ origin, grams, kind }) => [origin, String(grams), kind]),
  );
  table(
    ["who pays", "whom", "payments", "euro", "settled, euro", "gas to settle", "gas per payment"],
    payments.map((row) => [
      row.payer,
      row.payee,
      String(row.payments),
      euro(row.amount),
      euro(row.settled),
      row.gas.toLocaleString("en-US"),
      row.gasPerPayment.toLocaleString("en-US"),
    ]),
  );
  table(
    ["driver", "what the premium is for", "factor, %", "euro"],
    premiums.map(({ driver, text, bps, amount }) => [driver, text, String(bps / 100), euro(amount)]),
  );
  table(
    ["what an insured driver or investor tries", "contracts", "because"],
    insuranceCheats.map(({ name, refused, reason }) => [
      name,
      refused ? "stopped" : "ACCEPTED",
      shorten(reason, 90),
    ]),
  );
  console.log(
    `\n${result.records} records, ${result.verified} documents verified, ${result.erased} erased; ` +
      `${result.tamperingsRefused} of ${result.tamperings} cheats refused.\n` +
      `${result.lots} lots, ${result.partsFitted} parts fitted; ${result.counterfeitsRefused} of ${result.counterfeits} counterfeits ` +
      `refused; the recall reached ${result.recallReached} cars, ${result.remedied} are remedied; ` +
      `${result.recoveredCobaltG} g of recovered cobalt in a new pack.\n` +
      `${result.payments} payments of ${euro(BigInt(result.paid))} euro in all, settled in ${result.settlements} transactions; ` +
      `${result.paymentGasEach.toLocaleString("en-US")} gas per payment with opening and closing; ` +
      `${result.paymentsExact ? "exact to the unit" : "NOT EXACT"}.\n` +
      `${result.premiumsBilled} premiums ${result.premiumsExact ? "as explained" : "NOT AS EXPLAINED"}; ` +
      `${result.insuranceCheatsStopped} of ${result.insuranceCheats} cheats stopped; a crash paid with ` +
      `${result.crashGas.toLocaleString("en-US")} gas; the pool ` +
      `${result.poolConserved ? "holds exactly what it owes" : "DOES NOT HOLD WHAT IT OWES"}.`,
  );
}

/** An amount of the demo's token, which has six decimals. */
function euro(amount: bigint): string {
  const digits = amount.toString().padStart(7, "0");
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
}

/** Columns as wide as their widest cell. */
function table(head: string[], rows: string[][]): void {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  console.log("");
  for (const row of [head, ...rows]) {
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    );
  }
}

function shorten(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
