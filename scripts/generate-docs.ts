/**
 * Writes the parts of the documentation that come from code and measurements: docs/errors.md from the ABIs and the
 * SDK's words for errors, and the measured figures in docs/gas.md from snapshots/operations.json.
 *
 * Usage: node --import tsx scripts/generate-docs.ts [--check]
 * `--check` writes nothing and fails when a document is not what the code says.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { format, resolveConfig } from "prettier";
import { renderErrors } from "./lib/renderErrors.js";
import { replaceMeasured } from "./lib/replaceMeasured.js";

const pathOf = (file: string): string => new URL(`../${file}`, import.meta.url).pathname;
const read = (file: string): string => (existsSync(pathOf(file)) ? readFileSync(pathOf(file), "utf8") : "");

const snapshot = JSON.parse(read("snapshots/operations.json")) as Record<string, number>;
const documents = {
  "docs/errors.md": renderErrors(),
  "docs/gas.md": replaceMeasured(read("docs/gas.md"), snapshot),
};

const isCheck = process.argv.includes("--check");
for (const [file, text] of Object.entries(documents)) {
  const formatted = await format(text, { ...(await resolveConfig(pathOf(file))), parser: "markdown" });
  if (formatted === read(file)) continue;
  if (isCheck) {
    console.error(`${file} is stale. Run "node --import tsx scripts/generate-docs.ts".`);
    process.exitCode = 1;
  } else {
    writeFileSync(pathOf(file), formatted);
    console.log(`${file} written`);
  }
}
