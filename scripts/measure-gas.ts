/**
 * Measures every operation on full receipts, on the production build, and writes snapshots/operations.json.
 *
 * Usage: npm run gas [-- --check] [--json]
 * `--check` writes nothing; it fails when a figure differs from the committed one, or is above its limit.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { measureOperations } from "./lib/measureOperations.js";

const SNAPSHOT = new URL("../snapshots/operations.json", import.meta.url).pathname;

/** The most an operation may cost, and the best figure found elsewhere; docs/gas.md names the sources. */
const LIMITS: Record<string, { limit: number; peer?: number }> = {
  registerVehicle: { limit: 170_000, peer: 229_812 },
  registerVehicleEach50: { limit: 125_000 },
  transferTitle: { limit: 80_000, peer: 151_061 },
  appendRecord: { limit: 60_000, peer: 274_169 },
  appendRecordsEach50: { limit: 20_000, peer: 233_571 },
  bindVehicleKey: { limit: 90_000 },
  admitMember: { limit: 100_000, peer: 2_571_681 },
  commissionLot: { limit: 125_000 },
  transformLot: { limit: 190_000 },
  consignAndAccept: { limit: 160_000 },
  consignAndAcceptCounted: { limit: 160_000 },
  fitPart: { limit: 105_000, peer: 253_024 },
  removePart: { limit: 90_000 },
  openRecall: { limit: 170_000 },
  remedyVehicle: { limit: 100_000 },
  isAffected: { limit: 15_000 },
  openChannel: { limit: 78_000, peer: 83_729 },
  openChannelNative: { limit: 56_000 },
  topUp: { limit: 56_000 },
  settleOne: { limit: 62_000, peer: 94_388 },
  settleEach100: { limit: 17_500, peer: 21_800 },
  requestCloseAndWithdraw: { limit: 85_000, peer: 103_092 },
  cooperativeClose: { limit: 54_000, peer: 74_105 },
  calldataPerClaim: { limit: 290, peer: 481 },
  anchorRoot: { limit: 65_000 },
  anchorRootEach1000: { limit: 65 },
  depositCapital: { limit: 120_000 },
  buyPolicy: { limit: 220_000 },
  provePremiumPeriod: { limit: 140_000 },
  openParametricClaim: { limit: 260_000 },
};

const isCheck = process.argv.includes("--check");
const measured = await measureOperations();
const committed: Record<string, number> = existsSync(SNAPSHOT)
  ? (JSON.parse(readFileSync(SNAPSHOT, "utf8")) as Record<string, number>)
  : {};

if (process.argv.includes("--json")) {
  console.log(JSON.stringify(measured, null, 2));
} else {
  const row = (name: string, ...cells: string[]): void =>
    console.log(name.padEnd(34) + cells.map((cell) => cell.padStart(12)).join(""));
  row("operation", "gas", "committed", "limit", "best peer");
  for (const [name, gas] of Object.entries(measured)) {
    const { limit, peer } = LIMITS[name] ?? {};
    const cells = [gas, committed[name], limit, peer].map((cell) => cell?.toLocaleString("en-US") ?? "-");
    row(name, ...cells);
  }
}

const problems = Object.entries(LIMITS).flatMap(([name, { limit }]) => {
  const gas = measured[name];
  if (gas === undefined) return [`${name} was not measured`];
  return gas > limit ? [`${name} takes ${gas} gas, more than its limit ${limit}`] : [];
});
if (isCheck) {
  for (const name of new Set([...Object.keys(measured), ...Object.keys(committed)])) {
    if (measured[name] !== committed[name]) {
      problems.push(`${name} takes ${measured[name]} gas; snapshots/operations.json says ${committed[name]}`);
    }
  }
} else {
  mkdirSync(dirname(SNAPSHOT), { recursive: true });
  writeFileSync(SNAPSHOT, `${JSON.stringify(measured, null, 2)}\n`);
}
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
