import { posix } from "node:path";

/** What a document may name. Paths are relative to the repository's root, without a slash at the end. */
export interface Repository {
  files: ReadonlySet<string>;
  folders: ReadonlySet<string>;
  /** Command by name. */
  npmScripts: ReadonlyMap<string, string>;
  /** Commands that `npx` finds without a download. */
  binaries: ReadonlySet<string>;
  /** Names of Solidity tests and invariants. */
  solidityTests: ReadonlySet<string>;
  /** What may be imported of the SDK: entries such as `@blok-auto/sdk/abi`, and the names that each exports. */
  sdkEntries: ReadonlyMap<string, ReadonlySet<string>>;
  read(path: string): string;
}

export interface MarkdownDocument {
  path: string;
  text: string;
}

/** Options of the project's scripts whose values are written, not read. */
const OUTPUTS = new Set(["--out", "--store", "--journal"]);
const PATH = /^[\w.*-]+(?:\/[\w.*-]+)*\/?$/;
const FILE_NAME = /^[\w.*-]+\.(?:ts|mjs|sol|json|jsonl|md)$/;
const SOLIDITY_TEST = /^(?:test|testFuzz|invariant)_[\w*]+$/;
/** Made by running things, so that a fresh clone has none of it. */
const GENERATED = /^(?:ignition\/deployments|deployments|node_modules|artifacts|coverage)(?:\/|$)/;

/**
 * Everything that a Markdown document names and the repository does not have: npm scripts and binaries, paths in code,
 * Solidity tests, relative links with their headings, imports of the SDK. Placeholders such as `<network>` are passed over.
 *
 * @returns One line per problem, `path:line: what`.
 */
export function documentProblems(document: MarkdownDocument, repository: Repository): string[] {
  const problems: string[] = [];
  let fence: string | undefined;
  document.text.split("\n").forEach((line, index) => {
    const report = (what: string): void => {
      problems.push(`${document.path}:${index + 1}: ${what}`);
    };
    const mark = /^\s*```(\w*)/.exec(line);
    if (mark) fence = fence === undefined ? (mark[1] ?? "") : undefined;
    else if (fence === undefined) {
      checkLinks(line, document.path, repository, report);
      for (const [, code = ""] of line.matchAll(/`([^`]+)`/g)) {
        checkCommands(code, repository, report);
        if (isPath(code) && !exists(code, document.path, repository)) report(`there is no ${code}`);
        if (SOLIDITY_TEST.test(code) && !some(repository.solidityTests, `^${patternOf(code)}$`)) {
          report(`there is no test ${code}`);
        }
      }
    } else {
      checkCommands(line, repository, report);
      if (fence === "sh") checkArguments(line, repository, report);
      if (fence === "ts") checkImports(line, repository, report);
    }
  });
  return problems;
}

function checkCommands(
  code: string,
  { npmScripts, binaries, files }: Repository,
  report: (what: string) => void,
): void {
  for (const [command, run, direct] of code.matchAll(/\bnpm (?:run (?:--?\S+ )*([\w:-]+)|(test|start)\b)/g)) {
    const script = npmScripts.get(run ?? direct ?? "");
    if (script === undefined) report(`there is no npm script for "${command}"`);
    for (const [file] of script?.matchAll(/\bscripts\/[\w./-]+/g) ?? []) {
      if (!files.has(file)) report(`"${command}" runs ${file}, which is not there`);
    }
  }
  for (const [, binary = ""] of code.matchAll(/\bnpx (?:--?\S+ )*([\w@/-]+)/g)) {
    if (!binaries.has(binary)) report(`npx would not find ${binary}`);
  }
}

function checkArguments(line: string, repository: Repository, report: (what: string) => void): void {
  const words = line.replace(/\s#.*$/, "").split(/[\s=]+/);
  words.forEach((word, index) => {
    if (OUTPUTS.has(words[index - 1] ?? "") || !word.includes("/") || !isPath(word)) return;
    if (!exists(word, "", repository)) report(`there is no ${word}`);
  });
}

function checkImports(line: string, { sdkEntries }: Repository, report: (what: string) => void): void {
  const [, names = "", entry] = /^import \{([^}]*)\} from "(@blok-auto\/[^"]+)"/.exec(line) ?? [];
  if (entry === undefined) return;
  const exported = sdkEntries.get(entry);
  if (exported === undefined) return report(`the SDK has no entry ${entry}`);
  for (const name of names.split(",").map((part) => part.trim())) {
    if (name !== "" && !exported.has(name)) report(`${entry} does not export ${name}`);
  }
}

function checkLinks(
  line: string,
  from: string,
  repository: Repository,
  report: (what: string) => void,
): void {
  for (const [, target = ""] of line.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:/.test(target)) continue;
    const [file = "", heading] = target.split("#");
    const path = file === "" ? from : posix.join(posix.dirname(from), file).replace(/\/$/, "");
    if (!repository.files.has(path) && !repository.folders.has(path))
      report(`the link ${target} leads nowhere`);
    else if (heading !== undefined && !headingsOf(repository.read(path)).has(heading)) {
      report(`${path} has no heading #${heading}`);
    }
  }
}

/** Headings as hosts turn them into anchors. */
function headingsOf(text: string): Set<string> {
  return new Set(
    [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
      title
        .trim()
        .toLowerCase()
        .replace(/[^\w\s-]/g, "")
        .replace(/\s/g, "-"),
    ),
  );
}

function isPath(code: string): boolean {
  return (PATH.test(code) && code.includes("/")) || FILE_NAME.test(code);
}

/** A bare file name may stand anywhere in the repository; `*` stands for any part of a name. */
function exists(code: string, from: string, { files, folders }: Repository): boolean {
  const path = code.replace(/\/$/, "");
  if (GENERATED.test(path)) return true;
  const here = posix.join(posix.dirname(from), path);
  if (files.has(path) || folders.has(path) || files.has(here) || folders.has(here)) return true;
  return some(files, path.includes("/") ? `^${patternOf(path)}$` : `(?:^|/)${patternOf(path)}$`);
}

function patternOf(name: string): string {
  return name.replaceAll(".", "\\.").replaceAll("*", "[^/]*");
}

function some(names: ReadonlySet<string>, pattern: string): boolean {
  const matcher = new RegExp(pattern);
  return [...names].some((name) => matcher.test(name));
}
