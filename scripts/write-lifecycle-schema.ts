/**
 * Writes examples/lifecycle.schema.json, the published JSON Schema of lifecycle files.
 *
 * Usage: node --import tsx scripts/write-lifecycle-schema.ts [--check]
 *   --check  write nothing; fail when the file is not what it should be
 */
import { readFile, writeFile } from "node:fs/promises";
import { format } from "prettier";
import { publishLifecycleSchema } from "../sdk/src/lifecycle/publishLifecycleSchema.js";

const file = new URL("../examples/lifecycle.schema.json", import.meta.url);
const wanted = await format(JSON.stringify(publishLifecycleSchema()), { parser: "json", printWidth: 110 });

if (!process.argv.includes("--check")) {
  await writeFile(file, wanted);
} else if ((await readFile(file, "utf8").catch(() => "")) !== wanted) {
  console.error(
    "examples/lifecycle.schema.json is out of date; run node --import tsx scripts/write-lifecycle-schema.ts",
  );
  process.exitCode = 1;
}
