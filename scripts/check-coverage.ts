/**
 * Runs the Solidity tests with coverage and fails when the contracts' lines are covered less than the floor.
 *
 * Usage: npm run coverage [-- --json]
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Percent of lines, over all contracts. */
const FLOOR = 98;

const run = spawnSync("hardhat", ["test", "solidity", "--coverage"], {
  encoding: "utf8",
  env: { ...process.env, BLOK_TEST_DEPTH: "quick", BLOK_BUILD: "tests" },
});
if (run.status !== 0) {
  console.error(run.stdout, run.stderr);
  console.error("The tests fail; coverage of failing tests says nothing.");
  process.exit(1);
}

const rows = readFileSync("coverage/lcov.info", "utf8")
  .split("end_of_record")
  .flatMap((section) => {
    const file = /SF:(.*)/.exec(section)?.[1] ?? "";
    const name = file.slice(file.indexOf("contracts/"));
    if (!name.startsWith("contracts/") || name.startsWith("contracts/mocks/")) return [];
    const lines = [...section.matchAll(/^DA:(\d+),(\d+)/gm)];
    const missed = lines.filter(([, , hits]) => hits === "0").map(([, line]) => line);
    return lines.length === 0 ? [] : [{ name, lines: lines.length, missed }];
  })
  .toSorted((a, b) => (a.name < b.name ? -1 : 1));

const total = rows.reduce((sum, { lines }) => sum + lines, 0);
const missed = rows.reduce((sum, row) => sum + row.missed.length, 0);
const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;

if (process.argv.includes("--json")) {
  console.log(JSON.stringify({ lines: total, covered: total - missed, floor: FLOOR }));
} else {
  for (const row of rows) {
    const covered = percent(row.lines - row.missed.length, row.lines).padStart(8);
    console.log(
      `${row.name.padEnd(44)}${covered}${row.missed.length > 0 ? `  lines ${row.missed.join(", ")}` : ""}`,
    );
  }
  console.log(
    `${total - missed} of ${total} lines of contracts covered: ${percent(total - missed, total)}, floor ${FLOOR} %`,
  );
}
if (total === 0 || (100 * (total - missed)) / total < FLOOR) {
  console.error(`Coverage is below its floor: write tests for the lines above.`);
  process.exitCode = 1;
}
