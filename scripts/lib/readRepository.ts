import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Repository } from "./documentProblems.js";

const IGNORED = new Set([".git", "node_modules", "artifacts", "cache", "coverage", "dist"]);

/**
 * What documents of a repository may name: its files and folders, npm scripts, binaries and packages, Solidity
 * tests, and the headings of its documents.
 *
 * @param root The repository's folder, with a slash at the end.
 */
export async function readRepository(root: string): Promise<Repository> {
  const files = new Set<string>();
  const folders = new Set<string>();
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder + entry.name;
      if (entry.isDirectory() && !IGNORED.has(entry.name)) {
        folders.add(path);
        walk(`${path}/`);
      } else if (entry.isFile()) files.add(path);
    }
  };
  walk("");

  const bin = join(root, "node_modules/.bin");
  return {
    files,
    folders,
    npmScripts: new Map(Object.entries(readPackage(join(root, "package.json")).scripts ?? {})),
    binaries: new Set(existsSync(bin) ? readdirSync(bin) : []),
    solidityTests: new Set(
      [...files].filter((path) => path.endsWith(".t.sol")).flatMap((path) => testsOf(root, path)),
    ),
    sdkEntries: await entriesOf(root, readPackage(join(root, "sdk/package.json"))),
    read: (path) => readFileSync(join(root, path), "utf8"),
  };
}

function testsOf(root: string, path: string): string[] {
  const source = readFileSync(join(root, path), "utf8");
  return [...source.matchAll(/\bfunction (\w+)/g)].map(([, name = ""]) => name);
}

interface PackageJson {
  name?: string;
  scripts?: Record<string, string>;
  exports?: Record<string, { default: string }>;
}

function readPackage(path: string): PackageJson {
  return JSON.parse(readFileSync(path, "utf8")) as PackageJson;
}

/** The published files are built from these sources, which are there without a build. */
async function entriesOf(
  root: string,
  { name = "", exports = {} }: PackageJson,
): Promise<Repository["sdkEntries"]> {
  const entries = new Map<string, ReadonlySet<string>>();
  for (const [entry, { default: file }] of Object.entries(exports)) {
    const source = join(root, file.replace("./dist/", "").replace(/\.js$/, ".ts"));
    entries.set(name + entry.slice(1), new Set(Object.keys((await import(source)) as object)));
  }
  return entries;
}
