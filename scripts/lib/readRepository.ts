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
export function readRepository(root: string): Repository {
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
    sdkEntries: entriesOf(readPackage(join(root, "sdk/package.json"))),
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
  exports?: Record<string, unknown>;
}

function readPackage(path: string): PackageJson {
  return JSON.parse(readFileSync(path, "utf8")) as PackageJson;
}

function entriesOf({ name = "", exports = {} }: PackageJson): Set<string> {
  return new Set(Object.keys(exports).map((entry) => name + entry.slice(1)));
}
