/**
 * Writes sdk/vectors/vouchers.json, the published test vectors of vouchers.
 *
 * Usage: node --import tsx scripts/write-voucher-vectors.ts [--check]
 *   --check  write nothing; fail when the file is not what it should be
 */
import { readFile, writeFile } from "node:fs/promises";
import { format } from "prettier";
import { voucherVectors } from "./lib/voucherVectors.js";

const file = new URL("../sdk/vectors/vouchers.json", import.meta.url);
const wanted = await format(JSON.stringify(await voucherVectors()), { parser: "json", printWidth: 110 });

if (!process.argv.includes("--check")) {
  await writeFile(file, wanted);
} else if ((await readFile(file, "utf8").catch(() => "")) !== wanted) {
  console.error(
    "sdk/vectors/vouchers.json is out of date; run node --import tsx scripts/write-voucher-vectors.ts",
  );
  process.exitCode = 1;
}
