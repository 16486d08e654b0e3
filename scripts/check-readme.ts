/**
 * Fails when README.md, or another document of the repository, names a command, a path or a heading that does not
 * exist, or when README.md is longer than it may be.
 *
 * Usage: node --import tsx scripts/check-readme.ts
 */
import { readFileSync } from "node:fs";
import { documentProblems } from "./lib/documentProblems.js";
import { readRepository } from "./lib/readRepository.js";

const ROOT = new URL("..", import.meta.url).pathname;
const README_LINES = 120;

const repository = await readRepository(ROOT);
const documents = [...repository.files].filter((path) => /^(?:docs\/.*|[^/]+)\.md$/.test(path)).sort();
const problems = documents.flatMap((path) =>
  documentProblems({ path, text: readFileSync(`${ROOT}${path}`, "utf8") }, repository),
);
const lines = readFileSync(`${ROOT}README.md`, "utf8").trimEnd().split("\n").length;
if (lines > README_LINES) problems.push(`README.md: ${lines} lines, more than ${README_LINES}`);

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
else console.log(`${documents.length} documents: every command, path and link exists`);
